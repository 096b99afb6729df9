//! What a program that calls for messages got, what its consumer pulled for it, and what was
//! committed when.

use std::collections::BTreeMap;

use crate::cli::conform::Tally;

use super::CLOSE;
use super::timeline::{Asked, Timeline};

/// Fields of a pull that must be equal, in the order of a queue's pulls.
const FIELDS: [&str; 9] = [
    "queueOffset",
    "maxMsgNums",
    "sysFlag",
    "commitOffset",
    "suspendTimeoutMillis",
    "subVersion",
    "subscription",
    "expressionType",
    "consumerGroup",
];

pub(super) fn compare(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    if recorded.polled.is_empty() {
        return;
    }
    let (theirs, found) = (sizes(recorded), sizes(ours));
    tally.same_if(theirs.len() == found.len(), "calls for messages", (theirs.len(), found.len()));
    let sums: (i64, i64) = (theirs.iter().sum(), found.iter().sum());
    tally.same_if(sums.0 == sums.1, "messages that calls brought", sums);
    let sides = (format!("{theirs:?}"), format!("{found:?}"));
    tally.same_if(theirs == found, "messages by call", sides);
    ends(recorded, ours, tally);
    pulls(recorded, ours, tally);
    commits(recorded, ours, tally);
}

/// How many messages each call brought, the most first.
fn sizes(timeline: &Timeline) -> Vec<i64> {
    let mut sizes: Vec<i64> = timeline.polled.iter().map(|(_, _, count)| *count).collect();
    sizes.sort_unstable_by_key(|size| -size);
    sizes
}

/// The first call that brought messages, the last one that did, and the last of all.
fn ends(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let moments = |timeline: &Timeline| {
        let full = || timeline.polled.iter().filter(|(_, _, count)| *count > 0).map(|it| it.0);
        let last = timeline.polled.last().map_or(0, |it| it.0);
        [full().next().unwrap_or(0), full().next_back().unwrap_or(0), last]
    };
    let found = moments(ours);
    let words = ["first call with messages", "last call with messages", "last call"];
    for ((what, expected), found) in words.iter().zip(moments(recorded)).zip(found) {
        tally.close(what, (expected, found), CLOSE);
    }
}

fn pulls(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let by_queue = |timeline: &Timeline| {
        let mut pulls: BTreeMap<(String, String, i64), Vec<String>> = BTreeMap::new();
        for pull in timeline.asked("LITE_PULL_MESSAGE") {
            let queue = (pull.field("topic").to_owned(), pull.peer.clone(), pull.number("queueId"));
            pulls.entry(queue).or_default().push(said(pull));
        }
        pulls
    };
    let found = by_queue(ours);
    for (queue, expected) in by_queue(recorded) {
        let found = found.get(&queue).cloned().unwrap_or_default();
        let what = format!("pulls of {} {}:{}", queue.0, queue.1, queue.2);
        let sides = (expected.join(" | "), found.join(" | "));
        tally.same_if(expected == found, &what, sides);
    }
}

fn said(pull: &Asked) -> String {
    FIELDS.map(|field| pull.field(field)).join(" ")
}

/// By queue the offsets that brokers were told, one after the other, with their moments.
fn commits(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let by_queue = |timeline: &Timeline| {
        let mut commits: BTreeMap<(String, i64), Vec<(i64, i64)>> = BTreeMap::new();
        for commit in timeline.asked("UPDATE_CONSUMER_OFFSET") {
            let queue = (commit.field("topic").to_owned(), commit.number("queueId"));
            commits.entry(queue).or_default().push((commit.at, commit.number("commitOffset")));
        }
        commits
    };
    let found = by_queue(ours);
    for (queue, expected) in by_queue(recorded) {
        let found = found.get(&queue).cloned().unwrap_or_default();
        let near = |((at, offset), (our_at, ours)): (&(i64, i64), &(i64, i64))| {
            offset == ours && (at - our_at).abs() <= CLOSE
        };
        let agree = expected.len() == found.len() && expected.iter().zip(&found).all(near);
        let what = format!("commits of {}:{} (ms, offset)", queue.0, queue.1);
        tally.same_if(agree, &what, (format!("{expected:?}"), format!("{found:?}")));
    }
}
