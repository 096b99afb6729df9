//! Which requests go out, how often and when, and what they say at the end.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::conform::Tally;

use super::timeline::{Asked, Timeline};
use super::{BLINK, CLOSE};

/// Requests that keep a period, or come once for each change.
const RHYTHMIC: [&str; 7] = [
    "GET_ROUTEINFO_BY_TOPIC",
    "HEART_BEAT",
    "GET_CONSUMER_LIST_BY_GROUP",
    "QUERY_CONSUMER_OFFSET",
    "LOCK_BATCH_MQ",
    "UNLOCK_BATCH_MQ",
    "UNREGISTER_CLIENT",
];

pub(super) fn compare(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    never(recorded, ours, tally);
    send_backs(recorded, ours, tally);
    if recorded.consumers().len() == 1 {
        rhythms(recorded, ours, tally);
        commits(recorded, ours, tally);
        farewells(recorded, ours, tally);
    }
}

/// Nobody asks for offsets where nobody did.
fn never(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    if recorded.consumers().is_empty() {
        return;
    }
    for request in ["QUERY_CONSUMER_OFFSET", "UPDATE_CONSUMER_OFFSET"] {
        if !recorded.has(request) {
            let count = ours.asked(request).count();
            tally.same_if(count == 0, &format!("{request} requests"), (0, count));
        }
    }
}

/// By client and request the moments, equal in number but for one.
fn rhythms(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let (theirs, ours) = (moments(recorded), moments(ours));
    for ((who, request), expected) in theirs {
        let found = ours.get(&(who.clone(), request.clone())).cloned().unwrap_or_default();
        let what = format!("{request} of {who}");
        let sides = (format!("{expected:?}"), format!("{found:?}"));
        tally.same_if(agree(&expected, &found), &what, sides);
    }
}

fn moments(timeline: &Timeline) -> BTreeMap<(String, String), Vec<i64>> {
    let mut moments: BTreeMap<(String, String), Vec<i64>> = BTreeMap::new();
    for asked in timeline.requests.iter().filter(|it| RHYTHMIC.contains(&it.request.as_str())) {
        moments.entry((asked.who.clone(), asked.request.clone())).or_default().push(asked.at);
    }
    moments.values_mut().for_each(|times| times.sort_unstable());
    moments
}

/// Each within the tolerance of its counterpart; one may be missing on either side.
fn agree(expected: &[i64], found: &[i64]) -> bool {
    let close = |one: &[i64], other: &[i64]| {
        one.len() == other.len() && one.iter().zip(other).all(|(a, b)| (a - b).abs() <= CLOSE)
    };
    let without = |list: &[i64], index: usize| [&list[..index], &list[index + 1..]].concat();
    close(expected, found)
        || (0..expected.len()).any(|index| close(&without(expected, index), found))
        || (0..found.len()).any(|index| close(expected, &without(found, index)))
}

/// Commits come in rounds; at the end all of them together say how far the group is.
fn commits(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    if !recorded.has("UPDATE_CONSUMER_OFFSET") {
        return;
    }
    let (theirs, found) = (rounds(recorded), rounds(ours));
    let sides = (format!("{theirs:?}"), format!("{found:?}"));
    tally.same_if(agree(&theirs, &found), "rounds of UPDATE_CONSUMER_OFFSET", sides);
    let (last, our_last) = (last_commits(recorded), last_commits(ours));
    let topics: BTreeSet<&String> = last.keys().collect();
    // What was rolled back may be delivered, or not.
    let is_rolled_back = |end: &(i64, String, String)| end.2 == "ROLLBACK_MESSAGE";
    let maybe = recorded.decided.iter().filter(|end| is_rolled_back(end)).count();
    let by = i64::try_from(maybe).unwrap_or(0);
    for topic in topics {
        let found = our_last.get(topic).copied().unwrap_or(0);
        tally.same_if(
            (last[topic] - found).abs() <= by,
            &format!("offsets of {topic}"),
            (last[topic], found),
        );
    }
}

/// Moments with a commit after a second without one.
fn rounds(timeline: &Timeline) -> Vec<i64> {
    let mut times: Vec<i64> = timeline.asked("UPDATE_CONSUMER_OFFSET").map(|it| it.at).collect();
    times.sort_unstable();
    let mut rounds: Vec<i64> = Vec::new();
    for (index, at) in times.iter().enumerate() {
        if index == 0 || at - times[index - 1] > CLOSE {
            rounds.push(*at);
        }
    }
    rounds
}

/// By topic the sum of the last offsets of all queues.
fn last_commits(timeline: &Timeline) -> BTreeMap<String, i64> {
    let mut last: BTreeMap<(String, String, i64), i64> = BTreeMap::new();
    for commit in timeline.asked("UPDATE_CONSUMER_OFFSET") {
        let topic = commit.field("topic").to_owned();
        let queue = (topic, commit.peer.clone(), commit.number("queueId"));
        last.insert(queue, commit.number("commitOffset"));
    }
    let mut sums = BTreeMap::new();
    for ((topic, ..), offset) in last {
        *sums.entry(topic).or_default() += offset;
    }
    sums
}

/// The last requests of each client by kind, and in the order of kinds where the recording has one:
/// requests without an answer overtake others there.
fn farewells(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let clients: BTreeSet<&str> = recorded.requests.iter().map(|it| it.who.as_str()).collect();
    for who in clients {
        let (theirs, found) = (farewell(recorded, who), farewell(ours, who));
        let in_order = theirs.is_sorted_by_key(|kind| theirs.iter().position(|it| it == kind));
        let agree = theirs == found || (!in_order && counted(&theirs) == counted(&found));
        let what = format!("last requests of {who}");
        tally.same_if(agree, &what, (theirs.join(" "), found.join(" ")));
    }
}

fn counted<'a>(kinds: &[&'a str]) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    kinds.iter().for_each(|kind| *counts.entry(*kind).or_default() += 1);
    counts
}

/// What a client that ends says, from shortly before its first word of farewell on.
fn farewell<'a>(timeline: &'a Timeline, who: &str) -> Vec<&'a str> {
    const SAID: [&str; 3] = ["UPDATE_CONSUMER_OFFSET", "UNLOCK_BATCH_MQ", "UNREGISTER_CLIENT"];
    let of_who = || timeline.requests.iter().filter(|it| it.who == who);
    let Some(first) = of_who().find(|it| it.request == "UNREGISTER_CLIENT") else {
        return Vec::new();
    };
    let last = of_who().filter(|it| first.at - BLINK <= it.at).map(|it| it.request.as_str());
    last.filter(|kind| SAID.contains(kind)).collect()
}

/// What is sent back says the same, but for names of broker, message and topic, which our clients
/// do not send.
fn send_backs(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let fields = ["delayLevel", "group", "maxReconsumeTimes", "unitMode"];
    let said = |asked: &Asked| fields.map(|field| format!("{field}={}", asked.field(field)));
    let request = "CONSUMER_SEND_MSG_BACK";
    let found: Vec<&Asked> = ours.asked(request).collect();
    for (index, expected) in recorded.asked(request).enumerate() {
        let expected = said(expected).join(" ");
        let found = found.get(index).map_or_else(String::new, |asked| said(asked).join(" "));
        tally.same_if(
            expected == found,
            &format!("{request} {index}"),
            (expected.clone(), found.clone()),
        );
    }
}
