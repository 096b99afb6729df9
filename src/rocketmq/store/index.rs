//! An index file: which records have a key, found by the key's hash.
//!
//! Follows `IndexFile` and `IndexHeader`, to the byte. Slots that were never used take no memory.

use std::collections::BTreeMap;

use crate::rocketmq::topic::java_hash;

/// Bytes of the header.
const HEADER_BYTES: usize = 40;
/// Bytes of a slot.
const SLOT_BYTES: usize = 4;
/// Bytes of an entry.
const ENTRY_BYTES: usize = 20;

/// An index file. Entry 0 is never used, so it takes one entry less than it has places.
///
/// Invariant: an entry's `previous` is the number of an earlier one of the same slot, or 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexFile {
    slots: u32,
    places: u32,
    begin: (i64, u64),
    end: (i64, u64),
    /// The newest entry of each slot that was used.
    newest: BTreeMap<u32, u32>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    hash: u32,
    physical: u64,
    /// Whole seconds since the file's first record.
    seconds: u32,
    previous: u32,
}

impl IndexFile {
    /// An empty file (`maxHashSlotNum`, `maxIndexNum`).
    pub fn new(slots: u32, places: u32) -> Self {
        assert!(slots > 0, "a key needs a slot");
        let (newest, entries) = (BTreeMap::new(), Vec::new());
        Self { slots, places, begin: (0, 0), end: (0, 0), newest, entries }
    }

    /// The file after a full one: it begins where that ended.
    pub fn after(&self) -> Self {
        Self::new(self.slots, self.places).behind(self.end)
    }

    /// An empty file behind one that ended with a record of this time and place.
    #[must_use]
    pub(super) fn behind(self, end: (i64, u64)) -> Self {
        Self { begin: end, end, ..self }
    }

    /// True where it takes no more.
    pub fn is_full(&self) -> bool {
        self.count() >= self.places
    }

    /// Store times of its first and last record, ms since 1970.
    pub fn times(&self) -> (i64, i64) {
        (self.begin.0, self.end.0)
    }

    /// Log position of the last record.
    pub fn end_physical(&self) -> u64 {
        self.end.1
    }

    /// Adds a key (`topic#key`) of the record at `physical`; false where the file is full.
    pub fn put(&mut self, key: &str, physical: u64, store_time: i64) -> bool {
        self.put_hash(key_hash(key), physical, store_time)
    }

    /// The same for a key that has this hash.
    pub(super) fn put_hash(&mut self, hash: u32, physical: u64, store_time: i64) -> bool {
        if self.is_full() {
            return false;
        }
        let number = self.count();
        let previous = self.newest.insert(hash % self.slots, number).unwrap_or(0);
        let seconds = self.seconds_at(store_time);
        self.entries.push(Entry { hash, physical, seconds, previous });
        self.end = (store_time, physical);
        if number == 1 {
            self.begin = self.end;
        }
        true
    }

    /// Log positions of records whose key has the hash of `key`, newest first, stored from `begin`
    /// to `end` (ms since 1970, both included); at most `max`.
    pub fn select(&self, key: &str, max: usize, (begin, end): (i64, i64)) -> Vec<u64> {
        let hash = key_hash(key);
        let mut found = Vec::new();
        let mut number = self.newest.get(&(hash % self.slots)).copied().unwrap_or(0);
        while let Some(entry) = self.entry(number).filter(|_| found.len() < max) {
            let time = self.begin.0 + i64::from(entry.seconds) * 1000;
            if entry.hash == hash && (begin..=end).contains(&time) {
                found.push(entry.physical);
            }
            if time < begin {
                break;
            }
            number = entry.previous;
        }
        found
    }

    /// True where some of its time lies between the two, both included (`isTimeMatched`).
    pub fn overlaps(&self, begin: i64, end: i64) -> bool {
        let (first, last) = self.times();
        begin < first && end > last
            || (first..=last).contains(&begin)
            || (first..=last).contains(&end)
    }

    /// The file's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let slots = self.slots as usize * SLOT_BYTES;
        let mut bytes = self.header().to_vec();
        bytes.resize(HEADER_BYTES + slots, 0);
        for (slot, number) in &self.newest {
            let at = HEADER_BYTES + *slot as usize * SLOT_BYTES;
            bytes[at..at + SLOT_BYTES].copy_from_slice(&number.to_be_bytes());
        }
        bytes.extend([0; ENTRY_BYTES]);
        self.entries.iter().for_each(|entry| bytes.extend(entry.bytes()));
        bytes.resize(HEADER_BYTES + slots + self.places as usize * ENTRY_BYTES, 0);
        bytes
    }

    fn header(&self) -> [u8; HEADER_BYTES] {
        let used = u32::try_from(self.newest.len()).expect("no more slots than u32 counts");
        let mut header = [0; HEADER_BYTES];
        header[..8].copy_from_slice(&self.begin.0.to_be_bytes());
        header[8..16].copy_from_slice(&self.end.0.to_be_bytes());
        header[16..24].copy_from_slice(&self.begin.1.to_be_bytes());
        header[24..32].copy_from_slice(&self.end.1.to_be_bytes());
        header[32..36].copy_from_slice(&used.to_be_bytes());
        header[36..].copy_from_slice(&self.count().to_be_bytes());
        header
    }

    /// The header's count: entries and the one that is never used.
    fn count(&self) -> u32 {
        u32::try_from(self.entries.len() + 1).expect("no more entries than u32 counts")
    }

    fn entry(&self, number: u32) -> Option<&Entry> {
        self.entries.get((number as usize).checked_sub(1)?)
    }

    fn seconds_at(&self, store_time: i64) -> u32 {
        if self.begin.0 <= 0 {
            return 0;
        }
        let seconds = (store_time - self.begin.0) / 1000;
        u32::try_from(seconds.clamp(0, i64::from(i32::MAX))).expect("it was clamped")
    }
}

impl Entry {
    fn bytes(&self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..4].copy_from_slice(&self.hash.to_be_bytes());
        bytes[4..12].copy_from_slice(&self.physical.to_be_bytes());
        bytes[12..16].copy_from_slice(&self.seconds.to_be_bytes());
        bytes[16..].copy_from_slice(&self.previous.to_be_bytes());
        bytes
    }
}

/// `indexKeyHashMethod`: never negative, and 0 for the one hash that has no positive counterpart.
fn key_hash(key: &str) -> u32 {
    key_hash_of(java_hash(key))
}

/// The same from Java's hash.
pub(super) fn key_hash_of(hash: i32) -> u32 {
    hash.checked_abs().map_or(0, i32::unsigned_abs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_hash_and_time_newest_first() {
        let mut file = IndexFile::new(2, 6);
        for (number, key) in ["T#Aa", "T#x", "T#BB", "T#Aa"].iter().enumerate() {
            let number = number as u64;
            assert!(file.put(key, number * 100, 10_000 + 1_500 * number.cast_signed()));
        }
        assert_eq!(file.select("T#Aa", 9, (0, i64::MAX)), [300, 200, 0], "BB has Aa's hash");
        assert_eq!(file.select("T#Aa", 1, (0, i64::MAX)), [300]);
        assert_eq!(file.select("T#Aa", 9, (13_000, 13_999)), [200], "whole seconds are kept");
        assert!(file.put("T#y", 400, 9_000), "earlier than the first: second 0");
        assert!(!file.put("T#z", 500, 20_000), "five entries fill six places");
        assert_eq!(file.bytes().len(), 40 + 2 * 4 + 6 * 20);
        assert_eq!(file.after().times(), (9_000, 9_000));
    }

    #[test]
    fn the_hash_without_a_counterpart_is_zero() {
        assert_eq!(key_hash("polygenelubricants"), 0);
    }
}
