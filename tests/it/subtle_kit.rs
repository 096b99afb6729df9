//! What the stories of subtle behaviours share: messages with properties, administrators' requests,
//! clients beside a broker that is asked by hand.

use std::rc::Rc;

use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::name::Name;
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::{BrokerRole, PushConsumerConfig};
use rocketscope::rocketmq::message::{Body, Wired};
use rocketscope::rocketmq::properties::Properties;
use rocketscope::rocketmq::remoting::{
    AdminRequest, PulledMessage, Reply, ReplyBody, Request, SendRequest,
};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, Line, message, offset_of, pull, send};
use crate::client_kit::{ZERO, broker_config};

/// A send of a message that came as bytes, with these properties.
pub(crate) fn wired(topic: &str, properties: &[(&str, &str)]) -> SendRequest {
    edited(topic, properties, |_| ())
}

/// The same, changed.
pub(crate) fn edited(
    topic: &str,
    properties: &[(&str, &str)],
    edit: impl FnOnce(&mut Wired),
) -> SendRequest {
    let mut all = Properties::default();
    properties.iter().for_each(|(name, value)| all.set(name, value));
    let (body, flag, sys_flag, reconsume_times, prepared) = (b"body".to_vec(), 0, 0, 0, 0);
    let mut wired = Wired { properties: all, body, flag, sys_flag, reconsume_times, prepared };
    edit(&mut wired);
    send(message(0, topic, None, Body::Wired(Rc::new(wired))), 0)
}

/// Sends a message that came as bytes; its offset and its place in the log.
pub(crate) fn deposit(bench: &mut Bench, line: Line, send: SendRequest) -> (u64, u64) {
    let reply = bench.ask(line, Request::SendMessage(Rc::new(send)));
    let ReplyBody::SentWired { offset, places, .. } = reply.body else {
        panic!("the send was answered {}", reply.code)
    };
    (offset, places[0].0)
}

pub(crate) fn administer(bench: &mut Bench, line: Line, request: AdminRequest) -> Reply {
    bench.ask(line, Request::Admin(Rc::new(request)))
}

/// How many messages queue 0 of a topic has.
pub(crate) fn count(bench: &mut Bench, line: Line, topic: &str) -> u64 {
    count_in(bench, line, (topic, 0))
}

pub(crate) fn count_in(bench: &mut Bench, line: Line, (topic, queue): (&str, u32)) -> u64 {
    let request = Request::MaxOffset { topic: Name::new(topic), queue };
    offset_of(&bench.ask(line, request)).expect("a broker knows its queues")
}

/// The messages of queue 0 from an offset on.
pub(crate) fn read(bench: &mut Bench, line: Line, topic: &str, from: u64) -> Vec<PulledMessage> {
    let (code, pulled) = bench.pull(line, pull(topic, 0, from, "*"));
    assert_eq!(code, 0, "{topic} from {from}");
    pulled.expect("found").messages.to_vec()
}

/// Whole ms since time 0.
pub(crate) fn clock(bench: &Bench) -> u64 {
    bench.cluster.world.now().since(ZERO).as_millis()
}

/// A slave of the broker that starts now.
pub(crate) fn join_slave(bench: &mut Bench, topics: &[TopicConfig]) -> NodeId {
    let mut config = broker_config("broker-a", bench.namesrv, topics);
    (config.broker_id, config.ha.role) = (1, BrokerRole::Slave);
    config.ha.named_by = Some(bench.broker);
    let disk = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
    bench.cluster.add("broker-a-s", disk, bench.cluster.world.now())
}

/// A push consumer that starts now.
pub(crate) fn join(bench: &mut Bench, name: &str, config: PushConsumerConfig) -> NodeId {
    let now = bench.cluster.world.now();
    bench.cluster.add(name, MqDisk::PushConsumer(Box::new(config)), now)
}
