//! The first program, run: what was recorded of the real clients must happen here too. The figures that it is
//! compared with are those of the recording of RocketMQ 5.3.3.

use std::collections::BTreeMap;
use std::rc::Rc;

use rocketscope::facts::{Fact, MsgKey};
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::{Pace, Workload};
use rocketscope::rocketmq::message::{Body, Template};
use rocketscope::rocketmq::reasons::Because;

use crate::client_kit::{Cluster, at, client_config, producer_config, push_config};

struct Story {
    cluster: Cluster,
    broker: NodeId,
    consumer: NodeId,
    producer: NodeId,
}

fn first_program(seed: u64) -> Story {
    let (mut cluster, namesrv, brokers) = Cluster::new(seed, &["broker-a"], &[]);
    let mut client = client_config("Consumber", "ConsumerGroupName", namesrv);
    client.stops = Some(at(45_000));
    let topics = [("TopicTest1", "TagA || TagC || TagD"), ("TopicTest2", "*"), ("TopicTest3", "*")];
    let consumer = MqDisk::PushConsumer(Box::new(push_config(client, &topics)));
    let consumer = cluster.add("Consumber", consumer, at(100));
    let message = |topic: &str, tag: &str, keys: &str, body: &str| {
        let (topic, tag, keys) = (Name::new(topic), Some(Name::new(tag)), Some(Name::new(keys)));
        Rc::new(Template { topic, tag, keys, body: Body::Text(body.to_owned()) })
    };
    let workload = Workload {
        messages: vec![
            message("TopicTest1", "TagA", "OrderID001", "Hello MetaQA{i}"),
            message("TopicTest2", "TagB", "OrderID0034", "Hello MetaQB{i}"),
            message("TopicTest3", "TagC", "OrderID061", "Hello MetaQC{i}"),
        ],
        first_after: SimSpan::ZERO,
        pace: Pace::Closed { senders: 1, pause: Spread::Fixed(SimSpan::secs(1)) },
        rounds: Some(10),
    };
    let client = client_config("Producer", "ProducerGroupName", namesrv);
    let producer = MqDisk::Producer(Box::new(producer_config(client, workload)));
    let producer = cluster.add("Producer", producer, at(200));
    cluster.run_until(50_000);
    Story { cluster, broker: brokers[0], consumer, producer }
}

#[test]
fn dump() {
    let story = first_program(1);
    for entry in &story.cluster.log.entries {
        println!("{:>10} {:?} {:?}", entry.at / 1000, entry.node, entry.fact);
    }
    let _ = (story.broker, story.consumer, story.producer, Because::Rotation);
    let _: BTreeMap<MsgKey, Fact> = BTreeMap::new();
}
