//! Requests, each with the number that RocketMQ gives it.

use std::rc::Rc;

use crate::facts::{MsgKey, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::message::Message;
use crate::rocketmq::topic::{TopicConfig, java_hash};

use super::admin::AdminRequest;

/// Pull flags (`PullSysFlag`).
pub mod sys_flag {
    /// The request carries an offset to commit.
    pub const COMMIT_OFFSET: u8 = 1;
    /// The broker may hold the request.
    pub const SUSPEND: u8 = 2;
    /// The request carries its subscription.
    pub const SUBSCRIPTION: u8 = 4;
    /// A lite pull consumer asks: the request has a number of its own (361).
    pub const LITE: u8 = 16;
}

/// What is asked of a name server, a broker or a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// 103: to a name server.
    RegisterBroker(Rc<Registration>),
    /// 104: to a name server.
    UnregisterBroker { cluster: Name, broker: Name, broker_id: u32 },
    /// 105: to a name server.
    GetRoute { topic: Name },
    /// 310.
    SendMessage(Rc<SendRequest>),
    /// 11, or 361 of a lite pull consumer.
    Pull(PullRequest),
    /// 14; `or_zero` (`setZeroIfNotFound`): a young queue without an offset answers 0.
    QueryOffset { group: Name, topic: Name, queue: u32, or_zero: bool },
    /// 15, one-way.
    UpdateOffset { group: Name, topic: Name, queue: u32, offset: i64 },
    /// 30.
    MaxOffset { topic: Name, queue: u32 },
    /// 31.
    MinOffset { topic: Name, queue: u32 },
    /// 34.
    Heartbeat(Rc<Heartbeat>),
    /// 35.
    UnregisterClient { client: Name, producer: Option<Name>, consumer: Option<Name> },
    /// 38.
    ConsumerList { group: Name },
    /// 40, one-way, from a broker to a consumer.
    ConsumerIdsChanged { group: Name },
    /// What administrators and some clients ask for.
    Admin(Rc<AdminRequest>),
    /// Any other: kept as it came.
    Unknown { code: u32, ext: Rc<[(Name, Name)]>, body: Rc<[u8]> },
}

/// What a broker tells a name server (`RegisterBrokerRequestHeader`,
/// `TopicConfigSerializeWrapper`).
#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    /// Cluster.
    pub cluster: Name,
    /// Broker name.
    pub broker: Name,
    /// 0: master.
    pub broker_id: u32,
    /// `DataVersion` as a counter; the timestamp never differs here.
    pub data_version: u64,
    /// `stateVersion`: the epoch of the master, under a controller. An address that another one of
    /// a later epoch has taken is not given back.
    pub state_version: u32,
    /// `enableActingMaster`.
    pub acting: bool,
    /// `heartbeatTimeoutMillis`, where the broker says so.
    pub expiry: Option<SimSpan>,
    /// All topics, or the one that was created.
    pub topics: Vec<TopicConfig>,
    /// The node whose name stands for the broker in facts: a slave's master. Not on the wire.
    pub named_by: NodeId,
    /// Why the broker registers now. Not on the wire: it goes into the name server's fact.
    pub why: Why,
}

/// Bytes of a message within a batch: lengths, flags, body and properties
/// (`MessageDecoder.encodeMessage`).
pub fn bytes_in_batch(message: &Message) -> u32 {
    const REST: u32 = 22;
    REST + message.body_bytes() + message.client_property_bytes()
}

/// A send (`SendMessageRequestHeaderV2`).
#[derive(Clone, Debug, PartialEq)]
pub struct SendRequest {
    /// `a`.
    pub group: Name,
    /// `b`.
    pub topic: Name,
    /// `c`.
    pub default_topic: Name,
    /// `d`.
    pub default_queues: u32,
    /// `e`; negative: the broker chooses.
    pub queue: i32,
    /// The rest of the header and the body.
    pub message: Message,
    /// `l`: so often a message may be sent back before it is given up.
    pub max_reconsume: Option<i32>,
    /// The messages of a batch (320), of which `message` is what they have in common.
    pub batch: Option<Vec<Message>>,
}

impl SendRequest {
    /// Bytes of the body: of a batch, all messages with their lengths, flags and properties.
    pub fn body_bytes(&self) -> u32 {
        let Some(batch) = &self.batch else { return self.message.body_bytes() };
        batch.iter().map(bytes_in_batch).sum()
    }

    /// All messages that it carries.
    pub fn keys(&self) -> impl Iterator<Item = MsgKey> + '_ {
        let batch = self.batch.as_deref().unwrap_or_default();
        let alone = self.batch.is_none().then_some(self.message.key);
        alone.into_iter().chain(batch.iter().map(|message| message.key))
    }

    /// The messages of a batch.
    pub fn messages_of_batch(&self) -> Option<&[Message]> {
        self.batch.as_deref()
    }
}

/// A pull (`PullMessageRequestHeader`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullRequest {
    pub group: Name,
    pub topic: Name,
    pub queue: u32,
    pub offset: u64,
    pub max_messages: u32,
    /// Bits of [`sys_flag`].
    pub sys_flag: u8,
    /// Committed where the flag says so.
    pub commit_offset: u64,
    /// ms.
    pub suspend_timeout: u32,
    /// Version of the subscription: the client's wall clock in ms when it was made.
    pub sub_version: i64,
    /// The subscription, where the flag says so (pull consumers).
    pub tags: TagExpression,
}

/// Which messages are wanted: by tags, or by an SQL92 expression (`SubscriptionData`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TagExpression {
    text: Option<Name>,
    sql: bool,
}

impl TagExpression {
    /// Everything.
    pub const ALL: Self = Self { text: None, sql: false };

    /// `*`, nothing, or tags between `||` (`FilterAPI.buildSubscriptionData`).
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() || text == "*" {
            Self::ALL
        } else {
            Self { text: Some(Name::new(text)), sql: false }
        }
    }

    /// An SQL92 expression over properties.
    pub fn sql(text: &str) -> Self {
        Self { text: Some(Name::new(text)), sql: true }
    }

    /// True for an SQL92 expression.
    pub fn is_sql(self) -> bool {
        self.sql
    }

    /// The expression as written.
    pub fn as_str(self) -> &'static str {
        self.text.map_or("*", Name::as_str)
    }

    /// The broker's test: by hash, so that tags with the same hash pass.
    pub fn matches_hash(self, hash: i64) -> bool {
        self.sql || self.text.is_none() || self.tags().any(|tag| i64::from(java_hash(tag)) == hash)
    }

    /// The client's test: by text; a message without a tag passes only `*`. SQL92 is the broker's.
    pub fn matches(self, tag: Option<Name>) -> bool {
        self.sql
            || self.text.is_none()
            || tag.is_some_and(|tag| self.tags().any(|wanted| wanted == tag.as_str()))
    }

    /// Tags that are named, in the order of their text.
    pub fn tags(self) -> impl Iterator<Item = &'static str> {
        let parts = self.text.map_or("", Name::as_str).split("||");
        parts.map(str::trim).filter(|tag| !tag.is_empty())
    }
}

/// One topic of a consumer's heartbeat (`SubscriptionData`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub topic: Name,
    pub tags: TagExpression,
    /// `subVersion`: wall clock in ms when it was made.
    pub version: i64,
}

/// One group of a heartbeat (`ConsumerData`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerData {
    pub group: Name,
    /// `CONSUME_PASSIVELY` (push) or `CONSUME_ACTIVELY`.
    pub push: bool,
    /// `BROADCASTING`, else `CLUSTERING`.
    pub broadcasts: bool,
    /// `consumeFromWhere`, by its name.
    pub from: Name,
    pub subscriptions: Vec<Subscription>,
}

/// A heartbeat (`HeartbeatData`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// `ip@instanceName`.
    pub client: Name,
    pub producers: Vec<Name>,
    pub consumers: Vec<ConsumerData>,
}

impl ConsumerData {
    /// A group whose members share its messages and begin at the end (`CONSUME_FROM_LAST_OFFSET`).
    pub fn new(group: Name, push: bool, subscriptions: Vec<Subscription>) -> Self {
        let from = Name::new("CONSUME_FROM_LAST_OFFSET");
        Self { group, push, broadcasts: false, from, subscriptions }
    }
}

impl Request {
    /// RocketMQ's number (`RequestCode`).
    pub fn code(&self) -> u32 {
        match self {
            Self::RegisterBroker(_) => 103,
            Self::UnregisterBroker { .. } => 104,
            Self::GetRoute { .. } => 105,
            Self::SendMessage(_) => 310,
            Self::Pull(pull) if pull.sys_flag & sys_flag::LITE != 0 => 361,
            Self::Pull(_) => 11,
            Self::QueryOffset { .. } => 14,
            Self::UpdateOffset { .. } => 15,
            Self::MaxOffset { .. } => 30,
            Self::MinOffset { .. } => 31,
            Self::Heartbeat(_) => 34,
            Self::UnregisterClient { .. } => 35,
            Self::ConsumerList { .. } => 38,
            Self::ConsumerIdsChanged { .. } => 40,
            Self::Admin(request) => request.code(),
            Self::Unknown { code, .. } => *code,
        }
    }
}

impl Digestible for TagExpression {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.text);
    }
}

impl Digestible for PullRequest {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.group);
        digest.put(&self.topic);
        digest.word(u64::from(self.queue) << 8 | u64::from(self.sys_flag));
        digest.word(self.offset);
        digest.word(self.commit_offset);
    }
}

impl Digestible for Request {
    fn digest(&self, digest: &mut Digest) {
        let queue = if let Self::SendMessage(send) = self { send.queue.cast_unsigned() } else { 0 };
        digest.word(u64::from(self.code()) | u64::from(queue) << 32);
        match self {
            Self::RegisterBroker(registration) => {
                digest.put(&registration.broker);
                digest.word(registration.data_version);
                digest.all(registration.topics.iter());
            }
            Self::UnregisterBroker { broker, broker_id, .. } => {
                digest.put(broker);
                digest.put(broker_id);
            }
            Self::GetRoute { topic } => digest.put(topic),
            Self::SendMessage(send) => digest.put(&send.message),
            Self::Pull(pull) => digest.put(pull),
            Self::QueryOffset { group, topic, queue, .. } => {
                digest.put(group);
                digest.put(topic);
                digest.put(queue);
            }
            Self::UpdateOffset { group, topic, queue, offset } => {
                digest.put(group);
                digest.put(topic);
                digest.put(queue);
                digest.word(offset.cast_unsigned());
            }
            Self::MaxOffset { topic, queue } | Self::MinOffset { topic, queue } => {
                digest.put(topic);
                digest.put(queue);
            }
            Self::Heartbeat(heartbeat) => {
                digest.put(&heartbeat.client);
                heartbeat.consumers.iter().flat_map(|data| &data.subscriptions).for_each(|sub| {
                    digest.put(&sub.topic);
                    digest.word(sub.version.cast_unsigned());
                });
            }
            Self::UnregisterClient { client, producer, consumer } => {
                digest.put(client);
                digest.put(producer);
                digest.put(consumer);
            }
            Self::ConsumerList { group } | Self::ConsumerIdsChanged { group } => digest.put(group),
            Self::Admin(request) => digest.put(&**request),
            Self::Unknown { body, .. } => digest.bytes(body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_match_by_hash_at_the_broker_and_by_text_at_the_client() {
        let tags = TagExpression::new(" TagA ||TagC|| ");
        assert!(tags.matches_hash(i64::from(java_hash("TagC"))));
        assert!(!tags.matches_hash(i64::from(java_hash("TagB"))));
        assert!(!tags.matches_hash(0), "no tag");
        assert!(tags.matches(Some(Name::new("TagA"))) && !tags.matches(None));
        assert!(TagExpression::new("*").matches(None));
        // "Aa" and "BB" have one hash: the broker lets both pass, the client does not.
        let collision = TagExpression::new("Aa");
        assert!(collision.matches_hash(i64::from(java_hash("BB"))));
        assert!(!collision.matches(Some(Name::new("BB"))));
    }
}
