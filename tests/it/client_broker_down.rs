//! A broker stops under a producer: no send fails, and what the recording of RocketMQ 5.3.3 shows
//! holds here.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::reasons::Because;
use rocketscope::rocketmq::topic::TopicConfig;

use crate::client_kit::{Cluster, at, client_config, producer_config, rounds};

struct Story {
    cluster: Cluster,
    producer: NodeId,
    brokers: Vec<NodeId>,
}

/// A message every 100 ms from 0 s on; broker-b stops in order at 2.05 s.
fn broker_down() -> Story {
    let topic = TopicConfig::new(Name::new("Down"), 2);
    let (mut cluster, namesrv, brokers) = Cluster::new(1, &["broker-a", "broker-b"], &[topic]);
    let workload = rounds("Down", 400, SimSpan::millis(100));
    let config = producer_config(client_config("p1", "PG", namesrv), workload);
    let producer = cluster.add("p1", MqDisk::Producer(Box::new(config)), at(0));
    let stop = Intervention::Tell(brokers[1], Order::Shutdown);
    cluster.world.intervene(at(2_050), stop);
    cluster.run_until(60_000);
    Story { cluster, producer, brokers }
}

/// Where acknowledged messages went: (ms, broker, queue).
fn stored(story: &Story) -> Vec<(i64, NodeId, u32)> {
    let acknowledged = story.cluster.log.of(story.producer, |fact| {
        if let Fact::Acknowledged { queue, .. } = fact { Some(*queue) } else { None }
    });
    acknowledged.into_iter().map(|(at, queue)| (at, queue.broker, queue.id)).collect()
}

#[test]
fn no_send_fails_and_all_go_to_the_broker_that_is_left_in_rotation() {
    let story = broker_down();
    let all = stored(&story);
    assert_eq!(all.len(), 400);
    let before: Vec<_> = all.iter().filter(|(at, ..)| *at < 2_050).collect();
    for step in before.windows(5) {
        assert_eq!((step[0].1, step[0].2), (step[4].1, step[4].2), "four queues, round and round");
    }
    let after: Vec<_> = all.iter().filter(|(at, ..)| *at > 2_050).collect();
    assert!(after.iter().all(|(_, broker, _)| *broker == story.brokers[0]));
    for pair in after.windows(2) {
        let restart = pair[1].0 - 30_010;
        // The route changes at the refresh, and the rotation starts anew.
        if !(0..200).contains(&restart) {
            assert_ne!(pair[0].2, pair[1].2, "one queue, then the other, at {} ms", pair[1].0);
        }
    }
}

#[test]
fn the_stopped_broker_is_tried_until_the_route_is_refreshed() {
    let story = broker_down();
    let resent = story.cluster.log.of(story.producer, |fact| {
        if let Fact::Resent { why, .. } = fact { Some(*why) } else { None }
    });
    assert!(resent.iter().all(|(_, why)| Because::ConnectionRefused.is(*why)), "{resent:?}");
    let (first, last) = (resent[0].0, resent[resent.len() - 1].0);
    assert!((2_050..2_400).contains(&first), "{first}");
    assert!((29_800..30_020).contains(&last), "{last}");
}

#[test]
fn only_brokers_that_are_known_are_told_of_the_end() {
    let story = broker_down();
    let gone = story.cluster.times_of(story.producer, 35);
    assert_eq!(gone.len(), 2, "two groups leave the broker that is left");
    let heartbeats = story.cluster.log.of(story.producer, |fact| {
        if let Fact::HeartbeatSent { peer, .. } = fact { Some(*peer) } else { None }
    });
    let later = heartbeats.iter().filter(|(at, _)| *at > 30_010);
    assert!(later.clone().all(|(_, peer)| *peer == story.brokers[0]) && later.count() == 1);
}
