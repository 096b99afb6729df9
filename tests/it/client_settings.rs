//! What push consumers can be told: limits, starts, strategies, time-outs, and what a program
//! changes while they run.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::client::rebalance::Strategy;
use rocketscope::rocketmq::config::{ConsumeFrom, PushConsumerConfig};
use rocketscope::rocketmq::listener::{Answer, AnswerRule};
use rocketscope::rocketmq::message::Body;
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::remoting::{Request, TagExpression};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, Line, message, picked, reason, send, text};
use crate::client_kit::{client_config, push_config};
use crate::subtle_kit::{clock, join};

fn bench(queues: u32) -> (Bench, Line) {
    let topics =
        vec![TopicConfig::new(Name::new("T"), queues), TopicConfig::new(Name::new("U"), 1)];
    let mut bench = Bench::with(|config| config.topics = topics);
    bench.watched = true;
    let line = bench.connect("sender", bench.broker);
    (bench, line)
}

fn consumer(bench: &mut Bench, name: &str, edit: impl FnOnce(&mut PushConsumerConfig)) -> NodeId {
    let mut config = push_config(client_config(name, "G", bench.namesrv), &[("T", "*")]);
    edit(&mut config);
    join(bench, name, config)
}

fn stuck(config: &mut PushConsumerConfig) {
    config.rules.answers = vec![AnswerRule::always(Answer::Stuck)];
}

/// Sends so many messages of so many bytes to queue 0 of `T`.
fn fill(bench: &mut Bench, line: Line, count: u32, bytes: u32) {
    for seq in 0..count {
        let message = message(seq, "T", None, Body::Synthetic(bytes));
        bench.put(line, send(message, 0)).expect("it is stored");
    }
}

fn delivered(bench: &Bench, node: NodeId) -> usize {
    bench.cluster.log.times(node, |fact| matches!(fact, Fact::Delivered { .. })).len()
}

fn throttled(bench: &Bench, node: NodeId) -> Vec<(&'static str, u32)> {
    let said = bench.cluster.log.of(node, picked!(Fact::Throttled { why, .. } => reason(*why)));
    said.into_iter().map(|(_, why)| why).collect()
}

fn owned(bench: &Bench, node: NodeId) -> Vec<(&'static str, u32, u64, &'static str)> {
    let row = picked!(Fact::Owned { queue, offset, why, .. } => {
        (queue.topic.as_str(), queue.id, *offset, reason(*why).0)
    });
    bench.cluster.log.of(node, row).into_iter().map(|(_, row)| row).collect()
}

/// Offsets of `T` that a consumer told its broker, with the times in ms.
fn committed(bench: &Bench, node: NodeId) -> Vec<(i64, i64)> {
    let mut offsets = Vec::new();
    for asked in bench.cluster.requests_of(node, 15) {
        if let Request::UpdateOffset { topic, offset, .. } = &asked.request
            && topic.as_str() == "T"
        {
            offsets.push((asked.at, *offset));
        }
    }
    offsets
}

/// Client reference 9, row 24.
#[test]
fn limits_are_looked_at_before_a_pull_and_so_they_are_overshot() {
    let (mut bench, line) = bench(1);
    fill(&mut bench, line, 300, 10);
    let node = consumer(&mut bench, "c1", |config| {
        stuck(config);
        config.pull_threshold = 96;
    });
    bench.run(5_000);
    // 96 are not more than 96.
    assert_eq!(delivered(&bench, node), 96 + 32);
    assert_eq!(throttled(&bench, node), [("too_many_cached", 96)]);
}

#[test]
fn bytes_are_limited_in_whole_mebibytes() {
    let (mut bench, line) = bench(1);
    fill(&mut bench, line, 60, 64 << 10);
    let node = consumer(&mut bench, "c1", |config| {
        stuck(config);
        config.rules.threshold_size = 1;
    });
    bench.run_until(5_000);
    let bytes = delivered(&bench, node) << 16;
    assert!((2 << 20..(2 << 20) + (256 << 10)).contains(&bytes), "{bytes} B");
    assert_eq!(throttled(&bench, node), [("too_many_bytes", 1)]);
}

/// Client reference 9, row 41.
/// Client reference 10.10, row 5.
#[test]
fn a_limit_for_a_topic_is_shared_among_all_owned_queues() {
    let (mut bench, line) = bench(2);
    let node = consumer(&mut bench, "c1", |config| {
        stuck(config);
        config.rules.threshold_topic = Some(1_000);
    });
    // From the second rebalance on the retry queue is the third.
    bench.run_until(25_000);
    fill(&mut bench, line, 600, 10);
    bench.run(1_000);
    assert_eq!(throttled(&bench, node), [("too_many_cached", 333)]);
}

/// Client reference 9, row 29.
#[test]
fn what_a_listener_has_for_too_long_is_given_back_from_the_front_of_its_queue() {
    let (mut bench, line) = bench(1);
    fill(&mut bench, line, 20, 10);
    let node = consumer(&mut bench, "c1", |config| {
        let stuck = AnswerRule::always(Answer::Stuck);
        config.rules.answers = vec![AnswerRule { tries: 1, ..stuck }];
        config.rules.consume_timeout = SimSpan::secs(60);
        config.threads = 30;
    });
    bench.run_until(220_000);
    let cleaned = picked!(Fact::Cleaned { msg, why, .. } => (msg.seq, reason(*why)));
    let cleaned = bench.cluster.log.of(node, cleaned);
    // Begun at 1.5 s: too young at 60 s, sixteen at 120 s, the rest at 180 s.
    let looks: Vec<(u32, i64)> = cleaned.iter().map(|(at, (seq, _))| (*seq, at / 1000)).collect();
    let expected: Vec<_> = (0..20).map(|seq| (seq, if seq < 16 { 120 } else { 180 })).collect();
    assert_eq!(looks, expected);
    assert!(cleaned.iter().all(|(_, (_, why))| *why == ("consumed_too_long", 60_000)));
    let retried = bench.said(picked!(Fact::Retried { why, .. } => reason(*why)));
    assert_eq!(retried, [("sent_back", 10_000); 20]);
    let done = bench
        .cluster
        .log
        .of(node, picked!(Fact::Consumed { queue, thread, .. } => (queue.topic.as_str(), *thread)));
    assert_eq!(done.len(), 20, "the retries are good");
    assert!(
        done.iter().all(|(_, (topic, thread))| *topic == "%RETRY%G" && *thread >= 20),
        "the first threads are stuck"
    );
    let told = committed(&bench, node);
    assert!(told.iter().all(|(at, offset)| *at > 180_000 || *offset == 0), "{told:?}");
    assert_eq!(told.last().map(|(_, offset)| *offset), Some(20), "an empty pull moves the offset");
}

/// Client reference 9, row 25.
#[test]
fn what_the_client_filters_out_is_committed_by_an_empty_pull_only() {
    let (mut bench, line) = bench(1);
    // The tags have one hash: the broker lets all pass.
    for seq in 0..32 {
        let tag = if seq == 5 || seq == 10 { "Aa" } else { "BB" };
        bench.put(line, text("T", tag, 0, "m")).expect("it is stored");
    }
    let node = consumer(&mut bench, "c1", |config| {
        config.subscriptions[0].1 = TagExpression::new("Aa");
    });
    bench.run_until(30_000);
    let offsets = committed(&bench, node);
    let first = offsets.iter().filter(|(at, _)| *at < 16_500);
    assert!(
        first.clone().count() >= 2 && first.clone().all(|(_, offset)| *offset == 11),
        "{offsets:?}"
    );
    let last = offsets.iter().filter(|(at, _)| *at > 17_000);
    assert!(
        last.clone().count() >= 2 && last.clone().all(|(_, offset)| *offset == 32),
        "{offsets:?}"
    );
}

/// Client reference 9, row 26.
#[test]
fn an_offset_of_0_is_not_committed_with_a_pull() {
    let (mut bench, line) = bench(1);
    let node = consumer(&mut bench, "c1", |_| ());
    bench.run_until(20_000);
    bench.put(line, text("T", "A", 0, "m")).expect("it is stored");
    bench.run_until(40_000);
    let mut rows = Vec::new();
    for asked in bench.cluster.requests_of(node, 11) {
        if let Request::Pull(pull) = &asked.request
            && pull.topic.as_str() == "T"
        {
            rows.push((pull.sys_flag & 1, pull.commit_offset));
        }
    }
    assert!(rows.contains(&(0, 0)) && rows.contains(&(1, 1)), "{rows:?}");
    assert!(
        rows.iter().all(|(commits, offset)| u64::from(*commits) == (*offset).min(1)),
        "{rows:?}"
    );
}

/// Client reference 9, row 35.
#[test]
fn a_start_by_time_takes_retries_from_the_end_and_one_at_the_end_takes_them_from_0() {
    for (from, retry) in
        [(ConsumeFrom::Timestamp, "start_last"), (ConsumeFrom::LastOffset, "start_first")]
    {
        let (mut bench, line) = bench(1);
        bench.put(line, text("T", "A", 0, "early")).expect("it is stored");
        bench.run_until(10_000);
        bench.put(line, text("T", "A", 0, "late")).expect("it is stored");
        let node = consumer(&mut bench, "c1", |config| {
            config.consume_from = from;
            // The broker answers 0 for a young queue, whatever is wanted.
            config.rules.consume_timestamp = 1_757_000_005_000;
        });
        bench.run_until(40_000);
        let owned = owned(&bench, node);
        assert_eq!(owned[0], ("T", 0, 0, "start_young_queue"));
        let retries = owned.iter().find(|row| row.0 == "%RETRY%G").expect("it is owned");
        assert_eq!(retries.3, retry);
    }
}

/// Client reference 9, row 39.
#[test]
fn who_unsubscribes_loses_what_was_done_and_not_told() {
    let (mut bench, line) = bench(1);
    let node = consumer(&mut bench, "c1", |_| ());
    bench.run_until(15_200);
    fill(&mut bench, line, 5, 10);
    bench.run_until(15_500);
    bench.intervene(Intervention::Tell(node, Order::Unsubscribe { topic: Name::new("T") }));
    bench.run_until(60_000);
    let done = bench.cluster.log.times(node, |fact| matches!(fact, Fact::Consumed { .. }));
    assert_eq!(done.len(), 5);
    let gone = picked!(Fact::Released { queue, why, .. } => (queue.topic.as_str(), reason(*why).0));
    let gone = bench.cluster.log.of(node, gone);
    assert_eq!(gone.iter().map(|(_, row)| *row).collect::<Vec<_>>(), [("T", "unsubscribed")]);
    let told: Vec<_> =
        committed(&bench, node).into_iter().filter(|(at, _)| *at > gone[0].0).collect();
    assert_eq!(told, [], "nothing is told when the queue goes");
    bench.intervene(Intervention::Tell(
        node,
        Order::Subscribe { topic: Name::new("U"), tags: TagExpression::ALL },
    ));
    let asked = clock(&bench);
    bench.run(60_000);
    let owned = owned(&bench, node);
    assert_eq!(owned.last().map(|row| row.0), Some("U"), "asked for at {asked} ms");
}

#[test]
fn a_suspended_consumer_pulls_nothing_and_goes_on_when_it_is_resumed() {
    let (mut bench, line) = bench(1);
    let node = consumer(&mut bench, "c1", |_| ());
    bench.run_until(5_000);
    bench.intervene(Intervention::Tell(node, Order::Suspend));
    fill(&mut bench, line, 3, 10);
    bench.run_until(10_000);
    // The pull that the broker held brings one; the next ones wait.
    let before = delivered(&bench, node);
    assert!(before >= 1, "{before}");
    let asked = bench.cluster.times_of(node, 11).len();
    fill(&mut bench, line, 2, 10);
    bench.run_until(30_000);
    assert_eq!((delivered(&bench, node), bench.cluster.times_of(node, 11).len()), (before, asked));
    bench.intervene(Intervention::Tell(node, Order::Resume));
    bench.run(2_000);
    assert_eq!(delivered(&bench, node), 5);
}

#[test]
fn members_share_queues_as_their_strategy_says() {
    let (mut bench, _) = bench(6);
    let nodes = ["c1", "c2"]
        .map(|name| consumer(&mut bench, name, |config| config.rules.strategy = Strategy::Circle));
    bench.run_until(25_000);
    for (node, expected) in nodes.into_iter().zip([[0, 2, 4], [1, 3, 5]]) {
        let owned = owned(&bench, node);
        let mut ids: Vec<u32> = owned.iter().filter(|row| row.0 == "T").map(|row| row.1).collect();
        ids.sort_unstable();
        ids.dedup();
        assert!(expected.iter().all(|id| ids.contains(id)), "{ids:?}");
    }
    let lost = bench.cluster.log.times(nodes[0], |fact| matches!(fact, Fact::Released { .. }));
    assert!(lost.len() <= 3, "{lost:?}");
}

#[test]
fn a_crash_repeats_what_was_not_told_and_an_end_in_order_repeats_nothing() {
    for (end, again) in [(Some(End::Crashed), 3), (None, 0)] {
        let (mut bench, line) = bench(1);
        let node = consumer(&mut bench, "c1", |config| config.listener = Spread::ZERO);
        bench.run_until(15_200);
        fill(&mut bench, line, 3, 10);
        bench.run_until(16_000);
        bench.intervene(match end {
            Some(end) => Intervention::Kill(node, end),
            None => Intervention::Tell(node, Order::Shutdown),
        });
        bench.run(1_000);
        bench.intervene(Intervention::Start(node));
        bench.run(10_000);
        // Of three messages that came one by one the pulls told of the first two.
        let done = bench.cluster.log.times(node, |fact| matches!(fact, Fact::Consumed { .. }));
        assert!(
            done.len() <= 3 + again && done.len() >= 3 + again.min(1),
            "{end:?}: {}",
            done.len()
        );
    }
}

#[test]
fn listeners_wait_for_a_processor_where_there_are_fewer_than_threads() {
    for (processors, most) in [(None, 20), (Some(3), 3)] {
        let (mut bench, line) = bench(1);
        fill(&mut bench, line, 60, 10);
        let node = consumer(&mut bench, "c1", |config| {
            config.listener = Spread::Fixed(SimSpan::millis(100));
            config.rules.processors = processors;
        });
        bench.run_until(10_000);
        let (mut busy, mut peak, mut now) = (0_i32, 0, 0);
        for entry in bench.cluster.log.entries.iter().filter(|entry| entry.node == node) {
            // One that comes back and the next one that begins share an instant.
            peak = if now < entry.at { peak.max(busy) } else { peak };
            now = entry.at;
            busy += i32::from(matches!(entry.fact, Fact::Consuming { .. }));
            busy -= i32::from(matches!(entry.fact, Fact::Consumed { .. }));
        }
        assert_eq!((peak, busy), (most, 0), "{processors:?}");
        let done = bench.cluster.log.times(node, |fact| matches!(fact, Fact::Consumed { .. }));
        let spent = done[59] - 1_500;
        assert!((100 * 60 / i64::from(most)..).contains(&spent), "{spent} ms");
    }
}
