//! Replies: a response code and what comes with it.

use std::rc::Rc;

use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::rocketmq::message::Message;
use crate::rocketmq::store::GetStatus;

use super::admin::{AdminReply, RecallHandle};

/// Response codes (`ResponseCode`, `RemotingSysResponseCode`).
pub mod code {
    pub const SUCCESS: u16 = 0;
    pub const SYSTEM_ERROR: u16 = 1;
    pub const SYSTEM_BUSY: u16 = 2;
    pub const REQUEST_CODE_NOT_SUPPORTED: u16 = 3;
    pub const FLUSH_DISK_TIMEOUT: u16 = 10;
    pub const SLAVE_NOT_AVAILABLE: u16 = 11;
    pub const FLUSH_SLAVE_TIMEOUT: u16 = 12;
    pub const MESSAGE_ILLEGAL: u16 = 13;
    pub const SERVICE_NOT_AVAILABLE: u16 = 14;
    pub const NO_PERMISSION: u16 = 16;
    pub const TOPIC_NOT_EXIST: u16 = 17;
    pub const PULL_NOT_FOUND: u16 = 19;
    pub const PULL_RETRY_IMMEDIATELY: u16 = 20;
    pub const PULL_OFFSET_MOVED: u16 = 21;
    pub const QUERY_NOT_FOUND: u16 = 22;
    pub const SUBSCRIPTION_PARSE_FAILED: u16 = 23;
    pub const SUBSCRIPTION_NOT_EXIST: u16 = 24;
    pub const SUBSCRIPTION_NOT_LATEST: u16 = 25;
    pub const SUBSCRIPTION_GROUP_NOT_EXIST: u16 = 26;
    pub const FILTER_DATA_NOT_EXIST: u16 = 27;
    pub const INVALID_PARAMETER: u16 = 29;
    pub const NO_BUYER_ID: u16 = 204;
    pub const NOT_IN_CURRENT_UNIT: u16 = 205;
    pub const CONSUMER_NOT_ONLINE: u16 = 206;
    pub const CONSUME_MSG_TIMEOUT: u16 = 207;
    pub const NO_MESSAGE: u16 = 208;
    pub const POLLING_FULL: u16 = 209;
    pub const POLLING_TIMEOUT: u16 = 210;
    pub const FLOW_CONTROL: u16 = 215;
    pub const ILLEGAL_OPERATION: u16 = 604;
    pub const GO_AWAY: u16 = 1500;
    pub const CONTROLLER_FENCED_MASTER_EPOCH: u16 = 2000;
    pub const CONTROLLER_FENCED_SYNC_STATE_SET_EPOCH: u16 = 2001;
    pub const CONTROLLER_INVALID_MASTER: u16 = 2002;
    pub const CONTROLLER_INVALID_REPLICAS: u16 = 2003;
    pub const CONTROLLER_BROKER_NOT_ALIVE: u16 = 2006;
    pub const CONTROLLER_BROKER_METADATA_NOT_EXIST: u16 = 2008;
    pub const CONTROLLER_BROKER_NEED_TO_BE_REGISTERED: u16 = 2010;
    pub const CONTROLLER_MASTER_STILL_EXIST: u16 = 2011;
    pub const CONTROLLER_ELECT_MASTER_FAILED: u16 = 2012;
    pub const CONTROLLER_ALTER_SYNC_STATE_SET_FAILED: u16 = 2013;
    pub const CONTROLLER_BROKER_ID_INVALID: u16 = 2014;

    /// True for answers that have a result, if only that there is nothing; false for errors.
    #[inline]
    pub const fn is_result(code: u16) -> bool {
        let stored = matches!(
            code,
            SUCCESS | FLUSH_DISK_TIMEOUT | SLAVE_NOT_AVAILABLE | FLUSH_SLAVE_TIMEOUT
        );
        let pulled = matches!(code, PULL_NOT_FOUND | PULL_RETRY_IMMEDIATELY | PULL_OFFSET_MOVED);
        stored || pulled || matches!(code, QUERY_NOT_FOUND | POLLING_TIMEOUT)
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// One of [`code`].
    pub code: u16,
    /// What comes with it.
    pub body: ReplyBody,
}

/// What comes with a code.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyBody {
    /// Nothing.
    Empty,
    /// A route (105).
    Route(Rc<Route>),
    /// Where a message was stored (310).
    Sent { queue: u32, offset: u64, physical: u64 },
    /// The same for messages that came as bytes: with the place in the log and the unique key of
    /// each, and what takes a timed one back.
    SentWired {
        queue: u32,
        offset: u64,
        places: Vec<(u64, Rc<str>)>,
        recall: Option<Box<RecallHandle>>,
    },
    /// A send that was refused by its checks.
    SendRefused,
    /// A read that is forbidden, and by which rule (`ForbiddenType`).
    Forbidden(u8),
    /// An answered pull (11), whatever its code.
    Pulled(Pulled),
    /// An offset (14, 30, 31).
    Offset(u64),
    /// Client ids of a group (38).
    Consumers(Rc<[Name]>),
    /// A heartbeat was taken (34).
    HeartbeatTaken,
    /// A slave was registered (103), which has this master.
    Registered { master: NodeId },
    /// What an administrator asked for.
    Admin(Rc<AdminReply>),
}

/// An answer to a pull (`PullMessageResponseHeader` and the body). Topic and queue are not on the
/// wire, where the receiver knows them from the request's number.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulled {
    pub topic: Name,
    pub queue: u32,
    pub status: GetStatus,
    pub next: u64,
    pub min: u64,
    pub max: u64,
    /// `suggestWhichBrokerId`: whom to ask next time.
    pub suggested: u32,
    pub messages: Rc<[PulledMessage]>,
}

/// A message in a pull's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct PulledMessage {
    pub offset: u64,
    pub physical: u64,
    pub size: u32,
    pub reconsume_times: u32,
    pub queue: u32,
    /// Broker's clock at the append, ms since 1970.
    pub store_time: i64,
    pub message: Message,
}

/// A topic's route (`TopicRouteData`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Brokers that have the topic, by name.
    pub brokers: Vec<RouteBroker>,
}

/// One broker of a route (`QueueData` and `BrokerData`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteBroker {
    pub name: Name,
    pub cluster: Name,
    /// The node whose name stands for the broker in facts. Not on the wire.
    pub named_by: NodeId,
    /// Addresses by broker id, ascending; id 0 is the master.
    pub addresses: Vec<(u32, NodeId)>,
    pub read_queues: u32,
    pub write_queues: u32,
    pub perm: u8,
}

impl RouteBroker {
    /// The master's address.
    pub fn master(&self) -> Option<NodeId> {
        self.addresses.iter().find(|(id, _)| *id == 0).map(|(_, node)| *node)
    }
}

impl Reply {
    /// A code alone.
    pub fn code(code: u16) -> Self {
        Self { code, body: ReplyBody::Empty }
    }

    /// Success with something.
    pub fn success(body: ReplyBody) -> Self {
        Self { code: code::SUCCESS, body }
    }
}

impl Digestible for Reply {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.code));
        match &self.body {
            ReplyBody::Empty => digest.word(0),
            ReplyBody::Route(route) => {
                digest.word(1);
                for broker in &route.brokers {
                    digest.put(&broker.name);
                    digest
                        .word(u64::from(broker.read_queues) << 32 | u64::from(broker.write_queues));
                    digest.word(broker.addresses.len() as u64);
                }
            }
            ReplyBody::Sent { queue, offset, physical } => {
                digest.word(2 | u64::from(*queue) << 8);
                digest.word(*offset);
                digest.word(*physical);
            }
            ReplyBody::Pulled(pulled) => {
                digest.word(3 | (pulled.messages.len() as u64) << 8);
                digest.word(pulled.next);
                digest.word(pulled.max | u64::from(pulled.suggested) << 48);
            }
            ReplyBody::Offset(offset) => {
                digest.word(4);
                digest.word(*offset);
            }
            ReplyBody::SentWired { queue, offset, places, .. } => {
                digest.word(6 | u64::from(*queue) << 8);
                digest.word(*offset);
                places.iter().for_each(|(physical, _)| digest.word(*physical));
            }
            ReplyBody::SendRefused => digest.word(7),
            ReplyBody::Forbidden(kind) => digest.word(8 | u64::from(*kind) << 8),
            ReplyBody::HeartbeatTaken => digest.word(9),
            ReplyBody::Registered { master } => digest.word(11 | u64::from(master.0) << 8),
            ReplyBody::Admin(reply) => {
                digest.word(10);
                digest.put(&**reply);
            }
            ReplyBody::Consumers(clients) => {
                digest.word(5);
                digest.all(clients.iter());
            }
        }
    }
}
