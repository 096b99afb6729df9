//! The worked examples of the client reference that are stories: what is committed, what is hidden
//! for how long, when members take queues over.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::network::LinkProfile;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::client::consumer::ProcessQueue;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::listener::{Answer, AnswerRule};
use rocketscope::rocketmq::message::Body;
use rocketscope::rocketmq::remoting::{AdminRequest, PulledMessage, Request, TagExpression};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, message, picked, reason, text};
use crate::client_kit::{Cluster, at, client_config, push_config};
use crate::subtle_kit::join;

/// Messages of a queue with these offsets, of which none is done.
fn holding(offsets: &[u64]) -> ProcessQueue {
    let pulled = |offset: &u64| PulledMessage {
        offset: *offset,
        physical: 0,
        size: 100,
        reconsume_times: 0,
        queue: 0,
        store_time: 0,
        message: message(0, "T", None, Body::Synthetic(10)),
    };
    let answer: Rc<[PulledMessage]> = offsets.iter().map(pulled).collect();
    let mut queue = ProcessQueue::default();
    (0..offsets.len()).for_each(|index| queue.put(&answer, index));
    queue
}

/// Client reference 10.8, rows 1 to 4.
#[test]
fn the_smallest_offset_that_is_not_done_is_committed_step_by_step() {
    let mut queue = holding(&[100, 101, 102]);
    let returned = [101, 100, 102, 102].map(|offset| queue.remove(offset));
    assert_eq!(returned, [Some(100), Some(102), Some(103), None]);
}

/// Client reference 10.8, row 5.
#[test]
fn survivors_of_a_filter_are_committed_and_the_rest_with_the_next_empty_pull() {
    let topics = vec![TopicConfig::new(Name::new("T"), 1)];
    let mut bench = Bench::with(|config| config.topics = topics);
    bench.watched = true;
    let line = bench.connect("sender", bench.broker);
    // The tags have one hash: the broker lets all pass, and the client two.
    for seq in 0..132 {
        let tag = if seq == 105 || seq == 110 { "Aa" } else { "BB" };
        bench.put(line, text("T", tag, 0, "m")).expect("it is stored");
    }
    let (group, topic) = (Name::new("G"), Name::new("T"));
    bench.ask(line, Request::UpdateOffset { group, topic, queue: 0, offset: 100 });
    let mut config = push_config(client_config("c1", "G", bench.namesrv), &[("T", "*")]);
    config.subscriptions[0].1 = TagExpression::new("Aa");
    let node = join(&mut bench, "c1", config);
    bench.run_until(30_000);
    let mut told = Vec::new();
    for asked in bench.cluster.requests_of(node, 15) {
        if let Request::UpdateOffset { topic, offset, .. } = &asked.request
            && topic.as_str() == "T"
        {
            told.push(*offset);
        }
    }
    told.dedup();
    assert_eq!(told, [111, 132]);
}

/// Client reference 10.2, row 3.
#[test]
fn what_failed_is_hidden_for_as_long_as_the_table_of_pops_says() {
    let mut bench = Bench::with(|config| {
        config.topics = vec![TopicConfig::new(Name::new("T"), 1)];
        config.rules.pops = true;
    });
    bench.watched = true;
    let line = bench.connect("sender", bench.broker);
    let mut config = push_config(client_config("c1", "G", bench.namesrv), &[("T", "*")]);
    config.rules.client_rebalance = false;
    config.rules.max_reconsume = 20;
    config.rules.answers = vec![AnswerRule::always(Answer::Later { level: 0 })];
    let node = join(&mut bench, "c1", config);
    bench.run_until(22_000);
    bench.put(line, text("T", "A", 0, "m")).expect("it is stored");
    bench.run_until(19_000_000);
    let mut asked = Vec::new();
    for request in bench.cluster.requests_of(node, 200_053) {
        if let Request::Admin(admin) = &request.request
            && let AdminRequest::ChangeInvisible(_, millis) = &**admin
        {
            asked.push(*millis / 1000);
        }
    }
    let table =
        [10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200, 7200];
    assert_eq!(asked, table);
}

/// Client reference 10.10, row 2.
#[test]
fn without_latency_a_second_member_pulls_a_second_and_a_half_after_its_start() {
    let topic = TopicConfig::new(Name::new("Reb"), 4);
    let (mut cluster, namesrv, brokers) = Cluster::new(1, &["broker-a", "broker-b"], &[topic]);
    let latency = Spread::Fixed(SimSpan::ZERO);
    cluster.world.set_default_link(LinkProfile { latency, ..LinkProfile::default() });
    let mut member = |name: &str, starts| {
        let config = push_config(client_config(name, "RebG", namesrv), &[("Reb", "*")]);
        cluster.add(name, MqDisk::PushConsumer(Box::new(config)), at(starts))
    };
    let [one, two] = [("c1", 0), ("c2", 5_000)].map(|(name, starts)| member(name, starts));
    cluster.run_until(8_000);
    let rebalances =
        |node: NodeId| cluster.log.times(node, |fact| matches!(fact, Fact::RebalanceBegan { .. }));
    assert_eq!(cluster.times_of(one, 34)[0], 0);
    assert_eq!(cluster.times_of(one, 11)[..8], [1_500; 8]);
    let told = brokers.iter().flat_map(|broker| cluster.times_of(*broker, 40));
    assert!(told.clone().any(|at| at == 5_000), "{:?}", told.collect::<Vec<_>>());
    assert_eq!(rebalances(one)[..2], [1_000, 5_000]);
    let released = |fact: &Fact| matches!(fact, Fact::Released { .. });
    assert_eq!(cluster.log.times(one, released), [5_000; 4]);
    assert_eq!(rebalances(two)[0], 6_000);
    assert_eq!(cluster.times_of(two, 11)[..4], [6_500; 4], "its queues idled for 1500 ms");
}

/// Client reference 10.10, row 4.
#[test]
fn a_killed_owner_that_renewed_its_lock_at_50_s_blocks_others_until_110_s() {
    let topics = vec![TopicConfig::new(Name::new("Ord"), 1)];
    let mut bench = Bench::with(|config| config.topics = topics);
    let owner = |bench: &mut Bench, name: &str| {
        let mut config = push_config(client_config(name, "OrdG", bench.namesrv), &[("Ord", "*")]);
        config.rules.orderly = true;
        join(bench, name, config)
    };
    bench.run_until(9_000);
    let first = owner(&mut bench, "c1");
    bench.run_until(52_000);
    let other = owner(&mut bench, "c2");
    bench.intervene(Intervention::Kill(first, End::Crashed));
    bench.run_until(120_000);
    let of_topic = picked!(Fact::Locked { queue, .. } => queue.topic.as_str() == "Ord");
    let locked = bench.cluster.log.of(other, of_topic);
    assert!(locked[0].1 && (110_001..111_700).contains(&locked[0].0), "{locked:?}");
    let refused = bench.cluster.log.of(other, picked!(Fact::NotLocked { why, .. } => reason(*why)));
    assert!(refused.iter().all(|(_, why)| *why == ("lock_held", 500)), "{refused:?}");
    assert!(refused.last().expect("it asks each second").0 > 108_900);
}
