//! Order: in a group that promises it, a queue has one thread at a time, and its messages are begun
//! in the queue's order.

use crate::facts::Fact;
use crate::kernel::actor::NodeId;
use crate::observation::Observations;
use crate::observation::messages::mark;
use crate::observation::pages::Pages;
use crate::observation::seen::Seen;

use super::Verdict;
use super::committed::loses_member;
use super::violation::{Rule, Violation};

/// A broker's locks end with its process: so long an owner may still count on one that somebody
/// else has now, ns (`REBALANCE_LOCK_MAX_LIVE_TIME` of clients, and a listener at work).
const TRUST: u64 = 60_000_000_000;

/// Who handles what, by queue and group.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    groups: usize,
    busy: Pages<Option<Turn>>,
    /// By broker: until when two may hold the lock of one queue, ns.
    unsure: Vec<u64>,
    /// Share and message that was handed out at another place than its first one: it was stored
    /// twice (a transaction that is ended twice, a timed message after a crash).
    elsewhere: Vec<(usize, u32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn {
    node: NodeId,
    thread: u32,
    message: u32,
}

impl Turns {
    /// Nobody handles anything yet, in so many groups.
    pub(super) fn new(groups: usize) -> Self {
        Self { groups, busy: Pages::default(), unsure: Vec::new(), elsewhere: Vec::new() }
    }

    /// A consumer has a message.
    pub(super) fn delivered(&mut self, seen: &Seen<'_>, offset: u64, so_far: &Observations) {
        let (Some(message), Some(queue), Some(group)) = (seen.message, seen.queue, seen.group)
        else {
            return;
        };
        let record = so_far.messages.record(message);
        if record.queue as usize != queue || u64::from(record.offset) != offset {
            self.elsewhere.push((queue * self.groups + group, message));
        }
    }

    /// A listener begins.
    pub(super) fn begin(&mut self, seen: &Seen<'_>, thread: u32, so_far: &Observations) -> Verdict {
        let (Some(message), Some(queue), Some(group)) = (seen.message, seen.queue, seen.group)
        else {
            return Ok(());
        };
        let turn = Turn { node: seen.node, thread, message };
        let index = queue * self.groups + group;
        let busy = self.busy.entry(index);
        let other = busy.replace(turn);
        let broker = so_far.places.queues()[queue].queue.broker;
        let until = self.unsure.get(broker.index()).copied().unwrap_or(0);
        // Whoever holds the lock, a process has one for each queue (`MessageQueueLock`).
        let other_thread = |it: &Turn| it.node == seen.node && it.thread != thread;
        if let Some(other) = other.filter(other_thread) {
            let numbers = (u64::from(other.node.0), u64::from(seen.node.0));
            return Err(Violation::of(Rule::TwoAtOnce, seen, numbers));
        }
        if seen.at < until || so_far.cast().promises(broker).stands_in && has_rival(broker, so_far)
        {
            return Ok(());
        }
        if let Some(other) = other.filter(|it| (it.node, it.thread) != (seen.node, thread)) {
            let numbers = (u64::from(other.node.0), u64::from(seen.node.0));
            return Err(Violation::of(Rule::TwoAtOnce, seen, numbers));
        }
        let record = so_far.messages.record(message);
        let begun = so_far.progress.share(queue, group).begun;
        // What one member left out and another one wants comes late.
        let late = mark::BEGUN | mark::FILTERED;
        let is_new = so_far.messages.marks(message, group) & late == 0;
        if so_far.progress.is_shifted(queue) {
            return Ok(());
        }
        if let Some(at) = self.elsewhere.iter().position(|it| *it == (index, message)) {
            self.elsewhere.swap_remove(at);
            return Ok(());
        }
        if is_new && record.queue as usize == queue && u64::from(record.offset) + 1 < begun {
            return Err(Violation::of(Rule::OutOfOrder, seen, (begun, u64::from(record.offset))));
        }
        Ok(())
    }

    /// A listener ended, well or not.
    pub(super) fn end(&mut self, seen: &Seen<'_>) {
        let (Some(message), Some(group)) = (seen.message, seen.group) else { return };
        let all = 0..self.busy.len().div_ceil(self.groups.max(1));
        for queue in seen.queue.map_or(all, |queue| queue..queue + 1) {
            let index = queue * self.groups + group;
            let is_it = |turn: Turn| (turn.node, turn.message) == (seen.node, message);
            if self.busy.get(index).is_some_and(is_it) {
                *self.busy.entry(index) = None;
            }
        }
    }

    /// Another broker leads: it has none of the locks that the last one gave.
    pub(super) fn led(&mut self, seen: &Seen<'_>, epoch: u32, so_far: &Observations) {
        if epoch > 1 {
            self.trust_no_lock(seen, so_far);
        }
    }

    /// A broker begins without locks. A first process had none to forget.
    pub(super) fn locks_forgotten(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        let is_first = so_far.nodes.of(seen.node).is_none_or(|figures| figures.starts == 0);
        if !is_first && !so_far.cast().is_client(seen.node) {
            self.trust_no_lock(seen, so_far);
        }
    }

    /// Another broker takes locks for this one's queues, or takes them no more: who is asked now
    /// does not know those that the other one gave.
    pub(super) fn trust_no_lock(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        self.trust_no_lock_of(so_far.cast().home(seen.node), seen.at);
    }

    fn trust_no_lock_of(&mut self, home: NodeId, at: u64) {
        let home = home.index();
        if self.unsure.len() <= home {
            self.unsure.resize(home + 1, 0);
        }
        self.unsure[home] = at + TRUST;
    }

    /// A name server forgot a broker, or knows it again: whom it tells asks another one for locks.
    pub(super) fn known(&mut self, seen: &Seen<'_>, broker: NodeId, so_far: &Observations) {
        let cast = so_far.cast();
        let home = cast.home(broker);
        let forgets = matches!(seen.fact, Fact::BrokerForgotten { .. });
        if cast.promises(home).stands_in && (forgets || has_rival(home, so_far)) {
            self.trust_no_lock_of(home, seen.at);
        }
    }

    /// A broker lost a member of a group: what members do with its queues at this moment may be
    /// what a dead one did.
    pub(super) fn members_changed(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        if let Some(group) = seen.group.filter(|_| loses_member(seen, so_far)) {
            self.lose_turns(seen, group, so_far);
        }
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    fn lose_turns(&mut self, seen: &Seen<'_>, group: usize, so_far: &Observations) {
        for (queue, place) in so_far.places.queues().iter().enumerate() {
            let index = queue * self.groups + group;
            let is_there = place.queue.broker == so_far.cast().home(seen.node);
            if is_there && self.busy.get(index).is_some() {
                *self.busy.entry(index) = None;
            }
        }
    }

    /// A process began or ended: nothing that it did before goes on.
    pub(super) fn gone(&mut self, node: NodeId) {
        for index in 0..self.busy.len() {
            if self.busy.get(index).is_some_and(|turn| turn.node == node) {
                *self.busy.entry(index) = None;
            }
        }
    }
}

/// Some name server knows a broker's copies, and not the broker: it names one of them in its place.
#[inline(never)] // Can wait (`xtask/src/split`).
fn has_rival(home: NodeId, so_far: &Observations) -> bool {
    let nodes = (0..).map(NodeId).take(so_far.cast().nodes.len());
    let mut known = nodes.filter_map(|node| so_far.nodes.of(node)).map(|figures| &figures.brokers);
    known.any(|brokers| {
        let copies = |broker: &NodeId| so_far.cast().home(*broker) == home;
        brokers.iter().any(copies) && !brokers.contains(&home)
    })
}
