//! Which records have a key: what index files say, made from the log when somebody asks.
//!
//! Follows `IndexService` and `IndexFile`. Every entry of an index file follows from a record, so
//! only where files begin and end is kept; a query computes the hashes of the records' keys. As
//! there, keys are told apart by their hash alone, times are whole seconds since a file's first
//! record, the newest come first, and a chain ends at an entry that is too old. Left out: entries
//! that point behind the end of a log that was cut.

use crate::rocketmq::message::Message;
use crate::rocketmq::properties::KEYS;
use crate::rocketmq::topic::java_hash_on;

use super::commit_log::{CommitLog, Record};
use super::index::{IndexFile, key_hash_of};

/// A file: its first and last key, by record and place within that record's keys.
#[derive(Clone, Copy, Debug)]
struct File {
    first: (u64, usize),
    /// One past the last key.
    end: (u64, usize),
    keys: u32,
    /// Store time of the first record, ms since 1970.
    begin: i64,
    /// Seconds that the first key lies behind the end of the file before.
    lead: i64,
    /// Store time and place of the last record.
    last: (i64, u64),
}

/// All files of a store.
#[derive(Clone, Debug)]
pub(super) struct IndexFiles {
    /// `maxHashSlotNum`.
    slots: u32,
    /// `maxIndexNum`: places of a file, of which the first is never used.
    places: u32,
    files: Vec<File>,
    /// Records before this number are not indexed a second time.
    known: u64,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct KeyQuery<'a> {
    pub topic: &'a str,
    pub key: &'a str,
    pub most: usize,
    /// Store times in ms since 1970, both included.
    pub begin: i64,
    pub end: i64,
}

impl IndexFiles {
    pub(super) fn new(slots: u32, places: u32) -> Self {
        Self { slots, places, files: Vec::new(), known: 0 }
    }

    /// Store time and place of the last record with a key.
    pub(super) fn last(&self) -> Option<(i64, u64)> {
        self.files.last().map(|file| file.last)
    }

    /// `buildIndex`: records that lie before the last one are known.
    #[inline]
    pub(super) fn dispatch(&mut self, number: u64, record: &Record) {
        let last = (record.store_time, record.physical);
        let is_before = |last: (i64, u64)| record.physical < last.1;
        if number < self.known || self.last().is_some_and(is_before) {
            return;
        }
        for key in 0..record.keys {
            let room = self.files.last_mut().filter(|file| file.keys + 1 < self.places);
            let Some(file) = room else {
                self.begin_file((number, key), last);
                continue;
            };
            file.keys += 1;
            (file.end, file.last) = ((number, key + 1), last);
        }
    }

    fn begin_file(&mut self, first: (u64, usize), last: (i64, u64)) {
        let before = self.last().map_or(0, |before| before.0);
        let lead = if before > 0 { ((last.0 - before) / 1000).max(0) } else { 0 };
        let (end, begin) = ((first.0, first.1 + 1), last.0);
        self.files.push(File { first, end, keys: 1, begin, lead, last });
    }

    /// After an abnormal end only files are left that were full when another one began; the cut end
    /// of the log takes its keys along.
    pub(super) fn recover(&mut self, records: u64) {
        self.files.pop();
        self.files.retain(|file| file.end.0 < records);
        self.known = 0;
    }

    /// An orderly end: what is dispatched again keeps its keys as they are.
    pub(super) fn keep(&mut self, records: u64) {
        self.known = records;
    }

    /// The records from `records` on are gone from the log, and their keys with them.
    pub(super) fn cut(&mut self, log: &CommitLog, records: u64) {
        self.files.retain(|file| file.first.0 < records);
        let Some(file) = self.files.last_mut().filter(|file| file.end.0 >= records) else { return };
        let left = (file.first.0..records).filter_map(|number| log.record(number));
        let left: Vec<_> = left.filter(|record| record.keys > 0).collect();
        let keys: usize = left.iter().map(|record| record.keys).sum();
        file.keys = u32::try_from(keys - file.first.1).expect("a file has room for them");
        file.end = (records, 0);
        file.last = left.last().map_or(file.last, |last| (last.store_time, last.physical));
    }

    /// Files that end before a place are deleted.
    pub(super) fn clean(&mut self, physical: u64) {
        self.files.retain(|file| file.last.1 >= physical);
    }

    /// `queryOffset`: places of records, the newest first.
    pub(super) fn select(&self, log: &CommitLog, query: KeyQuery<'_>) -> Vec<u64> {
        let mut found = Vec::new();
        for file in self.files.iter().rev() {
            if file.overlaps(query.begin, query.end) {
                self.select_in(file, log, query, &mut found);
            }
            if file.begin < query.begin || found.len() >= query.most {
                break;
            }
        }
        found
    }

    fn select_in(&self, file: &File, log: &CommitLog, query: KeyQuery<'_>, found: &mut Vec<u64>) {
        let wanted = hash_on(query.topic, |hash| java_hash_on(hash, query.key));
        let mut hashes = Vec::new();
        for number in (file.first.0..=file.end.0).rev() {
            let time = log.store_time(number).map_or(0, |time| file.time_of(time));
            if time > query.end && time >= query.begin && number != file.first.0 {
                continue;
            }
            if time < query.begin && log.is_in_order() && file.lead == 0 {
                return;
            }
            let Some(record) = log.record(number) else { continue };
            hashes.clear();
            each_key(&record.message, &mut hashes);
            for (key, hash) in hashes.iter().enumerate().rev() {
                let place = (number, key);
                if place < file.first
                    || place >= file.end
                    || hash % self.slots != wanted % self.slots
                {
                    continue;
                }
                if found.len() >= query.most {
                    return;
                }
                let time = if place == file.first { file.first_time() } else { time };
                if *hash == wanted && (query.begin..=query.end).contains(&time) {
                    found.push(record.physical);
                }
                if time < query.begin {
                    return;
                }
            }
        }
    }

    /// A file as RocketMQ writes it.
    pub(super) fn file(&self, number: usize, log: &CommitLog) -> Option<IndexFile> {
        let file = self.files.get(number)?;
        let before = number.checked_sub(1).and_then(|before| self.files.get(before));
        let mut made = IndexFile::new(self.slots, self.places);
        if let Some(before) = before {
            made = made.behind(before.last);
        }
        let mut hashes = Vec::new();
        for number in file.first.0..=file.end.0 {
            let Some(record) = log.record(number) else { continue };
            hashes.clear();
            each_key(&record.message, &mut hashes);
            for (key, hash) in hashes.iter().enumerate() {
                if (file.first..file.end).contains(&(number, key)) {
                    made.put_hash(*hash, record.physical, record.store_time);
                }
            }
        }
        Some(made)
    }
}

impl File {
    /// `isTimeMatched`.
    fn overlaps(&self, begin: i64, end: i64) -> bool {
        let own = self.begin..=self.last.0;
        begin < *own.start() && end > *own.end() || own.contains(&begin) || own.contains(&end)
    }

    /// Whole seconds since the first record.
    fn time_of(&self, store_time: i64) -> i64 {
        let seconds = if self.begin > 0 { (store_time - self.begin) / 1000 } else { 0 };
        self.begin + seconds.clamp(0, i64::from(i32::MAX)) * 1000
    }

    fn first_time(&self) -> i64 {
        self.begin + self.lead.min(i64::from(i32::MAX)) * 1000
    }
}

/// The hash of `topic#…`, where a function goes on behind the mark.
fn hash_on(topic: &str, rest: impl Fn(i32) -> i32) -> u32 {
    key_hash_of(rest(java_hash_on(java_hash_on(0, topic), "#")))
}

/// Hashes of a message's keys: its unique key, then the words of `KEYS`.
fn each_key(message: &Message, hashes: &mut Vec<u32>) {
    let topic = message.template.topic.as_str();
    if message.has_unique_key() {
        hashes.push(hash_on(topic, |hash| message.unique_key_hash(hash)));
    }
    let words = words_of(message).map(|word| hash_on(topic, |hash| java_hash_on(hash, word)));
    hashes.extend(words);
}

/// How many keys a message has.
pub(super) fn count_keys(message: &Message) -> usize {
    if message.is_rolled_back() {
        return 0;
    }
    usize::from(message.has_unique_key()) + words_of(message).count()
}

fn words_of(message: &Message) -> impl Iterator<Item = &str> {
    let wired = message.wired().and_then(|wired| wired.properties.get(KEYS));
    let keys = wired.or(message.template.keys.map(|keys| keys.as_str())).unwrap_or("");
    keys.split(' ').filter(|key| !key.is_empty())
}
