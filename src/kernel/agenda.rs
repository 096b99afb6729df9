//! What is going to happen, in one total order: by time, then by the order of scheduling.
//!
//! A four-way heap of keys over a slab of entries. Cancelling frees the entry at once; its key stays
//! in the heap until it comes up or stale keys are the majority.

use super::digest::Digest;
use super::time::SimTime;

/// The place of one entry; valid until the entry was taken out or cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    index: u32,
    seq: u64,
}

/// Field order is sort order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    at: SimTime,
    seq: u64,
    index: u32,
}

/// Future entries in order.
#[derive(Clone, Debug)]
pub struct Agenda<E> {
    heap: Vec<Key>,
    /// The number of the entry in each place, and the entry; `None`: free.
    slab: Vec<(u64, Option<E>)>,
    free: Vec<u32>,
    next_seq: u64,
    /// Keys in the heap whose entry was cancelled.
    stale: u32,
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self { heap: Vec::new(), slab: Vec::new(), free: Vec::new(), next_seq: 0, stale: 0 }
    }
}

const ARITY: usize = 4;

impl<E> Agenda<E> {
    /// Entries that will happen.
    pub fn len(&self) -> usize {
        self.heap.len() - self.stale as usize
    }

    /// True where nothing will happen.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts an entry in; among equal times the one that was put in first comes first.
    #[inline]
    pub fn schedule(&mut self, at: SimTime, entry: E) -> Slot {
        let seq = self.next_seq;
        self.next_seq += 1;
        let index = self.store(seq, entry);
        self.heap.push(Key { at, seq, index });
        self.sift_up(self.heap.len() - 1);
        Slot { index, seq }
    }

    /// Takes an entry out before its time; `None` where it already happened or was cancelled.
    pub fn cancel(&mut self, slot: Slot) -> Option<E> {
        let (seq, entry) = self.slab.get_mut(slot.index as usize)?;
        if *seq != slot.seq {
            return None;
        }
        let entry = entry.take()?;
        self.free.push(slot.index);
        self.stale += 1;
        if self.stale as usize > 64 + self.heap.len() / 2 {
            self.drop_stale();
        }
        Some(entry)
    }

    /// The time of the next entry.
    pub fn next_at(&mut self) -> Option<SimTime> {
        self.settle_top();
        self.heap.first().map(|key| key.at)
    }

    /// Takes out the next entry, unless that lies after `end`.
    #[inline]
    pub fn pop_until(&mut self, end: SimTime) -> Option<(SimTime, E)> {
        self.settle_top();
        let key = *self.heap.first().filter(|key| key.at <= end)?;
        self.remove_top();
        let entry = self.slab[key.index as usize].1.take();
        self.free.push(key.index);
        Some((key.at, entry.expect("a settled top has its entry")))
    }

    /// All entries with their times, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (SimTime, &E)> + '_ {
        self.heap.iter().filter_map(|key| {
            let (seq, entry) = &self.slab[key.index as usize];
            entry.as_ref().filter(|_| *seq == key.seq).map(|entry| (key.at, entry))
        })
    }

    /// Puts all entries into `digest`, whatever the layout of the heap is.
    pub fn digest(&self, digest: &mut Digest, of_entry: impl Fn(&E, &mut Digest)) {
        let mut sum = 0_u64;
        for (at, entry) in self.iter() {
            let mut one = Digest::default();
            one.word(at.as_nanos());
            of_entry(entry, &mut one);
            sum = sum.wrapping_add(one.finish());
        }
        digest.word(self.len() as u64);
        digest.word(sum);
    }

    #[inline]
    fn store(&mut self, seq: u64, entry: E) -> u32 {
        if let Some(index) = self.free.pop() {
            self.slab[index as usize] = (seq, Some(entry));
            return index;
        }
        self.slab.push((seq, Some(entry)));
        u32::try_from(self.slab.len() - 1).expect("fewer entries than u32 can count")
    }

    fn is_stale(&self, key: Key) -> bool {
        let (seq, entry) = &self.slab[key.index as usize];
        *seq != key.seq || entry.is_none()
    }

    #[inline]
    fn settle_top(&mut self) {
        while self.stale > 0 && self.heap.first().is_some_and(|key| self.is_stale(*key)) {
            self.remove_top();
            self.stale -= 1;
        }
    }

    fn drop_stale(&mut self) {
        let mut keys = std::mem::take(&mut self.heap);
        keys.retain(|key| !self.is_stale(*key));
        keys.sort_unstable();
        self.heap = keys;
        self.stale = 0;
    }

    #[inline]
    fn remove_top(&mut self) {
        let last = self.heap.pop().expect("only a filled heap has a top");
        if !self.heap.is_empty() {
            self.heap[0] = last;
            self.sift_down(0);
        }
    }

    #[inline]
    fn sift_up(&mut self, mut child: usize) {
        let key = self.heap[child];
        while child > 0 {
            let parent = (child - 1) / ARITY;
            if self.heap[parent] <= key {
                break;
            }
            self.heap[child] = self.heap[parent];
            child = parent;
        }
        self.heap[child] = key;
    }

    #[inline]
    fn sift_down(&mut self, mut parent: usize) {
        let key = self.heap[parent];
        loop {
            let first = parent * ARITY + 1;
            if first >= self.heap.len() {
                break;
            }
            let last = (first + ARITY).min(self.heap.len());
            let children = &self.heap[first..last];
            let (offset, least) =
                children.iter().enumerate().min_by_key(|(_, key)| **key).expect("one child exists");
            if key <= *least {
                break;
            }
            self.heap[parent] = *least;
            parent = first + offset;
        }
        self.heap[parent] = key;
    }
}
