//! Headers in ROCKETMQ serialisation.
//!
//! Follows `RocketMQSerializable`. Codes and versions lose their upper bits; empty texts come back
//! as none.

use super::bytes::{Reader, length32};
use super::command::{Command, ExtFields, Language};
use super::error::WireError;

/// What errors call it.
const HEADER: &str = "a header";

/// A command's header.
pub(super) fn encode(command: &Command) -> Vec<u8> {
    let Command { code, language, version, opaque, flag, remark, ext, .. } = command;
    let mut bytes = Vec::new();
    bytes.extend(low_half(*code));
    bytes.push(language.byte());
    bytes.extend(low_half(*version));
    bytes.extend(opaque.to_be_bytes());
    bytes.extend(flag.to_be_bytes());
    put_text(&mut bytes, remark.as_deref().unwrap_or(""));
    let fields = fields(ext);
    bytes.extend(length32(fields.len()));
    bytes.extend(fields);
    bytes
}

fn fields(ext: &ExtFields) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in ext {
        let length = u16::try_from(name.len()).expect("names of fields are shorter than 64 KiB");
        bytes.extend(length.to_be_bytes());
        bytes.extend(name.as_bytes());
        put_text(&mut bytes, value);
    }
    bytes
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(length32(text.len()));
    bytes.extend(text.as_bytes());
}

/// Java's cast to short.
fn low_half(number: i32) -> [u8; 2] {
    let [_, _, high, low] = number.to_be_bytes();
    [high, low]
}

/// A header as a command without a body.
pub(super) fn decode(header: &[u8]) -> Result<Command, WireError> {
    let mut reader = Reader::new(header, HEADER);
    let code = reader.i16()?.into();
    let language = Language::of_byte(reader.u8()?);
    let version = reader.i16()?.into();
    let opaque = reader.i32()?;
    let flag = reader.i32()?;
    let length = reader.i32()?;
    let remark = Some(reader.text(length, "a remark")?).filter(|remark| !remark.is_empty());
    let length = reader.i32()?;
    // Java reads no fields where the length is negative.
    let ext = decode_fields(reader.counted(length.max(0), "fields")?)?;
    reader.end()?;
    Ok(Command { language, version, flag, remark, ext, ..Command::request(code, opaque) })
}

/// Fields without a value are as good as absent.
fn decode_fields(bytes: &[u8]) -> Result<ExtFields, WireError> {
    let mut reader = Reader::new(bytes, "fields");
    let mut ext = ExtFields::new();
    while reader.left() > 0 {
        let length = reader.i16()?;
        let name = reader.text(length, "a field's name")?;
        let length = reader.i32()?;
        let value = reader.text(length, "a field's value")?;
        if !name.is_empty() && !value.is_empty() {
            ext.insert(name, value);
        }
    }
    Ok(ext)
}

#[cfg(test)]
mod tests {
    use super::super::command::Serialize;
    use super::*;

    fn binary(code: i32, opaque: i32) -> Command {
        Command { serialize: Serialize::RocketMq, ..Command::request(code, opaque) }
    }

    #[test]
    fn codes_of_pop_do_not_survive() {
        for (code, left) in [(200_050, 3442), (200_051, 3443), (200_151, 3543), (200_053, 3445)] {
            let decoded = decode(&encode(&binary(code, 1))).expect("a header");
            assert_eq!(decoded.code, left);
        }
    }

    #[test]
    fn the_worked_answer_is_met_to_the_byte() {
        let answer = Command { remark: Some("No".to_owned()), ..binary(1, 5).answer(17) };
        let bytes =
            [0, 0x11, 0, 1, 0xDF, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, b'N', b'o', 0, 0, 0, 0];
        assert_eq!(encode(&answer), bytes);
        assert_eq!(decode(&bytes[..22]), Err(WireError::Cut { what: HEADER }));
    }
}
