//! Checkpoints and acknowledgements as they lie in the revive topic (`PopCheckPoint`, `AckMsg`,
//! `BatchAckMsg`).
//!
//! Their bodies are JSON as upstream writes it, so that their sizes are its sizes. They are read
//! again by the names of their fields: no topic or group can hold a quotation mark.

use std::fmt::Display;

use crate::kernel::name::Name;
use crate::rocketmq::broker::own::{body_of, own_message};
use crate::rocketmq::message::Message;
use crate::rocketmq::properties::UNIQ_KEY;

/// Tags of the three kinds.
pub(super) const CK: &str = "ck";
pub(super) const ACK: &str = "ack";
pub(super) const BATCH_ACK: &str = "bAck";
/// When the timer puts a record into the revive topic.
pub(super) const DELIVER: &str = "TIMER_DELIVER_MS";

/// Messages of one queue that were handed out together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rocketmq::broker) struct PopId {
    pub(in crate::rocketmq::broker) group: Name,
    /// Where the messages are: the topic, or the group's retry topic for it.
    pub(in crate::rocketmq::broker) topic: Name,
    pub(in crate::rocketmq::broker) queue: u32,
    /// Where the read began.
    pub(in crate::rocketmq::broker) start: u64,
    /// ms since 1970.
    pub(in crate::rocketmq::broker) popped: i64,
    pub(in crate::rocketmq::broker) broker: Name,
}

/// What was handed out, until when, and what of it was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rocketmq::broker) struct CheckPoint {
    pub(in crate::rocketmq::broker) id: PopId,
    /// ms.
    pub(in crate::rocketmq::broker) invisible: i64,
    pub(in crate::rocketmq::broker) offsets: Vec<u64>,
    /// Those of `offsets` that were acknowledged.
    pub(super) acked: Vec<u64>,
    /// Its place in the revive queue.
    pub(super) place: u64,
}

impl CheckPoint {
    pub(in crate::rocketmq::broker) fn new(id: PopId, invisible: i64, offsets: Vec<u64>) -> Self {
        Self { id, invisible, offsets, acked: Vec::new(), place: 0 }
    }

    /// When its messages may be handed out again, ms since 1970 (`getReviveTime`).
    pub(super) fn ends(&self) -> i64 {
        self.id.popped.saturating_add(self.invisible)
    }

    /// Delivered a second before its end.
    pub(in crate::rocketmq::broker) fn message(&self, revive: Name, wall: i64) -> Message {
        let PopId { group, topic, queue, start, popped, broker } = self.id;
        let (ends, invisible, count) = (self.ends(), self.invisible, self.offsets.len());
        let diffs =
            joined(self.offsets.iter().map(|offset| offset.wrapping_sub(start).cast_signed()));
        let body = format!(
            "{{\"bm\":0,\"bn\":\"{broker}\",\"c\":\"{group}\",\"d\":[{diffs}],\"it\":{invisible},\
             \"n\":{count},\"pt\":{popped},\"q\":{queue},\"reviveTime\":{ends},\"ro\":0,\
             \"so\":{start},\"t\":\"{topic}\"}}"
        );
        record(revive, CK, self.id.key(&start, CK), ends.saturating_sub(1000), (body, wall))
    }

    /// What a record of the revive queue says.
    pub(super) fn read(message: &Message, place: u64) -> Option<Self> {
        let body = body_of(message);
        let id = PopId::read(body)?;
        let offsets = numbers(body, "d").map(|diff| id.start.wrapping_add_signed(diff)).collect();
        Some(Self { place, ..Self::new(id, number(body, "it")?, offsets) })
    }
}

impl PopId {
    /// The record that acknowledges one message (`AckMsg`), or several (`BatchAckMsg`).
    pub(in crate::rocketmq::broker) fn ack(
        &self,
        offsets: &[u64],
        is_batch: bool,
        (revive, ends, wall): (Name, i64, i64),
    ) -> Message {
        let Self { group, topic, queue, start, popped, broker } = self;
        let one = if is_batch { -1 } else { offsets[0].cast_signed() };
        let list = joined(offsets.iter().map(|offset| offset.cast_signed()));
        let list = if is_batch { format!("\"aol\":[{list}],") } else { String::new() };
        let body = format!(
            "{{\"ao\":{one},{list}\"bn\":\"{broker}\",\"c\":\"{group}\",\"pt\":{popped},\
             \"q\":{queue},\"so\":{start},\"t\":\"{topic}\"}}"
        );
        let tag = if is_batch { BATCH_ACK } else { ACK };
        record(revive, tag, self.key(&one, ACK), ends, (body, wall))
    }

    /// The pop that an acknowledgement means, and which of its messages.
    pub(super) fn read_ack(message: &Message) -> Option<(Self, Vec<u64>)> {
        let body = body_of(message);
        let all = number(body, "ao").into_iter().chain(numbers(body, "aol"));
        let offsets = all.filter_map(|offset| u64::try_from(offset).ok()).collect();
        Some((Self::read(body)?, offsets))
    }

    fn read(body: &str) -> Option<Self> {
        let count = |name| number(body, name).and_then(|number| u64::try_from(number).ok());
        Some(Self {
            group: text(body, "c")?,
            topic: text(body, "t")?,
            queue: u32::try_from(count("q")?).ok()?,
            start: count("so")?,
            popped: number(body, "pt")?,
            broker: text(body, "bn")?,
        })
    }

    fn key(&self, offset: &dyn Display, tag: &str) -> String {
        let Self { group, topic, queue, popped, broker, .. } = self;
        format!("{topic}@{queue}@{offset}@{group}@{popped}@{broker}@{tag}")
    }
}

fn record(
    topic: Name,
    tag: &str,
    key: String,
    deliver: i64,
    (body, born): (String, i64),
) -> Message {
    own_message(topic, tag, &[(DELIVER, &deliver.to_string()), (UNIQ_KEY, &key)], body, born)
}

fn joined(numbers: impl Iterator<Item = i64>) -> String {
    let mut text = String::new();
    for number in numbers {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&number.to_string());
    }
    text
}

/// What stands behind a field's name.
fn field<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let at = body.find(&format!("\"{name}\":"))?;
    Some(&body[at + name.len() + 3..])
}

fn number(body: &str, name: &str) -> Option<i64> {
    let rest = field(body, name)?;
    rest[..rest.find([',', '}'])?].parse().ok()
}

fn text(body: &str, name: &str) -> Option<Name> {
    let rest = field(body, name)?.strip_prefix('"')?;
    Some(Name::new(&rest[..rest.find('"')?]))
}

fn numbers<'a>(body: &'a str, name: &str) -> impl Iterator<Item = i64> + 'a {
    let list = field(body, name).and_then(|rest| rest.strip_prefix('['));
    let list = list.map_or("", |rest| &rest[..rest.find(']').unwrap_or(0)]);
    list.split(',').filter_map(|number| number.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> PopId {
        let (group, topic) = (Name::new("PopG0"), Name::new("Pop0"));
        let (popped, broker) = (1_795_384_784_360, Name::new("broker-a"));
        PopId { group, topic, queue: 0, start: 3, popped, broker }
    }

    #[test]
    fn a_checkpoint_is_written_as_upstream_writes_it_and_read_again() {
        let point = CheckPoint::new(id(), 10_000, vec![3, 4, 7]);
        let message = point.message(Name::new("R"), 0);
        assert_eq!(
            body_of(&message),
            "{\"bm\":0,\"bn\":\"broker-a\",\"c\":\"PopG0\",\"d\":[0,1,4],\"it\":10000,\"n\":3,\
             \"pt\":1795384784360,\"q\":0,\"reviveTime\":1795384794360,\"ro\":0,\"so\":3,\
             \"t\":\"Pop0\"}"
        );
        let read = CheckPoint::read(&message, 5).expect("it was just written");
        assert_eq!(read, CheckPoint { place: 5, ..point });
    }

    #[test]
    fn acknowledgements_name_one_message_or_several() {
        let single = id().ack(&[4], false, (Name::new("R"), 9, 0));
        let expected = "{\"ao\":4,\"bn\":\"broker-a\",\"c\":\"PopG0\",\"pt\":1795384784360,\
                        \"q\":0,\"so\":3,\"t\":\"Pop0\"}";
        assert_eq!(body_of(&single), expected);
        assert_eq!(PopId::read_ack(&single), Some((id(), vec![4])));
        let batch = id().ack(&[3, 7], true, (Name::new("R"), 9, 0));
        assert_eq!(PopId::read_ack(&batch), Some((id(), vec![3, 7])));
    }
}
