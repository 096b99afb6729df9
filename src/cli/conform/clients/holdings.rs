//! Which queues each consumer holds, at each moment that somebody looked at it.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::conform::Tally;

use super::LOOSE;
use super::timeline::{Held, Queue, Timeline};

pub(super) fn compare(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    for look in recorded.held.iter().filter(|look| !changes_near(recorded, &look.who, look.at)) {
        let topics: BTreeSet<&str> = look.queues.iter().map(|queue| queue.0.as_str()).collect();
        let of_topics = |mut queues: BTreeSet<Queue>| {
            queues.retain(|queue| topics.is_empty() || topics.contains(queue.0.as_str()));
            queues
        };
        let changes = ours.held.iter().filter(|held| held.who == look.who);
        let near = changes.map(|held| held.at).filter(|at| (at - look.at).abs() <= LOOSE);
        let moments = [look.at, look.at - LOOSE].into_iter().chain(near);
        let held = moments.map(|at| of_topics(ours.holding(&look.who, at)));
        let held: Vec<BTreeSet<Queue>> = held.collect();
        let what = format!("queues of {} at {} ms", look.who, look.at);
        let sides = (text(&look.queues), text(&held[0]));
        tally.same_if(held.contains(&look.queues), &what, sides);
    }
    if overlap(recorded) {
        let what = "a queue is pulled by two consumers while it changes hands";
        tally.same_if(overlap(ours), what, (true, overlap(ours)));
    }
}

/// What somebody holds changes within the tolerance of a moment.
fn changes_near(recorded: &Timeline, who: &str, at: i64) -> bool {
    let looks: Vec<_> = recorded.held.iter().filter(|look| look.who == who).collect();
    let is_near = |pair: &&[&Held]| {
        pair[0].queues != pair[1].queues && pair[0].at - LOOSE <= at && at <= pair[1].at + LOOSE
    };
    looks.windows(2).any(|pair| is_near(&pair))
}

/// Of some queue, one consumer's pulls go on after another one's began.
fn overlap(timeline: &Timeline) -> bool {
    let mut spans: BTreeMap<Queue, BTreeMap<&str, (i64, i64)>> = BTreeMap::new();
    for pull in timeline.asked("PULL_MESSAGE") {
        let queue = (pull.field("topic").to_owned(), pull.peer.clone(), pull.number("queueId"));
        let of_who = spans.entry(queue).or_default().entry(&pull.who).or_insert((pull.at, pull.at));
        of_who.1 = pull.at;
    }
    timeline.has("GET_CONSUMER_LIST_BY_GROUP")
        && spans.values().any(|of_queue| {
            let mut ends: Vec<(i64, i64)> = of_queue.values().copied().collect();
            ends.sort_unstable();
            ends.windows(2).any(|pair| pair[1].0 <= pair[0].1)
        })
}

fn text(queues: &BTreeSet<Queue>) -> String {
    let names = queues.iter().map(|(topic, broker, id)| format!("{topic} {broker}:{id}"));
    names.collect::<Vec<_>>().join(", ")
}
