//! One seed, one history; a clone goes on as its original.

use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::sending::Pace;
use rocketscope::rocketmq::topic::TopicConfig;

use crate::client_kit::{Cluster, at, client_config, producer_config, push_config, rounds};

/// Two brokers, two consumers with random listeners, an open loop.
fn busy(seed: u64) -> Cluster {
    let topic = TopicConfig::new(Name::new("T"), 4);
    let (mut cluster, namesrv, _) = Cluster::new(seed, &["broker-a", "broker-b"], &[topic]);
    for (name, start) in [("c1", 0), ("c2", 4_000)] {
        let mut config = push_config(client_config(name, "G", namesrv), &[("T", "*")]);
        config.listener = Spread::Exponential(SimSpan::millis(20));
        cluster.add(name, MqDisk::PushConsumer(Box::new(config)), at(start));
    }
    let mut workload = rounds("T", 2_000, SimSpan::ZERO);
    workload.pace = Pace::Open { gap: Spread::Exponential(SimSpan::millis(5)) };
    let config = producer_config(client_config("p1", "PG", namesrv), workload);
    cluster.add("p1", MqDisk::Producer(Box::new(config)), at(1_000));
    cluster
}

fn digests(cluster: &Cluster) -> (u64, u64) {
    (cluster.world.history_digest(), cluster.world.state_digest())
}

#[test]
fn one_seed_gives_one_history_and_a_clone_goes_on_as_its_original() {
    let mut first = busy(7);
    first.run_until(6_300);
    let mut copy = first.world.clone();
    first.run_until(20_000);
    copy.run_until(at(20_000), &mut ());
    assert_eq!((copy.history_digest(), copy.state_digest()), digests(&first));

    let mut second = busy(7);
    second.run_until(20_000);
    assert_eq!(digests(&first), digests(&second));
    let mut other = busy(8);
    other.run_until(20_000);
    assert_ne!(digests(&first).0, digests(&other).0);
}
