//! RocketMQ's remoting protocol: bytes and JSON on one side, values on the other.
//!
//! The only place that knows either. Nothing here reads or writes a socket: a decoder is fed with
//! bytes as they come. Decoders take any bytes: they answer with a value or a [`WireError`], never
//! with a panic, and hold no more memory than a multiple of what they were given.

pub mod acl;
pub mod header;
pub mod json;
pub mod message;
pub mod packets;

mod base64;
mod bytes;
mod command;
mod error;
mod frame;
mod header_binary;
mod header_json;

pub use command::{Command, ExtFields, Language, Serialize, flag};
pub use error::WireError;
pub use frame::{FRAME_MAX_BYTES, FrameDecoder, decode_frame, encode_frame};
