//! The push consumer: subscriptions, owned queues, a listener in many threads, offsets.
//!
//! Follows `DefaultMQPushConsumer` and `DefaultMQPushConsumerImpl` for clustering and a concurrent
//! listener. Leaves out POP consumption.

use crate::facts::Fact;
use crate::kernel::actor::Event;
use crate::kernel::digest::Digest;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::rocketmq::config::PushConsumerConfig;
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::{Mq, Order, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{ConsumerData, Request, Subscription, TagExpression};
use crate::rocketmq::topic::retry_topic;

use super::super::Thread;
use super::super::instance::{Instance, Manners, Signal, Woken};
use super::super::queue::MessageQueue;
use super::super::rebalance::{Service, Walk};
use super::super::timer::ClientTimer;
use super::asked::Errands;
use super::clean::Cleaning;
use super::concurrent::Kept;
use super::give_back::GivingBack;
use super::holding::Owned;
use super::limits::Limits;
use super::locks::LockAsk;
use super::offsets::Offsets;
use super::profile::{from_where, shown_group};
use super::puller::Puller;
use super::reply::Replying;
use super::threads::Threads;

/// A push consumer.
#[derive(Clone, Debug)]
pub struct PushConsumer {
    pub(in crate::rocketmq::client) config: PushConsumerConfig,
    pub(in crate::rocketmq::client) instance: Instance,
    /// What facts call its group: the members of a broadcast do not share what they do.
    pub(in crate::rocketmq::client) shown: Name,
    pub(in crate::rocketmq::client) service: Service,
    /// The rebalance that is under way.
    pub(in crate::rocketmq::client) walk: Option<Walk>,
    pub(in crate::rocketmq::client) owned: Owned,
    pub(in crate::rocketmq::client) offsets: Offsets,
    pub(in crate::rocketmq::client) threads: Threads,
    /// By thread: batches that are being given back.
    pub(super) giving: OrderedMap<u32, GivingBack>,
    /// By ticket: what could not be given back.
    pub(super) kept: OrderedMap<u32, Kept>,
    /// By thread: batches whose requests are being answered.
    pub(super) replying: OrderedMap<u32, Replying>,
    pub(super) next_reply: u32,
    pub(super) next_ticket: u32,
    pub(super) puller: Puller,
    /// By ticket: questions for locks.
    pub(super) locks: OrderedMap<u32, LockAsk>,
    /// Threads that wait for another one to be done with their queue.
    pub(super) blocked: Vec<(u32, u32)>,
    pub(in crate::rocketmq::client) limits: Limits,
    pub(super) cleaning: Option<Cleaning>,
    pub(in crate::rocketmq::client) errands: Errands,
    /// The program wants no messages for now.
    pub(in crate::rocketmq::client) paused: bool,
    /// The order to end came.
    pub(super) stopping: bool,
}

impl PushConsumer {
    /// A process with fresh memory.
    pub fn new(config: PushConsumerConfig) -> Self {
        let client = &config.client;
        let subscription =
            |(topic, tags): (Name, TagExpression)| Subscription { topic, tags, version: 0 };
        // A broadcast has no retries.
        let retry = (retry_topic(client.group), TagExpression::ALL);
        let retry = (!config.rules.broadcasting && !config.rules.lite).then_some(retry);
        let wanted = config.subscriptions.iter().copied().chain(retry);
        let subscriptions = wanted.map(subscription).collect();
        let broadcasts = config.rules.broadcasting;
        let from = Name::new(from_where(config.consume_from));
        let data = ConsumerData::new(client.group, !config.rules.lite, subscriptions);
        let data = ConsumerData { broadcasts, from, ..data };
        let mut instance = Instance::new(client, Some(data));
        if config.rules.lite {
            instance.manners = Manners::Lite;
        }
        let service = Service::new(client.rebalance_wait, client.rebalance_min);
        let shown = shown_group(&config);
        let threads = Threads::new(shown, config.threads, config.rules.rest);
        let threads = threads.on(config.rules.processors);
        let (walk, owned, offsets) = Default::default();
        let (giving, kept, next_ticket) = Default::default();
        let (replying, next_reply) = Default::default();
        let (puller, locks, blocked, errands, stopping) = Default::default();
        let (limits, cleaning, paused) = (Limits::new(&config), None, false);
        Self {
            config,
            instance,
            shown,
            service,
            walk,
            owned,
            offsets,
            threads,
            giving,
            kept,
            replying,
            next_reply,
            next_ticket,
            puller,
            locks,
            blocked,
            limits,
            cleaning,
            errands,
            paused,
            stopping,
        }
    }

    pub(in crate::rocketmq) fn into_config(self) -> PushConsumerConfig {
        self.config
    }

    pub(in crate::rocketmq) fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match self.instance.handle(event, fx) {
            Some(Event::Booted) => self.start(fx),
            Some(Event::Told(order)) => self.told(order, fx),
            Some(Event::Fired(Timer::Client(timer))) => self.fired(timer, fx),
            Some(_) => panic!("a push consumer expects what it asked for"),
            None => {}
        }
        while let Some(signal) = self.instance.next_signal(fx) {
            self.take(signal, fx);
        }
        while let Some(thread) = self.threads.next_at_once() {
            self.listened(thread, fx);
        }
    }

    pub(in crate::rocketmq) fn digest(&self, digest: &mut Digest) {
        digest.put(&self.instance);
        digest.put(&self.service);
        digest.put(&self.walk);
        digest.put(&self.owned);
        digest.put(&self.offsets);
        digest.put(&self.threads);
        for (thread, back) in self.giving.iter() {
            digest.put(thread);
            digest.put(back);
        }
        let tickets = self.kept.keys().chain(self.locks.keys()).chain(self.replying.keys());
        tickets.for_each(|ticket| digest.put(ticket));
        digest.put(&self.puller);
        digest.word(u64::from(self.limits.messages) << 1 | u64::from(self.paused));
        self.blocked.iter().for_each(|(thread, _)| digest.put(thread));
        digest.put(&self.errands);
    }

    /// The group, as facts call it.
    pub(in crate::rocketmq::client) fn group(&self) -> Name {
        self.shown
    }

    /// Somebody wants a rebalance.
    pub(super) fn wake(&mut self, fx: &mut Effects<'_, Mq>) {
        if let Some(why) = self.service.wake(fx) {
            self.rebalance(why, fx);
        }
    }

    /// The same, for all consumers of the process.
    pub(super) fn wake_all(&mut self, fx: &mut Effects<'_, Mq>) {
        self.instance.wake_consumers();
        self.wake(fx);
    }

    /// Tells the broker of a queue what is done of it.
    pub(in crate::rocketmq::client) fn persist(
        &mut self,
        queue: MessageQueue,
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.config.rules.broadcasting {
            return self.write_file(queue);
        }
        let reader = self.instance.routes.reader(queue.broker);
        if let (Some(offset), Some(peer)) = (self.offsets.read(queue), reader) {
            let less = u64::from(is_planted(Bug::OffsetGoesBack));
            let (group, offset) = (self.group(), offset.saturating_sub(less));
            let request = Request::UpdateOffset {
                group,
                topic: queue.topic,
                queue: queue.id,
                offset: offset.cast_signed(),
            };
            self.instance.calls.one_way(peer, request, fx);
        }
    }

    /// Writes the offset of a queue into the file of a broadcast's member.
    fn write_file(&mut self, queue: MessageQueue) {
        let Some(offset) = self.offsets.read(queue) else { return };
        let file = &mut self.config.rules.file;
        match file.iter_mut().find(|(known, _)| *known == queue) {
            Some((_, old)) => *old = offset,
            None => file.push((queue, offset)),
        }
    }

    pub(super) fn start(&mut self, fx: &mut Effects<'_, Mq>) {
        let version = fx.wall();
        let data = self.instance.consumer.as_mut().expect("the consumer is registered");
        data.subscriptions.iter_mut().for_each(|sub| sub.version = version);
        self.instance.start(fx);
        self.service.start(fx);
        self.start_locks(fx);
        self.start_cleaning(fx);
    }

    fn told(&mut self, order: Order, fx: &mut Effects<'_, Mq>) {
        match order {
            Order::Shutdown => self.stop(fx),
            Order::Suspend => self.pause(),
            Order::Resume => self.resume(fx),
            Order::Subscribe { topic, tags } => self.subscribe(topic, tags, fx),
            Order::Unsubscribe { topic } => self.unsubscribe(topic),
            Order::FillDisk { .. } | Order::Lite(_) => {
                panic!("an order for another node reached a push consumer")
            }
        }
    }

    pub(super) fn fired(&mut self, timer: ClientTimer, fx: &mut Effects<'_, Mq>) {
        match timer {
            ClientTimer::Stop => self.stop(fx),
            ClientTimer::Rebalance => {
                if let Some(why) = self.service.fired(fx) {
                    self.rebalance(why, fx);
                }
            }
            ClientTimer::PullAgain { queue } => self.pull_due(queue, fx),
            ClientTimer::Listened { thread } => self.listened(thread, fx),
            ClientTimer::ConsumeLater { ticket } => self.try_kept(ticket, fx),
            ClientTimer::ConsumeQueue { queue } => self.submit_queue(queue, fx),
            ClientTimer::LockQueues => self.lock_all(fx),
            ClientTimer::TryLock { queue } => self.try_lock(queue, fx),
            ClientTimer::GiveUpWaiting => self.stop_waiting(false, fx),
            ClientTimer::WakeLater => self.wake_all(fx),
            ClientTimer::CleanExpired => self.clean_expired(fx),
            ClientTimer::ResetRested => self.reset_rested(fx),
            ClientTimer::ConsumedDirectly { ticket } => self.consumed_directly(ticket, fx),
            ClientTimer::RefreshRoutes
            | ClientTimer::Heartbeat
            | ClientTimer::PersistOffsets
            | ClientTimer::CallTimeout { .. }
            | ClientTimer::ConnectTimeout { .. }
            | ClientTimer::Woken
            | ClientTimer::NextRound { .. }
            | ClientTimer::Producer(_)
            | ClientTimer::Program(_)
            | ClientTimer::Renew { .. }
            | ClientTimer::PullRound => panic!("a timer of another client rang at a push consumer"),
        }
    }

    pub(super) fn take(&mut self, signal: Signal, fx: &mut Effects<'_, Mq>) {
        match signal {
            Signal::Started { greeted: true } => self.wake_all(fx),
            Signal::Greeted | Signal::Rebalance => self.wake(fx),
            Signal::Resume(Thread::Rebalance, woken) => self.rebalance_resumed(woken, fx),
            Signal::Resume(Thread::Consumer(thread), woken)
                if self.replying.contains_key(&thread) =>
            {
                self.reply_resumed(thread, woken, fx);
            }
            Signal::Resume(Thread::Consumer(thread), woken) => {
                self.give_back_resumed(thread, woken, fx);
            }
            Signal::Resume(Thread::Puller, Woken::Reply(result)) => {
                self.puller_resumed(&result, fx);
            }
            Signal::LocksTold(ticket, result) => self.locks_told(ticket, &result, fx),
            Signal::Pulled(queue, result) => self.pulled(queue, result, fx),
            Signal::PersistOffsets => self.persist_all(fx),
            Signal::GroupChanged(group) => {
                fx.note(Fact::Notified { group });
                self.wake_all(fx);
            }
            Signal::Asked(to, asked) => self.asked(to, &asked, fx),
            Signal::LeftAll => fx.exit(),
            Signal::Started { greeted: false } | Signal::Left(_) | Signal::Resume(..) => {}
        }
    }

    /// The next number for what is kept and asked.
    pub(super) fn ticket(&mut self) -> u32 {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// From the order to end on.
    pub(in crate::rocketmq::client) fn is_leaving(&self) -> bool {
        self.stopping
    }

    /// Sends the offset of every owned queue, changed or not; forgets those of others.
    pub(super) fn persist_all(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.instance.is_leaving() {
            return;
        }
        for (queue, _) in self.offsets.walk() {
            if self.owned.holds(queue) {
                self.persist(queue, fx);
            } else {
                self.offsets.forget(queue);
            }
        }
    }

    /// Ends in order: listeners are cut short, locks given back, offsets persisted, brokers told.
    fn stop(&mut self, fx: &mut Effects<'_, Mq>) {
        if std::mem::replace(&mut self.stopping, true) {
            return;
        }
        fx.note(Fact::ProcessStopping);
        if !self.locks_queues() || !self.unlock_all(fx) {
            self.leave(fx);
        }
    }

    /// Persists offsets and tells the brokers that it leaves.
    pub(super) fn leave(&mut self, fx: &mut Effects<'_, Mq>) {
        self.persist_all(fx);
        let group = self.group();
        let all: Vec<(u32, MessageQueue)> =
            self.owned.all().map(|(id, holding)| (id, holding.queue)).collect();
        for (id, queue) in all {
            self.owned.drop_queue(id);
            // A program may have assigned a queue of a broker that nobody told of.
            if self.instance.routes.shown(queue.broker).is_some() {
                let queue = self.instance.routes.show(queue);
                fx.note(Fact::Released { queue, group, why: Because::ConsumerStops.plain() });
            }
        }
        self.service.stop(fx);
        self.walk = None;
        self.instance.leave(fx);
    }
}
