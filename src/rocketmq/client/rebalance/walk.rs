//! One round of rebalancing: topic after topic, each with its questions one after the other.
//!
//! Follows `RebalanceImpl.doRebalance` and `MQClientInstance.findConsumerIdList`: a topic of which
//! no broker is known is first looked up at the name server, but its queues count only from the
//! next round on.

use std::collections::VecDeque;

use crate::facts::{Fact, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, ReplyBody, Request};
use crate::rocketmq::topic::retry_topic;

use super::super::calls::{Call, CallError, millis};
use super::super::consumer::PushConsumer;
use super::super::instance::Woken;
use super::super::queue::MessageQueue;
use super::super::routes::{RouteAsk, RouteOutcome};
use super::super::{Thread, Waiter};
use super::apply::Starts;
use super::leave::Leaving;

/// A round that is under way.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Walk {
    /// Topics that come after this one.
    left: VecDeque<Name>,
    pub(super) topic: Name,
    /// Its queues, as they were known when its turn came.
    pub(super) queues: Option<Vec<MessageQueue>>,
    /// Every topic so far came to its end.
    pub(super) settled: bool,
    pub(super) stage: Stage,
    /// Its queues are popped, as their broker says.
    pub(super) pops: bool,
}

/// What the round waits for.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// The topic's route.
    Route,
    /// The members of the group.
    Members,
    /// What a broker assigns.
    Assignment,
    /// The listener of a queue that is given up.
    Leaving(Leaving),
    /// Where to start with new queues.
    Starts(Starts),
    /// The heartbeat that tells of a change.
    Heartbeat,
}

impl PushConsumer {
    /// Begins a round.
    pub(in crate::rocketmq::client) fn rebalance(&mut self, why: Why, fx: &mut Effects<'_, Mq>) {
        if self.paused {
            // It comes to nothing, and so it is tried again soon.
            return self.service.done(false, fx);
        }
        fx.note(Fact::RebalanceBegan { group: self.group(), why });
        let topics = self.instance.routes.subscriptions().into();
        self.next_topic(topics, true, fx);
    }

    /// The round goes on with what it waited for.
    pub(in crate::rocketmq::client) fn rebalance_resumed(
        &mut self,
        woken: Woken,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(walk) = self.walk.take() else { return };
        match (&walk.stage, woken) {
            (Stage::Route, Woken::Route(RouteOutcome::Failed)) => self.give_topic_up(walk, fx),
            (Stage::Route, Woken::Route(_)) => self.ask_members(walk, true, fx),
            (Stage::Members, Woken::Reply(result)) => self.members_came(walk, result, fx),
            (Stage::Assignment, Woken::Reply(result)) => self.assignment_came(walk, &result, fx),
            (Stage::Starts(_), Woken::Reply(result)) => self.start_came(walk, result, fx),
            (Stage::Heartbeat, Woken::Heartbeat { .. }) => self.topic_done(walk, fx),
            _ => panic!("a rebalance is woken by what it waits for"),
        }
    }

    /// The changed-hook: a newer subscription, which all brokers are told. Goes on when they were.
    /// Of a lite pull consumer only its own pull tasks hear of a change.
    pub(super) fn assignment_changed(&mut self, mut walk: Walk, fx: &mut Effects<'_, Mq>) {
        if self.config.rules.lite {
            return self.topic_done(walk, fx);
        }
        let version = fx.wall();
        let data = self.instance.consumer.as_mut().expect("the consumer is registered");
        let of_topic = data.subscriptions.iter_mut().filter(|sub| sub.topic == walk.topic);
        of_topic.for_each(|sub| sub.version = version);
        let owned = u32::try_from(self.owned.all().count()).expect("queues fit in u32");
        self.limits.share(&self.config, owned);
        walk.stage = Stage::Heartbeat;
        let why = Because::HeartbeatAssignment.plain();
        if self.instance.heartbeat(Thread::Rebalance, why, fx) {
            self.walk = Some(walk);
        } else {
            self.topic_done(walk, fx);
        }
    }

    pub(super) fn topic_done(&mut self, walk: Walk, fx: &mut Effects<'_, Mq>) {
        self.next_topic(walk.left, walk.settled, fx);
    }

    fn next_topic(&mut self, mut left: VecDeque<Name>, settled: bool, fx: &mut Effects<'_, Mq>) {
        let Some(topic) = left.pop_front() else {
            self.leave_unsubscribed(fx);
            self.service.done(settled, fx);
            if self.errands.waits() {
                self.next_reset(fx);
            }
            return;
        };
        let queues = self.instance.routes.subscribed(topic).map(<[MessageQueue]>::to_vec);
        let walk = Walk { left, topic, queues, settled, stage: Stage::Route, pops: false };
        if self.config.rules.broadcasting {
            // Everybody gets everything: nobody is asked.
            let own = Ok(vec![self.config.client.client_id]);
            return self.members_known(walk, own, fx);
        }
        self.ask_members(walk, false, fx);
    }

    /// Asks a broker of the topic for the group's members; where none is known, asks for the route
    /// first.
    fn ask_members(&mut self, mut walk: Walk, asked: bool, fx: &mut Effects<'_, Mq>) {
        let (thread, topic) = (Thread::Rebalance, walk.topic);
        let brokers = self.instance.routes.brokers_of(topic);
        if brokers.is_empty() && asked {
            return self.members_known(walk, Err(Because::RebalanceNoRoute), fx);
        }
        if brokers.is_empty() {
            let why = Because::RouteForRebalance.with(millis(self.config.client.rebalance_wait));
            self.walk = Some(walk);
            let ask = RouteAsk { thread, topic, why, default_queues: None };
            return self.instance.ask_route(ask, fx);
        }
        let peer = brokers[fx.rng().index(brokers.len())];
        if self.leaves_it_to_brokers() {
            return self.ask_assignment(walk, peer, fx);
        }
        walk.stage = Stage::Members;
        self.walk = Some(walk);
        let request = Request::ConsumerList { group: self.group() };
        let (timeout, waiter) = (self.config.client.api_timeout, Waiter::Thread(thread));
        self.instance.calls.call(Call { peer, request, timeout, waiter }, fx);
    }

    fn members_came(
        &mut self,
        walk: Walk,
        result: Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let members = match result {
            Ok(Reply { body: ReplyBody::Consumers(members), .. }) if !members.is_empty() => {
                Ok(members.to_vec())
            }
            Ok(_) => Err(Because::RebalanceGroupUnknown),
            Err(_) => Err(Because::RebalanceNoAnswer),
        };
        self.members_known(walk, members, fx);
    }

    fn members_known(
        &mut self,
        mut walk: Walk,
        members: Result<Vec<Name>, Because>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let (group, topic) = (self.group(), walk.topic);
        match (walk.queues.take(), members) {
            (Some(queues), Ok(mut members)) => {
                order::naturally(&mut members);
                let own = self.config.client.client_id;
                match self.share(&queues, &members, own) {
                    Some(assigned) => self.apply(walk, assigned, members.len(), fx),
                    None => {
                        let why = Because::RebalanceNoRoom.plain();
                        fx.note(Fact::RebalanceSkipped { group, topic, why });
                        walk.settled = false;
                        self.topic_done(walk, fx);
                    }
                }
            }
            (Some(_), Err(because)) => {
                fx.note(Fact::RebalanceSkipped { group, topic, why: because.plain() });
                self.topic_done(walk, fx);
            }
            (None, _) => {
                let wait = millis(self.config.client.rebalance_wait);
                let why = Because::RebalanceNoRoute.with(wait);
                fx.note(Fact::RebalanceSkipped { group, topic, why });
                if topic == retry_topic(group) {
                    self.topic_done(walk, fx);
                } else {
                    self.assignment_changed(walk, fx);
                }
            }
        }
    }

    /// What this member should own; nothing where the strategy cannot tell.
    fn share(
        &self,
        queues: &[MessageQueue],
        members: &[Name],
        own: Name,
    ) -> Option<Vec<MessageQueue>> {
        if self.config.rules.broadcasting {
            return Some(queues.to_vec());
        }
        self.config.rules.strategy.allocate(queues, members, own).ok()
    }

    /// Drops queues of topics that are not subscribed any more, without telling anybody what is
    /// done of them (`truncateMessageQueueNotMyTopic`).
    fn leave_unsubscribed(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.config.rules.lite && self.config.subscriptions.is_empty() {
            return; // The program assigned them.
        }
        let routes = &self.instance.routes;
        let gone = self.owned.all().filter(|(_, held)| !routes.subscribes(held.queue.topic));
        let gone: Vec<(u32, MessageQueue)> = gone.map(|(id, held)| (id, held.queue)).collect();
        for (id, queue) in gone {
            self.owned.drop_queue(id);
            let (queue, group) = (self.instance.routes.show(queue), self.group());
            fx.note(Fact::Released { queue, group, why: Because::Unsubscribed.plain() });
        }
    }

    /// Nobody answered about the topic's route: the round counts as unsettled, but for the retry
    /// topic.
    fn give_topic_up(&mut self, mut walk: Walk, fx: &mut Effects<'_, Mq>) {
        let (group, topic) = (self.group(), walk.topic);
        let why = Because::RebalanceNoAnswer.with(millis(self.config.client.api_timeout));
        fx.note(Fact::RebalanceSkipped { group, topic, why });
        walk.settled &= topic == retry_topic(group);
        self.topic_done(walk, fx);
    }
}

impl Digestible for Walk {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.topic);
        self.left.iter().for_each(|topic| digest.put(topic));
        digest.put(&self.settled);
        digest.word(self.queues.as_ref().map_or(0, |queues| queues.len() as u64));
        match &self.stage {
            Stage::Route => digest.word(1),
            Stage::Members => digest.word(2),
            Stage::Assignment => digest.word(6),
            Stage::Leaving(leaving) => {
                digest.word(5);
                digest.put(leaving);
            }
            Stage::Starts(starts) => {
                digest.word(3);
                digest.put(starts);
            }
            Stage::Heartbeat => digest.word(4),
        }
    }
}
