//! Topics, queues and who owns them.

use crate::facts::TopicKind;
use crate::kernel::order;
use crate::observation::Observations;
use crate::observation::messages::mark;
use crate::observation::progress::Pull;
use crate::session::frame;
use crate::session::frame::{Cell, CellState};

use super::Scene;

/// Queues that a frame holds at most; further ones are not shown.
const QUEUES: usize = 256;
/// From so many messages on a queue is a bar.
const BAR: u64 = 5;

/// The topics that a frame lists: a broker's notes are not among them.
pub(super) fn shown_topics(seen: &Observations) -> impl Iterator<Item = usize> + '_ {
    let shown = seen.places.shown().iter().copied();
    shown.filter(|topic| seen.places.kind(*topic) != TopicKind::Notes)
}

/// The queues that a frame lists: by topic in the order of their creation, then by broker and id.
pub(in crate::session) fn shown_queues(seen: &Observations) -> Vec<usize> {
    shown_topics(seen).flat_map(|topic| seen.places.queues_of(topic)).take(QUEUES).collect()
}

pub(super) fn topics(scene: &Scene<'_>) -> Vec<frame::Topic> {
    let places = &scene.seen.places;
    let records = |queue| scene.seen.progress.stored(queue);
    let topic = |index: usize| {
        let place = &places.topics()[index];
        let count = scene.seen.depth.topic(index);
        // Messages are counted where they were sent to; elsewhere lie copies and what is kept.
        let copies = || places.queues_of(index).map(records).sum();
        frame::Topic {
            name: place.name.as_str().to_owned(),
            tone: place.planned.and_then(|tone| u8::try_from(tone).ok()).unwrap_or(u8::MAX),
            stored: place.planned.map_or_else(copies, |_| count.stored),
            waiting: count.waiting,
            kept: places.kind(index) == TopicKind::Kept,
        }
    };
    shown_topics(scene.seen).map(topic).collect()
}

pub(super) fn queues(scene: &Scene<'_>) -> Vec<frame::Queue> {
    scene.queues.iter().map(|queue| one(scene, *queue)).collect()
}

fn one(scene: &Scene<'_>, index: usize) -> frame::Queue {
    let seen = scene.seen;
    let place = seen.places.queues()[index];
    let group = first_group(seen, index);
    let share = group.map(|group| seen.progress.share(index, group)).unwrap_or_default();
    let stored = seen.progress.stored(index);
    let cells = if stored < BAR { cells(seen, index, 4) } else { Vec::new() };
    frame::Queue {
        broker: place.queue.broker.0,
        topic: scene.topic(place.topic),
        id: place.queue.id,
        stored,
        handed_out: share.out,
        consumed: share.done,
        committed: share.committed,
        cells,
        pull: pull(share.pull),
    }
}

/// The group that a queue's row is about: the first that wants its topic; for a topic that nobody
/// planned the first that owns it or was given something of it.
pub(super) fn first_group(seen: &Observations, queue: usize) -> Option<usize> {
    let topic = seen.places.queues()[queue].topic;
    let planned = seen.places.topics()[topic].groups.first().copied();
    let has = |group: &usize| {
        let given = seen.progress.share(queue, *group).handed > 0;
        given || seen.ownership.owner(queue, *group).is_some()
    };
    planned.or_else(|| (0..seen.cast().groups.len()).find(has))
}

/// The newest messages of a queue, oldest first.
pub(super) fn cells(seen: &Observations, queue: usize, most: u64) -> Vec<Cell> {
    let stored = seen.progress.stored(queue);
    let group = first_group(seen, queue);
    let cell = |offset: u64| {
        let message = seen.progress.number(queue, offset)?;
        let marks = group.map_or(0, |group| seen.messages.marks(message, group));
        Some(Cell { message, state: state(marks) })
    };
    (stored.saturating_sub(most)..stored).filter_map(cell).collect()
}

fn state(marks: u8) -> CellState {
    let over = mark::CONSUMED | mark::FILTERED | mark::RETRYING | mark::DEAD;
    if marks & over != 0 {
        CellState::Consumed
    } else if marks & mark::OUT != 0 {
        CellState::HandedOut
    } else {
        CellState::Stored
    }
}

fn pull(pull: Pull) -> frame::Pull {
    match pull {
        Pull::None => frame::Pull::None,
        Pull::OnItsWay => frame::Pull::OnItsWay,
        Pull::BeingRead => frame::Pull::BeingRead,
        Pull::Held { since, until } => frame::Pull::Held { since, until },
        Pull::Answered => frame::Pull::Answered,
        Pull::Received => frame::Pull::Received,
    }
}

/// Who owns what, by the frame's list of queues.
pub(super) fn ribbons(scene: &Scene<'_>) -> Vec<(u32, u32)> {
    let ribbons = scene.seen.ownership.ribbons();
    let mut ribbons: Vec<(u32, u32)> =
        ribbons.filter_map(|(node, queue, _)| Some((node.0, scene.queue(queue)?))).collect();
    order::by_key(&mut ribbons, |(node, queue)| (*queue, *node));
    ribbons.dedup();
    ribbons
}
