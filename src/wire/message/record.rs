//! A commit-log record, which is also what a pulled message looks like.
//!
//! Follows `MessageDecoder.decode`, `MessageExtEncoder` and `MessageVersion`.

use std::net::SocketAddr;

use crate::rocketmq::hashes::body_crc;
use crate::wire::bytes::{Reader, length32};
use crate::wire::error::WireError;

use super::id::{OffsetMessageId, host_bytes, read_host};
use super::sys_flag::{BORN_HOST_V6, STORE_HOST_V6};

/// What errors call it.
const RECORD: &str = "a record";
/// `MESSAGE_MAGIC_CODE`.
const MAGIC_V1: u32 = 0xDAA3_20A7;
/// `MESSAGE_MAGIC_CODE_V2`: the topic's length has two bytes.
const MAGIC_V2: u32 = 0xDAA3_20AB;
/// `BLANK_MAGIC_CODE`: the rest of a file that could not take the next record.
const MAGIC_BLANK: u32 = 0xCBD4_3194;
/// What a blank record has at least: its size and its magic.
const BLANK_BYTES: u32 = 8;
/// Longest topic of version 1, in bytes.
const MOST_TOPIC_V1: usize = 127;

/// A record. Its version follows from the topic's length, its checksum from its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Queue.
    pub queue_id: i32,
    /// The program's flag.
    pub flag: i32,
    /// Position in the queue.
    pub queue_offset: i64,
    /// Position in the log.
    pub physical: i64,
    /// Bits of [`super::sys_flag`]; those of the hosts follow from the hosts.
    pub sys_flag: i32,
    /// When the client made it, ms since 1970.
    pub born_timestamp: i64,
    /// The client.
    pub born_host: SocketAddr,
    /// When the broker stored it, ms since 1970.
    pub store_timestamp: i64,
    /// The broker.
    pub store_host: SocketAddr,
    /// How often it was sent back.
    pub reconsume_times: i32,
    /// Where its half message is.
    pub prepared_transaction_offset: i64,
    /// Body.
    pub body: Vec<u8>,
    /// Topic.
    pub topic: String,
    /// Properties as one text ([`super::properties`]).
    pub properties: String,
}

/// A record that was read, with what does not follow from its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRecord {
    /// The record.
    pub record: Record,
    /// Bytes.
    pub size: u32,
    /// The checksum that it holds: nobody checks it while pulling.
    pub body_crc: u32,
}

/// What stands at a place of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// A record.
    Record(Box<ReadRecord>),
    /// The blank rest of a file, so many bytes long.
    Blank(u32),
}

impl Record {
    /// The record's bytes, checksum included.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0; 4];
        let v2 = self.topic.len() > MOST_TOPIC_V1;
        bytes.extend(if v2 { MAGIC_V2 } else { MAGIC_V1 }.to_be_bytes());
        bytes.extend(body_crc(&self.body).to_be_bytes());
        self.encode_places(&mut bytes);
        bytes.extend(length32(self.body.len()));
        bytes.extend(&self.body);
        let topic = u16::try_from(self.topic.len()).expect("topics are short").to_be_bytes();
        bytes.extend(if v2 { &topic[..] } else { &topic[1..] });
        bytes.extend(self.topic.as_bytes());
        let properties = u16::try_from(self.properties.len());
        let properties = properties.expect("the broker refuses properties of 32 KiB and more");
        bytes.extend(properties.to_be_bytes());
        bytes.extend(self.properties.as_bytes());
        let size = length32(bytes.len());
        bytes[..4].copy_from_slice(&size);
        bytes
    }

    /// The fields of fixed size from the queue on.
    fn encode_places(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.queue_id.to_be_bytes());
        bytes.extend(self.flag.to_be_bytes());
        bytes.extend(self.queue_offset.to_be_bytes());
        bytes.extend(self.physical.to_be_bytes());
        bytes.extend(self.whole_sys_flag().to_be_bytes());
        bytes.extend(self.born_timestamp.to_be_bytes());
        bytes.extend(host_bytes(self.born_host));
        bytes.extend(self.store_timestamp.to_be_bytes());
        bytes.extend(host_bytes(self.store_host));
        bytes.extend(self.reconsume_times.to_be_bytes());
        bytes.extend(self.prepared_transaction_offset.to_be_bytes());
    }

    /// The flag with the bits that follow from the hosts.
    pub fn whole_sys_flag(&self) -> i32 {
        let bit = |host: SocketAddr, bit| if host.is_ipv6() { bit } else { 0 };
        let rest = self.sys_flag & !(BORN_HOST_V6 | STORE_HOST_V6);
        rest | bit(self.born_host, BORN_HOST_V6) | bit(self.store_host, STORE_HOST_V6)
    }

    /// Where it is stored, as an id.
    pub fn offset_message_id(&self) -> OffsetMessageId {
        OffsetMessageId { store_host: self.store_host, physical: self.physical }
    }

    fn read(reader: &mut Reader<'_>, v2: bool) -> Result<Self, WireError> {
        let (queue_id, flag) = (reader.i32()?, reader.i32()?);
        let (queue_offset, physical) = (reader.i64()?, reader.i64()?);
        let sys_flag = reader.i32()?;
        let born_timestamp = reader.i64()?;
        let born_host = read_host(reader, sys_flag & BORN_HOST_V6 != 0)?;
        let store_timestamp = reader.i64()?;
        let store_host = read_host(reader, sys_flag & STORE_HOST_V6 != 0)?;
        let reconsume_times = reader.i32()?;
        let prepared_transaction_offset = reader.i64()?;
        let length = reader.i32()?;
        let body = reader.counted(length, "a body")?.to_vec();
        let length = if v2 { reader.i16()? } else { i8_of(reader.u8()?).into() };
        let topic = reader.text(length, "a topic")?;
        let length = reader.i16()?;
        let properties = reader.text(length, "properties")?;
        Ok(Self {
            queue_id,
            flag,
            queue_offset,
            physical,
            sys_flag,
            born_timestamp,
            born_host,
            store_timestamp,
            store_host,
            reconsume_times,
            prepared_transaction_offset,
            body,
            topic,
            properties,
        })
    }
}

/// Java's bytes are signed: a topic of version 1 with 128 bytes and more cannot be read.
fn i8_of(byte: u8) -> i8 {
    byte.cast_signed()
}

/// Reads what begins at the first byte, and gives the rest.
///
/// # Errors
///
/// Where it is cut, is neither record nor blank, or its parts do not fill its size.
pub fn read_stored(bytes: &[u8]) -> Result<(Stored, &[u8]), WireError> {
    let mut reader = Reader::new(bytes, RECORD);
    let size = reader.u32()?;
    let magic = reader.u32()?;
    let whole = bytes.split_at_checked(size as usize).ok_or(WireError::Cut { what: RECORD });
    if magic == MAGIC_BLANK {
        if size < BLANK_BYTES {
            return Err(WireError::BadLength { what: "a blank record", length: size.into() });
        }
        return Ok((Stored::Blank(size), whole.map_or(&[], |(_, rest)| rest)));
    }
    if magic != MAGIC_V1 && magic != MAGIC_V2 {
        return Err(WireError::BadValue { what: "a record's magic", value: magic.into() });
    }
    let (bytes, rest) = whole?;
    let mut reader = Reader::new(bytes, RECORD);
    reader.take(8)?;
    let body_crc = reader.u32()?;
    let record = Record::read(&mut reader, magic == MAGIC_V2)?;
    reader.end()?;
    Ok((Stored::Record(Box::new(ReadRecord { record, size, body_crc })), rest))
}

/// The records of a pull's body, one behind the other.
///
/// # Errors
///
/// Where anything but whole records stands there.
pub fn read_records(mut bytes: &[u8]) -> Result<Vec<ReadRecord>, WireError> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let (stored, rest) = read_stored(bytes)?;
        let Stored::Record(record) = stored else {
            let value = MAGIC_BLANK.into();
            return Err(WireError::BadValue { what: "a record's magic", value });
        };
        records.push(*record);
        bytes = rest;
    }
    Ok(records)
}

/// The blank rest of a file: its size and its magic, then nothing of meaning.
pub fn blank(bytes: u32) -> [u8; 8] {
    let mut blank = [0; 8];
    blank[..4].copy_from_slice(&bytes.to_be_bytes());
    blank[4..].copy_from_slice(&MAGIC_BLANK.to_be_bytes());
    blank
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            queue_id: 3,
            flag: 0,
            queue_offset: 7,
            physical: 6789,
            sys_flag: 0,
            born_timestamp: 1,
            born_host: SocketAddr::from(([10, 0, 0, 1], 50000)),
            store_timestamp: 2,
            store_host: SocketAddr::from(([192, 168, 0, 1], 10911)),
            reconsume_times: 0,
            prepared_transaction_offset: 0,
            body: b"hello".to_vec(),
            topic: "T".to_owned(),
            properties: String::new(),
        }
    }

    #[test]
    fn sizes_are_those_of_the_table() {
        assert_eq!(record().encode().len(), 91 + 5 + 1);
        let v6 = SocketAddr::from(([1, 2, 3, 4, 5, 6, 7, 8], 1));
        let long = Record { topic: "t".repeat(128), born_host: v6, ..record() };
        let bytes = long.encode();
        assert_eq!(bytes.len(), 91 + 12 + 1 + 5 + 128);
        let (stored, rest) = read_stored(&bytes).expect("a record");
        let Stored::Record(read) = stored else { panic!("{stored:?}") };
        assert_eq!(read.record, Record { sys_flag: BORN_HOST_V6, ..long });
        assert!(rest.is_empty());
    }

    #[test]
    fn records_stand_one_behind_the_other() {
        let two = [record().encode(), record().encode()].concat();
        let read = read_records(&two).expect("two records");
        assert_eq!(read.len(), 2);
        assert_eq!(
            read[1].record.offset_message_id().to_string(),
            "C0A8000100002A9F0000000000001A85"
        );
        assert_eq!(read[1].body_crc, body_crc(b"hello"));
        assert_eq!(read_records(&two[..two.len() - 1]), Err(WireError::Cut { what: RECORD }));
        let cut = blank(100);
        assert_eq!(read_stored(&cut), Ok((Stored::Blank(100), &[][..])), "a blank may be cut");
        assert!(read_stored(&blank(7)).is_err(), "one that ends in itself would never end");
    }
}
