//! What a program's listener answers, and when: `MessageListenerConcurrently`,
//! `MessageListenerOrderly` and what they can say.
//!
//! A scenario lists rules; the first one that fits a message decides about its batch. Without one
//! that fits the answer is success.

use crate::kernel::name::Name;
use crate::kernel::rng::Rng;
use crate::kernel::time::SimSpan;
use crate::rocketmq::remoting::PulledMessage;

/// What a listener answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `CONSUME_SUCCESS` or `SUCCESS`; messages behind `ackIndex` count as failed.
    Success { ack_index: u32 },
    /// `RECONSUME_LATER`, with `delayLevelWhenNextConsume`.
    Later { level: i32 },
    /// `SUSPEND_CURRENT_QUEUE_A_MOMENT` of an orderly listener, for so many ms; -1: as set.
    Suspend { millis: i32 },
    /// `COMMIT` of an orderly listener that commits itself.
    Commit,
    /// `ROLLBACK` of one.
    Rollback,
    /// It throws an exception.
    Throws,
    /// It answers `null`.
    Null,
    /// It never comes back.
    Stuck,
}

impl Answer {
    /// Success with all of the batch.
    pub const OK: Self = Self::Success { ack_index: u32::MAX };
}

/// A listener that sleeps: each thread after every so many messages of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Messages between two rests; not 0.
    pub every: u32,
    /// How long a rest is.
    pub wait: SimSpan,
}

/// What a listener does besides, for each message: it writes to a store of the program, sends a
/// parcel, debits an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SideEffect {
    /// Nothing that counts.
    #[default]
    None,
    /// At the end of each call.
    Each,
    /// Unless the program's store says that it was done for the same business key.
    Checked,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRule {
    /// Messages of this topic, as the listener sees it; `None`: of any.
    pub topic: Option<Name>,
    /// Messages with this tag.
    pub tag: Option<Name>,
    /// Messages with this business key.
    pub key: Option<Name>,
    /// The `{i}` of the messages' bodies; empty: any.
    pub rounds: Vec<u32>,
    /// So many of a million.
    pub share: u32,
    /// The first so many tries of a message.
    pub tries: u32,
    /// What is answered.
    pub answer: Answer,
    /// Whether its side effect is had with this; by itself where the message is done.
    pub effect: Option<bool>,
}

/// All of a million.
pub const ALWAYS: u32 = 1_000_000;

impl AnswerRule {
    /// A rule for every message at every try.
    pub fn always(answer: Answer) -> Self {
        let (topic, tag, key, rounds) = (None, None, None, Vec::new());
        let (share, tries, effect) = (ALWAYS, u32::MAX, None);
        Self { topic, tag, key, rounds, share, tries, answer, effect }
    }

    /// Whether it decides about a message that was tried so often.
    fn fits(&self, pulled: &PulledMessage, tried: u32, rng: &mut Rng) -> bool {
        let message = &pulled.message;
        tried < self.tries
            && self.topic.is_none_or(|topic| topic == real_topic(pulled))
            && self.tag.is_none_or(|tag| message.template.tag == Some(tag))
            && (self.key.is_none() || self.key == message.template.keys)
            && (self.rounds.is_empty() || self.rounds.contains(&message.round))
            && (self.share >= ALWAYS || rng.below(u64::from(ALWAYS)) < u64::from(self.share))
    }
}

/// The rule that decides about a message that was tried so often.
pub fn decide<'a>(
    rules: &'a [AnswerRule],
    pulled: &PulledMessage,
    tried: u32,
    rng: &mut Rng,
) -> Option<&'a AnswerRule> {
    rules.iter().find(|rule| rule.fits(pulled, tried, rng))
}

/// The topic that a listener is told: for a retry the one that the message was sent to first
/// (`resetRetryAndNamespace`).
pub fn real_topic(pulled: &PulledMessage) -> Name {
    let topic = pulled.message.template.topic;
    if !topic.as_str().starts_with("%RETRY%") {
        return topic;
    }
    let first = pulled.message.wired().and_then(|wired| wired.properties.get("RETRY_TOPIC"));
    first.map_or(topic, Name::new)
}
