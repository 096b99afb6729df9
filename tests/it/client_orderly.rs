//! Orderly listeners and the locks of their queues. Figures are those of the recording `orderly` of
//! RocketMQ 5.3.3 and of the worked examples of the client reference.

use rocketscope::facts::{Fact, QueueRef};
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::config::PushConsumerConfig;
use rocketscope::rocketmq::listener::{Answer, AnswerRule};
use rocketscope::rocketmq::message::Body;
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::remoting::{AdminRequest, Request};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, Line, message, picked, reason, send};
use crate::client_kit::{Asked, client_config, push_config};
use crate::subtle_kit::join;

const SUSPENDS: Answer = Answer::Suspend { millis: -1 };

/// A broker with the topic `Ord` of so many queues, and somebody who sends.
fn bench(queues: u32) -> (Bench, Line) {
    let topics = vec![TopicConfig::new(Name::new("Ord"), queues)];
    let mut bench = Bench::with(|config| config.topics = topics);
    bench.watched = true;
    let line = bench.connect("sender", bench.broker);
    (bench, line)
}

/// An orderly consumer that starts now.
fn orderly(bench: &mut Bench, name: &str, edit: impl FnOnce(&mut PushConsumerConfig)) -> NodeId {
    let client = client_config(name, "OrdG", bench.namesrv);
    let mut config = push_config(client, &[("Ord", "*")]);
    config.rules.orderly = true;
    config.listener = Spread::ZERO;
    edit(&mut config);
    join(bench, name, config)
}

/// Sends a message with a number to a queue.
fn put(bench: &mut Bench, line: Line, queue: i32, (seq, tag): (u32, &str)) {
    let message = message(seq, "Ord", Some(tag), Body::Text("step".to_owned()));
    bench.put(line, send(message, queue)).expect("it is stored");
}

/// (ms, queues) of the requests for locks.
fn locks(bench: &Bench, node: NodeId) -> Vec<(i64, Vec<String>)> {
    let queues = |asked: &&Asked| {
        let Request::Admin(admin) = &asked.request else { panic!("41 is an administrator's") };
        let AdminRequest::LockQueues { queues, .. } = &**admin else { panic!("41 locks") };
        let name = |(topic, _, id): &(Name, Name, u32)| format!("{topic}:{id}");
        (asked.at, queues.iter().map(name).collect())
    };
    bench.cluster.requests_of(node, 41).iter().map(queues).collect()
}

/// (ms, queue, number) at which listeners began.
fn begun(bench: &Bench, node: NodeId) -> Vec<(i64, (u32, u32))> {
    bench.cluster.log.of(node, picked!(Fact::Consuming { msg, queue, .. } => (queue.id, msg.seq)))
}

fn always(tag: &str, tries: u32, answer: Answer) -> Vec<AnswerRule> {
    let tag = Some(Name::new(tag));
    vec![AnswerRule { tag, tries, ..AnswerRule::always(answer) }]
}

/// The recorded story: 8 messages in one queue, 4 in the other, one of each is suspended once.
fn recorded() -> (Bench, NodeId) {
    let (mut bench, line) = bench(2);
    let consumer =
        orderly(&mut bench, "c1", |config| config.rules.answers = always("Last", 1, SUSPENDS));
    for seq in 0..8 {
        put(&mut bench, line, 0, (seq, if seq == 6 { "Last" } else { "T" }));
    }
    for seq in 10..14 {
        put(&mut bench, line, 1, (seq, if seq == 13 { "Last" } else { "T" }));
    }
    (bench, consumer)
}

#[test]
fn a_suspended_queue_rests_a_second_and_nothing_overtakes_as_recorded() {
    let (mut bench, consumer) = recorded();
    bench.run_until(10_000);
    let begun = begun(&bench, consumer);
    let of_queue = |queue| {
        let own = begun.iter().filter(|(_, (id, _))| *id == queue);
        own.map(|(at, (_, seq))| (*at, *seq)).collect::<Vec<_>>()
    };
    let seqs = |queue| of_queue(queue).iter().map(|(_, seq)| *seq).collect::<Vec<_>>();
    assert_eq!(seqs(0), [0, 1, 2, 3, 4, 5, 6, 6, 7]);
    assert_eq!(seqs(1), [10, 11, 12, 13, 13]);
    for (queue, at) in [(0, 6), (1, 3)] {
        let times = of_queue(queue);
        let rest = times[at + 1].0 - times[at].0;
        assert!((900..=1100).contains(&rest), "queue {queue} rests {rest} ms");
    }
    let again =
        picked!(Fact::Retried { msg, attempt, why, .. } => (msg.seq, *attempt, reason(*why)));
    let mut again = bench.cluster.log.of(consumer, again);
    again.sort_by_key(|(_, (seq, ..))| *seq);
    let said = ("queue_suspended", 1000);
    assert_eq!(
        again.into_iter().map(|(_, row)| row).collect::<Vec<_>>(),
        [(6, 1, said), (13, 1, said)]
    );
}

/// Client reference 9, row 36.
#[test]
fn queues_are_locked_before_they_are_taken_and_locks_are_renewed_twice_every_20_seconds() {
    let (mut bench, consumer) = recorded();
    bench.run_until(24_000);
    let asked = locks(&bench, consumer);
    let (times, queues): (Vec<i64>, Vec<Vec<String>>) = asked.into_iter().unzip();
    assert_eq!(
        queues.iter().map(|queues| queues.join(" ")).collect::<Vec<_>>(),
        ["Ord:0", "Ord:1", "Ord:0 Ord:1", "Ord:0 Ord:1", "%RETRY%OrdG:0"],
    );
    assert!(times[..2].iter().all(|at| (1_000..1_100).contains(at)), "{times:?}");
    assert!(times[2..].iter().all(|at| (21_000..21_100).contains(at)), "{times:?}");
    // The start of each queue is looked up again, one after the other, before its first pull.
    let mut queries = Vec::new();
    for asked in bench.cluster.requests_of(consumer, 14) {
        if let Request::QueryOffset { topic, .. } = &asked.request
            && topic.as_str() == "Ord"
        {
            queries.push(asked.at);
        }
    }
    assert_eq!(queries.len(), 4);
    let pulls = bench.cluster.times_of(consumer, 11);
    assert!(queries[2] <= pulls[0] && pulls[0] <= pulls[1], "{queries:?} {pulls:?}");
    assert!((1_500..1_600).contains(&queries[2]), "{queries:?}");
}

/// Client reference 9, row 33.
#[test]
fn an_end_gives_the_locks_back_before_it_tells_what_is_done() {
    let (mut bench, consumer) = recorded();
    bench.run_until(26_000);
    bench.intervene(Intervention::Tell(consumer, Order::Shutdown));
    bench.run(1_000);
    let unlocks = bench.cluster.times_of(consumer, 42);
    assert_eq!(unlocks.len(), 1, "all queues at once");
    let asked = bench.cluster.requests.iter().filter(|asked| asked.from == consumer);
    let codes: Vec<u32> = asked.map(|asked| asked.request.code()).collect();
    let unlock = codes.iter().position(|code| *code == 42).expect("it unlocks");
    assert_eq!(codes[unlock..], [42, 15, 15, 35, 35], "recorded");
}

/// Client reference 9, row 31.
#[test]
fn how_often_a_message_was_tried_is_forgotten_with_its_owner() {
    let (mut bench, line) = bench(1);
    let always = || always("Bad", u32::MAX, SUSPENDS);
    let first = orderly(&mut bench, "c1", |config| config.rules.answers = always());
    put(&mut bench, line, 0, (0, "Bad"));
    bench.run_until(6_000);
    let other = orderly(&mut bench, "c2", |config| config.rules.answers = always());
    bench.intervene(Intervention::Tell(first, Order::Shutdown));
    bench.run_until(20_000);
    let tries = |node| {
        let tries = bench.cluster.log.of(node, picked!(Fact::Retried { attempt, .. } => *attempt));
        tries.into_iter().map(|(_, attempt)| attempt).collect::<Vec<_>>()
    };
    assert!(tries(first).len() >= 4);
    assert_eq!(tries(first)[..4], [1, 2, 3, 4]);
    assert_eq!(tries(other)[..3], [1, 2, 3], "from the beginning");
}

#[test]
fn what_was_tried_too_often_is_sent_away_and_dead_at_once_while_the_group_holds_a_queue() {
    let (mut bench, line) = bench(1);
    let consumer = orderly(&mut bench, "c1", |config| {
        config.rules.answers = always("Bad", u32::MAX, SUSPENDS);
        config.rules.max_reconsume = 2;
    });
    put(&mut bench, line, 0, (0, "Bad"));
    put(&mut bench, line, 0, (1, "T"));
    bench.run_until(10_000);
    let seqs: Vec<_> = begun(&bench, consumer).into_iter().map(|(_, (_, seq))| seq).collect();
    assert_eq!(seqs, [0, 0, 0, 1], "two suspensions, then it is gone and the queue goes on");
    let dead = bench.said(picked!(Fact::Dead { msg, why, .. } => (msg.seq, reason(*why).0)));
    assert_eq!(dead, [(0, "holds_queues")]);
}

#[test]
fn a_task_gives_its_thread_to_others_after_a_minute() {
    let (mut bench, line) = bench(2);
    for seq in 0..140_u32 {
        put(&mut bench, line, (seq % 2).cast_signed(), (seq, "T"));
    }
    let consumer = orderly(&mut bench, "c1", |config| {
        config.threads = 1;
        config.listener = Spread::Fixed(SimSpan::secs(1));
    });
    bench.run_until(150_000);
    let begun = begun(&bench, consumer);
    let first = begun[0];
    let change = begun.iter().find(|(_, (queue, _))| *queue != first.1.0).expect("both have turns");
    assert!((61_000..62_000).contains(&(change.0 - first.0)), "{} ms", change.0 - first.0);
    let back = begun.iter().skip_while(|(at, _)| *at < change.0);
    let back = back.clone().find(|(_, (queue, _))| *queue == first.1.0).expect("its turn again");
    assert!((61_000..62_000).contains(&(back.0 - change.0)), "{} ms", back.0 - change.0);
}

/// Client reference 9, row 32.
#[test]
fn a_killed_owner_blocks_its_queue_for_a_minute_after_its_last_renewal() {
    let (mut bench, _) = bench(1);
    let owner = orderly(&mut bench, "c1", |_| ());
    bench.run_until(45_000);
    let other = orderly(&mut bench, "c2", |_| ());
    bench.intervene(Intervention::Kill(owner, End::Crashed));
    bench.run_until(110_000);
    // The owner renewed at 41 s. The next look of the other comes within a second.
    let locked = bench.cluster.log.times(other, |fact| matches!(fact, Fact::Locked { .. }));
    assert!((101_000..102_600).contains(&locked[0]), "{locked:?}");
    let refused = bench.cluster.log.of(other, picked!(Fact::NotLocked { why, .. } => reason(*why)));
    assert!(refused.len() > 50, "it asks about once a second: {} times", refused.len());
    assert!(refused.iter().all(|(_, why)| *why == ("lock_held", 500)));
}

#[test]
fn a_lock_that_is_not_renewed_is_not_trusted_after_30_seconds() {
    let (mut bench, line) = bench(1);
    let consumer = orderly(&mut bench, "c1", |config| {
        config.listener = Spread::Fixed(SimSpan::secs(1));
    });
    for seq in 0..90 {
        put(&mut bench, line, 0, (seq, "T"));
    }
    bench.run_until(10_000);
    bench.intervene(Intervention::Cut(consumer, bench.broker));
    bench.run_until(60_000);
    // Locked at 1 s: nothing begins after 31 s.
    let last = begun(&bench, consumer).last().expect("it began").0;
    assert!((30_000..=31_600).contains(&last), "{last}");
    let lost = bench.cluster.log.of(consumer, picked!(Fact::NotLocked { why, .. } => reason(*why)));
    assert_eq!(lost[0].1, ("lock_expired", 30_000));
}

/// The owner renewed its lock at 50 s and is inside a listener of 5 s when it must give the queue
/// up at 60 s.
/// Client reference 10.10, row 3.
#[test]
fn a_busy_owner_gives_its_queue_up_by_force_in_a_later_round() {
    let (mut bench, line) = bench(1);
    bench.run_until(9_000);
    let owner = orderly(&mut bench, "c1", |config| {
        config.listener = Spread::Fixed(SimSpan::secs(5));
    });
    bench.run_until(59_900);
    put(&mut bench, line, 0, (0, "T"));
    bench.run_until(60_000);
    // Sorted before the owner, the newcomer gets the only queue.
    let other = orderly(&mut bench, "c0", |config| {
        config.listener = Spread::Fixed(SimSpan::secs(5));
    });
    bench.run_until(90_000);
    let times = |node, wanted: fn(&Fact) -> bool| bench.cluster.log.times(node, wanted);
    let waited = times(owner, |fact| matches!(fact, Fact::ReleaseAwaited { .. }));
    assert!((60_500..60_600).contains(&waited[0]), "{waited:?}");
    let done = times(owner, |fact| matches!(fact, Fact::Consumed { .. }));
    assert!((64_900..65_000).contains(&done[0]), "{done:?}");
    let of_topic = |queue: &QueueRef| queue.topic.as_str() == "Ord";
    let gone = |fact: &Fact| matches!(fact, Fact::Released { queue, .. } if of_topic(queue));
    let gone = bench.cluster.log.times(owner, gone);
    assert!((80_500..80_700).contains(&gone[0]), "{gone:?}");
    let locked = |fact: &Fact| matches!(fact, Fact::Locked { queue, .. } if of_topic(queue));
    let locked = bench.cluster.log.times(other, locked);
    assert!((80_500..=81_700).contains(&locked[0]), "{locked:?}");
    let again = begun(&bench, other);
    assert_eq!(again.len(), 1, "the result was thrown away: it is consumed again");
    assert!((81_000..=82_300).contains(&again[0].0), "{again:?}");
}

#[test]
fn a_listener_that_commits_itself_holds_the_offset_until_it_says_so() {
    let (mut bench, line) = bench(1);
    for (seq, tag) in [(0, "T"), (1, "T"), (2, "Commit"), (3, "T"), (4, "Back"), (5, "T")] {
        put(&mut bench, line, 0, (seq, tag));
    }
    let consumer = orderly(&mut bench, "c1", |config| {
        config.rules.auto_commit = false;
        let rules = [always("Commit", 1, Answer::Commit), always("Back", 1, Answer::Rollback)];
        config.rules.answers = rules.concat();
    });
    bench.run_until(15_000);
    let seqs: Vec<_> = begun(&bench, consumer).into_iter().map(|(_, (_, seq))| seq).collect();
    assert_eq!(seqs[..9], [0, 1, 2, 3, 4, 3, 4, 3, 4], "back to the last commit, again and again");
    let commits = bench.cluster.requests_of(consumer, 15);
    let Some(Request::UpdateOffset { offset, .. }) = commits.last().map(|asked| &asked.request)
    else {
        panic!("15 tells an offset")
    };
    assert_eq!(*offset, 3);
}
