//! Gives queues up that are not assigned any more, or that nothing asked for in too long.
//!
//! Follows `RebalancePushImpl.removeUnnecessaryMessageQueue` and `tryRemoveOrderMessageQueue`: a
//! queue that is consumed in order is given up when its listener is done, waited for 500 ms; where
//! that is too short, it is dropped and stays until a later round, which forces it once its lock
//! was not renewed for 20 s.

use std::collections::VecDeque;

use crate::facts::{Fact, Why};
use crate::kernel::agenda::Slot;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::settings;

use super::super::calls::millis;
use super::super::consumer::PushConsumer;
use super::super::java_order::sort_by_hash;
use super::super::queue::MessageQueue;
use super::super::timer::ClientTimer;
use super::walk::{Stage, Walk};

/// A pull is due so long after the last one, or the queue is taken anew (`pullMaxIdleTime`).
const PULL_MAX_IDLE: SimSpan = SimSpan::secs(120);
/// So long the rebalance waits for a listener.
const PATIENCE: SimSpan = SimSpan::millis(500);
/// A queue whose lock is older goes without waiting (`UNLOCK_DELAY_TIME_MILLS`).
const FORCED: SimSpan = SimSpan::secs(20);

/// Queues that are to be given up.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Leaving {
    left: VecDeque<(u32, Why)>,
    pub(super) assigned: Vec<MessageQueue>,
    pub(super) members: u32,
    /// Something was given up.
    pub(super) changed: bool,
    /// The listener of this one is waited for.
    waits: Option<(u32, Why, Slot)>,
}

impl Leaving {
    pub(super) fn new(gone: Vec<(u32, Why)>, assigned: Vec<MessageQueue>, members: u32) -> Self {
        Self { left: gone.into(), assigned, members, changed: false, waits: None }
    }
}

impl PushConsumer {
    /// Owned queues of a topic that are not to stay, in the order of Java's table.
    pub(super) fn gone(
        &self,
        walk: &Walk,
        assigned: &[MessageQueue],
        now: SimTime,
    ) -> Vec<(u32, Why)> {
        let mut gone: Vec<(u32, MessageQueue, Why)> = Vec::new();
        for (id, holding) in self.owned.of_topic(walk.topic) {
            if !assigned.contains(&holding.queue) || holding.pop.is_some() != walk.pops {
                gone.push((id, holding.queue, Because::NotAssigned.plain()));
            } else if now.since(holding.last_pull) > PULL_MAX_IDLE && !self.config.rules.lite {
                let limit = u32::try_from(settings::PULL_MAX_IDLE_TIME.default).expect("it fits");
                gone.push((id, holding.queue, Because::PullExpired.with(limit)));
            }
        }
        sort_by_hash(&mut gone, |(_, queue, _)| queue.java_hash());
        gone.into_iter().map(|(id, _, why)| (id, why)).collect()
    }

    /// Gives queues up, one after the other.
    pub(super) fn give_up(
        &mut self,
        mut walk: Walk,
        mut leaving: Leaving,
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.locks_queues() {
            for (id, _) in &leaving.left {
                if let Some(holding) = self.owned.any_mut(*id) {
                    holding.order.dropped = true;
                }
            }
        }
        while let Some((id, why)) = leaving.left.pop_front() {
            if self.locks_queues() && !self.may_leave(id, fx) {
                let slot = fx.arm(PATIENCE, Timer::Client(ClientTimer::GiveUpWaiting));
                leaving.waits = Some((id, why, slot));
                walk.stage = Stage::Leaving(leaving);
                self.walk = Some(walk);
                return;
            }
            self.release(id, why, fx);
            leaving.changed = true;
        }
        self.gave_up(walk, leaving, fx);
    }

    /// The listener of a queue came back: a rebalance may have waited for that.
    pub(in crate::rocketmq::client) fn listener_ended(
        &mut self,
        id: u32,
        fx: &mut Effects<'_, Mq>,
    ) {
        let waits = |walk: &Walk| match &walk.stage {
            Stage::Leaving(leaving) => leaving.waits.is_some_and(|(waits, ..)| waits == id),
            Stage::Route
            | Stage::Members
            | Stage::Assignment
            | Stage::Starts(_)
            | Stage::Heartbeat => false,
        };
        if self.walk.as_ref().is_some_and(waits) {
            self.stop_waiting(true, fx);
        }
    }

    /// The rebalance waited long enough for a listener, or that is done.
    pub(in crate::rocketmq::client) fn stop_waiting(
        &mut self,
        done: bool,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(mut walk) = self.walk.take() else { return };
        let stage = std::mem::replace(&mut walk.stage, Stage::Members);
        let Stage::Leaving(mut leaving) = stage else {
            panic!("a rebalance that waits for a listener gives queues up")
        };
        let (id, why, slot) = leaving.waits.take().expect("a listener is waited for");
        if done {
            fx.cancel(slot);
            self.release(id, why, fx);
            leaving.changed = true;
        } else if let Some(holding) = self.owned.any_mut(id) {
            let (queue, group) = (self.instance.routes.show(holding.queue), self.shown);
            let why = Because::ListenerBusy.with(millis(FORCED));
            fx.note(Fact::ReleaseAwaited { queue, group, why });
        }
        self.give_up(walk, leaving, fx);
    }

    /// Gives one queue up: its offset is persisted and forgotten, what it has in the client is
    /// dropped, and its lock is given back.
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
        if self.locks_queues()
            && let Some(peer) = self.instance.routes.master(holding.queue.broker)
        {
            let request = self.lock_request(&[holding.queue], false);
            self.instance.calls.one_way(peer, request, fx);
            fx.note(Fact::Unlocked { queue, group });
        }
    }

    /// Whether a queue that is consumed in order may go now; what is done of it is persisted
    /// anyway.
    fn may_leave(&mut self, id: u32, fx: &mut Effects<'_, Mq>) -> bool {
        let Some(holding) = self.owned.any_mut(id) else { return true };
        let (queue, locked_at) = (holding.queue, holding.order.locked_at);
        self.persist(queue, fx);
        fx.now() > locked_at + FORCED || !self.threads.listens_to(id)
    }
}

impl Digestible for Leaving {
    fn digest(&self, digest: &mut Digest) {
        digest.all(self.assigned.iter());
        digest.word(self.left.len() as u64 | u64::from(self.changed) << 32);
        digest.word(self.waits.map_or(0, |(id, ..)| u64::from(id) + 1));
    }
}
