//! Push consumers whose broker assigns their queues, and wants them popped.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::network::LinkProfile;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::PushConsumerConfig;
use rocketscope::rocketmq::listener::{Answer, AnswerRule};
use rocketscope::rocketmq::remoting::{AdminRequest, Request};
use rocketscope::rocketmq::sending::{Mode, Way};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, Line, picked, reason, text};
use crate::client_kit::{broker_config, client_config, producer_config, push_config, rounds, sent};
use crate::subtle_kit::join;

fn bench() -> (Bench, Line) {
    with_queues(4)
}

fn with_queues(queues: u32) -> (Bench, Line) {
    let topics = vec![TopicConfig::new(Name::new("T"), queues)];
    let mut bench = Bench::with(|config| {
        config.topics = topics;
        config.rules.pops = true;
    });
    bench.watched = true;
    let line = bench.connect("sender", bench.broker);
    (bench, line)
}

fn consumer(bench: &mut Bench, name: &str, edit: impl FnOnce(&mut PushConsumerConfig)) -> NodeId {
    let mut config = push_config(client_config(name, "G", bench.namesrv), &[("T", "*")]);
    config.rules.client_rebalance = false;
    edit(&mut config);
    join(bench, name, config)
}

fn fill(bench: &mut Bench, line: Line, count: u32) {
    for seq in 0..count {
        let mut send = text("T", "A", (seq % 4).cast_signed(), "m");
        send.message.key.seq = seq;
        bench.put(line, send).expect("it is stored");
    }
}

fn consumed(bench: &Bench, node: NodeId) -> Vec<(i64, u32)> {
    bench.cluster.log.of(node, picked!(Fact::Consumed { msg, .. } => msg.seq))
}

/// A broker learns of another one before a client does, and names its queues: the client passes
/// them over until it has a route to them.
#[test]
fn queues_of_a_broker_that_the_client_does_not_know_yet_wait_for_its_route() {
    let (mut bench, _) = bench();
    bench.run_until(20_000);
    let node = consumer(&mut bench, "c1", |_| ());
    bench.run_until(25_000);
    let mut config = broker_config("broker-b", bench.namesrv, &[]);
    config.topics = vec![TopicConfig::new(Name::new("T"), 4)];
    config.rules.pops = true;
    let disk = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
    let other = bench.cluster.add("broker-b", disk, bench.cluster.world.now());
    bench.run_until(26_000);
    let line = bench.connect("to b", other);
    fill(&mut bench, line, 8);
    bench.run_until(120_000);
    let mut all: Vec<u32> = consumed(&bench, node).into_iter().map(|(_, seq)| seq).collect();
    all.sort_unstable();
    assert_eq!(all, (0..8).collect::<Vec<_>>());
}

/// Client reference 9, row 48.
#[test]
fn a_broker_lets_all_members_pop_all_queues_and_each_message_is_consumed_once() {
    let (mut bench, line) = bench();
    let nodes = ["c1", "c2"].map(|name| consumer(&mut bench, name, |_| ()));
    bench.run_until(22_000);
    fill(&mut bench, line, 40);
    bench.run(5_000);
    let mut all: Vec<u32> = nodes
        .iter()
        .flat_map(|node| consumed(&bench, *node).into_iter().map(|(_, seq)| seq))
        .collect();
    all.sort_unstable();
    assert_eq!(all, (0..40).collect::<Vec<_>>());
    for node in nodes {
        assert!(!bench.cluster.times_of(node, 400).is_empty(), "it asks its broker");
        assert_eq!(bench.cluster.times_of(node, 38), [] as [i64; 0], "and not for members");
        let acks = bench.cluster.times_of(node, 200_051).len();
        assert_eq!(acks, consumed(&bench, node).len(), "each is acknowledged by itself");
    }
}

#[test]
fn what_fails_stays_invisible_for_longer_and_comes_again_from_the_retry_topic() {
    let (mut bench, line) = bench();
    let node = consumer(&mut bench, "c1", |config| {
        let later = AnswerRule::always(Answer::Later { level: 0 });
        config.rules.answers = vec![AnswerRule { tries: 1, ..later }];
    });
    bench.run_until(22_000);
    fill(&mut bench, line, 1);
    bench.run_until(60_000);
    let mut asked = Vec::new();
    for request in bench.cluster.requests_of(node, 200_053) {
        if let Request::Admin(admin) = &request.request
            && let AdminRequest::ChangeInvisible(_, millis) = &**admin
        {
            asked.push(*millis);
        }
    }
    assert_eq!(asked, [10_000]);
    let done =
        bench.cluster.log.of(node, picked!(Fact::Consumed { queue, .. } => queue.topic.as_str()));
    let [(at, "%RETRY%G_T")] = done[..] else { panic!("{done:?}") };
    // 10 s, and what revival takes: 2 s of grace and its rounds.
    assert!((34_000..40_000).contains(&at), "{at}");
}

/// The swarm found it (seed 5080): one of both was acknowledged twice, the other one never.
#[test]
fn one_answer_may_have_the_same_offset_of_a_queue_and_of_its_retry_queue() {
    let (mut bench, line) = with_queues(1);
    let first = consumer(&mut bench, "c1", |config| {
        let later = AnswerRule::always(Answer::Later { level: 0 });
        config.rules.answers = vec![AnswerRule { tries: 2, ..later }];
    });
    bench.run_until(22_000);
    bench.put(line, text("T", "A", 0, "m")).expect("it is stored");
    // It failed twice: its second copy comes a while after its member died.
    bench.run_until(50_000);
    bench.intervene(Intervention::Kill(first, End::Crashed));
    let mut send = text("T", "A", 0, "m");
    send.message.key.seq = 1;
    bench.put(line, send).expect("it is stored");
    bench.run_until(100_000);
    let second = consumer(&mut bench, "c2", |_| ());
    bench.run_until(130_000);
    let place = picked!(Fact::Consumed { queue, offset, .. } => (queue.topic.as_str(), *offset));
    let mut consumed: Vec<_> =
        bench.cluster.log.of(second, place).into_iter().map(|(_, place)| place).collect();
    consumed.sort_unstable();
    assert_eq!(consumed, [("%RETRY%G_T", 1), ("T", 1)]);
    let mut acks = Vec::new();
    for request in bench.cluster.requests_of(second, 200_051) {
        if let Request::Admin(admin) = &request.request
            && let AdminRequest::Ack(ack) = &**admin
        {
            acks.push((ack.topic.as_str(), ack.offsets[0]));
        }
    }
    acks.sort_unstable();
    assert_eq!(acks, consumed, "each is acknowledged where it lies");
}

#[test]
fn who_takes_longer_than_the_invisible_time_has_worked_for_nothing() {
    let (mut bench, line) = bench();
    let node = consumer(&mut bench, "c1", |config| {
        config.listener = Spread::Fixed(SimSpan::secs(8));
        config.rules.pop_invisible = SimSpan::secs(5);
    });
    bench.run_until(22_000);
    fill(&mut bench, line, 1);
    bench.run_until(32_000);
    let late = picked!(Fact::PopExpired { why, .. } => reason(*why));
    let late = bench.cluster.log.of(node, late);
    assert_eq!(late.iter().map(|(_, why)| *why).collect::<Vec<_>>(), [("pop_too_late", 5_000)]);
    assert_eq!(bench.cluster.times_of(node, 200_051), [] as [i64; 0], "nothing is acknowledged");
    bench.run_until(40_000);
    let begun = bench.cluster.log.times(node, |fact| matches!(fact, Fact::Consuming { .. }));
    assert!(begun.len() >= 2, "it is handed out again: {begun:?}");
}

/// The listener of what is popped returns once its reply is taken.
#[test]
fn a_reply_to_a_popped_request_comes_before_its_acknowledgement() {
    let (mut bench, _) = bench();
    let node = consumer(&mut bench, "c1", |config| {
        (config.rules.replies, config.listener) = (true, Spread::Fixed(SimSpan::millis(40)));
    });
    let way = Way { request: Some(SimSpan::secs(3)), mode: Mode::Async, ..Way::default() };
    let workload = sent(rounds("T", 3, SimSpan::secs(1)), &way);
    let config = producer_config(client_config("p1", "PG", bench.namesrv), workload);
    let disk = MqDisk::Producer(Box::new(config));
    let asker = bench.cluster.add("p1", disk, bench.cluster.world.now() + SimSpan::secs(30));
    let latency = Spread::Fixed(SimSpan::millis(20));
    let slow = LinkProfile { latency, ..LinkProfile::default() };
    bench.intervene(Intervention::Link(node, bench.broker, slow));
    bench.run(60_000);
    let replied = picked!(Fact::Replied { msg, waited, .. } => (msg.seq, waited.as_millis()));
    let replied = bench.cluster.log.of(asker, replied);
    assert!(replied.iter().all(|(_, (_, waited))| (60..100).contains(waited)), "{replied:?}");
    assert_eq!(replied.len(), 3);
    let (replies, acks) =
        (bench.cluster.times_of(node, 325), bench.cluster.times_of(node, 200_051));
    assert_eq!((replies.len(), acks.len()), (3, 3));
    assert!(
        replies.iter().zip(&acks).all(|(reply, ack)| reply + 20 <= *ack),
        "{replies:?} {acks:?}"
    );
}
