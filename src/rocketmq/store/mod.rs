//! The message store: commit log, consume queues, dispatch between them, reading.
//!
//! Follows `DefaultMessageStore`, `ReputMessageService` and `ConsumeQueueStore`. Left out here:
//! batch queues, delay and transaction topics.

mod clean;
mod commit_log;
mod consume_queue;
mod get;
mod index;
mod index_service;
mod kinds;
mod page_cache;
mod recovery;
mod replica;

pub use commit_log::{CommitLog, Record};
pub use consume_queue::{ConsumeQueue, CqUnit};
pub use get::{GetLimits, GetResult, GetStatus, PropertyFilter, Transfer};
pub use index::IndexFile;
pub use index_service::KeyQuery;
pub use page_cache::{Extent, Missing, PageCache};

use crate::facts::Content;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::rocketmq::message::Message;

use crate::rocketmq::planted::{Bug, is_planted};
use index_service::IndexFiles;

/// Sizes of a store's files (`MessageStoreConfig`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreRules {
    /// `mappedFileSizeCommitLog`.
    pub file_bytes: u64,
    /// `maxHashSlotNum`.
    pub index_slots: u32,
    /// `maxIndexNum`.
    pub index_places: u32,
}

impl Default for StoreRules {
    fn default() -> Self {
        Self { file_bytes: 1 << 30, index_slots: 5_000_000, index_places: 20_000_000 }
    }
}

/// The store of one broker.
///
/// Invariant: everything before `dispatched` (a record number) is in its consume queue, nothing
/// after it.
#[derive(Clone, Debug)]
pub struct MessageStore {
    log: CommitLog,
    topics: Vec<TopicQueues>,
    dispatched: u64,
    index: IndexFiles,
    /// What the file `checkpoint` says: everything up to this store time is on the disk.
    checkpoint: i64,
    /// When the process started, ms since 1970.
    opened: i64,
}

/// The queues of a topic that has messages.
#[derive(Clone, Debug)]
struct TopicQueues {
    topic: Name,
    queues: Vec<ConsumeQueue>,
}

impl Default for MessageStore {
    fn default() -> Self {
        Self::new(StoreRules::default())
    }
}

/// What `put` made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Put {
    /// Position in the queue.
    pub offset: u64,
    /// Position in the log.
    pub physical: u64,
    /// Bytes.
    pub size: u32,
    /// Bytes by which the log grew: more than `size` where a file ended with a blank record.
    pub grown: u64,
}

impl MessageStore {
    /// An empty store.
    pub fn new(rules: StoreRules) -> Self {
        let log = CommitLog::new(rules.file_bytes);
        let index = IndexFiles::new(rules.index_slots, rules.index_places);
        Self { log, topics: Vec::new(), dispatched: 0, index, checkpoint: 0, opened: 0 }
    }

    /// Appends a message: the queue offset is assigned now, the queue entry comes with the
    /// dispatch.
    pub fn put(&mut self, message: &Message, queue: u32, extra_bytes: u32, store_time: i64) -> Put {
        let assigned = self.queue_mut(message.template.topic, queue);
        let mut offset = assigned.assign();
        if offset % 100 == 99 && is_planted(Bug::PositionSkipped) {
            offset = assigned.assign();
        }
        let before = self.log.end();
        let place = self.log.append(message, (queue, offset), extra_bytes, store_time);
        let (physical, size) = (place.physical, place.size);
        Put { offset, physical, size, grown: self.log.end() - before }
    }

    /// The messages of a batch come to lie in one file, where one can take them: gives the bytes of
    /// the blank record that ends the last one for that, or 0.
    pub fn make_room(&mut self, batch: &[Message]) -> u64 {
        self.log.make_room(batch.iter().map(CommitLog::bytes_of).sum())
    }

    /// Puts the next record of the log into its queue; `None` where all are.
    pub fn dispatch(&mut self) -> Option<Record> {
        let (number, record) = (self.dispatched, self.log.record(self.dispatched)?);
        self.queue_mut(record.message.template.topic, record.queue).dispatch(number, &record);
        self.index.dispatch(number, &record);
        self.dispatched += 1;
        Some(record)
    }

    /// True where records wait for their dispatch.
    pub fn is_behind(&self) -> bool {
        self.dispatched < self.log.records()
    }

    /// The log.
    pub fn log(&self) -> &CommitLog {
        &self.log
    }

    /// A queue that has or had messages.
    pub fn queue(&self, topic: Name, queue: u32) -> Option<&ConsumeQueue> {
        let queues = &self.topics.iter().find(|queues| queues.topic == topic)?.queues;
        queues.get(queue as usize)
    }

    /// Entries of a queue so far (`getMaxOffsetInQueue`).
    pub fn max_offset(&self, topic: Name, queue: u32) -> u64 {
        self.queue(topic, queue).map_or(0, ConsumeQueue::max_offset)
    }

    /// The first position of a queue (`getMinOffsetInQueue`).
    pub fn min_offset(&self, topic: Name, queue: u32) -> u64 {
        self.queue(topic, queue).map_or(0, ConsumeQueue::min_offset)
    }

    /// An entry of a queue.
    pub fn unit(&self, topic: Name, queue: u32, offset: u64) -> Option<CqUnit> {
        self.record_in(topic, queue, offset).as_ref().map(CqUnit::from)
    }

    /// The record that an entry of a queue points to.
    pub fn record_in(&self, topic: Name, queue: u32, offset: u64) -> Option<Record> {
        self.log.record(self.queue(topic, queue)?.record(offset)?)
    }

    /// When the message at an offset was stored, ms since 1970.
    pub fn store_time(&self, topic: Name, queue: u32, offset: u64) -> Option<i64> {
        self.log.store_time(self.queue(topic, queue)?.record(offset)?)
    }

    /// `getOffsetInQueueByTime`: the first message from `millis` on, or (`upper`) the last one up
    /// to then; the ends of the queue where there is none.
    pub fn offset_at(&self, (topic, queue): (Name, u32), millis: i64, upper: bool) -> u64 {
        let Some(queue) = self.queue(topic, queue) else { return 0 };
        let limit = if upper { millis.saturating_add(1) } else { millis };
        let (mut low, mut high) = (queue.min_offset(), queue.max_offset());
        while low < high {
            let middle = low + (high - low) / 2;
            let time = queue.record(middle).and_then(|number| self.log.store_time(number));
            if time.is_some_and(|at| at < limit) { low = middle + 1 } else { high = middle }
        }
        if upper { low.saturating_sub(1).max(queue.min_offset()) } else { low }
    }

    /// Records with a key (`queryMessage`), the oldest of them first; and store time and place up
    /// to which keys are known.
    pub fn query(&self, query: KeyQuery<'_>) -> (Vec<Record>, (i64, u64)) {
        let mut places = self.index.select(&self.log, query);
        order::naturally(&mut places);
        let records = places.into_iter().filter_map(|physical| self.log.at(physical)).collect();
        (records, self.index.last().unwrap_or((0, 0)))
    }

    /// An index file as RocketMQ writes it, the oldest first.
    pub fn index_file(&self, number: usize) -> Option<IndexFile> {
        self.index.file(number, &self.log)
    }

    /// The last record that is in its queue.
    pub fn last_dispatched(&self) -> Option<Record> {
        self.log.record(self.dispatched.checked_sub(1)?)
    }

    /// Topics that have queues.
    pub fn topics(&self) -> impl Iterator<Item = Name> + '_ {
        self.topics.iter().map(|queues| queues.topic)
    }

    /// A topic's queues are gone; its records stay in the log.
    pub fn delete_topic(&mut self, topic: Name) {
        self.topics.retain(|queues| queues.topic != topic);
    }

    /// What the record at `physical` holds.
    pub fn content(&self, physical: u64) -> Option<Content> {
        let message = self.log.at(physical)?.message;
        Some(Content {
            body: message.body_text(),
            body_bytes: message.body_bytes(),
            tag: message.template.tag,
            keys: message.template.keys.map(|keys| keys.as_str().to_owned()),
            unique_key: message.unique_key(),
        })
    }

    fn queue_mut(&mut self, topic: Name, queue: u32) -> &mut ConsumeQueue {
        let at = self.topics.iter().position(|queues| queues.topic == topic);
        let at = at.unwrap_or_else(|| {
            self.topics.push(TopicQueues { topic, queues: Vec::new() });
            self.topics.len() - 1
        });
        let queues = &mut self.topics[at].queues;
        if queues.len() <= queue as usize {
            queues.resize_with(queue as usize + 1, ConsumeQueue::default);
        }
        &mut queues[queue as usize]
    }
}

impl Digestible for MessageStore {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.log);
        digest.word(self.dispatched);
        for queues in &self.topics {
            digest.put(&queues.topic);
            digest.word(queues.queues.len() as u64);
            queues.queues.iter().for_each(|queue| self.digest_queue(queue, digest));
        }
    }
}

impl MessageStore {
    fn digest_queue(&self, queue: &ConsumeQueue, digest: &mut Digest) {
        digest.word(queue.assigned());
        digest.word(queue.max_offset());
        for offset in queue.newest() {
            let record = queue.record(offset).and_then(|number| self.log.record(number));
            let Some(record) = record else { continue };
            digest.word(record.physical);
            digest.word(u64::from(record.size));
            digest.word(record.tags_code.cast_unsigned());
        }
    }
}
