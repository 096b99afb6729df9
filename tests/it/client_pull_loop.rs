//! The pull loop under load, and a plain pull consumer beside it. The figures of the burst are
//! those of the recording of RocketMQ 5.3.3: 3 000 messages wait, a listener of 2 threads takes 5
//! ms for each.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::reasons::Because;
use rocketscope::rocketmq::remoting::Request;
use rocketscope::rocketmq::sending::Outgoing;
use rocketscope::rocketmq::topic::TopicConfig;

use crate::client_kit::{
    Cluster, at, client_config, producer_config, pull_config, push_config, rounds, template,
};

/// A consumer starts at 10 s behind 3 000 messages in one queue.
fn burst() -> (Cluster, NodeId) {
    let topic = TopicConfig::new(Name::new("Flow"), 1);
    let (mut cluster, namesrv, _) = Cluster::new(1, &["broker-a"], &[topic]);
    let client = client_config("p1", "PG", namesrv);
    let producer = producer_config(client, rounds("Flow", 3_000, SimSpan::ZERO));
    cluster.add("p1", MqDisk::Producer(Box::new(producer)), at(0));
    let mut config = push_config(client_config("c1", "FlowG", namesrv), &[("Flow", "*")]);
    config.threads = 2;
    config.listener = Spread::Fixed(SimSpan::millis(5));
    let consumer = cluster.add("c1", MqDisk::PushConsumer(Box::new(config)), at(10_000));
    cluster.run_until(25_000);
    (cluster, consumer)
}

/// (ms since the first pull, offset asked for, offset committed with it) of the pulls of the topic.
fn pulls(cluster: &Cluster, consumer: NodeId) -> Vec<(i64, i64, i64)> {
    let of_topic = cluster.requests_of(consumer, 11).into_iter().filter_map(|asked| {
        let Request::Pull(pull) = &asked.request else { panic!("11 is a pull") };
        let row = (asked.at, pull.offset.cast_signed(), pull.commit_offset.cast_signed());
        (pull.topic == Name::new("Flow")).then_some(row)
    });
    let rows: Vec<_> = of_topic.collect();
    rows.iter().map(|(at, offset, commit)| (at - rows[0].0, *offset, *commit)).collect()
}

#[test]
fn pulls_go_on_until_more_than_1000_wait_and_then_in_steps_of_50_ms() {
    let (cluster, consumer) = burst();
    let pulls = pulls(&cluster, consumer);
    let full = pulls.iter().position(|(_, offset, _)| *offset >= 992).expect("it fills up");
    assert!(pulls[full].0 <= 100, "the first thousand comes at once: {} ms", pulls[full].0);
    let full = full + 1;
    // From here on a pull needs room, which it looks for every 50 ms.
    let last =
        pulls.iter().position(|(_, offset, _)| *offset == 3_000).expect("it comes to the end");
    for pair in pulls[full..last].windows(2) {
        let (gap, ahead) = (pair[1].0 - pair[0].0, pair[1].1 - pair[1].2);
        assert!((49..=151).contains(&gap), "{gap} ms between pulls");
        assert!((990 - 64..=990 + 64).contains(&ahead), "{ahead} ahead of the committed offset");
    }
    // Recorded: offset 3000 was asked for 5 167 ms after the first pull.
    let end = pulls[last].0;
    assert!((5_167 * 85 / 100..=5_167 * 115 / 100).contains(&end), "{end} ms");
}

#[test]
fn flow_control_is_stated_once_a_stretch_and_everything_is_consumed() {
    let (cluster, consumer) = burst();
    let count = |wanted: &dyn Fn(&Fact) -> bool| cluster.log.times(consumer, wanted).len();
    let throttled = count(&|fact| {
        matches!(fact, Fact::Throttled { why, .. }
        if Because::TooManyCached.is(*why) && why.value == 1000)
    });
    let unthrottled = count(&|fact| matches!(fact, Fact::Unthrottled { .. }));
    assert_eq!(throttled, unthrottled);
    assert!((30..=80).contains(&throttled), "{throttled} stretches");
    assert_eq!(count(&|fact| matches!(fact, Fact::Consuming { thread, .. } if *thread < 2)), 3_000);
    assert_eq!(count(&|fact| matches!(fact, Fact::Consumed { .. })), 3_000);
    let commits = cluster.requests_of(consumer, 15);
    let Request::UpdateOffset { offset, .. } = commits[commits.len() - 1].request else {
        panic!("15 is a commit")
    };
    assert_eq!(offset, 3_000);
}

#[test]
fn a_message_that_comes_is_answered_to_a_held_pull_at_once() {
    let topic = TopicConfig::new(Name::new("T"), 4);
    let (mut cluster, namesrv, brokers) = Cluster::new(1, &["broker-a"], &[topic]);
    let config = push_config(client_config("c1", "G", namesrv), &[("T", "A")]);
    let consumer = cluster.add("c1", MqDisk::PushConsumer(Box::new(config)), at(0));
    let mut workload = rounds("T", 10, SimSpan::secs(2));
    workload.messages = ["A", "B"].map(|tag| Outgoing::plain(template("T", Some(tag)))).to_vec();
    let config = producer_config(client_config("p1", "PG", namesrv), workload);
    cluster.add("p1", MqDisk::Producer(Box::new(config)), at(5_000));
    cluster.run_until(40_000);
    let stored = cluster.log.of(brokers[0], |fact| {
        if let Fact::Stored { msg, .. } = fact { Some(msg.seq) } else { None }
    });
    let began = cluster.log.of(consumer, |fact| {
        if let Fact::Consuming { msg, .. } = fact { Some(msg.seq) } else { None }
    });
    assert_eq!((stored.len(), began.len()), (20, 10), "the tag B is not wanted");
    for (at, seq) in began {
        let stored = stored.iter().find(|(_, stored)| *stored == seq).expect("it was stored").0;
        assert!(at - stored <= 10, "message {seq} waited {} ms", at - stored);
    }
}

#[test]
fn a_plain_pull_consumer_asks_all_queues_at_exact_multiples_of_its_interval() {
    let topic = TopicConfig::new(Name::new("T"), 4);
    let (mut cluster, namesrv, _) = Cluster::new(1, &["broker-a"], &[topic]);
    let config = pull_config(client_config("c1", "G", namesrv), "T", SimSpan::secs(5));
    let consumer = cluster.add("c1", MqDisk::PullConsumer(Box::new(config)), at(0));
    let workload = rounds("T", 20, SimSpan::secs(2));
    let config = producer_config(client_config("p1", "PG", namesrv), workload);
    cluster.add("p1", MqDisk::Producer(Box::new(config)), at(1_000));
    cluster.run_until(60_000);
    let asks = cluster.times_of(consumer, 11);
    assert_eq!(asks.len() % 4, 0);
    let first = asks[0];
    assert!(first < 100, "its route is known at its start");
    for (round, four) in asks.chunks(4).enumerate() {
        let due = first + 5_000 * i64::try_from(round).expect("few rounds");
        assert!(four.iter().all(|at| *at == due), "round {round}: {four:?}");
    }
    let owned = cluster.log.times(consumer, |fact| matches!(fact, Fact::Owned { .. }));
    let consumed = cluster.log.times(consumer, |fact| matches!(fact, Fact::Consumed { .. }));
    assert_eq!((owned.len(), consumed.len()), (4, 20));
    let waits = cluster
        .requests_of(consumer, 11)
        .into_iter()
        .all(|asked| matches!(&asked.request, Request::Pull(pull) if pull.sys_flag == 4));
    assert!(waits, "it carries its subscription and does not let the broker hold the request");
    assert!(
        cluster.requests_of(consumer, 15).len() <= 20,
        "an offset an answer that held something"
    );
}
