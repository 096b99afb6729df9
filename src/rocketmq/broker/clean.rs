//! Old files of the log go, and a full disk takes no more messages.
//!
//! Follows `DefaultMessageStore.CleanCommitLogService`: a look every 10 s, the first a minute after
//! the start; files go by age at the hour of `deleteWhen` or when the disk fills up, whatever their
//! age when it is nearly full, and never the last one. Looks that would do nothing are left out.
//! Left out: the pauses between two files, consume queues on a disk of their own, and puts of the
//! broker itself, which a full disk takes here.

use crate::facts::Fact;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;

use super::{Broker, BrokerTimer};

/// The first look after the start, and `cleanResourceInterval`.
const FIRST: SimSpan = SimSpan::secs(60);
const PERIOD: SimSpan = SimSpan::secs(10);
/// `deleteFileBatchMax`.
const BATCH: u32 = 10;
const HOUR_MILLIS: i64 = 3_600_000;

/// What is known of the disk.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cleaning {
    armed: bool,
    /// `DISK_FULL` of `RunningFlags`.
    full: bool,
    /// Per cent of the disk that others have filled.
    filled: u32,
}

impl Cleaning {
    /// What a new process finds.
    pub(super) fn reborn(self) -> Self {
        Self { filled: self.filled, ..Self::default() }
    }

    /// True where no message is taken.
    pub(super) fn is_full(self) -> bool {
        self.full
    }
}

impl Digestible for Cleaning {
    fn digest(&self, digest: &mut Digest) {
        let flags = u64::from(self.armed) | u64::from(self.full) << 1;
        digest.word(flags | u64::from(self.filled) << 8);
    }
}

impl Broker {
    /// Others fill so much of the disk from now on.
    pub(super) fn fill_disk(&mut self, percent: u32, fx: &mut Effects<'_, Mq>) {
        self.cleaning.filled = percent;
        self.arm_clean(fx);
    }

    /// Arms the next look that may have something to do.
    pub(super) fn arm_clean(&mut self, fx: &mut Effects<'_, Mq>) {
        let rules = &self.config.rules.cleaning;
        let idle = self.store.files() < 2 && self.disk_used() <= rules.max_used;
        if self.cleaning.armed || idle && !self.cleaning.full {
            return;
        }
        self.cleaning.armed = true;
        let next = (fx.now() + SimSpan::nanos(1)).max(self.booted + FIRST);
        let at = next.next_phase(self.booted + FIRST, PERIOD);
        fx.arm_at(at, Timer::Broker(BrokerTimer::Clean));
    }

    /// Per cent of the disk that are taken.
    pub(super) fn disk_used(&self) -> u32 {
        let own = self.store.bytes().saturating_mul(100);
        let own = own.checked_div(self.config.rules.cleaning.disk_bytes).unwrap_or(0);
        self.cleaning.filled.saturating_add(u32::try_from(own).unwrap_or(100)).min(100)
    }

    /// Somebody asks for old files to go (`executeDeleteFilesManually`): upstream looks in the next
    /// 20 rounds, one of which is enough.
    pub(super) fn clean_now(&mut self, fx: &mut Effects<'_, Mq>) {
        self.delete_files(false, fx);
    }

    /// One look: the flag first, then the files.
    pub(super) fn clean(&mut self, fx: &mut Effects<'_, Mq>) {
        self.cleaning.armed = false;
        let (rules, used) = (self.config.rules.cleaning, self.disk_used());
        if used > rules.warning && !self.cleaning.full {
            self.cleaning.full = true;
            fx.note(Fact::WritingForbidden { why: Because::DiskFull.with(used) });
        } else if used <= rules.forcibly && self.cleaning.full {
            self.cleaning.full = false;
            fx.note(Fact::WritingAllowed { why: Because::DiskHasRoom.with(used) });
        }
        let hour = (fx.wall() / HOUR_MILLIS).rem_euclid(24);
        let at_once = used > rules.forcibly;
        if at_once || used > rules.max_used || hour == i64::from(rules.delete_when) {
            self.delete_files(at_once, fx);
        }
        self.arm_clean(fx);
    }

    fn delete_files(&mut self, at_once: bool, fx: &mut Effects<'_, Mq>) {
        let rules = self.config.rules.cleaning;
        let oldest = fx.wall() - i64::from(rules.reserved_hours) * HOUR_MILLIS;
        for _ in 0..BATCH {
            let Some(age) = self.store.oldest_file() else { break };
            let why = if at_once {
                Because::DiskPressure.with(self.disk_used())
            } else if age <= oldest {
                Because::FileExpired.with(rules.reserved_hours)
            } else {
                break;
            };
            let bytes = self.store.delete_oldest_file();
            fx.note(Fact::Deleted { bytes, why });
        }
    }
}
