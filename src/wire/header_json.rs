//! Headers as JSON.
//!
//! Follows `RemotingSerializable` with fastjson: names in alphabetical order, nothing for null. A
//! reader takes what fastjson takes: missing names, and values of fields that are no text.

use super::command::{Command, ExtFields, Language};
use super::error::WireError;
use super::json::Json;

/// A command's header.
pub(super) fn encode(command: &Command) -> Vec<u8> {
    let Command { code, language, version, opaque, flag, remark, ext, .. } = command;
    let mut fields = vec![("code", Json::from(*code))];
    if !ext.is_empty() {
        let ext = ext.iter().map(|(name, value)| (Json::text(name), Json::text(value)));
        fields.push(("extFields", Json::Map(ext.collect())));
    }
    fields.push(("flag", Json::from(*flag)));
    fields.push(("language", Json::text(language.name())));
    fields.push(("opaque", Json::from(*opaque)));
    fields.extend(remark.as_ref().map(|remark| ("remark", Json::text(remark))));
    fields.push(("serializeTypeCurrentRPC", Json::text("JSON")));
    fields.push(("version", Json::from(*version)));
    Json::object(fields).to_bytes()
}

/// A header as a command without a body.
pub(super) fn decode(header: &[u8]) -> Result<Command, WireError> {
    let json = Json::parse(header)?;
    if !matches!(json, Json::Map(_)) {
        return Err(WireError::Json { at: 0, expected: "an object" });
    }
    let number = |name| number(&json, name);
    let text = |name| json.get(name).and_then(Json::as_text);
    Ok(Command {
        language: text("language").map_or(Language::Java, Language::of_name),
        version: number("version")?,
        flag: number("flag")?,
        remark: text("remark").map(str::to_owned),
        ext: json.get("extFields").map(ext_fields).unwrap_or_default(),
        ..Command::request(number("code")?, number("opaque")?)
    })
}

/// A number of 32 bits, also as text; 0 where there is none.
fn number(json: &Json, name: &'static str) -> Result<i32, WireError> {
    let Some(value) = json.get(name).filter(|value| **value != Json::Null) else { return Ok(0) };
    let text = value.as_text().and_then(|text| text.parse().ok());
    let number = value.as_int().or(text);
    let number = number.and_then(|number| i32::try_from(number).ok());
    number.ok_or(WireError::Json { at: 0, expected: "a whole number of 32 bits" })
}

/// Values that are no text become theirs; nulls are as good as absent.
fn ext_fields(json: &Json) -> ExtFields {
    let Json::Map(pairs) = json else { return ExtFields::new() };
    let pairs = pairs.iter().filter(|(_, value)| *value != Json::Null);
    pairs.map(|(name, value)| (name.to_plain(), value.to_plain())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_has_its_default() {
        let command = decode(br#"{"code":105,"extFields":{"a":1,b:null,'c':true}}"#);
        let command = command.expect("fastjson reads it too");
        assert_eq!(command.code, 105);
        assert_eq!((command.language, command.version), (Language::Java, 0));
        let ext = [("a", "1"), ("c", "true")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(command.ext, ExtFields::from(ext));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "[]", "7", "{", r#"{"code":"x"}"#, r#"{"code":99999999999}"#, "{}}"] {
            assert!(decode(text.as_bytes()).is_err(), "{text}");
        }
    }
}
