//! Neutral looks into a world between two events: what flies, what is expected, what a message
//! holds.

use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::kernel::time::SimTime;

use super::fact::{MsgKey, QueueRef};
use super::reason::Setting;

/// What a packet carries, in words that every protocol shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carried {
    /// What kind of packet.
    pub kind: CarriedKind,
    /// Queue that it is about (the topic's broker end).
    pub queue: Option<QueueRef>,
    /// First message and how many there are.
    pub message: Option<MsgKey>,
    /// Messages in it.
    pub count: u32,
}

/// Kinds of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarriedKind {
    /// Messages, either way.
    Messages,
    /// A message that comes again.
    Retry,
    /// A request for messages.
    Ask,
    /// An answer without messages, or an acknowledgement.
    Answer,
    /// Heartbeats, routes, registrations, offsets.
    Control,
}

/// A wake-up that is worth announcing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expectation {
    /// When.
    pub at: SimTime,
    /// Whose.
    pub node: NodeId,
    /// Key of the page's texts is `expect.` + this.
    pub key: &'static str,
    /// The setting behind it.
    pub setting: Option<&'static Setting>,
    /// Worth a mark on the timeline.
    pub marker: bool,
}

/// What a node's configuration promises: what a run is judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promises {
    /// A broker's "stored" means that its disk has it.
    pub on_disk: bool,
    /// A broker's "stored" means that so many logs have it, its own included.
    pub copies: u32,
    /// While a name server does not know a broker, others of its name take its locks
    /// (`enableSlaveActingMaster`).
    pub stands_in: bool,
    /// What a broker's process wrote is there after a crash of the process.
    pub survives_crashes: bool,
    /// A consumer handles one message of a queue at a time, in the queue's order.
    pub in_order: bool,
    /// A consumer's committed offset means that its group is done with everything before it.
    pub commits_when_done: bool,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeProfile {
    /// Role.
    pub role: NodeRole,
    /// Group of a client.
    pub group: Option<Name>,
    /// The node whose queues it has copies of (a slave's master): they are shown as one.
    pub copies: Option<NodeId>,
    /// The client whose process and instance it shares.
    pub shares: Option<NodeId>,
    /// When it is planned to start.
    pub starts: SimTime,
    /// Words as `ASYNC_MASTER`, shown as they are.
    pub modes: Vec<&'static str>,
    /// Topics that a client sends to or subscribes, in the scenario's order.
    pub topics: Vec<Name>,
    /// Threads: a broker's send and pull threads, a consumer's consuming threads (first number).
    pub threads: (u32, u32),
    /// Settings with their values as they are in force, as the system writes them.
    pub settings: Vec<(&'static str, String)>,
    /// What it promises.
    pub promises: Promises,
}

/// Roles of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRole {
    NameServer,
    Broker,
    Producer,
    PushConsumer,
    PullConsumer,
    LitePullConsumer,
    SimpleConsumer,
}

/// Whose a topic is that no client of the scenario names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TopicKind {
    /// Clients read it.
    #[default]
    Read,
    /// A broker keeps messages there for itself: nobody waits for them.
    Kept,
    /// A broker's notes, which tell a person nothing.
    Notes,
}

/// What a message holds, made when somebody looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The body as text, or a description of a synthetic one.
    pub body: String,
    /// Its bytes.
    pub body_bytes: u32,
    /// Tag.
    pub tag: Option<Name>,
    /// Keys.
    pub keys: Option<String>,
    /// RocketMQ's `UNIQ_KEY`, or what serves as that elsewhere.
    pub unique_key: String,
}
