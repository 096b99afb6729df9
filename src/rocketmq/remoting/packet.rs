//! A packet: a request with its number, or the reply to one.

use std::rc::Rc;

use crate::facts::{Carried, CarriedKind, QueueRef};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::rocketmq::store::Record;

use super::replicas::Epoch;
use super::reply::{Reply, ReplyBody};
use super::request::Request;

/// What travels on a connection (`RemotingCommand`).
#[derive(Clone, Debug, PartialEq)]
pub enum Packet {
    /// `opaque` comes back in the reply; a one-way request has none.
    Request { opaque: u32, oneway: bool, request: Request },
    /// Carries the code of the request it answers, so that it can be told what it is about.
    Reply { opaque: u32, to: u32, reply: Reply },
    /// Between a master and its slave, on a connection of its own.
    Ha(HaFrame),
}

/// What travels between a master and a slave (`DefaultHAConnection`, `DefaultHAClient`).
#[derive(Clone, Debug, PartialEq)]
pub enum HaFrame {
    /// From a slave, 8 bytes: its log reaches so far.
    Report { end: u64 },
    /// From a master, 12 bytes and the records: its log from a place on. Without bytes it says
    /// that the master lives. Under a controller its head has 36 bytes.
    Batch { from: u64, bytes: u64, records: Rc<[Record]>, term: Option<Term> },
    /// From a slave under a controller, 16 bytes: who it is.
    Greeting { id: u32 },
    /// The answer: which part of the log is of which epoch, and where it ends.
    Epochs { end: u64, epochs: Rc<[Epoch]> },
}

/// What a batch says besides under a controller (`AutoSwitchHAConnection`): its epoch, where that
/// began, and up to where everybody in sync has the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub epoch: u32,
    pub start: u64,
    pub confirm: u64,
}

/// Bytes of a frame's lengths and a small header; close enough for links with a bandwidth.
const HEADER_BYTES: u64 = 150;

impl Packet {
    /// The number by which a reply finds its request; 0 between a master and its slave.
    pub fn opaque(&self) -> u32 {
        match self {
            Self::Request { opaque, .. } | Self::Reply { opaque, .. } => *opaque,
            Self::Ha(_) => 0,
        }
    }

    /// Size on the wire: exact for records, a fair guess for headers (`wire` makes the real bytes).
    pub fn wire_bytes(&self) -> u64 {
        match self {
            Self::Request { request: Request::SendMessage(send), .. } => {
                let message = &send.message;
                HEADER_BYTES
                    + u64::from(send.body_bytes())
                    + u64::from(message.client_property_bytes())
            }
            Self::Reply { reply: Reply { body: ReplyBody::Pulled(pulled), .. }, .. } => {
                let sizes = pulled.messages.iter().map(|message| u64::from(message.size));
                HEADER_BYTES + sizes.sum::<u64>()
            }
            Self::Request { .. } | Self::Reply { .. } => HEADER_BYTES,
            Self::Ha(HaFrame::Report { .. }) => 8,
            Self::Ha(HaFrame::Batch { bytes, term, .. }) => {
                bytes + if term.is_some() { 36 } else { 12 }
            }
            Self::Ha(HaFrame::Greeting { .. }) => 16,
            Self::Ha(HaFrame::Epochs { epochs, .. }) => 20 + 12 * epochs.len() as u64,
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
            Self::Ha(HaFrame::Report { end }) => digest.word(*end),
            Self::Ha(HaFrame::Batch { from, bytes, term, .. }) => {
                digest.word(*from);
                digest.word(*bytes);
                term.iter().for_each(|term| digest.word(term.confirm));
            }
            Self::Ha(HaFrame::Greeting { id }) => digest.word(u64::from(*id)),
            Self::Ha(HaFrame::Epochs { end, epochs }) => {
                digest.word(*end);
                epochs.iter().for_each(|epoch| digest.word(epoch.start));
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
            let (message, count) = (Some(send.message.key), send.keys().count());
            let count = u32::try_from(count).expect("batches are small");
            Carried { kind: CarriedKind::Messages, queue, message, count }
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
        Packet::Ha(HaFrame::Batch { records, .. }) if !records.is_empty() => {
            let count = u32::try_from(records.len()).expect("batches are small");
            let message = records.first().map(|record| record.message.key);
            Carried { kind: CarriedKind::Messages, queue: None, message, count }
        }
        Packet::Request { .. } | Packet::Reply { .. } | Packet::Ha(_) => {
            plain(CarriedKind::Control)
        }
    }
}
