//! Playing a run of 20 000 000 events and seeking in it, through the session as the page does it.

use crate::kernel::rng::Rng;
use crate::session::Session;
use crate::session::protocol::{Command, Position};
use crate::session::stage::Stop;

use super::SAMPLES;
use super::figures::{Figure, at};
use super::long::{carry_out, observed, session};
use super::watch::timed;

const EVENTS: u64 = 20_000_000;
/// Long enough for so many events.
const END: &str = "\"4000s\"";
const PART: u64 = 1_000_000;
const SEEKS: usize = 20;

/// What checkpoints cost in such a run, and how long 20 random seeks in it take: their median and
/// 95th percentile. All of it five times.
pub(super) fn seeks() -> [Figure; 3] {
    let (mut session, share) = played();
    let mut rng = Rng::stream(1, "seeks");
    let (mut middle, mut slow) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let times: Vec<f64> = (0..SEEKS).map(|_| 1000.0 * seek(&mut session, &mut rng)).collect();
        middle.push(at(&times, 50));
        slow.push(at(&times, 95));
    }
    [
        Figure::of("20 000 000 events: checkpoints, share of playing", "%", share),
        Figure::of("20 000 000 events: seeks, p50", "ms", middle),
        Figure::of("20 000 000 events: seeks, p95", "ms", slow),
    ]
}

/// A session after all events, and what keeping checkpoints cost it in percent.
fn played() -> (Session, Vec<f64>) {
    let (mut last, mut share) = (Session::new(), Vec::new());
    for _ in 0..SAMPLES {
        last = session(END);
        let (with, without) = side_by_side(&mut last);
        share.push(100.0 * (1.0 - without / with));
    }
    (last, share)
}

/// Seconds that all events took with checkpoints and without. The two take turns every million
/// events, so that a busy machine disturbs both.
fn side_by_side(session: &mut Session) -> (f64, f64) {
    let mut stage = observed(END);
    let (mut with, mut without) = (0.0, 0.0);
    for ordinal in (1..=EVENTS / PART).map(|part| part * PART) {
        let stop = Stop { time: u64::MAX, ordinal };
        without += timed(|| stage.advance(stop, u64::MAX)).0;
        let to = Position::Ordinal(ordinal);
        let (seconds, frame) = timed(|| carry_out(session, Command::Seek { to }));
        assert_eq!(frame.ordinal, ordinal, "the scenario is long enough");
        with += seconds;
    }
    (with, without)
}

/// Seconds that a seek took until its frame was there.
fn seek(session: &mut Session, rng: &mut Rng) -> f64 {
    let to = Position::Ordinal(rng.below(EVENTS));
    timed(|| carry_out(session, Command::Seek { to })).0
}
