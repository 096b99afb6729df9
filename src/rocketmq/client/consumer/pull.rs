//! The plain pull consumer: a program that asks all queues of a topic at an interval and works on
//! the answers one message after the other.
//!
//! Follows `DefaultMQPullConsumer` (`fetchSubscribeMessageQueues`, `fetchConsumeOffset`, `pull`,
//! `updateConsumeOffset`) and the usual loop around it. Leaves out its rebalance listener.

use std::collections::VecDeque;

use crate::facts::{Fact, Why};
use crate::kernel::actor::Event;
use crate::kernel::digest::Digest;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::config::{ConsumeFrom, PullConsumerConfig};
use crate::rocketmq::listener::Answer;
use crate::rocketmq::protocol::{Mq, Order, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    ConsumerData, PullRequest, Pulled, Reply, ReplyBody, Request, Subscription, code, sys_flag,
};

use super::super::calls::{Call, CallError, millis};
use super::super::instance::{Instance, Signal, Woken};
use super::super::queue::MessageQueue;
use super::super::routes::RouteAsk;
use super::super::timer::ClientTimer;
use super::super::{Thread, Waiter};
use super::holding::Owned;
use super::offsets::Offsets;
use super::threads::{Threads, Work};

/// `consumerPullTimeoutMillis`.
const PULL_TIMEOUT: SimSpan = SimSpan::secs(10);
/// Time-out of the questions for offsets.
const QUERY_TIMEOUT: SimSpan = SimSpan::secs(5);

/// A plain pull consumer.
#[derive(Clone, Debug)]
pub struct PullConsumer {
    pub(super) config: PullConsumerConfig,
    pub(super) instance: Instance,
    owned: Owned,
    pub(super) offsets: Offsets,
    threads: Threads,
    /// Queues whose start is not known yet; the first one is being asked about.
    starting: VecDeque<MessageQueue>,
    /// Its end is being asked for, as the group has committed nothing.
    asks_end: bool,
    /// The program asks at its interval.
    rounds: bool,
    /// Owned queues that were asked and whose answers are not handled.
    busy: Vec<u32>,
}

impl PullConsumer {
    /// A process with fresh memory.
    pub fn new(config: PullConsumerConfig) -> Self {
        let (topic, tags) = (config.topic, config.tags);
        let subscriptions = vec![Subscription { topic, tags, version: 0 }];
        let group = config.client.group;
        let data = ConsumerData::new(group, false, subscriptions);
        let instance = Instance::new(&config.client, Some(data));
        let threads = Threads::new(group, 1, None);
        let (owned, offsets, starting, asks_end, rounds, busy) = Default::default();
        Self { config, instance, owned, offsets, threads, starting, asks_end, rounds, busy }
    }

    /// What it may share with other clients of its process.
    pub(in crate::rocketmq::client) fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The same.
    pub(in crate::rocketmq::client) fn instance_mut(&mut self) -> &mut Instance {
        &mut self.instance
    }

    pub(in crate::rocketmq) fn into_config(self) -> PullConsumerConfig {
        self.config
    }

    pub(in crate::rocketmq) fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match self.instance.handle(event, fx) {
            Some(Event::Booted) => self.instance.start(fx),
            Some(Event::Told(Order::Shutdown)) => self.stop(fx),
            Some(Event::Fired(Timer::Client(timer))) => self.fired(timer, fx),
            Some(_) => panic!("a pull consumer expects what it asked for"),
            None => {}
        }
        while let Some(signal) = self.instance.next_signal(fx) {
            self.take(signal, fx);
        }
    }

    pub(in crate::rocketmq) fn digest(&self, digest: &mut Digest) {
        digest.put(&self.instance);
        digest.put(&self.owned);
        digest.put(&self.offsets);
        digest.put(&self.threads);
        digest.all(self.starting.iter());
        digest.word(u64::from(self.asks_end) | u64::from(self.rounds) << 1);
        self.busy.iter().for_each(|id| digest.put(id));
    }

    fn group(&self) -> Name {
        self.config.client.group
    }

    fn fired(&mut self, timer: ClientTimer, fx: &mut Effects<'_, Mq>) {
        match timer {
            ClientTimer::Stop => self.stop(fx),
            ClientTimer::PullRound => self.round_due(fx),
            ClientTimer::Listened { thread } => self.listened(thread, fx),
            ClientTimer::RefreshRoutes
            | ClientTimer::Heartbeat
            | ClientTimer::PersistOffsets
            | ClientTimer::CallTimeout { .. }
            | ClientTimer::ConnectTimeout { .. }
            | ClientTimer::Woken
            | ClientTimer::Rebalance
            | ClientTimer::PullAgain { .. }
            | ClientTimer::ConsumeLater { .. }
            | ClientTimer::ConsumeQueue { .. }
            | ClientTimer::LockQueues
            | ClientTimer::TryLock { .. }
            | ClientTimer::GiveUpWaiting
            | ClientTimer::WakeLater
            | ClientTimer::CleanExpired
            | ClientTimer::ResetRested
            | ClientTimer::ConsumedDirectly { .. }
            | ClientTimer::Renew { .. }
            | ClientTimer::Producer(_)
            | ClientTimer::Program(_)
            | ClientTimer::NextRound { .. } => {
                panic!("a timer of another client rang at a pull consumer")
            }
        }
    }

    fn take(&mut self, signal: Signal, fx: &mut Effects<'_, Mq>) {
        match signal {
            Signal::Started { .. } => self.look_for_queues(fx),
            Signal::Resume(Thread::Polling, Woken::Route(_)) => self.look_again(fx),
            Signal::Resume(Thread::Polling, Woken::Reply(result)) => self.start_came(result, fx),
            Signal::Pulled(queue, result) => self.pulled(queue, result, fx),
            Signal::GroupChanged(group) => fx.note(Fact::Notified { group }),
            Signal::Asked(to, asked) => self.asked(to, &asked, fx),
            Signal::LeftAll => fx.exit(),
            Signal::LocksTold(..)
            | Signal::Left(_)
            | Signal::Resume(..)
            | Signal::PersistOffsets
            | Signal::Greeted
            | Signal::Rebalance => {}
        }
    }

    /// The program fetches the queues of its topic; where they are not known it asks for the route.
    fn look_for_queues(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.new_queues() {
            return self.ask_start(fx);
        }
        let (thread, topic) = (Thread::Polling, self.config.topic);
        let why = Because::RouteForPull.plain();
        self.instance.ask_route(RouteAsk { thread, topic, why, default_queues: None }, fx);
    }

    /// The route came, or not: then the program tries again after its interval.
    fn look_again(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.new_queues() {
            self.ask_start(fx);
        } else {
            fx.arm(self.config.interval, Timer::Client(ClientTimer::PullRound));
        }
    }

    /// Puts queues that are known and not owned in line; true where there are some.
    fn new_queues(&mut self) -> bool {
        let known = self.instance.routes.subscribed(self.config.topic).unwrap_or_default();
        let new = known.iter().filter(|queue| !self.owned.holds(**queue));
        self.starting = new.copied().collect();
        !self.starting.is_empty()
    }

    /// Asks where to start with the next new queue; after the last one the rounds begin.
    fn ask_start(&mut self, fx: &mut Effects<'_, Mq>) {
        let Some(queue) = self.starting.front().copied() else {
            if !self.rounds {
                self.rounds = true;
                self.round_due(fx);
            }
            return;
        };
        let Some(peer) = self.instance.routes.reader(queue.broker) else {
            self.starting.pop_front();
            return self.ask_start(fx);
        };
        let (topic, id, group) = (queue.topic, queue.id, self.group());
        let request = if self.asks_end {
            Request::MaxOffset { topic, queue: id }
        } else {
            Request::QueryOffset { group, topic, queue: id, or_zero: true }
        };
        let (timeout, waiter) = (QUERY_TIMEOUT, Waiter::Thread(Thread::Polling));
        self.instance.calls.call(Call { peer, request, timeout, waiter }, fx);
    }

    fn start_came(&mut self, result: Result<Reply, CallError>, fx: &mut Effects<'_, Mq>) {
        let asked_end = std::mem::replace(&mut self.asks_end, false);
        match result {
            Ok(Reply { code: code::SUCCESS, body: ReplyBody::Offset(offset) }) => {
                let because = match (asked_end, offset) {
                    (true, _) => Because::StartLast,
                    (false, 0) => Because::StartYoungQueue,
                    (false, _) => Because::StartCommitted,
                };
                self.take_queue(offset, because.plain(), fx);
            }
            Ok(reply) if reply.code == code::QUERY_NOT_FOUND && !asked_end => {
                match self.config.consume_from {
                    ConsumeFrom::LastOffset | ConsumeFrom::Timestamp => self.asks_end = true,
                    ConsumeFrom::FirstOffset => {
                        self.take_queue(0, Because::StartFirst.plain(), fx);
                    }
                }
            }
            // The queue is looked at again in a later round.
            Ok(_) | Err(_) => {
                self.starting.pop_front();
            }
        }
        self.ask_start(fx);
    }

    fn take_queue(&mut self, offset: u64, why: Why, fx: &mut Effects<'_, Mq>) {
        let queue = self.starting.pop_front().expect("a queue was asked about");
        self.owned.take(queue, offset, fx.now());
        self.offsets.update(queue, offset, false);
        let (queue, group) = (self.instance.routes.show(queue), self.group());
        fx.note(Fact::Owned { queue, group, offset, why });
    }

    /// Asks every queue whose last answer is handled, all at once.
    fn round_due(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.instance.is_leaving() {
            return;
        }
        if !self.rounds {
            return self.look_for_queues(fx);
        }
        fx.arm(self.config.interval, Timer::Client(ClientTimer::PullRound));
        let all: Vec<u32> = self.owned.all().map(|(id, _)| id).collect();
        for id in all {
            if !self.busy.contains(&id) {
                self.ask(id, fx);
            }
        }
        if self.starting.is_empty() && self.new_queues() {
            self.ask_start(fx);
        }
    }

    fn ask(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        let holding = self.owned.get_mut(id).expect("the queue is owned");
        holding.last_pull = fx.now();
        let (queue, offset) = (holding.queue, holding.next_offset);
        let reader = self.instance.routes.pull_from(queue.broker, holding.suggested);
        let Some((peer, _)) = reader else { return };
        self.busy.push(id);
        let (shown, group) = (self.instance.routes.show(queue), self.group());
        let why = Because::PullRound.with(millis(self.config.interval));
        fx.note(Fact::Asked { queue: shown, group, offset, why });
        let request = Request::Pull(PullRequest {
            group,
            topic: queue.topic,
            queue: queue.id,
            offset,
            max_messages: self.config.pull_batch_size,
            sys_flag: sys_flag::SUBSCRIPTION,
            commit_offset: 0,
            suspend_timeout: 0,
            sub_version: 0,
            tags: self.config.tags,
        });
        let (timeout, waiter) = (PULL_TIMEOUT, Waiter::Pull(id));
        self.instance.calls.call_back(Call { peer, request, timeout, waiter }, fx);
    }

    fn pulled(&mut self, id: u32, result: Result<Reply, CallError>, fx: &mut Effects<'_, Mq>) {
        if self.instance.is_leaving() {
            return;
        }
        let Ok(Reply { body: ReplyBody::Pulled(pulled), .. }) = result else {
            return self.handled(id, fx);
        };
        let holding = self.owned.get_mut(id).expect("the queue is owned");
        holding.next_offset = pulled.next;
        holding.suggested = pulled.suggested;
        let (queue, group) = (self.instance.routes.show(holding.queue), self.config.client.group);
        let offset = pulled.messages.first().map_or(pulled.next, |message| message.offset);
        let count = u32::try_from(pulled.messages.len()).expect("answers are small");
        fx.note(Fact::Received { queue, group, offset, count });
        self.work_on(id, &pulled, fx);
    }

    fn work_on(&mut self, id: u32, pulled: &Pulled, fx: &mut Effects<'_, Mq>) {
        let holding = self.owned.get_mut(id).expect("the queue is owned");
        let (queue, group) = (self.instance.routes.show(holding.queue), self.config.client.group);
        for (index, message) in pulled.messages.iter().enumerate() {
            let (msg, offset) = (message.message.key, message.offset);
            if !self.config.tags.matches(message.message.template.tag) {
                fx.note(Fact::FilteredOut { msg, queue, group, offset });
                continue;
            }
            fx.note(Fact::Delivered { msg, queue, group, offset });
            holding.process.put(&pulled.messages, index);
            let service = self.config.handling.draw(fx.rng());
            let work = Work::single((id, queue, (offset, msg)), service, Answer::OK);
            self.threads.submit(work, fx);
        }
        if holding.process.is_empty() {
            self.handled(id, fx);
        }
    }

    fn listened(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        if self.instance.is_leaving() {
            return;
        }
        self.threads.leave_processor(fx);
        let work = self.threads.came_back(thread);
        let (queue, group, (offset, msg)) = (work.queue, self.group(), work.first);
        fx.note(Fact::Consumed { msg, queue, group, offset, thread });
        self.threads.free(thread, &self.owned, fx);
        let holding = self.owned.get_mut(work.holding).expect("the queue is owned");
        holding.process.remove(offset);
        if holding.process.is_empty() {
            self.handled(work.holding, fx);
        }
    }

    /// An answer is handled: what lies before the next offset is done, and the broker is told.
    fn handled(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        self.busy.retain(|busy| *busy != id);
        let holding = self.owned.get(id).expect("the queue is owned");
        let (queue, offset) = (holding.queue, holding.next_offset);
        if self.offsets.read(queue) == Some(offset) {
            return;
        }
        self.offsets.update(queue, offset, false);
        if let Some(peer) = self.instance.routes.reader(queue.broker) {
            let (group, topic) = (self.group(), queue.topic);
            let request = Request::UpdateOffset {
                group,
                topic,
                queue: queue.id,
                offset: offset.cast_signed(),
            };
            self.instance.calls.one_way(peer, request, fx);
        }
    }

    fn stop(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.instance.is_leaving() {
            return;
        }
        fx.note(Fact::ProcessStopping);
        let (group, why) = (self.group(), Because::ConsumerStops.plain());
        for (_, holding) in self.owned.all() {
            let queue = self.instance.routes.show(holding.queue);
            fx.note(Fact::Released { queue, group, why });
        }
        self.instance.leave(fx);
    }
}
