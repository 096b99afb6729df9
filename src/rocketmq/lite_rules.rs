//! What lite pull consumers and their programs can be told, with RocketMQ's defaults.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::SimSpan;

use super::client::MessageQueue;
use super::config::PushConsumerConfig;
use super::remoting::TagExpression;

/// A lite pull consumer (`DefaultLitePullConsumer`) and its program.
#[derive(Clone, Debug, PartialEq)]
pub struct LitePullConfig {
    /// What it has in common with a push consumer. The one thread that listens is the program's.
    pub base: PushConsumerConfig,
    pub rules: LiteRules,
}

/// What only a lite pull consumer is told, and what its program does.
#[derive(Clone, Debug, PartialEq)]
pub struct LiteRules {
    /// Who decides about its queues.
    pub assigned: Assigned,
    /// Which messages of topics that the program assigns (`setSubExpressionForAssign`).
    pub expressions: Vec<(Name, TagExpression)>,
    /// `pullThreadNums`.
    pub pull_threads: u32,
    /// `pullThresholdForAll`: answers that wait, times `pullBatchSize`.
    pub threshold_all: u32,
    /// `autoCommit`, with `autoCommitIntervalMillis`; none: the program commits.
    pub auto_commit: Option<SimSpan>,
    /// `topicMetadataCheckIntervalMillis`.
    pub check_interval: SimSpan,
    /// `pollTimeoutMillis`: so long a call waits for messages.
    pub poll_timeout: SimSpan,
    /// The program calls so often, then no more; none: until it ends.
    pub polls: Option<u32>,
    /// Between two calls.
    pub pause: Spread,
    /// It commits after so many calls that brought messages; 0: never.
    pub commits_after: u32,
    /// Its commits are told to brokers at once (`persist`).
    pub persists: bool,
}

impl Default for LiteRules {
    fn default() -> Self {
        Self {
            assigned: Assigned::ByRebalance,
            expressions: Vec::new(),
            pull_threads: 20,
            threshold_all: 10_000,
            auto_commit: Some(SimSpan::secs(5)),
            check_interval: SimSpan::secs(30),
            poll_timeout: SimSpan::secs(5),
            polls: None,
            pause: Spread::ZERO,
            commits_after: 0,
            persists: false,
        }
    }
}

/// Who decides about the queues of a lite pull consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// The group shares them out (`subscribe`).
    ByRebalance,
    /// The program names them (`assign`).
    Queues(Vec<MessageQueue>),
    /// The program takes all that these topics have, and what they have later
    /// (`TopicMessageQueueChangeListener`).
    Topics(Vec<Name>),
}

/// Queues of a topic: one, by broker name and id, or all that the consumer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Which {
    pub topic: Name,
    pub queue: Option<(Name, u32)>,
}

impl Which {
    /// Whether it names a queue.
    pub fn names(&self, queue: MessageQueue) -> bool {
        self.topic == queue.topic && self.queue.is_none_or(|it| it == (queue.broker, queue.id))
    }
}

/// Where a program wants to go on (`seek`, `seekToBegin`, `seekToEnd`, `offsetForTimestamp`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeekTo {
    Begin,
    End,
    Offset(u64),
    /// ms since 1970.
    Time(i64),
}

/// What a program does with queues of its lite pull consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiteOrder {
    /// Goes on elsewhere, once its call for messages is over.
    Seek(Which, SeekTo),
    /// Pulls them no more; none: all.
    Pause(Option<Which>),
    /// Pulls them again.
    Resume(Option<Which>),
    /// Commits, once its call is over.
    Commit,
}

impl Digestible for Which {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.topic);
        digest.word(self.queue.map_or(0, |(_, id)| u64::from(id) + 1));
    }
}

impl Digestible for LiteOrder {
    fn digest(&self, digest: &mut Digest) {
        let (kind, which, number) = match self {
            Self::Seek(which, to) => {
                let (kind, number) = match to {
                    SeekTo::Begin => (1, 0),
                    SeekTo::End => (2, 0),
                    SeekTo::Offset(offset) => (3, *offset),
                    SeekTo::Time(millis) => (4, millis.cast_unsigned()),
                };
                (kind, Some(*which), number)
            }
            Self::Pause(which) => (5, *which, 0),
            Self::Resume(which) => (6, *which, 0),
            Self::Commit => (7, None, 0),
        };
        digest.word(kind);
        digest.word(number);
        which.iter().for_each(|which| digest.put(which));
    }
}
