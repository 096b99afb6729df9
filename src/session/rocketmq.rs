//! What a session has to know of RocketMQ: where to look things up. It matches on nothing of it.

use crate::facts::{Carried, Content, Expectation, MsgKey, NodeProfile, TopicKind, Vocabulary};
use crate::kernel::actor::NodeId;
use crate::kernel::time::SimTime;
use crate::rocketmq::cluster::{MqActor, MqDisk, content, expectation};
use crate::rocketmq::protocol::{Mq, Order, Timer};
use crate::rocketmq::reasons::VOCABULARY;
use crate::rocketmq::remoting::{Packet, carried};
use crate::rocketmq::topic_names::{SCHEDULE, is_system_topic};

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

    fn topic_kind(name: &str) -> TopicKind {
        match name {
            SCHEDULE
            | "RMQ_SYS_TRANS_HALF_TOPIC"
            | "TRANS_CHECK_MAX_TIME_TOPIC"
            | "rmq_sys_wheel_timer" => TopicKind::Kept,
            name if name.ends_with("_REPLY_TOPIC") => TopicKind::Kept,
            name if is_system_topic(name) => TopicKind::Notes,
            _ => TopicKind::Read,
        }
    }

    fn stop() -> Order {
        Order::Shutdown
    }
}
