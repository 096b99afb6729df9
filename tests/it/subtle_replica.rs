//! Subtle behaviours of master and slave: which time-out is told, what becomes of a slave that
//! differs from its master.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::config::BrokerRole;
use rocketscope::rocketmq::message::Body;
use rocketscope::rocketmq::remoting::{HaFrame, Packet, Request};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, message, picked, reason, send, text};
use crate::namesrv::registration;
use crate::subtle_kit::{count, join_slave};

/// Broker reference 15, row 2.
#[test]
fn where_disk_and_slave_are_both_too_late_the_slave_is_told_of() {
    let mut bench = Bench::with(|master| {
        master.ha.role = BrokerRole::SyncMaster;
        (master.ha.in_sync_replicas, master.ha.sync_flush) = (2, true);
        master.topics = vec![TopicConfig::new(Name::new("Other"), 1)];
    });
    let line = bench.connect("p", bench.broker);
    bench.intervene(Intervention::Stall(bench.broker, SimSpan::secs(20)));
    let at = bench.now();
    let opaque = bench.send(line, Request::SendMessage(Rc::new(text("Other", "T", 0, "x"))));
    bench.run(25_000);
    let (answered, reply) = bench.reply(opaque).unwrap();
    assert_eq!(reply.code, 12, "FLUSH_SLAVE_TIMEOUT, not FLUSH_DISK_TIMEOUT");
    let waited = answered - at;
    assert!((5000.0..5001.0).contains(&waited), "both waits end first: {waited}");
    assert_eq!(count(&mut bench, line, "Other"), 1, "stored all the same");
}

/// Broker reference 15, row 24.
#[test]
fn a_slave_that_is_given_another_place_leaves_and_comes_back_for_ever() {
    let mut bench = Bench::new();
    let slave = join_slave(&mut bench, &[]);
    let line = bench.connect("p", bench.broker);
    bench.run_until(9000);
    for seq in 0..5 {
        bench.put(line, send(message(seq, "Copied", None, Body::Synthetic(1000)), 0)).unwrap();
    }
    bench.run(300);
    bench.kill(End::Crashed);
    // Somebody takes the master's place and goes on one byte behind what the slave has.
    let ghost = bench.connect("ghost", bench.namesrv);
    bench.ask(ghost, registration("broker-a", 9, &[("One", 1), ("Two", 1)]));
    let began = bench.cluster.world.now();
    for step in 1..=900 {
        let until = began + SimSpan::millis(100 * step);
        bench.cluster.world.run_until(until, &mut bench.cluster.log);
        for (_, conn, packet) in bench.cluster.world.take_outbox() {
            if let Packet::Ha(HaFrame::Report { end }) = packet {
                let records = Rc::from([]);
                let batch =
                    Packet::Ha(HaFrame::Batch { from: end + 1, bytes: 0, records, term: None });
                bench.intervene(Intervention::Packet { from: ghost.node, conn, packet: batch });
            }
        }
    }
    let left = picked!(Fact::Disconnected { why, .. } => reason(*why).0);
    let left = bench.cluster.log.of(slave, left);
    let times: Vec<_> =
        left.into_iter().filter(|(_, why)| *why == "replica_differs").map(|(at, _)| at).collect();
    assert!(times.len() >= 10, "{times:?}");
    assert!(times.windows(2).all(|pair| (5000..5300).contains(&(pair[1] - pair[0]))), "{times:?}");
    let reader = bench.connect("r", slave);
    assert_eq!(count(&mut bench, reader, "Copied"), 5, "nothing of it is cut");
}
