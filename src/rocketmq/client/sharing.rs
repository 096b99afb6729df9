//! Clients of a process that share one instance: connections, routes, heartbeats and the thread
//! for all that is periodic.
//!
//! Follows `MQClientManager.getOrCreateMQClientInstance` and the tables of `MQClientInstance`
//! (`producerTable`, `consumerTable`). Whoever is at work has what they share; what comes for
//! another one waits for it. Who wakes the thread that rebalances wakes it for all consumers.
//! Leaves out that it rebalances for one after the other, and that one thread pulls for all.

use std::mem::swap;

use crate::kernel::actor::NodeId;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::cluster::MqActor;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::remoting::{
    AdminRequest, ConsumerData, Packet, PushReply, RareRequest, Request,
};

use super::Thread;
use super::instance::{Instance, NOBODY, Signal};
use super::shutdown::Program;
use super::timer::ClientTimer;

/// A client that shares the instance and is not at work now.
#[derive(Clone, Debug)]
pub(super) struct Other {
    pub(super) node: NodeId,
    producers: Vec<Name>,
    consumer: Option<ConsumerData>,
}

impl Instance {
    /// Another client of the process goes on.
    pub(super) fn hand_over(&mut self, to: &mut Self) {
        let is_there = self.me != NOBODY && !matches!(self.program, Program::Left);
        self.routes.hand_over(is_there.then_some(self.me), &mut to.routes, to.me);
        if is_there {
            let (producers, consumer) = (self.producers.clone(), self.consumer.clone());
            self.others.push(Other { node: self.me, producers, consumer });
        }
        swap(&mut self.calls, &mut to.calls);
        swap(&mut self.round, &mut to.round);
        swap(&mut self.greetings, &mut to.greetings);
        swap(&mut self.tasks, &mut to.tasks);
        swap(&mut self.doing, &mut to.doing);
        swap(&mut self.signals, &mut to.signals);
        swap(&mut self.timers, &mut to.timers);
        swap(&mut self.others, &mut to.others);
        swap(&mut self.askers, &mut to.askers);
        to.others.retain(|other| other.node != to.me);
        if !is_there {
            to.signals.retain(|(who, _)| *who != self.me);
        }
    }

    /// Something for a client of the process; nobody has it who left.
    pub(super) fn tell(&mut self, who: NodeId, signal: Signal) {
        if who == self.me || self.others.iter().any(|other| other.node == who) {
            self.signals.push_back((who, signal));
        }
    }

    /// Something for all clients of the process.
    pub(super) fn tell_all(&mut self, signal: &Signal) {
        self.signals.push_back((self.me, signal.clone()));
        let others = self.others.iter().map(|other| (other.node, signal.clone()));
        self.signals.extend(others);
    }

    /// Consumers of the process rebalance with the client at work
    /// (`MQClientInstance.rebalanceImmediately`).
    pub(super) fn wake_consumers(&mut self) {
        let others = self.others.iter().filter(|other| other.consumer.is_some());
        self.signals.extend(others.map(|other| (other.node, Signal::Rebalance)));
    }

    /// The first of the signals that is for the client at work; what is for its program's thread
    /// is done here.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn own_signal(&mut self, fx: &mut Effects<'_, Mq>) -> Option<Signal> {
        while let Some(at) = self.signals.iter().position(|(who, _)| *who == self.me) {
            match self.signals.remove(at) {
                Some((_, Signal::Resume(Thread::Program, woken))) => {
                    self.program_resumed(&woken, fx);
                }
                found => return found.map(|(_, signal)| signal),
            }
        }
        None
    }

    /// Others go on with what came for them.
    pub(super) fn wake_others(&self, fx: &mut Effects<'_, Mq>) {
        for (at, (who, _)) in self.signals.iter().enumerate() {
            if self.signals.iter().take(at).all(|(before, _)| before != who) {
                fx.wake(*who, Timer::Client(ClientTimer::Woken));
            }
        }
    }

    /// The client at work has left.
    pub(super) fn part(&mut self) {
        self.program = Program::Left;
        self.calls.abandon(self.me);
        self.askers.retain(|(_, node)| *node != self.me);
    }

    /// Whether heartbeats tell of a consumer.
    pub(super) fn has_consumer(&self) -> bool {
        self.consumer.is_some() || self.others.iter().any(|other| other.consumer.is_some())
    }

    /// Producer groups of the process, the inner producer's last.
    pub(super) fn all_producers(&self) -> Vec<Name> {
        let mut all = self.producers.clone();
        for group in self.others.iter().flat_map(|other| &other.producers) {
            if !all.contains(group) {
                all.insert(0, *group);
            }
        }
        all
    }

    /// What the consumers of the process want.
    pub(super) fn all_consumers(&self) -> Vec<ConsumerData> {
        let others = self.others.iter().filter_map(|other| other.consumer.clone());
        self.consumer.iter().cloned().chain(others).collect()
    }

    /// Whose business a packet is, if not the first one's.
    pub(super) fn whose(&self, packet: &Packet) -> Option<NodeId> {
        let (opaque, group) = match packet {
            Packet::Reply { opaque, .. } => (Some(*opaque), None),
            Packet::Request { request: Request::ConsumerIdsChanged { group }, .. } => {
                (None, Some(*group))
            }
            Packet::Request { request: Request::Admin(request), .. }
                if let AdminRequest::PushReply(push) = &**request =>
            {
                return self.asker(push);
            }
            Packet::Request { opaque, request: Request::Admin(request), .. } => {
                let group = asked_group(request);
                (group.is_none().then_some(*opaque), group)
            }
            Packet::Request { opaque, request: Request::UpdateOffset { group, .. }, .. } => {
                (Some(*opaque), Some(*group))
            }
            Packet::Request { opaque, request: Request::SendMessage(send), .. } => {
                (Some(*opaque), Some(send.group))
            }
            Packet::Request { opaque, .. } => (Some(*opaque), None),
            Packet::Ha(_) => (None, None),
        };
        let asked = opaque.and_then(|opaque| self.calls.whose(opaque));
        asked.or_else(|| self.has_group(group?))
    }

    /// The client of the process that waits for a reply.
    fn asker(&self, push: &PushReply) -> Option<NodeId> {
        let found = push.send.message.wired()?.properties.get("CORRELATION_ID")?;
        let mut all = self.askers.iter();
        all.find(|(correlation, _)| correlation == found).map(|(_, node)| *node)
    }

    /// The client of the process that has a group.
    fn has_group(&self, group: Name) -> Option<NodeId> {
        let has = |producers: &[Name], consumer: &Option<ConsumerData>| {
            producers.contains(&group) || consumer.as_ref().is_some_and(|data| data.group == group)
        };
        if has(&self.producers, &self.consumer) {
            return Some(self.me);
        }
        let other = self.others.iter().find(|other| has(&other.producers, &other.consumer));
        other.map(|other| other.node)
    }
}

/// What the clients of a process share goes from one to another.
#[inline(never)] // Can wait (`xtask/src/split`).
pub(in crate::rocketmq) fn hand_over(from: &mut MqActor, to: &mut MqActor) {
    if let (Some(from), Some(to)) = (instance_mut(from), instance_mut(to)) {
        from.hand_over(to);
    }
}

/// The client of a process whose business a packet is.
#[inline(never)] // Can wait (`xtask/src/split`).
pub(in crate::rocketmq) fn whose(actor: &MqActor, packet: &Packet) -> Option<NodeId> {
    let instance = match actor {
        MqActor::Producer(producer) => producer.instance(),
        MqActor::PushConsumer(consumer) => &consumer.instance,
        MqActor::PullConsumer(consumer) => consumer.instance(),
        MqActor::LitePull(consumer) => consumer.instance(),
        MqActor::NameServer(_) | MqActor::Broker(_) | MqActor::Simple(_) => return None,
    };
    instance.whose(packet)
}

fn instance_mut(actor: &mut MqActor) -> Option<&mut Instance> {
    match actor {
        MqActor::Producer(producer) => Some(producer.instance_mut()),
        MqActor::PushConsumer(consumer) => Some(&mut consumer.instance),
        MqActor::PullConsumer(consumer) => Some(consumer.instance_mut()),
        MqActor::LitePull(consumer) => Some(consumer.instance_mut()),
        MqActor::NameServer(_) | MqActor::Broker(_) | MqActor::Simple(_) => None,
    }
}

/// The group that a broker's request to a client names.
fn asked_group(request: &AdminRequest) -> Option<Name> {
    if let AdminRequest::CheckTransaction(check) = request {
        let wired = check.message.message.wired();
        return wired.and_then(|wired| wired.properties.get("PGROUP")).map(Name::new);
    }
    let AdminRequest::Rare(rare) = request else { return None };
    if let RareRequest::ResetClient(reset) = rare {
        Some(reset.group)
    } else if let RareRequest::Call(call) = rare {
        Some(call.group)
    } else if let RareRequest::Status { group, .. } = rare {
        Some(*group)
    } else {
        None
    }
}
