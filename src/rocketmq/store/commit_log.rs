//! The commit log: exact sizes and offsets, records kept as their fields, in a few bytes each.
//!
//! Follows `CommitLog` and `MessageExtEncoder` (IPv4). A file that cannot take a record and the 8
//! bytes of a blank one ends with the blank; the record begins the next file.

use crate::facts::MsgKey;
use crate::kernel::columns::Columns;
use crate::kernel::digest::{Digest, Digestible};
use crate::rocketmq::message::Message;
use crate::rocketmq::remoting::PulledMessage;

use super::kinds::{Kind, Kinds};

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
    /// `tagsCode` of its queue's entry.
    pub tags_code: i64,
    /// Keys that an index keeps.
    pub(super) keys: usize,
    /// The message.
    pub message: Message,
}

impl Record {
    /// As an answer carries it.
    pub fn pulled(self) -> PulledMessage {
        PulledMessage {
            offset: self.offset,
            physical: self.physical,
            size: self.size,
            reconsume_times: self.message.reconsume_times(),
            queue: self.queue,
            store_time: self.store_time,
            message: self.message,
        }
    }
}

/// What a row keeps of a record, column by column.
mod column {
    pub(super) const PHYSICAL: usize = 0;
    pub(super) const KIND: usize = 1;
    pub(super) const QUEUE: usize = 2;
    pub(super) const OFFSET: usize = 3;
    pub(super) const SEQ: usize = 4;
    pub(super) const ROUND: usize = 5;
    pub(super) const STORE_TIME: usize = 6;
    /// ms from the message's birth to its append.
    pub(super) const AGE: usize = 7;
    pub(super) const COUNT: usize = 8;
}

/// All records of a broker.
#[derive(Clone, Debug)]
pub struct CommitLog {
    rows: Columns,
    kinds: Kinds,
    end: u64,
    /// `mappedFileSizeCommitLog`.
    file_bytes: u64,
    /// The first record that was not deleted, and where the deleted files ended.
    first: u64,
    deleted_to: u64,
    /// Store time of the last record, and whether none is earlier than the one before it.
    newest: i64,
    in_order: bool,
}

/// Where a record came to lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) physical: u64,
    pub(super) size: u32,
}

impl CommitLog {
    /// An empty log in files of so many bytes.
    pub fn new(file_bytes: u64) -> Self {
        let (rows, kinds) = (Columns::new(column::COUNT), Kinds::default());
        let (end, first, deleted_to, newest, in_order) = (0, 0, 0, i64::MIN, true);
        Self { rows, kinds, end, file_bytes, first, deleted_to, newest, in_order }
    }

    /// Appends a message. `extra_bytes`: the properties that the broker adds.
    pub(super) fn append(
        &mut self,
        message: &Message,
        (queue, offset): (u32, u64),
        extra_bytes: u32,
        store_time: i64,
    ) -> Place {
        let (number, kind) = self.kinds.of(message, extra_bytes);
        let size = kind.record_bytes(message.round);
        let physical = self.place_for(u64::from(size));
        self.push_row((physical, number), message, (queue, offset), store_time);
        self.end = physical + u64::from(size);
        Place { physical, size }
    }

    /// Bytes of the record of a message that came as bytes.
    pub(super) fn bytes_of(message: &Message) -> u64 {
        u64::from(Kind::of(message, 0).record_bytes(message.round))
    }

    /// Records of so many bytes that follow come to lie in one file, where one can take them; gives
    /// the bytes of the blank record before them.
    pub(super) fn make_room(&mut self, bytes: u64) -> u64 {
        let before = self.end;
        if bytes + BLANK_BYTES <= self.file_bytes {
            self.end = self.place_for(bytes);
        }
        self.end - before
    }

    /// Whole records from `from` on, `least` bytes of them where there are so many: their bytes in
    /// the log, a blank between two files included, and those that begin there.
    pub(super) fn piece(&self, from: u64, least: u64) -> (u64, Vec<Record>) {
        let (mut end, mut records) = (from, Vec::new());
        let mut number = self.rows.first_from(column::PHYSICAL, from);
        while let Some(record) = self.record(number).filter(|_| end - from < least) {
            end = record.physical + u64::from(record.size);
            records.push(record);
            number += 1;
        }
        (end - from, records)
    }

    /// Where a slave without a log begins: at the start of the last file.
    pub(super) fn last_file(&self) -> u64 {
        self.file_begin(self.end)
    }

    /// Where the file begins that a byte lies in.
    pub(super) fn file_begin(&self, physical: u64) -> u64 {
        physical - physical % self.file_bytes
    }

    /// Appends a record of a piece of another log; false where it does not go on where the last
    /// one ended: its first bytes are another one's.
    pub(super) fn copy(&mut self, record: &Record) -> bool {
        let last = self.rows.len().checked_sub(1).and_then(|last| self.record(last));
        let end = last.map_or(record.physical, |last| last.physical + u64::from(last.size));
        if record.physical != end && record.physical != end.next_multiple_of(self.file_bytes) {
            return false;
        }
        let (message, place) = (&record.message, (record.queue, record.offset));
        let number = self.kinds.of_record(message, record.size);
        self.push_row((record.physical, number), message, place, record.store_time);
        true
    }

    /// A piece of another log ends here.
    pub(super) fn ends_at(&mut self, end: u64) {
        self.end = end;
    }

    fn push_row(
        &mut self,
        (physical, kind): (u64, u32),
        message: &Message,
        (queue, offset): (u32, u64),
        store_time: i64,
    ) {
        self.in_order &= self.newest <= store_time;
        self.newest = store_time;
        self.rows.push(&[
            physical,
            u64::from(kind),
            u64::from(queue),
            offset,
            u64::from(message.key.seq),
            u64::from(message.round),
            store_time.cast_unsigned(),
            store_time.wrapping_sub(message.born).cast_unsigned(),
        ]);
    }

    /// Bytes so far: where the next record would go.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Records so far.
    pub fn records(&self) -> u64 {
        self.rows.len()
    }

    /// The record with this number.
    pub fn record(&self, number: u64) -> Option<Record> {
        let mut row = [0; column::COUNT];
        let is_there = number >= self.first && self.rows.read(number, &mut row);
        is_there.then(|| self.restored(&row))
    }

    /// The record that begins at `physical`.
    pub fn at(&self, physical: u64) -> Option<Record> {
        let number = self.rows.first_from(column::PHYSICAL, physical);
        self.record(number).filter(|record| record.physical == physical)
    }

    /// When a record was stored, ms since 1970.
    pub fn store_time(&self, number: u64) -> Option<i64> {
        self.rows.get(number, column::STORE_TIME).map(u64::cast_signed)
    }

    /// Where the log begins: with its first file.
    pub(super) fn begin(&self) -> u64 {
        let first = self.physical_of(self.first);
        self.deleted_to.max(first - first % self.file_bytes)
    }

    /// Files that are there.
    pub(super) fn files(&self) -> u64 {
        let begin = self.begin();
        self.last_begins().max(begin) / self.file_bytes + 1 - begin / self.file_bytes
    }

    /// Where the last record begins.
    fn last_begins(&self) -> u64 {
        self.rows.len().checked_sub(1).map_or(0, |last| self.physical_of(last))
    }

    /// The first record behind the first file.
    pub(super) fn behind_first_file(&self) -> Option<u64> {
        let behind = self.begin() + self.file_bytes;
        Some(self.rows.first_from(column::PHYSICAL, behind)).filter(|it| *it < self.rows.len())
    }

    /// The first record that begins at a place or behind it.
    pub(super) fn first_from(&self, physical: u64) -> u64 {
        self.rows.first_from(column::PHYSICAL, physical)
    }

    /// The first record that was not deleted.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Gives the first record that is left.
    pub(super) fn delete_first_file(&mut self) -> u64 {
        self.first = self.behind_first_file().expect("the last file stays");
        let begin = self.physical_of(self.first);
        self.deleted_to = begin - begin % self.file_bytes;
        self.first
    }

    /// Where a record begins; the end of the log where there is none.
    pub(super) fn physical_of(&self, number: u64) -> u64 {
        self.rows.get(number, column::PHYSICAL).unwrap_or(self.end)
    }

    /// False where the clock went back between two records.
    pub(super) fn is_in_order(&self) -> bool {
        self.in_order
    }

    /// The newest record that was stored up to a time.
    pub(super) fn newest_until(&self, millis: i64) -> Option<u64> {
        let is_early = |number: &u64| self.store_time(*number).is_some_and(|time| time <= millis);
        (0..self.records()).rev().find(is_early)
    }

    /// Where recovery begins after an abnormal end: with the first record of the newest file that
    /// begins no later than a time, or of the first file (`isMappedFileMatchedRecover`).
    pub(super) fn recovery_start(&self, millis: i64) -> u64 {
        let last = self.last_begins().max(self.begin());
        let files = (self.begin() / self.file_bytes..=last / self.file_bytes).rev();
        let first = |file| self.rows.first_from(column::PHYSICAL, file * self.file_bytes);
        let is_early = |first: &u64| self.store_time(*first).is_some_and(|time| time <= millis);
        files.map(first).find(is_early).unwrap_or(self.first)
    }

    /// Forgets the records that do not lie wholly before `bytes`. What is deleted stays so.
    pub(super) fn cut(&mut self, bytes: u64) {
        let mut kept = self.rows.first_from(column::PHYSICAL, bytes).max(self.first);
        let ends_at = |number: u64| {
            self.record(number).map_or(0, |last| last.physical + u64::from(last.size))
        };
        if kept > self.first && ends_at(kept - 1) > bytes {
            kept -= 1;
        }
        self.end = if kept > self.first { ends_at(kept - 1) } else { self.deleted_to };
        self.rows.truncate(kept);
        let last = kept.checked_sub(1).and_then(|last| self.store_time(last));
        self.newest = last.unwrap_or(i64::MIN);
    }

    fn restored(&self, row: &[u64; column::COUNT]) -> Record {
        let short = |value: u64| u32::try_from(value).expect("a u32 was put in");
        let kind = self.kinds.get(short(row[column::KIND]));
        let (round, store_time) =
            (short(row[column::ROUND]), row[column::STORE_TIME].cast_signed());
        let key = MsgKey { producer: kind.producer, seq: short(row[column::SEQ]) };
        let born = store_time.wrapping_sub(row[column::AGE].cast_signed());
        let (template, maker) = (kind.template.clone(), kind.maker);
        Record {
            physical: row[column::PHYSICAL],
            size: kind.record_bytes(round),
            queue: short(row[column::QUEUE]),
            offset: row[column::OFFSET],
            store_time,
            tags_code: kind.tags_code,
            keys: kind.keys,
            message: Message { key, template, round, born, maker },
        }
    }

    fn place_for(&self, size: u64) -> u64 {
        let left = self.file_bytes - self.end % self.file_bytes;
        if size + BLANK_BYTES > left { self.end + left } else { self.end }
    }
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
        digest.word(self.rows.len());
        let newest = self.rows.newest().filter_map(|number| self.record(number));
        newest.for_each(|record| digest.put(&record));
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::facts::MsgKey;
    use crate::kernel::name::Name;
    use crate::rocketmq::message::{Body, ProcessIdentity, Template};

    const FILE: u64 = 4096;

    fn message(bytes: u32) -> Message {
        let topic = Name::new("T");
        let template =
            Rc::new(Template { topic, tag: None, keys: None, body: Body::Synthetic(bytes) });
        let maker = ProcessIdentity { ip: [10, 0, 0, 1], pid: 1, loader: 1 };
        Message { key: MsgKey::default(), template, round: 0, born: 0, maker }
    }

    /// A record of so many bytes; gives where it lies.
    fn put(log: &mut CommitLog, offset: u64, bytes: u32) -> u64 {
        let fixed = CommitLog::new(FILE).append(&message(0), (0, 0), 0, 0).size;
        log.append(&message(bytes - fixed), (0, offset), 0, 0).physical
    }

    #[test]
    fn a_record_that_does_not_fit_with_a_blank_begins_the_next_file() {
        let mut log = CommitLog::new(FILE);
        assert_eq!(put(&mut log, 0, 2048), 0);
        assert_eq!(put(&mut log, 1, 2048 - 8), 2048);
        assert_eq!(log.end(), FILE - 8, "eight bytes are left for the blank record");
        assert_eq!(put(&mut log, 2, 512), FILE);
        assert_eq!(log.at(FILE).unwrap().offset, 2);
        log.cut(FILE + 511);
        assert_eq!((log.records(), log.end()), (2, FILE - 8));
    }

    #[test]
    fn a_cut_keeps_the_records_that_lie_wholly_before_it() {
        let mut log = CommitLog::new(FILE);
        (0..4).for_each(|offset| assert_eq!(put(&mut log, offset, 500), 500 * offset));
        log.cut(2000);
        assert_eq!((log.records(), log.end()), (4, 2000));
        log.cut(1999);
        assert_eq!((log.records(), log.end()), (3, 1500));
        log.cut(499);
        assert_eq!((log.records(), log.end()), (0, 0));
    }
}
