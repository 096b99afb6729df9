//! Any bytes into every decoder: a value or an error, never a panic; and what is written is read.

use std::net::{IpAddr, SocketAddr};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use rocketscope::rocketmq::broker::filter::sql92::Sql92;
use rocketscope::rocketmq::extra_info::{ExtraInfo, RetryKind};
use rocketscope::rocketmq::filter::TagSubscription;
use rocketscope::rocketmq::topic_names::{validate_group, validate_topic};
use rocketscope::wire::header::SendHeader;
use rocketscope::wire::json::Json;
use rocketscope::wire::message::batch::{self, BatchMessage};
use rocketscope::wire::message::id::{OffsetMessageId, UniqueKey};
use rocketscope::wire::message::record::{Record, read_records, read_stored};
use rocketscope::wire::message::{properties, sys_flag};
use rocketscope::wire::{
    Command, ExtFields, FRAME_MAX_BYTES, FrameDecoder, Language, Serialize, decode_frame,
    encode_frame,
};

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 1..12).prop_map(String::from_iter)
}

fn command() -> impl Strategy<Value = Command> {
    let numbers = (any::<i16>(), any::<i16>(), any::<i32>(), any::<i32>());
    let kinds = (any::<bool>(), 0_u8..14);
    let ext = prop::collection::btree_map(text(), text(), 0..6);
    (numbers, kinds, prop::option::of(text()), ext, bytes()).prop_map(
        |((code, version, opaque, flag), (binary, language), remark, ext, body)| Command {
            serialize: if binary { Serialize::RocketMq } else { Serialize::Json },
            code: code.into(),
            language: Language::of_byte(language),
            version: version.into(),
            opaque,
            flag,
            remark,
            ext,
            body,
        },
    )
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::Int),
        select(vec!["0.0", "-1.5e300", "18446744073709551616"])
            .prop_map(|text| { Json::Number(text.to_owned()) }),
        text().prop_map(Json::Text),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::List),
            prop::collection::vec((json_key(inner.clone()), inner), 0..6).prop_map(Json::Map),
        ]
    })
}

/// A bare word as a key is a name, so that null, true and false are none.
fn json_key(value: impl Strategy<Value = Json>) -> impl Strategy<Value = Json> {
    value.prop_map(|key| {
        let bare = matches!(key, Json::Null | Json::Bool(_));
        if bare { Json::text("") } else { key }
    })
}

fn host() -> impl Strategy<Value = SocketAddr> {
    let v4 = any::<[u8; 4]>().prop_map(IpAddr::from);
    let v6 = any::<[u8; 16]>().prop_map(IpAddr::from);
    (prop_oneof![v4, v6], any::<u16>()).prop_map(SocketAddr::from)
}

fn record() -> impl Strategy<Value = Record> {
    let numbers = (any::<[i32; 4]>(), any::<[i64; 5]>());
    let topic = prop_oneof![text(), Just("t".repeat(128)), Just("t".repeat(127))];
    (numbers, host(), host(), bytes(), topic, text()).prop_map(
        |((ints, longs), born_host, store_host, body, topic, properties)| {
            let [queue_id, flag, sys_flag, reconsume_times] = ints;
            let [queue_offset, physical, born_timestamp, store_timestamp, prepared] = longs;
            let record = Record {
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
                prepared_transaction_offset: prepared,
                body,
                topic,
                properties,
            };
            Record { sys_flag: record.whole_sys_flag(), ..record }
        },
    )
}

/// Words of SQL92, more or less in an order that makes sense.
fn sql() -> impl Strategy<Value = String> {
    let words = vec![
        "a",
        "b",
        "NOT",
        "AND",
        "OR",
        "(",
        ")",
        "=",
        "<>",
        "<",
        ">=",
        "-",
        "+",
        "5",
        "07",
        "10L",
        "2.5",
        "1e3",
        "0.0",
        "'5'",
        "'it''s'",
        "TRUE",
        "FALSE",
        "NULL",
        "IS",
        "IS NULL",
        "IN",
        "IN ('5', 'x')",
        "BETWEEN 1 AND 5",
        "BETWEEN",
        "CONTAINS 'a'",
        "STARTSWITH",
        "a = 5",
        "b > a",
        "/* c */",
        "--",
        "\n",
        "'",
        ".",
        "#",
        "é",
    ];
    prop::collection::vec(select(words), 1..14).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in bytes()) {
        let _ = decode_frame(&bytes);
        let _ = Json::parse(&bytes);
        let _ = read_stored(&bytes);
        let _ = read_records(&bytes);
        let _ = batch::decode(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let _ = properties::decode(&text);
        let _ = OffsetMessageId::parse(&text);
        let _ = UniqueKey::parse(&text);
        let _ = ExtraInfo::parse(&text);
        let _ = TagSubscription::parse(Some(&text));
        let _ = (validate_topic(&text), validate_group(&text));
        let _ = Sql92::compile(&text);
    }

    #[test]
    fn any_stream_holds_no_more_than_it_was_fed(pieces in prop::collection::vec(bytes(), 0..6)) {
        let mut decoder = FrameDecoder::default();
        let mut fed = 0;
        for piece in &pieces {
            decoder.feed(piece);
            fed += piece.len();
            while let Ok(Some(_)) = decoder.next_command() {}
            prop_assert!(decoder.waiting() <= fed.min(FRAME_MAX_BYTES as usize));
        }
    }

    #[test]
    fn a_frame_with_a_wrong_byte_is_a_frame_or_an_error(
        command in command(),
        at in any::<Index>(),
        byte in any::<u8>(),
        cut in any::<Index>(),
    ) {
        let mut frame = encode_frame(&command);
        let at = at.index(frame.len());
        frame[at] = byte;
        let mut decoder = FrameDecoder::with_limit(4_096);
        decoder.feed(&frame);
        let _ = decoder.next_command();
        let _ = decode_frame(&frame[4..4 + cut.index(frame.len() - 4)]);
    }

    #[test]
    fn a_record_with_a_wrong_byte_is_a_record_or_an_error(
        record in record(),
        at in any::<Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = record.encode();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = read_records(&bytes);
    }

    #[test]
    fn commands_are_read_as_they_were_written(commands in prop::collection::vec(command(), 0..4)) {
        let stream: Vec<u8> = commands.iter().flat_map(encode_frame).collect();
        let mut decoder = FrameDecoder::default();
        let mut found = Vec::new();
        for piece in stream.chunks(97) {
            decoder.feed(piece);
            while let Some(command) = decoder.next_command().expect("good frames") {
                found.push(command);
            }
        }
        prop_assert_eq!(found, commands);
    }

    #[test]
    fn json_is_read_as_it_was_written(json in json()) {
        prop_assert_eq!(Json::parse(&json.to_bytes()), Ok(json));
    }

    #[test]
    fn records_are_read_as_they_were_written(records in prop::collection::vec(record(), 0..4)) {
        let bytes: Vec<u8> = records.iter().flat_map(Record::encode).collect();
        let found = read_records(&bytes).expect("whole records");
        let sizes = found.iter().map(|read| read.size as usize).sum::<usize>();
        prop_assert_eq!(sizes, bytes.len());
        let found: Vec<Record> = found.into_iter().map(|read| read.record).collect();
        prop_assert_eq!(found, records);
    }

    #[test]
    fn batches_are_read_as_they_were_written(
        messages in prop::collection::vec((any::<i32>(), bytes(), text()), 0..5),
    ) {
        let message = |(flag, body, properties)| BatchMessage { flag, body, properties };
        let messages: Vec<BatchMessage> = messages.into_iter().map(message).collect();
        prop_assert_eq!(batch::decode(&batch::encode(&messages)), Ok(messages));
    }

    #[test]
    fn ids_are_read_as_they_were_written(host in host(), physical in any::<i64>()) {
        let id = OffsetMessageId { store_host: host, physical };
        prop_assert_eq!(OffsetMessageId::parse(&id.to_string()), Ok(id));
        let key = UniqueKey { ip: host.ip(), pid: 1, loader: 2, millis: 3, counter: host.port() };
        prop_assert_eq!(UniqueKey::parse(&key.to_string()), Ok(key));
    }

    #[test]
    fn properties_are_read_as_they_were_written(
        given in prop::collection::btree_map("[^\u{1}\u{2}]{1,9}", "[^\u{1}\u{2}]{1,9}", 0..6),
    ) {
        let pairs = given.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let text = properties::encode(pairs.clone());
        prop_assert_eq!(properties::decode(&text), pairs.collect());
    }

    #[test]
    fn handles_are_read_as_they_were_written(
        longs in any::<[i64; 3]>(),
        ints in any::<[i32; 2]>(),
        offset in prop::option::of(any::<i64>()),
    ) {
        let [ck_offset, pop_time, invisible_time] = longs;
        let [revive_queue, queue] = ints;
        let (retry, broker) = (RetryKind::V1, "broker-a".to_owned());
        let handle = ExtraInfo {
            ck_offset, pop_time, invisible_time, revive_queue, retry, broker, queue, offset,
        };
        prop_assert_eq!(ExtraInfo::parse(&handle.to_string()), Ok(handle));
    }

    #[test]
    fn send_headers_take_any_fields(code in select(vec![10, 310]), ext in any_fields()) {
        let decoded = SendHeader::decode(code, &ext);
        if let Ok(header) = decoded {
            prop_assert_eq!(SendHeader::decode(code, &header.encode(code)), Ok(header));
        }
    }

    #[test]
    fn any_expression_compiles_or_not_and_gives_something(
        text in sql(),
        a in prop::option::of(select(vec!["5", "2.5", "true", "", "x", "9223372036854775807"])),
        b in prop::option::of(select(vec!["1e3", "-3", "false", "it's"])),
    ) {
        if let Ok(sql) = Sql92::compile(&text) {
            let given = sql.evaluate(|name| if name == "a" { a } else { b });
            let matches = sql.matches(|name| if name == "a" { a } else { b });
            prop_assert_eq!(matches, given == Ok(Some(true)));
        }
    }

    #[test]
    fn flags_are_read_without_panic(flag in any::<i32>()) {
        let transaction = sys_flag::Transaction::of(flag);
        prop_assert_eq!(transaction.put_into(flag), flag);
        let _ = sys_flag::Compression::of(flag);
    }
}

/// Fields that are often those of a send.
fn any_fields() -> impl Strategy<Value = ExtFields> {
    let names = vec![
        "a",
        "b",
        "c",
        "d",
        "e",
        "f",
        "g",
        "h",
        "producerGroup",
        "topic",
        "defaultTopic",
        "queueId",
        "defaultTopicQueueNums",
        "sysFlag",
        "bornTimestamp",
        "flag",
    ];
    let value = prop_oneof![9 => Just("7".to_owned()), 1 => text()];
    let all = prop::collection::vec(value, names.len());
    all.prop_map(move |values| names.iter().map(|name| (*name).to_owned()).zip(values).collect())
}
