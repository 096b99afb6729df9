//! Requests that are rarer still than those of `admin`, and what they get.
//!
//! Follows the rows of `RequestCode` that `AdminBrokerProcessor`, `Broker2Client` and
//! `QueryAssignmentProcessor` serve. What has no effect here but an answer of its own is
//! [`RareRequest::Noted`].

use std::rc::Rc;

use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::rocketmq::group::GroupConfig;
use crate::rocketmq::topic::TopicConfig;

use super::admin::{Progress, QueueName};
use super::reply::PulledMessage;
use super::request::Subscription;

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub enum RareRequest {
    /// 18.
    SetTopics(Vec<TopicConfig>),
    /// 225.
    SetGroups(Vec<GroupConfig>),
    /// 351.
    Topic(Name),
    /// 352.
    Group(Name),
    /// 353: whether a group may read a topic; `readable` sets it.
    Readable { group: Name, topic: Name, readable: Option<bool> },
    /// 345.
    SubscriptionOf { group: Name, topic: Name },
    /// 303.
    TimeSpans { group: Name, topic: Name },
    /// 305.
    SystemTopics,
    /// 306 (ends of queues), 316 (queues of topics that are gone), 329 (old files).
    Clean { code: u32 },
    /// 308: the smallest offsets of all groups, where a group is not behind them; the offsets of
    /// the groups in `dropped` are thrown away.
    Corrections { topic: Name, dropped: Vec<Name>, compared: Name },
    /// 314.
    CloneOffsets { from: Name, to: Name, topic: Option<Name>, offline: bool },
    /// 317; `ordered`: only topics with an order, of which there are none.
    AllProgress { ordered: bool },
    /// 2001: limits of cold reads by group.
    SetColdLimits(Vec<(Name, i64)>),
    /// 2002.
    DropColdLimit(Name),
    /// 2004, 200056: answered with this code, and no more.
    Noted { code: u32, answer: u16 },
    /// 223: how far the members of a group are.
    StatusOf { group: Name, topic: Name, client: Option<Name> },
    /// 307, 309: a broker hands it on to a consumer.
    Call(ConsumerCall),
    /// 220, from a broker to a consumer.
    ResetClient(ClientReset),
    /// 221, from a broker to a consumer.
    Status { group: Name, topic: Name },
    /// 400.
    Assignment(AssignmentQuery),
    /// 401.
    SetMode(RequestMode),
    /// 402.
    Modes,
    /// 217, to a name server: queues of a topic on brokers.
    RegisterTopic { topic: Name, queues: Vec<(Name, TopicConfig)> },
    /// 304, to a name server: names of clusters and brokers.
    NamesOfSystem,
    /// 311 to 313, to a name server: topics of units, of which there are none.
    UnitTopics { code: u32 },
}

/// What one consumer is asked for (`GetConsumerRunningInfoRequestHeader`,
/// `ConsumeMessageDirectlyResultRequestHeader`).
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerCall {
    /// 307: what it does, 309: to consume a message now.
    pub code: u32,
    pub group: Name,
    pub client: Name,
    /// 307: with the stacks of its threads.
    pub stacks: bool,
    /// 309: the message's place in the log, while nobody has looked it up.
    pub physical: Option<u64>,
    /// 309: the message.
    pub message: Option<Box<PulledMessage>>,
    /// 309: its topic, if it is named.
    pub topic: Option<Name>,
    /// All fields, as they came and are handed on.
    pub ext: Vec<(Name, Name)>,
}

/// New offsets for a consumer (`ResetOffsetRequestHeader`, `ResetOffsetBody`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientReset {
    pub group: Name,
    pub topic: Name,
    /// ms since 1970; -1: the end.
    pub millis: i64,
    pub offsets: Vec<(QueueName, u64)>,
    /// Written as a client in C++ reads it (`ResetOffsetBodyForC`).
    pub for_c: bool,
}

/// A client asks which queues are its own (`QueryAssignmentRequestBody`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssignmentQuery {
    pub group: Name,
    pub topic: Name,
    pub client: Name,
    pub strategy: Name,
    pub broadcasts: bool,
}

/// How a group gets a topic's messages (`SetMessageRequestModeRequestBody`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestMode {
    pub group: Name,
    pub topic: Name,
    /// `POP`, else `PULL`.
    pub pops: bool,
    /// `popShareQueueNum`.
    pub share: i32,
}

/// Times of a queue (`QueueTimeSpan`), ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSpan {
    pub queue: QueueName,
    /// Of the first message, of the last one, and of the last one that the group has consumed.
    pub first: i64,
    pub last: i64,
    pub consumed: i64,
    pub delay: i64,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum RareReply {
    /// 351.
    Topic(TopicConfig),
    /// 352.
    Group(GroupConfig),
    /// 353.
    Readable { group: Name, topic: Name, readable: bool },
    /// 345.
    SubscriptionOf { group: Name, topic: Name, subscription: Option<Subscription> },
    /// 303.
    TimeSpans(Vec<TimeSpan>),
    /// 308: by queue id; `None`: the compared group is ahead.
    Corrections(Vec<(u32, Option<u64>)>),
    /// 317: by group, each topic for itself.
    AllProgress { by: NodeId, groups: Vec<(Name, Vec<Vec<Progress>>)> },
    /// 223: by client.
    StatusOf(Vec<(Name, Vec<(QueueName, u64)>)>),
    /// 221, from a consumer.
    Status(Vec<(QueueName, u64)>),
    /// 307, from a consumer.
    Running(Rc<Running>),
    /// 309, from a consumer: how it went, whether its listener is for queues in order, and ms that
    /// it took.
    Consumed { result: &'static str, order: bool, spent: u64 },
    /// 400; `None`: nothing is known, the client keeps what it has. Queue ids below 0 stand for
    /// all queues of a broker.
    Assignment(Option<Vec<(Name, Name, i32)>>, bool),
    /// 402.
    Modes(Vec<RequestMode>),
}

/// What a consumer does (`ConsumerRunningInfo`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Running {
    pub properties: Vec<(&'static str, String)>,
    pub subscriptions: Vec<Subscription>,
    pub queues: Vec<RunningQueue>,
    /// Stacks of threads, where they were asked for.
    pub stacks: Option<String>,
}

/// What a consumer holds of a queue (`ProcessQueueInfo`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningQueue {
    pub queue: QueueName,
    /// Next offset; -1 without one.
    pub commit: i64,
    /// The first and the last offset that are not done, and how many there are.
    pub first: u64,
    pub last: u64,
    pub count: u64,
    /// When it last pulled, ms since 1970.
    pub pulled: i64,
    /// Its broker's lock is held.
    pub locked: bool,
    /// Given up, and not gone yet.
    pub dropped: bool,
}

impl RareRequest {
    /// RocketMQ's number (`RequestCode`).
    pub fn code(&self) -> u32 {
        match self {
            Self::SetTopics(_) => 18,
            Self::SetGroups(_) => 225,
            Self::Topic(_) => 351,
            Self::Group(_) => 352,
            Self::Readable { .. } => 353,
            Self::SubscriptionOf { .. } => 345,
            Self::TimeSpans { .. } => 303,
            Self::SystemTopics => 305,
            Self::Clean { code } | Self::Noted { code, .. } | Self::UnitTopics { code } => *code,
            Self::Corrections { .. } => 308,
            Self::CloneOffsets { .. } => 314,
            Self::AllProgress { .. } => 317,
            Self::SetColdLimits(_) => 2001,
            Self::DropColdLimit(_) => 2002,
            Self::StatusOf { .. } => 223,
            Self::Call(call) => call.code,
            Self::ResetClient(_) => 220,
            Self::Status { .. } => 221,
            Self::Assignment(_) => 400,
            Self::SetMode(_) => 401,
            Self::Modes => 402,
            Self::RegisterTopic { .. } => 217,
            Self::NamesOfSystem => 304,
        }
    }
}

impl RareReply {
    /// Tells replies apart in digests: the kind, and how much there is.
    pub(super) fn sketch(&self) -> (u64, u64) {
        match self {
            Self::Topic(topic) => (100, u64::from(topic.write_queues)),
            Self::Group(_) => (101, 0),
            Self::Readable { readable, .. } => (102, u64::from(*readable)),
            Self::SubscriptionOf { subscription, .. } => (103, u64::from(subscription.is_some())),
            Self::TimeSpans(spans) => (104, spans.len() as u64),
            Self::Corrections(offsets) => (105, offsets.len() as u64),
            Self::AllProgress { groups, .. } => (106, groups.len() as u64),
            Self::StatusOf(clients) => (109, clients.len() as u64),
            Self::Status(queues) => (110, queues.len() as u64),
            Self::Running(running) => (111, running.queues.len() as u64),
            Self::Consumed { spent, .. } => (112, *spent),
            Self::Assignment(queues, _) => (113, queues.as_ref().map_or(0, Vec::len) as u64),
            Self::Modes(modes) => (114, modes.len() as u64),
        }
    }
}
