//! Clients of one process that share one instance.
//!
//! Expectations are those of `MQClientManager`, `MQClientInstance` and its `unregisterClient`.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::intervention::Intervention;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::remoting::Request;
use rocketscope::rocketmq::sending::{Mode, Way};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{picked, reason};
use crate::client_kit::{
    Cluster, at, client_config, producer_config, pull_config, push_config, rounds, sent,
};

/// A producer and two consumers of one process; and its brokers.
struct Process {
    cluster: Cluster,
    members: [NodeId; 3],
    brokers: Vec<NodeId>,
    namesrv: NodeId,
}

impl Process {
    fn new() -> Self {
        let topic = TopicConfig::new(Name::new("T"), 2);
        let (mut cluster, namesrv, brokers) = Cluster::new(1, &["broker-a", "broker-b"], &[topic]);
        let client = |group| client_config("p1", group, namesrv);
        let workload = rounds("T", 200, SimSpan::secs(1));
        let producer = producer_config(client("PG"), workload);
        let first = cluster.add("p1", MqDisk::Producer(Box::new(producer)), at(0));
        let mut consumer = |name, group| {
            let config = push_config(client(group), &[("T", "*")]);
            let node = cluster.add(name, MqDisk::PushConsumer(Box::new(config)), at(500));
            cluster.world.share(node, first);
            node
        };
        let members = [first, consumer("c1", "G1"), consumer("c2", "G2")];
        Self { cluster, members, brokers, namesrv }
    }

    fn run_until(&mut self, millis: u64) {
        self.cluster.run_until(millis);
    }

    /// How often members stated something between two times, ms.
    fn count(&self, times: (i64, i64), wanted: impl Fn(&Fact) -> bool) -> [usize; 3] {
        self.members.map(|node| {
            let found = self.cluster.log.times(node, &wanted).into_iter();
            found.filter(|at| (times.0..times.1).contains(at)).count()
        })
    }

    fn consumed(&self, from: i64, until: i64) -> [usize; 3] {
        self.count((from, until), |fact| matches!(fact, Fact::Consumed { .. }))
    }

    fn tell(&mut self, millis: u64, node: NodeId) {
        self.cluster.world.intervene(at(millis), Intervention::Tell(node, Order::Shutdown));
    }

    /// Groups of the heartbeats that went to a broker between two times, ms: producers, consumers.
    fn beats(&self, broker: NodeId, times: (i64, i64)) -> Vec<(Vec<&str>, Vec<&str>)> {
        let sent = self.members.iter().flat_map(|node| {
            let to = picked!(Fact::HeartbeatSent { peer, .. } => *peer == broker);
            let when = self.cluster.log.of(*node, to).into_iter();
            when.zip(self.cluster.requests_of(*node, 34)).collect::<Vec<_>>()
        });
        let inside = |at: i64| (times.0..times.1).contains(&at);
        let there = sent.filter(|((at, to), _)| *to && inside(*at));
        there
            .map(|(_, asked)| {
                let Request::Heartbeat(beat) = &asked.request else { panic!("34 is a heartbeat") };
                let mut producers: Vec<_> = beat.producers.iter().map(|it| it.as_str()).collect();
                let mut consumers: Vec<_> =
                    beat.consumers.iter().map(|it| it.group.as_str()).collect();
                producers.sort_unstable();
                consumers.sort_unstable();
                (producers, consumers)
            })
            .collect()
    }
}

#[test]
fn they_have_one_connection_to_each_peer_and_one_heartbeat_for_all() {
    let mut process = Process::new();
    process.run_until(70_000);
    let connected = process.count((0, 70_000), |fact| matches!(fact, Fact::Connected { .. }));
    assert_eq!(connected.iter().sum::<usize>(), 3, "a name server and two brokers: {connected:?}");
    let all = (vec!["CLIENT_INNER_PRODUCER", "PG"], vec!["G1", "G2"]);
    for broker in process.brokers.clone() {
        let beats = process.beats(broker, (29_000, 70_000));
        assert_eq!(beats, [all.clone(), all.clone()], "every 30 s");
    }
    // One thread refreshes the routes: each topic once in 30 s.
    let asked = process.count((29_000, 59_000), |fact| matches!(fact, Fact::RouteAsked { .. }));
    assert_eq!(asked.iter().sum::<usize>(), 3, "T and two retry topics: {asked:?}");
    assert_eq!(process.consumed(30_000, 60_000), [0, 30, 30], "each group has each message");
}

#[test]
fn one_that_ends_takes_its_own_group_along_and_the_instance_goes_on() {
    let mut process = Process::new();
    let [producer, first, second] = process.members;
    process.tell(40_000, first);
    process.tell(60_000, producer);
    process.run_until(100_000);
    assert_eq!(process.consumed(41_000, 60_000), [0, 0, 19]);
    let gone = |node| -> Vec<(Option<&str>, Option<&str>)> {
        let left = process.cluster.requests_of(node, 35).into_iter();
        left.map(|asked| {
            let Request::UnregisterClient { producer, consumer, .. } = &asked.request else {
                panic!("35 is a farewell")
            };
            (producer.map(|it| it.as_str()), consumer.map(|it| it.as_str()))
        })
        .collect()
    };
    assert_eq!(gone(first), [(None, Some("G1")); 2], "one a broker, and no inner producer");
    assert_eq!(gone(producer), [(Some("PG"), None); 2]);
    // The heartbeats that the first client's timers send go on without it.
    let rest = (vec!["CLIENT_INNER_PRODUCER"], vec!["G2"]);
    assert_eq!(process.beats(process.brokers[0], (62_000, 100_000)), [rest]);
    let closed = process.count((0, 100_000), |fact| matches!(fact, Fact::Disconnected { .. }));
    assert_eq!(closed, [0; 3], "connections stay as long as somebody is there");
    process.tell(100_000, second);
    process.run_until(110_000);
    let farewells = process.cluster.requests_of(second, 35).len();
    assert_eq!(farewells, 4, "its group and the inner producer's, one a broker each");
    assert!(!process.cluster.world.life(second).is_up());
}

#[test]
fn a_process_dies_and_comes_back_with_all_its_clients() {
    let mut process = Process::new();
    let [_, first, second] = process.members;
    process.cluster.world.intervene(at(20_000), Intervention::Kill(second, End::Crashed));
    process.cluster.world.intervene(at(30_000), Intervention::Start(first));
    process.run_until(20_001);
    let lives = process.members.map(|node| process.cluster.world.life(node).is_up());
    assert_eq!(lives, [false; 3]);
    process.run_until(100_000);
    let started = process.count((0, 100_000), |fact| matches!(fact, Fact::ProcessStarted));
    assert_eq!(started, [2; 3]);
    let connected = process.count((30_000, 100_000), |fact| matches!(fact, Fact::Connected { .. }));
    assert_eq!(connected.iter().sum::<usize>(), 3);
    assert_eq!(process.consumed(70_000, 90_000), [0, 20, 20]);
}

#[test]
fn a_process_that_dies_before_a_client_of_it_begins_never_has_it() {
    let mut process = Process::new();
    let [producer, first, _] = process.members;
    process.cluster.world.intervene(at(200), Intervention::Kill(producer, End::Crashed));
    process.run_until(10_000);
    assert_eq!(process.consumed(0, 10_000), [0; 3]);
    process.cluster.world.intervene(at(10_000), Intervention::Start(first));
    process.run_until(60_000);
    let started = process.count((0, 60_000), |fact| matches!(fact, Fact::ProcessStarted));
    assert_eq!(started, [2, 1, 1]);
    assert_eq!(process.consumed(40_000, 60_000), [0, 20, 20]);
}

#[test]
fn a_process_stands_still_with_all_its_clients() {
    let mut process = Process::new();
    let [_, first, _] = process.members;
    let pause = Intervention::Pause(first, SimSpan::secs(5));
    process.cluster.world.intervene(at(40_000), pause);
    process.run_until(60_000);
    let quiet = process.count((40_001, 45_000), |_| true);
    assert_eq!(quiet, [0; 3]);
    assert_eq!(process.consumed(46_000, 56_000), [0, 10, 10]);
}

/// The swarm found it (seed 139): an answer that another client of the process had taken.
#[test]
fn a_program_goes_on_with_the_route_that_another_clients_step_brought() {
    let topic = TopicConfig::new(Name::new("T"), 2);
    let (mut cluster, namesrv, _) = Cluster::new(1, &["broker-a"], &[topic]);
    let client = |group| client_config("c1", group, namesrv);
    let push = push_config(client("G1"), &[("T", "*")]);
    let first = cluster.add("c1", MqDisk::PushConsumer(Box::new(push)), at(0));
    let pull = pull_config(client("G2"), "T", SimSpan::secs(1));
    let second = cluster.add("c2", MqDisk::PullConsumer(Box::new(pull)), at(0));
    cluster.world.share(second, first);
    let workload = rounds("T", 20, SimSpan::secs(1));
    let producer = producer_config(client_config("p1", "PG", namesrv), workload);
    cluster.add("p1", MqDisk::Producer(Box::new(producer)), at(500));
    cluster.run_until(15_000);
    let consumed = cluster.log.times(second, |fact| matches!(fact, Fact::Consumed { .. }));
    assert!(consumed.len() > 12, "its program pulls: {consumed:?}");
}

/// `MQClientInstance.rebalanceImmediately` wakes one thread for all consumers.
#[test]
fn who_hears_of_a_new_member_rebalances_and_the_others_with_it() {
    let mut process = Process::new();
    process.run_until(45_000);
    let config = push_config(client_config("p2", "G1", process.namesrv), &[("T", "*")]);
    process.cluster.add("c3", MqDisk::PushConsumer(Box::new(config)), at(50_000));
    process.run_until(56_000);
    let notified = |fact: &Fact| matches!(fact, Fact::Notified { .. });
    let [producer, first, second] = process.count((50_000, 56_000), notified);
    assert!(first > 0 && (producer, second) == (0, 0), "only G1 is told");
    let woken = picked!(Fact::RebalanceBegan { why, .. } => reason(*why).0);
    for node in [process.members[1], process.members[2]] {
        let rounds = process.cluster.log.of(node, woken);
        let late = rounds.iter().filter(|(at, _)| (50_000..56_000).contains(at));
        let reasons: Vec<_> = late.map(|(_, why)| *why).collect();
        assert!(reasons.contains(&"rebalance_woken"), "{reasons:?}");
    }
}

/// Whoever of the process waits for it has the reply (`RequestFutureHolder`).
#[test]
fn each_of_a_process_has_the_replies_to_its_own_requests() {
    let mut process = Process::new();
    let mut replier = push_config(client_config("p2", "R", process.namesrv), &[("T", "*")]);
    replier.rules.replies = true;
    process.cluster.add("c3", MqDisk::PushConsumer(Box::new(replier)), at(0));
    let way = Way { request: Some(SimSpan::secs(3)), mode: Mode::Async, ..Way::default() };
    let [first, ..] = process.members;
    let askers = ["PG1", "PG2"].map(|group| {
        let workload = sent(rounds("T", 5, SimSpan::secs(1)), &way);
        let client = client_config("p1", group, process.namesrv);
        let disk = MqDisk::Producer(Box::new(producer_config(client, workload)));
        let node = process.cluster.add(group, disk, at(30_000));
        process.cluster.world.share(node, first);
        node
    });
    process.run_until(60_000);
    for node in askers {
        let replied = picked!(Fact::Replied { msg, .. } => (msg.producer == node, msg.seq));
        let replied = process.cluster.log.of(node, replied);
        let found: Vec<_> = replied.into_iter().map(|(_, it)| it).collect();
        assert_eq!(found, (0..5).map(|seq| (true, seq)).collect::<Vec<_>>());
    }
}
