//! Master and slave: what a slave gets, what a send waits for, what is left when one dies.

use std::rc::Rc;

use rocketscope::facts::{Fact, SendOutcome};
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::disk::DiskProfile;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::{BrokerConfig, BrokerRole};
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::remoting::{ReplyBody, Request};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, Line, offset_of, picked, pull, reason, text};
use crate::client_kit::broker_config;

/// A master that waits for so many copies, and its slave, which starts 2 s before time 0 too.
fn pair(copies: u32, tune: impl FnOnce(&mut BrokerConfig)) -> (Bench, NodeId) {
    let mut bench = Bench::with(|master| {
        master.ha.role = BrokerRole::SyncMaster;
        master.ha.in_sync_replicas = copies;
        master.topics = vec![TopicConfig::new(Name::new("T"), 1)];
    });
    let slave = slave(&mut bench, tune);
    (bench, slave)
}

fn slave(bench: &mut Bench, tune: impl FnOnce(&mut BrokerConfig)) -> NodeId {
    let mut config = broker_config("broker-a", bench.namesrv, &[]);
    (config.broker_id, config.ha.role) = (1, BrokerRole::Slave);
    config.ha.named_by = Some(bench.broker);
    config.topics = vec![TopicConfig::new(Name::new("T"), 1)];
    tune(&mut config);
    let disk = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
    bench.cluster.add("broker-a-s", disk, bench.cluster.world.now())
}

/// The slave connects 5 s after its start.
fn connected(bench: &mut Bench) {
    bench.run_until(5500);
}

fn put(bench: &mut Bench, line: Line, body: &str) -> (f64, u16) {
    let began = bench.now();
    let opaque = bench.send(line, Request::SendMessage(Rc::new(text("T", "A", 0, body))));
    bench.run(6000);
    let (at, reply) = bench.reply(opaque).expect("every send is answered within 6 s");
    assert!(matches!(reply.body, ReplyBody::Sent { .. }), "stored, whatever the code says");
    (((at - began) * 10.0).round() / 10.0, reply.code)
}

fn messages(bench: &mut Bench, line: Line) -> u64 {
    let request = Request::MaxOffset { topic: Name::new("T"), queue: 0 };
    offset_of(&bench.ask(line, request)).expect("a broker knows its queues")
}

#[test]
fn a_slave_gets_what_its_master_has_within_a_tenth_of_a_second() {
    let (mut bench, slave) = pair(1, |_| ());
    let producer = bench.connect("p", bench.broker);
    assert_eq!(put(&mut bench, producer, "before the slave"), (0.3, 0));
    let events = bench.said(picked!(Fact::ReplicaConnected { replica, bytes, why } =>
        (*replica, *bytes, reason(*why))));
    assert_eq!(events, [(slave, 0, ("replica_asks", 5000))]);
    let caught_up = bench.stated(picked!(Fact::ReplicaCaughtUp { bytes, .. } => *bytes));
    assert_eq!(caught_up.len(), 1, "{caught_up:?}");
    let reader = bench.connect("r", slave);
    assert_eq!(messages(&mut bench, reader), 1);
    bench.run(40);
    bench.send(producer, Request::SendMessage(Rc::new(text("T", "A", 0, "later"))));
    bench.run(110);
    assert_eq!(messages(&mut bench, reader), 2, "the master looks every 100 ms");
}

#[test]
fn a_send_that_needs_two_copies_waits_for_the_slaves_report() {
    let (mut bench, _) = pair(2, |_| ());
    connected(&mut bench);
    let producer = bench.connect("p", bench.broker);
    // 0.3 ms to the broker, its thread and back; 0.2 ms to the slave and back.
    assert_eq!(put(&mut bench, producer, "safe"), (0.5, 0));
    let waits = bench.said(picked!(Fact::SafetyAwaited { why, .. } => reason(*why)));
    assert_eq!(waits, [("waits_for_replicas", 2)]);
    let ends = bench.said(picked!(Fact::SafetyEnded { waited, outcome, why, .. } =>
        (waited.as_nanos() / 1000, *outcome, reason(*why))));
    assert_eq!(ends, [(200, SendOutcome::Ok, ("safe_in_replicas", 2))]);
}

/// Broker reference 15, row 2.
/// Client reference 9, row 14.
#[test]
fn without_a_slave_it_is_stored_and_answered_with_12_after_the_time_out() {
    let (mut bench, _) = pair(2, |_| ());
    let producer = bench.connect("p", bench.broker);
    assert_eq!(put(&mut bench, producer, "alone"), (3000.3, 12));
    let ends = bench.said(picked!(Fact::SafetyEnded { outcome, why, .. } =>
        (*outcome, reason(*why))));
    assert_eq!(ends, [(SendOutcome::FlushSlaveTimeout, ("slave_too_late", 3000))]);
    assert_eq!(messages(&mut bench, producer), 1, "consumers see it all the same");
}

/// Broker reference 15, row 1.
#[test]
fn a_synchronous_master_without_a_number_of_replicas_waits_for_nobody() {
    let (mut bench, _) = pair(1, |_| ());
    let producer = bench.connect("p", bench.broker);
    assert_eq!(put(&mut bench, producer, "alone"), (0.3, 0));
    assert_eq!(bench.said(picked!(Fact::SafetyAwaited { .. } => ())), []);
}

#[test]
fn a_dead_slave_is_missed_at_once_and_a_silent_one_after_twenty_seconds() {
    let (mut bench, slave) = pair(2, |_| ());
    connected(&mut bench);
    bench.intervene(Intervention::Kill(slave, End::Crashed));
    bench.run(10);
    let lost = |bench: &Bench| bench.stated(picked!(Fact::ReplicaLost { why, .. } => reason(*why)));
    assert_eq!(lost(&bench), [(5500, ("peer_gone", 0))]);

    let (mut bench, slave) = pair(2, |_| ());
    connected(&mut bench);
    bench.intervene(Intervention::Cut(bench.broker, slave));
    bench.run(30_000);
    // It reported last when it connected, 3.0 s after the start of the world.
    let at = lost(&bench)[0].0;
    assert_eq!(lost(&bench)[0].1, ("replica_silent", 20_000));
    assert!((20_000..25_100).contains(&at), "{at}");
}

/// Broker reference 15, row 2.
/// Broker reference 15, row 3.
#[test]
fn a_synchronous_flush_is_awaited_and_what_is_not_flushed_is_not_seen() {
    let mut bench = Bench::with(|config| {
        config.ha.sync_flush = true;
        config.topics = vec![TopicConfig::new(Name::new("T"), 1)];
    });
    let producer = bench.connect("p", bench.broker);
    // The disk takes 1 ms.
    assert_eq!(put(&mut bench, producer, "flushed"), (1.3, 0));
    bench.intervene(Intervention::Stall(bench.broker, SimSpan::secs(8)));
    let opaque = bench.send(producer, Request::SendMessage(Rc::new(text("T", "A", 0, "stalled"))));
    bench.run(5000);
    assert_eq!(messages(&mut bench, producer), 1, "only what is on the disk can be read");
    let reply = bench.reply(opaque).expect("syncFlushTimeout is over").1;
    assert_eq!(reply.code, 10);
    bench.run(4000);
    assert_eq!(messages(&mut bench, producer), 2);
    let ends = bench.said(picked!(Fact::SafetyEnded { outcome, why, .. } =>
        (*outcome, reason(*why))));
    let expected = [
        (SendOutcome::Ok, ("safe_on_disk", 0)),
        (SendOutcome::FlushDiskTimeout, ("flush_too_late", 5000)),
    ];
    assert_eq!(ends, expected);
}

#[test]
fn sends_that_come_during_a_flush_share_the_next_one() {
    let mut bench = Bench::with(|config| {
        config.ha.sync_flush = true;
        config.topics = vec![TopicConfig::new(Name::new("T"), 1)];
    });
    let slow = DiskProfile { base: SimSpan::millis(10), ..DiskProfile::default() };
    bench.intervene(Intervention::Disk(bench.broker, slow));
    let producer = bench.connect("p", bench.broker);
    for seq in 0..20 {
        let send = text("T", "A", 0, &format!("m{seq}"));
        bench.send(producer, Request::SendMessage(Rc::new(send)));
    }
    bench.run(100);
    let flushed = bench.said(picked!(Fact::Flushed { .. } => ()));
    assert_eq!(flushed.len(), 2, "the first send's own, and one for the nineteen others");
    assert_eq!(bench.said(picked!(Fact::SafetyEnded { .. } => ())).len(), 20);
}

#[test]
fn a_slave_takes_no_sends_and_no_pulls_unless_it_may_be_read() {
    let (mut bench, slave) = pair(1, |_| ());
    connected(&mut bench);
    let line = bench.connect("c", slave);
    let send = Request::SendMessage(Rc::new(text("T", "A", 0, "to a slave")));
    assert_eq!(bench.ask(line, send).code, 2);
    assert_eq!(bench.pull(line, pull("T", 0, 0, "*")).0, 2);
    let said = bench.cluster.log.of(slave, picked!(Fact::Refused { why, .. } => reason(*why).0));
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].1, "slave_takes_no_sends");
}

#[test]
fn a_slave_that_was_down_goes_on_where_its_log_ends() {
    let (mut bench, slave) = pair(1, |_| ());
    connected(&mut bench);
    let producer = bench.connect("p", bench.broker);
    put(&mut bench, producer, "one");
    bench.intervene(Intervention::Tell(slave, Order::Shutdown));
    bench.run(20);
    put(&mut bench, producer, "two");
    bench.intervene(Intervention::Start(slave));
    bench.run(5500);
    let began = bench.said(picked!(Fact::ReplicaConnected { bytes, .. } => *bytes));
    assert_eq!(began.len(), 2);
    assert!(began[0] == 0 && began[1] > 0, "{began:?}");
    let got = bench.cluster.log.of(slave, picked!(Fact::Replicated { bytes } => *bytes));
    assert_eq!(got.len(), 2, "one message, then the other: {got:?}");
}

#[test]
fn a_master_that_lost_power_has_less_than_its_slave_and_gives_positions_away_again() {
    let (mut bench, slave) = pair(1, |_| ());
    connected(&mut bench);
    let producer = bench.connect("p", bench.broker);
    put(&mut bench, producer, "flushed after ten seconds");
    bench.run(11_000);
    for body in ["on the slave only", "and this"] {
        bench.send(producer, Request::SendMessage(Rc::new(text("T", "A", 0, body))));
    }
    bench.run(200);
    bench.kill(End::PowerLost);
    bench.start();
    let producer = bench.connect("q", bench.broker);
    for body in ["new", "newer", "newest", "and a last one"] {
        put(&mut bench, producer, body);
    }
    bench.run(6000);
    let reader = bench.connect("r", slave);
    assert_eq!(messages(&mut bench, producer), 5);
    assert_eq!(messages(&mut bench, reader), 3, "what it had, and nothing of the new ones");
}
