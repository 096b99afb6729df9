//! What a store should hold: every record in a vector, every queue a vector of indexes.

use std::collections::BTreeMap;

use crate::kernel::name::Name;
use crate::rocketmq::message::Message;
use crate::rocketmq::properties::KEYS;
use crate::rocketmq::store::{IndexFile, KeyQuery, StoreRules};
use crate::rocketmq::topic::java_hash;

/// A record.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) message: Message,
    pub(super) queue: u32,
    pub(super) offset: u64,
    pub(super) physical: u64,
    pub(super) size: u64,
    pub(super) store_time: i64,
}

impl Kept {
    pub(super) fn topic(&self) -> Name {
        self.message.template.topic
    }

    pub(super) fn end(&self) -> u64 {
        self.physical + self.size
    }

    pub(super) fn tags_code(&self) -> i64 {
        self.message.template.tag.map_or(0, |tag| i64::from(java_hash(tag.as_str())))
    }
}

/// A queue: what its entries point to, from position `first` on.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    pub(super) entries: Vec<usize>,
    pub(super) first: u64,
    /// So many of the entries are deleted.
    pub(super) deleted: usize,
    assigned: u64,
    end_physical: u64,
}

impl Queue {
    pub(super) fn min(&self) -> u64 {
        self.first + self.deleted as u64
    }

    pub(super) fn max(&self) -> u64 {
        self.first + self.entries.len() as u64
    }
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) log: Vec<Kept>,
    /// So many records are deleted, and the log begins here since.
    pub(super) deleted: usize,
    begin: u64,
    pub(super) queues: BTreeMap<(Name, u32), Queue>,
    pub(super) dispatched: usize,
    /// Bytes that a power loss leaves.
    pub(super) flushed: u64,
    /// Bytes that a crash leaves, with a transient pool.
    pub(super) committed: Option<u64>,
    /// Bytes of a blank record at the end.
    blank: u64,
    /// So many records keep the keys that they have in the index.
    indexed: usize,
    /// All index files, each with the record of its last key.
    pub(super) index: Vec<(IndexFile, usize)>,
    rules: StoreRules,
    checkpoint: i64,
    opened: i64,
}

impl Model {
    pub(super) fn new(rules: StoreRules) -> Self {
        let (log, queues, index) = Default::default();
        let (deleted, begin, dispatched, flushed, checkpoint, opened) = Default::default();
        let (committed, blank, indexed) = Default::default();
        Self {
            log,
            deleted,
            begin,
            queues,
            dispatched,
            flushed,
            committed,
            blank,
            indexed,
            index,
            rules,
            checkpoint,
            opened,
        }
    }

    pub(super) fn end(&self) -> u64 {
        self.log[self.deleted..].last().map_or(self.begin, Kept::end) + self.blank
    }

    /// Records that may be dispatched.
    pub(super) fn readable(&self) -> usize {
        let is_there = |kept: &&Kept| self.committed.is_none_or(|bytes| kept.end() <= bytes);
        self.log.iter().take_while(is_there).count()
    }

    /// A batch of so many bytes begins the next file where this one cannot take all of it.
    pub(super) fn make_room(&mut self, bytes: u64) -> u64 {
        let file = self.rules.file_bytes;
        let left = file - self.end() % file;
        let rolls = bytes + 8 <= file && bytes + 8 > left;
        self.blank = if rolls { left } else { 0 };
        self.blank
    }

    /// A record of so many bytes; gives its offset and where it lies.
    pub(super) fn put(&mut self, message: &Message, queue: u32, size: u64, now: i64) -> (u64, u64) {
        let entry = self.queues.entry((message.template.topic, queue)).or_default();
        let offset = entry.assigned;
        entry.assigned += 1;
        let end = self.end();
        let left = self.rules.file_bytes - end % self.rules.file_bytes;
        let physical = if size + 8 > left { end + left } else { end };
        self.blank = 0;
        let (message, store_time) = (message.clone(), now);
        self.log.push(Kept { message, queue, offset, physical, size, store_time });
        (offset, physical)
    }

    pub(super) fn dispatch(&mut self) {
        let kept = &self.log[self.dispatched];
        let queue = self.queues.entry((kept.topic(), kept.queue)).or_default();
        let is_known = kept.end() <= queue.end_physical;
        let is_taken = kept.offset > 0 && kept.offset < queue.max() && !queue.entries.is_empty();
        if !is_known && !is_taken {
            if queue.entries.is_empty() {
                (queue.first, queue.deleted) = (kept.offset, 0);
            }
            queue.end_physical = kept.end();
            queue.entries.push(self.dispatched);
        }
        self.add_keys(self.dispatched);
        self.dispatched += 1;
    }

    fn file_of(&self, number: usize) -> u64 {
        self.log[number].physical / self.rules.file_bytes
    }

    /// Store time of the last record of the oldest file, unless that is the last file.
    pub(super) fn oldest_file(&self) -> Option<i64> {
        let next = self.next_file()?;
        Some(self.log[next - 1].store_time)
    }

    /// The first record that does not lie in the oldest file.
    fn next_file(&self) -> Option<usize> {
        let oldest = self.file_of(Some(self.deleted).filter(|it| *it < self.log.len())?);
        (self.deleted..self.log.len()).find(|number| self.file_of(*number) > oldest)
    }

    pub(super) fn delete_oldest_file(&mut self) -> u64 {
        self.deleted = self.next_file().expect("it is not the last one");
        for queue in self.queues.values_mut() {
            queue.deleted = queue.entries.iter().filter(|it| **it < self.deleted).count();
        }
        let begin = self.file_of(self.deleted) * self.rules.file_bytes;
        self.index.retain(|(file, _)| file.end_physical() >= begin);
        self.begin = begin;
        begin
    }

    pub(super) fn dispatch_all(&mut self) {
        while self.dispatched < self.log.len() {
            self.dispatch();
        }
    }

    pub(super) fn delete_topic(&mut self, topic: Name) {
        self.queues.retain(|(of, _), _| *of != topic);
    }

    /// As `IndexService.buildIndex`.
    fn add_keys(&mut self, number: usize) {
        let kept = &self.log[number];
        if number < self.indexed {
            return;
        }
        if self.index.last().is_some_and(|(file, _)| kept.physical < file.end_physical()) {
            return;
        }
        for key in keys_of(&kept.message) {
            if self.index.last().is_none_or(|(file, _)| file.is_full()) {
                let fresh = IndexFile::new(self.rules.index_slots, self.rules.index_places);
                let file = self.index.last().map_or(fresh, |(file, _)| file.after());
                self.index.push((file, number));
            }
            let (file, last) = self.index.last_mut().expect("a file with room was just ensured");
            *last = number;
            assert!(file.put(&key, kept.physical, kept.store_time), "there is room");
        }
    }

    /// As `IndexService.queryOffset`, in the order of the log.
    pub(super) fn query(&self, query: KeyQuery<'_>) -> Vec<u64> {
        let (mut found, key) = (Vec::new(), format!("{}#{}", query.topic, query.key));
        for (file, _) in self.index.iter().rev() {
            if file.overlaps(query.begin, query.end) {
                let most = query.most - found.len();
                found.extend(file.select(&key, most, (query.begin, query.end)));
            }
            if file.times().0 < query.begin || found.len() >= query.most {
                break;
            }
        }
        found.sort_unstable();
        found
    }

    pub(super) fn stopped(&mut self) {
        self.checkpoint = self.log.last().map_or(self.checkpoint, |last| last.store_time);
        let last = |queue: &Queue| queue.entries[queue.deleted..].last().copied();
        let newest = self.queues.values().filter_map(last).map(|at| self.log[at].end()).max();
        let is_new = |kept: &Kept| newest.is_none_or(|end| kept.physical > end);
        let start = self.log.iter().position(is_new).unwrap_or(self.log.len());
        self.indexed = self.dispatched;
        self.dispatched = self.dispatched.min(start.max(self.deleted));
    }

    /// A process ended without warning; so many bytes of the log are left.
    pub(super) fn recover(&mut self, left: Option<u64>) {
        self.write_checkpoint();
        if let Some(left) = left {
            let whole = self.log.iter().filter(|kept| kept.end() <= left).count();
            self.log.truncate(whole.max(self.deleted));
        }
        let known = self.dispatched.min(self.log.len());
        let start = self.recovery_start().min(known);
        if left.is_some() {
            let physical = self.log.get(start).map_or(self.end(), |kept| kept.physical);
            for queue in self.queues.values_mut() {
                queue.entries.retain(|number| *number < start);
                queue.deleted = queue.deleted.min(queue.entries.len());
                queue.end_physical = queue.end_physical.min(physical);
            }
        }
        self.index.pop();
        self.indexed = 0;
        let records = self.log.len();
        self.index.retain(|(_, last)| *last < records);
        // What was known is found again before anything else can happen to the store.
        self.dispatched = start;
        while self.dispatched < known {
            self.dispatch();
        }
    }

    /// Every 60 s since the process began everything up to then is known to be safe.
    fn write_checkpoint(&mut self) {
        let Some(last) = self.dispatched.checked_sub(1) else { return };
        let mut time = self.opened;
        while time + 60_000 <= self.log[last].store_time {
            time += 60_000;
        }
        if time == self.opened {
            return;
        }
        let mut safe = self.log.iter().filter(|kept| kept.store_time <= time);
        self.checkpoint = safe.next_back().map_or(self.checkpoint, |kept| kept.store_time);
    }

    /// The first record of the newest file that begins early enough.
    fn recovery_start(&self) -> usize {
        let file = |kept: &Kept| kept.physical / self.rules.file_bytes;
        let mut start = self.deleted;
        for (number, kept) in self.log.iter().enumerate().skip(self.deleted) {
            let is_first = number == self.deleted || file(&self.log[number - 1]) < file(kept);
            if is_first && kept.store_time <= self.checkpoint - 3_000 {
                start = number;
            }
        }
        start
    }

    /// A process begins: all is dispatched, and the next positions follow from the entries.
    pub(super) fn open(&mut self, now: i64) {
        self.dispatch_all();
        self.queues.values_mut().for_each(|queue| queue.assigned = queue.max());
        let end = self.end();
        self.flushed = self.flushed.min(end);
        self.committed = self.committed.map(|_| end);
        self.opened = now;
    }
}

/// Its unique key, then the words of `KEYS`, behind its topic.
fn keys_of(message: &Message) -> Vec<String> {
    let of = |name: &str| message.wired().and_then(|wired| wired.properties.get(name));
    let keys = of(KEYS).or(message.template.keys.map(Name::as_str)).unwrap_or("");
    let words = keys.split(' ').filter(|word| !word.is_empty()).map(str::to_owned);
    let topic = message.template.topic;
    let all = std::iter::once(message.unique_key()).chain(words);
    all.map(|key| format!("{topic}#{key}")).collect()
}
