//! Brokers under a controller: who leads, who is in sync, what an election costs.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimTime;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::{HaConfig, NamesrvConfig, ReplicaRules};
use rocketscope::rocketmq::controller::ControllerDisk;
use rocketscope::rocketmq::remoting::{PopRequest, Request};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_derived::{pop, popped};
use crate::broker_kit::{Bench, Line, picked, reason, text};
use crate::client_kit::{Cluster, broker_config};
use crate::subtle_kit::count;

/// A name server, a controller, and three brokers of one name, of which the first leads.
struct Trio {
    bench: Bench,
    controller: NodeId,
    brokers: [NodeId; 3],
}

impl Trio {
    fn new() -> Self {
        Self::with(false, |_, _| ())
    }

    fn with(unclean: bool, tune: impl Fn(usize, &mut HaConfig)) -> Self {
        let (mut cluster, namesrv, _) = Cluster::new(7, &[], &[]);
        let disk = Some(Box::new(ControllerDisk { unclean, ..ControllerDisk::default() }));
        let config = NamesrvConfig { controller: disk, ..NamesrvConfig::default() };
        let controller = cluster.add("ctl", MqDisk::NameServer(config), SimTime::START);
        let brokers = [0, 1, 2].map(|at| {
            let topics = [TopicConfig::new(Name::new("T"), 1)];
            let mut config = broker_config("broker-a", namesrv, &topics);
            config.ha.named_by = (at > 0).then_some(NodeId(2));
            let controllers = vec![controller];
            config.ha.replicas = ReplicaRules { controllers, ..ReplicaRules::default() };
            tune(at, &mut config.ha);
            let name = ["broker-a", "broker-b", "broker-c"][at];
            let starts = SimTime::from_nanos(1_000_000_000 + 200_000_000 * at as u64);
            cluster.add(name, MqDisk::Broker(Box::new(BrokerDisk::new(config))), starts)
        });
        Self { bench: Bench::of(cluster, namesrv, brokers[0]), controller, brokers }
    }

    /// All are in sync.
    fn in_sync() -> Self {
        let mut trio = Self::new();
        trio.bench.run_until(40_000);
        assert_eq!(trio.members().last(), Some(&3));
        trio
    }

    fn kill(&mut self, broker: usize) {
        self.bench.intervene(Intervention::Kill(self.brokers[broker], End::Crashed));
        self.bench.run(10);
    }

    fn start(&mut self, broker: usize) {
        self.bench.intervene(Intervention::Start(self.brokers[broker]));
        self.bench.run(10);
    }

    fn cut(&mut self, a: NodeId, b: NodeId) {
        self.bench.intervene(Intervention::Cut(a, b));
    }

    fn line(&mut self, broker: usize) -> Line {
        self.bench.connect("p", self.brokers[broker])
    }

    /// Elections: when, who, epoch, why.
    fn elections(&self) -> Vec<(i64, usize, u32, &'static str)> {
        let picked =
            picked!(Fact::Elected { leader, epoch, why } => (*leader, *epoch, reason(*why).0));
        let all = self.bench.cluster.log.of(self.controller, picked);
        let place = |leader| self.brokers.iter().position(|broker| *broker == leader).unwrap();
        all.into_iter().map(|(at, (leader, epoch, why))| (at, place(leader), epoch, why)).collect()
    }

    /// How many were in sync, after each change.
    fn members(&self) -> Vec<u32> {
        let picked = picked!(Fact::InSync { members, .. } => *members);
        let all = self.bench.cluster.log.of(self.controller, picked);
        all.into_iter().map(|(_, members)| members).collect()
    }

    /// Addresses of the topic's route.
    fn route(&mut self) -> Vec<(u32, usize)> {
        let line = self.bench.connect("asks", self.bench.namesrv);
        let Some(route) = self.bench.route(line, "T") else { return Vec::new() };
        let place = |node| self.brokers.iter().position(|broker| *broker == node).unwrap();
        route.brokers[0].addresses.iter().map(|(id, node)| (*id, place(*node))).collect()
    }

    fn of<T>(&self, broker: usize, find: impl Fn(&Fact) -> Option<T>) -> Vec<(i64, T)> {
        self.bench.cluster.log.of(self.brokers[broker], find)
    }
}

fn put(bench: &mut Bench, line: Line, body: &str) -> Result<u64, u16> {
    bench.put(line, text("T", "A", 0, body)).map(|(_, offset, _)| offset)
}

#[test]
fn the_first_broker_that_asks_leads_and_the_others_join_when_they_showed_what_they_have() {
    let mut trio = Trio::new();
    let at_once = trio.elections();
    assert_eq!(at_once.len(), 1);
    assert_eq!((at_once[0].1, at_once[0].2, at_once[0].3), (0, 1, "elected_first"));
    assert_eq!(trio.members(), [1], "a slave says first what it has 5 s after it came");
    assert_eq!(trio.route(), [(0, 0), (2, 1), (3, 2)]);
    let line = trio.line(0);
    assert_eq!(put(&mut trio.bench, line, "first"), Ok(0));
    trio.bench.run_until(12_000);
    assert_eq!(trio.members(), [1, 2, 3]);
    let follows = picked!(Fact::Follows { leader, epoch, .. } => (*leader, *epoch));
    for slave in [1, 2] {
        let follows = trio.of(slave, follows);
        assert_eq!(follows[0].1, (trio.brokers[0], 1));
        let reader = trio.line(slave);
        assert_eq!(count(&mut trio.bench, reader, "T"), 1);
    }
}

#[test]
fn a_leader_that_crashes_is_replaced_at_once_and_the_route_and_the_messages_stay() {
    let mut trio = Trio::in_sync();
    let line = trio.line(0);
    assert_eq!(put(&mut trio.bench, line, "before"), Ok(0));
    trio.bench.run(200);
    let began = trio.bench.now();
    trio.kill(0);
    let election = trio.elections()[1];
    assert_eq!((election.2, election.3), (2, "leader_gone"));
    assert!((election.0 as f64) < began + 2.0, "its connection closes");
    let leader = election.1;
    let leads = picked!(Fact::Leads { epoch, why, .. } => (*epoch, reason(*why).0));
    assert_eq!(trio.of(leader, leads)[0].1, (2, "controller_told"));
    let other = 3 - leader;
    let id = [1, 2, 3][other];
    assert_eq!(trio.route(), [(0, leader), (id, other)]);
    let line = trio.line(leader);
    assert_eq!(put(&mut trio.bench, line, "after"), Ok(1));
    assert_eq!(count(&mut trio.bench, line, "T"), 2);
}

/// Broker reference 15, row 31.
#[test]
fn an_election_shrinks_the_set_and_what_only_the_old_leader_had_is_cut_when_it_returns() {
    let mut trio = Trio::in_sync();
    let line = trio.line(0);
    assert_eq!(put(&mut trio.bench, line, "everywhere"), Ok(0));
    trio.bench.run(200);
    let [a, b, c] = trio.brokers;
    trio.cut(a, b);
    trio.cut(a, c);
    assert_eq!(put(&mut trio.bench, line, "only here"), Ok(1), "acknowledged");
    trio.bench.run(500);
    trio.kill(0);
    assert_eq!(trio.members().last(), Some(&1), "who was elected has to be joined anew");
    let leader = trio.elections()[1].1;
    let line = trio.line(leader);
    assert_eq!(put(&mut trio.bench, line, "another"), Ok(1), "the place is given away again");
    trio.bench.intervene(Intervention::Mend(a, b));
    trio.bench.intervene(Intervention::Mend(a, c));
    trio.start(0);
    trio.bench.run(40_000);
    let cut = picked!(Fact::LogCut { leader, lost, why, .. } => (*leader, *lost, reason(*why).0));
    let cut = trio.of(0, cut);
    assert_eq!(cut.len(), 1);
    let (from, lost, why) = cut[0].1;
    assert_eq!((from, why), (trio.brokers[leader], "epochs_differ"));
    assert!((100..400).contains(&lost), "one record, {lost} bytes");
    assert_eq!(trio.members().last(), Some(&3));
    let ends = [0, 1, 2].map(|broker| {
        let line = trio.line(broker);
        count(&mut trio.bench, line, "T")
    });
    assert_eq!(ends, [2, 2, 2], "one log");
}

/// Broker reference 15, row 31.
#[test]
fn without_a_live_member_of_the_set_nobody_leads_unless_an_unclean_election_may() {
    for unclean in [false, true] {
        let mut trio = Trio::with(unclean, |_, _| ());
        trio.bench.run_until(1000);
        assert_eq!(trio.members(), [1], "the two others are not in sync yet");
        trio.kill(0);
        trio.bench.run(20_000);
        let line = trio.line(1);
        if unclean {
            let election = trio.elections()[1];
            assert_eq!((election.2, election.3), (2, "elected_unclean"));
            continue;
        }
        let nobody = picked!(Fact::Leaderless { epoch, why, .. } => (*epoch, reason(*why).0));
        let nobody = trio.bench.cluster.log.of(trio.controller, nobody);
        assert_eq!(nobody[0].1, (2, "nobody_in_sync"));
        assert_eq!(put(&mut trio.bench, line, "to a slave"), Err(2));
        assert!(trio.route().iter().all(|(id, _)| *id != 0));
        trio.start(0);
        trio.bench.run(100);
        assert_eq!(trio.elections()[1].1, 0, "one that is in sync came back");
        assert_eq!(trio.route()[0], (0, 0));
    }
}

#[test]
fn a_leader_that_its_controller_does_not_hear_goes_on_beside_the_new_one() {
    let mut trio = Trio::in_sync();
    let (a, controller) = (trio.brokers[0], trio.controller);
    trio.cut(a, controller);
    let began = trio.bench.now();
    trio.bench.run(20_000);
    let election = trio.elections()[1];
    assert_eq!((election.2, election.3), (2, "leader_silent"));
    let after = election.0 as f64 - began;
    assert!(
        (9000.0..16_000.0).contains(&after),
        "10 s, and up to 5 s until the next look: {after}"
    );
    assert_eq!(trio.route()[0], (0, election.1), "name servers take the later epoch");
    let old = trio.line(0);
    assert!(put(&mut trio.bench, old, "to the old one").is_ok(), "nobody told it");
    trio.bench.intervene(Intervention::Mend(a, controller));
    trio.bench.run(40_000);
    assert_eq!(put(&mut trio.bench, old, "to a slave"), Err(2));
    let cut = picked!(Fact::LogCut { .. } => ());
    assert_eq!(trio.of(0, cut).len(), 1, "what it took meanwhile");
}

#[test]
fn a_broker_takes_nothing_before_a_controller_said_who_leads() {
    let mut trio = Trio::in_sync();
    let controller = trio.controller;
    trio.bench.intervene(Intervention::Kill(controller, End::Crashed));
    trio.bench.run(10);
    let line = trio.line(0);
    assert!(put(&mut trio.bench, line, "without a controller").is_ok(), "who leads goes on");
    trio.kill(0);
    trio.start(0);
    let line = trio.line(0);
    assert_eq!(put(&mut trio.bench, line, "who leads?"), Err(14));
    let why = picked!(Fact::Refused { why, .. } => reason(*why).0);
    assert_eq!(trio.of(0, why).last().unwrap().1, "fenced");
    // Not by itself either, what a pop would write: whoever leads may have something else there.
    let pop = PopRequest { topic: Name::new("T"), ..pop(false) };
    let stored = picked!(Fact::Stored { physical, .. } => *physical);
    let before = trio.of(0, stored);
    assert_eq!(popped(&mut trio.bench, line, pop).1.messages.len(), 0);
    assert_eq!(trio.of(0, stored), before, "a checkpoint");
    trio.bench.intervene(Intervention::Start(controller));
    trio.bench.run(20_000);
    assert_eq!(popped(&mut trio.bench, line, pop).1.messages.len(), 1, "now it leads");
    assert_eq!(trio.of(0, stored).len(), before.len() + 1);
    assert_eq!(trio.route()[0], (0, 0), "what was agreed is on the controller's disk");
    assert_eq!(trio.elections().len(), 1, "who led lives and is in sync");
}

#[test]
fn where_all_in_sync_must_have_a_message_it_waits_for_them_and_is_seen_then() {
    let mut trio = Trio::with(false, |_, ha| {
        (ha.replicas.all_ack, ha.replicas.least) = (true, 2);
    });
    let line = trio.line(0);
    assert_eq!(put(&mut trio.bench, line, "alone"), Err(1), "two must be in sync");
    let why = picked!(Fact::Refused { why, .. } => reason(*why));
    assert_eq!(trio.of(0, why)[0].1, ("too_few_in_sync", 2));
    trio.bench.run_until(40_000);
    assert_eq!(put(&mut trio.bench, line, "with all"), Ok(0));
    let waits = picked!(Fact::SafetyEnded { why, .. } => reason(*why));
    assert_eq!(trio.of(0, waits)[0].1, ("safe_in_set", 3));
    let [a, _, c] = trio.brokers;
    trio.cut(a, c);
    let request = Request::SendMessage(Rc::new(text("T", "A", 0, "not at all of them")));
    let opaque = trio.bench.send(line, request);
    trio.bench.run(3100);
    assert_eq!(trio.bench.reply(opaque).expect("slaveTimeout is over").1.code, 12);
    assert_eq!(count(&mut trio.bench, line, "T"), 1, "nobody sees it before all have it");
    trio.bench.run(30_000);
    assert_eq!(trio.members().last(), Some(&2), "the slave was lost, and leaves the set");
    assert_eq!(count(&mut trio.bench, line, "T"), 2);
    assert!(put(&mut trio.bench, line, "with the other two").is_ok());
}

#[test]
fn of_equal_logs_the_lowest_priority_is_elected() {
    for favourite in [1, 2] {
        let mut trio = Trio::with(false, |at, ha| {
            ha.replicas.priority = if at == favourite { 1 } else { 2 };
        });
        trio.bench.run_until(40_000);
        trio.kill(0);
        assert_eq!(trio.elections()[1].1, favourite);
    }
}
