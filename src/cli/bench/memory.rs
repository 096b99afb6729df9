//! What a stored message costs in memory and in time, up to ten million of them, and what a copy of
//! a stage costs that holds them all. Consume queues, keys, checkpoints and observation are there.

use crate::session::Session;
use crate::session::load::load;
use crate::session::protocol::{Command, Position, Recipe, Source};

use super::figures::Figure;
use super::long::carry_out;
use super::speed::senders;
use super::watch::timed;

const MILLION: u64 = 1_000_000;
/// Events within one request.
const STRIDE: u64 = 20_000;
/// Copies that are taken.
const COPIES: u64 = 50;

/// All of them come from one run.
pub(super) fn memory() -> Vec<Figure> {
    let recipe = Recipe { source: Source::Text(senders("100000s")), seed: None, tweaks: vec![] };
    let mut session = Session::with(load(&recipe).expect("the scenario is a good one"));
    let first = until(&mut session, MILLION);
    let before = resident();
    let (middle, _) = timed(|| until(&mut session, 9 * MILLION));
    let last = until(&mut session, 10 * MILLION);
    let growth = resident() - before;
    let one = |name, unit, value| Figure::of(name, unit, vec![value]);
    let mut figures = vec![
        one("10 000 000 sends: memory, from the second million on", "B/message", growth / 9e6),
        one("10 000 000 sends: first million", "ns/message", 1e3 * first),
        one("10 000 000 sends: second to ninth million", "ns/message", 1e3 * middle / 8.0),
        one("10 000 000 sends: last million", "ns/message", 1e3 * last),
    ];
    let (time, bytes) = copies(&mut session);
    figures.push(one("10 000 000 stored: a checkpoint", "ms", time));
    figures.push(one("10 000 000 stored: memory of a checkpoint", "MB", bytes / 1e6));
    figures
}

/// Runs until so many messages are stored; gives the seconds.
fn until(session: &mut Session, messages: u64) -> f64 {
    let work = || {
        let mut ordinal = session.run().map_or(0, |run| run.stage().ordinal());
        while stored(session) < messages {
            ordinal += STRIDE;
            carry_out(session, Command::Seek { to: Position::Ordinal(ordinal) });
        }
    };
    timed(work).0
}

fn stored(session: &Session) -> u64 {
    let run = session.run().expect("a session with a run");
    run.stage().lanes()[0].seen().books.all.stored
}

/// ms of one copy, and bytes that it costs while the original goes on.
fn copies(session: &mut Session) -> (f64, f64) {
    let stage = session.run().expect("a session with a run").stage();
    let mut original = stage.clone();
    let (mut copies, mut longest) = (Vec::new(), 0.0_f64);
    let before = resident();
    for _ in 0..COPIES {
        let (seconds, copy) = timed(|| original.clone());
        longest = longest.max(seconds);
        copies.push(copy);
        original.advance(crate::session::stage::Stop { time: u64::MAX, ordinal: u64::MAX }, 2_000);
    }
    #[expect(clippy::cast_precision_loss, reason = "there are some dozens of copies")]
    let bytes = (resident() - before) / COPIES as f64;
    (1e3 * longest, bytes)
}

/// Bytes of this process that are in memory, where the system tells.
fn resident() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1)?.parse::<f64>().ok());
    pages.unwrap_or(0.0) * 4096.0
}
