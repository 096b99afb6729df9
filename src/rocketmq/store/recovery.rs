//! What is left of a store when its process ends, and how the next one finds its way.
//!
//! Follows `DefaultMessageStore.load`, `CommitLog.recoverNormally`, `CommitLog.recoverAbnormally`
//! and `StoreCheckpoint`. The
//! checkpoint is written at an orderly end, and with every thorough flush of the queues (60 s).

use super::MessageStore;
use super::commit_log::Record;

/// `flushConsumeQueueThoroughInterval`: the checkpoint is written so often, ms.
const CHECKPOINT_MILLIS: i64 = 60_000;
/// What a checkpoint is not believed (`StoreCheckpoint.getMinTimestamp`), ms.
const DOUBT_MILLIS: i64 = 3_000;

impl MessageStore {
    /// What is left after an orderly end. The next process dispatches what begins behind the last
    /// record of all queues: where a topic was deleted that had newer ones, these but the first.
    #[must_use]
    pub fn stopped(mut self) -> Self {
        let last = self.log.records().checked_sub(1).and_then(|last| self.log.store_time(last));
        self.checkpoint = last.unwrap_or(self.checkpoint);
        let queues = self.topics.iter().flat_map(|topic| &topic.queues);
        let last =
            queues.filter_map(|queue| queue.record(queue.max_offset().checked_sub(1)?)).max();
        let last = last.and_then(|last| self.log.record(last));
        let behind = |last: Record| last.physical + u64::from(last.size) + 1;
        let start = last.map_or(0, |last| self.log.first_from(behind(last)));
        self.index.keep(self.dispatched);
        self.dispatched = self.dispatched.min(start.max(self.log.first()));
        self
    }

    /// What is left after a process crash, or after a power loss that left the first `flushed`
    /// bytes of the log. The process that starts from here dispatches the rest and opens it
    /// ([`Self::open`]).
    ///
    /// The log is dispatched anew from the file on that the checkpoint points to. What a queue has
    /// already is passed over: queues of a topic that was deleted come back.
    #[must_use]
    pub fn recovered(mut self, flushed: Option<u64>) -> Self {
        self.checkpoint = self.last_checkpoint();
        if let Some(bytes) = flushed {
            self.log.cut(bytes);
        }
        let known = self.dispatched.min(self.log.records());
        let start = self.recovery_start().min(known);
        if flushed.is_some() {
            let physical = self.log.physical_of(start);
            let queues = self.topics.iter_mut().flat_map(|topic| &mut topic.queues);
            queues.for_each(|queue| queue.cut(start, physical));
        }
        self.index.recover(self.log.records());
        self.dispatched = start;
        while self.dispatched < known && self.dispatch().is_some() {}
        self
    }

    /// Where the log was read from on when the process began: its files from there on are in
    /// memory, even after a power loss.
    pub fn recovered_from(&self) -> u64 {
        self.log.file_begin(self.log.physical_of(self.recovery_start()))
    }

    fn recovery_start(&self) -> u64 {
        self.log.recovery_start(self.checkpoint - DOUBT_MILLIS)
    }

    /// The process is up, and knows the next position of each queue where everything is
    /// dispatched. `wall`: ms since 1970.
    pub fn open(&mut self, wall: i64) {
        if !self.is_behind() {
            self.renumber();
        }
        self.opened = wall;
    }

    /// What the checkpoint says when the process ends now, which is the time of the last record.
    fn last_checkpoint(&self) -> i64 {
        let Some(last) = self.dispatched.checked_sub(1) else { return self.checkpoint };
        let age = self.log.store_time(last).map_or(0, |last| last - self.opened);
        if age < CHECKPOINT_MILLIS {
            return self.checkpoint;
        }
        let written = self.opened + age / CHECKPOINT_MILLIS * CHECKPOINT_MILLIS;
        let newest = self.log.newest_until(written).and_then(|it| self.log.store_time(it));
        newest.unwrap_or(self.checkpoint)
    }
}
