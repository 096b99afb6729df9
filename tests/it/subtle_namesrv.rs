//! Subtle behaviours around the name server: what it forgets and what it does not, and where a
//! topic is that was made on the way.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::remoting::{AdminReply, AdminRequest, Packet, ReplyBody, Request};
use rocketscope::rocketmq::topic::{TopicConfig, perm};

use crate::broker_kit::{Bench, Line, picked, pull, reason, text};
use crate::client_kit::{Cluster, ZERO, at, client_config, producer_config, rounds};
use crate::namesrv::{forgotten, registration};
use crate::subtle_kit::{administer, join_slave};

fn producer(cluster: &mut Cluster, namesrv: NodeId, topic: &str, pause: SimSpan) -> NodeId {
    let workload = rounds(topic, 1000, pause);
    let config = producer_config(client_config("p1", "PG", namesrv), workload);
    let now = cluster.world.now();
    cluster.add("p1", MqDisk::Producer(Box::new(config)), now)
}

/// Client reference 9, row 1.
#[test]
fn a_name_server_without_a_route_takes_none_from_those_who_have_it() {
    let mut bench = Bench::with(|config| {
        config.topics = vec![TopicConfig::new(Name::new("Kept"), 4)];
    });
    let namesrv = bench.namesrv;
    let sender = producer(&mut bench.cluster, namesrv, "Kept", SimSpan::millis(100));
    bench.run_until(10_000);
    bench.intervene(Intervention::Kill(namesrv, End::Crashed));
    bench.run_until(12_000);
    bench.intervene(Intervention::Start(namesrv));
    // The client asks every 30 s; the broker registers again at 38 s.
    bench.run_until(37_000);
    let asks = bench.connect("asks", namesrv);
    assert!(bench.route(asks, "Kept").is_none());
    let answers = picked!(Fact::RouteAnswered { topic, queues, .. } => (topic.as_str(), *queues));
    let answers = bench.cluster.log.of(sender, answers);
    assert!(answers.iter().any(|(at, it)| *at > 12_000 && *it == ("Kept", 0)), "{answers:?}");
    let times = |bench: &Bench, wanted: fn(&Fact) -> bool| bench.cluster.log.times(sender, wanted);
    let sent = times(&bench, |fact| matches!(fact, Fact::Acknowledged { .. }));
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] < 150) && sent.last() > Some(&36_800));
    assert!(times(&bench, |fact| matches!(fact, Fact::Failed { .. })).is_empty());
    bench.run_until(39_000);
    assert!(bench.route(asks, "Kept").is_some());
}

/// Registers broker-z so that the name server hears it so many µs after time 0.
fn heard_at(micros: u64) -> Bench {
    let mut bench = Bench::new();
    let line = bench.connect("broker-z", bench.namesrv);
    let request = registration("broker-z", 1, &[("One", 4), ("Two", 4)]);
    let packet = Packet::Request { opaque: 9_999, oneway: false, request };
    // A link takes 0.1 ms.
    let at = ZERO + SimSpan::micros(micros - 100);
    let (from, conn) = (line.node, line.conn);
    bench.cluster.world.intervene(at, Intervention::Packet { from, conn, packet });
    bench
}

/// Client reference 9, row 2.
/// Client reference 10.10, row 1.
#[test]
fn a_broker_that_was_heard_exactly_two_minutes_ago_lives_until_the_next_look() {
    // The looks are at 2 s, 7 s, … 122 s, 127 s.
    let rows =
        [(1_999_999, 122_000), (2_000_000, 127_000), (2_001_000, 127_000), (6_999_000, 127_000)];
    for (heard, gone) in rows {
        let mut bench = heard_at(heard);
        bench.run_until(130_000);
        let expired = [(gone, ("broker_expired", 120_000))];
        assert_eq!(forgotten(&bench), expired, "heard at {heard} µs");
    }
}

fn perms(bench: &mut Bench, line: Line, topics: [&str; 2]) -> [u8; 2] {
    topics.map(|topic| bench.route(line, topic).unwrap().brokers[0].perm)
}

/// Client reference 9, row 3.
#[test]
fn a_wiped_permission_outlives_registrations_and_no_restart_and_no_change() {
    let topics = ["One", "Two"].map(|name| TopicConfig::new(Name::new(name), 4));
    let mut bench = Bench::with(|config| config.topics = topics.to_vec());
    let line = bench.connect("asks", bench.namesrv);
    let broker = bench.connect("changes", bench.broker);
    let wipe = || AdminRequest::WipeWrite { broker: Name::new("broker-a") };
    let names = ["One", "Two"];
    assert_eq!(perms(&mut bench, line, names), [6, 6]);
    let reply = administer(&mut bench, line, wipe());
    let ReplyBody::Admin(wiped) = reply.body else { panic!("wiped, not {}", reply.code) };
    assert!(matches!(&*wiped, AdminReply::Wiped(topics) if *topics >= 2));
    assert_eq!(perms(&mut bench, line, names), [4, 4]);
    bench.run_until(70_000);
    assert_eq!(perms(&mut bench, line, names), [4, 4], "it registered at 8 s, 38 s and 68 s");

    // What changes is told with its own permission; what did not change is not.
    let wider = TopicConfig::new(Name::new("Two"), 8);
    assert_eq!(administer(&mut bench, broker, AdminRequest::SetTopic(wider)).code, 0);
    assert_eq!(perms(&mut bench, line, names), [4, 6]);
    administer(&mut bench, line, wipe());
    bench.kill(End::Crashed);
    bench.start();
    assert_eq!(perms(&mut bench, line, names), [6, 6]);
    administer(&mut bench, line, AdminRequest::AddWrite { broker: Name::new("broker-a") });
    let inherits = bench.route(line, "TBW102").unwrap().brokers[0].perm & perm::INHERIT;
    assert_eq!(inherits, 0, "given back are reading and writing, and nothing else");
}

/// Client reference 9, row 4.
#[test]
fn without_its_master_a_topic_can_be_written_as_the_route_says_and_nobody_writes() {
    let topics = vec![TopicConfig::new(Name::new("Left"), 4)];
    let mut bench = Bench::with(|config| config.topics = topics.clone());
    let slave = join_slave(&mut bench, &topics);
    bench.run_until(20_000);
    bench.kill(End::Crashed);
    let line = bench.connect("asks", bench.namesrv);
    let route = bench.route(line, "Left").unwrap();
    let broker = &route.brokers[0];
    assert_eq!((broker.perm, broker.write_queues, broker.master()), (6, 4, None));
    assert_eq!(broker.addresses, [(1, slave)]);
    let namesrv = bench.namesrv;
    let sender = producer(&mut bench.cluster, namesrv, "Left", SimSpan::secs(1));
    bench.run(10_000);
    let why = bench.cluster.log.of(sender, picked!(Fact::Failed { why, .. } => reason(*why).0));
    assert!(!why.is_empty() && why.iter().all(|(_, why)| *why == "no_route_for_send"), "{why:?}");
}

/// Broker reference 15, row 28.
#[test]
fn a_topic_that_may_not_be_written_takes_whatever_is_sent() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    let asks = bench.connect("asks", bench.namesrv);
    let topic = TopicConfig { perm: perm::READ, ..TopicConfig::new(Name::new("Closed"), 4) };
    administer(&mut bench, line, AdminRequest::SetTopic(topic));
    assert_eq!(bench.put(line, text("Closed", "T", 0, "x")), Ok((0, 0, 0)));
    let route = bench.route(asks, "Closed").unwrap();
    assert_eq!(route.brokers[0].perm, perm::READ);
    let namesrv = bench.namesrv;
    let sender = producer(&mut bench.cluster, namesrv, "Closed", SimSpan::secs(1));
    bench.run(5000);
    let sent = bench.cluster.log.times(sender, |fact| matches!(fact, Fact::Sent { .. }));
    assert!(sent.is_empty(), "the route keeps clients away");
    // Reading is another matter: it is checked.
    let topic = TopicConfig { perm: perm::WRITE, ..TopicConfig::new(Name::new("Blind"), 4) };
    administer(&mut bench, line, AdminRequest::SetTopic(topic));
    assert_eq!(bench.pull(line, pull("Blind", 0, 0, "*")).0, 16);
}

/// Broker reference 15, row 29.
/// Client reference 9, row 17.
#[test]
fn a_topic_made_on_the_way_has_four_queues_on_one_broker_and_the_route_shrinks_to_it() {
    let (mut cluster, namesrv, brokers) = Cluster::new(1, &["broker-a", "broker-b"], &[]);
    cluster.world.intervene(ZERO, Intervention::Mend(namesrv, brokers[0]));
    cluster.run_until(0);
    let sender = producer(&mut cluster, namesrv, "New", SimSpan::secs(31));
    cluster.world.intervene(at(200_000), Intervention::Mend(namesrv, brokers[0]));
    cluster.run_until(200_000);
    let made = picked!(Fact::TopicCreated { topic, queues, .. } => (topic.as_str(), *queues));
    let made = brokers.iter().map(|broker| {
        let made = cluster.log.of(*broker, made).into_iter().map(|(_, made)| made);
        made.filter(|(topic, _)| *topic == "New").collect::<Vec<_>>()
    });
    let mut made: Vec<_> = made.collect();
    made.sort();
    assert_eq!(made, [vec![], vec![("New", 4)]]);
    let known = picked!(Fact::RouteAnswered { topic, queues, .. } => (topic.as_str(), *queues));
    let known = cluster.log.of(sender, known).into_iter().filter(|(_, it)| it.0 == "New");
    let known: Vec<_> = known.map(|(_, (_, queues))| queues).filter(|queues| *queues > 0).collect();
    assert_eq!(known[0], 8, "four of each broker, as far as TBW102 says");
    assert!(known.len() > 3 && known[1..].iter().all(|queues| *queues == 4), "{known:?}");
    let asks = picked!(Fact::Acknowledged { queue, .. } => queue.broker);
    let to: Vec<_> = cluster.log.of(sender, asks).into_iter().map(|(_, broker)| broker).collect();
    assert!(to.len() >= 6 && to.iter().all(|broker| *broker == to[0]), "{to:?}");
}

/// Client reference 9, row 43.
#[test]
fn a_pop_in_a_binary_header_is_a_request_that_nobody_knows() {
    use rocketscope::facts::MsgKey;
    use rocketscope::wire::{Command, FrameDecoder, Serialize, encode_frame, packets};

    let pop = Command { serialize: Serialize::RocketMq, ..Command::request(200_050, 7) };
    let pop = pop.with("consumerGroup", "G").with("topic", "TBW102").with("queueId", -1);
    let mut decoder = FrameDecoder::default();
    decoder.feed(&encode_frame(&pop));
    let came = decoder.next_command().unwrap().unwrap();
    let request = packets::request(&came, MsgKey::default()).unwrap();
    assert!(matches!(request, Request::Unknown { code: 3442, .. }), "16 bits of 200 050");
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    assert_eq!(bench.ask(line, request).code, 3);
}

/// Client reference 9, row 42.
#[test]
fn an_answer_is_in_json_whatever_the_request_is_in() {
    use std::net::SocketAddr;

    use rocketscope::facts::MsgKey;
    use rocketscope::wire::packets::{self, Places};
    use rocketscope::wire::{Command, Serialize};

    struct OneHost;
    impl Places for OneHost {
        fn address(&self, _: NodeId) -> SocketAddr {
            SocketAddr::from(([127, 0, 0, 1], 10_911))
        }
    }
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.namesrv);
    for serialize in [Serialize::RocketMq, Serialize::Json] {
        for (topic, code) in [("TBW102", 0), ("Nobody", 17)] {
            let asks = Command { serialize, ..Command::request(105, 7).with("topic", topic) };
            let request = packets::request(&asks, MsgKey::default()).unwrap();
            let reply = bench.ask(line, request);
            let answer = packets::answer(&asks, &reply, bench.namesrv, &OneHost);
            assert_eq!((answer.serialize, answer.code), (Serialize::Json, code), "{topic}");
        }
    }
}
