//! What the budget measures of a session, in pieces that the caller puts between two looks at its
//! clock.

use crate::kernel::rng::Rng;

use super::load::load;
use super::protocol::{Position, Recipe, Source, Tweak};
use super::run::Run;
use super::seek::SLICE;
use super::stage::Stop;

/// The scenario that long runs are made of: load, flow control, a backlog that drains, then a
/// steady stream.
const SCENARIO: &str = "slow-consumer";
/// An end that no benchmark reaches: ten days.
const LATE: &str = "\"864000s\"";

/// A run of `slow-consumer` that does not end.
pub fn long_run(seed: u64) -> Run {
    let tweak = Tweak { path: "end".to_owned(), value: LATE.to_owned() };
    let source = Source::Shipped(SCENARIO.to_owned());
    let recipe = Recipe { source, seed: Some(seed), tweaks: vec![tweak] };
    load(&recipe).expect("a shipped scenario can be loaded")
}

/// Plays on for so many events, with copies where they are due; gives how many there were.
pub fn play_with_copies(run: &mut Run, events: u64) -> u64 {
    let ordinal = run.stage.ordinal() + events;
    let mut done = 0;
    while done < events {
        let stop = Stop { time: run.end(), ordinal };
        let part = run.advance(stop, SLICE.min(events - done));
        done += part;
        if part == 0 {
            break;
        }
    }
    run.settle();
    done
}

/// The same without copies: what keeping them costs is the difference.
pub fn play_without_copies(run: &mut Run, events: u64) -> u64 {
    let stop = Stop { time: run.end(), ordinal: run.stage.ordinal() + events };
    let done = run.stage.advance(stop, events);
    run.settle();
    done
}

/// Goes to a position, all its slices.
pub fn seek(run: &mut Run, ordinal: u64) {
    run.seek(Position::Ordinal(ordinal));
    while run.progress().is_some() {
        run.continue_task(SLICE);
    }
    assert!(run.stage.ordinal() == ordinal, "a seek within the run ends where it was asked to");
}

/// Positions in a run so far, drawn from a seed.
pub fn positions(seed: u64, count: usize, last: u64) -> Vec<u64> {
    let mut rng = Rng::stream(seed, "positions to seek");
    (0..count).map(|_| rng.below(last)).collect()
}
