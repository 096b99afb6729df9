//! What an event costs: two players and their balls, on the kernel and on `nexosim`, in one run.
//!
//! `cargo run --release -p rocketscope-benches`. Medians of five; fails where the kernel needs more
//! than half of the time that `nexosim` needs.

mod nexo;
mod ours;

use std::process::ExitCode;
#[expect(clippy::disallowed_types, reason = "a benchmark measures wall time")]
use std::time::Instant;

/// Hits of one sample.
const HITS: u64 = 2_000_000;
const SAMPLES: usize = 5;
/// Balls in the air: events that wait.
const BALLS: [u32; 2] = [2, 100_000];
/// Largest share of the time of `nexosim` that the kernel may need.
const SHARE: f64 = 0.5;

/// A game in which all balls are in the air.
trait Game {
    /// Plays until so many hits more, about; gives how many there were.
    fn play(&mut self, hits: u64) -> u64;
}

fn main() -> ExitCode {
    println!("balls    kernel ns/event    nexosim ns/event    share");
    let mut holds = true;
    for balls in BALLS {
        let (mut kernel, mut nexosim) = (ours::Table::new(balls), nexo::Table::new(balls));
        // The two take turns, so that a busy machine disturbs both.
        let samples = (0..SAMPLES).map(|_| (sample(&mut kernel), sample(&mut nexosim)));
        let (kernel, nexosim) = samples.unzip();
        let (kernel, nexosim) = (median(kernel), median(nexosim));
        println!("{balls:<8} {kernel:<18.1} {nexosim:<19.1} {:.2}", kernel / nexosim);
        holds &= kernel <= SHARE * nexosim;
    }
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Nanoseconds a hit.
#[expect(clippy::disallowed_types, reason = "a benchmark measures wall time")]
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn sample(game: &mut impl Game) -> f64 {
    let start = Instant::now();
    let hits = game.play(HITS);
    start.elapsed().as_nanos() as f64 / hits as f64
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
