//! Transactions: what programs decided, what they were asked and answered, and what came of it.
//!
//! Which of those that are settled a broker asks about all the same depends on the batch that the
//! record of their end fell into: one that was committed must be, one that was rolled back may be.

use std::collections::BTreeMap;

use crate::cli::conform::Tally;

use super::CLOSE;
use super::timeline::{Asked, Timeline};

/// Fields of the end of a transaction that must be equal, where its program told it by itself.
const FIELDS: [&str; 4] =
    ["producerGroup", "commitOrRollback", "fromTransactionCheck", "tranStateTableOffset"];

pub(super) fn compare(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    if recorded.decided.is_empty() {
        return;
    }
    let states = |timeline: &Timeline| {
        let states = timeline.decided.iter().map(|(_, _, state)| state.clone());
        states.collect::<Vec<_>>().join(" ")
    };
    let sides = (states(recorded), states(ours));
    tally.same_if(sides.0 == sides.1, "what the program decided", sides);
    told(recorded, ours, tally);
    questions(recorded, ours, tally);
    let pairs = recorded.decided.iter().zip(&ours.decided);
    for (index, ((_, theirs, state), (_, mine, _))) in pairs.enumerate() {
        let times = (asked(recorded, theirs), asked(ours, mine));
        let handed = (handed(recorded, theirs), handed(ours, mine));
        let is_fine = |(theirs, ours): (usize, usize)| match state.as_str() {
            // It may have been settled in time here, or there.
            "ROLLBACK_MESSAGE" => ours <= theirs.max(1),
            _ => (theirs == 0) == (ours == 0),
        };
        let what = format!("questions about transaction {index} ({state})");
        tally.same_if(is_fine(times), &what, times);
        let equal = handed.0 == handed.1 || (state == "ROLLBACK_MESSAGE" && is_fine(handed));
        let what = format!("deliveries of transaction {index} ({state})");
        tally.same_if(equal, &what, handed);
    }
}

/// The ends that programs told by themselves.
fn told(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let said = |timeline: &Timeline| {
        let is_own = |end: &&Asked| end.field("fromTransactionCheck") == "false";
        let ends = timeline.asked("END_TRANSACTION").filter(is_own);
        let said = ends.map(|end| FIELDS.map(|field| end.field(field)).join(" "));
        said.collect::<Vec<_>>().join(" | ")
    };
    let sides = (said(recorded), said(ours));
    tally.same_if(sides.0 == sides.1, "END_TRANSACTION of programs", sides);
}

/// When brokers first asked, what they were answered, and that each answer was told.
fn questions(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let first = |timeline: &Timeline| timeline.answered.first().map_or(0, |it| it.0);
    tally.close("first question", (first(recorded), first(ours)), CLOSE);
    let kinds = |timeline: &Timeline| {
        let mut states: Vec<String> = timeline.answered.iter().map(|it| it.2.clone()).collect();
        states.dedup();
        states.join(" ")
    };
    let sides = (kinds(recorded), kinds(ours));
    tally.same_if(sides.0 == sides.1, "answers, one after the other", sides);
    let told = |timeline: &Timeline| {
        let ends = timeline.asked("END_TRANSACTION");
        ends.filter(|end| end.field("fromTransactionCheck") == "true").count()
    };
    let sides = (ours.answered.len(), told(ours));
    tally.same_if(sides.0 == sides.1, "answers that were told", sides);
}

fn asked(timeline: &Timeline, name: &str) -> usize {
    timeline.answered.iter().filter(|(_, of, _)| of == name).count()
}

fn handed(timeline: &Timeline, name: &str) -> usize {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    timeline.handed.iter().for_each(|of| *counts.entry(of).or_default() += 1);
    counts.get(name).copied().unwrap_or(0)
}
