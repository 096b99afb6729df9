//! The body of a batch: messages without topic and queue, which they share.
//!
//! Follows `MessageDecoder.encodeMessage` and `decodeMessage`.

use crate::wire::bytes::{Reader, length32};
use crate::wire::error::WireError;

/// What errors call it.
const ELEMENT: &str = "a batch's message";
/// Bytes besides body and properties.
const FIXED_BYTES: usize = 22;

/// A message of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchMessage {
    /// The program's flag.
    pub flag: i32,
    /// Body.
    pub body: Vec<u8>,
    /// Properties as one text.
    pub properties: String,
}

/// A batch's body.
pub fn encode(messages: &[BatchMessage]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for BatchMessage { flag, body, properties } in messages {
        bytes.extend(length32(FIXED_BYTES + body.len() + properties.len()));
        // Magic and checksum are the broker's.
        bytes.extend([0; 8]);
        bytes.extend(flag.to_be_bytes());
        bytes.extend(length32(body.len()));
        bytes.extend(body);
        let length = i16::try_from(properties.len());
        bytes.extend(length.expect("a client refuses longer properties").to_be_bytes());
        bytes.extend(properties.as_bytes());
    }
    bytes
}

/// The messages of a batch's body. Like Java it does not look at the total sizes.
///
/// # Errors
///
/// Where a message is cut or a length is negative.
pub fn decode(bytes: &[u8]) -> Result<Vec<BatchMessage>, WireError> {
    let mut reader = Reader::new(bytes, ELEMENT);
    let mut messages = Vec::new();
    while reader.left() > 0 {
        reader.take(12)?;
        let flag = reader.i32()?;
        let length = reader.i32()?;
        let body = reader.counted(length, "a body")?.to_vec();
        let length = reader.i16()?;
        let properties = reader.text(length, "properties")?;
        messages.push(BatchMessage { flag, body, properties });
    }
    Ok(messages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_example_is_met_to_the_byte() {
        let properties = "TAGS\u{1}TagA\u{2}".to_owned();
        let message = BatchMessage { flag: 0, body: b"hi".to_vec(), properties };
        let bytes = encode(std::slice::from_ref(&message));
        assert_eq!(bytes[..22], [&[0, 0, 0, 0x22][..], &[0; 15], &[2], b"hi"].concat());
        assert_eq!(bytes[22..], *b"\0\x0ATAGS\x01TagA\x02");
        assert_eq!(decode(&bytes), Ok(vec![message]));
        assert_eq!(decode(&bytes[..30]), Err(WireError::Cut { what: ELEMENT }));
    }
}
