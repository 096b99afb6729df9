//! Listeners that fail: what is given back and when it comes again, what happens where no broker
//! takes it, batches, and messages that are never done. Figures are those of the recording
//! `retry_later` of RocketMQ 5.3.3 and of the worked examples of the client reference.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::PushConsumerConfig;
use rocketscope::rocketmq::listener::{Answer, AnswerRule};
use rocketscope::rocketmq::message::{Body, Template};
use rocketscope::rocketmq::reasons::Because;
use rocketscope::rocketmq::remoting::{AdminRequest, Request};
use rocketscope::rocketmq::sending::{Outgoing, Pace, Workload};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{picked, reason};
use crate::client_kit::{Cluster, at, client_config, producer_config, push_config};

const LATER: Answer = Answer::Later { level: 0 };

/// A consumer from time 0 on, and a producer that sends so many messages 60 ms later.
fn story(
    brokers: &[&str],
    count: u32,
    edit: impl FnOnce(&mut PushConsumerConfig),
) -> (Cluster, NodeId, Vec<NodeId>) {
    let topic = TopicConfig::new(Name::new("Later"), 1);
    let (mut cluster, namesrv, brokers) = Cluster::new(1, brokers, &[topic]);
    let mut config = push_config(client_config("c1", "LaterG", namesrv), &[("Later", "*")]);
    config.listener = Spread::ZERO;
    edit(&mut config);
    let consumer = cluster.add("c1", MqDisk::PushConsumer(Box::new(config)), at(0));
    let (topic, tag) = (Name::new("Later"), Some(Name::new("T")));
    let body = Body::Text("try me".to_owned());
    let workload = Workload {
        messages: vec![Outgoing::plain(Rc::new(Template { topic, tag, keys: None, body }))],
        first_after: SimSpan::ZERO,
        pace: Pace::Closed { senders: 1, pause: Spread::ZERO },
        rounds: Some(count),
    };
    let producer = producer_config(client_config("p1", "PG", namesrv), workload);
    cluster.add("p1", MqDisk::Producer(Box::new(producer)), at(60));
    (cluster, consumer, brokers)
}

fn first_tries(tries: u32, answer: Answer) -> Vec<AnswerRule> {
    vec![AnswerRule { tries, ..AnswerRule::always(answer) }]
}

/// Times in ms at which listeners began.
fn begun(cluster: &Cluster, consumer: NodeId) -> Vec<i64> {
    cluster.log.times(consumer, |fact| matches!(fact, Fact::Consuming { .. }))
}

/// Offsets of a topic's queue that a consumer told its broker.
fn committed(cluster: &Cluster, consumer: NodeId, topic: &str) -> Vec<i64> {
    let mut offsets = Vec::new();
    for asked in cluster.requests_of(consumer, 15) {
        if let Request::UpdateOffset { topic: of, offset, .. } = &asked.request
            && of.as_str() == topic
        {
            offsets.push(*offset);
        }
    }
    offsets
}

/// (ms, place in the log, level, most tries) of what was given back.
fn given_back(cluster: &Cluster, consumer: NodeId) -> Vec<(i64, u64, i32, Option<i32>)> {
    let asked = cluster.requests_of(consumer, 36).into_iter();
    let row = |asked: &crate::client_kit::Asked| {
        let Request::Admin(admin) = &asked.request else { panic!("36 is an administrator's") };
        let AdminRequest::SendBack { physical, level, max_reconsume, .. } = **admin else {
            panic!("36 gives back")
        };
        (asked.at, physical, level, max_reconsume)
    };
    asked.map(row).collect()
}

#[test]
fn a_first_retry_waits_for_its_queue_to_be_assigned_as_recorded() {
    let (mut cluster, consumer, _) =
        story(&["broker-a"], 1, |config| config.rules.answers = first_tries(2, LATER));
    cluster.run_until(60_000);
    let begun = begun(&cluster, consumer);
    assert_eq!(begun.len(), 3);
    // The retry queue is assigned at the second rebalance; the second delay is level 4.
    assert!((18_500..=21_500).contains(&(begun[1] - begun[0])), "{begun:?}");
    assert!((30_000..=30_700).contains(&(begun[2] - begun[1])), "{begun:?}");
    let back = given_back(&cluster, consumer);
    let fields: Vec<_> = back.iter().map(|row| (row.1, row.2, row.3)).collect();
    // Recorded: 622. The two unique keys before it are those of IPv6 there, 24 characters longer.
    assert_eq!(fields, [(0, 0, Some(16)), (622 - 2 * 24, 0, Some(16))]);
    assert!(back.iter().zip(&begun).all(|(back, begun)| back.0 - begun <= 1));
    let committed = committed(&cluster, consumer, "%RETRY%LaterG");
    assert_eq!(committed.last(), Some(&2), "both copies are done");
}

/// Client reference 9, row 30.
/// Client reference 10.2, row 1.
/// Client reference 10.2, row 4.
#[test]
fn each_retry_waits_longer_and_the_seventeenth_failure_is_the_last() {
    let (mut cluster, consumer, brokers) =
        story(&["broker-a"], 1, |config| config.rules.answers = first_tries(99, LATER));
    cluster.run_until(17_300_000);
    let begun = begun(&cluster, consumer);
    assert_eq!(begun.len(), 17);
    // Delays by the number of earlier tries.
    const SECONDS: [i64; 16] =
        [10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200];
    assert_eq!(SECONDS.iter().sum::<i64>(), 17_140);
    for (pair, seconds) in begun.windows(2).zip(SECONDS).skip(1) {
        let wait = pair[1] - pair[0];
        assert!((seconds * 1000..seconds * 1000 + 500).contains(&wait), "{wait} ms, {seconds} s");
    }
    let broker = brokers[0];
    let said = cluster.log.of(
        broker,
        picked!(Fact::Retried { attempt, why, .. } => (*attempt, i64::from(why.value))),
    );
    let expected: Vec<_> = (1..).zip(SECONDS.map(|seconds| seconds * 1000)).collect();
    assert_eq!(said.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), expected);
    let levels = cluster.log.of(broker, picked!(Fact::Postponed { why, .. } => why.value));
    assert_eq!(
        levels.into_iter().map(|(_, level)| level).collect::<Vec<_>>(),
        (3..=18).collect::<Vec<_>>()
    );
    let dead = cluster.log.of(
        broker,
        picked!(Fact::Dead { why, .. } => (Because::TriedTooOften.is(*why), why.value)),
    );
    assert_eq!(dead.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), [(true, 16)]);
}

#[test]
fn an_exception_and_null_count_as_later_and_a_level_is_taken_literally() {
    for (answer, because, wait) in [
        (Answer::Throws, Because::ListenerThrew, Some(10_000)),
        (Answer::Null, Because::ListenerNull, Some(10_000)),
        (Answer::Later { level: 1 }, Because::ListenerLater, Some(1_000)),
        (Answer::Later { level: -1 }, Because::ListenerLater, None),
    ] {
        let (mut cluster, consumer, brokers) =
            story(&["broker-a"], 1, |config| config.rules.answers = first_tries(1, answer));
        cluster.run_until(30_000);
        let why = picked!(Fact::NotConsumed { why, .. } => because.is(*why));
        let whys = cluster.log.of(consumer, why);
        assert_eq!(whys.into_iter().map(|(_, is)| is).collect::<Vec<_>>(), [true], "{answer:?}");
        let retried = cluster.log.of(brokers[0], picked!(Fact::Retried { why, .. } => why.value));
        assert_eq!(retried.first().map(|(_, value)| *value), wait, "{answer:?}");
        let dead = cluster.log.times(brokers[0], |fact| matches!(fact, Fact::Dead { .. }));
        assert_eq!(dead.len(), usize::from(wait.is_none()), "-1 is dead at once");
    }
}

#[test]
fn what_its_broker_does_not_take_back_is_sent_to_the_retry_topic_of_another() {
    let (mut cluster, consumer, brokers) = story(&["broker-a", "broker-b"], 2, |config| {
        config.listener = Spread::Fixed(SimSpan::secs(4));
        config.rules.answers = first_tries(1, LATER);
    });
    // Both listeners work when their broker dies.
    cluster.world.intervene(at(3_000), Intervention::Kill(brokers[0], End::Crashed));
    cluster.run_until(40_000);
    let failed = cluster.log.of(
        consumer,
        picked!(Fact::GiveBackFailed { msg, why, .. } => (*msg, Because::SendBackFailed.is(*why))),
    );
    let [(_, (msg, true))] = failed[..] else { panic!("one was on the dead broker: {failed:?}") };
    let sends = cluster.requests_of(consumer, 310);
    assert_eq!(sends.len(), 1, "the inner producer sends it");
    let Request::SendMessage(send) = &sends[0].request else { panic!("310 is a send") };
    assert_eq!(send.group.as_str(), "CLIENT_INNER_PRODUCER");
    assert_eq!((send.topic.as_str(), send.max_reconsume), ("%RETRY%LaterG", Some(16)));
    let wired = send.message.wired().expect("it has properties");
    assert_eq!(wired.reconsume_times, 1);
    assert_eq!(wired.properties.get("DELAY"), Some("3"));
    assert_eq!(wired.properties.get("RETRY_TOPIC"), Some("Later"));
    assert_eq!(send.message.key, msg);
    let again = cluster
        .log
        .of(consumer, picked!(Fact::Consumed { msg, queue, .. } => (*msg, queue.broker)));
    let again: Vec<_> = again.into_iter().filter(|(_, (done, _))| *done == msg).collect();
    assert_eq!(again.len(), 1, "it comes again");
    assert_eq!(again[0].1.1, brokers[1], "from the other broker");
}

#[test]
fn what_no_broker_takes_stays_here_and_is_tried_again_after_5_seconds() {
    let (mut cluster, consumer, brokers) = story(&["broker-a"], 1, |config| {
        config.listener = Spread::Fixed(SimSpan::secs(1));
        config.rules.answers = first_tries(2, LATER);
    });
    cluster.world.intervene(at(2_000), Intervention::Kill(brokers[0], End::Crashed));
    cluster.run_until(15_000);
    let kept = cluster
        .log
        .of(consumer, picked!(Fact::Retried { attempt, why, .. } => (*attempt, why.value)));
    assert_eq!(kept.iter().map(|(_, row)| *row).collect::<Vec<_>>(), [(1, 5000), (2, 5000)]);
    let begun = begun(&cluster, consumer);
    assert_eq!(begun.len(), 3);
    assert_eq!(begun[1] - kept[0].0, 5_000);
    assert_eq!(begun[2] - kept[1].0, 5_000, "the second failure counts what only the client knows");
    let consumed = cluster.log.times(consumer, |fact| matches!(fact, Fact::Consumed { .. }));
    assert_eq!(consumed.len(), 1, "the third try is good");
}

/// Client reference 9, row 40.
#[test]
fn a_batch_holds_messages_of_one_answer_and_what_lies_behind_ack_index_is_given_back() {
    let (mut cluster, consumer, _) = story(&["broker-a"], 40, |config| {
        config.rules.batch_max = 10;
        let round = |round| AnswerRule {
            rounds: vec![round],
            tries: 1,
            ..AnswerRule::always(Answer::Success { ack_index: 1 })
        };
        config.rules.answers = vec![round(3), round(39)];
    });
    cluster.run_until(10_000);
    let rows = cluster
        .log
        .of(consumer, picked!(Fact::Consuming { msg, thread, .. } => (msg.seq, *thread)));
    let mut batches: Vec<Vec<u32>> = Vec::new();
    for (_, (seq, thread)) in rows {
        match batches.get_mut(thread as usize) {
            Some(batch) => batch.push(seq),
            None => batches.push(vec![seq]),
        }
    }
    let sizes: Vec<usize> = batches.iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 10, 10, 2, 8], "32 of the first pull, then 8");
    assert_eq!(batches[0], (0..10).collect::<Vec<_>>());
    let failed = picked!(Fact::NotConsumed { msg, why, .. } => (msg.seq, reason(*why)));
    let failed = cluster.log.of(consumer, failed);
    let expected: Vec<_> =
        (2..10).chain(34..40).map(|seq| (seq, ("listener_ack_index", 1))).collect();
    assert_eq!(failed.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), expected);
    assert_eq!(given_back(&cluster, consumer).len(), 14);
}

/// Client reference 9, row 23.
#[test]
fn one_stuck_message_pins_its_queue_and_far_behind_it_pulls_have_to_wait() {
    let (mut cluster, consumer, _) = story(&["broker-a"], 2_600, |config| {
        config.pull_threshold = 5_000;
        let stuck = AnswerRule::always(Answer::Stuck);
        config.rules.answers = vec![AnswerRule { rounds: vec![100], ..stuck }];
    });
    cluster.run_until(30_000);
    let done = cluster.log.times(consumer, |fact| matches!(fact, Fact::Consumed { .. }));
    assert_eq!(done.len(), 2_599, "others go on");
    let offsets = committed(&cluster, consumer, "Later");
    assert_eq!(offsets.last(), Some(&100), "nothing behind it is committed");
    let throttled = cluster.log.of(
        consumer,
        picked!(Fact::Throttled { why, .. } => (Because::SpanTooWide.is(*why), why.value)),
    );
    // Each answer from offset 2101 on makes the span too wide until it is consumed.
    assert!((10..=17).contains(&throttled.len()), "{} stretches", throttled.len());
    assert!(throttled.iter().all(|(_, row)| *row == (true, 2000)));
}

/// Client reference 9, row 27.
#[test]
fn the_result_for_a_queue_that_was_given_up_counts_for_nothing() {
    let (mut cluster, consumer, _) = story(&["broker-a"], 1, |config| {
        config.listener = Spread::Fixed(SimSpan::secs(9));
    });
    let namesrv = NodeId(0);
    // Sorted before c1, it gets the only queue.
    let mut other = push_config(client_config("c0", "LaterG", namesrv), &[("Later", "*")]);
    other.listener = Spread::Fixed(SimSpan::secs(1));
    let other = cluster.add("c0", MqDisk::PushConsumer(Box::new(other)), at(4_000));
    cluster.run_until(30_000);
    let done = |node| cluster.log.times(node, |fact| matches!(fact, Fact::Consumed { .. })).len();
    assert_eq!((done(consumer), done(other)), (1, 1), "both had it");
    let committed = committed(&cluster, consumer, "Later");
    assert_eq!(committed.iter().max(), Some(&0), "the first owner never committed it");
}
