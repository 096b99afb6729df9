//! At least once: a group's offset passes only what the group is done with, and goes back only
//! where its queue changes hands or its log was cut.

use crate::facts::AnswerCode;
use crate::observation::Observations;
use crate::observation::messages::mark;
use crate::observation::pages::Pages;
use crate::observation::seen::Seen;

use super::Verdict;
use super::violation::{Rule, Violation};

/// After a change of hands both owners' offsets come for so long, ns: two rounds of
/// `persistConsumerOffsetInterval` and a slow link.
const HAND_OVER: u64 = 15_000_000_000;

/// What was committed, by queue and group.
#[derive(Clone, Debug)]
pub(super) struct Commits {
    groups: usize,
    shares: Pages<Share>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Share {
    /// Everything before it was looked at.
    verified: u64,
    /// The last offset that was committed.
    last: u64,
    /// It may go back until then.
    may_fall_until: u64,
    /// Its program went on elsewhere: it may go back once, whenever that is told.
    may_fall_once: bool,
}

impl Commits {
    /// Nothing was committed yet, for so many groups.
    pub(super) fn new(groups: usize) -> Self {
        Self { groups, shares: Pages::default() }
    }

    /// A consumer begins with a queue at an offset. Where the group never committed one, that is
    /// where it wants to begin.
    pub(super) fn owned(&mut self, seen: &Seen<'_>, offset: u64, so_far: &Observations) {
        self.changed_hands(seen);
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        if so_far.progress.share(queue, group).committed.is_none() {
            let share = self.shares.entry(queue * self.groups + group);
            share.verified = share.verified.max(offset);
        }
    }

    /// A queue has another owner, or none.
    pub(super) fn changed_hands(&mut self, seen: &Seen<'_>) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        let share = self.shares.entry(queue * self.groups + group);
        share.may_fall_until = seen.at + HAND_OVER;
    }

    /// A consumer goes on elsewhere in a queue, because somebody says so.
    pub(super) fn set(&mut self, seen: &Seen<'_>, offset: u64) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        let share = self.shares.entry(queue * self.groups + group);
        share.verified = share.verified.max(offset);
        share.may_fall_once = true;
    }

    /// A broker sent a group elsewhere in its queue.
    pub(super) fn answered(&mut self, seen: &Seen<'_>, code: AnswerCode) {
        if code == AnswerCode::OffsetMoved {
            self.changed_hands(seen);
        }
    }

    /// A log may be shorter than it was: positions may be given again. What came to stand where a
    /// group was before is passed over by it.
    pub(super) fn recovered(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        for (index, place) in so_far.places.queues().iter().enumerate() {
            if place.queue.broker != so_far.cast().home(seen.node) {
                continue;
            }
            for group in 0..self.groups {
                let share = self.shares.entry(index * self.groups + group);
                share.may_fall_until = seen.at + HAND_OVER;
                share.verified = share.verified.max(so_far.progress.share(index, group).handed);
            }
        }
    }

    /// A broker took an offset.
    #[inline]
    pub(super) fn committed(
        &mut self,
        seen: &Seen<'_>,
        offset: u64,
        so_far: &Observations,
    ) -> Verdict {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return Ok(()) };
        let share = self.shares.entry(queue * self.groups + group);
        let last = std::mem::replace(&mut share.last, offset);
        let falls = offset < last && share.may_fall_until < seen.at;
        if falls && !std::mem::take(&mut share.may_fall_once) {
            return Err(Violation::of(Rule::OffsetWentBack, seen, (last, offset)));
        }
        // What the broker passed over shows with the next request: it is looked at then.
        let skipped = so_far.progress.share(queue, group).skipped_from.unwrap_or(u64::MAX);
        let until = offset.min(so_far.progress.stored(queue)).min(skipped);
        let from = share.verified;
        share.verified = from.max(until);
        for passed in from..until {
            let Some(number) = so_far.progress.number(queue, passed) else { continue };
            let ends = mark::CONSUMED | mark::FILTERED | mark::DEAD | mark::RETRYING;
            if so_far.messages.marks(number, group) & ends == 0 && !is_handed_out(seen, so_far) {
                let seen = Seen { message: Some(number), ..*seen };
                return Err(Violation::of(Rule::CommittedUndone, &seen, (passed, offset)));
            }
        }
        Ok(())
    }
}

/// What a pop hands out is passed at once: invisible for a time, not done with.
fn is_handed_out(seen: &Seen<'_>, so_far: &Observations) -> bool {
    let reasons = so_far.cast().vocabulary.reasons;
    let reason = seen.why.and_then(|why| reasons.get(usize::from(why.reason.0)));
    reason.is_some_and(|reason| reason.key == "popped")
}
