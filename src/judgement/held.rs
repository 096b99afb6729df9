//! A broker that ends in order answers every request that it holds.

use crate::kernel::actor::NodeId;
use crate::observation::Observations;
use crate::observation::progress::Pull;
use crate::observation::seen::Seen;

use super::Verdict;
use super::committed::loses_member;
use super::violation::{Rule, Violation};

/// A consumer hears of its broker's crash when its pull times out, at the latest
/// (`consumerTimeoutMillisWhenSuspend`, 30 s), ns.
const HEARS: u64 = 30_000_000_000;

/// Which broker lost a member of which group, and when last, ns: what that member asked for is
/// nobody's.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    lost: Vec<(NodeId, usize, u64)>,
    /// By node: when it began or rebalanced last, ns.
    signs: Vec<u64>,
    /// Queue, group, and who holds its request last, where others have copies of the queue.
    holders: Vec<(usize, usize, NodeId)>,
}

impl Held {
    /// A group has members more or less.
    pub(super) fn members_changed(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        if let Some(group) = seen.group.filter(|_| loses_member(seen, so_far)) {
            self.lose(seen, group);
        }
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    fn lose(&mut self, seen: &Seen<'_>, group: usize) {
        self.lost.retain(|(node, other, _)| (*node, *other) != (seen.node, group));
        self.lost.push((seen.node, group, seen.at));
    }

    /// A process began: what it held before is gone with the one that crashed. Or a consumer
    /// rebalances: it is alive, hears in time that its broker crashed, and asks again.
    #[inline(always)] // As a function of its own it made the worker wait (`xtask/src/split`).
    pub(super) fn lives(&mut self, seen: &Seen<'_>) {
        let index = seen.node.index();
        if self.signs.len() <= index {
            self.signs.resize(index + 1, 0);
        }
        self.signs[index] = seen.at;
    }

    /// Who asked has stood still since the broker crashed that held the request.
    fn is_old(&self, broker: NodeId, owner: Option<NodeId>, since: u64) -> bool {
        let sign = |node: NodeId| self.signs.get(node.index()).copied().unwrap_or_default();
        let begun = sign(broker);
        begun > since && owner.is_none_or(|owner| sign(owner) < begun + HEARS)
    }

    /// A broker holds a request.
    #[inline]
    pub(super) fn held(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        if so_far.cast().has_copies(seen.node) {
            self.hold(seen);
        }
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    fn hold(&mut self, seen: &Seen<'_>) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        self.holders.retain(|(at, of, _)| (*at, *of) != (queue, group));
        self.holders.push((queue, group, seen.node));
    }

    /// A process ended in order.
    pub(super) fn stopped(&self, seen: &Seen<'_>, so_far: &Observations) -> Verdict {
        let (cast, has_copies) = (so_far.cast(), so_far.cast().has_copies(seen.node));
        let queues = so_far.places.queues().iter().enumerate();
        for (index, _) in queues.filter(|(_, it)| it.queue.broker == cast.home(seen.node)) {
            for group in 0..cast.groups.len() {
                // Of queues that others have copies of, a request may be held by one of those.
                if has_copies && !self.holders.contains(&(index, group, seen.node)) {
                    continue;
                }
                let Pull::Held { since, .. } = so_far.progress.share(index, group).pull else {
                    continue;
                };
                if self.is_old(seen.node, so_far.ownership.owner(index, group), since) {
                    continue;
                }
                let is_it = |lost: &&(NodeId, usize, u64)| (lost.0, lost.1) == (seen.node, group);
                if self.lost.iter().find(is_it).is_none_or(|(_, _, at)| *at < since) {
                    let seen = Seen { queue: Some(index), group: Some(group), ..*seen };
                    return Err(Violation::of(Rule::HeldForgotten, &seen, (since, seen.at)));
                }
            }
        }
        Ok(())
    }
}
