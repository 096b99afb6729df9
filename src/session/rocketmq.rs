//! What a session has to know of RocketMQ: where to look things up. It matches on nothing of it.

use crate::facts::{Carried, Content, Expectation, MsgKey, NodeProfile, Vocabulary};
use crate::kernel::actor::NodeId;
use crate::kernel::time::SimTime;
use crate::rocketmq::cluster::{MqActor, MqDisk, content, expectation};
use crate::rocketmq::protocol::{Mq, Order, Timer};
use crate::rocketmq::reasons::VOCABULARY;
use crate::rocketmq::remoting::{Packet, carried};

use super::staged::Played;

impl Played for Mq {
    fn vocabulary() -> Vocabulary {
        VOCABULARY
    }

    fn profile(disk: &MqDisk, starts: SimTime) -> NodeProfile {
        disk.profile(starts)
    }

    fn carried(packet: &Packet, from: NodeId, to: NodeId) -> Carried {
        carried(packet, from, to)
    }

    fn expectation(at: SimTime, node: NodeId, timer: Timer) -> Option<Expectation> {
        expectation(at, node, timer)
    }

    fn content(actor: &MqActor, key: MsgKey, physical: Option<u64>) -> Option<Content> {
        content(actor, key, physical)
    }

    fn stop() -> Order {
        Order::Shutdown
    }
}
