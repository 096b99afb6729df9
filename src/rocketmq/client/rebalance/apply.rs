//! Takes an assignment: gives queues up, takes new ones with the offsets where they start.
//!
//! Follows `RebalanceImpl.updateProcessQueueTableInRebalance` and
//! `RebalancePushImpl.computePullFromWhere`. Leaves out queue locks and starting by time.

use std::collections::VecDeque;

use crate::facts::{Fact, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::config::ConsumeFrom;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, ReplyBody, Request, code};
use crate::rocketmq::settings;
use crate::rocketmq::topic::retry_topic;

use super::super::calls::{Call, CallError};
use super::super::consumer::PushConsumer;
use super::super::java_order::sort_by_hash;
use super::super::queue::MessageQueue;
use super::super::timer::ClientTimer;
use super::super::{Thread, Waiter};
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
    /// These come after the one that is asked about.
    left: VecDeque<MessageQueue>,
    asking: Option<Asking>,
}

/// What is asked about a new queue.
#[derive(Clone, Copy, Debug)]
enum Asking {
    /// What the group committed (`QUERY_CONSUMER_OFFSET`).
    Committed(MessageQueue),
    /// Its end (`GET_MAX_OFFSET`).
    End(MessageQueue),
}

/// A pull is due so long after the last one, or the queue is taken anew (`pullMaxIdleTime`).
const PULL_MAX_IDLE: SimSpan = SimSpan::secs(120);
/// Time-out of the questions for committed offsets.
const QUERY_TIMEOUT: SimSpan = SimSpan::secs(5);
/// Time-out of the questions for the end of a queue.
const MAX_OFFSET_TIMEOUT: SimSpan = SimSpan::secs(6);
/// First pull after an assignment.
const FIRST_PULL: SimSpan = SimSpan::millis(500);

impl PushConsumer {
    /// Takes the assignment of the walk's topic.
    pub(super) fn apply(
        &mut self,
        walk: Walk,
        assigned: Vec<MessageQueue>,
        members: usize,
        fx: &mut Effects<'_, Mq>,
    ) {
        let changed = self.give_up(&walk, &assigned, fx);
        let mut left: Vec<MessageQueue> = assigned.clone();
        sort_by_hash(&mut left, MessageQueue::java_hash);
        left.retain(|queue| !self.owned.holds(*queue));
        let members = u32::try_from(members).expect("groups are small");
        let (left, taken, asking) = (left.into(), Vec::new(), None);
        let starts = Starts { assigned, members, taken, changed, left, asking };
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
        match (asking, result) {
            (
                Asking::Committed(queue),
                Ok(Reply { code: code::SUCCESS, body: ReplyBody::Offset(offset) }),
            ) => {
                self.offsets.update(queue, offset, false);
                let because =
                    if offset > 0 { Because::StartCommitted } else { Because::StartYoungQueue };
                self.take_queue(&mut starts, queue, (offset, because.plain()), fx);
            }
            (Asking::Committed(queue), Ok(reply)) if reply.code == code::QUERY_NOT_FOUND => {
                let retry = queue.topic == retry_topic(self.group());
                if retry || self.config.consume_from == ConsumeFrom::FirstOffset {
                    self.take_queue(&mut starts, queue, (0, Because::StartFirst.plain()), fx);
                } else {
                    return self.ask_start(walk, starts, Asking::End(queue), fx);
                }
            }
            (
                Asking::End(queue),
                Ok(Reply { code: code::SUCCESS, body: ReplyBody::Offset(offset) }),
            ) => {
                self.take_queue(&mut starts, queue, (offset, Because::StartLast.plain()), fx);
            }
            // Not taken this time: the round does not count as settled.
            (Asking::Committed(_) | Asking::End(_), _) => {}
        }
        self.next_start(walk, starts, fx);
    }

    /// Gives up what is not assigned any more; true where there was something.
    fn give_up(
        &mut self,
        walk: &Walk,
        assigned: &[MessageQueue],
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let mut gone: Vec<(u32, MessageQueue, Why)> = Vec::new();
        for (id, holding) in self.owned.of_topic(walk.topic) {
            let idle = fx.now().since(holding.last_pull);
            if !assigned.contains(&holding.queue) {
                gone.push((id, holding.queue, Because::NotAssigned.plain()));
            } else if idle > PULL_MAX_IDLE {
                let limit = u32::try_from(settings::PULL_MAX_IDLE_TIME.default).expect("it fits");
                gone.push((id, holding.queue, Because::PullExpired.with(limit)));
            }
        }
        sort_by_hash(&mut gone, |(_, queue, _)| queue.java_hash());
        for (id, _, why) in &gone {
            self.release(*id, *why, fx);
        }
        !gone.is_empty()
    }

    fn next_start(&mut self, walk: Walk, mut starts: Starts, fx: &mut Effects<'_, Mq>) {
        if let Some(queue) = starts.left.pop_front() {
            self.offsets.forget(queue);
            return self.ask_start(walk, starts, Asking::Committed(queue), fx);
        }
        self.applied(walk, &starts, fx);
    }

    fn ask_start(
        &mut self,
        mut walk: Walk,
        mut starts: Starts,
        asking: Asking,
        fx: &mut Effects<'_, Mq>,
    ) {
        let (Asking::Committed(queue) | Asking::End(queue)) = asking;
        let routes = &self.instance.routes;
        let peer = match asking {
            Asking::Committed(_) => routes.reader(queue.broker),
            // The end of a queue is the master's to tell.
            Asking::End(_) => routes.master(queue.broker),
        };
        let Some(peer) = peer else { return self.next_start(walk, starts, fx) };
        let (topic, id, group) = (queue.topic, queue.id, self.group());
        let (request, timeout) = match asking {
            Asking::Committed(_) => {
                (Request::QueryOffset { group, topic, queue: id, or_zero: true }, QUERY_TIMEOUT)
            }
            Asking::End(_) => (Request::MaxOffset { topic, queue: id }, MAX_OFFSET_TIMEOUT),
        };
        starts.asking = Some(asking);
        walk.stage = Stage::Starts(starts);
        self.walk = Some(walk);
        let waiter = Waiter::Thread(Thread::Rebalance);
        self.instance.calls.call(Call { peer, request, timeout, waiter }, fx);
    }

    fn take_queue(
        &mut self,
        starts: &mut Starts,
        queue: MessageQueue,
        (offset, why): (u64, Why),
        fx: &mut Effects<'_, Mq>,
    ) {
        let id = self.owned.take(queue, offset, fx.now());
        starts.taken.push(id);
        starts.changed = true;
        let (queue, group) = (self.instance.routes.show(queue), self.group());
        fx.note(Fact::Owned { queue, group, offset, why });
    }

    /// All questions are answered: plans the first pulls, and tells the brokers of a change.
    fn applied(&mut self, mut walk: Walk, starts: &Starts, fx: &mut Effects<'_, Mq>) {
        for queue in &starts.taken {
            fx.arm(FIRST_PULL, Timer::Client(ClientTimer::PullAgain { queue: *queue }));
        }
        let held = self.owned.of_topic(walk.topic).count();
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

    /// Gives one queue up: its offset is persisted and forgotten, what it has in the client is
    /// dropped.
    pub(in crate::rocketmq::client) fn release(
        &mut self,
        id: u32,
        why: Why,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(holding) = self.owned.drop_queue(id) else { return };
        self.persist(holding.queue, fx);
        self.offsets.forget(holding.queue);
        let (queue, group) = (self.instance.routes.show(holding.queue), self.group());
        fx.note(Fact::Released { queue, group, why });
    }
}

impl Digestible for Starts {
    fn digest(&self, digest: &mut Digest) {
        digest.all(self.assigned.iter());
        digest.word(self.taken.len() as u64);
        digest.word(self.left.len() as u64 | u64::from(self.changed) << 32);
        digest.word(match self.asking {
            None => 0,
            Some(Asking::Committed(queue)) => 1 | u64::from(queue.id) << 8,
            Some(Asking::End(queue)) => 2 | u64::from(queue.id) << 8,
        });
    }
}
