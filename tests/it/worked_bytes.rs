//! The worked examples of the client reference that are bytes: frames, elements of batches, ids,
//! signatures.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use rocketscope::wire::acl;
use rocketscope::wire::message::batch::{self, BatchMessage};
use rocketscope::wire::message::id::{OffsetMessageId, UniqueKey};
use rocketscope::wire::message::properties;
use rocketscope::wire::{Command, Serialize, decode_frame, encode_frame};

/// As hexadecimal digits, without the blanks that the reference has.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn binary(command: Command) -> Vec<u8> {
    encode_frame(&Command { serialize: Serialize::RocketMq, ..command })
}

fn route_request() -> Command {
    Command::request(105, 0).with("topic", "TopicTest")
}

/// Client reference 10.6, row 1.
#[test]
fn a_question_for_a_route_in_json() {
    let frame = encode_frame(&route_request());
    let header = r#"{"code":105,"extFields":{"topic":"TopicTest"},"flag":0,"language":"JAVA","#;
    let rest = r#""opaque":0,"serializeTypeCurrentRPC":"JSON","version":479}"#;
    let header = [header, rest].concat();
    assert_eq!((frame.len(), header.len()), (139, 131));
    assert_eq!(hex(&frame[..8]), "0000008700000083");
    assert_eq!(String::from_utf8_lossy(&frame[8..]), header);
}

/// Client reference 10.6, row 2.
#[test]
fn a_question_for_a_route_in_bytes() {
    let frame = binary(route_request());
    assert_eq!(frame.len(), 49);
    let parts = [
        "0000002d",
        "01000029",
        "0069",
        "00",
        "01df",
        "00000000",
        "00000000",
        "00000000",
        "00000014",
        "0005",
        "746f706963",
        "00000009",
        "546f70696354657374",
    ];
    assert_eq!(hex(&frame), parts.concat());
}

/// Client reference 10.6, row 3.
#[test]
fn a_heartbeat_in_bytes() {
    let heartbeat = Command { body: b"{}".to_vec(), ..Command::request(34, 7) };
    let parts = [
        "0000001b", "01000015", "0022", "00", "01df", "00000007", "00000000", "00000000",
        "00000000", "7b7d",
    ];
    assert_eq!(hex(&binary(heartbeat)), parts.concat());
}

/// Client reference 10.6, row 4.
#[test]
fn a_refusal_in_bytes() {
    let answer = Command { remark: Some("No".to_owned()), ..Command::request(105, 5).answer(17) };
    let parts = ["0011", "00", "01df", "00000005", "00000001", "00000002", "4e6f", "00000000"];
    assert_eq!(hex(&binary(answer)[8..]), parts.concat());
}

/// Client reference 10.6, row 5.
#[test]
fn a_success_in_json() {
    let frame = encode_frame(&Command::request(34, 7).answer(0));
    let header = r#"{"code":0,"flag":1,"language":"JAVA","opaque":7,"#;
    let header = [header, r#""serializeTypeCurrentRPC":"JSON","version":479}"#].concat();
    assert_eq!(header.len(), 95);
    assert_eq!(hex(&frame[..8]), "000000630000005f");
    assert_eq!(String::from_utf8_lossy(&frame[8..]), header);
}

/// Client reference 10.6, row 6.
#[test]
fn the_codes_of_pop_are_cut_in_bytes() {
    for (code, cut) in [(200_050, 3442), (200_051, 3443), (200_151, 3543), (200_053, 3445)] {
        let frame = binary(Command::request(code, 1));
        assert_eq!(decode_frame(&frame[4..]).expect("a frame").code, cut, "{code}");
    }
}

/// Client reference 10.7, row 1.
#[test]
fn an_element_of_a_batch() {
    let properties = properties::encode([("TAGS", "TagA")]);
    let bytes = batch::encode(&[BatchMessage { flag: 0, body: b"hi".to_vec(), properties }]);
    let parts = [
        "00000022", "00000000", "00000000", "00000000", "00000002", "6869", "000a", "54414753",
        "01", "54616741", "02",
    ];
    assert_eq!((bytes.len(), hex(&bytes)), (34, parts.concat()));
}

/// Client reference 10.7, rows 2 to 3.
#[test]
fn the_two_ids_of_a_message() {
    let ip = IpAddr::V4(Ipv4Addr::new(192, 168, 0, 1));
    let stored = OffsetMessageId { store_host: SocketAddr::new(ip, 10_911), physical: 6789 };
    assert_eq!(stored.to_string(), "C0A8000100002A9F0000000000001A85");
    let (pid, loader, millis, counter) = (0x1234, 0x18B4_AAC2, 123_456_789, 1);
    let unique = UniqueKey { ip, pid, loader, millis, counter };
    assert_eq!(unique.to_string(), "C0A80001123418B4AAC2075BCD150001");
}

/// Client reference 10.7, row 4.
#[test]
fn a_signed_request() {
    let request = acl::signed(Command::request(105, 0).with("topic", "TopicTest"), "ak", "sk");
    assert_eq!(request.ext["AccessKey"], "ak");
    assert_eq!(request.ext["Signature"], "bUNDfLxxr02vTlIhHg73lpRhduQ=");
    assert_eq!(acl::signature(&request, "sk"), request.ext["Signature"], "not of itself");
    assert_ne!(acl::signature(&request, "sl"), request.ext["Signature"]);
}
