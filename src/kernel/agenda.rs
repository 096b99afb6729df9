//! What is going to happen, in one total order: by time, then by the order of scheduling.
//!
//! A four-way heap of 16-byte keys over a slab of entries, and beside it a queue, in order, for
//! what is put in for the time that it is now. Cancelling frees the entry at once; its key stays
//! until it comes up or stale keys are the majority. Limits: 2²⁴ entries that wait at one time, 2⁴⁰
//! in the life of an agenda.

use std::collections::VecDeque;

use super::digest::Digest;
use super::order;
use super::time::SimTime;

/// The name of one entry; it stays valid until the entry was taken out or cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(u64);

/// Time, number and place of an entry, packed so that one comparison orders two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u128);

/// A place in the slab: the slot of what was last put there, and what is still there of it.
#[derive(Clone, Debug)]
struct Place<E> {
    slot: Slot,
    entry: Option<E>,
}

/// Future entries in order.
#[derive(Clone, Debug)]
pub struct Agenda<E> {
    heap: Vec<Key>,
    /// Keys in order: what was put in for the time `now`.
    at_once: VecDeque<Key>,
    /// Time of the entry that was taken out last.
    now: SimTime,
    slab: Vec<Place<E>>,
    free: Vec<u32>,
    next_seq: u64,
    /// Keys whose entry is gone.
    stale: usize,
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        let (heap, at_once, slab, free) = Default::default();
        Self { heap, at_once, now: SimTime::START, slab, free, next_seq: 0, stale: 0 }
    }
}

const ARITY: usize = 4;
const INDEX_BITS: u32 = 24;
const SEQ_BITS: u32 = 40;

impl Slot {
    const fn new(seq: u64, index: u32) -> Self {
        Self(seq << INDEX_BITS | index as u64)
    }

    #[inline]
    const fn index(self) -> usize {
        (self.0 & ((1 << INDEX_BITS) - 1)) as usize
    }
}

impl Key {
    const fn new(at: SimTime, slot: Slot) -> Self {
        Self((at.as_nanos() as u128) << 64 | slot.0 as u128)
    }

    #[inline]
    fn at(self) -> SimTime {
        SimTime::from_nanos(u64::try_from(self.0 >> 64).expect("the high half has 64 bits"))
    }

    #[inline]
    fn slot(self) -> Slot {
        Slot(u64::try_from(self.0 & u128::from(u64::MAX)).expect("the low half has 64 bits"))
    }
}

impl<E> Agenda<E> {
    /// Entries that will happen.
    pub fn len(&self) -> usize {
        self.heap.len() + self.at_once.len() - self.stale
    }

    /// True where nothing will happen.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts an entry in; among equal times the one that was put in first comes first.
    #[inline]
    pub fn schedule(&mut self, at: SimTime, entry: E) -> Slot {
        let seq = self.next_seq;
        assert!(seq < 1 << SEQ_BITS, "an agenda ends before 2^40 entries went through it");
        self.next_seq += 1;
        let slot = self.store(seq, entry);
        let key = Key::new(at, slot);
        if at == self.now && self.at_once.back().is_none_or(|last| *last < key) {
            self.at_once.push_back(key);
        } else {
            self.push(key);
        }
        slot
    }

    #[inline]
    fn push(&mut self, key: Key) {
        self.heap.push(key);
        let last = self.heap.len() - 1;
        sift_up(&mut self.heap, last);
    }

    /// Takes an entry out before its time; `None` where it already happened or was cancelled.
    pub fn cancel(&mut self, slot: Slot) -> Option<E> {
        let place = self.slab.get_mut(slot.index()).filter(|place| place.slot == slot)?;
        let entry = place.entry.take()?;
        self.free.push(free_index(slot));
        self.stale += 1;
        if self.stale > 64 + (self.heap.len() + self.at_once.len()) / 2 {
            self.drop_stale();
        }
        Some(entry)
    }

    /// Takes out all entries that `goes` says so of, the earliest first.
    pub fn extract(&mut self, goes: impl Fn(&E) -> bool) -> Vec<(SimTime, E)> {
        let keys = self.sorted();
        self.extract_of(keys, goes)
    }

    /// Takes out all entries that `goes` says so of, in the order in which they were scheduled.
    pub fn extract_as_scheduled(&mut self, goes: impl Fn(&E) -> bool) -> Vec<(SimTime, E)> {
        let mut keys = self.sorted();
        order::by_key(&mut keys, |key| key.slot().0);
        self.extract_of(keys, goes)
    }

    fn extract_of(&mut self, mut keys: Vec<Key>, goes: impl Fn(&E) -> bool) -> Vec<(SimTime, E)> {
        keys.retain(|key| self.slab[key.slot().index()].entry.as_ref().is_some_and(&goes));
        let take = |key: Key| {
            let entry = self.slab[key.slot().index()].entry.take();
            self.free.push(free_index(key.slot()));
            (key.at(), entry.expect("what is sorted was not taken out yet"))
        };
        let out: Vec<_> = keys.into_iter().map(take).collect();
        if !out.is_empty() {
            self.drop_stale();
        }
        out
    }

    /// The next entry.
    pub fn peek(&mut self) -> Option<&E> {
        self.settle_top();
        self.first().and_then(|key| self.slab[key.slot().index()].entry.as_ref())
    }

    /// The time of the next entry.
    pub fn next_at(&mut self) -> Option<SimTime> {
        self.settle_top();
        self.first().map(Key::at)
    }

    /// Takes out the next entry, unless that lies after `end`.
    #[inline]
    pub fn pop_until(&mut self, end: SimTime) -> Option<(SimTime, Slot, E)> {
        self.settle_top();
        let key = self.first().filter(|key| key.at() <= end)?;
        self.remove_first();
        self.now = key.at();
        let entry = self.slab[key.slot().index()].entry.take();
        self.free.push(free_index(key.slot()));
        Some((key.at(), key.slot(), entry.expect("a settled top has its entry")))
    }

    /// Puts the entry that was taken out last back, for a later time and under its old name.
    pub fn put_back(&mut self, at: SimTime, slot: Slot, entry: E) {
        let free = self.free.pop();
        assert!(free == Some(free_index(slot)), "only what was taken out last is put back");
        self.slab[slot.index()] = Place { slot, entry: Some(entry) };
        // It comes before what was scheduled for that time since.
        self.push(Key::new(at, slot));
    }

    /// All entries with their times, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (SimTime, &E)> + '_ {
        self.keys().filter_map(|key| Some((key.at(), self.entry(key)?)))
    }

    /// Puts all entries into `digest` in their order, whatever the layout of heap and slab is.
    pub fn digest(&self, digest: &mut Digest, of_entry: impl Fn(&E, &mut Digest)) {
        digest.word(self.len() as u64);
        for key in self.sorted() {
            digest.word(key.at().as_nanos());
            of_entry(self.entry(key).expect("what is sorted has its entry"), digest);
        }
    }

    /// Keys that have their entry, in order.
    fn sorted(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.keys().filter(|key| self.entry(*key).is_some()).collect();
        order::naturally(&mut keys);
        keys
    }

    /// The entry of a key; `None` where it was taken out.
    #[inline]
    fn entry(&self, key: Key) -> Option<&E> {
        let place = &self.slab[key.slot().index()];
        place.entry.as_ref().filter(|_| place.slot == key.slot())
    }

    #[inline]
    fn store(&mut self, seq: u64, entry: E) -> Slot {
        if let Some(index) = self.free.pop() {
            let slot = Slot::new(seq, index);
            self.slab[index as usize] = Place { slot, entry: Some(entry) };
            return slot;
        }
        let index = u32::try_from(self.slab.len()).expect("an index is far below 2^32");
        assert!(index < 1 << INDEX_BITS, "fewer than 2^24 entries wait at one time");
        let slot = Slot::new(seq, index);
        self.slab.push(Place { slot, entry: Some(entry) });
        slot
    }

    /// All keys, in no particular order.
    fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.heap.iter().chain(&self.at_once).copied()
    }

    /// The key that comes first.
    #[inline]
    fn first(&self) -> Option<Key> {
        let (top, front) = (self.heap.first(), self.at_once.front());
        match (top, front) {
            (Some(top), Some(front)) => Some(*top.min(front)),
            (one, other) => one.or(other).copied(),
        }
    }

    #[inline]
    fn remove_first(&mut self) {
        match (self.heap.first(), self.at_once.front()) {
            (Some(top), Some(front)) if top < front => self.remove_top(),
            (_, Some(_)) => drop(self.at_once.pop_front()),
            (_, None) => self.remove_top(),
        }
    }

    #[inline]
    fn settle_top(&mut self) {
        while self.stale > 0 && self.first().is_some_and(|key| self.entry(key).is_none()) {
            self.remove_first();
            self.stale -= 1;
        }
    }

    /// A sorted list is a heap.
    fn drop_stale(&mut self) {
        self.heap = self.sorted();
        self.at_once.clear();
        self.stale = 0;
    }

    /// The hole at the top sinks to the bottom and the last key rises from there: it nearly always
    /// belongs far down, so that comparing it on the way would be in vain.
    #[inline]
    fn remove_top(&mut self) {
        let last = self.heap.pop().expect("only a filled heap has a top");
        if self.heap.is_empty() {
            return;
        }
        let heap = self.heap.as_mut_slice();
        let hole = sink_hole(heap);
        heap[hole] = last;
        sift_up(heap, hole);
    }
}

/// Moves the hole at the top to the bottom; gives where it is then.
#[inline]
fn sink_hole(heap: &mut [Key]) -> usize {
    let mut hole = 0;
    loop {
        let first = hole * ARITY + 1;
        let Some(children) = heap.get(first..) else { return hole };
        let least = match children.first_chunk::<ARITY>() {
            Some(children) => least_of_four(children),
            None => match children.iter().enumerate().min_by_key(|(_, key)| **key) {
                Some((offset, _)) => offset,
                None => return hole,
            },
        };
        heap[hole] = heap[first + least];
        hole = first + least;
    }
}

/// Moves the key at `child` up to where it belongs.
#[inline]
fn sift_up(heap: &mut [Key], mut child: usize) {
    let key = heap[child];
    while child > 0 {
        let parent = (child - 1) / ARITY;
        if heap[parent] <= key {
            break;
        }
        heap[child] = heap[parent];
        child = parent;
    }
    heap[child] = key;
}

/// Which one of four keys comes first.
#[inline]
fn least_of_four(keys: &[Key; ARITY]) -> usize {
    let left = usize::from(keys[1] < keys[0]);
    let right = 2 + usize::from(keys[3] < keys[2]);
    if keys[right] < keys[left] { right } else { left }
}

#[inline]
fn free_index(slot: Slot) -> u32 {
    u32::try_from(slot.index()).expect("an index has 24 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> SimTime {
        SimTime::from_nanos(nanos)
    }

    fn drained(mut agenda: Agenda<u32>) -> Vec<(u64, u32)> {
        let next = || agenda.pop_until(SimTime::NEVER);
        std::iter::from_fn(next).map(|(at, _, entry)| (at.as_nanos(), entry)).collect()
    }

    #[test]
    fn equal_times_come_in_the_order_of_scheduling() {
        let mut agenda = Agenda::default();
        for entry in 0..100 {
            agenda.schedule(at(u64::from(entry % 3)), entry);
        }
        let expected: Vec<_> =
            (0..3).flat_map(|time| (0..100).filter(move |n| n % 3 == time)).collect();
        assert_eq!(drained(agenda).into_iter().map(|pair| pair.1).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_place_that_was_used_again_is_not_cancelled_by_its_old_slot() {
        let mut agenda = Agenda::default();
        let old = agenda.schedule(at(1), 1);
        assert_eq!(agenda.cancel(old), Some(1));
        agenda.schedule(at(2), 2);
        assert_eq!(agenda.cancel(old), None);
        assert_eq!(drained(agenda), [(2, 2)]);
    }

    #[test]
    fn what_is_extracted_comes_in_order_and_the_rest_stays() {
        let mut agenda = Agenda::default();
        for entry in 0..200 {
            agenda.schedule(at(u64::from(200 - entry / 2)), entry);
        }
        let out: Vec<_> = agenda.extract(|entry| entry % 2 == 1).into_iter().collect();
        assert!(out.is_sorted_by_key(|pair| pair.0));
        assert_eq!((out.len(), agenda.len()), (100, 100));
        assert!(drained(agenda).into_iter().all(|(_, entry)| entry % 2 == 0));
    }

    #[test]
    fn the_digest_sees_the_order_and_not_the_layout() {
        let of = |agenda: &Agenda<u32>| {
            let mut digest = Digest::default();
            agenda.digest(&mut digest, |entry, digest| digest.word(u64::from(*entry)));
            digest.finish()
        };
        let (mut straight, mut crooked) = (Agenda::default(), Agenda::default());
        for entry in 0..50 {
            straight.schedule(at(u64::from(entry)), entry);
        }
        let gone: Vec<_> = (0..40).map(|entry| crooked.schedule(at(7), entry)).collect();
        for entry in (0..50).rev() {
            crooked.schedule(at(u64::from(entry)), entry);
        }
        assert!(gone.into_iter().all(|slot| crooked.cancel(slot).is_some()));
        assert_eq!(of(&straight), of(&crooked));
        straight.schedule(at(3), 99);
        assert_ne!(of(&straight), of(&crooked));
    }
}
