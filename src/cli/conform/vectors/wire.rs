//! Frames and properties.

use crate::cli::conform::difference::Sides;
use crate::wire::json::Json;
use crate::wire::message::properties;
use crate::wire::{Command, FrameDecoder, Serialize, WireError, encode_frame};

use super::case::{Bad, Case, base64};

/// Properties as text where they are given, and the text's properties.
pub(super) fn properties(case: Case<'_>) -> Result<Sides, Bad> {
    let mut found = Vec::new();
    let mut recorded = vec!["decoded"];
    if let Json::Map(pairs) = case.json("properties") {
        let pair = |(name, value): &(Json, Json)| (name.to_plain(), value.to_plain());
        let pairs: Vec<_> = pairs.iter().map(pair).collect();
        let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        found.push(("encoded", Json::text(properties::encode(pairs))));
        recorded.push("encoded");
    }
    let decoded = properties::decode(case.text("encoded")?);
    let decoded = decoded.into_iter().map(|(name, value)| (name, Json::text(value)));
    found.push(("decoded", Json::object(decoded)));
    Ok(Sides { expected: case.part(&recorded), found: Json::object(found) })
}

/// A frame's fields, and those of the frame that we make of them.
pub(super) fn remoting_frame(case: Case<'_>) -> Result<Sides, Bad> {
    let read = decode(&case.bytes("frame")?);
    let again = read.clone().and_then(|command| decode(&encode_frame(&command)));
    let told = |read: Result<Command, WireError>| match read {
        Ok(command) => fields(&command),
        Err(error) => Json::text(error.to_string()),
    };
    let expected = case.part(&FIELDS);
    let expected = Json::object([("decoded", expected.clone()), ("again", expected)]);
    let found = Json::object([("decoded", told(read)), ("again", told(again))]);
    Ok(Sides { expected, found })
}

const FIELDS: [&str; 9] =
    ["serialize", "code", "language", "version", "opaque", "flag", "remark", "ext", "body"];

/// The one command that the bytes hold.
fn decode(frame: &[u8]) -> Result<Command, WireError> {
    let mut decoder = FrameDecoder::default();
    decoder.feed(frame);
    let command = decoder.next_command()?.ok_or(WireError::Cut { what: "a frame" })?;
    let bytes = decoder.waiting();
    if bytes == 0 { Ok(command) } else { Err(WireError::LeftOver { what: "a frame", bytes }) }
}

fn fields(command: &Command) -> Json {
    let serialize = match command.serialize {
        Serialize::Json => "JSON",
        Serialize::RocketMq => "ROCKETMQ",
    };
    let ext = command.ext.iter().map(|(name, value)| (name.as_str(), Json::text(value)));
    let body = Some(base64(&command.body)).filter(|_| !command.body.is_empty());
    let values = [
        serialize.into(),
        command.code.into(),
        command.language.name().into(),
        command.version.into(),
        command.opaque.into(),
        command.flag.into(),
        command.remark.as_deref().into(),
        Json::object(ext),
        body.unwrap_or(Json::Null),
    ];
    Json::object(FIELDS.into_iter().zip(values))
}
