//! Reads that the disk has to do: a pull thread stands still until what it reads is in memory.
//!
//! Follows what the operating system does beneath `DefaultMappedFile`: the pull thread copies the
//! records of an answer (`transferMsgByHeap`). Left out: what pops, queries, slaves and the broker
//! itself read, and the files of the queues, is always in memory.

use crate::facts::Fact;
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Job, Mq};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Packet, PullRequest, Request, sys_flag};
use crate::rocketmq::store::Extent;

use super::Broker;

impl Broker {
    /// How long a thread waits for the disk before it is done with a job.
    #[inline]
    pub(in crate::rocketmq) fn needs_disk(
        &mut self,
        job: &Job,
        fx: &mut Effects<'_, Mq>,
    ) -> SimSpan {
        let Job::Request { packet: Packet::Request { request: Request::Pull(pull), .. }, .. } = job
        else {
            return SimSpan::ZERO;
        };
        let log = self.extent();
        if self.page_cache.is_whole(log) {
            return SimSpan::ZERO;
        }
        self.bring_in(pull, log, fx)
    }

    fn extent(&self) -> Extent {
        let (begin, end) = (self.store.bounds().0, self.committed());
        Extent { begin, end, flushed: self.flush.flushed() }
    }

    /// What a pull will be answered with comes into memory.
    #[inline(never)] // Can wait (`xtask/src/split`).
    fn bring_in(&mut self, pull: &PullRequest, log: Extent, fx: &mut Effects<'_, Mq>) -> SimSpan {
        let is_own = pull.sys_flag & sys_flag::SUBSCRIPTION != 0;
        let known = self.clients.subscription(pull.group, pull.topic);
        let tags = if is_own { Some(pull.tags) } else { known.map(|known| known.tags) };
        let Some(tags) = tags else { return SimSpan::ZERO };
        let limits = self.limits_of_answer(pull.max_messages);
        let answer = self.store.get((pull.topic, pull.queue), pull.offset, tags, limits);
        let places = answer.messages.iter().map(|it| (it.physical, u64::from(it.size)));
        let missing = self.page_cache.read(places, log);
        if missing.bytes == 0 {
            return SimSpan::ZERO;
        }
        let took = fx.read(missing.bytes, missing.places);
        let (queue, group) = (self.queue_of_pull(pull, fx), pull.group);
        let count = u32::try_from(answer.messages.len()).expect("an answer is small");
        let why = Because::NotInMemory.with(self.config.rules.reading.memory_ratio);
        fx.note(Fact::ReadFromDisk { queue, group, count, took, why });
        took
    }
}
