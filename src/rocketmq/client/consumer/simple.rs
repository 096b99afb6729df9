//! The simple consumer of 5.x: a program calls for messages, and acknowledges each by itself.
//!
//! Follows `SimpleConsumerImpl` of the 5.x clients and what a proxy makes of it: each call goes to
//! the next queue of the next topic, and pops all queues of that queue's broker; what does not
//! match is acknowledged, what was tried too often goes to the dead letters. Another invisible time
//! gives a message another handle, and only the newest one is good for it. Here the consumer
//! speaks to the brokers itself, as the proxy does for it. It is no member of its group: nobody
//! shares queues out.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::facts::{Fact, MsgKey, QueueRef, Why};
use crate::kernel::actor::Event;
use crate::kernel::agenda::Slot;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::listener::{Answer, decide};
use crate::rocketmq::protocol::{Mq, Order, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AckRequest, AdminReply, AdminRequest, ConsumerData, PopKind, PopRequest, Popped, Reply,
    ReplyBody, Request, Subscription, TagExpression, code,
};
use crate::rocketmq::simple_rules::SimpleConfig;

use super::super::Waiter;
use super::super::calls::{Call, CallError, millis};
use super::super::instance::{Instance, Manners, Signal};
use super::super::queue::{ALL_QUEUES, MessageQueue};
use super::super::timer::ClientTimer;
use super::pop::handed_out;

/// What a call has beyond the time for which it may be held.
const PATIENCE: SimSpan = SimSpan::secs(10);
/// Time-out of acknowledgements.
const ACK_TIMEOUT: SimSpan = SimSpan::secs(3);
/// After a call that failed the program waits.
const AFTER_FAILURE: SimSpan = SimSpan::secs(1);
/// So often a message is handed out (`maxAttempts`: `retryMaxTimes` and the first time).
const ATTEMPTS: u32 = 17;

/// A simple consumer.
#[derive(Clone, Debug)]
pub struct SimpleConsumer {
    config: SimpleConfig,
    instance: Instance,
    /// By thread of the program.
    receivers: OrderedMap<u32, Receiver>,
    /// Whose turn it is among the topics.
    topic_turn: usize,
    /// By topic: whose turn it is among its queues.
    queue_turns: OrderedMap<Name, u32>,
    stopping: bool,
}

/// A thread of the program.
#[derive(Clone, Debug, Default)]
struct Receiver {
    doing: Doing,
    calls: u32,
    /// It asks for more time for the message that it handles, then.
    renewal: Option<Slot>,
}

#[derive(Clone, Debug, Default)]
enum Doing {
    #[default]
    Rests,
    /// Waits for the answer to a call.
    Receives { queue: MessageQueue, since: SimTime },
    /// Handles messages, the first one now.
    Handles(VecDeque<Held>),
    /// Waits until the broker has taken what it says of the message that was first.
    Tells(VecDeque<Held>),
}

/// A message that the program has.
#[derive(Clone, Debug)]
struct Held {
    queue: QueueRef,
    msg: MsgKey,
    offset: u64,
    ack: AckRequest,
    /// From here on others get it, ms since 1970.
    until: i64,
    answer: Answer,
    /// The program asked for more time for it.
    asked: bool,
}

impl SimpleConsumer {
    /// A process with fresh memory.
    pub fn new(config: SimpleConfig) -> Self {
        let wanted = config.subscriptions.iter();
        let wanted =
            wanted.map(|(topic, tags)| Subscription { topic: *topic, tags: *tags, version: 0 });
        let data = ConsumerData::new(config.client.group, false, wanted.collect());
        let mut instance = Instance::new(&config.client, Some(data));
        instance.manners = Manners::Silent;
        let receivers = (0..config.rules.receivers).map(|thread| (thread, Receiver::default()));
        let (topic_turn, queue_turns, stopping) = Default::default();
        let receivers = receivers.collect();
        Self { config, instance, receivers, topic_turn, queue_turns, stopping }
    }

    pub(in crate::rocketmq) fn into_config(self) -> SimpleConfig {
        self.config
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq) fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match self.instance.handle(event, fx) {
            Some(Event::Booted) => self.instance.start(fx),
            Some(Event::Told(Order::Shutdown)) => self.stop(fx),
            Some(Event::Fired(Timer::Client(ClientTimer::Stop))) => self.stop(fx),
            Some(Event::Fired(Timer::Client(ClientTimer::NextRound { sender }))) => {
                self.receive(sender, fx);
            }
            Some(Event::Fired(Timer::Client(ClientTimer::Listened { thread }))) => {
                self.handled(thread, fx);
            }
            Some(Event::Fired(Timer::Client(ClientTimer::Renew { thread }))) => {
                self.renew(thread, fx);
            }
            Some(_) => panic!("a simple consumer expects what it asked for"),
            None => {}
        }
        while let Some(signal) = self.instance.next_signal(fx) {
            self.take(signal, fx);
        }
    }

    pub(in crate::rocketmq) fn digest(&self, digest: &mut Digest) {
        digest.put(&self.instance);
        for (thread, receiver) in self.receivers.iter() {
            digest.word(u64::from(*thread) << 32 | u64::from(receiver.calls));
            digest.put(&receiver.doing);
        }
        digest.word(self.topic_turn as u64);
        self.queue_turns.values().for_each(|turn| digest.put(turn));
    }

    fn take(&mut self, signal: Signal, fx: &mut Effects<'_, Mq>) {
        match signal {
            Signal::Started { .. } => {
                for thread in 0..self.config.rules.receivers {
                    self.receive(thread, fx);
                }
            }
            Signal::Pulled(thread, result) => self.answered(thread, result, fx),
            Signal::LocksTold(thread, result) => self.renewed(thread, &result),
            Signal::LeftAll => fx.exit(),
            Signal::Resume(..)
            | Signal::Left(_)
            | Signal::PersistOffsets
            | Signal::Greeted
            | Signal::GroupChanged(_)
            | Signal::Rebalance
            | Signal::Asked(..) => {}
        }
    }

    fn group(&self) -> Name {
        self.config.client.group
    }

    /// What the program has when it ends comes again by itself.
    fn stop(&mut self, fx: &mut Effects<'_, Mq>) {
        if !std::mem::replace(&mut self.stopping, true) {
            fx.note(Fact::ProcessStopping);
            self.instance.leave(fx);
        }
    }

    /// A thread of the program calls for messages: of the next queue of the next topic.
    fn receive(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        let (rules, most) = (&self.config.rules, self.config.rules.receives);
        let (invisible, held) = (millis(rules.invisible), millis(rules.held()));
        let receiver = self.receivers.get_mut(&thread).expect("the thread is the program's");
        if self.stopping || most.is_some_and(|most| most <= receiver.calls) {
            return;
        }
        receiver.calls += 1;
        let (topic, tags) = self.config.subscriptions[self.topic_turn];
        self.topic_turn = (self.topic_turn + 1) % self.config.subscriptions.len();
        let next = self.next_queue(topic, fx);
        let Some((queue, peer)) = next else { return self.failed(thread, 0, fx) };
        let receiver = self.receivers.get_mut(&thread).expect("the thread is the program's");
        receiver.doing = Doing::Receives { queue, since: fx.now() };
        let (group, shown) = (self.group(), self.instance.routes.show(queue));
        let why = Because::ProgramReceives.with(held);
        fx.note(Fact::Asked { queue: shown, group, offset: 0, why });
        let pop = PopRequest {
            group,
            topic,
            // All queues of a broker are -1 on the wire.
            queue: queue.id.cast_signed(),
            most: self.config.rules.most,
            invisible: i64::from(invisible),
            poll_millis: i64::from(held),
            born: fx.wall(),
            tags,
            from_last: true,
            in_order: false,
            attempt: None,
            kind: PopKind::Pops,
        };
        let request = Request::Admin(Rc::new(AdminRequest::Pop(pop)));
        let (timeout, waiter) = (SimSpan::millis(held.into()) + PATIENCE, Waiter::Pull(thread));
        self.instance.calls.call_back(Call { peer, request, timeout, waiter }, fx);
    }

    /// All queues of the broker whose queue is next, and its master.
    fn next_queue(
        &mut self,
        topic: Name,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<(MessageQueue, crate::kernel::actor::NodeId)> {
        let routes = &self.instance.routes;
        let known = routes.subscribed(topic).unwrap_or_default();
        let queues: Vec<MessageQueue> =
            known.iter().filter(|queue| routes.master(queue.broker).is_some()).copied().collect();
        let count = u32::try_from(queues.len()).expect("queues fit in u32");
        if count == 0 {
            return None;
        }
        // The rotation begins anywhere.
        let turn = self
            .queue_turns
            .get_or_insert_with(topic, || u32::try_from(fx.rng().below(1 << 31)).expect("31 bits"));
        let queue = queues[(*turn % count) as usize];
        *turn = turn.wrapping_add(1);
        let peer = self.instance.routes.master(queue.broker)?;
        Some((MessageQueue { id: ALL_QUEUES, ..queue }, peer))
    }

    /// An answer came to a thread: to its call, or to what it told the broker of a message.
    fn answered(
        &mut self,
        thread: u32,
        result: Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.stopping {
            return;
        }
        let receiver = self.receivers.get_mut(&thread).expect("the thread is the program's");
        match std::mem::take(&mut receiver.doing) {
            Doing::Receives { queue, since } => self.received(thread, (queue, since), result, fx),
            Doing::Tells(left) => self.handle_next(thread, left, fx),
            other @ (Doing::Rests | Doing::Handles(_)) => receiver.doing = other,
        }
    }

    fn received(
        &mut self,
        thread: u32,
        (queue, since): (MessageQueue, SimTime),
        result: Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let waited = fx.now().since(since);
        match result {
            Ok(Reply { code: code::SUCCESS, body: ReplyBody::Admin(reply) }) => {
                if let AdminReply::Popped(popped) = &*reply {
                    let held = self.take_popped(queue, popped, fx);
                    let why = Because::ReceiveFound.with(self.config.rules.most);
                    self.state_call((held.len(), waited), why, fx);
                    self.handle_next(thread, held, fx);
                }
            }
            Ok(Reply { code: code::PULL_NOT_FOUND | code::POLLING_TIMEOUT, .. }) => {
                let why = Because::ReceiveTimeout.with(millis(self.config.rules.held()));
                self.state_call((0, waited), why, fx);
                self.call_again(thread, fx);
            }
            Ok(reply) => self.failed(thread, u32::from(reply.code), fx),
            Err(_) => self.failed(thread, 0, fx),
        }
    }

    fn state_call(&self, (count, waited): (usize, SimSpan), why: Why, fx: &mut Effects<'_, Mq>) {
        let count = u32::try_from(count).expect("answers are small");
        fx.note(Fact::Polled { group: self.group(), count, waited, why });
    }

    fn failed(&mut self, thread: u32, code: u32, fx: &mut Effects<'_, Mq>) {
        self.state_call((0, SimSpan::ZERO), Because::ReceiveFailed.with(code), fx);
        self.rest(thread, AFTER_FAILURE, fx);
    }

    fn rest(&mut self, thread: u32, span: SimSpan, fx: &mut Effects<'_, Mq>) {
        fx.arm(span, Timer::Client(ClientTimer::NextRound { sender: thread }));
    }

    /// The call is over, and what it brought is handled.
    fn call_again(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        let pause = self.config.rules.pause.draw(fx.rng());
        if pause == SimSpan::ZERO {
            self.receive(thread, fx);
        } else {
            self.rest(thread, pause, fx);
        }
    }

    /// What matches is the program's; the rest is acknowledged, or goes to the dead letters.
    fn take_popped(
        &mut self,
        queue: MessageQueue,
        popped: &Popped,
        fx: &mut Effects<'_, Mq>,
    ) -> VecDeque<Held> {
        let (group, shown) = (self.group(), self.instance.routes.show(queue));
        let wanted = self.config.subscriptions.iter().find(|(topic, _)| *topic == queue.topic);
        let tags = wanted.map_or(TagExpression::ALL, |(_, tags)| *tags);
        let mut held = VecDeque::new();
        for (queue, pulled, popped) in
            handed_out(popped, (group, queue.topic), (queue.broker, shown))
        {
            let (msg, offset) = (pulled.message.key, pulled.offset);
            let matches = tags.matches(pulled.message.template.tag);
            if !matches || popped.times >= ATTEMPTS {
                fx.note(Fact::FilteredOut { msg, queue, group, offset });
                if matches {
                    let physical = pulled.physical;
                    let (level, max_reconsume) = (-1, Some(0));
                    let back = AdminRequest::SendBack { group, physical, level, max_reconsume };
                    self.tell(popped.ack.handle.broker, back, Waiter::Nobody, fx);
                }
                let broker = popped.ack.handle.broker;
                self.tell(broker, AdminRequest::Ack(popped.ack), Waiter::Nobody, fx);
                continue;
            }
            fx.note(Fact::Delivered { msg, queue, group, offset });
            let rule = decide(&self.config.rules.answers, pulled, popped.times, fx.rng());
            let mut answer = rule.map_or(Answer::OK, |rule| rule.answer);
            if answer == (Answer::Suspend { millis: -1 }) {
                let delay = self.config.rules.policy.next_delay(popped.times);
                answer = Answer::Suspend { millis: millis(delay).cast_signed() };
            }
            let (ack, until, answer) = (popped.ack, popped.until, answer);
            held.push_back(Held { queue, msg, offset, ack, until, answer, asked: false });
        }
        held
    }

    fn handle_next(&mut self, thread: u32, left: VecDeque<Held>, fx: &mut Effects<'_, Mq>) {
        let Some(next) = left.front() else { return self.call_again(thread, fx) };
        let (msg, queue, group) = (next.msg, next.queue, self.group());
        fx.note(Fact::Consuming { msg, queue, group, thread });
        let takes = self.config.rules.handling.draw(fx.rng());
        fx.arm(takes, Timer::Client(ClientTimer::Listened { thread }));
        self.doing(thread, Doing::Handles(left));
        self.renew_later(thread, fx);
    }

    fn renew_later(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        let every = self.config.rules.renews;
        let slot = every.map(|every| fx.arm(every, Timer::Client(ClientTimer::Renew { thread })));
        self.receivers.get_mut(&thread).expect("the thread is the program's").renewal = slot;
    }

    /// The program asks for more time for the message that it handles.
    fn renew(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        let receiver = self.receivers.get_mut(&thread).expect("the thread is the program's");
        receiver.renewal = None;
        let Doing::Handles(left) = &mut receiver.doing else { return };
        let held = left.front_mut().expect("a message is handled");
        held.asked = true;
        if self.stopping || held.until <= fx.wall() {
            return;
        }
        let (ack, broker) = (held.ack.clone(), held.ack.handle.broker);
        let invisible = i64::from(millis(self.config.rules.invisible));
        let request = AdminRequest::ChangeInvisible(ack, invisible);
        self.tell(broker, request, Waiter::Lock(thread), fx);
        self.renew_later(thread, fx);
    }

    /// A message that is still handled has another handle.
    fn renewed(&mut self, thread: u32, result: &Result<Reply, CallError>) {
        let Ok(Reply { code: code::SUCCESS, body: ReplyBody::Admin(reply) }) = result else {
            return;
        };
        let AdminReply::Invisible { at, invisible, revive } = **reply else { return };
        let receiver = self.receivers.get_mut(&thread).expect("the thread is the program's");
        let Doing::Handles(left) = &mut receiver.doing else { return };
        let held = left.front_mut().expect("a message is handled");
        // One that came meanwhile has been asked for nothing yet.
        if held.asked {
            let handle = &mut held.ack.handle;
            (handle.start, handle.popped) = (held.offset, at);
            (handle.invisible, handle.revive) = (invisible, revive);
            held.until = at.saturating_add(invisible);
        }
    }

    fn doing(&mut self, thread: u32, doing: Doing) {
        self.receivers.get_mut(&thread).expect("the thread is the program's").doing = doing;
    }

    /// The program is done with a message, and says what is to become of it.
    fn handled(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        let receiver = self.receivers.get_mut(&thread).expect("the thread is the program's");
        let Doing::Handles(left) = &mut receiver.doing else { return };
        if self.stopping {
            return;
        }
        let mut left = std::mem::take(left);
        if let Some(slot) = receiver.renewal.take() {
            fx.cancel(slot);
        }
        let Held { queue, msg, offset, ack, until, answer, .. } =
            left.pop_front().expect("a message is handled");
        let (group, invisible) = (self.group(), millis(self.config.rules.invisible));
        let (broker, request) = (
            ack.handle.broker,
            match answer {
                Answer::Suspend { millis } => {
                    let why = Because::ProgramHides.with(millis.unsigned_abs());
                    fx.note(Fact::NotConsumed { msg, queue, group, thread, why });
                    Some(AdminRequest::ChangeInvisible(ack, millis.into()))
                }
                Answer::Success { .. } => {
                    fx.note(Fact::Consumed { msg, queue, group, offset, thread });
                    Some(AdminRequest::Ack(ack))
                }
                Answer::Later { .. }
                | Answer::Commit
                | Answer::Rollback
                | Answer::Throws
                | Answer::Null
                | Answer::Stuck => {
                    let why = Because::NotAcknowledged.with(invisible);
                    fx.note(Fact::NotConsumed { msg, queue, group, thread, why });
                    None
                }
            },
        );
        let late = until <= fx.wall();
        if late && request.is_some() {
            let why = Because::HandleExpired.with(invisible);
            fx.note(Fact::PopExpired { msg, queue, group, why });
        }
        let told = request.filter(|_| !late);
        let waits = told.is_some_and(|it| self.tell(broker, it, Waiter::Pull(thread), fx));
        if waits {
            self.doing(thread, Doing::Tells(left));
        } else {
            self.handle_next(thread, left, fx);
        }
    }

    /// Tells a broker something of a message; false where it is not known.
    fn tell(
        &mut self,
        broker: Name,
        request: AdminRequest,
        waiter: Waiter,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let Some(peer) = self.instance.routes.master(broker) else { return false };
        let (request, timeout) = (Request::Admin(Rc::new(request)), ACK_TIMEOUT);
        self.instance.calls.call_back(Call { peer, request, timeout, waiter }, fx);
        true
    }
}

impl Digestible for Doing {
    fn digest(&self, digest: &mut Digest) {
        let (kind, count) = match self {
            Self::Rests => (0, 0),
            Self::Receives { since, .. } => (1, since.as_nanos()),
            Self::Handles(left) => (2, left.len() as u64),
            Self::Tells(left) => (3, left.len() as u64),
        };
        digest.word(kind);
        digest.word(count);
    }
}
