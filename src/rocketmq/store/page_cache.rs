//! Which parts of the log are in memory: the operating system's page cache, as far as it holds it.
//!
//! What is written is in it; what is read and is not comes into it, with what lies behind it up to
//! the read-ahead of Linux. There is room for so many bytes: what came first goes first, whether or
//! not somebody read it since (Linux keeps what is read twice for longer), unless it is not on the
//! disk yet. Ranges are kept, not pages, and writes are taken in when somebody reads.

use std::collections::{BTreeMap, VecDeque};

use crate::kernel::digest::{Digest, Digestible};

/// `OS_PAGE_SIZE` in bytes.
const PAGE: u64 = 4096;
/// `read_ahead_kb` of Linux, in bytes.
const AHEAD: u64 = 128 << 10;

/// The log as it lies on a disk.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Where it begins: what was before is deleted.
    pub begin: u64,
    /// Bytes that are written.
    pub end: u64,
    /// Bytes that are on the disk.
    pub flushed: u64,
}

/// What a disk has to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Bytes, read-ahead included.
    pub bytes: u64,
    /// In so many places.
    pub places: u32,
}

/// What of a log is in memory.
///
/// Invariant: ranges do not touch each other unless they came apart, and none is empty.
#[derive(Clone, Debug)]
pub struct PageCache {
    room: u64,
    /// Where ranges begin, in the order in which they came.
    order: VecDeque<u64>,
    /// Where a range begins and ends.
    ranges: BTreeMap<u64, u64>,
    held: u64,
    /// What was written up to here is taken in.
    seen: u64,
    begin: u64,
}

impl PageCache {
    /// An empty cache with room for so many bytes.
    pub fn new(room: u64) -> Self {
        let (order, ranges) = Default::default();
        Self { room, order, ranges, held: 0, seen: 0, begin: 0 }
    }

    /// True where all of a log is in memory.
    #[inline]
    pub fn is_whole(&self, log: Extent) -> bool {
        self.order.is_empty()
            && self.seen <= log.begin
            && log.end.saturating_sub(log.begin) <= self.room
    }

    /// The machine lost power; what begins at `from` was read since.
    #[must_use]
    pub fn lost(self, from: u64) -> Self {
        Self { seen: from, ..Self::new(self.room) }
    }

    /// Brings records in, given by place and bytes: what the disk has to read for them.
    pub fn read(&mut self, records: impl Iterator<Item = (u64, u64)>, log: Extent) -> Missing {
        self.take_in(log);
        let mut missing = Missing::default();
        for (physical, bytes) in records {
            let (mut at, last) = (physical - physical % PAGE, physical + bytes);
            while at < last {
                let (from, to) = self.gap(at, log.end);
                // What is not written yet is not read.
                if from >= last || to <= from {
                    break;
                }
                let to = to.min((from + AHEAD).max(last.next_multiple_of(PAGE)));
                missing.bytes += to - from;
                missing.places += 1;
                self.push(from, to);
                at = to;
            }
        }
        self.evict(log.flushed);
        missing
    }

    /// The first range from `at` on that is not in memory, up to `end`.
    fn gap(&self, at: u64, end: u64) -> (u64, u64) {
        let mut from = at;
        while let Some((_, to)) = self.ranges.range(..=from).next_back().filter(|it| *it.1 > from) {
            from = *to;
        }
        let next = self.ranges.range(from..).next().map_or(end, |(next, _)| *next);
        (from, next.min(end).max(from))
    }

    /// What was written and deleted since.
    fn take_in(&mut self, log: Extent) {
        if self.begin < log.begin {
            self.begin = log.begin;
            self.forget_before(log.begin);
        }
        let from = self.seen.max(log.begin);
        if from < log.end {
            self.push(from, log.end);
            self.seen = log.end;
        }
        self.evict(log.flushed);
    }

    fn push(&mut self, from: u64, to: u64) {
        self.held += to - from;
        let newest = self.order.back().and_then(|newest| self.ranges.get_mut(newest));
        if let Some(end) = newest.filter(|end| **end == from) {
            *end = to;
            return;
        }
        self.order.push_back(from);
        self.ranges.insert(from, to);
    }

    /// What came first goes, page by page, until there is room.
    fn evict(&mut self, flushed: u64) {
        while let Some(over) = self.held.checked_sub(self.room).filter(|over| *over > 0) {
            let Some(from) = self.order.front().copied() else { break };
            let to = self.ranges[&from];
            let until = to.min((from + over).next_multiple_of(PAGE)).min(flushed.max(from));
            if until == from {
                break;
            }
            self.drop_front(from, until);
        }
    }

    fn forget_before(&mut self, begin: u64) {
        let gone = self.ranges.extract_if(..begin, |_, _| true);
        let cut: Vec<(u64, u64)> = gone.collect();
        for (from, to) in cut {
            self.held -= to.min(begin) - from;
            if begin < to {
                self.ranges.insert(begin, to);
                let place = self.order.iter_mut().find(|at| **at == from);
                *place.expect("a range has a place") = begin;
            }
        }
        let ranges = &self.ranges;
        self.order.retain(|from| ranges.contains_key(from));
    }

    fn drop_front(&mut self, from: u64, until: u64) {
        let to = self.ranges.remove(&from).expect("a range has a place");
        self.held -= until - from;
        if until < to {
            self.ranges.insert(until, to);
            self.order[0] = until;
        } else {
            self.order.pop_front();
        }
    }
}

impl Digestible for PageCache {
    /// Nothing while nothing has gone or come back.
    fn digest(&self, digest: &mut Digest) {
        if self.seen > 0 {
            digest.word(self.seen);
        }
        for from in &self.order {
            digest.word(*from);
            digest.word(self.ranges[from]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::rng::Rng;

    const PLACES: u64 = 64;

    fn log(end: u64) -> Extent {
        Extent { begin: 0, end, flushed: end }
    }

    fn missing(bytes: u64, places: u32) -> Missing {
        Missing { bytes, places }
    }

    #[test]
    fn what_was_just_written_is_in_memory_and_what_came_first_goes_first() {
        let mut cache = PageCache::new(10 * AHEAD);
        assert!(cache.is_whole(log(10 * AHEAD)) && !cache.is_whole(log(10 * AHEAD + 1)));
        let read = |cache: &mut PageCache, at| cache.read([(at, 100)].into_iter(), log(20 * AHEAD));
        assert_eq!(read(&mut cache, 10 * AHEAD), missing(0, 0));
        assert_eq!(read(&mut cache, 50), missing(AHEAD, 1), "with its read-ahead");
        assert_eq!(read(&mut cache, AHEAD - 100), missing(0, 0));
        assert_eq!(read(&mut cache, 10 * AHEAD), missing(AHEAD, 1), "which went for it");
        assert_eq!(read(&mut cache, 10 * AHEAD - 50), missing(PAGE, 1), "up to what is there");
    }

    #[test]
    fn what_is_not_on_the_disk_stays_and_what_is_deleted_goes() {
        let mut cache = PageCache::new(AHEAD);
        let dirty = Extent { begin: 0, end: 4 * AHEAD, flushed: 0 };
        assert_eq!(cache.read([(0, 100)].into_iter(), dirty), missing(0, 0));
        assert_eq!(cache.held, 4 * AHEAD);
        let deleted = Extent { begin: 2 * AHEAD, flushed: 2 * AHEAD, ..dirty };
        cache.read([].into_iter(), deleted);
        assert_eq!((cache.held, cache.order.len()), (2 * AHEAD, 1));
    }

    /// Beside a list of all pages, the first that came in front.
    #[test]
    fn it_holds_what_a_list_of_pages_holds() {
        for seed in 0..300 {
            let mut rng = Rng::stream(seed, "page cache");
            let room = (1 + rng.below(PLACES)) * PAGE;
            let (mut cache, mut pages) = (PageCache::new(room), VecDeque::new());
            let (mut end, mut seen, mut begin) = (0, 0, 0);
            for _ in 0..60 {
                end += rng.below(3) * rng.below(20) * PAGE;
                if rng.below(20) == 0 {
                    begin = begin.max(rng.below(end / PAGE + 1) * PAGE);
                }
                if begin == end {
                    continue;
                }
                let at = begin + rng.below(end - begin);
                let bytes = (1 + rng.below(3 * PAGE)).min(end - at);
                let log = Extent { begin, end, flushed: end };
                pages.retain(|page| *page >= begin / PAGE);
                pages.extend(seen.max(begin / PAGE)..end / PAGE);
                seen = end / PAGE;
                evict(&mut pages, room);
                let wanted = read_by_pages(&mut pages, (at, bytes), end);
                evict(&mut pages, room);
                assert_eq!(cache.read([(at, bytes)].into_iter(), log), wanted, "seed {seed}");
                let held = cache
                    .order
                    .iter()
                    .flat_map(|from| (from / PAGE..cache.ranges[from] / PAGE).collect::<Vec<_>>());
                assert_eq!(held.collect::<VecDeque<_>>(), pages, "seed {seed}");
            }
        }
    }

    fn evict(pages: &mut VecDeque<u64>, room: u64) {
        while pages.len() as u64 * PAGE > room {
            pages.pop_front();
        }
    }

    fn read_by_pages(pages: &mut VecDeque<u64>, (at, bytes): (u64, u64), end: u64) -> Missing {
        let (mut page, last, mut all) = (at / PAGE, (at + bytes).div_ceil(PAGE), missing(0, 0));
        while page < last {
            let first = page;
            while !pages.contains(&page)
                && page * PAGE < end
                && (page < last || page < first + AHEAD / PAGE)
            {
                pages.push_back(page);
                page += 1;
            }
            if page > first {
                all = missing(all.bytes + (page - first) * PAGE, all.places + 1);
            } else {
                page += 1;
            }
        }
        all
    }
}
