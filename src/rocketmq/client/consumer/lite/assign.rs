//! Queues that a program assigns by itself, by their names or by their topics.
//!
//! Follows `DefaultLitePullConsumerImpl.assign`, `fetchMessageQueues` and
//! `fetchTopicMessageQueuesAndCompare`: a look at the name server every 30 s, and the program takes
//! what is new. Upstream keeps the routes of these looks apart from those that it pulls by.

use std::collections::VecDeque;

use crate::facts::Fact;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::lite_rules::Assigned;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;

use super::super::super::Thread;
use super::super::super::calls::millis;
use super::super::super::queue::MessageQueue;
use super::super::super::routes::RouteAsk;
use super::super::super::timer::{ClientTimer, ProgramTimer};
use super::LitePullConsumer;
use super::program::Errand;

/// First look after the start.
const FIRST_CHECK: SimSpan = SimSpan::secs(10);

impl LitePullConsumer {
    /// Looks at the queues of its topics begin, where the program wants to hear of them.
    pub(super) fn start_checks(&self, fx: &mut Effects<'_, Mq>) {
        if matches!(self.rules.assigned, Assigned::Topics(_)) {
            fx.arm(FIRST_CHECK, Timer::Client(ClientTimer::Program(ProgramTimer::CheckTopics)));
        }
    }

    /// It is time for a look.
    pub(super) fn check_due(&mut self, fx: &mut Effects<'_, Mq>) {
        let timer = ClientTimer::Program(ProgramTimer::CheckTopics);
        fx.arm(self.rules.check_interval, Timer::Client(timer));
        self.errand(Errand::Learn, fx);
    }

    /// The consumer runs: the program assigns what it wants.
    pub(super) fn assign_at_start(&mut self, fx: &mut Effects<'_, Mq>) {
        match &self.rules.assigned {
            Assigned::ByRebalance => {}
            Assigned::Queues(queues) => {
                let queues = queues.clone();
                self.assign(&queues, fx);
            }
            Assigned::Topics(_) => self.errand(Errand::Learn, fx),
        }
    }

    /// Asks for the routes of all topics, one after the other.
    pub(super) fn learn(&mut self, fx: &mut Effects<'_, Mq>) {
        if let Assigned::Topics(topics) = &self.rules.assigned {
            let topics = topics.iter().copied().collect();
            self.learn_next(topics, fx);
        }
    }

    /// A route came, or not.
    pub(super) fn learned(&mut self, left: VecDeque<Name>, fx: &mut Effects<'_, Mq>) {
        if !left.is_empty() {
            return self.learn_next(left, fx);
        }
        if let Assigned::Topics(topics) = &self.rules.assigned {
            let routes = &self.member.instance.routes;
            let queues: Vec<MessageQueue> =
                topics.iter().flat_map(|topic| routes.readable_of(*topic)).collect();
            self.assign(&queues, fx);
        }
    }

    /// The route of a topic that was just subscribed.
    pub(super) fn learn_route(&mut self, topic: Name, fx: &mut Effects<'_, Mq>) {
        self.ask_about_topic(topic, Thread::Program, fx);
    }

    fn learn_next(&mut self, mut topics: VecDeque<Name>, fx: &mut Effects<'_, Mq>) {
        let Some(topic) = topics.pop_front() else { return };
        self.learns(topics);
        self.ask_about_topic(topic, Thread::Polling, fx);
    }

    fn ask_about_topic(&mut self, topic: Name, thread: Thread, fx: &mut Effects<'_, Mq>) {
        let why = Because::RouteForAssign.with(millis(self.rules.check_interval));
        let ask = RouteAsk { thread, topic, why, default_queues: None };
        self.member.instance.ask_route(ask, fx);
    }

    /// These queues are the consumer's, and no others; what was not told of others is lost.
    fn assign(&mut self, queues: &[MessageQueue], fx: &mut Effects<'_, Mq>) {
        let (group, why) = (self.group(), Because::ProgramAssigned.plain());
        let gone = self.member.owned.all().filter(|(_, holding)| !queues.contains(&holding.queue));
        let gone: Vec<(u32, MessageQueue)> = gone.map(|(id, it)| (id, it.queue)).collect();
        for (id, queue) in gone {
            self.member.owned.drop_queue(id);
            if let Some(queue) = self.shown(queue) {
                fx.note(Fact::Released { queue, group, why });
            }
        }
        for queue in queues {
            if !self.member.owned.holds(*queue) {
                let id = self.member.owned.take(*queue, 0, fx.now());
                let timer = ClientTimer::PullAgain { queue: id };
                fx.arm(SimSpan::ZERO, Timer::Client(timer));
            }
        }
    }
}
