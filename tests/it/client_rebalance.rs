//! Members come and go: who owns what, when it is handed over, and what two members see meanwhile.

use std::collections::BTreeSet;

use rocketscope::facts::{Fact, QueueRef};
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::reasons::Because;
use rocketscope::rocketmq::topic::TopicConfig;

use crate::client_kit::{Cluster, Entry, at, client_config, producer_config, push_config, rounds};

fn group(starts: &[u64]) -> (Cluster, NodeId, Vec<NodeId>) {
    let topic = TopicConfig::new(Name::new("Reb"), 4);
    let (mut cluster, namesrv, _) = Cluster::new(1, &["broker-a", "broker-b"], &[topic]);
    let members = starts.iter().enumerate().map(|(index, start)| {
        let name = format!("c{}", index + 1);
        let config = push_config(client_config(&name, "RebG", namesrv), &[("Reb", "*")]);
        cluster.add(&name, MqDisk::PushConsumer(Box::new(config)), at(*start))
    });
    let members = members.collect();
    (cluster, namesrv, members)
}

/// Queues of the topic that a member owns at a time (ms).
fn owned(cluster: &Cluster, member: NodeId, until: i64) -> BTreeSet<(NodeId, u32)> {
    let mut owned = BTreeSet::new();
    let topic = Name::new("Reb");
    let place = |queue: QueueRef| (queue.broker, queue.id);
    let until_then = |entry: &&Entry| entry.node == member && entry.millis() <= until;
    for entry in cluster.log.entries.iter().filter(until_then) {
        if let Fact::Owned { queue, .. } = entry.fact
            && queue.topic == topic
        {
            assert!(owned.insert(place(queue)), "{queue:?} is taken twice");
        }
        if let Fact::Released { queue, .. } = entry.fact
            && queue.topic == topic
        {
            assert!(owned.remove(&place(queue)), "{queue:?} was not owned");
        }
    }
    owned
}

fn rebalances(cluster: &Cluster, member: NodeId) -> Vec<i64> {
    cluster.log.times(member, |fact| matches!(fact, Fact::RebalanceBegan { .. }))
}

/// Client reference 9, row 18.
#[test]
fn a_first_member_pulls_after_a_second_and_a_half() {
    let (mut cluster, _, members) = group(&[0]);
    cluster.run_until(3_000);
    assert_eq!(rebalances(&cluster, members[0])[0], 1_000);
    let pulls = cluster.times_of(members[0], 11);
    assert!(pulls.len() == 8 && pulls.iter().all(|at| (1_500..1_520).contains(at)), "{pulls:?}");
    assert_eq!(owned(&cluster, members[0], 3_000).len(), 8);
}

#[test]
fn a_second_member_is_seen_at_once_and_moved_queues_idle_for_a_second_and_a_half() {
    let (mut cluster, _, members) = group(&[0, 5_000]);
    cluster.run_until(9_000);
    let woken = rebalances(&cluster, members[0]);
    assert!(woken.contains(&5_001) || woken.contains(&5_002), "told at once: {woken:?}");
    let released = cluster.log.of(members[0], |fact| {
        if let Fact::Released { why, .. } = fact { Some(*why) } else { None }
    });
    assert_eq!(released.len(), 4);
    assert!(
        released
            .iter()
            .all(|(at, why)| { (5_000..5_010).contains(at) && Because::NotAssigned.is(*why) })
    );
    assert_eq!(rebalances(&cluster, members[1])[0], 6_000);
    let pulls = cluster.times_of(members[1], 11);
    assert!((6_500..6_520).contains(&pulls[0]), "{pulls:?}");
    let (one, two) = (owned(&cluster, members[0], 9_000), owned(&cluster, members[1], 9_000));
    assert_eq!((one.len(), two.len(), one.intersection(&two).count()), (4, 4, 0));
    // Sorted by broker name: the first member has broker-a, the second broker-b, as recorded.
    assert_eq!(one.iter().map(|(broker, _)| *broker).collect::<BTreeSet<_>>().len(), 1);
}

#[test]
fn a_third_member_holds_queues_together_with_their_owner_for_up_to_a_second() {
    let (mut cluster, _, members) = group(&[0, 3_300, 6_600]);
    cluster.run_until(12_000);
    let shares: Vec<usize> =
        members.iter().map(|member| owned(&cluster, *member, 12_000).len()).collect();
    assert_eq!(shares, [3, 3, 2]);
    let overlap = |time: i64| {
        let (two, three) = (owned(&cluster, members[1], time), owned(&cluster, members[2], time));
        two.intersection(&three).count()
    };
    let both: Vec<i64> = (6_600..12_000).filter(|time| overlap(*time) > 0).collect();
    assert!(both.len() <= 1_000, "queues are held twice for {} ms", both.len());
}

#[test]
fn who_leaves_in_order_is_missed_within_a_second() {
    let (mut cluster, namesrv, members) = group(&[0, 3_300, 6_600]);
    let config = producer_config(
        client_config("p1", "PG", namesrv),
        rounds("Reb", 24, SimSpan::millis(100)),
    );
    cluster.add("p1", MqDisk::Producer(Box::new(config)), at(9_000));
    let leaves = Intervention::Tell(members[1], Order::Shutdown);
    cluster.world.intervene(at(12_500), leaves);
    cluster.run_until(20_000);
    assert_eq!(owned(&cluster, members[1], 12_501).len(), 0);
    let all: BTreeSet<_> =
        [0, 2].into_iter().flat_map(|member| owned(&cluster, members[member], 13_700)).collect();
    assert_eq!(all.len(), 8, "nothing is left without an owner");
    let mut consumed: Vec<u32> = Vec::new();
    for member in members {
        let of_member = cluster.log.of(member, |fact| {
            if let Fact::Consumed { msg, .. } = fact { Some(msg.seq) } else { None }
        });
        consumed.extend(of_member.into_iter().map(|(_, seq)| seq));
    }
    consumed.sort_unstable();
    assert_eq!(consumed, (0..24).collect::<Vec<_>>(), "each message once");
}

/// Client reference 9, row 19.
#[test]
fn two_rebalances_are_a_second_apart() {
    let (mut cluster, _, members) = group(&[0, 3_300, 6_600]);
    cluster.run_until(60_000);
    for member in members {
        let times = rebalances(&cluster, member);
        let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.clone().all(|gap| (1_000..=20_020).contains(&gap)), "{times:?}");
    }
}

/// The heartbeats of 31 s wait 3 s for one of two brokers, and the offsets for the other with them.
/// Client reference 9, row 37.
#[test]
fn behind_a_silent_broker_all_that_is_periodic_is_late() {
    let topic = TopicConfig::new(Name::new("Reb"), 1);
    let (mut cluster, namesrv, brokers) = Cluster::new(1, &["broker-a", "broker-b"], &[topic]);
    let mut config = push_config(client_config("c1", "RebG", namesrv), &[("Reb", "*")]);
    config.client.persist_offsets = SimSpan::secs(1);
    let member = cluster.add("c1", MqDisk::PushConsumer(Box::new(config)), at(0));
    let sends = rounds("Reb", 4, SimSpan::millis(100));
    let config = producer_config(client_config("p1", "PG", namesrv), sends);
    cluster.add("p1", MqDisk::Producer(Box::new(config)), at(3_000));
    cluster.world.intervene(at(30_500), Intervention::Pause(brokers[1], SimSpan::secs(20)));
    cluster.run_until(45_000);
    let mut told = cluster.times_of(member, 15);
    told.dedup();
    let gaps: Vec<i64> = told.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let is_late = |gap: &i64| *gap > 1_500;
    let late: Vec<_> = gaps.iter().filter(|gap| is_late(gap)).collect();
    assert!(late.len() == 1 && (2_900..=4_100).contains(late[0]), "{told:?}");
}
