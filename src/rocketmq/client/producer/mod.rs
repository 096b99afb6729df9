//! The producer: a program's threads that send messages and wait for each answer.
//!
//! Follows `DefaultMQProducerImpl` and `TransactionMQProducer`.

mod arrivals;
mod asynchronous;
mod attempts;
mod batch;
mod choose;
mod draws;
mod extras;
mod faults;
mod gather;
mod profile;
mod requests;
mod select_queue;
mod send;
mod special;
mod transactions;
mod workload;

use std::rc::Rc;

pub use profile::profile;
pub use select_queue::Publish;

use crate::facts::{Content, Fact, MsgKey, SendMode, SendOutcome, Why};
use crate::kernel::actor::Event;
use crate::kernel::digest::Digest;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::rocketmq::config::ProducerConfig;
use crate::rocketmq::message::{Message, Template};
use crate::rocketmq::protocol::{Mq, Order, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::AdminRequest;
use crate::rocketmq::sending::{Mode, Way};
use crate::rocketmq::topic::TBW102;

use self::extras::Extras;
use self::faults::Verdict;
use self::send::{Attempted, Kept, Send, Stage};
use self::workload::Progress;
use super::Thread;
use super::instance::{Instance, Signal, Woken};
use super::queue::MessageQueue;
use super::routes::{RouteAsk, RouteOutcome};
use super::timer::{ClientTimer, ProducerTimer};

/// A producer.
#[derive(Clone, Debug)]
pub struct Producer {
    config: ProducerConfig,
    instance: Instance,
    progress: Progress,
    senders: OrderedMap<u32, Box<Sender>>,
    next_seq: u32,
    extras: Option<Box<Extras>>,
    /// `TBW102`.
    default_topic: Name,
}

/// A thread of the program, within a round; or an asynchronous send.
#[derive(Clone, Debug)]
struct Sender {
    round: u32,
    /// The place of the message in the round.
    place: usize,
    /// Whose rotation counts.
    thread: u32,
    /// A thread of the pool for asynchronous sends works on it.
    busy: bool,
    send: Send,
}

impl Producer {
    /// A process with fresh memory.
    pub fn new(config: ProducerConfig) -> Self {
        let instance = Instance::new(&config.client, None);
        let (progress, senders, extras) = Default::default();
        let (default_topic, next_seq) = (Name::new(TBW102), config.rules.first_seq);
        Self { config, instance, progress, senders, next_seq, extras, default_topic }
    }

    /// What it may share with other clients of its process.
    pub(in crate::rocketmq::client) fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The same.
    pub(in crate::rocketmq::client) fn instance_mut(&mut self) -> &mut Instance {
        &mut self.instance
    }

    pub(in crate::rocketmq) fn into_config(mut self) -> ProducerConfig {
        self.config.rules.first_seq = self.next_seq;
        self.config
    }

    pub(in crate::rocketmq) fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match self.instance.handle(event, fx) {
            Some(Event::Booted) => self.boot(fx),
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
        self.extras.iter().for_each(|extras| digest.put(&**extras));
        for (number, sender) in self.senders.iter() {
            digest.word(u64::from(*number) << 32 | u64::from(sender.round));
            digest.word(sender.place as u64);
            digest.put(&sender.send);
        }
    }

    /// What a message holds that is being sent.
    pub fn content(&self, key: MsgKey) -> Option<Content> {
        let sent = self.senders.values().find_map(|sender| sender.send.carried(key));
        let message = sent.or_else(|| self.gathered(key))?;
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
            ClientTimer::Producer(timer) => self.fired_beside(timer, fx),
            ClientTimer::RefreshRoutes
            | ClientTimer::Heartbeat
            | ClientTimer::PersistOffsets
            | ClientTimer::Rebalance
            | ClientTimer::CallTimeout { .. }
            | ClientTimer::ConnectTimeout { .. }
            | ClientTimer::Woken
            | ClientTimer::PullAgain { .. }
            | ClientTimer::Listened { .. }
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
            | ClientTimer::Program(_)
            | ClientTimer::PullRound => panic!("a timer of another client rang at a producer"),
        }
    }

    fn take(&mut self, signal: Signal, fx: &mut Effects<'_, Mq>) {
        match signal {
            Signal::Started { .. } => {
                self.start_detector(fx);
                self.start_gathering(fx);
                self.progress.start(&self.config.workload, fx);
            }
            Signal::Resume(Thread::Detector, woken) => self.detected(&woken, fx),
            Signal::Asked((conn, opaque), request) => {
                if let AdminRequest::PushReply(push) = &*request {
                    self.replied((conn, opaque), push, fx);
                } else if let AdminRequest::CheckTransaction(check) = &*request {
                    self.asked_about(fx.peer(conn), check, fx);
                }
            }
            Signal::Left(Thread::Sender(number)) => self.left(number, fx),
            Signal::Resume(Thread::Sender(number), woken) => self.resume(number, &woken, fx),
            Signal::LeftAll => fx.exit(),
            Signal::Left(_)
            | Signal::Resume(..)
            | Signal::Pulled(..)
            | Signal::LocksTold(..)
            | Signal::PersistOffsets
            | Signal::Greeted
            | Signal::GroupChanged(_)
            | Signal::Rebalance => {}
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
        if self.config.stops_when_done
            && self.progress.is_over(&self.config.workload)
            && self.senders.is_empty()
            && !self.awaits_replies()
            && !self.is_gathering()
        {
            self.stop(fx);
        }
    }

    /// The process comes up.
    fn boot(&mut self, fx: &mut Effects<'_, Mq>) {
        self.extras = Extras::new(&self.config, fx);
        self.instance.start(fx);
    }

    /// What only some producers have.
    fn extras(&mut self) -> &mut Extras {
        self.extras.as_mut().expect("settings or workload want it")
    }

    fn fired_beside(&mut self, timer: ProducerTimer, fx: &mut Effects<'_, Mq>) {
        match timer {
            ProducerTimer::Detect => self.detect(fx),
            ProducerTimer::PermitTimeout { send } => self.permit_timed_out(send, fx),
            ProducerTimer::LocalEnded { sender, end } => self.local_ended(sender, end, fx),
            ProducerTimer::Checked { end } => self.checked(end, fx),
            ProducerTimer::ReplyTimeout { send } => self.reply_timed_out(send, fx),
            ProducerTimer::Gathered => self.look_at_gathered(fx),
        }
    }

    /// The message at a place of a round, and how it is sent.
    fn template(&mut self, place: usize) -> (Rc<Template>, Option<Rc<Way>>) {
        let outgoing = &self.config.workload.messages[place];
        let Some(way) = &outgoing.way else { return (Rc::clone(&outgoing.template), None) };
        let extras = self.extras.as_mut().expect("a way needs streams");
        (extras.draws.template(outgoing, way), Some(Rc::clone(way)))
    }

    /// The program calls `send` with the message at `place` of a round.
    fn call(&mut self, thread: u32, round: u32, place: usize, fx: &mut Effects<'_, Mq>) {
        let (message, way) = self.make(round, place, fx);
        let limit = self.config.rules.max_message_size;
        if self.config.rules.gathering.is_some()
            && message.body_bytes() <= limit
            && self.gather((thread, (round, place)), (&message, way.as_deref()), None, fx)
        {
            return;
        }
        let mut send = Send::new(message, way, self.config.send_timeout, fx.now());
        if let Some(way) = send.way.clone().filter(|way| way.batch > 0) {
            self.fill_batch(&mut send, &way, place, fx);
        }
        send.selecting = send.way.as_deref().is_some_and(choose::selects);
        let (mode, bytes) = (send.mode(), send.body_bytes());
        let sender = Box::new(Sender { round, place, thread, busy: false, send });
        if bytes > limit {
            let why = Because::ClientTooLarge.with(limit);
            sender.send.keys().for_each(|msg| fx.note(Fact::Failed { msg, why }));
            return self.returned(thread, (round, place), fx);
        }
        if mode != Mode::Async || sender.send.selecting {
            self.senders.insert(thread, sender);
            self.begin(thread, fx);
        } else if let Some(request) = sender.send.request() {
            self.request(sender, thread, request, fx);
        } else if self.hand_over(sender, thread, fx) {
            self.returned(thread, (round, place), fx);
        }
    }

    /// The program makes the message at a place of a round.
    fn make(
        &mut self,
        round: u32,
        place: usize,
        fx: &mut Effects<'_, Mq>,
    ) -> (Message, Option<Rc<Way>>) {
        let (template, way) = self.template(place);
        let key = MsgKey { producer: fx.node(), seq: self.next_seq };
        self.next_seq += 1;
        let (topic, born, maker) = (template.topic, fx.wall(), self.config.client.identity);
        let mode = way.as_ref().map_or(SendMode::Sync, |way| way.shown());
        fx.note(Fact::Called { msg: key, topic, mode });
        let message = Message { key, template, round, born, maker };
        let Some(way) = way else { return (message, None) };
        let group = self.config.client.group;
        let message = special::special(message, &way, group, fx.now());
        let message = match way.request {
            Some(timeout) => self.as_request(&message, timeout),
            None => message,
        };
        (message, Some(way))
    }

    /// A thread takes a message: a route, then the first attempt.
    fn begin(&mut self, number: u32, fx: &mut Effects<'_, Mq>) {
        let topic = self.senders[&number].send.message.template.topic;
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

    fn left(&mut self, number: u32, fx: &mut Effects<'_, Mq>) {
        let Some(sender) = self.senders.get(&number) else { return };
        if let Stage::Attempt { number: attempt, queue } = sender.send.stage {
            let queue = self.instance.routes.show(queue);
            sender.send.keys().for_each(|msg| fx.note(Fact::Sent { msg, queue, attempt }));
        }
    }

    fn resume(&mut self, number: u32, woken: &Woken, fx: &mut Effects<'_, Mq>) {
        let send = &self.senders[&number].send;
        match (send.stage, woken) {
            (Stage::Route { default }, Woken::Route(outcome)) => {
                self.route_answered(number, default, *outcome, fx);
            }
            (Stage::Attempt { queue, .. }, Woken::Reply(result)) => {
                if send.mode() == Mode::Async {
                    return self.called_back(number, queue, result, fx);
                }
                let attempted = send::judge(result, send, &self.config.rules.retried_codes);
                let verdict = match (attempted, result) {
                    (Attempted::Stored(_), _) => Verdict::FINE,
                    (_, Ok(_)) => Verdict::REFUSED,
                    (_, Err(error)) => self.verdict_on(*error),
                };
                self.attempted(number, queue, (attempted, verdict), fx);
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
        (attempted, verdict): (Attempted, Verdict),
        fx: &mut Effects<'_, Mq>,
    ) {
        let send = &self.senders[&number].send;
        let (free, tried) = (send.is_free(), send.tried);
        if free {
            self.judged((queue.broker, tried), verdict, fx);
        }
        match attempted {
            Attempted::Stored(placed) => {
                let kept = placed.at(queue);
                let retries = free && self.config.rules.retry_another_broker;
                if retries && placed.outcome != SendOutcome::Ok {
                    let sender = self.senders.get_mut(&number).expect("the sender is at work");
                    sender.send.kept = Some(kept);
                    return self.again(number, Because::NotStoredWell.plain(), fx);
                }
                self.stored(number, kept, fx);
            }
            Attempted::Again(why) => self.again(number, why, fx),
            Attempted::GiveUp(why) => self.fail(number, why, fx),
        }
    }

    fn stored(&mut self, number: u32, kept: Kept, fx: &mut Effects<'_, Mq>) {
        let Kept { queue, outcome, .. } = kept;
        let queue = self.instance.routes.show(queue);
        let send = &self.senders[&number].send;
        for (msg, offset) in send.keys().zip(kept.offset..) {
            fx.note(Fact::Acknowledged { msg, queue, offset, outcome });
        }
        match send.way.as_ref().and_then(|way| way.transaction.clone()) {
            Some(rule) => self.half_stored(number, &rule, kept, fx),
            None => self.over(number, fx),
        }
    }

    /// The call fails, unless an earlier attempt stored the message after all.
    fn fail(&mut self, number: u32, why: Why, fx: &mut Effects<'_, Mq>) {
        let send = &self.senders[&number].send;
        if let Some(kept) = send.kept {
            return self.stored(number, kept, fx);
        }
        let others = Because::OthersBatchFailed.plain();
        for msg in send.keys() {
            let alone = !send.gathered || self.leads(number, msg);
            fx.note(Fact::Failed { msg, why: if alone { why } else { others } });
        }
        self.over(number, fx);
        self.request_failed(number, fx);
    }

    /// The send is over; a thread of the program that waited for it goes on.
    fn over(&mut self, number: u32, fx: &mut Effects<'_, Mq>) {
        let send = &self.senders[&number].send;
        if send.mode() == Mode::Async && !send.selecting {
            return self.async_over(number, fx);
        }
        let sender = self.senders.remove(&number).expect("the sender is at work");
        if sender.send.gathered {
            return self.gathered_over(number, fx);
        }
        self.returned(number, (sender.round, sender.place), fx);
    }

    /// `send` returned: the program goes on with the round, or with its pause.
    fn returned(&mut self, thread: u32, (round, place): (u32, usize), fx: &mut Effects<'_, Mq>) {
        if self.instance.is_leaving() {
            return;
        }
        let place = place + 1;
        if place < self.config.workload.messages.len() {
            return self.call(thread, round, place, fx);
        }
        if let Some(pause) = self.progress.done(thread, &self.config.workload, fx) {
            fx.arm(pause, Timer::Client(ClientTimer::NextRound { sender: thread }));
        }
        self.stop_if_done(fx);
    }
}
