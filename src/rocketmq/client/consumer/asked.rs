//! What brokers ask of consumers on behalf of administrators.
//!
//! Follows `ClientRemotingProcessor`, `MQClientInstance.resetOffset` and `consumeMessageDirectly`
//! of both services for listeners. Leaves out the number of threads that take questions, the 500 ms
//! that a reset waits for an orderly listener that is still at work, and of what consumers tell of
//! themselves: statistics, queues that are popped, name servers, offsets that only brokers know,
//! and what the stacks of threads hold.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::facts::Fact;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::order;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::listener::{Answer, decide};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminReply, AdminRequest, ClientReset, ConsumerCall, Packet, PulledMessage, QueueName,
    RareReply, RareRequest, Reply, ReplyBody, Running, RunningQueue, code,
};

use super::super::calls::millis;
use super::super::instance::Instance;
use super::super::java_order::sort_by_hash;
use super::super::queue::MessageQueue;
use super::super::timer::ClientTimer;
use super::holding::Holding;
use super::offsets::Offsets;
use super::{ProcessQueue, PullConsumer, PushConsumer};

/// Between giving queues up and setting their offsets (`MQClientInstance.resetOffset`).
const REST: SimSpan = SimSpan::secs(10);

/// What is not done or not answered yet.
#[derive(Clone, Debug, Default)]
pub(in crate::rocketmq::client) struct Errands {
    resets: VecDeque<ClientReset>,
    /// The first reset is under way.
    rests: bool,
    /// By ticket: messages that the listener has because a broker said so.
    direct: OrderedMap<u32, Direct>,
}

/// Whom to answer: connection, number and code of the question.
type Asker = (ConnId, u32, u32);

#[derive(Clone, Debug)]
struct Direct {
    to: Asker,
    answer: Answer,
    spent: SimSpan,
}

impl Errands {
    /// A reset can begin.
    pub(in crate::rocketmq::client) fn waits(&self) -> bool {
        !self.rests && !self.resets.is_empty()
    }
}

/// A consumer that was asked nothing adds nothing.
impl Digestible for Errands {
    fn digest(&self, digest: &mut Digest) {
        for (_, offset) in self.resets.iter().flat_map(|reset| &reset.offsets) {
            digest.word(*offset << 1 | u64::from(self.rests));
        }
        self.direct.keys().for_each(|ticket| digest.put(ticket));
    }
}

impl PushConsumer {
    /// A broker asks. What is meant for another group finds nobody.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn asked(
        &mut self,
        (conn, opaque): (ConnId, u32),
        asked: &AdminRequest,
        fx: &mut Effects<'_, Mq>,
    ) {
        let AdminRequest::Rare(asked) = asked else { return };
        let (own, to) = (self.config.client.group, (conn, opaque, asked.code()));
        if let RareRequest::ResetClient(reset) = asked {
            if reset.group == own {
                self.errands.resets.push_back(reset.clone());
                self.next_reset(fx);
            }
        } else if let RareRequest::Status { group, topic } = asked {
            let all = if *group == own { self.offsets.walk() } else { Vec::new() };
            answer(to, status(&all, *topic), fx);
        } else if let RareRequest::Call(call) = asked {
            self.called(to, call, fx);
        }
    }

    fn called(&mut self, to: Asker, call: &ConsumerCall, fx: &mut Effects<'_, Mq>) {
        if call.group != self.config.client.group {
            send(to, Reply::code(code::SYSTEM_ERROR), fx);
        } else if let Some(message) = &call.message {
            self.consume_directly(to, message, fx);
        } else {
            let running = self.running(call.stacks, fx);
            answer(to, RareReply::Running(Rc::new(running)), fx);
        }
    }

    /// Calls the listener in a thread of the network's: neither queue nor offset know of it.
    fn consume_directly(&mut self, to: Asker, pulled: &PulledMessage, fx: &mut Effects<'_, Mq>) {
        let spent = self.config.listener.draw(fx.rng());
        let rules = &self.config.rules.answers;
        let decided = decide(rules, pulled, pulled.reconsume_times, fx.rng());
        let (msg, group) = (pulled.message.key, self.group());
        fx.note(Fact::HandedDirectly { msg, group, why: Because::ConsumeDirectly.plain() });
        let answer = decided.map_or(Answer::OK, |rule| rule.answer);
        if answer != Answer::Stuck {
            let ticket = self.ticket();
            self.errands.direct.insert(ticket, Direct { to, answer, spent });
            fx.arm(spent, Timer::Client(ClientTimer::ConsumedDirectly { ticket }));
        }
    }

    /// The listener is done with a message that a broker handed over.
    #[inline(never)] // Can wait.
    pub(super) fn consumed_directly(&mut self, ticket: u32, fx: &mut Effects<'_, Mq>) {
        let Some(Direct { to, answer: said, spent }) = self.errands.direct.remove(&ticket) else {
            return;
        };
        let result = match said {
            Answer::Success { .. } => "CR_SUCCESS",
            Answer::Later { .. } | Answer::Suspend { .. } => "CR_LATER",
            Answer::Commit => "CR_COMMIT",
            Answer::Rollback => "CR_ROLLBACK",
            Answer::Throws => "CR_THROW_EXCEPTION",
            Answer::Null => "CR_RETURN_NULL",
            Answer::Stuck => panic!("a listener that is stuck never comes back"),
        };
        let (order, spent) = (self.config.rules.orderly, spent.as_millis());
        answer(to, RareReply::Consumed { result, order, spent }, fx);
    }

    /// Begins with the next reset, unless one is under way: the consumer is suspended, and what it
    /// holds of the queues is thrown away.
    #[inline(never)] // Can wait.
    pub(in crate::rocketmq::client) fn next_reset(&mut self, fx: &mut Effects<'_, Mq>) {
        if !self.errands.waits() || self.is_leaving() {
            return;
        }
        self.errands.rests = true;
        self.pause();
        let group = self.group();
        for (id, queue, offset) in self.concerned() {
            let Some(holding) = self.owned.any_mut(id) else { continue };
            holding.process = ProcessQueue::default();
            (holding.order.dropped, holding.order.taken) = (true, 0);
            let (queue, why) = (self.instance.routes.show(queue), Because::ResetRests);
            fx.note(Fact::ResetAwaited { queue, group, offset, why: why.with(millis(REST)) });
        }
        fx.arm(REST, Timer::Client(ClientTimer::ResetRested));
    }

    /// The rest is over: offsets are set, told to their brokers and forgotten, and the consumer
    /// goes on. The next reset begins when its rebalance is over.
    #[inline(never)] // Can wait.
    pub(super) fn reset_rested(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.is_leaving() {
            return;
        }
        let (group, why) = (self.group(), Because::OffsetReset.plain());
        for (id, queue, offset) in self.concerned() {
            self.offsets.update(queue, offset, false);
            let shown = self.instance.routes.show(queue);
            fx.note(Fact::OffsetSet { queue: shown, group, offset, why });
            self.release(id, why, fx);
        }
        self.errands.resets.pop_front();
        self.errands.rests = false;
        self.resume(fx);
        if self.walk.is_none() {
            self.next_reset(fx);
        }
    }

    /// Owned queues that the first reset names, with their new offsets, in the order of Java's
    /// table.
    fn concerned(&self) -> Vec<(u32, MessageQueue, u64)> {
        let mut queues = Vec::new();
        let Some(reset) = self.errands.resets.front() else { return queues };
        for (id, holding) in self.owned.of_topic(reset.topic).filter(|(_, it)| it.pop.is_none()) {
            let to = reset.offsets.iter().find(|(name, _)| *name == named(holding.queue));
            queues.extend(to.map(|(_, offset)| (id, holding.queue, *offset)));
        }
        sort_by_hash(&mut queues, |(_, queue, _)| queue.java_hash());
        queues
    }

    fn running(&self, with_stacks: bool, fx: &Effects<'_, Mq>) -> Running {
        let config = &self.config;
        let mut running = running(&self.instance, "CONSUME_PASSIVELY", fx);
        running.properties.extend([
            ("PROP_CONSUMEORDERLY", config.rules.orderly.to_string()),
            ("PROP_THREADPOOL_CORE_SIZE", config.threads.to_string()),
            ("consumeConcurrentlyMaxSpan", config.max_span.to_string()),
            ("pullInterval", millis(config.pull_interval).to_string()),
            ("pullThresholdForQueue", self.limits.messages.to_string()),
            ("pullBatchSize", config.pull_batch_size.to_string()),
        ]);
        let pulled = self.owned.all().filter(|(_, holding)| holding.pop.is_none());
        running.queues = pulled.map(|(_, holding)| self.held(holding, fx)).collect();
        order::by_key(&mut running.queues, |held| held.queue);
        let thread = |number| format!("ConsumeMessageThread_{}_{number}\n", config.client.group);
        running.stacks = with_stacks.then(|| (1..=config.threads).map(thread).collect());
        running
    }

    fn held(&self, holding: &Holding, fx: &Effects<'_, Mq>) -> RunningQueue {
        let (process, queue) = (&holding.process, holding.queue);
        let first = process.first().unwrap_or(0);
        RunningQueue {
            queue: named(queue),
            commit: self.offsets.read(queue).map_or(-1, u64::cast_signed),
            first,
            last: first + process.span(),
            count: process.len(),
            pulled: wall_at(holding.last_pull, fx),
            locked: self.locks_queues() && holding.order.locked,
            dropped: holding.order.dropped,
        }
    }
}

impl PullConsumer {
    /// A broker asks. Nobody calls a listener here, and nothing is reset.
    #[inline(never)] // Can wait.
    pub(super) fn asked(
        &mut self,
        (conn, opaque): (ConnId, u32),
        asked: &AdminRequest,
        fx: &mut Effects<'_, Mq>,
    ) {
        asked_of_puller((&self.instance, &self.offsets), (conn, opaque), asked, fx);
    }
}

/// A broker asks a consumer without a listener.
#[inline(never)] // Can wait.
pub(super) fn asked_of_puller(
    (instance, offsets): (&Instance, &Offsets),
    (conn, opaque): (ConnId, u32),
    asked: &AdminRequest,
    fx: &mut Effects<'_, Mq>,
) {
    let AdminRequest::Rare(asked) = asked else { return };
    let (own, to) = (instance.config.group, (conn, opaque, asked.code()));
    if let RareRequest::Status { group, topic } = asked {
        let all = if *group == own { offsets.walk() } else { Vec::new() };
        answer(to, status(&all, *topic), fx);
    } else if let RareRequest::Call(call) = asked {
        if call.group == own && call.message.is_none() {
            let running = running(instance, "CONSUME_ACTIVELY", fx);
            answer(to, RareReply::Running(Rc::new(running)), fx);
        } else {
            send(to, Reply::code(code::SYSTEM_ERROR), fx);
        }
    }
}

/// Offsets of a topic, or of all where it has no name.
fn status(all: &[(MessageQueue, u64)], topic: Name) -> RareReply {
    let any = topic.as_str().is_empty();
    let wanted = all.iter().filter(|(queue, _)| any || queue.topic == topic);
    RareReply::Status(wanted.map(|(queue, offset)| (named(*queue), *offset)).collect())
}

/// What every consumer tells of itself.
fn running(instance: &Instance, way: &str, fx: &Effects<'_, Mq>) -> Running {
    let started = wall_at(instance.calls.started(), fx);
    let properties = vec![
        ("PROP_CLIENT_VERSION", "V5_3_3".to_owned()),
        ("PROP_CONSUME_TYPE", way.to_owned()),
        ("PROP_CONSUMER_START_TIMESTAMP", started.to_string()),
        ("consumerGroup", instance.config.group.to_string()),
    ];
    let subscriptions = instance.consumer.iter().flat_map(|data| &data.subscriptions);
    let subscriptions = subscriptions.copied().collect();
    Running { properties, subscriptions, ..Running::default() }
}

fn named(queue: MessageQueue) -> QueueName {
    (queue.topic, queue.broker, queue.id)
}

/// What the client's clock showed then, ms since 1970.
fn wall_at(then: SimTime, fx: &Effects<'_, Mq>) -> i64 {
    let ago = fx.now().since(then).as_millis();
    fx.wall() - i64::try_from(ago).expect("runs are shorter than ages")
}

/// Success with something.
fn answer(to: Asker, reply: RareReply, fx: &mut Effects<'_, Mq>) {
    send(to, Reply::success(ReplyBody::Admin(Rc::new(AdminReply::Rare(reply)))), fx);
}

fn send((conn, opaque, to): Asker, reply: Reply, fx: &mut Effects<'_, Mq>) {
    fx.send(conn, Packet::Reply { opaque, to, reply });
}
