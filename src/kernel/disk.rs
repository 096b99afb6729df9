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
    /// Flushes that have begun.
    running: u32,
    /// How many of them began before the last cut, and how far they reach at most.
    older: u32,
    limit: u64,
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
        self.running += 1;
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

    /// What lies behind `bytes` is cut off: flushes that have begun reach no farther, whatever
    /// comes to stand there meanwhile.
    pub fn cut(&mut self, bytes: u64) {
        let limit = if self.older > 0 { self.limit.min(bytes) } else { bytes };
        (self.older, self.limit) = (self.running, limit);
        self.written = self.written.min(bytes);
        self.begun = self.begun.min(bytes);
        self.flushed = self.flushed.min(bytes);
    }

    /// A flush is done: gives how far it reached, less what was cut off meanwhile.
    pub(super) fn end_flush(&mut self, reached: u64) -> u64 {
        let limit = if self.older > 0 { self.limit } else { u64::MAX };
        self.running = self.running.saturating_sub(1);
        self.older = self.older.saturating_sub(1);
        let reached = reached.min(self.written).min(limit);
        self.flushed = self.flushed.max(reached);
        reached
    }

    /// The flushes that have begun are nobody's any more; what they were for is still in memory.
    pub(super) fn abandon(&mut self) {
        self.begun = self.flushed;
        (self.running, self.older) = (0, 0);
    }

    /// Forgets what had not reached the disk.
    pub(super) fn lose_power(&mut self) {
        self.written = self.flushed;
        self.abandon();
    }
}

impl Digestible for Disk {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.written);
        digest.word(self.flushed);
        digest.word(self.begun);
        if self.older > 0 {
            digest.word(u64::from(self.older));
            digest.word(self.limit);
        }
        digest.put(&self.free_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_that_began_before_a_cut_reaches_no_farther_than_the_cut() {
        let mut disk = Disk::new(DiskProfile::default());
        disk.write(100);
        let (_, first) = disk.begin_flush(SimTime::START);
        disk.cut(40);
        disk.write(50);
        let (_, second) = disk.begin_flush(SimTime::START);
        assert_eq!(disk.end_flush(first), 40, "what came to stand behind it was not flushed");
        assert_eq!(disk.end_flush(second), 90);
        assert_eq!((disk.written(), disk.flushed()), (90, 90));
    }

    #[test]
    fn a_cut_while_nothing_is_flushed_leaves_later_flushes_alone() {
        let mut disk = Disk::new(DiskProfile::default());
        disk.write(100);
        disk.cut(40);
        disk.write(10);
        let (_, reached) = disk.begin_flush(SimTime::START);
        assert_eq!(disk.end_flush(reached), 50);
    }
}
