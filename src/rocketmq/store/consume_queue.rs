//! A consume queue: one entry of 20 bytes for each message of a topic's queue.
//!
//! Follows `ConsumeQueue` and `QueueOffsetOperator`. An entry also keeps the record's number in the
//! log, which saves a search and is not part of RocketMQ's 20 bytes.

use crate::kernel::chunks::Chunks;
use crate::kernel::digest::{Digest, Digestible};
use crate::rocketmq::topic::java_hash;

use super::commit_log::Record;

/// An entry: position and size of the record, hash of its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CqUnit {
    /// Position in the log.
    pub physical: u64,
    /// Bytes of the record.
    pub size: u32,
    /// Number of the record in the log.
    pub record: u32,
    /// `tagsCode`: the tag's Java hash, 0 without a tag.
    pub tags_code: i64,
}

impl CqUnit {
    pub(super) fn of(record: &Record, number: u64) -> Self {
        let tag = record.message.template.tag;
        Self {
            physical: record.physical,
            size: record.size,
            record: u32::try_from(number).expect("fewer records than u32 can count"),
            tags_code: tag.map_or(0, |tag| i64::from(java_hash(tag.as_str()))),
        }
    }
}

/// The entries of one queue.
///
/// Invariant: `units.len() <= assigned`, which is equal once everything is dispatched.
#[derive(Clone, Debug, Default)]
pub struct ConsumeQueue {
    units: Chunks<CqUnit>,
    assigned: u64,
}

impl ConsumeQueue {
    /// The next position; the entry itself comes with the dispatch.
    pub(super) fn assign(&mut self) -> u64 {
        self.assigned += 1;
        self.assigned - 1
    }

    /// A position was given away: a topic that was deleted and made again begins anew.
    pub(super) fn assigned_at(&mut self, offset: u64) {
        self.assigned = offset + 1;
    }

    pub(super) fn dispatch(&mut self, unit: CqUnit, offset: u64) {
        if offset == 0 {
            // A topic that was deleted and made again begins anew.
            self.units = Chunks::default();
        }
        assert_eq!(offset, self.units.len(), "a queue is filled in order, without gaps");
        self.units.push(unit);
    }

    /// The first position (nothing is cleaned yet).
    pub fn min_offset(&self) -> u64 {
        0
    }

    /// One past the last entry.
    pub fn max_offset(&self) -> u64 {
        self.units.len()
    }

    /// How many of the first entries satisfy `is_early`, which no later one may do again.
    pub(super) fn count_while(&self, is_early: impl Fn(&CqUnit) -> bool) -> u64 {
        self.units.partition_point(is_early)
    }

    /// An entry.
    pub fn unit(&self, offset: u64) -> Option<&CqUnit> {
        self.units.get(offset)
    }
}

impl Digestible for CqUnit {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.physical);
        digest.word(u64::from(self.size));
        digest.word(self.tags_code.cast_unsigned());
    }
}

impl Digestible for ConsumeQueue {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.assigned);
        digest.put(&self.units);
    }
}
