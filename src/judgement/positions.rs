//! A queue's positions are given one after the other, and shown one after the other.

use crate::kernel::actor::NodeId;
use crate::observation::Observations;
use crate::observation::pages::Pages;
use crate::observation::seen::Seen;

use super::Verdict;
use super::violation::{Rule, Violation};

/// The next position of each queue.
#[derive(Clone, Debug, Default)]
pub(super) struct Positions {
    queues: Pages<Next>,
    /// Who leads brokers under a controller: what another one stores meanwhile is cut later.
    leaders: Vec<(NodeId, NodeId)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Next {
    offset: u64,
    /// Its log was recovered since: some positions may be given a second time.
    may_fall: bool,
    /// The first position that was not shown when files of its log were deleted last.
    unshown: Option<u64>,
}

impl Positions {
    /// A broker leads those that have its queues.
    pub(super) fn leads(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        let home = so_far.cast().home(seen.node);
        self.leaders.retain(|(of, _)| *of != home);
        self.leaders.push((home, seen.node));
    }

    /// Brokers of this name elect who leads.
    pub(super) fn has_leader(&self, home: NodeId) -> bool {
        self.leaders.iter().any(|(of, _)| *of == home)
    }

    /// A record came into a log.
    #[inline]
    pub(super) fn stored(
        &mut self,
        seen: &Seen<'_>,
        offset: u64,
        so_far: &Observations,
    ) -> Verdict {
        let Some(queue) = seen.queue else { return Ok(()) };
        if !self.leaders.is_empty() {
            let home = so_far.places.queues()[queue].queue.broker;
            let leads = |(of, leader): &(NodeId, NodeId)| *of != home || *leader == seen.node;
            if !self.leaders.iter().all(leads) {
                return Ok(());
            }
        }
        let next = self.queues.entry(queue);
        let is_next = offset == next.offset || next.may_fall && offset < next.offset;
        let expected = std::mem::replace(&mut next.offset, offset + 1);
        next.may_fall = false;
        if is_next {
            return Ok(());
        }
        Err(Violation::of(Rule::PositionLeftOut, seen, (expected, offset)))
    }

    /// A queue shows a message to consumers.
    #[inline]
    pub(super) fn shown(&self, seen: &Seen<'_>, offset: u64, so_far: &Observations) -> Verdict {
        let Some(queue) = seen.queue else { return Ok(()) };
        let next = so_far.progress.stored(queue);
        if offset <= next { Ok(()) } else { self.left_out(seen, (queue, next, offset), so_far) }
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    fn left_out(
        &self,
        seen: &Seen<'_>,
        (queue, next, offset): (usize, u64, u64),
        so_far: &Observations,
    ) -> Verdict {
        if so_far.is_outlived(seen.node) {
            return Ok(());
        }
        let may_skip = self.queues.len() > queue && self.queues.get(queue).unshown == Some(next);
        if may_skip {
            return Ok(());
        }
        Err(Violation::of(Rule::PositionLeftOut, seen, (next, offset)))
    }

    /// A broker deleted files of its log, maybe with records that its queues did not show yet:
    /// `ReputMessageService` goes on at the first byte that is left.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn deleted(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        for index in 0..self.queues.len() {
            let place = so_far.places.queues()[index];
            if place.queue.broker == so_far.cast().home(seen.node) {
                self.queues.entry(index).unshown = Some(so_far.progress.stored(index));
            }
        }
    }

    /// A broker began anew, maybe with less than it had.
    pub(super) fn recovered(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        for (index, place) in so_far.places.queues().iter().enumerate() {
            if place.queue.broker == so_far.cast().home(seen.node) && index < self.queues.len() {
                self.queues.entry(index).may_fall = true;
            }
        }
    }
}
