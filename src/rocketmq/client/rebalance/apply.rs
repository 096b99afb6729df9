//! Takes an assignment: gives queues up, takes new ones with the offsets where they start.
//!
//! Follows `RebalanceImpl.updateProcessQueueTableInRebalance`. A queue that is consumed in order is
//! locked first; where that is refused, the next round comes soon.

use std::collections::VecDeque;

use crate::facts::{Fact, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::Reply;

use super::super::Thread;
use super::super::calls::{CallError, millis};
use super::super::consumer::PushConsumer;
use super::super::java_order::sort_by_hash;
use super::super::queue::MessageQueue;
use super::super::timer::ClientTimer;
use super::leave::Leaving;
use super::start::{Asking, Start};
use super::walk::{Stage, Walk};

/// Queues that are new, with what they still need.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Starts {
    /// All that the consumer should own of the topic.
    assigned: Vec<MessageQueue>,
    members: u32,
    /// Taken in this round: their first pull is still to be planned.
    taken: Vec<u32>,
    /// Something was given up or taken.
    changed: bool,
    /// A lock was refused.
    refused: bool,
    /// These come after the one that is asked about.
    left: VecDeque<MessageQueue>,
    asking: Option<Asking>,
}

/// First pull after an assignment.
const FIRST_PULL: SimSpan = SimSpan::millis(500);
/// The next round after a lock was refused (`rebalanceLater`).
const AFTER_REFUSAL: SimSpan = SimSpan::millis(500);

impl PushConsumer {
    /// Takes the assignment of the walk's topic.
    pub(super) fn apply(
        &mut self,
        walk: Walk,
        assigned: Vec<MessageQueue>,
        members: usize,
        fx: &mut Effects<'_, Mq>,
    ) {
        let members = u32::try_from(members).expect("groups are small");
        let gone = self.gone(&walk, &assigned, fx.now());
        self.give_up(walk, Leaving::new(gone, assigned, members), fx);
    }

    /// What is not assigned any more is gone; the rest is taken.
    pub(super) fn gave_up(&mut self, walk: Walk, leaving: Leaving, fx: &mut Effects<'_, Mq>) {
        let Leaving { assigned, members, changed, .. } = leaving;
        let mut left: Vec<MessageQueue> = assigned.clone();
        sort_by_hash(&mut left, MessageQueue::java_hash);
        left.retain(|queue| !self.owned.holds(*queue));
        let (left, taken, refused, asking) = (left.into(), Vec::new(), false, None);
        let starts = Starts { assigned, members, taken, changed, refused, left, asking };
        self.next_start(walk, starts, fx);
    }

    /// An answer about a new queue came.
    pub(super) fn start_came(
        &mut self,
        mut walk: Walk,
        result: Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let stage = std::mem::replace(&mut walk.stage, Stage::Members);
        let Stage::Starts(mut starts) = stage else {
            panic!("an answer about a queue comes when one was asked about")
        };
        let asking = starts.asking.take().expect("an answer has a question");
        if let Asking::Lock(queue) = asking {
            self.offsets.forget(queue);
        }
        let start = self.start_told(asking, &result);
        self.take_start(walk, starts, (asking.queue(), start), fx);
    }

    fn take_start(
        &mut self,
        walk: Walk,
        mut starts: Starts,
        (queue, start): (MessageQueue, Start),
        fx: &mut Effects<'_, Mq>,
    ) {
        match start {
            Start::At(offset, why) => {
                let id = self.take_queue(&mut starts, queue, (offset, why), fx);
                if let Some(holding) = self.owned.get_mut(id) {
                    holding.pop = walk.pops.then_some(0);
                }
            }
            Start::Ask(asking) => return self.ask_start(walk, starts, asking, fx),
            Start::Refused => {
                starts.refused = true;
                let (queue, group) = (self.instance.routes.show(queue), self.group());
                let why = Because::LockHeld.with(millis(AFTER_REFUSAL));
                fx.note(Fact::NotLocked { queue, group, why });
            }
            // Not taken this time: the round does not count as settled.
            Start::Unknown => {}
        }
        self.next_start(walk, starts, fx);
    }

    fn next_start(&mut self, walk: Walk, mut starts: Starts, fx: &mut Effects<'_, Mq>) {
        let Some(queue) = starts.left.pop_front() else { return self.applied(walk, &starts, fx) };
        if walk.pops {
            let start = Start::At(0, Because::PopAssigned.plain());
            return self.take_start(walk, starts, (queue, start), fx);
        }
        if self.locks_queues() {
            return self.ask_start(walk, starts, Asking::Lock(queue), fx);
        }
        self.offsets.forget(queue);
        let start = self.begin_start(queue);
        self.take_start(walk, starts, (queue, start), fx);
    }

    fn ask_start(
        &mut self,
        mut walk: Walk,
        mut starts: Starts,
        asking: Asking,
        fx: &mut Effects<'_, Mq>,
    ) {
        if !self.ask_about(asking, Thread::Rebalance, fx) {
            return self.next_start(walk, starts, fx);
        }
        starts.asking = Some(asking);
        walk.stage = Stage::Starts(starts);
        self.walk = Some(walk);
    }

    fn take_queue(
        &mut self,
        starts: &mut Starts,
        queue: MessageQueue,
        (offset, why): (u64, Why),
        fx: &mut Effects<'_, Mq>,
    ) -> u32 {
        let id = self.owned.take(queue, offset, fx.now());
        starts.taken.push(id);
        starts.changed = true;
        let (queue, group) = (self.instance.routes.show(queue), self.group());
        if self.locks_queues() {
            fx.note(Fact::Locked { queue, group });
        }
        fx.note(Fact::Owned { queue, group, offset, why });
        id
    }

    /// All questions are answered: plans the first pulls, and tells the brokers of a change.
    fn applied(&mut self, mut walk: Walk, starts: &Starts, fx: &mut Effects<'_, Mq>) {
        if starts.refused {
            fx.arm(AFTER_REFUSAL, Timer::Client(ClientTimer::WakeLater));
        }
        let first = if self.config.rules.lite { SimSpan::ZERO } else { FIRST_PULL };
        for queue in &starts.taken {
            fx.arm(first, Timer::Client(ClientTimer::PullAgain { queue: *queue }));
        }
        let live = self.owned.of_topic(walk.topic).filter(|(_, holding)| !holding.order.dropped);
        let held = live.count();
        walk.settled &= held == starts.assigned.len();
        let owned = u32::try_from(held).expect("fewer queues than u32 can count");
        let (group, topic) = (self.group(), walk.topic);
        fx.note(Fact::Rebalanced { group, topic, owned, members: starts.members });
        if starts.changed {
            self.assignment_changed(walk, fx);
        } else {
            self.topic_done(walk, fx);
        }
    }
}

impl Digestible for Starts {
    fn digest(&self, digest: &mut Digest) {
        digest.all(self.assigned.iter());
        digest.word(self.taken.len() as u64);
        digest.word(self.left.len() as u64 | u64::from(self.changed) << 32);
        digest.word(self.asking.map_or(0, Asking::word));
    }
}
