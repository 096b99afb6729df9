//! The accumulator: what threads of the program send at about the same time goes in one request.
//!
//! Follows `ProduceAccumulator`. A guard looks every half of `batchMaxDelayMs`. Of synchronous
//! sends the thread that it wakes, or the one whose message is too much, sends for all, and they
//! return together. Of asynchronous ones nobody waits: the guard sends them itself. Quirks that are
//! kept: the guard waits while a batch is being sent that nobody found closed so far; what cannot
//! be gathered counts against `totalBatchMaxBytes` for good. Here one guard looks for both kinds,
//! and asynchronous batches need no permits (`enableBackpressureForAsyncMode`). What goes to a
//! queue that a selector took is gathered as if the program had named it.

use std::rc::Rc;

use crate::facts::{Fact, MsgKey, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::sending::{Gathering, Mode, Place, Way};

use super::super::timer::{ClientTimer, ProducerTimer};
use super::send::Send;
use super::{Producer, Sender};

/// The batches, and the guard that looks at them.
#[derive(Clone, Debug, Default)]
pub(super) struct Accumulator {
    /// In the order in which they began.
    batches: Vec<Gathered>,
    next: u32,
    /// Bytes that are waiting, or counted for good.
    held: u64,
    /// When the guard looked, at some time or other: it does so at a fixed pace from here on.
    looked: SimTime,
    /// It will look again.
    armed: bool,
    /// It waits for this batch to be sent.
    stuck: Option<u32>,
}

#[derive(Clone, Debug)]
struct Gathered {
    number: u32,
    topic: Name,
    tag: Option<Name>,
    /// A queue that the program names.
    place: Place,
    /// Callbacks wait, not threads.
    is_async: bool,
    /// When it began, ms of the machine's clock.
    since: i64,
    bytes: u64,
    waiting: Vec<Waiting>,
    /// The thread that sends it.
    leader: Option<u32>,
    /// The table has it: messages find it, and so does the guard.
    listed: bool,
}

/// A thread whose call has not returned.
#[derive(Clone, Debug)]
struct Waiting {
    thread: u32,
    place: (u32, usize),
    message: Message,
    /// Why it goes to its queue, where a selector took that.
    chosen: Option<Why>,
}

impl Gathered {
    fn is_ripe(&self, rules: &Gathering, wall: i64) -> bool {
        let hold = i64::try_from(rules.delay.as_millis()).expect("it is short");
        self.bytes > u64::from(rules.bytes) || wall >= self.since + hold
    }

    /// Why each message goes to the queue of the batch, where a selector took it for one of them.
    fn choices(&self) -> Option<Rc<[Why]>> {
        let Place::Queue { id, .. } = self.place else { return None };
        let chosen = |one: &Waiting| one.chosen.unwrap_or(Because::QueueGiven.with(id));
        let any = self.waiting.iter().any(|one| one.chosen.is_some());
        any.then(|| self.waiting.iter().map(chosen).collect())
    }
}

/// True where the accumulator is asked for a message that is sent in this way.
fn is_asked(way: Option<&Way>) -> bool {
    let alone = |way: &Way| way.transaction.is_some() || way.request.is_some() || way.batch > 0;
    let named = |place| matches!(place, Place::Rotation | Place::Queue { .. });
    way.is_none_or(|way| way.mode != Mode::OneWay && !alone(way) && named(way.place))
}

impl Producer {
    /// The program begins, and the guard with it.
    pub(super) fn start_gathering(&mut self, fx: &Effects<'_, Mq>) {
        if self.config.rules.gathering.is_some() {
            self.extras().accumulator.looked = fx.now();
        }
    }

    /// True if a thread's message waits for others, or was sent with them.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn gather(
        &mut self,
        (thread, place): (u32, (u32, usize)),
        (message, way): (&Message, Option<&Way>),
        chosen: Option<Why>,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let Some(rules) = self.config.rules.gathering else { return false };
        let bytes = u64::from(message.body_bytes());
        let all = &mut self.extras().accumulator;
        if !is_asked(way) || all.held >= u64::from(rules.total) {
            return false;
        }
        all.held += bytes;
        if way.is_some_and(|way| way.delay.is_some()) {
            return false;
        }
        let waiting = Waiting { thread, place, message: message.clone(), chosen };
        let at = all.find(message, way, fx.wall());
        let batch = &mut all.batches[at];
        batch.bytes += bytes;
        batch.waiting.push(waiting);
        let is_async = batch.is_async;
        if batch.is_ripe(&rules, fx.wall()) {
            self.send_ripe(at, thread, fx);
        }
        self.keep_looking(&rules, fx);
        if is_async {
            self.returned(thread, place, fx);
        }
        true
    }

    fn send_ripe(&mut self, at: usize, leader: u32, fx: &mut Effects<'_, Mq>) {
        if self.extras().accumulator.batches[at].is_async {
            self.hand_gathered_over(at, leader, fx);
        } else {
            self.send_gathered(at, leader, fx);
        }
    }

    /// Callbacks wait for this batch: the pool sends it.
    fn hand_gathered_over(&mut self, at: usize, caller: u32, fx: &mut Effects<'_, Mq>) {
        let batch = self.extras().accumulator.batches.remove(at);
        let ((round, place), chosen) = (batch.waiting[0].place, batch.choices());
        let messages: Vec<Message> = batch.waiting.into_iter().map(|one| one.message).collect();
        state(&messages, fx);
        let way = Way { mode: Mode::Async, place: batch.place, ..Way::default() };
        let timeout = self.config.send_timeout;
        let mut send = Send::new(messages[0].clone(), Some(Rc::new(way)), timeout, fx.now());
        (send.batch, send.gathered, send.chosen) = (Some(messages.into()), true, chosen);
        let (bytes, limit) = (send.body_bytes(), self.config.rules.max_message_size);
        let number = self.extras().pool.take_number();
        self.senders
            .insert(number, Box::new(Sender { round, place, thread: caller, busy: false, send }));
        if bytes > limit {
            return self.fail(number, Because::ClientTooLarge.with(limit), fx);
        }
        self.enqueue(number, caller, fx);
    }

    /// The guard looks at all batches.
    #[inline(never)] // Can wait.
    pub(super) fn look_at_gathered(&mut self, fx: &mut Effects<'_, Mq>) {
        let Some(rules) = self.config.rules.gathering else { return };
        let all = &mut self.extras().accumulator;
        (all.armed, all.stuck, all.looked) = (false, None, fx.now());
        let listed: Vec<u32> =
            all.batches.iter().filter(|batch| batch.listed).map(|batch| batch.number).collect();
        for number in listed {
            let all = &mut self.extras().accumulator;
            let Some(at) = all.batches.iter().position(|batch| batch.number == number) else {
                continue;
            };
            let batch = &all.batches[at];
            if batch.leader.is_some() {
                all.stuck = Some(number);
                return;
            }
            if batch.is_ripe(&rules, fx.wall()) {
                let first = batch.waiting[0].thread;
                self.send_ripe(at, first, fx);
            }
        }
        self.keep_looking(&rules, fx);
    }

    fn keep_looking(&mut self, rules: &Gathering, fx: &mut Effects<'_, Mq>) {
        let all = &mut self.extras().accumulator;
        if all.armed || all.stuck.is_some() || !all.batches.iter().any(|batch| batch.listed) {
            return;
        }
        let pace = SimSpan::millis((rules.delay.as_millis() / 2).max(1));
        let times = fx.now().since(all.looked).as_nanos() / pace.as_nanos() + 1;
        let at = all.looked + pace * times;
        all.armed = true;
        fx.arm_at(at, Timer::Client(ClientTimer::Producer(ProducerTimer::Gathered)));
    }

    /// A thread sends for all.
    fn send_gathered(&mut self, at: usize, leader: u32, fx: &mut Effects<'_, Mq>) {
        let (now, timeout) = (fx.now(), self.config.send_timeout);
        let batch = &mut self.extras().accumulator.batches[at];
        batch.leader = Some(leader);
        let messages: Vec<Message> =
            batch.waiting.iter().map(|waiting| waiting.message.clone()).collect();
        let chosen = batch.choices();
        let own = batch.waiting.iter().find(|waiting| waiting.thread == leader);
        let (round, place) = own.expect("the leader's message is one of them").place;
        state(&messages, fx);
        let to = self.extras().accumulator.batches[at].place;
        let way = (to != Place::Rotation).then(|| Rc::new(Way { place: to, ..Way::default() }));
        let mut send = Send::new(messages[0].clone(), way, timeout, now);
        (send.batch, send.gathered, send.chosen) = (Some(messages.into()), true, chosen);
        let bytes = send.body_bytes();
        self.senders
            .insert(leader, Box::new(Sender { round, place, thread: leader, busy: false, send }));
        let limit = self.config.rules.max_message_size;
        if bytes > limit {
            return self.fail(leader, Because::ClientTooLarge.with(limit), fx);
        }
        self.begin(leader, fx);
    }

    /// The message of the thread that sends: the other threads of a batch that fails find no result
    /// (`NullPointerException`).
    pub(super) fn leads(&self, leader: u32, msg: MsgKey) -> bool {
        let Some(extras) = &self.extras else { return true };
        let mut batches = extras.accumulator.batches.iter();
        let Some(batch) = batches.find(|batch| batch.leader == Some(leader)) else { return true };
        batch.waiting.iter().any(|one| one.thread == leader && one.message.key == msg)
    }

    /// A batch is sent, or failed: all its threads return, first the one that sent it.
    #[inline(never)] // Can wait.
    pub(super) fn gathered_over(&mut self, leader: u32, fx: &mut Effects<'_, Mq>) {
        let all = &mut self.extras().accumulator;
        let at = all.batches.iter().position(|batch| batch.leader == Some(leader));
        let batch = all.batches.remove(at.expect("it leads one"));
        all.held -= batch.bytes;
        let stuck = all.stuck == Some(batch.number);
        let (own, others): (Vec<_>, Vec<_>) =
            batch.waiting.into_iter().partition(|waiting| waiting.thread == leader);
        for waiting in own.into_iter().chain(others) {
            self.returned(waiting.thread, waiting.place, fx);
        }
        if stuck {
            self.look_at_gathered(fx);
        }
    }

    /// True where messages wait to be sent.
    pub(super) fn is_gathering(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| !extras.accumulator.batches.is_empty())
    }

    /// A message that waits.
    pub(super) fn gathered(&self, key: MsgKey) -> Option<&Message> {
        let batches = &self.extras.as_ref()?.accumulator.batches;
        let mut all = batches.iter().flat_map(|batch| &batch.waiting);
        all.find(|waiting| waiting.message.key == key).map(|waiting| &waiting.message)
    }
}

impl Accumulator {
    /// Messages of an asynchronous batch wait no more.
    pub(super) fn let_go(&mut self, batch: &[Message]) {
        self.held -= batch.iter().map(|message| u64::from(message.body_bytes())).sum::<u64>();
    }

    /// Where the batch is that takes the message: one of its topic, queue and tag.
    fn find(&mut self, message: &Message, way: Option<&Way>, wall: i64) -> usize {
        let (topic, tag) = (message.template.topic, message.template.tag);
        let place = way.map_or(Place::Rotation, |way| way.place);
        let is_async = way.is_some_and(|way| way.mode == Mode::Async);
        let wanted = (topic, tag, place, is_async);
        let fits = |batch: &Gathered| {
            batch.listed && (batch.topic, batch.tag, batch.place, batch.is_async) == wanted
        };
        if let Some(at) = self.batches.iter().position(fits) {
            if self.batches[at].leader.is_none() {
                return at;
            }
            self.batches[at].listed = false;
        }
        let (number, waiting, leader, listed) = (self.next, Vec::new(), None, true);
        self.next += 1;
        let (since, bytes) = (wall, 0);
        self.batches.push(Gathered {
            number,
            topic,
            tag,
            place,
            is_async,
            since,
            bytes,
            waiting,
            leader,
            listed,
        });
        self.batches.len() - 1
    }
}

/// Each of these goes in one request with the others.
fn state(messages: &[Message], fx: &mut Effects<'_, Mq>) {
    let count = u32::try_from(messages.len()).expect("batches are small");
    let why = Because::Gathered.with(count);
    messages.iter().for_each(|message| fx.note(Fact::Gathered { msg: message.key, why }));
}

/// The keys of all messages, and their tag: what the batch as a whole says.
pub(super) fn keys_of(batch: &Rc<[Message]>) -> Vec<&str> {
    let mut keys = Vec::new();
    for key in batch.iter().filter_map(|message| message.template.keys.as_ref()) {
        keys.extend(key.as_str().split(' ').filter(|key| !keys.contains(key)).collect::<Vec<_>>());
    }
    keys
}

impl Digestible for Accumulator {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.held);
        digest.put(&self.looked);
        for batch in &self.batches {
            digest.word(u64::from(batch.number) << 1 | u64::from(batch.listed));
            batch.waiting.iter().for_each(|waiting| digest.put(&waiting.message));
        }
    }
}
