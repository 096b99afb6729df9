//! A log as its copies see it: pieces of it, and what becomes of them in another store.
//!
//! Follows `DefaultMessageStore.getCommitLogData` and `appendToCommitLog`. Pieces end with a whole
//! record here; upstream cuts anywhere.

use super::consume_queue::ConsumeQueue;
use super::{MessageStore, Record};

impl MessageStore {
    /// Whole records from a place in the log on, of `least` bytes where there are so many; with
    /// the bytes that they take in the log.
    pub fn piece(&self, from: u64, least: u64) -> (u64, Vec<Record>) {
        self.log.piece(from, least)
    }

    /// Where a copy begins that has nothing yet: at the start of the last file.
    pub fn start_of_copy(&self) -> u64 {
        self.log.last_file()
    }

    /// Where a copy begins that is to have everything: at the start of the first file.
    pub fn start_of_log(&self) -> u64 {
        self.log.begin()
    }

    /// Cuts the log and what points behind its new end (`truncateFiles`).
    pub fn truncate(&mut self, bytes: u64) {
        self.log.cut(bytes);
        let (records, end) = (self.log.records(), self.log.end());
        let queues = self.topics.iter_mut().flat_map(|topic| &mut topic.queues);
        queues.for_each(|queue| queue.cut(records, end));
        if self.dispatched > records {
            self.dispatched = records;
            self.index.cut(&self.log, records);
        }
    }

    /// Everything is dispatched: the next position of each queue is the one after its last entry
    /// (`recoverTopicQueueTable`).
    pub fn renumber(&mut self) {
        assert!(!self.is_behind(), "positions are known once everything is dispatched");
        let queues = self.topics.iter_mut().flat_map(|topic| &mut topic.queues);
        queues.for_each(ConsumeQueue::reassign);
    }

    /// Appends a piece of the master's log; false where it does not begin at the end of this one.
    pub fn copy(&mut self, from: u64, bytes: u64, records: &[Record]) -> bool {
        let end = self.log.end();
        if end != 0 && end != from {
            return false;
        }
        for record in records {
            if self.log.copy(record) {
                let (topic, queue) = (record.message.template.topic, record.queue);
                self.queue_mut(topic, queue).assigned_at(record.offset);
            }
        }
        self.log.ends_at(from + bytes);
        true
    }

    /// Where the record ends that is dispatched next.
    pub fn next_end(&self) -> Option<u64> {
        let next = self.log.record(self.dispatched)?;
        Some(next.physical + u64::from(next.size))
    }
}
