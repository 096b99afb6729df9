//! Deliveries: how often each message came, when, with which count, and in which order.

use std::collections::BTreeMap;

use crate::cli::conform::Tally;

use super::timeline::{Begun, Queue, Timeline};
use super::{CLOSE, LOOSE};

/// ms that a suspended message's return may differ by.
const SUSPENDED: i64 = 100;

pub(super) fn compare(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    if recorded.begun.is_empty() || recorded.has("END_TRANSACTION") {
        return;
    }
    counts(recorded, ours, tally);
    moments(recorded, ours, tally);
    tries(recorded, ours, tally);
    if recorded.has("LOCK_BATCH_MQ") {
        order(recorded, ours, tally);
    }
}

/// By topic and count of earlier tries; where everybody gets everything, by consumer too.
fn counts(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let is_broadcast = !recorded.has("GET_CONSUMER_LIST_BY_GROUP");
    let counted = |timeline: &Timeline| {
        let mut counts: BTreeMap<(String, String, i64), usize> = BTreeMap::new();
        for begun in &timeline.begun {
            let who = if is_broadcast { begun.who.clone() } else { String::new() };
            *counts.entry((begun.queue.0.clone(), who, begun.times)).or_default() += 1;
        }
        counts
    };
    let (theirs, ours) = (counted(recorded), counted(ours));
    for ((topic, who, times), expected) in &theirs {
        let found = ours.get(&(topic.clone(), who.clone(), *times)).copied().unwrap_or(0);
        let what = format!("deliveries of {topic} {who} with reconsumeTimes {times}");
        tally.same_if(*expected == found, &what, (*expected, found));
    }
    let all = |counts: &BTreeMap<_, usize>| counts.values().sum::<usize>();
    tally.same_if(all(&theirs) == all(&ours), "all deliveries", (all(&theirs), all(&ours)));
}

/// The first delivery of a topic, and the last.
fn moments(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let ends = |timeline: &Timeline| {
        let mut ends: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for begun in &timeline.begun {
            let entry = ends.entry(begun.queue.0.clone()).or_insert((begun.at, begun.at));
            *entry = (entry.0.min(begun.at), entry.1.max(begun.at));
        }
        ends
    };
    let found = ends(ours);
    for (topic, (first, last)) in ends(recorded) {
        let (our_first, our_last) = found.get(&topic).copied().unwrap_or_default();
        tally.close(&format!("first delivery of {topic}"), (first, our_first), CLOSE);
        tally.close(&format!("last delivery of {topic}"), (last, our_last), LOOSE);
    }
}

/// How long after a try the next one of the message came.
fn tries(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let by = if recorded.has("LOCK_BATCH_MQ") { SUSPENDED } else { LOOSE };
    let gaps = |timeline: &Timeline| {
        let mut last: BTreeMap<(&Queue, i64), &Begun> = BTreeMap::new();
        let mut gaps: Vec<(i64, i64)> = Vec::new();
        for begun in &timeline.begun {
            if let Some(before) = last.insert((&begun.queue, begun.offset), begun)
                && begun.times > before.times
            {
                gaps.push((begun.times, begun.at - before.at));
            }
        }
        gaps.sort_unstable();
        gaps
    };
    let (theirs, ours) = (gaps(recorded), gaps(ours));
    for (index, (times, gap)) in theirs.iter().enumerate() {
        let found = ours.get(index).map_or(0, |(_, gap)| *gap);
        tally.close(&format!("ms until try {times} of a message"), (*gap, found), by);
    }
}

/// Offsets of a queue in the order in which listeners began, those that came again included.
fn order(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let orders = |timeline: &Timeline| {
        let mut orders: BTreeMap<Queue, Vec<(i64, i64)>> = BTreeMap::new();
        for begun in &timeline.begun {
            orders.entry(begun.queue.clone()).or_default().push((begun.offset, begun.times));
        }
        orders
    };
    let found = orders(ours);
    for (queue, expected) in orders(recorded) {
        let found = found.get(&queue).cloned().unwrap_or_default();
        let what = format!("order in {} {}:{} (offset, reconsumeTimes)", queue.0, queue.1, queue.2);
        let sides = (format!("{expected:?}"), format!("{found:?}"));
        tally.same_if(expected == found, &what, sides);
    }
}
