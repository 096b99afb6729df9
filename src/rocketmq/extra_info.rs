//! The handle that a popped message carries, and what a pop's answer says of its queues.
//!
//! Follows `ExtraInfoUtil` and the retry topics of `KeyBuilder`.

use std::fmt;

/// What `%RETRY%` topics begin with.
const RETRY_PREFIX: &str = "%RETRY%";
/// The revive queue of orderly pops (`POP_ORDER_REVIVE_QUEUE`).
pub const ORDERLY_REVIVE_QUEUE: i32 = 999;

/// From which of a group's topics a message was popped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryKind {
    /// The topic itself.
    Normal,
    /// `%RETRY%group_topic`.
    V1,
    /// `%RETRY%group+topic` (`enableRetryTopicV2`).
    V2,
}

impl RetryKind {
    /// The kind of a topic, told by its name.
    pub fn of_topic(topic: &str) -> Self {
        match topic.strip_prefix(RETRY_PREFIX) {
            None => Self::Normal,
            Some(rest) if rest.contains('+') => Self::V2,
            Some(_) => Self::V1,
        }
    }

    /// The topic of this kind for a group and its topic.
    pub fn topic(self, topic: &str, group: &str) -> String {
        match self {
            Self::Normal => topic.to_owned(),
            Self::V1 => format!("{RETRY_PREFIX}{group}_{topic}"),
            Self::V2 => format!("{RETRY_PREFIX}{group}+{topic}"),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Normal, Self::V1, Self::V2].into_iter().find(|kind| kind.digit() == text)
    }

    fn digit(self) -> &'static str {
        match self {
            Self::Normal => "0",
            Self::V1 => "1",
            Self::V2 => "2",
        }
    }
}

/// The handle of a popped message (`POP_CK`, `extraInfo`); its text is eight words, or seven where
/// it stands for a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraInfo {
    /// First offset of the checkpoint.
    pub ck_offset: i64,
    /// When it was popped, ms since 1970.
    pub pop_time: i64,
    /// ms.
    pub invisible_time: i64,
    /// Queue of the revive topic.
    pub revive_queue: i32,
    /// Which topic it came from.
    pub retry: RetryKind,
    /// Broker's name.
    pub broker: String,
    /// Queue.
    pub queue: i32,
    /// Offset in the queue.
    pub offset: Option<i64>,
}

/// A handle that RocketMQ could not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadHandle;

impl ExtraInfo {
    /// Reads a handle.
    ///
    /// # Errors
    ///
    /// Where a word is missing or no number.
    pub fn parse(text: &str) -> Result<Self, BadHandle> {
        let words: Vec<&str> = text.split(' ').collect();
        let [ck, popped, invisible, revive, retry, broker, queue, rest @ ..] = &words[..] else {
            return Err(BadHandle);
        };
        let long = |word: &str| word.parse().map_err(|_| BadHandle);
        let int = |word: &str| word.parse().map_err(|_| BadHandle);
        Ok(Self {
            ck_offset: long(ck)?,
            pop_time: long(popped)?,
            invisible_time: long(invisible)?,
            revive_queue: int(revive)?,
            retry: RetryKind::parse(retry).ok_or(BadHandle)?,
            broker: (*broker).to_owned(),
            queue: int(queue)?,
            offset: rest.first().map(|word| long(word)).transpose()?,
        })
    }

    /// True for what was popped in order.
    pub fn is_orderly(&self) -> bool {
        self.revive_queue == ORDERLY_REVIVE_QUEUE
    }
}

impl fmt::Display for ExtraInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ck_offset, pop_time, invisible_time, revive_queue, broker, queue, .. } = self;
        write!(f, "{ck_offset} {pop_time} {invisible_time} {revive_queue} {}", self.retry.digit())?;
        write!(f, " {broker} {queue}")?;
        self.offset.map_or(Ok(()), |offset| write!(f, " {offset}"))
    }
}

/// One queue of `startOffsetInfo`: where its checkpoint begins. Queues are joined with `;`.
pub fn start_offset(kind: RetryKind, queue: i32, offset: i64) -> String {
    format!("{} {queue} {offset}", kind.digit())
}

/// One queue of `msgOffsetInfo`: the offsets that were popped.
pub fn message_offsets(kind: RetryKind, queue: i32, offsets: &[i64]) -> String {
    let offsets: Vec<String> = offsets.iter().map(i64::to_string).collect();
    format!("{} {queue} {}", kind.digit(), offsets.join(","))
}

/// One queue of `orderCountInfo`: how often its first message was popped.
pub fn queue_order_count(kind: RetryKind, queue: i32, count: i32) -> String {
    format!("{} {queue} {count}", kind.digit())
}

/// One message of `orderCountInfo`.
pub fn message_order_count(kind: RetryKind, (queue, offset): (i32, i64), count: i32) -> String {
    format!("{} qo{queue}%{offset} {count}", kind.digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_read_as_they_are_written() {
        for text in ["688 1700000087579 93000 4 1 broker-a 5 690", "1 2 3 999 2 b 5"] {
            let handle = ExtraInfo::parse(text).expect("a handle");
            assert_eq!(handle.to_string(), text);
        }
        for text in ["", "1 2 3 4 5 b 6", "1 2 3 4 0 b", "1 2 3 4 0 b x", "1 2 3 4 0 b 6 x"] {
            assert_eq!(ExtraInfo::parse(text), Err(BadHandle), "{text}");
        }
    }

    #[test]
    fn retry_topics_tell_their_kind() {
        for kind in [RetryKind::Normal, RetryKind::V1, RetryKind::V2] {
            assert_eq!(RetryKind::of_topic(&kind.topic("T", "g")), kind);
        }
    }
}
