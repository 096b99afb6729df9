//! How far a consumer that cannot keep up pulls ahead of what it has committed.

use crate::cli::conform::Tally;

use super::BLINK;
use super::timeline::{Asked, Timeline};

/// Messages that the distance may differ by.
const MESSAGES: i64 = 64;
/// From so many messages ahead on a recording is one of flow control.
const AHEAD: i64 = 200;
/// Percent that the whole time may differ by.
const PERCENT: i64 = 15;

pub(super) fn compare(recorded: &Timeline, ours: &Timeline, tally: &mut Tally) {
    let (theirs, ours) = (distances(recorded), distances(ours));
    if theirs.iter().all(|(_, ahead)| *ahead < AHEAD) {
        return;
    }
    let (Some((begin, _)), Some((our_begin, _))) = (theirs.first(), ours.first()) else {
        return tally.same_if(false, "pulls", (theirs.len(), ours.len()));
    };
    for (at, ahead) in &theirs {
        let around =
            |(our_at, _): &&(i64, i64)| ((our_at - our_begin) - (at - begin)).abs() <= BLINK;
        let near = ours.iter().filter(around).map(|(_, ahead)| *ahead);
        let found = near.min_by_key(|found| (found - ahead).abs());
        let before = ours.iter().rev().find(|(our_at, _)| our_at - our_begin <= at - begin);
        let found = found.or(before.map(|(_, ahead)| *ahead)).unwrap_or(0);
        tally.close(&format!("messages ahead at {at} ms"), (*ahead, found), MESSAGES);
    }
    let last = |pulls: &[(i64, i64)]| pulls.last().map_or(0, |(at, _)| *at) - pulls[0].0;
    let (expected, found) = (last(&theirs), last(&ours));
    tally.close("ms from the first pull to the last", (expected, found), expected * PERCENT / 100);
}

/// Moments of pulls, and how far each is ahead of the offset that it commits.
fn distances(timeline: &Timeline) -> Vec<(i64, i64)> {
    let ahead = |pull: &Asked| pull.number("queueOffset") - pull.number("commitOffset");
    let pulls = timeline.asked("PULL_MESSAGE").filter(|it| !it.field("topic").starts_with('%'));
    pulls.map(|pull| (pull.at, ahead(pull))).collect()
}
