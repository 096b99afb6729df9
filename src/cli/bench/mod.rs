//! `rocketscope bench`: how fast the engine is on this machine. Every figure is the median of five,
//! but for those of one long run.

mod figures;
mod long;
mod memory;
mod seeks;
mod speed;
mod stores;
pub(super) mod watch;

use std::io::Write;

use figures::{Figure, Figures};

use super::args;
use super::table::{Side, columns};
use super::{Outcome, Trouble};

/// Samples of each figure.
const SAMPLES: usize = 5;

pub(super) fn bench(wanted: &args::Bench, out: &mut impl Write) -> Result<Outcome, Trouble> {
    let figures = measure(&wanted.only);
    if wanted.json {
        let text = serde_json::to_string_pretty(&figures).expect("figures are plain data");
        writeln!(out, "{text}")?;
        return Ok(Outcome::Fine);
    }
    let row = |figure: &Figure| {
        let samples: Vec<String> = figure.samples.iter().map(|sample| shown(*sample)).collect();
        let value = format!("{} {}", shown(figure.median), figure.unit);
        vec![figure.name.to_owned(), value, format!("({})", samples.join(", "))]
    };
    let rows = figures.figures.iter().map(row).collect();
    columns(&[Side::Left, Side::Right, Side::Left], rows, out)?;
    Ok(Outcome::Fine)
}

/// All figures; says on standard error what is being measured, since it takes minutes.
fn measure(only: &[args::Figures]) -> Figures {
    let is_wanted = |which| only.is_empty() || only.contains(&which);
    let mut figures = Vec::new();
    for balls in [2, 100_000].into_iter().filter(|_| is_wanted(args::Figures::PingPong)) {
        note(&format!("ping-pong with {balls} balls"));
        figures.push(speed::ping_pong(balls));
    }
    if is_wanted(args::Figures::SlowConsumer) {
        note("600 s of slow-consumer");
        figures.extend(speed::slow_consumer());
    }
    if is_wanted(args::Figures::Sends) {
        note("32 senders for 20 s");
        figures.push(speed::sends());
        note("one broker that is sent 2 000 000 messages");
        figures.push(stores::stores());
    }
    if is_wanted(args::Figures::Seeks) {
        note("checkpoints and random seeks in a run of 20 000 000 events");
        figures.extend(seeks::seeks());
    }
    if is_wanted(args::Figures::Memory) {
        note("10 000 000 sends, with checkpoints");
        figures.extend(memory::memory());
    }
    Figures { figures }
}

fn note(text: &str) {
    eprintln!("measuring {text}");
}

/// Three figures or whole numbers.
fn shown(value: f64) -> String {
    if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}
