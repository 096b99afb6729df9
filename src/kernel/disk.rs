//! A disk behind a page cache: writes are at once in memory, a flush or a read takes time, a stall
//! delays it. It does one thing after the other.
//!
//! A process crash keeps what was written; a power loss keeps what was flushed.

use super::digest::{Digest, Digestible};
use super::time::{SimSpan, SimTime};

/// How fast a disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskProfile {
    /// Every flush takes at least this long.
    pub base: SimSpan,
    /// Reading in one place takes at least this long.
    pub seek: SimSpan,
    /// Bytes a second; 0: no limit.
    pub bytes_per_second: u64,
}

impl Default for DiskProfile {
    fn default() -> Self {
        Self { base: SimSpan::millis(1), seek: SimSpan::millis(1), bytes_per_second: 200_000_000 }
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

    /// No flush and no read that begins now ends before `until`.
    pub fn stall(&mut self, until: SimTime) {
        self.free_at = self.free_at.max(until);
    }

    /// When a flush of all that is written will be done, and how far it will reach.
    pub(super) fn begin_flush(&mut self, now: SimTime) -> (SimTime, u64) {
        let moving = self.moving(self.written - self.begun);
        let done = self.free_at.max(now) + self.profile.base + moving;
        (self.free_at, self.begun) = (done, self.written);
        (done, self.written)
    }

    /// When so many bytes in so many places will be read.
    pub(super) fn begin_read(&mut self, now: SimTime, bytes: u64, places: u32) -> SimTime {
        let seeking = self.profile.seek * u64::from(places);
        self.free_at = self.free_at.max(now) + seeking + self.moving(bytes);
        self.free_at
    }

    fn moving(&self, bytes: u64) -> SimSpan {
        let speed = u128::from(self.profile.bytes_per_second);
        let nanos = (u128::from(bytes) * 1_000_000_000).checked_div(speed).unwrap_or(0);
        SimSpan::nanos(u64::try_from(nanos).expect("a disk is done within u64 nanoseconds"))
    }

    /// What lies behind `bytes` is cut off.
    pub fn cut(&mut self, bytes: u64) {
        self.written = self.written.min(bytes);
        self.begun = self.begun.min(bytes);
        self.flushed = self.flushed.min(bytes);
    }

    /// A flush is done: gives how far it reached, less what was cut off meanwhile.
    pub(super) fn end_flush(&mut self, reached: u64) -> u64 {
        let reached = reached.min(self.written);
        self.flushed = self.flushed.max(reached);
        reached
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
