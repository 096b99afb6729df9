//! Locks of queues that are consumed in order: a queue's broker gives it to one client of the
//! group.
//!
//! Follows `RebalanceImpl.lock`, `lockAll` and `unlockAll`, and the timers of
//! `ConsumeMessageOrderlyService`. The service for orderly pops keeps the same timer, so that
//! every renewal is asked for twice. Brokers are asked at the same time, not one after the other.

use crate::facts::{Fact, Why};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{AdminReply, AdminRequest, QueueName, Reply, ReplyBody, Request};

use super::super::Waiter;
use super::super::calls::{Call, CallError, millis};
use super::super::java_order::sort_by_hash;
use super::super::queue::MessageQueue;
use super::super::timer::ClientTimer;
use super::PushConsumer;

/// First renewal after the start, and the time between two (`REBALANCE_LOCK_INTERVAL`).
const FIRST: SimSpan = SimSpan::secs(1);
const PERIOD: SimSpan = SimSpan::secs(20);
/// A lock that was not renewed for longer is not good (`REBALANCE_LOCK_MAX_LIVE_TIME`).
const LIVES: SimSpan = SimSpan::secs(30);
/// Time-out of each question.
pub(in crate::rocketmq::client) const TIMEOUT: SimSpan = SimSpan::secs(1);
/// A task waits so long once its queue is locked, and where it is not.
const GOES_ON: SimSpan = SimSpan::millis(10);
const REFUSED: SimSpan = SimSpan::secs(3);

/// A question for locks that is under way.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct LockAsk {
    holdings: Vec<u32>,
    then: Then,
}

/// What its answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// A renewal.
    Renewed,
    /// A task of a queue that has no lock.
    Consumes,
    /// The end: the locks are given back.
    Stops,
}

impl PushConsumer {
    /// Whether queues are locked before they are consumed.
    pub(in crate::rocketmq::client) fn locks_queues(&self) -> bool {
        self.config.rules.orderly && !self.config.rules.broadcasting
    }

    /// The consumer starts.
    pub(super) fn start_locks(&self, fx: &mut Effects<'_, Mq>) {
        if self.locks_queues() {
            fx.arm(FIRST, Timer::Client(ClientTimer::LockQueues));
        }
    }

    /// Renews the locks of all owned queues.
    pub(super) fn lock_all(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.is_leaving() {
            return;
        }
        fx.arm(PERIOD, Timer::Client(ClientTimer::LockQueues));
        for _service in 0..2 {
            for (broker, holdings) in self.owned_by_broker() {
                self.ask_locks(broker, holdings, Then::Renewed, fx);
            }
        }
    }

    /// A task's queue is to be locked.
    pub(super) fn try_lock(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        let Some(holding) = self.owned.get(id) else { return };
        if !self.ask_locks(holding.queue.broker, vec![id], Then::Consumes, fx) {
            self.consume_queue_later(id, REFUSED, fx);
        }
    }

    /// Gives all locks back; false where there are none.
    pub(super) fn unlock_all(&mut self, fx: &mut Effects<'_, Mq>) -> bool {
        for (broker, holdings) in self.owned_by_broker() {
            self.ask_locks(broker, holdings, Then::Stops, fx);
        }
        self.locks.values().any(|ask| ask.then == Then::Stops)
    }

    /// An answer about locks came, or none.
    pub(super) fn locks_told(
        &mut self,
        ticket: u32,
        result: &Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(LockAsk { holdings, then }) = self.locks.remove(&ticket) else { return };
        match then {
            Then::Stops => {
                if self.locks.values().all(|ask| ask.then != Then::Stops) {
                    self.leave(fx);
                }
            }
            Then::Renewed => self.renewed(&holdings, locked_queues(result), fx),
            Then::Consumes => {
                self.renewed(&holdings, locked_queues(result), fx);
                let good = self.lock_missing(holdings[0], fx.now()).is_none();
                self.consume_queue_later(holdings[0], if good { GOES_ON } else { REFUSED }, fx);
            }
        }
    }

    /// Why a queue may not be consumed now, if that is so.
    pub(super) fn lock_missing(&self, id: u32, now: SimTime) -> Option<Why> {
        let order = &self.owned.get(id)?.order;
        if !self.locks_queues() {
            None
        } else if !order.locked {
            Some(Because::LockLost.with(millis(REFUSED)))
        } else {
            let expired = now.since(order.locked_at) > LIVES;
            expired.then(|| Because::LockExpired.with(millis(LIVES)))
        }
    }

    /// The request that locks a queue or gives its lock back.
    pub(in crate::rocketmq::client) fn lock_request(
        &self,
        queues: &[MessageQueue],
        locks: bool,
    ) -> Request {
        let (group, client) = (self.group(), self.config.client.client_id);
        let queues = queues.iter().map(|queue| (queue.topic, queue.broker, queue.id)).collect();
        Request::Admin(std::rc::Rc::new(if locks {
            AdminRequest::LockQueues { group, client, queues }
        } else {
            AdminRequest::UnlockQueues { group, client, queues }
        }))
    }

    fn owned_by_broker(&self) -> Vec<(Name, Vec<u32>)> {
        let mut brokers: Vec<(Name, Vec<u32>)> = Vec::new();
        for (id, holding) in self.owned.all().filter(|(_, holding)| !holding.order.dropped) {
            let broker = holding.queue.broker;
            match brokers.iter_mut().find(|(known, _)| *known == broker) {
                Some((_, ids)) => ids.push(id),
                None => brokers.push((broker, vec![id])),
            }
        }
        order::by_key(&mut brokers, |(broker, _)| *broker);
        brokers
    }

    fn ask_locks(
        &mut self,
        broker: Name,
        holdings: Vec<u32>,
        then: Then,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let Some(peer) = self.instance.routes.master(broker) else { return false };
        let queues = holdings.iter().filter_map(|id| self.owned.get(*id));
        let mut queues: Vec<MessageQueue> = queues.map(|holding| holding.queue).collect();
        sort_by_hash(&mut queues, MessageQueue::java_hash);
        let request = self.lock_request(&queues, then != Then::Stops);
        let ticket = self.ticket();
        self.locks.insert(ticket, LockAsk { holdings, then });
        let waiter = Waiter::Lock(ticket);
        self.instance.calls.call(Call { peer, request, timeout: TIMEOUT, waiter }, fx);
        true
    }

    /// Takes what a broker says of queues; without an answer everything stays as it is.
    fn renewed(
        &mut self,
        holdings: &[u32],
        locked: Option<Vec<QueueName>>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(locked) = locked else { return };
        let (now, group) = (fx.now(), self.group());
        for id in holdings {
            let Some(holding) = self.owned.get_mut(*id) else { continue };
            let MessageQueue { topic, broker, id } = holding.queue;
            let held = locked.contains(&(topic, broker, id));
            let was = std::mem::replace(&mut holding.order.locked, held);
            let queue = self.instance.routes.show(holding.queue);
            if held {
                holding.order.locked_at = now;
            }
            if held && !was {
                fx.note(Fact::Locked { queue, group });
            } else if !held {
                fx.note(Fact::NotLocked { queue, group, why: Because::LockHeld.plain() });
            }
        }
    }
}

/// Queues that a broker says are locked; `None` where it did not answer.
pub(in crate::rocketmq::client) fn locked_queues(
    result: &Result<Reply, CallError>,
) -> Option<Vec<QueueName>> {
    let Ok(Reply { body: ReplyBody::Admin(reply), .. }) = result else { return None };
    let AdminReply::Locked(queues) = &**reply else { return None };
    Some(queues.clone())
}
