//! The protocol that the kernel runs: packets, timers, station jobs and orders of RocketMQ.

use crate::facts::Fact;
use crate::kernel::actor::Protocol;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimTime;

use super::broker::BrokerTimer;
use super::client::ClientTimer;
use super::cluster::{MqActor, MqDisk};
use super::lite_rules::LiteOrder;
use super::namesrv::NamesrvTimer;
use super::remoting::{Packet, TagExpression};

/// RocketMQ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mq;

impl Protocol for Mq {
    type Packet = Packet;
    type Timer = Timer;
    type Job = Job;
    type Order = Order;
    type Fact = Fact;
    type Disk = MqDisk;
    type Actor = MqActor;

    fn wire_bytes(packet: &Packet) -> u64 {
        packet.wire_bytes()
    }

    fn is_shared(timer: &Timer) -> bool {
        matches!(timer, Timer::Client(timer) if timer.is_of_instance())
    }
}

/// Every reason a node has to wake up by itself, by role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Of a name server.
    Namesrv(NamesrvTimer),
    /// Of a broker.
    Broker(BrokerTimer),
    /// Of a client process.
    Client(ClientTimer),
}

impl Digestible for Timer {
    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::Namesrv(timer) => {
                digest.word(1);
                digest.put(timer);
            }
            Self::Broker(timer) => {
                digest.word(2);
                digest.put(timer);
            }
            Self::Client(timer) => {
                digest.word(3);
                digest.put(timer);
            }
        }
    }
}

/// What stations work on.
#[derive(Clone, Debug)]
pub enum Job {
    /// Broker, any thread pool: a request of a connection, which came at `arrived`.
    Request { conn: ConnId, arrived: SimTime, packet: Packet },
    /// Broker, pull threads: a held pull that is looked at again, by its number.
    Recheck { pull: u64 },
}

impl Digestible for Job {
    fn digest(&self, digest: &mut Digest) {
        match self {
            // What it carries was digested when it came.
            Self::Request { conn, packet, .. } => {
                digest.word(1 | u64::from(packet.opaque()) << 8);
                digest.put(conn);
            }
            Self::Recheck { pull } => {
                digest.word(2);
                digest.word(*pull);
            }
        }
    }
}

/// What an intervention can tell a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// End in order.
    Shutdown,
    /// Push consumer: pull no more, until `Resume`.
    Suspend,
    /// Push consumer: pull again.
    Resume,
    /// Push consumer: want a topic too, or other messages of it.
    Subscribe { topic: Name, tags: TagExpression },
    /// Push consumer: want a topic no more.
    Unsubscribe { topic: Name },
    /// Lite pull consumer: what its program does with its queues.
    Lite(LiteOrder),
    /// Broker: others fill so many per cent of its disk.
    FillDisk { percent: u32 },
}

impl Digestible for Order {
    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::Shutdown => digest.word(0),
            Self::Suspend => digest.word(2),
            Self::Resume => digest.word(3),
            Self::Subscribe { topic, tags } => {
                digest.word(4);
                digest.put(topic);
                digest.put(tags);
            }
            Self::Unsubscribe { topic } => {
                digest.word(5);
                digest.put(topic);
            }
            Self::Lite(order) => {
                digest.word(6);
                digest.put(order);
            }
            Self::FillDisk { percent } => digest.word(1 | u64::from(*percent) << 8),
        }
    }
}
