//! What bounds a closed loop, beside what the run took.

use crate::observation::Observations;
use crate::scenario::Bound;
use crate::session::frame::{Arg, Words};

use super::say::say;

type Row = (Words, Words);

/// Rows of the card: what each part needs, the longest of them, and the run so far.
#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn rows(bound: Bound, seen: &Observations) -> Vec<Row> {
    let needs = |key: &str, by: &str, (each, many, takes): (u64, u32, u64)| {
        let args = [
            ("each", Arg::Text(exact(each))),
            ("many", Arg::Count(u64::from(many))),
            ("every", Arg::Count(u64::from(bound.rest.every))),
            ("takes", Arg::Span(takes)),
        ];
        (say(key, []), say(by, args))
    };
    let (round_trip, work) = (bound.round_trip.as_nanos(), bound.work.as_nanos());
    let rest = bound.rest.wait.as_nanos();
    let mut rows = vec![
        one("bound.messages", Arg::Count(bound.messages)),
        needs("bound.sending", "bound.senders", (round_trip, bound.senders, bound.sending())),
        needs("bound.storing", "bound.threads", (work, bound.threads, bound.storing())),
        needs("bound.consuming", "bound.lanes", (rest, bound.lanes, bound.consuming())),
        one("bound.expected", Arg::Span(bound.expected())),
    ];
    let taken = seen.books.taken().unwrap_or_default();
    if seen.books.all.consumed < bound.messages {
        rows.push(one("bound.so_far", Arg::Span(taken)));
        return rows;
    }
    rows.push(one("bound.taken", Arg::Span(taken)));
    rows.push(one("bound.difference", Arg::Text(difference(taken, bound.expected()))));
    rows
}

fn one(key: &str, value: Arg) -> Row {
    (say(key, []), say("value", [("value", value)]))
}

/// Whole ms or µs with all figures, so that a person can check the sum.
fn exact(ns: u64) -> String {
    let (number, unit) =
        if ns.is_multiple_of(1_000_000) { (ns / 1_000_000, "ms") } else { (ns / 1_000, "µs") };
    format!("{number}\u{a0}{unit}")
}

/// As `+0.4 %`.
fn difference(taken: u64, expected: u64) -> String {
    let sign = if taken < expected { '−' } else { '+' };
    let tenths = u128::from(taken.abs_diff(expected)) * 1000 / u128::from(expected.max(1));
    format!("{sign}{}.{}\u{a0}%", tenths / 10, tenths % 10)
}
