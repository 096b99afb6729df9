//! What stands on a broker's disk, and the ids and handles that point there.

use std::net::SocketAddr;

use crate::cli::conform::difference::Sides;
use crate::rocketmq::extra_info::{ExtraInfo, RetryKind};
use crate::rocketmq::hashes::body_crc;
use crate::rocketmq::store::IndexFile;
use crate::wire::WireError;
use crate::wire::json::Json;
use crate::wire::message::id::OffsetMessageId;
use crate::wire::message::record::{Record, read_records};

use super::case::{Bad, Case, base64};

/// The fields of a record.
const FIELDS: [&str; 14] = [
    "topic",
    "queueId",
    "flag",
    "queueOffset",
    "commitLogOffset",
    "sysFlag",
    "bornTimestamp",
    "bornHost",
    "storeTimestamp",
    "storeHost",
    "reconsumeTimes",
    "preparedTransactionOffset",
    "body",
    "properties",
];

/// A record's bytes from its fields, and its fields from the recorded bytes.
pub(super) fn commit_log_record(case: Case<'_>) -> Result<Sides, Bad> {
    let record = record(case)?;
    let bytes = record.encode();
    let decoded = match read_records(&case.bytes("record")?).as_deref() {
        Ok([read]) => fields(&read.record),
        Ok(_) => Json::text("not one record"),
        Err(error) => Json::text(error.to_string()),
    };
    let found = Json::object([
        ("storeSize", Json::Int(i64::try_from(bytes.len()).expect("records are small"))),
        ("bodyCRC", body_crc(&record.body).into()),
        ("msgId", Json::text(record.offset_message_id().to_string())),
        ("record", base64(&bytes)),
        ("decoded", decoded),
    ]);
    let [size, crc, id, bytes] = ["storeSize", "bodyCRC", "msgId", "record"];
    let recorded = [size, crc, id, bytes].map(|field| (field, case.json(field).clone()));
    let expected = recorded.into_iter().chain([("decoded", case.part(&FIELDS))]);
    Ok(Sides { expected: Json::object(expected), found })
}

fn record(case: Case<'_>) -> Result<Record, Bad> {
    Ok(Record {
        queue_id: case.number("queueId")?,
        flag: case.number("flag")?,
        queue_offset: case.number("queueOffset")?,
        physical: case.number("commitLogOffset")?,
        sys_flag: case.number("sysFlag")?,
        born_timestamp: case.number("bornTimestamp")?,
        born_host: case.parsed("bornHost", "an address")?,
        store_timestamp: case.number("storeTimestamp")?,
        store_host: case.parsed("storeHost", "an address")?,
        reconsume_times: case.number("reconsumeTimes")?,
        prepared_transaction_offset: case.number("preparedTransactionOffset")?,
        body: case.bytes("body")?,
        topic: case.text("topic")?.to_owned(),
        properties: case.text("properties")?.to_owned(),
    })
}

fn fields(record: &Record) -> Json {
    let values = [
        Json::text(&record.topic),
        record.queue_id.into(),
        record.flag.into(),
        record.queue_offset.into(),
        record.physical.into(),
        record.sys_flag.into(),
        record.born_timestamp.into(),
        Json::text(record.born_host.to_string()),
        record.store_timestamp.into(),
        Json::text(record.store_host.to_string()),
        record.reconsume_times.into(),
        record.prepared_transaction_offset.into(),
        base64(&record.body),
        Json::text(&record.properties),
    ];
    Json::object(FIELDS.into_iter().zip(values))
}

/// An index file's bytes after some puts.
pub(super) fn index_file(case: Case<'_>) -> Result<Sides, Bad> {
    let slots: u32 = case.number("slots")?;
    if slots == 0 {
        return Err(Bad::new("at least one slot", case.json("slots")));
    }
    let mut file = IndexFile::new(slots, case.number("indexes")?);
    for put in case.list("puts")? {
        let put = Case::new(put);
        file.put(put.text("key")?, put.number("offset")?, put.number("timestamp")?);
    }
    let found = Json::object([("file", base64(&file.bytes()))]);
    Ok(Sides { expected: case.part(&["file"]), found })
}

/// The id of an address and an offset, and back.
pub(super) fn message_id(case: Case<'_>) -> Result<Sides, Bad> {
    let store_host = SocketAddr::new(case.parsed("ip", "an address")?, case.number("port")?);
    let id = OffsetMessageId { store_host, physical: case.number("offset")? };
    let mut found = vec![("msgId", Json::text(id.to_string()))];
    found.extend(match OffsetMessageId::parse(case.text("msgId")?) {
        Ok(id) => id_fields(&id),
        Err(error) => vec![("ip", Json::text(WireError::to_string(&error)))],
    });
    let expected = case.part(&["msgId", "ip", "port", "offset"]);
    Ok(Sides { expected, found: Json::object(found) })
}

fn id_fields(id: &OffsetMessageId) -> Vec<(&'static str, Json)> {
    let host = id.store_host;
    let (ip, port) = (Json::text(host.ip().to_string()), Json::Int(host.port().into()));
    vec![("ip", ip), ("port", port), ("offset", id.physical.into())]
}

/// A popped message's handle, and what is read from it.
pub(super) fn pop_extra_info(case: Case<'_>) -> Result<Sides, Bad> {
    let handle = ExtraInfo {
        ck_offset: case.number("ckOffset")?,
        pop_time: case.number("popTime")?,
        invisible_time: case.number("invisibleTime")?,
        revive_queue: case.number("reviveQid")?,
        retry: RetryKind::of_topic(case.text("topic")?),
        broker: case.text("broker")?.to_owned(),
        queue: case.number("queueId")?,
        offset: case.json("offset").as_int(),
    };
    let read = ExtraInfo::parse(case.text("extraInfo")?).as_ref() == Ok(&handle);
    let found =
        Json::object([("extraInfo", Json::text(handle.to_string())), ("read", Json::Bool(read))]);
    let recorded = case.json("extraInfo").clone();
    let expected = Json::object([("extraInfo", recorded), ("read", Json::Bool(true))]);
    Ok(Sides { expected, found })
}
