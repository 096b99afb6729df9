//! The consuming threads: a station with one message a job, and which thread works on which.
//!
//! Follows `ConsumeMessageConcurrentlyService` with `consumeMessageBatchMaxSize` 1 and a listener
//! that always answers CONSUME_SUCCESS. The station begins its next job by itself, so this keeps
//! the same line beside it.

use std::collections::VecDeque;

use crate::facts::{Fact, MsgKey, QueueRef};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::station::{Admission, Station, StationId};
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::protocol::{Job, Mq};

use super::process_queue::Owned;

/// The only station of a consumer.
const THREADS: StationId = StationId(0);

/// One message for the listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rocketmq::client) struct Work {
    /// Number of the owned queue.
    pub(super) holding: u32,
    pub(super) queue: QueueRef,
    pub(super) offset: u64,
    pub(super) msg: MsgKey,
    /// How long the listener takes.
    pub(super) service: SimSpan,
}

/// The consuming threads of a consumer.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Listener {
    group: Name,
    /// Free threads, the one that is free the longest first.
    free: VecDeque<u32>,
    /// By thread: what it works on, and when it will be done.
    running: OrderedMap<u32, (Work, SimTime)>,
    waiting: VecDeque<Work>,
}

impl Listener {
    pub(in crate::rocketmq::client) fn new(group: Name, threads: u32) -> Self {
        let (running, waiting) = Default::default();
        Self { group, free: (0..threads).collect(), running, waiting }
    }

    /// The station that it needs.
    pub(super) fn station(threads: u32) -> Station<Job> {
        Station::new(threads, u32::MAX)
    }

    /// Gives a message to the threads.
    pub(super) fn submit(&mut self, work: Work, fx: &mut Effects<'_, Mq>) {
        let job = Job::Listen { queue: work.queue, offset: work.offset, msg: work.msg };
        match fx.submit(THREADS, job, work.service) {
            Admission::Serving => self.begin(work, fx),
            Admission::Waiting(_) => self.waiting.push_back(work),
            Admission::Full => panic!("the queue of the consuming threads has no limit"),
        }
    }

    /// A thread is done; the next message in line begins. Gives what is done.
    pub(super) fn served(&mut self, job: &Job, fx: &mut Effects<'_, Mq>) -> Work {
        let Job::Listen { queue, offset, .. } = job else {
            panic!("consuming threads work on messages and on nothing else")
        };
        let now = fx.now();
        let is_done = |work: &Work, ends: SimTime| {
            work.queue == *queue && work.offset == *offset && ends == now
        };
        let found = self.running.iter().find(|(_, (work, ends))| is_done(work, *ends));
        let (thread, work) = found.map(|(thread, (work, _))| (*thread, *work)).expect("it works");
        self.running.remove(&thread);
        self.free.push_back(thread);
        let Work { msg, queue, offset, .. } = work;
        fx.note(Fact::Consumed { msg, queue, group: self.group, offset, thread });
        if let Some(next) = self.waiting.pop_front() {
            self.begin(next, fx);
        }
        work
    }

    /// Takes messages of queues that are not owned any more out of the line, where they come next.
    pub(in crate::rocketmq::client) fn evict(&mut self, owned: &Owned, fx: &mut Effects<'_, Mq>) {
        while self.waiting.front().is_some_and(|work| owned.get(work.holding).is_none()) {
            self.waiting.pop_front();
            let evicted = fx.evict_head(THREADS, |_| true);
            assert!(evicted.is_some(), "the line beside the station is the same as in it");
        }
    }

    fn begin(&mut self, work: Work, fx: &mut Effects<'_, Mq>) {
        let thread = self.free.pop_front().expect("a server that is free is a thread that is free");
        self.running.insert(thread, (work, fx.now() + work.service));
        let Work { msg, queue, .. } = work;
        fx.note(Fact::Consuming { msg, queue, group: self.group, thread });
    }
}

impl Digestible for Listener {
    fn digest(&self, digest: &mut Digest) {
        self.free.iter().for_each(|thread| digest.put(thread));
        for (thread, (work, ends)) in self.running.iter() {
            digest.word(u64::from(*thread) << 32 | u64::from(work.holding));
            digest.word(work.offset);
            digest.put(ends);
        }
        digest.word(self.waiting.len() as u64);
    }
}
