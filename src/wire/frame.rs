//! Frames: a length, a header with its own length and kind, a body.
//!
//! Follows `NettyDecoder` (a length-field decoder) and `RemotingCommand.encode`/`decode`. Where a
//! binary header is shorter than it says, Java begins the body inside it; here that is an error.

use super::bytes::{Reader, length32};
use super::command::{Command, Serialize};
use super::error::WireError;
use super::{header_binary, header_json};

/// Longest frame, its length field included (`com.rocketmq.remoting.frameMaxLength`).
pub const FRAME_MAX_BYTES: u32 = 16_777_216;
/// Bytes of a length field.
const LENGTH_BYTES: usize = 4;
/// A header's length has three bytes; the fourth says how it is written.
const HEADER_MOST: usize = 0xFF_FFFF;

/// A command as a frame, its length included.
pub fn encode_frame(command: &Command) -> Vec<u8> {
    let header = match command.serialize {
        Serialize::Json => header_json::encode(command),
        Serialize::RocketMq => header_binary::encode(command),
    };
    assert!(header.len() <= HEADER_MOST, "a header's length has three bytes");
    let mut frame = Vec::with_capacity(2 * LENGTH_BYTES + header.len() + command.body.len());
    frame.extend(length32(LENGTH_BYTES + header.len() + command.body.len()));
    let [_, length @ ..] = length32(header.len());
    frame.push(command.serialize.byte());
    frame.extend(length);
    frame.extend(header);
    frame.extend(&command.body);
    frame
}

/// The command in a frame without its length field.
///
/// # Errors
///
/// Where the frame is cut or nonsense.
pub fn decode_frame(frame: &[u8]) -> Result<Command, WireError> {
    let mut reader = Reader::new(frame, "a frame");
    let mark = reader.u32()?;
    let [kind, length @ ..] = mark.to_be_bytes();
    let [a, b, c] = length;
    let header = u32::from_be_bytes([0, a, b, c]);
    if header as usize > reader.left() {
        let frame = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        return Err(WireError::HeaderTooLong { header, frame });
    }
    let serialize = Serialize::of_byte(kind).ok_or(WireError::UnknownSerialization(kind))?;
    let header = reader.take(header as usize)?;
    let body = reader.take(reader.left())?.to_vec();
    let command = match serialize {
        Serialize::Json => header_json::decode(header)?,
        Serialize::RocketMq => header_binary::decode(header)?,
    };
    Ok(Command { serialize, body, ..command })
}

/// Cuts what comes in on a connection into commands.
///
/// Invariant: it holds bytes of at most one frame beyond those that it was fed with last.
#[derive(Clone, Debug)]
pub struct FrameDecoder {
    /// Bytes before `at` are done with.
    bytes: Vec<u8>,
    at: usize,
    most: u32,
    broken: Option<WireError>,
}

impl Default for FrameDecoder {
    fn default() -> Self {
        Self::with_limit(FRAME_MAX_BYTES)
    }
}

impl FrameDecoder {
    /// A decoder that refuses frames of more bytes than this, their length field included.
    pub fn with_limit(most: u32) -> Self {
        Self { bytes: Vec::new(), at: 0, most, broken: None }
    }

    /// Takes bytes in. After an error they are dropped: the connection is to be closed.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.broken.is_some() {
            return;
        }
        self.bytes.drain(..self.at);
        self.at = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next command; `None` where more bytes are needed.
    ///
    /// # Errors
    ///
    /// Where the bytes are no frame; from then on always the same one.
    pub fn next_command(&mut self) -> Result<Option<Command>, WireError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        let next = self.cut();
        if let Err(error) = &next {
            self.broken = Some(error.clone());
            self.bytes = Vec::new();
            self.at = 0;
        }
        next
    }

    /// Bytes that wait for the rest of their frame.
    pub fn waiting(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn cut(&mut self) -> Result<Option<Command>, WireError> {
        let rest = &self.bytes[self.at..];
        let Some((length, rest)) = rest.split_first_chunk::<LENGTH_BYTES>() else {
            return Ok(None);
        };
        let bytes = i32::from_be_bytes(*length);
        let length = usize::try_from(bytes).map_err(|_| WireError::FrameTooShort { bytes })?;
        let whole = length as u64 + LENGTH_BYTES as u64;
        if whole > u64::from(self.most) {
            return Err(WireError::FrameTooLong { bytes: whole, most: self.most });
        }
        if length < LENGTH_BYTES {
            return Err(WireError::FrameTooShort { bytes });
        }
        let Some(frame) = rest.get(..length) else { return Ok(None) };
        let command = decode_frame(frame)?;
        self.at += LENGTH_BYTES + length;
        Ok(Some(command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route_request(serialize: Serialize) -> Command {
        Command { serialize, ..Command::request(105, 0).with("topic", "TopicTest") }
    }

    #[test]
    fn the_worked_examples_are_met_to_the_byte() {
        let frame = encode_frame(&route_request(Serialize::Json));
        assert_eq!(frame[..8], [0, 0, 0, 0x87, 0, 0, 0, 0x83]);
        let header = r#"{"code":105,"extFields":{"topic":"TopicTest"},"flag":0,"language":"JAVA","#;
        let rest = r#""opaque":0,"serializeTypeCurrentRPC":"JSON","version":479}"#;
        assert_eq!(String::from_utf8_lossy(&frame[8..]), [header, rest].concat());
        let frame = encode_frame(&route_request(Serialize::RocketMq));
        assert_eq!(frame[..9], [0, 0, 0, 0x2D, 1, 0, 0, 0x29, 0]);
        assert_eq!(frame.len(), 49);
        let success = Command::request(1, 7).answer(0);
        assert_eq!(encode_frame(&success)[..8], [0, 0, 0, 0x63, 0, 0, 0, 0x5F]);
    }

    #[test]
    fn frames_come_in_pieces_and_in_heaps() {
        let commands = [Serialize::Json, Serialize::RocketMq].map(route_request);
        let stream: Vec<u8> = commands.iter().flat_map(encode_frame).collect();
        for piece in [1, 3, stream.len()] {
            let mut decoder = FrameDecoder::default();
            let mut found = Vec::new();
            for bytes in stream.chunks(piece) {
                decoder.feed(bytes);
                while let Some(command) = decoder.next_command().expect("good frames") {
                    found.push(command);
                }
            }
            assert_eq!(found, commands, "pieces of {piece}");
            assert_eq!(decoder.waiting(), 0);
        }
    }

    #[test]
    fn bad_frames_break_the_connection_for_good() {
        let long = WireError::FrameTooLong { bytes: 16_777_217, most: FRAME_MAX_BYTES };
        let cases: [(&[u8], WireError); 5] = [
            (&[0, 0xFF, 0xFF, 0xFD], long),
            (&[0xFF, 0xFF, 0xFF, 0xFF], WireError::FrameTooShort { bytes: -1 }),
            (&[0, 0, 0, 3], WireError::FrameTooShort { bytes: 3 }),
            (&[0, 0, 0, 4, 0, 0, 0, 9], WireError::HeaderTooLong { header: 9, frame: 4 }),
            (&[0, 0, 0, 4, 7, 0, 0, 0], WireError::UnknownSerialization(7)),
        ];
        for (bytes, error) in cases {
            let mut decoder = FrameDecoder::default();
            decoder.feed(bytes);
            assert_eq!(decoder.next_command(), Err(error.clone()), "{bytes:?}");
            decoder.feed(&encode_frame(&route_request(Serialize::Json)));
            assert_eq!(decoder.next_command(), Err(error), "{bytes:?}");
            assert_eq!(decoder.waiting(), 0);
        }
    }
}
