//! The message store: commit log, consume queues, dispatch between them, reading.
//!
//! Follows `DefaultMessageStore`, `ReputMessageService` and `ConsumeQueueStore`. Left out here:
//! index files, batch queues, replication, cleaning by age, delay and transaction topics.

mod commit_log;
mod consume_queue;
mod get;
mod index;

pub use commit_log::{CommitLog, Record};
pub use consume_queue::{ConsumeQueue, CqUnit};
pub use get::{GetLimits, GetResult, GetStatus, PropertyFilter};
pub use index::IndexFile;

use crate::facts::Content;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::rocketmq::message::Message;

/// The store of one broker.
///
/// Invariant: everything before `dispatched` (a record number) is in its consume queue, nothing
/// after it.
#[derive(Clone, Debug, Default)]
pub struct MessageStore {
    log: CommitLog,
    topics: Vec<TopicQueues>,
    dispatched: u64,
}

/// The queues of a topic that has messages.
#[derive(Clone, Debug)]
struct TopicQueues {
    topic: Name,
    queues: Vec<ConsumeQueue>,
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
    /// Appends a message: the queue offset is assigned now, the queue entry comes with the
    /// dispatch.
    pub fn put(&mut self, message: Message, queue: u32, extra_bytes: u32, store_time: i64) -> Put {
        let topic = message.template.topic;
        let offset = self.queue_mut(topic, queue).assign();
        let before = self.log.end();
        let record = self.log.append(message, (queue, offset), extra_bytes, store_time);
        let (physical, size) = (record.physical, record.size);
        Put { offset, physical, size, grown: self.log.end() - before }
    }

    /// Puts the next record of the log into its queue; `None` where all are.
    pub fn dispatch(&mut self) -> Option<Record> {
        let record = self.log.record(self.dispatched)?.clone();
        let unit = CqUnit::of(&record, self.dispatched);
        self.queue_mut(record.message.template.topic, record.queue).dispatch(unit, record.offset);
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

    /// The record that an entry of a queue points to.
    pub fn record_in(&self, topic: Name, queue: u32, offset: u64) -> Option<&Record> {
        let unit = self.queue(topic, queue)?.unit(offset)?;
        self.log.record(u64::from(unit.record))
    }

    /// When the message at an offset was stored, ms since 1970.
    pub fn store_time(&self, topic: Name, queue: u32, offset: u64) -> Option<i64> {
        let unit = self.queue(topic, queue)?.unit(offset)?;
        self.log.record(u64::from(unit.record)).map(|record| record.store_time)
    }

    /// `getOffsetInQueueByTime`: the first message from `millis` on, or (`upper`) the last one up
    /// to then; the ends of the queue where there is none.
    pub fn offset_at(&self, (topic, queue): (Name, u32), millis: i64, upper: bool) -> u64 {
        let Some(queue) = self.queue(topic, queue) else { return 0 };
        let time = |unit: &CqUnit| self.log.record(u64::from(unit.record)).map(|it| it.store_time);
        let before = |limit: i64| queue.count_while(|unit| time(unit).is_some_and(|at| at < limit));
        if upper { before(millis.saturating_add(1)).saturating_sub(1) } else { before(millis) }
    }

    /// The last record that is in its queue.
    pub fn last_dispatched(&self) -> Option<&Record> {
        self.log.record(self.dispatched.checked_sub(1)?)
    }

    /// A topic's queues are gone; its records stay in the log.
    pub fn delete_topic(&mut self, topic: Name) {
        self.topics.retain(|queues| queues.topic != topic);
    }

    /// What the record at `physical` holds.
    pub fn content(&self, physical: u64) -> Option<Content> {
        let message = &self.log.at(physical)?.message;
        Some(Content {
            body: message.body_text(),
            body_bytes: message.body_bytes(),
            tag: message.template.tag,
            keys: message.template.keys.map(|keys| keys.as_str().to_owned()),
            unique_key: message.unique_key(),
        })
    }

    /// What is left after a power loss: the first `bytes` of the log, and of each queue what points
    /// there. The next offset of a queue is again the one after its last record; what was not
    /// dispatched before is dispatched by the process that starts from here.
    #[must_use]
    pub fn recovered(self, bytes: u64) -> Self {
        let log = self.log.cut(bytes);
        let dispatched = self.dispatched.min(log.records());
        let mut store = Self { log, topics: Vec::new(), dispatched: 0 };
        for number in 0..store.log.records() {
            let record = store.log.record(number).expect("it was counted");
            let (topic, queue, offset) =
                (record.message.template.topic, record.queue, record.offset);
            store.queue_mut(topic, queue).assigned_at(offset);
        }
        (0..dispatched).for_each(|_| {
            store.dispatch();
        });
        store
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
            digest.all(queues.queues.iter());
        }
    }
}
