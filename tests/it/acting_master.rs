//! A slave that acts as master: when it does, what it does and what not, and how it gives back.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimTime;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::{BrokerRole, HaConfig, NamesrvConfig};
use rocketscope::rocketmq::remoting::{AdminRequest, Request};
use rocketscope::rocketmq::topic::{TopicConfig, perm};

use crate::broker_kit::{Bench, Line, offset_of, patient, picked, pull, reason, text};
use crate::client_kit::{Cluster, broker_config};
use crate::subtle_kit::{administer, count, deposit, wired};

/// A master with a slave that may act as master, and a master of another name.
struct Set {
    bench: Bench,
    master: NodeId,
    slave: NodeId,
    other: NodeId,
}

impl Set {
    fn new() -> Self {
        Self::with(|_| (), |_| ())
    }

    fn with(tune: impl Fn(&mut HaConfig), names: impl Fn(&mut NamesrvConfig)) -> Self {
        let (mut cluster, _, _) = Cluster::new(7, &[], &[]);
        let mut config = NamesrvConfig::default();
        (config.support_acting, config.notify_smallest) = (true, true);
        names(&mut config);
        let namesrv = cluster.add("ns-2", MqDisk::NameServer(config), SimTime::START);
        let topics = [TopicConfig::new(Name::new("T"), 1)];
        let mut add = |name: &str, starts: u64, tune: &dyn Fn(&mut HaConfig)| {
            let broker = if name == "broker-b" { name } else { "broker-a" };
            let mut config = broker_config(broker, namesrv, &topics);
            (config.ha.slave_read, config.ha.replicas.acting) = (true, true);
            tune(&mut config.ha);
            config.broker_id = u32::from(config.ha.is_slave());
            let disk = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
            cluster.add(name, disk, SimTime::from_nanos(starts * 1_000_000))
        };
        let master = add("broker-a", 500, &|ha| tune(ha));
        let slave = add("broker-a-s", 1000, &|ha| {
            tune(ha);
            (ha.role, ha.named_by) = (BrokerRole::Slave, Some(master));
        });
        let other = add("broker-b", 1000, &|_| ());
        let mut bench = Bench::of(cluster, namesrv, master);
        bench.run_until(10_000);
        Self { bench, master, slave, other }
    }

    fn kill(&mut self) {
        self.bench.intervene(Intervention::Kill(self.master, End::Crashed));
        self.bench.run(10);
    }

    fn start(&mut self) {
        self.bench.intervene(Intervention::Start(self.master));
    }

    /// When the slave began or ended to act as master, and why.
    fn turns(&self) -> Vec<(i64, bool, &'static str)> {
        let stands = |fact: &Fact| {
            let (Fact::StandsIn { why } | Fact::StandsBack { why }) = fact else { return None };
            Some((matches!(fact, Fact::StandsIn { .. }), reason(*why).0))
        };
        let turns = self.bench.cluster.log.of(self.slave, stands).into_iter();
        turns.map(|(at, (stands, why))| (at, stands, why)).collect()
    }

    /// Addresses and permission of the topic in the route of broker-a.
    fn route(&mut self) -> (Vec<(u32, NodeId)>, u8) {
        let line = self.bench.connect("asks", self.bench.namesrv);
        let route = self.bench.route(line, "T").expect("the topic is known");
        (route.brokers[0].addresses.clone(), route.brokers[0].perm)
    }

    fn line(&mut self, node: NodeId) -> Line {
        self.bench.connect("c", node)
    }
}

/// A group is known once it pulled.
fn commit(bench: &mut Bench, line: Line, offset: i64) -> u16 {
    bench.pull(line, pull("T", 0, 0, "*"));
    let (group, topic) = (Name::new("G"), Name::new("T"));
    bench.ask(line, Request::UpdateOffset { group, topic, queue: 0, offset }).code
}

fn committed(bench: &mut Bench, line: Line) -> Option<u64> {
    let (group, topic) = (Name::new("G"), Name::new("T"));
    let request = Request::QueryOffset { group, topic, queue: 0, or_zero: false };
    offset_of(&bench.ask(line, request))
}

const BOTH: u8 = perm::READ | perm::WRITE;

#[test]
fn without_its_master_the_slave_is_told_as_one_and_serves_readers_only() {
    let mut set = Set::new();
    let (master, slave) = (set.master, set.slave);
    let line = set.line(master);
    assert!(set.bench.put(line, text("T", "A", 0, "before")).is_ok());
    set.bench.run(200);
    assert_eq!(set.route(), (vec![(0, master), (1, slave)], BOTH));
    let killed = set.bench.now();
    set.kill();
    let turns = set.turns();
    assert_eq!((turns.len(), turns[0].1, turns[0].2), (1, true, "members_told"));
    assert!((turns[0].0 as f64) < killed + 2.0, "its connection closed");
    assert_eq!(set.route(), (vec![(0, slave)], perm::READ));
    let line = set.line(slave);
    assert_eq!(set.bench.put(line, text("T", "A", 0, "to a slave")), Err(14));
    let back = AdminRequest::SendBack {
        group: Name::new("G"),
        physical: 0,
        level: 0,
        max_reconsume: None,
    };
    assert_eq!(administer(&mut set.bench, line, back).code, 1);
    assert_eq!(set.bench.pull(line, pull("T", 0, 0, "*")).0, 0);
    assert_eq!(set.bench.pull(line, pull("T", 0, 1, "*")).0, 19, "it sends nobody to its master");
    let held = set.bench.send(line, Request::Pull(patient("T", 1, "*", 1000)));
    set.bench.run(100);
    assert!(set.bench.reply(held).is_none(), "it holds pulls");
    assert_eq!(commit(&mut set.bench, line, 1), 0);
    assert_eq!(committed(&mut set.bench, line), Some(1));
}

#[test]
fn who_is_not_told_asks_within_a_second_and_a_silent_master_is_missed_after_ten() {
    let mut set = Set::with(|_| (), |names| names.notify_smallest = false);
    let killed = set.bench.now();
    set.kill();
    set.bench.run(1500);
    let turns = set.turns();
    assert_eq!(turns[0].2, "members_asked");
    let after = turns[0].0 as f64 - killed;
    assert!((0.0..1100.0).contains(&after), "{after}");

    let mut set = Set::new();
    let (master, namesrv) = (set.master, set.bench.namesrv);
    let cut = set.bench.now();
    set.bench.intervene(Intervention::Cut(master, namesrv));
    set.bench.run(20_000);
    let gone = picked!(Fact::BrokerForgotten { why, .. } => reason(*why));
    let gone = set.bench.cluster.log.of(namesrv, gone);
    assert_eq!(gone[0].1, ("broker_not_active", 10_000));
    let after = set.turns()[0].0 as f64 - cut;
    assert!((9000.0..16_000.0).contains(&after), "10 s, and up to 5 s to the next look: {after}");
}

#[test]
fn a_name_server_that_does_not_support_it_leaves_the_slave_a_slave() {
    let mut set = Set::with(|_| (), |names| names.support_acting = false);
    set.kill();
    let slave = set.slave;
    assert_eq!(set.route(), (vec![(1, slave)], perm::READ), "nobody may write, as brokers said");
}

#[test]
fn what_is_due_meanwhile_goes_to_another_broker_where_it_may_and_else_waits_for_the_master() {
    for escape in [false, true] {
        let mut set = Set::with(|ha| ha.replicas.escape = escape, |_| ());
        let line = set.line(set.master);
        deposit(&mut set.bench, line, wired("T", &[("DELAY", "2")]));
        set.bench.run(500);
        set.kill();
        set.bench.run(10_000);
        let other = set.line(set.other);
        assert_eq!(count(&mut set.bench, other, "T"), u64::from(escape), "escape: {escape}");
        let escaped = picked!(Fact::Escaped { why, .. } => reason(*why).0);
        let escaped = set.bench.cluster.log.of(set.slave, escaped);
        let escaped: Vec<_> = escaped.into_iter().map(|(_, why)| why).collect();
        assert_eq!(escaped, vec!["escaped_from_level"; usize::from(escape)]);
        set.start();
        set.bench.run(5000);
        let line = set.line(set.master);
        // Nobody told the master that it is delivered: positions are not taken back.
        assert_eq!(count(&mut set.bench, line, "T"), 1);
    }
}

#[test]
fn a_master_of_two_replicas_takes_offsets_and_positions_back_before_it_is_there() {
    for total in [1, 2] {
        let mut set =
            Set::with(|ha| (ha.replicas.total, ha.replicas.escape) = (total, true), |_| ());
        let (master, slave) = (set.master, set.slave);
        let line = set.line(master);
        deposit(&mut set.bench, line, wired("T", &[("DELAY", "2")]));
        assert_eq!(commit(&mut set.bench, line, 3), 0);
        set.bench.run(70_000);
        deposit(&mut set.bench, line, wired("T", &[("DELAY", "2")]));
        set.bench.run(200);
        set.kill();
        let line = set.line(slave);
        assert_eq!(commit(&mut set.bench, line, 7), 0);
        set.bench.run(8000);
        let began = set.bench.now();
        set.start();
        set.bench.run(8000);
        let turns = set.turns();
        assert_eq!((turns.len(), turns[1].1, turns[1].2), (2, false, "members_told"));
        let after = turns[1].0 as f64 - began;
        let line = set.line(master);
        let offset = committed(&mut set.bench, line);
        let delivered = count(&mut set.bench, line, "T");
        if total == 2 {
            assert!((1000.0..1100.0).contains(&after), "it asks after a second: {after}");
            assert_eq!((offset, delivered), (Some(7), 1), "the second was delivered elsewhere");
        } else {
            assert!(after < 10.0, "it is there at once: {after}");
            assert_eq!((offset, delivered), (Some(3), 2));
        }
        assert_eq!(set.route(), (vec![(0, master), (1, slave)], BOTH));
    }
}

#[test]
fn a_send_that_wants_more_copies_than_brokers_live_is_refused_unless_the_number_follows() {
    for auto in [false, true] {
        let mut set = Set::with(
            |ha| {
                (ha.role, ha.in_sync_replicas, ha.replicas.auto) =
                    (BrokerRole::SyncMaster, 2, auto);
            },
            |_| (),
        );
        let line = set.line(set.master);
        assert!(set.bench.put(line, text("T", "A", 0, "with both")).is_ok());
        set.bench.intervene(Intervention::Kill(set.slave, End::Crashed));
        set.bench.run(2000);
        let alone = set.bench.put(line, text("T", "A", 0, "alone"));
        assert_eq!(alone.map(|_| ()), if auto { Ok(()) } else { Err(1) });
        let why = set.bench.said(picked!(Fact::Refused { why, .. } => reason(*why)));
        assert_eq!(why, if auto { vec![] } else { vec![("too_few_live", 2)] });
    }
}
