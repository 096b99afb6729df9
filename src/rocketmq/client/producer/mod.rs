//! The producer: a program's threads that send messages and wait for each answer.
//!
//! Follows `DefaultMQProducerImpl`. Leaves out asynchronous and one-way sends, selectors, batches,
//! transactions and request–reply.

mod profile;
mod select_queue;
mod send;
mod workload;

use std::rc::Rc;

pub use profile::profile;
pub use select_queue::Publish;

use crate::facts::{Content, Fact, MsgKey, Why};
use crate::kernel::actor::Event;
use crate::kernel::digest::Digest;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::SimSpan;
use crate::rocketmq::config::ProducerConfig;
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::{Mq, Order, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Request, SendRequest};
use crate::rocketmq::topic::TBW102;

use self::send::{Attempted, Send, Stage};
use self::workload::Progress;
use super::calls::{Call, millis};
use super::instance::{Instance, Signal, Woken};
use super::queue::MessageQueue;
use super::routes::{RouteAsk, RouteOutcome};
use super::timer::ClientTimer;
use super::{Thread, Waiter};

/// A producer.
#[derive(Clone, Debug)]
pub struct Producer {
    config: ProducerConfig,
    instance: Instance,
    progress: Progress,
    senders: OrderedMap<u32, Sender>,
    next_seq: u32,
    /// `TBW102`.
    default_topic: Name,
}

/// A thread of the program, within a round.
#[derive(Clone, Debug)]
struct Sender {
    round: u32,
    /// The place of the message in the round.
    place: usize,
    send: Send,
}

impl Producer {
    /// A process with fresh memory.
    pub fn new(config: ProducerConfig) -> Self {
        let instance = Instance::new(&config.client, None);
        let (progress, senders) = Default::default();
        let default_topic = Name::new(TBW102);
        Self { config, instance, progress, senders, next_seq: 0, default_topic }
    }

    pub(in crate::rocketmq) fn into_config(self) -> ProducerConfig {
        self.config
    }

    pub(in crate::rocketmq) fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match self.instance.handle(event, fx) {
            Some(Event::Booted) => self.instance.start(fx),
            Some(Event::Told(Order::Shutdown)) => self.stop(fx),
            Some(Event::Fired(Timer::Client(timer))) => self.fired(timer, fx),
            Some(_) => panic!("a producer expects what it asked for"),
            None => {}
        }
        while let Some(signal) = self.instance.next_signal(fx) {
            self.take(signal, fx);
        }
    }

    pub(in crate::rocketmq) fn digest(&self, digest: &mut Digest) {
        digest.put(&self.instance);
        digest.put(&self.progress);
        digest.word(u64::from(self.next_seq));
        for (number, sender) in self.senders.iter() {
            digest.word(u64::from(*number) << 32 | u64::from(sender.round));
            digest.word(sender.place as u64);
            digest.put(&sender.send);
        }
    }

    /// What a message holds that is being sent.
    pub fn content(&self, key: MsgKey) -> Option<Content> {
        let sender = self.senders.values().find(|sender| sender.send.message.key == key)?;
        let message = &sender.send.message;
        Some(Content {
            body: message.body_text(),
            body_bytes: message.body_bytes(),
            tag: message.template.tag,
            keys: message.template.keys.map(|keys| keys.to_string()),
            unique_key: message.unique_key(),
        })
    }

    fn fired(&mut self, timer: ClientTimer, fx: &mut Effects<'_, Mq>) {
        match timer {
            ClientTimer::Stop => self.stop(fx),
            ClientTimer::NextRound { sender } => self.round_due(sender, fx),
            ClientTimer::RefreshRoutes
            | ClientTimer::Heartbeat
            | ClientTimer::PersistOffsets
            | ClientTimer::Rebalance
            | ClientTimer::CallTimeout { .. }
            | ClientTimer::ConnectTimeout { .. }
            | ClientTimer::PullAgain { .. }
            | ClientTimer::Listened { .. }
            | ClientTimer::ConsumeLater { .. }
            | ClientTimer::ConsumeQueue { .. }
            | ClientTimer::LockQueues
            | ClientTimer::TryLock { .. }
            | ClientTimer::GiveUpWaiting
            | ClientTimer::WakeLater
            | ClientTimer::CleanExpired
            | ClientTimer::PullRound => panic!("a timer of another client rang at a producer"),
        }
    }

    fn take(&mut self, signal: Signal, fx: &mut Effects<'_, Mq>) {
        match signal {
            Signal::Started { .. } => Progress::start(&self.config.workload, fx),
            Signal::Left(Thread::Sender(number)) => self.left(number, fx),
            Signal::Resume(Thread::Sender(number), woken) => self.resume(number, &woken, fx),
            Signal::LeftAll => fx.exit(),
            Signal::Left(_)
            | Signal::Resume(..)
            | Signal::Pulled(..)
            | Signal::LocksTold(..)
            | Signal::PersistOffsets
            | Signal::Greeted
            | Signal::GroupChanged(_) => {}
        }
    }

    fn stop(&mut self, fx: &mut Effects<'_, Mq>) {
        if !self.instance.is_leaving() {
            fx.note(Fact::ProcessStopping);
            self.instance.leave(fx);
        }
    }

    fn round_due(&mut self, sender: u32, fx: &mut Effects<'_, Mq>) {
        if self.instance.is_leaving() {
            return;
        }
        let begun = self.progress.due(sender, &self.config.workload, fx);
        for (sender, round) in begun {
            self.call(sender, round, 0, fx);
        }
        self.stop_if_done(fx);
    }

    fn stop_if_done(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.config.stops_when_done && self.progress.is_over(&self.config.workload) {
            self.stop(fx);
        }
    }

    /// The program calls `send` with the message at `place` of a round.
    fn call(&mut self, number: u32, round: u32, place: usize, fx: &mut Effects<'_, Mq>) {
        let template = Rc::clone(&self.config.workload.messages[place]);
        let key = MsgKey { producer: fx.node(), seq: self.next_seq };
        self.next_seq += 1;
        let topic = template.topic;
        let (born, maker) = (fx.wall(), self.config.client.identity);
        let message = Message { key, template, round, born, maker };
        let stage = Stage::Route { default: false };
        let send = Send { message, begun: fx.now(), stage };
        self.senders.insert(number, Sender { round, place, send });
        fx.note(Fact::Called { msg: key, topic });
        if self.instance.routes.publish(topic).is_usable() {
            self.attempt(number, None, fx);
        } else {
            self.ask(number, topic, None, fx);
        }
    }

    fn ask(&mut self, number: u32, topic: Name, default: Option<u32>, fx: &mut Effects<'_, Mq>) {
        let because =
            if default.is_some() { Because::RouteOfDefaultTopic } else { Because::RouteForSend };
        let (thread, why) = (Thread::Sender(number), because.plain());
        self.instance.ask_route(RouteAsk { thread, topic, why, default_queues: default }, fx);
    }

    /// Chooses a queue and sends; `why` is what became of the attempt before.
    fn attempt(&mut self, number: u32, why: Option<Why>, fx: &mut Effects<'_, Mq>) {
        let timeout = self.config.send_timeout;
        let send = &self.senders[&number].send;
        let (msg, topic) = (send.message.key, send.message.template.topic);
        let (begun, attempt, avoid) = (send.begun, send.attempts() + 1, send.last_broker());
        let publish = self.instance.routes.publish(topic);
        if !publish.is_usable() {
            return self.fail(number, Because::NoRouteForSend.plain(), fx);
        }
        let (queue, chosen) = publish.select(number, avoid, fx.rng());
        let Some(budget) = send::budget(begun, fx.now(), timeout) else {
            return self.fail(number, Because::CallTimeout.with(millis(timeout)), fx);
        };
        if let Some(why) = why {
            fx.note(Fact::Resent { msg, attempt, why });
        }
        fx.note(Fact::QueueChosen { msg, queue: self.instance.routes.show(queue), why: chosen });
        let sender = self.senders.get_mut(&number).expect("the sender is at work");
        sender.send.stage = Stage::Attempt { number: attempt, queue };
        self.send(number, queue, budget, fx);
    }

    fn send(
        &mut self,
        number: u32,
        queue: MessageQueue,
        timeout: SimSpan,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(peer) = self.instance.routes.master(queue.broker) else {
            return self.again(number, Because::BrokerUnknown.plain(), fx);
        };
        let request = Request::SendMessage(Rc::new(SendRequest {
            group: self.config.client.group,
            topic: queue.topic,
            default_topic: self.default_topic,
            default_queues: self.config.default_topic_queue_nums,
            queue: i32::try_from(queue.id).expect("queue numbers are small"),
            message: self.senders[&number].send.message.clone(),
            max_reconsume: None,
            batch: None,
        }));
        let waiter = Waiter::Thread(Thread::Sender(number));
        self.instance.calls.call(Call { peer, request, timeout, waiter }, fx);
    }

    fn left(&mut self, number: u32, fx: &mut Effects<'_, Mq>) {
        let send = &self.senders[&number].send;
        if let Stage::Attempt { number: attempt, queue } = send.stage {
            let queue = self.instance.routes.show(queue);
            fx.note(Fact::Sent { msg: send.message.key, queue, attempt });
        }
    }

    fn resume(&mut self, number: u32, woken: &Woken, fx: &mut Effects<'_, Mq>) {
        let send = &self.senders[&number].send;
        match (send.stage, woken) {
            (Stage::Route { default }, Woken::Route(outcome)) => {
                self.route_answered(number, default, *outcome, fx);
            }
            (Stage::Attempt { queue, .. }, Woken::Reply(result)) => {
                let attempted = send::judge(result, self.config.send_timeout);
                self.attempted(number, queue, attempted, fx);
            }
            _ => panic!("a sender is woken by what it waits for"),
        }
    }

    fn route_answered(
        &mut self,
        number: u32,
        default: bool,
        outcome: RouteOutcome,
        fx: &mut Effects<'_, Mq>,
    ) {
        let topic = self.senders[&number].send.message.template.topic;
        let publish = self.instance.routes.publish(topic);
        let (usable, has_route) = (publish.is_usable(), publish.has_route());
        if outcome == RouteOutcome::Failed {
            self.fail(number, Because::NameServerSilent.plain(), fx);
        } else if usable {
            self.attempt(number, None, fx);
        } else if default || has_route {
            self.fail(number, Because::NoRouteForSend.plain(), fx);
        } else {
            let sender = self.senders.get_mut(&number).expect("the sender is at work");
            sender.send.stage = Stage::Route { default: true };
            self.ask(number, topic, Some(self.config.default_topic_queue_nums), fx);
        }
    }

    fn attempted(
        &mut self,
        number: u32,
        queue: MessageQueue,
        attempted: Attempted,
        fx: &mut Effects<'_, Mq>,
    ) {
        match attempted {
            Attempted::Stored { queue: id, offset, outcome } => {
                let msg = self.senders[&number].send.message.key;
                let queue = self.instance.routes.show(MessageQueue { id, ..queue });
                fx.note(Fact::Acknowledged { msg, queue, offset, outcome });
                self.next_message(number, fx);
            }
            Attempted::Again(why) => self.again(number, why, fx),
            Attempted::GiveUp(why) => self.fail(number, why, fx),
        }
    }

    /// Another attempt, if one is left; at once, without a pause.
    fn again(&mut self, number: u32, why: Why, fx: &mut Effects<'_, Mq>) {
        if self.senders[&number].send.attempts() <= self.config.retry_times {
            return self.attempt(number, Some(why), fx);
        }
        if self.config.retry_times == 0 {
            return self.fail(number, why, fx);
        }
        self.fail(number, Because::RetriesExhausted.with(self.config.retry_times), fx);
    }

    fn fail(&mut self, number: u32, why: Why, fx: &mut Effects<'_, Mq>) {
        let msg = self.senders[&number].send.message.key;
        fx.note(Fact::Failed { msg, why });
        self.next_message(number, fx);
    }

    /// `send` returned: the program goes on with the round, or with its pause.
    fn next_message(&mut self, number: u32, fx: &mut Effects<'_, Mq>) {
        let sender = self.senders.remove(&number).expect("the sender is at work");
        let place = sender.place + 1;
        if self.instance.is_leaving() {
            return;
        }
        if place < self.config.workload.messages.len() {
            return self.call(number, sender.round, place, fx);
        }
        if let Some(pause) = self.progress.done(number, &self.config.workload, fx) {
            fx.arm(pause, Timer::Client(ClientTimer::NextRound { sender: number }));
        }
        self.stop_if_done(fx);
    }
}
