//! A disk behind a page cache: writes are at once in memory, a flush takes time, a stall delays it.
//!
//! A process crash keeps what was written; a power loss keeps what was flushed.

use super::digest::{Digest, Digestible};
use super::time::{SimSpan, SimTime};

/// How fast a disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskProfile {
    /// Every flush takes at least this long.
    pub base: SimSpan,
    /// Bytes a second; 0: no limit.
    pub bytes_per_second: u64,
}

impl Default for DiskProfile {
    fn default() -> Self {
        Self { base: SimSpan::millis(1), bytes_per_second: 200_000_000 }
    }
}

/// The disk of one node.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk {
    profile: DiskProfile,
    written: u64,
    flushed: u64,
    /// How far the flushes reach that have begun.
    begun: u64,
    free_at: SimTime,
}

impl Disk {
    /// An empty disk.
    pub fn new(profile: DiskProfile) -> Self {
        Self { profile, ..Self::default() }
    }

    /// Bytes that were written, to memory at least.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Bytes that would survive a power loss.
    pub fn flushed(&self) -> u64 {
        self.flushed
    }

    /// Appends bytes to the page cache.
    pub fn write(&mut self, bytes: u64) {
        self.written += bytes;
    }

    /// How fast it is from now on; flushes that have begun end as planned.
    pub fn set_profile(&mut self, profile: DiskProfile) {
        self.profile = profile;
    }

    /// No flush that begins now ends before `until`.
    pub fn stall(&mut self, until: SimTime) {
        self.free_at = self.free_at.max(until);
    }

    /// When a flush of all that is written will be done, and how far it will reach.
    pub(super) fn begin_flush(&mut self, now: SimTime) -> (SimTime, u64) {
        let dirty = u128::from(self.written - self.begun);
        let speed = u128::from(self.profile.bytes_per_second);
        let nanos = (dirty * 1_000_000_000).checked_div(speed).unwrap_or(0);
        let nanos = u64::try_from(nanos).expect("a flush ends within u64 nanoseconds");
        let done = self.free_at.max(now) + self.profile.base + SimSpan::nanos(nanos);
        (self.free_at, self.begun) = (done, self.written);
        (done, self.written)
    }

    pub(super) fn end_flush(&mut self, reached: u64) {
        assert!(reached <= self.written, "no more is flushed than was written");
        self.flushed = self.flushed.max(reached);
    }

    /// The flushes that have begun are nobody's any more; what they were for is still in memory.
    pub(super) fn abandon(&mut self) {
        self.begun = self.flushed;
    }

    /// Forgets what had not reached the disk.
    pub(super) fn lose_power(&mut self) {
        (self.written, self.begun) = (self.flushed, self.flushed);
    }
}

impl Digestible for Disk {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.written);
        digest.word(self.flushed);
        digest.word(self.begun);
        digest.put(&self.free_at);
    }
}
