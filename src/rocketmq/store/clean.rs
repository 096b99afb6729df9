//! Old files of the log go, and what points into them.
//!
//! Follows `CommitLog.deleteExpiredFile`, `ConsumeQueue.correctMinOffset` and
//! `IndexService.deleteExpiredFile`. What is gone stays in memory here, where nothing reads it.

use super::MessageStore;

impl MessageStore {
    /// Files of the log.
    pub fn files(&self) -> u64 {
        self.log.files()
    }

    /// Bytes of the log that are there.
    pub fn bytes(&self) -> u64 {
        let (begin, end) = self.bounds();
        end - begin
    }

    /// Where the log begins and ends.
    #[inline]
    pub fn bounds(&self) -> (u64, u64) {
        (self.log.begin(), self.log.end())
    }

    /// When the oldest file was written last, ms since 1970; `None` where it is the only one.
    pub fn oldest_file(&self) -> Option<i64> {
        let last = self.log.behind_first_file().filter(|_| self.files() > 1)?;
        self.log.store_time(last.checked_sub(1)?)
    }

    /// Deletes the oldest file; gives where the log begins then.
    pub fn delete_oldest_file(&mut self) -> u64 {
        assert!(self.files() > 1, "the last file stays");
        let first = self.log.delete_first_file();
        self.dispatched = self.dispatched.max(first);
        let queues = self.topics.iter_mut().flat_map(|topic| &mut topic.queues);
        queues.for_each(|queue| queue.clean(first));
        let begin = self.log.begin();
        self.index.clean(begin);
        begin
    }
}
