//! Sends that no thread waits for. Asynchronous ones: a pool of threads issues them, callbacks take
//! the answers and send again; one-way ones: nobody hears of them again.
//!
//! Follows `DefaultMQProducerImpl.executeAsyncMessageSend` and `MQClientAPIImpl.sendMessageAsync`,
//! `onExceptionImpl`. A thread of the pool is busy only while it waits for a route. Another attempt
//! goes to another broker, but with the queue id of the first one; an answer with an error is
//! final.

use std::collections::VecDeque;

use crate::facts::{Fact, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::Reply;
use crate::rocketmq::sending::ProducerRules;

use super::super::calls::{CallError, millis};
use super::super::queue::MessageQueue;
use super::super::timer::{ClientTimer, ProducerTimer};
use super::faults::Verdict;
use super::send::{Stage, failure, placed};
use super::{Producer, Sender};

/// Numbers of asynchronous sends begin here; smaller ones are threads of the program.
pub(super) const FIRST: u32 = 1 << 30;
/// Rotations of the pool's threads, and of the thread that runs callbacks.
const POOL_THREAD: u32 = 1 << 29;
const CALLBACK_THREAD: u32 = POOL_THREAD - 1;
/// Sends that may wait for a thread of the pool.
const QUEUE: usize = 50_000;

/// The pool, and what may be under way.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    next: u32,
    /// Threads that are not there yet.
    unborn: u32,
    /// Threads without work, who waits longest first.
    idle: VecDeque<u32>,
    /// Sends that wait for a thread.
    queue: VecDeque<u32>,
    /// Threads are being given to those.
    draining: bool,
    /// Free permits: sends and bytes (`enableBackpressureForAsyncMode`).
    permits: Option<(u32, u32)>,
    /// Sends whose program's thread waits for permits, with that thread.
    withheld: VecDeque<(u32, u32)>,
}

impl Pool {
    pub(super) fn new(rules: &ProducerRules) -> Self {
        let (idle, queue, draining, withheld) = Default::default();
        let (next, unborn, permits) = (FIRST, rules.async_threads, rules.backpressure);
        Self { next, unborn, idle, queue, draining, permits, withheld }
    }

    /// The number of the next send.
    pub(super) fn take_number(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// A thread without work; a new one as long as there are not all.
    fn thread(&mut self) -> Option<u32> {
        if self.unborn > 0 {
            self.unborn -= 1;
            return Some(POOL_THREAD + self.unborn);
        }
        self.idle.pop_front()
    }

    /// A send that waits, and a thread for it.
    fn work(&mut self) -> Option<(u32, u32)> {
        if self.queue.is_empty() {
            return None;
        }
        let thread = self.thread()?;
        self.queue.pop_front().map(|send| (send, thread))
    }

    fn give_back(&mut self, thread: u32) {
        if thread >= POOL_THREAD {
            self.idle.push_back(thread);
        }
    }

    /// Takes permits for one send of so many bytes; false where there are not enough.
    fn acquire(&mut self, bytes: u32) -> bool {
        match &mut self.permits {
            None => true,
            Some((sends, room)) if *sends > 0 && bytes <= *room => {
                *sends -= 1;
                *room -= bytes;
                true
            }
            Some(_) => false,
        }
    }

    fn release(&mut self, bytes: u32) {
        if let Some((sends, room)) = &mut self.permits {
            *sends += 1;
            *room += bytes;
        }
    }
}

impl Producer {
    /// The program's thread hands a send over. False where it has to wait first.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn hand_over(
        &mut self,
        sender: Box<Sender>,
        thread: u32,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let (msg, bytes) = (sender.send.message.key, sender.send.body_bytes());
        let pool = &mut self.extras().pool;
        let number = pool.next;
        pool.next += 1;
        let has_room = pool.withheld.is_empty() && pool.acquire(bytes);
        if !has_room {
            pool.withheld.push_back((number, thread));
        }
        let timeout = sender.send.timeout;
        self.senders.insert(number, sender);
        if has_room {
            self.enqueue(number, thread, fx);
            return true;
        }
        let why = self.limit(bytes);
        fx.note(Fact::Withheld { msg, why });
        let timer = ProducerTimer::PermitTimeout { send: number };
        fx.arm(timeout, Timer::Client(ClientTimer::Producer(timer)));
        false
    }

    /// Which limit of the two is reached.
    fn limit(&self, bytes: u32) -> Why {
        let (sends, room) = self.config.rules.backpressure.unwrap_or_default();
        let free = self.extras.as_ref().and_then(|extras| extras.pool.permits);
        match free {
            Some((0, _)) => Because::AsyncSendNum.with(sends),
            Some((_, left)) if left < bytes => Because::AsyncSendSize.with(room),
            Some(_) | None => Because::AsyncSendNum.with(sends),
        }
    }

    /// A program's thread waited for permits as long as its send may take.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn permit_timed_out(&mut self, number: u32, fx: &mut Effects<'_, Mq>) {
        let withheld = &mut self.extras().pool.withheld;
        let Some(at) = withheld.iter().position(|(send, _)| *send == number) else { return };
        let (_, thread) = withheld.remove(at).expect("it was found");
        let send = &self.senders[&number].send;
        let (msg, bytes) = (send.message.key, send.body_bytes());
        let why = self.limit(bytes);
        let sender = self.senders.remove(&number).expect("the send waits");
        fx.note(Fact::Failed { msg, why });
        self.returned(thread, (sender.round, sender.place), fx);
    }

    /// Permits are free again: who waits longest gets them.
    fn admit_withheld(&mut self, fx: &mut Effects<'_, Mq>) {
        while let Some((number, thread)) = self.extras().pool.withheld.front().copied() {
            let bytes = self.senders[&number].send.body_bytes();
            if !self.extras().pool.acquire(bytes) {
                return;
            }
            self.extras().pool.withheld.pop_front();
            let sender = &self.senders[&number];
            let place = (sender.round, sender.place);
            self.enqueue(number, thread, fx);
            self.returned(thread, place, fx);
        }
    }

    /// A thread of the pool takes it, now or later.
    pub(super) fn enqueue(&mut self, number: u32, caller: u32, fx: &mut Effects<'_, Mq>) {
        let pool = &mut self.extras().pool;
        if let Some(thread) = pool.thread() {
            self.issue(number, thread, fx);
        } else if pool.queue.len() < QUEUE {
            pool.queue.push_back(number);
        } else if pool.permits.is_some() {
            self.issue(number, caller, fx);
        } else {
            let most = u32::try_from(QUEUE).expect("it is small");
            self.fail(number, Because::AsyncQueueFull.with(most), fx);
        }
    }

    /// A thread begins with a send: the time that it waited counts.
    pub(super) fn issue(&mut self, number: u32, thread: u32, fx: &mut Effects<'_, Mq>) {
        let now = fx.now();
        let sender = self.senders.get_mut(&number).expect("the send waits");
        (sender.thread, sender.busy) = (thread, true);
        let left = sender.send.timeout.saturating_sub(now.since(sender.send.begun));
        if left == SimSpan::ZERO {
            let why = Because::CallTimeout.with(millis(sender.send.timeout));
            return self.fail(number, why, fx);
        }
        (sender.send.begun, sender.send.timeout) = (now, left);
        self.begin(number, fx);
    }

    /// A thread that worked on a send is free for the next one.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn thread_free(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        let pool = &mut self.extras().pool;
        pool.give_back(thread);
        if std::mem::replace(&mut pool.draining, true) {
            return;
        }
        while let Some((next, thread)) = self.extras().pool.work() {
            self.issue(next, thread, fx);
        }
        self.extras().pool.draining = false;
    }

    /// The request is on its way: its thread is free, and the tables take the time of issuing it.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn issued(&mut self, number: u32, queue: MessageQueue, fx: &mut Effects<'_, Mq>) {
        let sender = self.senders.get_mut(&number).expect("the send is under way");
        let (busy, thread) = (std::mem::take(&mut sender.busy), sender.thread);
        if busy && sender.send.is_free() {
            self.judged((queue.broker, fx.now()), Verdict::FINE, fx);
        }
        if busy {
            self.thread_free(thread, fx);
        }
    }

    /// A one-way request was handed to its connection: the program goes on and hears no more.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn unawaited(&mut self, number: u32, queue: MessageQueue, fx: &mut Effects<'_, Mq>) {
        let send = &self.senders[&number].send;
        let shown = self.instance.routes.show(queue);
        if send.is_free() {
            self.judged((queue.broker, fx.now()), Verdict::FINE, fx);
        }
        let why = Because::OneWay.plain();
        for msg in self.senders[&number].send.keys() {
            fx.note(Fact::Sent { msg, queue: shown, attempt: 1 });
            fx.note(Fact::Unawaited { msg, queue: shown, why });
        }
        self.over(number, fx);
    }

    /// A callback gets the end of an attempt.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn called_back(
        &mut self,
        number: u32,
        queue: MessageQueue,
        result: &Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let tried = self.senders[&number].send.tried;
        let since = (queue.broker, tried);
        match result {
            Ok(reply) => match placed(reply) {
                Some(placed) => {
                    self.judged(since, Verdict::FINE, fx);
                    self.stored(number, placed.at(queue), fx);
                    self.request_sent(number, fx);
                }
                None => {
                    self.judged(since, Verdict::BAD, fx);
                    let why = Because::AsyncRefused.with(u32::from(reply.code));
                    self.fail(number, why, fx);
                }
            },
            Err(error) => {
                self.judged(since, Verdict::BAD, fx);
                self.resend(number, queue, *error, fx);
            }
        }
    }

    /// Another attempt where there are tries and time left (`onExceptionImpl`).
    fn resend(
        &mut self,
        number: u32,
        queue: MessageQueue,
        error: CallError,
        fx: &mut Effects<'_, Mq>,
    ) {
        let send = &self.senders[&number].send;
        let (why, attempt, free) = (failure(error, send), send.attempts(), send.is_free());
        let (keys, topic) = (send.keys().collect::<Vec<_>>(), send.message.template.topic);
        let left = send.budget.saturating_sub(fx.now().since(send.tried));
        let retries = self.config.rules.retry_times_async;
        if left == SimSpan::ZERO {
            return self.fail(number, why, fx);
        }
        if attempt > retries {
            return self.fail(number, Because::AsyncRetriesExhausted.with(retries), fx);
        }
        for msg in &keys {
            fx.note(Fact::Resent { msg: *msg, attempt: attempt + 1, why });
        }
        let mut chosen = (queue, Because::SameBroker.with(queue.id));
        if free && self.instance.routes.publish(topic).is_usable() {
            let (other, why) = self.rotate((topic, CALLBACK_THREAD), Some(queue.broker), false, fx);
            chosen = (MessageQueue { id: queue.id, ..other }, why);
        }
        let sender = self.senders.get_mut(&number).expect("the send goes on");
        sender.send.stage = Stage::Attempt { number: attempt + 1, queue: chosen.0 };
        (sender.send.tried, sender.send.budget) = (fx.now(), left);
        let queue = self.instance.routes.show(chosen.0);
        for msg in keys {
            fx.note(Fact::QueueChosen { msg, queue, why: chosen.1 });
        }
        self.post(number, chosen.0, fx);
    }

    /// An asynchronous send is over: nobody waits for it.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn async_over(&mut self, number: u32, fx: &mut Effects<'_, Mq>) {
        let sender = self.senders.remove(&number).expect("the send was under way");
        if sender.send.gathered {
            self.extras().accumulator.let_go(sender.send.batch.as_deref().unwrap_or_default());
        }
        // A request was sent by the program's own thread, without a permit; so is a batch.
        if sender.send.request().is_none() && !sender.send.gathered {
            self.extras().pool.release(sender.send.body_bytes());
        }
        if sender.busy {
            self.thread_free(sender.thread, fx);
        }
        self.admit_withheld(fx);
        self.stop_if_done(fx);
    }
}

impl Digestible for Pool {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.next) << 32 | u64::from(self.unborn));
        digest.all(self.idle.iter());
        digest.all(self.queue.iter());
        let (sends, room) = self.permits.unwrap_or_default();
        digest.word(u64::from(sends) << 32 | u64::from(room));
        self.withheld.iter().for_each(|(send, _)| digest.put(send));
    }
}
