//! Flushing in the background (`FlushRealTimeService`): a look every 500 ms brings the log to the
//! disk where 4 pages are dirty, and every 10 s whatever is dirty. With `SYNC_FLUSH` a flush begins
//! as soon as the last one is done, for all that came meanwhile (`GroupCommitService`).
//!
//! Looks that would do nothing are left out; the phases stay. Left out: flushes of the consume
//! queues.

use crate::facts::Fact;
use crate::kernel::agenda::Slot;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::protocol::{Mq, Timer};

use super::commit::Pool;
use super::{Broker, BrokerTimer};

/// `OS_PAGE_SIZE` in bytes.
pub(super) const PAGE: u64 = 4096;

/// How far the log is on the disk.
#[derive(Clone, Debug)]
pub(super) struct FlushState {
    flushed: u64,
    stage: Stage,
    pub(super) pool: Pool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// Nothing to do, or not looked yet.
    Idle,
    /// The next flush begins then; with the next look of all, where enough pages are dirty.
    Armed { at: SimTime, slot: Slot, soon: bool },
    /// The disk is at it.
    Running,
}

impl FlushState {
    pub(super) fn new(flushed: u64, pool: Pool) -> Self {
        Self { flushed, stage: Stage::Idle, pool }
    }

    /// The log was cut.
    pub(super) fn cut(&mut self, bytes: u64) {
        self.flushed = self.flushed.min(bytes);
    }

    /// Bytes of the log that a power loss would leave.
    pub(super) fn flushed(&self) -> u64 {
        self.flushed
    }
}

impl Digestible for FlushState {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.flushed);
        digest.put(&self.pool);
        match self.stage {
            Stage::Idle => digest.word(0),
            Stage::Armed { at, .. } => digest.put(&at),
            Stage::Running => digest.word(1),
        }
    }
}

impl Broker {
    /// Arms the next flush. More dirty pages bring it nearer, never farther.
    pub(super) fn arm_flush(&mut self, fx: &mut Effects<'_, Mq>) {
        let (flushed, end) = (self.flush.flushed, self.committed());
        let is_settled = match self.flush.stage {
            Stage::Running => true,
            Stage::Armed { soon, .. } => soon,
            Stage::Idle => flushed == end,
        };
        if is_settled {
            return;
        }
        if self.config.ha.sync_flush {
            return self.begin_flush(fx);
        }
        let pages = end / PAGE - flushed / PAGE;
        let from = fx.now() + SimSpan::nanos(1);
        let interval = self.config.flush_interval;
        let soon = u64::from(self.config.flush_least_pages) <= pages;
        let thorough = || thorough_period(interval, self.config.flush_thorough_interval);
        let period = if soon { interval } else { thorough() };
        let next = from.next_phase(self.booted + interval, period);
        if let Stage::Armed { at, slot, .. } = self.flush.stage {
            if at <= next {
                return;
            }
            fx.cancel(slot);
        }
        let slot = fx.arm_at(next, Timer::Broker(BrokerTimer::Flush));
        self.flush.stage = Stage::Armed { at: next, slot, soon };
    }

    pub(super) fn begin_flush(&mut self, fx: &mut Effects<'_, Mq>) {
        self.flush.stage = Stage::Running;
        fx.flush(0);
    }

    /// A flush is done. A broker that ends does so once everything is on the disk.
    pub(super) fn flush_done(&mut self, flushed: u64, fx: &mut Effects<'_, Mq>) {
        if self.flush.flushed < flushed {
            fx.note(Fact::Flushed { bytes: flushed });
        }
        self.flush = FlushState::new(self.flush.flushed.max(flushed), self.flush.pool);
        let is_dirty = self.flush.flushed < self.committed();
        match (self.stopping, is_dirty) {
            (true, true) => self.begin_flush(fx),
            (true, false) => {
                fx.note(Fact::ProcessStopped);
                fx.exit();
            }
            (false, _) => {
                self.arm_flush(fx);
                if self.config.ha.sync_flush {
                    self.arm_reput(fx);
                }
                if self.waits_for_safety() {
                    self.settle_waits(fx);
                }
            }
        }
    }
}

/// Thorough flushes come with a look, so their period is a multiple of the interval.
pub(super) fn thorough_period(interval: SimSpan, thorough: SimSpan) -> SimSpan {
    interval * thorough.as_nanos().div_ceil(interval.as_nanos()).max(1)
}
