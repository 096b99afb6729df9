//! What administrators and some clients ask for, and what they get.
//!
//! Follows the rows of `RequestCode` that `AdminBrokerProcessor`, `QueryMessageProcessor`,
//! `ClientManageProcessor` and the name server's `DefaultRequestProcessor` serve.

use std::rc::Rc;

use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::rocketmq::group::GroupConfig;
use crate::rocketmq::store::CqUnit;
use crate::rocketmq::topic::TopicConfig;

use super::pop::{AckRequest, PopKind, PopRequest, Popped};
use super::rare::{RareReply, RareRequest};
use super::replicas::{ReplicaReply, ReplicaRequest};
use super::reply::PulledMessage;
use super::request::{SendRequest, Subscription};

/// A queue as clients name it (`MessageQueue`): topic, broker name, id.
pub type QueueName = (Name, Name, u32);

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub enum AdminRequest {
    /// 17.
    SetTopic(TopicConfig),
    /// 215 at a broker, 216 at a name server.
    DeleteTopic { topic: Name, code: u32 },
    /// 202.
    TopicStats { topic: Name },
    /// 208; without topics: all of the group. `named`: whatever its members subscribe to.
    ConsumeStats { group: Name, topics: Vec<Name>, named: bool },
    /// 29: the offset at a time in ms; `upper`: the last message of that time.
    SearchOffset { topic: Name, queue: u32, millis: i64, upper: bool },
    /// 32.
    EarliestTime { topic: Name, queue: u32 },
    /// 46.
    CheckSubscription(Subscription),
    /// 200.
    SetGroup(GroupConfig),
    /// 201.
    AllGroups,
    /// 207.
    DeleteGroup { group: Name, with_offsets: bool },
    /// 203.
    ConsumerConnections { group: Name },
    /// 204.
    ProducerConnections { group: Name },
    /// 41.
    LockQueues { group: Name, client: Name, queues: Vec<QueueName> },
    /// 42.
    UnlockQueues { group: Name, client: Name, queues: Vec<QueueName> },
    /// 12: by key, or by unique key.
    QueryMessages(MessageQuery),
    /// 33.
    ViewMessage { physical: u64 },
    /// 222.
    ResetOffsets(ResetOffsets),
    /// 300.
    GroupsOfTopic { topic: Name },
    /// 343.
    TopicsOfGroup { group: Name },
    /// 36.
    SendBack { group: Name, physical: u64, level: i32, max_reconsume: Option<i32> },
    /// 37.
    EndTransaction(EndTransaction),
    /// 39, from a broker to a producer.
    CheckTransaction(TransactionCheck),
    /// 200050, 200052, 200054, 200055.
    Pop(PopRequest),
    /// 200051.
    Ack(AckRequest),
    /// 200151.
    BatchAck(Vec<AckRequest>),
    /// 200053: for so many ms from now on.
    ChangeInvisible(AckRequest, i64),
    /// 370.
    Recall(Recall),
    /// 324 or 325: a reply, as a send.
    SendReply(Rc<SendRequest>, u32),
    /// 326, from a broker to who waits for a reply.
    PushReply(PushReply),
    /// 323: a half message that was given up, by its place in the log.
    ResumeCheck { physical: u64 },
    /// 328.
    AllProducers,
    /// 28.
    RuntimeInfo,
    /// 315: what a counter of this name says of a key.
    TopicStatistics { name: Name, key: Name },
    /// 2003.
    ColdData,
    /// 321: entries of a consume queue.
    QueueEntries { group: Option<Name>, topic: Name, queue: u32, first: u64, count: u32 },
    /// Rarer still.
    Rare(RareRequest),
    /// 21, 43, 45: topics, offsets, positions of delay levels, for a slave.
    ForSlave { code: u32 },
    /// 106.
    ClusterInfo,
    /// 206.
    AllTopics,
    /// 224.
    TopicsOfCluster { cluster: Name },
    /// 100.
    PutConfig { namespace: Name, key: Name, value: Name },
    /// 101.
    GetConfig { namespace: Name, key: Name },
    /// 102.
    DeleteConfig { namespace: Name, key: Name },
    /// 219.
    ConfigsOf { namespace: Name },
    /// 205: nobody may write to a broker any more.
    WipeWrite { broker: Name },
    /// 327: they may again.
    AddWrite { broker: Name },
    /// 901 to 906, 1001 to 1013.
    Replica(ReplicaRequest),
}

/// What became of a transaction (`EndTransactionRequestHeader`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndTransaction {
    pub group: Name,
    /// Position in the half queue.
    pub half: u64,
    /// Position in the log.
    pub physical: u64,
    /// 8: commit, 12: roll back, 0: unknown.
    pub decision: i32,
    /// The broker had asked.
    pub from_check: bool,
}

/// A message with a time of its own is to be taken back (`RecallMessageRequestHeader`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    pub group: Name,
    pub topic: Name,
    /// `None` where it cannot be read.
    pub handle: Option<RecallHandle>,
}

/// What the answer to the send of such a message holds (`RecallMessageHandle`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallHandle {
    pub topic: Name,
    pub broker: Name,
    /// When it is due, ms since 1970.
    pub millis: i64,
    /// Its unique key.
    pub key: Rc<str>,
}

/// A reply on its way to who waits for it (`ReplyMessageRequestHeader`).
#[derive(Clone, Debug, PartialEq)]
pub struct PushReply {
    pub send: Rc<SendRequest>,
    /// Who sent it.
    pub from: NodeId,
    /// ms since 1970.
    pub at: i64,
}

/// Sums of a counter over a minute, an hour and a day (`BrokerStatsItem`): of what it counts, and
/// how often; with the ms between the first and the last sample.
pub type StatSums = [(u64, u64, u64); 3];

/// Counts of the last 10, 60 and 600 s, with the ms of the window; none where the broker has not
/// run for so long.
pub type Rates = [Option<(u64, u64)>; 3];

/// Which offsets are set, and to what (`ResetOffsetRequestHeader`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetOffsets {
    pub group: Name,
    pub topic: Name,
    /// Negative: all.
    pub queue: i32,
    /// For one queue.
    pub offset: Option<i64>,
    /// Else to the offset at this time, ms since 1970; negative: to the end.
    pub millis: i64,
    /// Also forwards (`isForce`); for clients only.
    pub force: bool,
    /// A program in C++ asks, so clients get its form.
    pub for_c: bool,
}

/// A question about a transaction: the copy of its half message, under its real topic.
#[derive(Clone, Debug, PartialEq)]
pub struct TransactionCheck {
    pub broker: Name,
    pub message: PulledMessage,
}

/// Part of a consume queue (`QueryConsumeQueueResponseBody`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueEntries {
    /// Who asks, if it is said.
    pub group: Option<Name>,
    pub topic: Name,
    /// What the group last wanted of the topic.
    pub subscription: Option<Subscription>,
    pub units: Vec<CqUnit>,
    pub min: u64,
    pub max: u64,
}

/// A query by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageQuery {
    pub topic: Name,
    pub key: Rc<str>,
    /// By unique key.
    pub unique: bool,
    pub most: u32,
    /// Store times in ms since 1970, both included.
    pub begin: i64,
    pub end: i64,
}

/// Ends of a queue in statistics (`TopicOffset`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueEnds {
    pub queue: QueueName,
    pub min: u64,
    pub max: u64,
    /// When its last message was stored, ms since 1970; 0 without one.
    pub last: i64,
}

/// How far a group is in a queue (`OffsetWrapper`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub queue: QueueName,
    pub broker: u64,
    pub consumer: u64,
    /// Where its last pull ended, or its offset where that is further.
    pub pulled: u64,
    /// When the message before the offset was stored, ms since 1970; 0 without one.
    pub last: i64,
}

/// Who consumes (`ConsumerConnection`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumers {
    pub clients: Vec<(Name, NodeId)>,
    pub push: bool,
    pub broadcasts: bool,
    pub from: Name,
    pub subscriptions: Vec<Subscription>,
}

/// Committed offsets: group, topic, and next offset by queue.
pub type GroupOffsets = (Name, Name, Vec<Option<u64>>);

/// A broker in cluster information: cluster, name, addresses by id.
pub type BrokerPlace = (Name, Name, Vec<(u32, NodeId)>);

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum AdminReply {
    /// 32: ms since 1970.
    Time(i64),
    /// 202; with what came in the last minute's samples, and ms.
    TopicStats(Vec<QueueEnds>, (u64, u64)),
    /// 208; with what was handed out of each topic, and ms.
    ConsumeStats(Vec<Progress>, Vec<(u64, u64)>),
    /// 201; and groups that may not read a topic.
    Groups(Vec<GroupConfig>, Vec<(Name, Name)>),
    /// 203.
    Consumers(Consumers),
    /// 204.
    Producers(Vec<(Name, NodeId)>),
    /// 41.
    Locked(Vec<QueueName>),
    /// 12: with the place and time up to which keys are known.
    Found { messages: Vec<PulledMessage>, physical: u64, millis: i64 },
    /// 33.
    Message(Box<PulledMessage>),
    /// 222.
    Reset(Vec<(QueueName, u64)>),
    /// 300.
    GroupNames(Vec<Name>),
    /// 343: with the broker that says so.
    TopicsOfGroup(Vec<Name>, NodeId),
    /// 206, 224.
    Topics(Vec<Name>),
    /// 106.
    Cluster(Vec<BrokerPlace>),
    /// 101.
    Value(Name),
    /// 219.
    Table(Vec<(Name, Name)>),
    /// 205.
    Wiped(u32),
    /// 200050.
    Popped(Popped),
    /// 200054: whether there is something to pop, and whether too many wait for it.
    Notified { has_messages: bool, is_full: bool },
    /// 200053.
    Invisible { at: i64, invisible: i64, revive: u32 },
    /// 200055.
    Waiting(u32),
    /// 370: the unique key of what is taken back; none where it is refused.
    Recalled(Option<Rc<str>>),
    /// 28: texts, and rates.
    Info(Vec<(String, String)>, Vec<(&'static str, Rates)>),
    /// 315.
    Statistics(StatSums),
    /// 328: group, client, and when it was heard of, ms since 1970.
    AllProducers(Vec<(Name, Name, NodeId, i64)>),
    /// 2003: limits by group.
    ColdData(Vec<(Name, i64)>),
    /// 321.
    QueueEntries(QueueEntries),
    /// 327.
    Added(u32),
    /// 21.
    TopicTable { topics: Vec<TopicConfig>, version: u64 },
    /// 43.
    Offsets(Vec<GroupOffsets>),
    /// 45: next position by level, from level 1.
    Delays(Vec<u64>),
    /// What a rarer request gets.
    Rare(RareReply),
    /// 901 to 906, 1001 to 1013.
    Replica(ReplicaReply),
}

impl AdminRequest {
    /// RocketMQ's number (`RequestCode`).
    pub fn code(&self) -> u32 {
        match self {
            Self::SetTopic(_) => 17,
            Self::DeleteTopic { code, .. } => *code,
            Self::TopicStats { .. } => 202,
            Self::ConsumeStats { .. } => 208,
            Self::SearchOffset { .. } => 29,
            Self::EarliestTime { .. } => 32,
            Self::CheckSubscription(_) => 46,
            Self::SetGroup(_) => 200,
            Self::AllGroups => 201,
            Self::DeleteGroup { .. } => 207,
            Self::ConsumerConnections { .. } => 203,
            Self::ProducerConnections { .. } => 204,
            Self::LockQueues { .. } => 41,
            Self::UnlockQueues { .. } => 42,
            Self::QueryMessages(_) => 12,
            Self::ViewMessage { .. } => 33,
            Self::ResetOffsets(_) => 222,
            Self::GroupsOfTopic { .. } => 300,
            Self::TopicsOfGroup { .. } => 343,
            Self::SendBack { .. } => 36,
            Self::EndTransaction(_) => 37,
            Self::CheckTransaction(_) => 39,
            Self::Pop(pop) => match pop.kind {
                PopKind::Pops => 200_050,
                PopKind::Peeks => 200_052,
                PopKind::Asks => 200_054,
                PopKind::Counts => 200_055,
            },
            Self::Recall(_) => 370,
            Self::SendReply(_, code) => *code,
            Self::PushReply(_) => 326,
            Self::ResumeCheck { .. } => 323,
            Self::AllProducers => 328,
            Self::RuntimeInfo => 28,
            Self::TopicStatistics { .. } => 315,
            Self::ColdData => 2003,
            Self::Ack(_) => 200_051,
            Self::BatchAck(_) => 200_151,
            Self::ChangeInvisible(..) => 200_053,
            Self::QueueEntries { .. } => 321,
            Self::Rare(rare) => rare.code(),
            Self::ForSlave { code } => *code,
            Self::ClusterInfo => 106,
            Self::AllTopics => 206,
            Self::TopicsOfCluster { .. } => 224,
            Self::PutConfig { .. } => 100,
            Self::GetConfig { .. } => 101,
            Self::DeleteConfig { .. } => 102,
            Self::ConfigsOf { .. } => 219,
            Self::WipeWrite { .. } => 205,
            Self::AddWrite { .. } => 327,
            Self::Replica(request) => request.code(),
        }
    }
}

// Their numbers tell requests apart; what they carry comes from outside, at a time that is
// digested, or out of state that is digested itself.
impl Digestible for AdminRequest {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.code()));
    }
}

impl Digestible for AdminReply {
    fn digest(&self, digest: &mut Digest) {
        let (kind, count) = match self {
            Self::Time(millis) => (1, millis.cast_unsigned()),
            Self::TopicStats(queues, _) => (2, queues.len() as u64),
            Self::ConsumeStats(queues, _) => (3, queues.len() as u64),
            Self::Groups(groups, _) => (4, groups.len() as u64),
            Self::Consumers(consumers) => (5, consumers.clients.len() as u64),
            Self::Producers(clients) => (6, clients.len() as u64),
            Self::Locked(queues) => (7, queues.len() as u64),
            Self::Found { messages, .. } => (8, messages.len() as u64),
            Self::Message(message) => (9, message.physical),
            Self::Reset(queues) => (10, queues.len() as u64),
            Self::GroupNames(names) => (11, names.len() as u64),
            Self::TopicsOfGroup(names, _) => (12, names.len() as u64),
            Self::Topics(names) => (13, names.len() as u64),
            Self::Cluster(brokers) => (14, brokers.len() as u64),
            Self::Value(_) => (15, 0),
            Self::Table(entries) => (16, entries.len() as u64),
            Self::Wiped(topics) => (17, u64::from(*topics)),
            Self::Popped(popped) => (19, popped.messages.len() as u64),
            Self::Invisible { at, .. } => (20, at.cast_unsigned()),
            Self::Notified { has_messages, .. } => (22, u64::from(*has_messages)),
            Self::Waiting(count) => (23, u64::from(*count)),
            Self::Recalled(key) => (24, u64::from(key.is_some())),
            Self::Info(entries, _) => (25, entries.len() as u64),
            Self::Statistics(sums) => (26, sums[0].0),
            Self::AllProducers(clients) => (27, clients.len() as u64),
            Self::ColdData(limits) => (28, limits.len() as u64),
            Self::QueueEntries(entries) => (21, entries.units.len() as u64),
            Self::Added(topics) => (18, u64::from(*topics)),
            Self::TopicTable { topics, version } => (23, (topics.len() as u64) << 32 | version),
            Self::Offsets(entries) => (24, entries.len() as u64),
            Self::Delays(levels) => (25, levels.iter().sum()),
            Self::Rare(rare) => rare.sketch(),
            Self::Replica(reply) => reply.words(),
        };
        digest.word(kind);
        digest.word(count);
    }
}
