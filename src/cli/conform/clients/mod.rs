//! Time lines of real clients, and whether a scenario that says the same program has the same.
//!
//! What a recording can be compared in follows from what it holds: sends, deliveries, queues held,
//! requests. Each subject has a file of its own; tolerances are those of the recordings.

mod deliveries;
mod holdings;
mod played;
mod polls;
mod pulls;
mod recorded;
mod requests;
mod sends;
mod timeline;
mod transactions;

use crate::scenario::Scenario;
use crate::wire::json::Json;

use super::Tally;
use super::difference::Difference;

/// ms that a moment may differ by.
const CLOSE: i64 = 1_000;
/// ms that a moment after a retry or a change of members may differ by.
const LOOSE: i64 = 1_500;
/// ms below which durations are not compared.
const BLINK: i64 = 150;

/// Plays the scenario and compares.
pub(super) fn check(recording: &Json, scenario: &Scenario) -> Tally {
    let recorded = recorded::timeline(recording);
    let ours = played::timeline(scenario, recorded.end() + LOOSE);
    let mut tally = Tally::default();
    for subject in [sends::compare, deliveries::compare, holdings::compare, requests::compare] {
        subject(&recorded, &ours, &mut tally);
    }
    pulls::compare(&recorded, &ours, &mut tally);
    polls::compare(&recorded, &ours, &mut tally);
    transactions::compare(&recorded, &ours, &mut tally);
    tally
}

impl Tally {
    /// Two numbers that must not differ by more than `by`.
    fn close(&mut self, what: &str, (expected, found): (i64, i64), by: i64) {
        self.same_if((expected - found).abs() <= by, what, (expected, found));
    }

    /// Two values of which something must be true.
    fn same_if<T: ToString>(&mut self, is_fine: bool, what: &str, (expected, found): (T, T)) {
        let side = |value: T| Some(Json::text(value.to_string()));
        if is_fine {
            return self.count(None);
        }
        let (expected, found) = (side(expected), side(found));
        self.told.push(Difference::new(what, expected.clone(), found.clone()));
        self.count(Some(Difference::new(what, expected, found)));
    }
}
