//! Messages that are in a buffer of the process before they are in the log's file
//! (`TransientStorePool`, `CommitRealTimeService`).
//!
//! A put wakes the service: where 4 pages wait, they are written to the file (into the page cache)
//! at once, and whatever waits at the next look of 200 ms. Nobody can read what is not written, and
//! a process that crashes loses it. Left out: `fastFailIfNoBufferInStorePool`, since sends are
//! refused before a file without a buffer is made, and files without a buffer in a pool of one.

use crate::facts::Why;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;

use super::flush::{PAGE, thorough_period};
use super::{Broker, BrokerTimer};

/// How far the log is written to its file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pool {
    /// Bytes of the log; means nothing without a pool.
    committed: u64,
    armed: bool,
}

impl Pool {
    /// A broker leads from now on: nothing of its log waits in a pool (`setRealCommit`).
    pub(super) fn begin_at(&mut self, end: u64) {
        self.committed = end;
    }
}

impl Digestible for Pool {
    /// Nothing without a pool.
    fn digest(&self, digest: &mut Digest) {
        if self.committed > 0 || self.armed {
            digest.word(self.committed << 1 | u64::from(self.armed));
        }
    }
}

impl Broker {
    /// What a new process has: everything is written.
    pub(super) fn new_pool(&self) -> Pool {
        let committed = if self.has_pool() { self.store.log().end() } else { 0 };
        Pool { committed, armed: false }
    }

    /// `isTransientStorePoolEnable`: slaves have none.
    #[inline]
    pub(super) fn has_pool(&self) -> bool {
        self.config.rules.pool.enabled && !self.config.ha.is_slave()
    }

    /// Bytes of the log that can be read and flushed.
    #[inline]
    pub(super) fn committed(&self) -> u64 {
        if self.has_pool() { self.flush.pool.committed } else { self.store.log().end() }
    }

    /// What a process crash leaves of the log, where that is not all.
    pub(super) fn left_by_crash(&self) -> Option<u64> {
        self.has_pool().then_some(self.flush.pool.committed)
    }

    /// The log has grown by so many bytes.
    #[inline]
    pub(super) fn grown(&mut self, bytes: u64, fx: &mut Effects<'_, Mq>) {
        if self.has_pool() { self.plan_commit(fx) } else { self.written(bytes, fx) }
    }

    /// So many bytes came into the log's file: dispatch, flush and slaves follow.
    #[inline]
    fn written(&mut self, bytes: u64, fx: &mut Effects<'_, Mq>) {
        fx.write(bytes);
        self.arm_reput(fx);
        self.arm_flush(fx);
        if self.is_replicated() {
            self.plan_transfers(fx);
        }
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    fn plan_commit(&mut self, fx: &mut Effects<'_, Mq>) {
        let (rules, pool) = (self.config.rules.pool, &mut self.flush.pool);
        let pages = self.store.log().end() / PAGE - pool.committed / PAGE;
        if u64::from(rules.least_pages) <= pages {
            return self.commit_log(fx);
        }
        if !pool.armed {
            pool.armed = true;
            let period = thorough_period(rules.interval, rules.thorough_interval);
            let from = fx.now() + SimSpan::nanos(1);
            let at = from.next_phase(self.booted + period, period);
            fx.arm_at(at, Timer::Broker(BrokerTimer::Commit));
        }
    }

    /// A look for what waits in the pool.
    pub(super) fn look_for_commit(&mut self, fx: &mut Effects<'_, Mq>) {
        self.flush.pool.armed = false;
        self.commit_log(fx);
    }

    /// All that waits in the pool is written.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn commit_log(&mut self, fx: &mut Effects<'_, Mq>) {
        let end = self.store.log().end();
        if !self.has_pool() || end == self.flush.pool.committed {
            return;
        }
        let bytes = end - self.flush.pool.committed;
        self.flush.pool.committed = end;
        self.written(bytes, fx);
        if self.waits_for_safety() {
            self.transfer_now(fx);
        }
    }

    /// `isTransientStorePoolDeficient`: a file keeps its buffer until all of it is written, and the
    /// next file has one already.
    pub(super) fn lacks_buffers(&self) -> Option<Why> {
        let (pool, file) = (self.config.rules.pool, self.config.rules.store.file_bytes);
        let end = self.store.log().end();
        if !self.has_pool() || end == 0 {
            return None;
        }
        let taken = end / file - self.flush.pool.committed / file + 2;
        let is_short = u64::from(pool.buffers) <= taken;
        is_short.then(|| Because::NoBufferInPool.with(pool.buffers))
    }
}
