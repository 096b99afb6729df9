//! A consume queue: one entry for each message of a topic's queue.
//!
//! Follows `ConsumeQueue` and `QueueOffsetOperator`. An entry is kept as the number of its record
//! in the log; what RocketMQ's 20 bytes say is made from that when somebody looks.

use crate::kernel::columns::Columns;

use super::commit_log::Record;

/// An entry: position and size of the record, hash of its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CqUnit {
    /// Position in the log.
    pub physical: u64,
    /// Bytes of the record.
    pub size: u32,
    /// `tagsCode`: the tag's Java hash, 0 without a tag.
    pub tags_code: i64,
}

impl From<&Record> for CqUnit {
    fn from(record: &Record) -> Self {
        let &Record { physical, size, tags_code, .. } = record;
        Self { physical, size, tags_code }
    }
}

/// The entries of one queue.
///
/// Invariant: `max_offset() <= assigned`, which is equal once everything is dispatched.
#[derive(Clone, Debug)]
pub struct ConsumeQueue {
    /// Numbers of the records, from position `first` on.
    records: Columns,
    first: u64,
    /// Everything before this position is deleted.
    cleaned: u64,
    assigned: u64,
    /// Everything up to here in the log was dispatched to it (`maxPhysicOffset`).
    end_physical: u64,
}

impl Default for ConsumeQueue {
    fn default() -> Self {
        Self { records: Columns::new(1), first: 0, cleaned: 0, assigned: 0, end_physical: 0 }
    }
}

impl ConsumeQueue {
    /// The next position; the entry itself comes with the dispatch.
    pub(super) fn assign(&mut self) -> u64 {
        self.assigned += 1;
        self.assigned - 1
    }

    /// The position was given away, by the broker that this one copies.
    pub(super) fn assigned_at(&mut self, offset: u64) {
        self.assigned = self.assigned.max(offset + 1);
    }

    /// `putMessagePositionInfo`: a record that was dispatched before is passed over, and so is one
    /// with a position that is taken. An empty queue may begin anywhere.
    pub(super) fn dispatch(&mut self, number: u64, record: &Record) {
        let end = record.physical + u64::from(record.size);
        if end <= self.end_physical {
            return;
        }
        if self.records.is_empty() {
            self.first = record.offset;
        } else if (1..self.max_offset()).contains(&record.offset) {
            return;
        }
        self.end_physical = end;
        self.records.push(&[number]);
    }

    /// What is left when records from `number` on, which lies at `physical`, are gone.
    pub(super) fn cut(&mut self, number: u64, physical: u64) {
        self.records.truncate(self.records.first_from(0, number));
        self.end_physical = self.end_physical.min(physical);
    }

    /// The next position is the one after the last entry.
    pub(super) fn reassign(&mut self) {
        self.assigned = self.max_offset();
    }

    /// The first position.
    pub fn min_offset(&self) -> u64 {
        self.first.max(self.cleaned.min(self.max_offset()))
    }

    /// Entries of records before `number` are deleted.
    pub(super) fn clean(&mut self, number: u64) {
        self.cleaned = self.first + self.records.first_from(0, number);
    }

    /// One past the last entry.
    pub fn max_offset(&self) -> u64 {
        self.first + self.records.len()
    }

    /// The next position that is given away.
    pub(super) fn assigned(&self) -> u64 {
        self.assigned
    }

    /// The number of an entry's record in the log.
    #[inline]
    pub(super) fn record(&self, offset: u64) -> Option<u64> {
        let offset = Some(offset).filter(|offset| *offset >= self.min_offset())?;
        self.records.get(offset - self.first, 0)
    }

    /// The newest positions, the last one first.
    pub(super) fn newest(&self) -> impl Iterator<Item = u64> + use<> {
        let first = self.first;
        self.records.newest().map(move |row| first + row)
    }
}
