//! Heartbeats: to all brokers one after the other, or to one that was just connected.
//!
//! Follows `MQClientInstance.sendHeartbeatToAllBrokerWithLock` and its channel listener: who finds
//! the lock taken sends nothing. Leaves out heartbeats by fingerprint (`useHeartbeatV2`, off).

use std::collections::VecDeque;
use std::rc::Rc;

use crate::facts::{Fact, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Heartbeat, Reply, Request, code};

use super::calls::{Call, CallError};
use super::instance::{Instance, Manners, Woken};
use super::{Thread, Waiter};

/// Heartbeats that are being sent: whoever sends holds the lock.
#[derive(Clone, Debug)]
pub(super) struct Round {
    who: NodeId,
    thread: Thread,
    left: VecDeque<NodeId>,
    why: Why,
}

/// Brokers that were just connected and are to be greeted.
#[derive(Clone, Debug, Default)]
pub(super) struct Greetings {
    waiting: VecDeque<NodeId>,
    busy: bool,
}

impl Instance {
    /// Sends heartbeats to all brokers; false where the lock is taken or no broker is known.
    pub(super) fn heartbeat(&mut self, thread: Thread, why: Why, fx: &mut Effects<'_, Mq>) -> bool {
        let only_masters = !self.has_consumer();
        let brokers = self.routes.brokers();
        let addresses = brokers.iter().flat_map(|(_, addresses)| addresses.iter());
        let wanted = addresses.filter(|(id, _)| *id == 0 || !only_masters);
        let left = wanted.map(|(_, node)| *node).collect();
        self.begin_round(Round { who: self.me, thread, left, why }, fx)
    }

    /// A broker was connected: the thread of network events greets it.
    pub(super) fn greet(&mut self, broker: NodeId, fx: &mut Effects<'_, Mq>) {
        if self.routes.is_broker(broker) && self.manners != Manners::Silent {
            self.greetings.waiting.push_back(broker);
            self.greet_next(fx);
        }
    }

    /// A greeting was answered.
    pub(super) fn greeted(&mut self, fx: &mut Effects<'_, Mq>) {
        self.greetings.busy = false;
        self.greet_next(fx);
    }

    /// A heartbeat was answered, or not: the next broker, or the end of the round.
    pub(super) fn heartbeat_answered(
        &mut self,
        result: &Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let round = self.round.as_ref().expect("a heartbeat belongs to a round");
        if !round.left.is_empty() {
            return self.heartbeat_next(fx);
        }
        let (who, thread) = (round.who, round.thread);
        let answered = matches!(result, Ok(reply) if reply.code == code::SUCCESS);
        self.round = None;
        self.resume(who, thread, Woken::Heartbeat { answered }, fx);
    }

    fn greet_next(&mut self, fx: &mut Effects<'_, Mq>) {
        while !self.greetings.busy {
            let Some(broker) = self.greetings.waiting.pop_front() else { return };
            let why = Because::HeartbeatNewConnection.plain();
            let left = VecDeque::from([broker]);
            let round = Round { who: self.me, thread: Thread::Events, left, why };
            self.greetings.busy = self.begin_round(round, fx);
        }
    }

    fn begin_round(&mut self, round: Round, fx: &mut Effects<'_, Mq>) -> bool {
        if self.round.is_some() || round.left.is_empty() {
            return false;
        }
        self.round = Some(round);
        self.heartbeat_next(fx);
        true
    }

    fn heartbeat_next(&mut self, fx: &mut Effects<'_, Mq>) {
        let round = self.round.as_mut().expect("the round goes on");
        let peer = round.left.pop_front().expect("a broker is left");
        let why = round.why;
        let heartbeat = Heartbeat {
            client: self.config.client_id,
            producers: self.all_producers(),
            consumers: self.all_consumers(),
        };
        let request = Request::Heartbeat(Rc::new(heartbeat));
        let timeout = self.config.api_timeout;
        fx.note(Fact::HeartbeatSent { peer, why });
        self.calls.call(Call { peer, request, timeout, waiter: Waiter::Heartbeat }, fx);
    }
}

impl Digestible for Round {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.thread.word());
        self.left.iter().for_each(|node| digest.put(node));
    }
}

impl Digestible for Greetings {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.busy);
        self.waiting.iter().for_each(|node| digest.put(node));
    }
}
