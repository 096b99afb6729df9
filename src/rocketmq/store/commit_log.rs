//! The commit log: exact sizes and offsets, records kept as their fields.
//!
//! Follows `CommitLog` and `MessageExtEncoder` (version 1, IPv4). A file that cannot take a record
//! and the 8 bytes of a blank one ends with the blank; the record begins the next file.

use crate::kernel::chunks::Chunks;
use crate::kernel::digest::{Digest, Digestible};
use crate::rocketmq::message::{Message, RECORD_OVERHEAD};
use crate::rocketmq::remoting::PulledMessage;

/// Longest topic of a record of version 1.
const MOST_TOPIC_V1: u32 = 127;
/// `mappedFileSizeCommitLog`.
const FILE_BYTES: u64 = 1 << 30;
/// Kept free at the end of each file for the header of a blank record.
const BLANK_BYTES: u64 = 8;

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Position in the log.
    pub physical: u64,
    /// Bytes.
    pub size: u32,
    /// Queue id.
    pub queue: u32,
    /// Position in the queue.
    pub offset: u64,
    /// Broker's clock at the append, ms since 1970.
    pub store_time: i64,
    /// The message.
    pub message: Message,
}

impl Record {
    /// As an answer carries it.
    pub fn pulled(&self) -> PulledMessage {
        PulledMessage {
            offset: self.offset,
            physical: self.physical,
            size: self.size,
            reconsume_times: self.message.reconsume_times(),
            queue: self.queue,
            store_time: self.store_time,
            message: self.message.clone(),
        }
    }
}

/// All records of a broker.
#[derive(Clone, Debug, Default)]
pub struct CommitLog {
    records: Chunks<Record>,
    end: u64,
}

impl CommitLog {
    /// Appends a message. `extra_bytes`: the properties that the broker adds.
    pub(super) fn append(
        &mut self,
        message: Message,
        (queue, offset): (u32, u64),
        extra_bytes: u32,
        store_time: i64,
    ) -> &Record {
        let size = record_bytes(&message) + extra_bytes;
        let physical = self.place_for(u64::from(size));
        self.end = physical + u64::from(size);
        self.records.push(Record { physical, size, queue, offset, store_time, message });
        self.records.last().expect("a record was just appended")
    }

    /// Bytes so far: where the next record would go.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Records so far.
    pub fn records(&self) -> u64 {
        self.records.len()
    }

    /// The record with this number.
    pub fn record(&self, number: u64) -> Option<&Record> {
        self.records.get(number)
    }

    /// The record that begins at `physical`.
    pub fn at(&self, physical: u64) -> Option<&Record> {
        let number = self.records.partition_point(|record| record.physical < physical);
        self.records.get(number).filter(|record| record.physical == physical)
    }

    /// The records that lie wholly before `bytes`.
    pub(super) fn cut(&self, bytes: u64) -> Self {
        let mut log = Self::default();
        let whole = |record: &&Record| record.physical + u64::from(record.size) <= bytes;
        for record in self.records.iter().take_while(whole) {
            log.end = record.physical + u64::from(record.size);
            log.records.push(record.clone());
        }
        log
    }

    fn place_for(&self, size: u64) -> u64 {
        let left = FILE_BYTES - self.end % FILE_BYTES;
        if size + BLANK_BYTES > left { self.end + left } else { self.end }
    }
}

/// Bytes of a record besides what the broker adds to the properties.
fn record_bytes(message: &Message) -> u32 {
    let topic = u32::try_from(message.template.topic.as_str().len()).expect("topics are short");
    // Version 2 of a record has one byte more for the length of its topic.
    let version = u32::from(topic > MOST_TOPIC_V1);
    RECORD_OVERHEAD + version + message.body_bytes() + topic + message.client_property_bytes()
}

impl Digestible for Record {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.physical);
        digest.word(u64::from(self.size) << 32 | u64::from(self.queue));
        digest.word(self.offset);
        digest.put(&self.message);
    }
}

impl Digestible for CommitLog {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.end);
        digest.put(&self.records);
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::facts::MsgKey;
    use crate::kernel::name::Name;
    use crate::rocketmq::message::{Body, ProcessIdentity, Template};

    fn message(bytes: u32) -> Message {
        let topic = Name::new("T");
        let template =
            Rc::new(Template { topic, tag: None, keys: None, body: Body::Synthetic(bytes) });
        let maker = ProcessIdentity { ip: [10, 0, 0, 1], pid: 1, loader: 1 };
        Message { key: MsgKey::default(), template, round: 0, born: 0, maker }
    }

    #[test]
    fn a_record_that_does_not_fit_with_a_blank_begins_the_next_file() {
        let mut log = CommitLog::default();
        let fixed = record_bytes(&message(0));
        let half = u32::try_from(FILE_BYTES / 2).unwrap();
        log.append(message(half - fixed), (0, 0), 0, 0);
        log.append(message(half - fixed - 8), (0, 1), 0, 0);
        assert_eq!(log.end(), FILE_BYTES - 8, "eight bytes are left for the blank record");
        log.append(message(0), (0, 2), 0, 0);
        assert_eq!(log.record(2).unwrap().physical, FILE_BYTES);
        assert_eq!(log.at(FILE_BYTES).unwrap().offset, 2);
        assert_eq!(log.cut(FILE_BYTES).records(), 2);
    }
}
