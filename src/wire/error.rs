//! What can be wrong with bytes that came in.

use std::fmt;

/// Why bytes are not what they should be. On a connection it is closed after any of these, as
/// `NettyDecoder` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireError {
    /// A frame says that it has more bytes than allowed (`com.rocketmq.remoting.frameMaxLength`).
    FrameTooLong { bytes: u64, most: u32 },
    /// A frame says that it has fewer bytes than its own lengths take.
    FrameTooShort { bytes: i32 },
    /// A header says that it is longer than its frame.
    HeaderTooLong { header: u32, frame: u32 },
    /// A serialisation that is neither JSON (0) nor ROCKETMQ (1).
    UnknownSerialization(u8),
    /// The bytes end before `what` does.
    Cut { what: &'static str },
    /// `what` has a length that is negative or more than what holds it.
    BadLength { what: &'static str, length: i64 },
    /// Bytes are left behind `what`.
    LeftOver { what: &'static str, bytes: usize },
    /// A value of `what` that RocketMQ does not know.
    BadValue { what: &'static str, value: i64 },
    /// No JSON: what was expected at this byte.
    Json { at: usize, expected: &'static str },
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FrameTooLong { bytes, most } => {
                write!(f, "Adjusted frame length exceeds {most}: {bytes} - discarded")
            }
            Self::FrameTooShort { bytes } => write!(f, "a frame cannot have {bytes} bytes"),
            Self::HeaderTooLong { header, frame } => {
                write!(f, "decode error, bad header length: {header} in a frame of {frame} bytes")
            }
            Self::UnknownSerialization(byte) => write!(f, "unknown serialization type {byte}"),
            Self::Cut { what } => write!(f, "the bytes end before {what} does"),
            Self::BadLength { what, length } => write!(f, "{what} cannot have the length {length}"),
            Self::LeftOver { what, bytes } => write!(f, "{bytes} bytes are left behind {what}"),
            Self::BadValue { what, value } => write!(f, "{what} cannot be {value}"),
            Self::Json { at, expected } => {
                write!(f, "expected {expected} at byte {at} of the JSON")
            }
        }
    }
}
