//! The push consumer: subscriptions, owned queues, a listener in many threads, offsets.
//!
//! Follows `DefaultMQPushConsumer` and `DefaultMQPushConsumerImpl` for clustering and a concurrent
//! listener. Leaves out broadcasting, orderly and POP consumption.

use crate::facts::Fact;
use crate::kernel::actor::Event;
use crate::kernel::digest::Digest;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::rocketmq::config::PushConsumerConfig;
use crate::rocketmq::protocol::{Mq, Order, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{ConsumerData, Request, Subscription, TagExpression};
use crate::rocketmq::topic::retry_topic;

use super::super::Thread;
use super::super::instance::{Instance, Signal};
use super::super::queue::MessageQueue;
use super::super::rebalance::{Service, Walk};
use super::super::timer::ClientTimer;
use super::concurrent::Kept;
use super::give_back::GivingBack;
use super::holding::Owned;
use super::offsets::Offsets;
use super::threads::Threads;

/// A push consumer.
#[derive(Clone, Debug)]
pub struct PushConsumer {
    pub(in crate::rocketmq::client) config: PushConsumerConfig,
    pub(in crate::rocketmq::client) instance: Instance,
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
    pub(super) next_ticket: u32,
}

impl PushConsumer {
    /// A process with fresh memory.
    pub fn new(config: PushConsumerConfig) -> Self {
        let client = &config.client;
        let subscription =
            |(topic, tags): (Name, TagExpression)| Subscription { topic, tags, version: 0 };
        let retry = (retry_topic(client.group), TagExpression::ALL);
        let wanted = config.subscriptions.iter().copied().chain([retry]);
        let subscriptions = wanted.map(subscription).collect();
        let data = ConsumerData::new(client.group, true, subscriptions);
        let instance = Instance::new(client, Some(data));
        let service = Service::new(client.rebalance_wait, client.rebalance_min);
        let threads = Threads::new(client.group, config.threads);
        let (walk, owned, offsets) = Default::default();
        let (giving, kept, next_ticket) = Default::default();
        Self { config, instance, service, walk, owned, offsets, threads, giving, kept, next_ticket }
    }

    pub(in crate::rocketmq) fn into_config(self) -> PushConsumerConfig {
        self.config
    }

    pub(in crate::rocketmq) fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match self.instance.handle(event, fx) {
            Some(Event::Booted) => self.start(fx),
            Some(Event::Told(Order::Shutdown)) => self.stop(fx),
            Some(Event::Fired(Timer::Client(timer))) => self.fired(timer, fx),
            Some(_) => panic!("a push consumer expects what it asked for"),
            None => {}
        }
        while let Some(signal) = self.instance.next_signal(fx) {
            self.take(signal, fx);
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
        self.kept.keys().for_each(|ticket| digest.put(ticket));
    }

    /// The group.
    pub(in crate::rocketmq::client) fn group(&self) -> Name {
        self.config.client.group
    }

    /// Somebody wants a rebalance.
    pub(super) fn wake(&mut self, fx: &mut Effects<'_, Mq>) {
        if let Some(why) = self.service.wake(fx) {
            self.rebalance(why, fx);
        }
    }

    /// Tells the broker of a queue what is done of it.
    pub(in crate::rocketmq::client) fn persist(
        &mut self,
        queue: MessageQueue,
        fx: &mut Effects<'_, Mq>,
    ) {
        let reader = self.instance.routes.reader(queue.broker);
        if let (Some(offset), Some(peer)) = (self.offsets.read(queue), reader) {
            let group = self.group();
            let request = Request::UpdateOffset {
                group,
                topic: queue.topic,
                queue: queue.id,
                offset: offset.cast_signed(),
            };
            self.instance.calls.one_way(peer, request, fx);
        }
    }

    fn start(&mut self, fx: &mut Effects<'_, Mq>) {
        let version = fx.wall();
        let data = self.instance.consumer.as_mut().expect("the consumer is registered");
        data.subscriptions.iter_mut().for_each(|sub| sub.version = version);
        self.instance.start(fx);
        self.service.start(fx);
    }

    fn fired(&mut self, timer: ClientTimer, fx: &mut Effects<'_, Mq>) {
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
            ClientTimer::RefreshRoutes
            | ClientTimer::Heartbeat
            | ClientTimer::PersistOffsets
            | ClientTimer::CallTimeout { .. }
            | ClientTimer::ConnectTimeout { .. }
            | ClientTimer::NextRound { .. }
            | ClientTimer::PullRound => panic!("a timer of another client rang at a push consumer"),
        }
    }

    fn take(&mut self, signal: Signal, fx: &mut Effects<'_, Mq>) {
        match signal {
            Signal::Started { greeted: true } | Signal::Greeted => self.wake(fx),
            Signal::Resume(Thread::Rebalance, woken) => self.rebalance_resumed(woken, fx),
            Signal::Resume(Thread::Consumer(thread), woken) => {
                self.give_back_resumed(thread, woken, fx);
            }
            Signal::Pulled(queue, result) => self.pulled(queue, result, fx),
            Signal::PersistOffsets => self.persist_all(fx),
            Signal::GroupChanged(group) => {
                fx.note(Fact::Notified { group });
                self.wake(fx);
            }
            Signal::LeftAll => fx.exit(),
            Signal::Started { greeted: false } | Signal::Left(_) | Signal::Resume(..) => {}
        }
    }

    /// Sends the offset of every owned queue, changed or not; forgets those of others.
    fn persist_all(&mut self, fx: &mut Effects<'_, Mq>) {
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

    /// Ends in order: listeners are cut short, offsets persisted, brokers told.
    fn stop(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.instance.is_leaving() {
            return;
        }
        fx.note(Fact::ProcessStopping);
        self.persist_all(fx);
        let group = self.group();
        let all: Vec<(u32, MessageQueue)> =
            self.owned.all().map(|(id, holding)| (id, holding.queue)).collect();
        for (id, queue) in all {
            self.owned.drop_queue(id);
            let queue = self.instance.routes.show(queue);
            fx.note(Fact::Released { queue, group, why: Because::ConsumerStops.plain() });
        }
        self.service.stop(fx);
        self.walk = None;
        self.instance.leave(fx);
    }
}
