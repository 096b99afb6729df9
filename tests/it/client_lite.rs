//! Lite pull consumers: a program that calls for messages, tasks that pull them meanwhile, commits
//! that come later. Expectations are those of the client reference and of
//! `DefaultLitePullConsumerImpl`.

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::client::MessageQueue;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::ConsumeFrom;
use rocketscope::rocketmq::listener::{Answer, AnswerRule};
use rocketscope::rocketmq::lite_rules::{
    Assigned, LiteOrder, LitePullConfig, LiteRules, SeekTo, Which,
};
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::remoting::{AdminRequest, Request};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, Line, picked, reason, text};
use crate::client_kit::{at, client_config, push_config};
use crate::subtle_kit::clock;

/// A broker with `T`, and an outsider who sends.
fn bench(queues: u32) -> (Bench, Line) {
    let topics = vec![TopicConfig::new(Name::new("T"), queues)];
    let mut bench = Bench::with(|config| config.topics = topics);
    bench.watched = true;
    let line = bench.connect("sender", bench.broker);
    (bench, line)
}

/// A lite pull consumer of all of `T` that starts now.
fn join(bench: &mut Bench, name: &str, edit: impl FnOnce(&mut LitePullConfig)) -> NodeId {
    let mut base = push_config(client_config(name, "G", bench.namesrv), &[("T", "*")]);
    base.rules.lite = true;
    (base.pull_batch_size, base.consume_from) = (10, ConsumeFrom::FirstOffset);
    base.suspend_timeout = SimSpan::secs(20);
    let mut config = LitePullConfig { base, rules: LiteRules::default() };
    edit(&mut config);
    let boots = at(clock(bench));
    bench.cluster.add(name, MqDisk::LitePull(Box::new(config)), boots)
}

/// The program assigns its queues by itself.
fn assigns(config: &mut LitePullConfig, assigned: Assigned) {
    config.base.subscriptions.clear();
    config.rules.assigned = assigned;
}

fn put(bench: &mut Bench, line: Line, (queue, count): (i32, u32)) {
    let first = bench.said(picked!(Fact::Stored { .. } => ())).len();
    for seq in 0..count {
        let mut send = text("T", "A", queue, "m");
        send.message.key.seq = u32::try_from(first).expect("few") + seq;
        bench.put(line, send).expect("it is stored");
    }
}

fn queue(id: u32) -> MessageQueue {
    MessageQueue { topic: Name::new("T"), broker: Name::new("broker-a"), id }
}

fn which(id: u32) -> Which {
    Which { topic: Name::new("T"), queue: Some((Name::new("broker-a"), id)) }
}

fn order(bench: &mut Bench, node: NodeId, order: LiteOrder) {
    bench.intervene(Intervention::Tell(node, Order::Lite(order)));
}

fn polled(bench: &Bench, node: NodeId) -> Vec<(i64, u32)> {
    bench.cluster.log.of(node, picked!(Fact::Polled { count, .. } => *count))
}

fn consumed(bench: &Bench, node: NodeId) -> Vec<u64> {
    let all = bench.cluster.log.of(node, picked!(Fact::Consumed { offset, .. } => *offset));
    all.into_iter().map(|(_, offset)| offset).collect()
}

/// Offsets that brokers were told by a node, with the times in ms.
fn commits(bench: &Bench, node: NodeId) -> Vec<(i64, i64)> {
    let mut told = Vec::new();
    for asked in bench.cluster.requests_of(node, 15) {
        if let Request::UpdateOffset { offset, .. } = &asked.request {
            told.push((asked.at, *offset));
        }
    }
    told
}

/// Offsets that a node pulled from, of all queues.
fn pulls(bench: &Bench, node: NodeId) -> Vec<(i64, u32, u64)> {
    let mut pulls = Vec::new();
    for asked in bench.cluster.requests_of(node, 361) {
        if let Request::Pull(pull) = &asked.request {
            pulls.push((asked.at, pull.queue, pull.offset));
        }
    }
    pulls
}

/// Client reference 9, row 44.
#[test]
fn what_was_handed_out_is_committed_by_a_later_call_and_an_end_commits_nothing() {
    let (mut bench, line) = bench(1);
    put(&mut bench, line, (0, 20));
    let node = join(&mut bench, "c1", |config| {
        config.rules.poll_timeout = SimSpan::secs(1);
    });
    let start = i64::try_from(clock(&bench)).expect("a time");
    bench.run(13_500);
    let noted = picked!(Fact::Noted { offset, why, .. } => (*offset, reason(*why)));
    let noted = bench.cluster.log.of(node, noted);
    let [(first, (20, ("auto_commit", 5_000)))] = noted[..] else { panic!("{noted:?}") };
    // The first call is made at the start and commits nothing; the next one 5 s later commits.
    assert!((5_000..6_100).contains(&(first - start)), "{first}");
    let told = commits(&bench, node);
    let [(at, 20)] = told[..] else { panic!("{told:?}") };
    assert_eq!((at - start) / 100, 100, "brokers hear of it by the persisting at 10 s");
    // Five more are handed out, and the program ends before the next such commit.
    put(&mut bench, line, (0, 5));
    bench.intervene(Intervention::Tell(node, Order::Shutdown));
    bench.run(2_000);
    assert_eq!(consumed(&bench, node).len(), 25);
    let last = commits(&bench, node).last().map(|(_, offset)| *offset);
    assert_eq!(last, Some(20), "what came after the last commit comes again");
}

/// Client reference 5.17: its pulls are of a kind of their own, and it greets nobody at its start.
#[test]
fn it_becomes_a_member_with_the_first_scheduled_heartbeat_and_tells_nobody_of_its_queues() {
    let (mut bench, line) = bench(2);
    put(&mut bench, line, (0, 1));
    let start = i64::try_from(clock(&bench)).expect("a time");
    let node = join(&mut bench, "c1", |_| ());
    bench.run(25_000);
    let beats = bench.cluster.times_of(node, 34);
    assert!((1_000..1_100).contains(&(beats[0] - start)), "{beats:?}");
    assert!(beats.len() <= 2 && beats[beats.len() - 1] - start < 1_200, "{beats:?}");
    assert_eq!(bench.cluster.times_of(node, 11), [] as [i64; 0]);
    let owned = bench.cluster.log.times(node, |fact| matches!(fact, Fact::Owned { .. }));
    let first = pulls(&bench, node)[0].0;
    assert!(first - owned[1] <= 1, "the first pull waits for nothing: {first}");
    for asked in bench.cluster.requests_of(node, 361) {
        let Request::Pull(pull) = asked.request else { panic!("361 is a pull") };
        assert_eq!((pull.sys_flag, pull.sub_version, pull.max_messages), (22, 0, 10));
        assert_eq!(pull.suspend_timeout, 20_000);
    }
}

/// Client reference 5.17: an idle queue has a thread for as long as its pull is held.
#[test]
fn more_idle_queues_than_threads_hold_each_other_up() {
    let delay = |threads| {
        let (mut bench, line) = bench(3);
        let node = join(&mut bench, "c1", |config| config.rules.pull_threads = threads);
        bench.run(3_000);
        let asked: Vec<u32> = pulls(&bench, node).iter().map(|(_, queue, _)| *queue).collect();
        let last = (0..3).rfind(|id| !asked.contains(id)).unwrap_or(2);
        put(&mut bench, line, (last.cast_signed(), 1));
        let stored = bench.stated(picked!(Fact::Stored { .. } => ()))[0].0;
        bench.run(30_000);
        let got = polled(&bench, node).into_iter().find(|(_, count)| *count > 0);
        got.expect("it comes").0 - stored
    };
    assert!(delay(20) < 50);
    // The two others are held for 20 s; the broker looks every 5 s.
    let late = delay(2);
    assert!((15_000..26_000).contains(&late), "{late}");
}

#[test]
fn a_program_goes_on_where_it_wants_and_only_where_the_queue_reaches() {
    let (mut bench, line) = bench(2);
    put(&mut bench, line, (0, 30));
    let node = join(&mut bench, "c1", |config| {
        config.rules.poll_timeout = SimSpan::millis(100);
    });
    bench.run(3_000);
    let middle = i64::try_from(clock(&bench)).expect("a time");
    put(&mut bench, line, (0, 10));
    bench.run(1_000);
    assert_eq!(consumed(&bench, node).len(), 40);
    let mut seeks = |to, expected: &[u64]| {
        let before = consumed(&bench, node).len();
        order(&mut bench, node, LiteOrder::Seek(which(0), to));
        bench.run(2_000);
        assert_eq!(consumed(&bench, node)[before..], *expected, "{to:?}");
    };
    let all = |from: u64| (from..40).collect::<Vec<_>>();
    seeks(SeekTo::Begin, &all(0));
    seeks(SeekTo::End, &[]);
    seeks(SeekTo::Offset(37), &all(37));
    seeks(SeekTo::Time(1_757_000_000_000 + middle), &all(30));
    seeks(SeekTo::Offset(41), &[]);
    order(&mut bench, node, LiteOrder::Seek(which(7), SeekTo::Offset(1)));
    bench.run(200);
    let sought = picked!(Fact::OffsetSet { offset, why, .. } => (*offset, reason(*why).0));
    let sought: Vec<_> = bench.cluster.log.of(node, sought).into_iter().map(|it| it.1).collect();
    let by = "program_seeks";
    assert_eq!(sought, [(0, by), (40, by), (37, by), (30, by)]);
    let failed = picked!(Fact::SeekFailed { offset, why, .. } => (*offset, reason(*why).0));
    let failed: Vec<_> = bench.cluster.log.of(node, failed).into_iter().map(|it| it.1).collect();
    assert_eq!(failed, [(41, "seek_outside"), (1, "seek_not_assigned")]);
    assert_eq!(bench.cluster.times_of(node, 29).len(), 1, "one was by time");
}

/// What the client has of a queue is thrown away by a seek, and comes again.
#[test]
fn a_seek_throws_away_what_waits_in_the_client() {
    let (mut bench, line) = bench(1);
    put(&mut bench, line, (0, 40));
    let node = join(&mut bench, "c1", |config| {
        config.rules.pause = Spread::Fixed(SimSpan::secs(1));
        config.rules.poll_timeout = SimSpan::millis(1);
    });
    bench.run(3_500);
    assert_eq!(consumed(&bench, node).len(), 20);
    order(&mut bench, node, LiteOrder::Seek(which(0), SeekTo::Offset(5)));
    bench.run(10_000);
    let expected: Vec<u64> = (0..20).chain(5..40).collect();
    assert_eq!(consumed(&bench, node), expected);
}

#[test]
fn tasks_wait_while_too_much_waits_for_the_program() {
    let reasons = |edit: &dyn Fn(&mut LitePullConfig)| {
        let (mut bench, line) = bench(2);
        put(&mut bench, line, (0, 60));
        let node = join(&mut bench, "c1", |config| {
            config.rules.polls = Some(1);
            edit(config);
        });
        bench.run(2_000);
        let throttled = picked!(Fact::Throttled { why, .. } => reason(*why));
        let why: Vec<_> = bench.cluster.log.of(node, throttled).iter().map(|it| it.1).collect();
        let pulls = pulls(&bench, node);
        (why, pulls.iter().filter(|(_, queue, _)| *queue == 0).count())
    };
    // Two answers of 10 are as many as may wait; the third makes it more.
    let all = reasons(&|config| config.rules.threshold_all = 20);
    assert_eq!(all, (vec![("too_many_for_all", 20)], 4), "one is handed out at once");
    let queue = reasons(&|config| config.base.pull_threshold = 20);
    assert_eq!(queue, (vec![("too_many_cached", 20)], 4));
    let span = reasons(&|config| config.base.max_span = 28);
    assert_eq!(span, (vec![("span_too_wide", 28)], 4));
}

#[test]
fn a_queue_that_the_program_paused_is_looked_at_every_second() {
    let (mut bench, line) = bench(2);
    let node = join(&mut bench, "c1", |config| {
        config.rules.poll_timeout = SimSpan::millis(500);
    });
    bench.run(3_000);
    order(&mut bench, node, LiteOrder::Pause(Some(which(0))));
    // The pulls that are held go on.
    put(&mut bench, line, (0, 1));
    put(&mut bench, line, (1, 1));
    assert_eq!(consumed(&bench, node).len(), 2);
    put(&mut bench, line, (0, 1));
    put(&mut bench, line, (1, 1));
    assert_eq!(consumed(&bench, node).len(), 3, "the other queue goes on");
    let throttled = picked!(Fact::Throttled { queue, why, .. } => (queue.id, reason(*why)));
    let throttled = bench.cluster.log.of(node, throttled);
    let [(paused, (0, ("pull_paused", 1_000)))] = throttled[..] else { panic!("{throttled:?}") };
    bench.run(2_000);
    order(&mut bench, node, LiteOrder::Resume(None));
    bench.run(1_100);
    let pulled = pulls(&bench, node).into_iter().rfind(|(_, queue, _)| *queue == 0);
    assert_eq!(pulled.map(|(_, _, offset)| offset), Some(2), "it is pulled again");
    let again = bench.cluster.log.times(node, |fact| matches!(fact, Fact::Unthrottled { .. }));
    assert_eq!((again[0] - paused) % 1_000, 0, "{again:?}");
    assert_eq!(consumed(&bench, node).len(), 4);
}

#[test]
fn a_program_that_assigns_by_topic_takes_new_queues_at_its_next_look() {
    let (mut bench, line) = bench(1);
    let start = clock(&bench);
    let node = join(&mut bench, "c1", |config| {
        assigns(config, Assigned::Topics(vec![Name::new("T")]));
    });
    bench.run(5_000);
    let request = AdminRequest::SetTopic(TopicConfig::new(Name::new("T"), 3));
    bench.ask(line, Request::Admin(request.into()));
    put(&mut bench, line, (2, 1));
    bench.run_until(start + 45_000);
    let owned = bench.cluster.log.of(node, picked!(Fact::Owned { queue, .. } => queue.id));
    let ids: Vec<u32> = owned.iter().map(|(_, id)| *id).collect();
    assert_eq!(ids, [0, 1, 2]);
    let late = owned[1].0 - i64::try_from(start).expect("a time");
    assert!((10_000..10_100).contains(&late), "the first look is after 10 s: {owned:?}");
    assert_eq!(bench.cluster.times_of(node, 38), [] as [i64; 0], "nobody is asked for members");
    assert_eq!(consumed(&bench, node), [0]);
}

#[test]
fn a_program_can_assign_single_queues_and_commit_by_itself() {
    let (mut bench, line) = bench(3);
    for id in 0..3 {
        put(&mut bench, line, (id, 20));
    }
    let node = join(&mut bench, "c1", |config| {
        assigns(config, Assigned::Queues(vec![queue(0), queue(2)]));
        config.rules.auto_commit = None;
        (config.rules.commits_after, config.rules.persists) = (4, true);
        config.base.listener = Spread::Fixed(SimSpan::millis(10));
    });
    bench.run(4_000);
    assert_eq!(consumed(&bench, node).len(), 40);
    let told: Vec<i64> = commits(&bench, node).into_iter().map(|(_, offset)| offset).collect();
    assert_eq!(told, [20, 20], "after the fourth call, at once");
    let noted = picked!(Fact::Noted { why, .. } => reason(*why).0);
    let noted: Vec<_> = bench.cluster.log.of(node, noted).into_iter().map(|it| it.1).collect();
    assert_eq!(noted, ["program_commits"; 2]);
}

#[test]
fn a_queue_of_a_broker_that_nobody_told_of_does_not_hold_up_the_end() {
    let (mut bench, _) = bench(1);
    let nowhere = MessageQueue { broker: Name::new("broker-x"), ..queue(0) };
    let node = join(&mut bench, "c1", |config| {
        assigns(config, Assigned::Queues(vec![queue(0), nowhere]));
        config.rules.poll_timeout = SimSpan::secs(1);
    });
    bench.run(3_000);
    bench.intervene(Intervention::Tell(node, Order::Shutdown));
    bench.run(5_000);
    let released = bench.cluster.log.of(node, picked!(Fact::Released { queue, .. } => queue.id));
    assert_eq!(released.len(), 1, "what was never shown is not given up");
    assert_eq!(bench.cluster.log.times(node, |fact| matches!(fact, Fact::ProcessStopped)).len(), 1);
}

#[test]
fn members_share_the_queues_and_each_message_is_handled_once() {
    let (mut bench, line) = bench(4);
    let nodes = ["c1", "c2"].map(|name| join(&mut bench, name, |_| ()));
    bench.run(5_000);
    for id in 0..4 {
        put(&mut bench, line, (id, 10));
    }
    bench.run(3_000);
    let counts = nodes.map(|node| consumed(&bench, node).len());
    assert_eq!(counts, [20, 20]);
    bench.intervene(Intervention::Tell(nodes[0], Order::Shutdown));
    bench.run(10_000);
    let owned = bench.cluster.log.times(nodes[1], |fact| matches!(fact, Fact::Owned { .. }));
    let released = bench.cluster.log.times(nodes[0], |fact| matches!(fact, Fact::Released { .. }));
    assert_eq!((owned.len(), released.len()), (4, 2));
}

#[test]
fn what_a_program_fails_with_does_not_come_again() {
    let (mut bench, line) = bench(1);
    let node = join(&mut bench, "c1", |config| {
        let fails = AnswerRule { rounds: vec![0], ..AnswerRule::always(Answer::Throws) };
        config.base.rules.answers = vec![AnswerRule { tag: Some(Name::new("Bad")), ..fails }];
    });
    put(&mut bench, line, (0, 2));
    let mut bad = text("T", "Bad", 0, "m");
    bad.message.key.seq = 2;
    bench.put(line, bad).expect("it is stored");
    bench.run_until(30_000);
    let failed = picked!(Fact::NotConsumed { msg, why, .. } => (msg.seq, reason(*why).0));
    let failed: Vec<_> = bench.cluster.log.of(node, failed).into_iter().map(|it| it.1).collect();
    assert_eq!(failed, [(2, "program_goes_on")]);
    let consumed = bench.cluster.log.times(node, |fact| matches!(fact, Fact::Consumed { .. }));
    assert_eq!(consumed.len(), 2);
    let told = bench.cluster.requests_of(node, 15);
    let Some(Request::UpdateOffset { offset, .. }) = told.last().map(|asked| &asked.request) else {
        panic!("it commits")
    };
    assert_eq!(*offset, 3, "the failed one is committed like the others");
}
