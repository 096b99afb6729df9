//! A packet: a request with its number, or the reply to one.

use crate::facts::{Carried, CarriedKind, QueueRef};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};

use super::reply::{Reply, ReplyBody};
use super::request::Request;

/// What travels on a connection (`RemotingCommand`).
#[derive(Clone, Debug, PartialEq)]
pub enum Packet {
    /// `opaque` comes back in the reply; a one-way request has none.
    Request { opaque: u32, oneway: bool, request: Request },
    /// Carries the code of the request it answers, so that it can be told what it is about.
    Reply { opaque: u32, to: u32, reply: Reply },
}

/// Bytes of a frame's lengths and a small header; close enough for links with a bandwidth.
const HEADER_BYTES: u64 = 150;

impl Packet {
    /// Size on the wire: exact for records, a fair guess for headers (`wire` makes the real bytes).
    pub fn wire_bytes(&self) -> u64 {
        match self {
            Self::Request { request: Request::SendMessage(send), .. } => {
                let message = &send.message;
                HEADER_BYTES
                    + u64::from(message.body_bytes())
                    + u64::from(message.client_property_bytes())
            }
            Self::Reply { reply: Reply { body: ReplyBody::Pulled(pulled), .. }, .. } => {
                let sizes = pulled.messages.iter().map(|message| u64::from(message.size));
                HEADER_BYTES + sizes.sum::<u64>()
            }
            Self::Request { .. } | Self::Reply { .. } => HEADER_BYTES,
        }
    }
}

impl Digestible for Packet {
    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::Request { opaque, request, .. } => {
                digest.word(u64::from(*opaque) << 1);
                digest.put(request);
            }
            Self::Reply { opaque, reply, .. } => {
                digest.word(u64::from(*opaque) << 1 | 1);
                digest.put(reply);
            }
        }
    }
}

/// What a packet from `from` to `to` carries, in neutral words.
pub fn carried(packet: &Packet, from: NodeId, to: NodeId) -> Carried {
    let plain = |kind| Carried { kind, queue: None, message: None, count: 0 };
    match packet {
        Packet::Request { request: Request::SendMessage(send), .. } => {
            let queue = u32::try_from(send.queue).ok();
            let queue = queue.map(|id| QueueRef { topic: send.topic, broker: to, id });
            let message = Some(send.message.key);
            Carried { kind: CarriedKind::Messages, queue, message, count: 1 }
        }
        Packet::Request { request: Request::Pull(pull), .. } => {
            let queue = Some(QueueRef { topic: pull.topic, broker: to, id: pull.queue });
            Carried { queue, ..plain(CarriedKind::Ask) }
        }
        Packet::Reply { reply: Reply { body: ReplyBody::Pulled(pulled), .. }, .. } => {
            let queue = Some(QueueRef { topic: pulled.topic, broker: from, id: pulled.queue });
            let count = u32::try_from(pulled.messages.len()).expect("answers are small");
            let kind = if count > 0 { CarriedKind::Messages } else { CarriedKind::Answer };
            let message = pulled.messages.first().map(|pulled| pulled.message.key);
            Carried { kind, queue, message, count }
        }
        Packet::Reply { reply: Reply { body: ReplyBody::Sent { .. }, .. }, .. } => {
            plain(CarriedKind::Answer)
        }
        Packet::Request { .. } | Packet::Reply { .. } => plain(CarriedKind::Control),
    }
}
