//! The program's thread: how a client starts, and how it ends.
//!
//! Follows `DefaultMQPushConsumerImpl.start` and `shutdown`, `MQClientInstance.unregisterClient`.
//! Leaves out the checking of filters at brokers, and what a failed start does to the program.

use std::collections::VecDeque;

use crate::facts::Fact;
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::Request;
use crate::rocketmq::topic::CLIENT_INNER_PRODUCER;

use super::calls::Call;
use super::instance::{Instance, Manners, Signal, Woken};
use super::routes::{RouteAsk, RouteOutcome};
use super::{Thread, Waiter};

/// What the program's thread does.
#[derive(Clone, Debug, Default)]
pub(super) enum Program {
    /// Asks for the routes of the topics that it subscribes; these are left.
    #[default]
    NotStarted,
    Learning(VecDeque<Name>),
    /// Tells all brokers that it is there.
    Greeting,
    /// Sends or waits.
    Running,
    /// Tells all brokers that its groups leave; these are left.
    Leaving(VecDeque<Farewell>),
    /// Ended, while others of its process go on.
    Left,
}

/// A group leaves a broker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Farewell {
    broker: NodeId,
    group: Name,
    producer: bool,
}

impl Instance {
    /// A new client asks for routes, then greets the brokers that it knows.
    pub(super) fn start_program(&mut self, fx: &mut Effects<'_, Mq>) {
        let topics = self.routes.own_topics().into();
        self.learn_next(topics, fx);
    }

    /// True from the order to end on.
    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.program, Program::Leaving(_) | Program::Left)
    }

    /// Tells every broker that the groups of this client leave, the inner producer's last.
    pub(super) fn leave(&mut self, fx: &mut Effects<'_, Mq>) {
        let mut farewells = VecDeque::new();
        let brokers = self.routes.brokers();
        let silent = self.manners == Manners::Silent;
        let brokers = if silent { Vec::new() } else { brokers };
        let nodes: Vec<NodeId> =
            brokers.iter().flat_map(|(_, list)| list.iter().map(|(_, node)| *node)).collect();
        let consumer = self.consumer.take().map(|data| (data.group, false));
        // The inner producer's group is the instance's: it leaves with the last client.
        let inner = Name::new(CLIENT_INNER_PRODUCER);
        let stays = !self.others.is_empty();
        let producers = std::mem::take(&mut self.producers).into_iter();
        let producers = producers.filter(|group| !stays || *group != inner);
        let producers = producers.map(|group| (group, true));
        for (group, producer) in consumer.into_iter().chain(producers) {
            let farewell = |broker: &NodeId| Farewell { broker: *broker, group, producer };
            farewells.extend(nodes.iter().map(farewell));
        }
        self.say_next(farewells, fx);
    }

    pub(super) fn program_resumed(&mut self, woken: &Woken, fx: &mut Effects<'_, Mq>) {
        match std::mem::replace(&mut self.program, Program::Running) {
            Program::Learning(topics) => {
                let failed = matches!(woken, Woken::Route(RouteOutcome::Failed));
                self.learn_next(if failed { VecDeque::new() } else { topics }, fx);
            }
            Program::Greeting => self.tell(self.me, Signal::Started { greeted: true }),
            Program::Leaving(farewells) if matches!(woken, Woken::Reply(_)) => {
                self.say_next(farewells, fx);
            }
            // What the start had asked for comes after the order to end.
            leaving @ (Program::Leaving(_) | Program::Left) => self.program = leaving,
            Program::NotStarted | Program::Running => {}
        }
    }

    fn learn_next(&mut self, mut topics: VecDeque<Name>, fx: &mut Effects<'_, Mq>) {
        let thread = Thread::Program;
        if let Some(topic) = topics.pop_front() {
            self.program = Program::Learning(topics);
            let why = Because::RouteAtStart.plain();
            return self.ask_route(RouteAsk { thread, topic, why, default_queues: None }, fx);
        }
        let greets = self.manners == Manners::Usual;
        if greets && self.heartbeat(thread, Because::HeartbeatAtStart.plain(), fx) {
            self.program = Program::Greeting;
        } else {
            self.program = Program::Running;
            self.tell(self.me, Signal::Started { greeted: false });
        }
    }

    fn say_next(&mut self, mut farewells: VecDeque<Farewell>, fx: &mut Effects<'_, Mq>) {
        let next = farewells.pop_front();
        self.program = Program::Leaving(farewells);
        let Some(Farewell { broker, group, producer }) = next else {
            fx.note(Fact::ProcessStopped);
            self.tell(self.me, Signal::LeftAll);
            return self.part();
        };
        let request = Request::UnregisterClient {
            client: self.config.client_id,
            producer: producer.then_some(group),
            consumer: (!producer).then_some(group),
        };
        let (timeout, waiter) = (self.config.api_timeout, Waiter::Thread(Thread::Program));
        self.calls.call(Call { peer: broker, request, timeout, waiter }, fx);
    }
}

impl Digestible for Program {
    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::NotStarted => digest.word(0),
            Self::Learning(topics) => {
                digest.word(1);
                topics.iter().for_each(|topic| digest.put(topic));
            }
            Self::Greeting => digest.word(2),
            Self::Running => digest.word(3),
            Self::Left => digest.word(5),
            Self::Leaving(farewells) => {
                digest.word(4 | (farewells.len() as u64) << 8);
                farewells.iter().for_each(|farewell| digest.put(&farewell.broker));
            }
        }
    }
}
