//! How a lane's consumers asked, within the window that the compare view shows.

use crate::facts::TopicKind;
use crate::kernel::order;
use crate::observation::asking::{Parting, Request, Wait};
use crate::session::frame;
use crate::session::frame::{AskMark, WaitMark};

use super::Scene;
use super::charts::percentiles;
use super::say::{reason, say};

/// The window is so long; it moves on by its whole length.
const WINDOW: u64 = 30_000_000_000;

pub(super) fn asking(scene: &Scene<'_>) -> frame::Asking {
    let asking = &scene.seen.asking;
    let (answered, empty) = asking.counts();
    let window = window(scene.now, scene.end);
    frame::Asking {
        answered,
        empty,
        held_now: asking.held_now(),
        wait: percentiles(scene.seen.wait.percentiles()),
        requests: requests(scene, window),
        messages: messages(scene, window),
        window,
        parting: asking.parting().map(|parting| parted(scene, parting)),
    }
}

fn window(now: u64, end: u64) -> (u64, u64) {
    if end <= WINDOW {
        return (0, end);
    }
    let last = (end - 1) / WINDOW;
    let from = (now / WINDOW).min(last) * WINDOW;
    (from, from + WINDOW)
}

fn requests(scene: &Scene<'_>, (from, to): (u64, u64)) -> Vec<AskMark> {
    let inside = |request: &&Request| {
        request.answered.is_none_or(|answered| answered >= from) && request.arrived < to
    };
    let mark = |request: &Request| {
        Some(AskMark {
            queue: scene.queue(request.queue)?,
            arrived: request.arrived,
            answered: request.answered,
            until: request.until,
            found: request.found,
        })
    };
    let marks: Vec<AskMark> =
        scene.seen.asking.requests().filter(inside).filter_map(mark).collect();
    let most = usize::from(scene.want.marks);
    marks[marks.len().saturating_sub(most)..].to_vec()
}

fn messages(scene: &Scene<'_>, (from, to): (u64, u64)) -> Vec<WaitMark> {
    let most = usize::from(scene.want.marks);
    let mark = |wait: &Wait| {
        let (queue, message) = (scene.queue(wait.queue)?, wait.message);
        Some(WaitMark { queue, message, stored: wait.stored, delivered: Some(wait.delivered) })
    };
    let inside = |wait: &&Wait| wait.delivered >= from && wait.stored < to;
    let past = scene.seen.asking.waits().rev().filter(inside).filter_map(mark).take(most);
    let mut marks: Vec<WaitMark> = past.collect();
    marks.reverse();
    let left = most - marks.len();
    marks.extend(undelivered(scene).take(left));
    order::by_key(&mut marks, |mark| (mark.stored, mark.message));
    marks
}

/// Messages that were handed out to nobody yet.
fn undelivered<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = WaitMark> + 'a {
    let seen = scene.seen;
    let read =
        |queue: &usize| seen.places.kind(seen.places.queues()[*queue].topic) == TopicKind::Read;
    (0..).zip(scene.queues).filter(move |(_, queue)| read(queue)).flat_map(move |(place, queue)| {
        let group = super::queues::first_group(seen, *queue);
        let handed = group.map_or(0, |group| seen.progress.share(*queue, group).handed);
        (handed..seen.progress.stored(*queue)).filter_map(move |offset| {
            let message = seen.progress.number(*queue, offset)?;
            let stored = seen.messages.record(message).stored;
            Some(WaitMark { queue: place, message, stored, delivered: None })
        })
    })
}

fn parted(scene: &Scene<'_>, parting: Parting) -> frame::Parting {
    let why = reason(scene.seen.cast(), Some(parting.why));
    let key =
        why.as_ref().map_or_else(String::new, |why| why.sentence.key.replace("why.", "parting."));
    frame::Parting {
        at: parting.at,
        words: say(&key, []),
        setting: why.and_then(|why| why.setting),
    }
}
