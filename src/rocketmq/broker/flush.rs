//! Flushing in the background (`FlushRealTimeService`): every 500 ms, from 4 dirty pages on, all after 10 s.
//!
//! The loop is armed only while something is dirty, at its next phase.

use crate::facts::Fact;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimTime;
use crate::rocketmq::protocol::{Mq, Timer};

use super::{Broker, BrokerTimer};

/// Bytes of a page.
const PAGE: u64 = 4096;

/// How far the log is on the disk.
#[derive(Clone, Debug)]
pub(super) struct FlushState {
    flushed: u64,
    armed: bool,
    running: bool,
    last_thorough: SimTime,
}

impl FlushState {
    pub(super) fn new(flushed: u64) -> Self {
        Self { flushed, armed: false, running: false, last_thorough: SimTime::START }
    }

    /// Bytes of the log that a power loss would leave.
    pub(super) fn flushed(&self) -> u64 {
        self.flushed
    }
}

impl Digestible for FlushState {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.flushed);
        digest.put(&self.last_thorough);
    }
}

impl Broker {
    pub(super) fn arm_flush(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.flush.armed || self.flush.running || self.flush.flushed == self.store.log().end() {
            return;
        }
        self.flush.armed = true;
        let next = fx.now() + crate::kernel::time::SimSpan::nanos(1);
        let at = next.next_phase(self.booted, self.config.flush_interval);
        fx.arm_at(at, Timer::Broker(BrokerTimer::Flush));
    }

    pub(super) fn flush(&mut self, fx: &mut Effects<'_, Mq>) {
        self.flush.armed = false;
        let end = self.store.log().end();
        let pages = end / PAGE - self.flush.flushed / PAGE;
        let due = self.flush.last_thorough + self.config.flush_thorough_interval;
        if pages >= u64::from(self.config.flush_least_pages) || due <= fx.now() {
            self.flush.running = true;
            self.flush.last_thorough = fx.now();
            fx.flush(end);
        } else {
            self.arm_flush(fx);
        }
    }

    /// A flush is done; its token was the end of the log when it began.
    pub(super) fn flushed(&mut self, token: u64, fx: &mut Effects<'_, Mq>) {
        self.flush.running = false;
        self.flush.flushed = self.flush.flushed.max(token);
        fx.note(Fact::Flushed { bytes: self.flush.flushed });
        self.arm_flush(fx);
    }
}
