//! Sends: how many, in which queues, in which order of queues.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::conform::Tally;

use super::timeline::{Queue, Sent, Timeline};

/// ms after which a route is asked for anew (`pollNameServerInterval`).
const ROUTES: i64 = 30_000;

/// A producer and a topic.
type Stream = (String, String);

pub(super) fn compare(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let theirs = streams(recorded);
    for (stream, sent) in &theirs {
        let what = format!("sends of {} to {}", stream.0, stream.1);
        let found = &of_stream(ours, stream);
        tally.same_if(sent.len() == found.len(), &what, (sent.len(), found.len()));
        if sent.iter().any(|send| send.keyed) {
            by_key(&what, (sent, found), tally);
        } else {
            rotation(&what, (sent, found), &recorded.actions, tally);
        }
    }
    if !theirs.is_empty() {
        let failed = (recorded.failed.len(), ours.failed.len());
        tally.same_if(failed.0 == failed.1, "sends that failed", failed);
    }
}

fn streams(timeline: &Timeline) -> BTreeMap<Stream, Vec<&Sent>> {
    let mut streams: BTreeMap<Stream, Vec<&Sent>> = BTreeMap::new();
    for sent in &timeline.sent {
        streams.entry((sent.who.clone(), sent.queue.0.clone())).or_default().push(sent);
    }
    streams
}

/// Sends with keys are recorded without their topic: then it is all of the producer's.
fn of_stream<'a>(timeline: &'a Timeline, (who, topic): &Stream) -> Vec<&'a Sent> {
    let is_of = |sent: &&Sent| sent.who == *who && (topic.is_empty() || sent.queue.0 == *topic);
    timeline.sent.iter().filter(is_of).collect()
}

/// Each key has its queue, the same as there.
fn by_key(what: &str, (theirs, ours): (&[&Sent], &[&Sent]), tally: &mut Tally) {
    let queues = |sends: &[&Sent]| -> Vec<i64> { sends.iter().map(|sent| sent.queue.2).collect() };
    let sides = (format!("{:?}", queues(theirs)), format!("{:?}", queues(ours)));
    tally.same_if(sides.0 == sides.1, &format!("{what}, queues"), sides);
}

/// Between two actions all queues that are used there are used here, one after the other.
fn rotation(what: &str, (theirs, ours): (&[&Sent], &[&Sent]), actions: &[i64], tally: &mut Tally) {
    let mut done = 0;
    for (begin, part) in parts(theirs, actions) {
        let mine = &ours[done.min(ours.len())..(done + part.len()).min(ours.len())];
        done += part.len();
        let queues: BTreeSet<&Queue> = part.iter().map(|sent| &sent.queue).collect();
        let found: BTreeSet<&Queue> = mine.iter().map(|sent| &sent.queue).collect();
        let what = format!("{what} from {begin} ms on");
        let sides = (format!("{queues:?}"), format!("{found:?}"));
        tally.same_if(sides.0 == sides.1, &format!("{what}, queues"), sides);
        if in_turn(part, &queues) {
            let text = |sends: &[&Sent]| {
                let places = sends.iter().map(|sent| format!("{}:{}", sent.queue.1, sent.queue.2));
                places.collect::<Vec<_>>().join(" ")
            };
            let what = format!("{what}, one queue after the other");
            tally.same_if(in_turn(mine, &queues), &what, (text(part), text(mine)));
        }
    }
}

/// The sends between actions, and before and after a long pause: each new route is begun anywhere.
fn parts<'a>(sends: &'a [&'a Sent], actions: &[i64]) -> Vec<(i64, &'a [&'a Sent])> {
    let mut parts = Vec::new();
    let mut rest = sends;
    for action in actions {
        let (before, after) = rest.split_at(rest.partition_point(|sent| sent.at <= *action));
        parts.push(before);
        rest = after;
    }
    parts.push(rest);
    let parts = parts
        .into_iter()
        .flat_map(|part: &[&Sent]| part.chunk_by(|before, after| after.at - before.at < ROUTES));
    parts.map(|part| (part[0].at, part)).collect()
}

fn in_turn(sends: &[&Sent], queues: &BTreeSet<&Queue>) -> bool {
    let place = |sent: &Sent| queues.iter().position(|queue| **queue == sent.queue);
    sends.windows(2).all(|pair| match (place(pair[0]), place(pair[1])) {
        (Some(one), Some(next)) => (one + 1) % queues.len() == next,
        _ => false,
    })
}
