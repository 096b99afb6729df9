//! What records have in common: a record keeps the number of its kind and what it alone has.
//!
//! Messages of one workload entry and producer are of one kind; a message that came as bytes is a
//! kind of its own.

use std::rc::Rc;

use crate::kernel::actor::NodeId;
use crate::kernel::chunks::Chunks;
use crate::rocketmq::message::{Body, Message, ProcessIdentity, RECORD_OVERHEAD, Template, digits};
use crate::rocketmq::topic::java_hash;

use super::index_service::count_keys;

/// Longest topic of a record of version 1.
const MOST_TOPIC_V1: u32 = 127;
/// Kinds that are looked through before a new one is made.
const RECENT: usize = 128;

/// What the records of a kind have in common.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) template: Rc<Template>,
    pub(super) producer: NodeId,
    pub(super) maker: ProcessIdentity,
    /// Bytes of the properties that the broker added.
    extra_bytes: u32,
    /// Bytes of a record without its holes.
    bytes: u32,
    /// Holes in the body that the round fills.
    holes: u32,
    /// `tagsCode`: the tag's Java hash, 0 without a tag.
    pub(super) tags_code: i64,
    /// Keys that an index keeps.
    pub(super) keys: usize,
}

impl Kind {
    pub(super) fn of(message: &Message, extra_bytes: u32) -> Self {
        let template = &message.template;
        let topic = u32::try_from(template.topic.as_str().len()).expect("topics are short");
        // Version 2 of a record has one byte more for the length of its topic.
        let version = u32::from(topic > MOST_TOPIC_V1);
        let holes = match &template.body {
            Body::Text(text) => u32::try_from(text.matches("{i}").count()).expect("bodies fit"),
            Body::Synthetic(_) | Body::Wired(_) => 0,
        };
        let body = message.body_bytes() - holes * digits(message.round);
        let properties = message.client_property_bytes() + extra_bytes;
        Self {
            template: Rc::clone(template),
            producer: message.key.producer,
            maker: message.maker,
            extra_bytes,
            bytes: RECORD_OVERHEAD + version + body + topic + properties,
            holes,
            tags_code: template.tag.map_or(0, |tag| i64::from(java_hash(tag.as_str()))),
            keys: count_keys(message),
        }
    }

    #[inline]
    fn has(&self, message: &Message, extra_bytes: u32) -> bool {
        Rc::ptr_eq(&self.template, &message.template)
            && self.producer == message.key.producer
            && self.maker == message.maker
            && self.extra_bytes == extra_bytes
    }

    /// Bytes of the record of a round.
    #[inline]
    pub(super) fn record_bytes(&self, round: u32) -> u32 {
        if self.holes == 0 { self.bytes } else { self.bytes + self.holes * digits(round) }
    }
}

/// All kinds of a log.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds {
    all: Chunks<Kind>,
    /// Those that came last, the newest first.
    recent: Vec<u32>,
}

impl Kinds {
    /// A message's kind.
    #[inline]
    pub(super) fn of(&mut self, message: &Message, extra_bytes: u32) -> (u32, &Kind) {
        let known = |number: &u32| self.get(*number).has(message, extra_bytes);
        let number = match self.recent.iter().position(known) {
            Some(0) => self.recent[0],
            Some(place) => {
                self.recent[..=place].rotate_right(1);
                self.recent[0]
            }
            None => self.add(message, extra_bytes),
        };
        (number, self.get(number))
    }

    /// The kind of a message whose record has so many bytes.
    pub(super) fn of_record(&mut self, message: &Message, bytes: u32) -> u32 {
        let plain = Kind::of(message, 0).record_bytes(message.round);
        self.of(message, bytes - plain).0
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> &Kind {
        self.all.get(u64::from(number)).expect("records are of known kinds")
    }

    #[cold]
    fn add(&mut self, message: &Message, extra_bytes: u32) -> u32 {
        let number = u32::try_from(self.all.len()).expect("fewer kinds than u32 can count");
        self.all.push(Kind::of(message, extra_bytes));
        if message.wired().is_none() {
            self.recent.truncate(RECENT - 1);
            self.recent.insert(0, number);
        }
        number
    }
}
