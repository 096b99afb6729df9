//! What brokers of one name ask controllers and name servers about each other (901–905, 1001–1013).
//!
//! Left out: the requests of administrators to controllers.

use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;

/// A stretch of a log that one master wrote (`EpochEntry`): its epoch, and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch {
    pub epoch: u32,
    pub start: u64,
}

/// A broker says that it lives, and how far it is (`BrokerHeartbeatRequestHeader`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    pub broker: Name,
    pub id: u32,
    /// Its last epoch.
    pub epoch: u32,
    /// Where its log ends.
    pub end: u64,
    /// `controllerHeartBeatTimeoutMills`: ms after which it counts as dead.
    pub silence: u32,
    /// `brokerElectionPriority`.
    pub priority: u32,
}

/// Who leads the brokers of a name, and who is in sync (`SyncStateSet` and its neighbours).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leadership {
    /// Id and address; `None` where nobody leads.
    pub master: Option<(u32, NodeId)>,
    /// `masterEpoch`.
    pub epoch: u32,
    /// Ids of the brokers in sync, ascending.
    pub set: Vec<u32>,
    /// `syncStateSetEpoch`.
    pub set_epoch: u32,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicaRequest {
    /// 904, one-way, to a name server or a controller.
    Beat(Beat),
    /// 901: the addresses of a broker name, to a name server.
    Members { broker: Name },
    /// 905, one-way, to a broker: the smallest id of its name; `gone` had it before.
    SmallestId { id: u32, node: NodeId, gone: Option<NodeId> },
    /// 906, to a slave: its master is back.
    MasterIsBack,
    /// 1001: these are in sync.
    AlterSet { broker: Name, id: u32, epoch: u32, set: Vec<u32>, set_epoch: u32 },
    /// 1002: a broker wants to be elected.
    Elect { broker: Name, id: u32 },
    /// 1003: a broker is there, with an id that it has.
    Register { broker: Name, id: u32 },
    /// 1004.
    Leadership { broker: Name },
    /// 1005: which controller decides?
    Decides,
    /// 1008, one-way, to a broker.
    RoleChanged(Leadership),
    /// 1012: the next id that is free.
    NextId { broker: Name },
    /// 1013: a broker takes an id.
    TakeId { broker: Name, id: u32 },
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicaReply {
    /// 901: addresses by id, ascending.
    Members(Vec<(u32, NodeId)>),
    /// 1001 to 1004.
    Leadership(Leadership),
    /// 1005.
    Decides(Option<NodeId>),
    /// 1012.
    NextId(u32),
}

impl ReplicaRequest {
    /// RocketMQ's number (`RequestCode`).
    pub fn code(&self) -> u32 {
        match self {
            Self::Members { .. } => 901,
            Self::Beat(_) => 904,
            Self::SmallestId { .. } => 905,
            Self::MasterIsBack => 906,
            Self::AlterSet { .. } => 1001,
            Self::Elect { .. } => 1002,
            Self::Register { .. } => 1003,
            Self::Leadership { .. } => 1004,
            Self::Decides => 1005,
            Self::RoleChanged(_) => 1008,
            Self::NextId { .. } => 1012,
            Self::TakeId { .. } => 1013,
        }
    }
}

impl ReplicaReply {
    /// What tells replies apart in a digest: kind and a number.
    pub(super) fn words(&self) -> (u64, u64) {
        match self {
            Self::Members(members) => (40, members.len() as u64),
            Self::Leadership(it) => (41, u64::from(it.epoch) << 32 | u64::from(it.set_epoch)),
            Self::Decides(node) => (42, node.map_or(u64::MAX, |node| u64::from(node.0))),
            Self::NextId(id) => (43, u64::from(*id)),
        }
    }
}
