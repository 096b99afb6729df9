//! A copy whose log has a place at which nothing whole lies.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::life::End;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::remoting::Request;

use crate::broker_kit::{Bench, picked, reason, text};
use crate::replication::{connected, messages, pair, put};

/// What it got behind the place where the logs differ is torn: recovery ends there, though more of
/// it was on the disk.
#[test]
fn a_copy_whose_log_differs_comes_up_after_it_lost_power_and_flushes_on() {
    let (mut bench, slave) = pair(1, |_| ());
    connected(&mut bench);
    let producer = bench.connect("p", bench.broker);
    bench.send(producer, Request::SendMessage(Rc::new(text("T", "A", 0, "on the slave only"))));
    bench.run(200);
    bench.kill(End::PowerLost);
    bench.start();
    let producer = bench.connect("q", bench.broker);
    let long = "x".repeat(5000);
    for _ in 0..4 {
        put(&mut bench, producer, &long);
    }
    bench.run(11_000);
    let of_slave = |bench: &Bench| {
        let flushed = picked!(Fact::Flushed { bytes } => *bytes);
        bench.cluster.log.of(slave, flushed).last().map(|(_, bytes)| *bytes)
    };
    assert!(of_slave(&bench) > Some(5000), "it has much of the new log on its disk");
    bench.intervene(Intervention::Kill(slave, End::PowerLost));
    bench.run(1);
    bench.intervene(Intervention::Start(slave));
    bench.run(12_000);
    for _ in 0..2 {
        put(&mut bench, producer, &long);
    }
    bench.run(11_000);
    let reader = bench.connect("r", slave);
    assert_eq!(messages(&mut bench, reader), 1, "what it had, and nothing of the new ones");
    assert_eq!(messages(&mut bench, producer), 6);
    // Its master always went on where it said that its log ends.
    let left = picked!(Fact::Disconnected { why, .. } => reason(*why).0);
    let left = bench.cluster.log.of(slave, left);
    assert!(!left.is_empty() && left.iter().all(|(_, why)| *why != "replica_differs"), "{left:?}");
}
