//! The consuming threads of a consumer: which one works on what, and what waits for one.
//!
//! Follows the thread pool of `ConsumeMessageConcurrentlyService` and
//! `ConsumeMessageOrderlyService`: its queue has no limit, so that there are never more than
//! `consumeThreadMin` threads. A thread is in use until its batch is settled, given back included.
//! Where the machine's processors are counted, a thread waits for one before its listener begins.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::facts::{Fact, MsgKey, QueueRef};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::listener::{Answer, Rest};
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::{Mq, Timer};

use super::super::timer::ClientTimer;
use super::holding::Owned;
use super::pop::Popped;

/// A message by its place in the queue.
pub(super) type Placed = (u64, MsgKey);

/// A batch for the listener.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Work {
    /// Number of the owned queue.
    pub(super) holding: u32,
    pub(super) queue: QueueRef,
    pub(super) first: Placed,
    /// The others of the batch.
    pub(super) more: Option<Rc<[Placed]>>,
    /// How long the listener takes, unless it is stuck.
    pub(super) service: SimSpan,
    pub(super) answer: Answer,
    /// How each message was popped, where it was.
    pub(super) pop: Option<Rc<[Popped]>>,
    /// Of a queue in order: since when its task has the thread.
    pub(super) task: Option<SimTime>,
    /// The listener was called: it was not too late.
    pub(super) called: bool,
    /// The side effects of the listener, where it has any.
    pub(super) acts: Option<Rc<Acts>>,
    /// Requests that the listener answers.
    pub(super) requests: Option<Rc<[Message]>>,
}

/// Side effects of one call of the listener.
#[derive(Clone, Debug)]
pub(super) struct Acts {
    /// Business keys of the messages.
    pub(super) keys: Vec<Option<Name>>,
    /// Whether they are had, where a rule says so.
    pub(super) said: Option<bool>,
}

impl Work {
    /// One message for a listener that takes so long and answers so.
    pub(super) fn single(
        (holding, queue, first): (u32, QueueRef, Placed),
        service: SimSpan,
        answer: Answer,
    ) -> Self {
        let (more, pop, task, acts, requests) = Default::default();
        let called = false;
        Self { holding, queue, first, more, service, answer, pop, task, called, acts, requests }
    }

    /// Whether others get its messages again.
    pub(super) fn is_late(&self, wall: i64) -> bool {
        self.pop.as_ref().is_some_and(|pop| pop[0].until <= wall)
    }

    /// All messages of the batch, in order.
    pub(super) fn messages(&self) -> impl Iterator<Item = Placed> + '_ {
        let more = self.more.iter().flat_map(|more| more.iter().copied());
        std::iter::once(self.first).chain(more)
    }
}

/// What waits for a thread.
#[derive(Clone, Debug)]
enum Waiting {
    Batch(Work),
    /// A queue that is consumed in order, by its number.
    Queue(u32),
}

/// A batch that a listener has.
#[derive(Clone, Debug)]
struct Running {
    work: Work,
    since: SimTime,
}

/// The consuming threads of a consumer.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Threads {
    group: Name,
    /// Free threads, the one that is free the longest first.
    free: VecDeque<u32>,
    /// By thread: what its listener works on.
    running: OrderedMap<u32, Running>,
    waiting: VecDeque<Waiting>,
    rests: Option<Rests>,
    processors: Option<Processors>,
}

/// Processors that listeners work on.
#[derive(Clone, Debug)]
struct Processors {
    free: u32,
    /// Threads that wait for one, with what they have for the listener.
    line: VecDeque<(u32, Work)>,
}

/// Rests of a listener that takes no time between them.
#[derive(Clone, Debug)]
struct Rests {
    rest: Rest,
    /// By thread: messages since its last rest.
    since: Vec<u32>,
    /// Threads whose listener is back as soon as it was called.
    at_once: VecDeque<u32>,
}

impl Rests {
    /// How long a thread's listener sleeps over so many messages; `None`: it is back at once, and
    /// no timer has to say so.
    fn spend(&mut self, thread: u32, messages: usize) -> Option<SimSpan> {
        let since = &mut self.since[thread as usize];
        *since += u32::try_from(messages).expect("batches are small");
        let rests = *since / self.rest.every;
        *since %= self.rest.every;
        if rests == 0 {
            self.at_once.push_back(thread);
            return None;
        }
        Some((0..rests).fold(SimSpan::ZERO, |sum, _| sum + self.rest.wait))
    }
}

impl Threads {
    pub(in crate::rocketmq::client) fn new(group: Name, threads: u32, rest: Option<Rest>) -> Self {
        let (running, waiting) = Default::default();
        let rests = rest.map(|rest| {
            let (since, at_once) = (vec![0; threads as usize], VecDeque::new());
            Rests { rest, since, at_once }
        });
        let (free, processors) = ((0..threads).collect(), None);
        Self { group, free, running, waiting, rests, processors }
    }

    /// The machine has so many processors.
    pub(super) fn on(mut self, processors: Option<u32>) -> Self {
        self.processors = processors.map(|free| Processors { free, line: VecDeque::new() });
        self
    }

    /// A thread whose listener took no time.
    pub(super) fn next_at_once(&mut self) -> Option<u32> {
        self.rests.as_mut()?.at_once.pop_front()
    }

    /// Gives a batch to the threads.
    pub(super) fn submit(&mut self, work: Work, fx: &mut Effects<'_, Mq>) {
        match self.free.pop_front() {
            Some(thread) => self.begin(thread, work, fx),
            None => self.waiting.push_back(Waiting::Batch(work)),
        }
    }

    /// Gives a thread to a queue, or lets the queue wait for one.
    pub(super) fn claim(&mut self, holding: u32) -> Option<u32> {
        let thread = self.free.pop_front();
        if thread.is_none() {
            self.waiting.push_back(Waiting::Queue(holding));
        }
        thread
    }

    /// The listener has done its part and needs no processor: it comes back, or waits for a reply
    /// that it sends.
    pub(super) fn leave_processor(&mut self, fx: &mut Effects<'_, Mq>) {
        if let Some(processors) = &mut self.processors {
            match processors.line.pop_front() {
                Some((next, work)) => self.call(next, work, fx),
                None => processors.free += 1,
            }
        }
    }

    /// What a thread's listener works on.
    pub(super) fn work(&self, thread: u32) -> &Work {
        &self.running.get(&thread).expect("its listener was called").work
    }

    /// The listener came back; its thread stays in use.
    pub(super) fn came_back(&mut self, thread: u32) -> Work {
        self.running.remove(&thread).expect("a listener that comes back was called").work
    }

    /// A thread is free; the next batch in line begins, or the queue that is given gets it. What is
    /// not owned any more is passed over.
    pub(super) fn free(
        &mut self,
        thread: u32,
        owned: &Owned,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<u32> {
        while let Some(next) = self.waiting.pop_front() {
            let (Waiting::Batch(Work { holding, .. }) | Waiting::Queue(holding)) = &next;
            if owned.get(*holding).is_none() {
                continue;
            }
            match next {
                Waiting::Batch(work) => self.begin(thread, work, fx),
                Waiting::Queue(holding) => return Some(holding),
            }
            return None;
        }
        self.free.push_back(thread);
        None
    }

    /// Whether a listener has messages of an owned queue.
    pub(in crate::rocketmq::client) fn listens_to(&self, holding: u32) -> bool {
        self.running.values().any(|running| running.work.holding == holding)
    }

    /// Whether a listener has messages of a queue, whenever that was taken.
    pub(super) fn works_on(&self, queue: QueueRef) -> bool {
        self.running.values().any(|running| running.work.queue == queue)
    }

    /// Since when a listener works on a message.
    pub(super) fn since(&self, holding: u32, offset: u64) -> Option<SimTime> {
        let has = |running: &&Running| {
            let work = &running.work;
            work.holding == holding && work.messages().any(|(own, _)| own == offset)
        };
        self.running.values().find(has).map(|running| running.since)
    }

    /// A thread has work for its listener.
    pub(super) fn begin(&mut self, thread: u32, work: Work, fx: &mut Effects<'_, Mq>) {
        if let Some(processors) = &mut self.processors {
            if processors.free == 0 {
                return processors.line.push_back((thread, work));
            }
            processors.free -= 1;
        }
        self.call(thread, work, fx);
    }

    /// A listener is called by its thread.
    fn call(&mut self, thread: u32, mut work: Work, fx: &mut Effects<'_, Mq>) {
        let (queue, group) = (work.queue, self.group);
        let is_late = work.is_late(fx.wall());
        work.called = !is_late;
        if !is_late {
            for (_, msg) in work.messages() {
                fx.note(Fact::Consuming { msg, queue, group, thread });
            }
        }
        if is_late || work.answer != Answer::Stuck {
            let messages = if is_late { 0 } else { work.messages().count() };
            let service = match &mut self.rests {
                None if is_late => Some(SimSpan::ZERO),
                None => Some(work.service),
                Some(rests) => rests.spend(thread, messages),
            };
            if let Some(service) = service {
                fx.arm(service, Timer::Client(ClientTimer::Listened { thread }));
            }
        }
        self.running.insert(thread, Running { work, since: fx.now() });
    }
}

impl Digestible for Threads {
    fn digest(&self, digest: &mut Digest) {
        self.free.iter().for_each(|thread| digest.put(thread));
        for (thread, running) in self.running.iter() {
            digest.word(u64::from(*thread) << 32 | u64::from(running.work.holding));
            digest.word(running.work.first.0);
            digest.put(&running.since);
        }
        digest.word(self.waiting.len() as u64);
        if let Some(processors) = &self.processors {
            digest.word(u64::from(processors.free) << 32 | processors.line.len() as u64);
        }
        if let Some(rests) = &self.rests {
            rests.since.iter().for_each(|since| digest.put(since));
        }
    }
}
