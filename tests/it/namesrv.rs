//! A name server, told and asked by hand: which registrations it takes, whom it forgets and when.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::name::Name;
use rocketscope::rocketmq::reasons::Because;
use rocketscope::rocketmq::remoting::{Registration, Request, RouteBroker};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, Line, picked, reason};

pub(crate) fn registration(broker: &str, version: u64, topics: &[(&str, u32)]) -> Request {
    let topics = topics.iter().map(|(name, queues)| TopicConfig::new(Name::new(name), *queues));
    Request::RegisterBroker(Rc::new(Registration {
        cluster: Name::new("DefaultCluster"),
        broker: Name::new(broker),
        broker_id: 0,
        data_version: version,
        state_version: 0,
        acting: false,
        expiry: None,
        topics: topics.collect(),
        named_by: NodeId(0),
        why: Because::RegisterAtStart.plain(),
    }))
}

fn queues(bench: &mut Bench, line: Line, topic: &str) -> Vec<(&'static str, u32)> {
    let brokers = bench.route(line, topic).map(|route| route.brokers.clone());
    let queues = |broker: &RouteBroker| (broker.name.as_str(), broker.write_queues);
    brokers.iter().flatten().map(queues).collect()
}

/// Client reference 9, row 5.
#[test]
fn an_unknown_broker_may_not_register_one_topic_alone() {
    let mut bench = Bench::new();
    let line = bench.connect("broker-z", bench.namesrv);
    assert_eq!(bench.ask(line, registration("broker-z", 1, &[("One", 4)])).code, 1);
    assert_eq!(queues(&mut bench, line, "One"), []);
    assert_eq!(bench.ask(line, registration("broker-z", 1, &[("One", 4), ("Two", 4)])).code, 0);
    assert_eq!(bench.ask(line, registration("broker-z", 2, &[("Three", 4)])).code, 0);
    assert_eq!(queues(&mut bench, line, "Three"), [("broker-z", 4)]);
    assert_eq!(queues(&mut bench, line, "One"), [("broker-z", 4)], "one topic more, none less");
}

#[test]
fn known_topics_change_with_the_data_version_only() {
    let mut bench = Bench::new();
    let line = bench.connect("broker-z", bench.namesrv);
    bench.ask(line, registration("broker-z", 1, &[("One", 4), ("Two", 4)]));
    bench.ask(line, registration("broker-z", 1, &[("One", 8), ("Three", 8)]));
    assert_eq!(queues(&mut bench, line, "One"), [("broker-z", 4)]);
    assert_eq!(queues(&mut bench, line, "Three"), [("broker-z", 8)], "it was not there before");
    bench.ask(line, registration("broker-z", 2, &[("One", 8), ("Three", 8)]));
    assert_eq!(queues(&mut bench, line, "One"), [("broker-z", 8)]);
}

#[test]
fn a_route_lists_brokers_by_name() {
    let mut bench = Bench::new();
    for broker in ["broker-z", "broker-m"] {
        let line = bench.connect(broker, bench.namesrv);
        bench.ask(line, registration(broker, 1, &[("TBW102", 8), ("Two", 4)]));
    }
    let line = bench.connect("r", bench.namesrv);
    let expected = [("broker-a", 8), ("broker-m", 8), ("broker-z", 8)];
    assert_eq!(queues(&mut bench, line, "TBW102"), expected);
}

pub(crate) fn forgotten(bench: &Bench) -> Vec<(i64, (&'static str, u32))> {
    bench.cluster.log.of(bench.namesrv, picked!(Fact::BrokerForgotten { why, .. } => reason(*why)))
}

#[test]
fn a_closed_connection_forgets_a_broker_at_once_unless_it_came_over_another_one_since() {
    let mut bench = Bench::new();
    let line = bench.connect("broker-z", bench.namesrv);
    let full = registration("broker-z", 1, &[("One", 4), ("Two", 4)]);
    bench.ask(line, full);
    bench.hang_up(line);
    bench.run(5);
    assert_eq!(forgotten(&bench).len(), 1);
    assert_eq!(forgotten(&bench)[0].1, ("broker_closed", 0));
    let line = bench.connect("r", bench.namesrv);
    assert_eq!(queues(&mut bench, line, "One"), []);
    bench.hang_up(line);
    bench.run(5);
    assert_eq!(forgotten(&bench).len(), 1, "a client's connection is no broker's");
}

/// Client reference 9, row 2.
#[test]
fn a_silent_broker_is_forgotten_at_the_first_look_after_two_minutes() {
    let mut bench = Bench::new();
    let line = bench.connect("broker-z", bench.namesrv);
    bench.run_until(1999);
    bench.ask(line, registration("broker-z", 1, &[("One", 4), ("Two", 4)]));
    // The name server started at −3 s: it looks at 2 s, 7 s, … 122 s; the broker was heard at 1
    // 999.1 ms.
    bench.run_until(130_000);
    assert_eq!(forgotten(&bench), [(122_000, ("broker_expired", 120_000))]);
}
