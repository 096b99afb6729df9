//! Subtle behaviours of groups at the broker and of the members that believe it: subscriptions that
//! overwrite each other, locks that outlive their owner, lists that differ.

use std::collections::BTreeSet;

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::ClientConfig;
use rocketscope::rocketmq::remoting::{
    AdminReply, AdminRequest, PullRequest, ReplyBody, Request, TagExpression,
};
use rocketscope::rocketmq::topic::{TopicConfig, retry_topic};

use crate::broker_kit::{Bench, Line, heartbeat, picked, pull, reason, text};
use crate::client_kit::{broker_config, client_config, push_config};
use crate::subtle_kit::{administer, clock, join};

/// Broker reference 15, row 21.
#[test]
fn members_with_different_subscriptions_overwrite_each_other() {
    let mut bench = Bench::new();
    let lines = ["c1", "c2"].map(|name| bench.connect(name, bench.broker));
    for topic in ["One", "Two"] {
        bench.put(lines[0], text(topic, "T", 0, "x")).unwrap();
    }
    let codes = |bench: &mut Bench, version| {
        ["One", "Two"].map(|topic| {
            let plain = pull(topic, 0, 0, "*");
            let pull = PullRequest { sys_flag: 0, sub_version: version, ..plain };
            bench.pull(lines[0], pull).0
        })
    };
    for _ in 0..3 {
        bench.ask(lines[0], heartbeat("c1@1", "G", ("One", "*"), 5));
        assert_eq!(codes(&mut bench, 5), [0, 24]);
        bench.ask(lines[1], heartbeat("c2@1", "G", ("Two", "*"), 5));
        assert_eq!(codes(&mut bench, 5), [24, 0]);
        bench.run(30_000);
    }
    assert_eq!(codes(&mut bench, 6), [24, 25], "the pull's subscription is the newer one");
    lines.into_iter().for_each(|line| drop(bench.pushed(line)));
    bench.ask(lines[1], heartbeat("c2@1", "G", ("Two", "T"), 6));
    assert_eq!(codes(&mut bench, 6), [24, 0]);
    assert_eq!(lines.map(|line| bench.pushed(line).len()), [0, 0], "a version is told to nobody");
}

fn lock(bench: &mut Bench, line: Line, client: &str) -> usize {
    let queues = vec![(Name::new("Ordered"), Name::new("broker-a"), 0)];
    let (group, client) = (Name::new("G"), Name::new(client));
    let reply = administer(bench, line, AdminRequest::LockQueues { group, client, queues });
    let ReplyBody::Admin(reply) = reply.body else { panic!("locks, not {}", reply.code) };
    let AdminReply::Locked(locked) = &*reply else { panic!("locks") };
    locked.len()
}

/// Broker reference 15, row 22.
/// Client reference 9, row 32.
#[test]
fn a_lock_outlives_its_owner_by_a_minute_and_not_its_broker() {
    let mut bench = Bench::new();
    let lines = ["c1", "c2"].map(|name| bench.connect(name, bench.broker));
    bench.ask(lines[0], heartbeat("c1@1", "G", ("Ordered", "*"), 1));
    assert_eq!(lock(&mut bench, lines[0], "c1@1"), 1);
    let since = clock(&bench);
    bench.hang_up(lines[0]);
    bench.run_until(since + 59_000);
    assert_eq!(lock(&mut bench, lines[1], "c2@1"), 0, "its owner is long gone");
    bench.run_until(since + 60_010);
    assert_eq!(lock(&mut bench, lines[1], "c2@1"), 1);

    bench.kill(End::Crashed);
    bench.start();
    let third = bench.connect("c3", bench.broker);
    assert_eq!(lock(&mut bench, third, "c3@1"), 1, "c2 trusts its lock for half a minute more");
}

/// Queues of the shared topic that a member has.
fn holds(bench: &Bench, member: NodeId) -> BTreeSet<u32> {
    let mut held = BTreeSet::new();
    let moves = picked!(Fact::Owned { queue, .. } | Fact::Released { queue, .. } => *queue);
    for (_, queue) in bench.cluster.log.of(member, moves) {
        if queue.topic == Name::new("Shared") && !held.remove(&queue.id) {
            held.insert(queue.id);
        }
    }
    held
}

/// A broker with a topic of four queues, and members of the group G with these addresses.
fn members<const N: usize>(addresses: [&str; N]) -> (Bench, [NodeId; N]) {
    let shared = TopicConfig::new(Name::new("Shared"), 4);
    let mut bench = Bench::with(|config| config.topics = vec![shared]);
    let members = addresses.map(|address| {
        let client = client_config("m", "G", bench.namesrv);
        let client = ClientConfig { client_id: Name::new(&format!("{address}@m")), ..client };
        join(&mut bench, address, push_config(client, &[("Shared", "*")]))
    });
    (bench, members)
}

/// Client reference 9, row 20.
#[test]
fn a_list_is_in_the_order_of_coming_and_members_sort_it_as_texts() {
    let (mut bench, [two, ten]) = members(["10.0.0.2", "10.0.0.10"]);
    bench.run(25_000);
    let line = bench.connect("asks", bench.broker);
    let list = bench.ask(line, Request::ConsumerList { group: Name::new("G") });
    let ids = ["10.0.0.2@m", "10.0.0.10@m"].map(Name::new);
    assert_eq!(list.body, ReplyBody::Consumers(ids.into()));
    assert_eq!(holds(&bench, ten), BTreeSet::from([0, 1]), "1 stands before 2");
    assert_eq!(holds(&bench, two), BTreeSet::from([2, 3]));
}

/// Client reference 9, row 21.
#[test]
fn who_is_not_in_the_list_gives_everything_up() {
    let (mut bench, [first, second]) = members(["10.0.0.1", "10.0.0.2"]);
    bench.run_until(32_000);
    let line = bench.connect("liar", bench.broker);
    let (client, consumer) = (Name::new("10.0.0.1@m"), Some(Name::new("G")));
    bench.ask(line, Request::UnregisterClient { client, producer: None, consumer });
    bench.run(20_500);
    let decided = |member| {
        let decided = picked!(Fact::Rebalanced { topic, owned, members, .. } =>
            (topic.as_str(), *owned, *members));
        let decided = bench.cluster.log.of(member, decided).into_iter();
        decided.filter(|(at, _)| *at > 32_000).map(|(_, it)| it).collect::<Vec<_>>()
    };
    // The first topic of its round is given up; the heartbeat about that brings the member back.
    let of_first = decided(first);
    assert_eq!(of_first[..2], [("%RETRY%G", 0, 1), ("Shared", 2, 2)], "{of_first:?}");
    let gone = picked!(Fact::Released { queue, why, .. } => (queue.topic.as_str(), reason(*why).0));
    let gone = bench.cluster.log.of(first, gone);
    assert_eq!(gone.last().map(|(_, it)| *it), Some(("%RETRY%G", "not_assigned")));
    assert!(decided(second).contains(&("Shared", 4, 1)), "meanwhile the other one has all");
}

/// Client reference 9, row 22.
#[test]
fn members_may_compute_from_the_lists_of_different_brokers() {
    let shared = TopicConfig::new(Name::new("Shared"), 4);
    let mut bench = Bench::with(|config| config.topics = vec![shared]);
    let other = broker_config("broker-b", bench.namesrv, &[shared]);
    let (disk, now) = (MqDisk::Broker(Box::new(BrokerDisk::new(other))), bench.cluster.world.now());
    let other = bench.cluster.add("broker-b", disk, now);
    bench.run(1000);
    // It is known to one of the two brokers only.
    let line = bench.connect("ghost", other);
    let config = push_config(client_config("m", "G", bench.namesrv), &[("Shared", "*")]);
    let member = join(&mut bench, "m", config);
    for _ in 0..10 {
        bench.ask(line, heartbeat("0.0.0.0@ghost", "G", ("Shared", "*"), 1));
        bench.run(60_000);
    }
    let seen = picked!(Fact::Rebalanced { topic, members, .. } => (topic.as_str(), *members));
    let seen = bench.cluster.log.of(member, seen).into_iter().map(|(_, seen)| seen);
    let of_topic = seen.filter(|(topic, _)| *topic == "Shared");
    let members: BTreeSet<_> = of_topic.map(|(_, members)| members).collect();
    assert_eq!(members, BTreeSet::from([1, 2]), "as the broker says that it happens to ask");
}

/// Client reference 9, row 28.
#[test]
fn offsets_are_sent_every_five_seconds_though_unchanged_and_turn_the_broker_back() {
    let (mut bench, [member]) = members(["10.0.0.1"]);
    let line = bench.connect("p", bench.broker);
    for body in ["a", "b", "c"] {
        bench.put(line, text("Shared", "T", 0, body)).unwrap();
    }
    bench.cluster.run_until(31_000);
    let (group, topic) = (Name::new("G"), Name::new("Shared"));
    bench.ask(line, Request::UpdateOffset { group, topic, queue: 0, offset: 100 });
    bench.cluster.run_until(41_000);
    let is_first = |request: &Request| {
        let shared = Name::new("Shared");
        matches!(request, Request::UpdateOffset { topic, queue: 0, .. } if *topic == shared)
    };
    let sent = bench.cluster.requests_of(member, 15).into_iter();
    let sent: Vec<_> = sent.filter(|asked| is_first(&asked.request)).collect();
    let three = Request::UpdateOffset { group, topic, queue: 0, offset: 3 };
    assert!(sent.iter().all(|asked| asked.request == three), "{sent:?}");
    assert!(sent.len() >= 6 && sent.windows(2).all(|pair| pair[1].at - pair[0].at == 5000));
    let committed = bench.said(picked!(Fact::Committed { queue, offset, .. } =>
        (queue.topic, queue.id, *offset)));
    let committed = committed.into_iter().filter(|(of, queue, _)| (*of, *queue) == (topic, 0));
    let committed: Vec<_> = committed.map(|(.., offset)| offset).collect();
    assert_eq!(committed, [3, 100, 3], "changes are stated, and one of them goes back");
}

/// Client reference 9, row 34.
#[test]
fn consume_from_last_offset_reads_all_of_a_young_topic() {
    let (mut bench, [member]) = members(["10.0.0.1"]);
    let line = bench.connect("p", bench.broker);
    for body in ["a", "b", "c"] {
        bench.put(line, text("Shared", "T", 0, body)).unwrap();
    }
    bench.run(10_000);
    let starts = picked!(Fact::Owned { queue, offset, why, .. } =>
        (queue.topic, queue.id, *offset, reason(*why).0));
    let starts = bench.cluster.log.of(member, starts).into_iter().map(|(_, start)| start);
    let first = starts.into_iter().find(|start| (start.0, start.1) == (Name::new("Shared"), 0));
    assert_eq!(first, Some((Name::new("Shared"), 0, 0, "start_young_queue")));
    let consumed = |bench: &Bench, member| {
        bench.cluster.log.times(member, |fact| matches!(fact, Fact::Consumed { .. })).len()
    };
    assert_eq!(consumed(&bench, member), 3);

    // Who comes back goes on where the group is.
    bench.intervene(Intervention::Kill(member, End::Crashed));
    bench.put(line, text("Shared", "T", 0, "d")).unwrap();
    bench.intervene(Intervention::Start(member));
    bench.run(10_000);
    assert_eq!(consumed(&bench, member), 4);
    let why = picked!(Fact::Owned { queue, why, .. } => (queue.topic, queue.id, *why));
    let why = bench.cluster.log.of(member, why).into_iter().map(|(_, why)| why);
    let of_first = why.filter(|it| (it.0, it.1) == (Name::new("Shared"), 0));
    let reasons: Vec<_> = of_first.map(|(.., why)| reason(why).0).collect();
    assert_eq!(reasons, ["start_young_queue", "start_committed"]);
}

/// Broker reference 15, row 11.
#[test]
fn a_member_subscribes_its_retry_topic_without_a_filter() {
    let shared = TopicConfig::new(Name::new("Shared"), 4);
    let mut bench = Bench::with(|config| config.topics = vec![shared]);
    let config = push_config(client_config("m", "G", bench.namesrv), &[("Shared", "TagA")]);
    let member = join(&mut bench, "m", config);
    bench.cluster.run_until(5000);
    let beats = bench.cluster.requests_of(member, 34);
    let Request::Heartbeat(beat) = &beats[0].request else { panic!("34 is a heartbeat") };
    let wanted = beat.consumers[0].subscriptions.iter();
    let retry = wanted.into_iter().find(|it| it.topic == retry_topic(Name::new("G"))).unwrap();
    assert_eq!(retry.tags, TagExpression::ALL);
}
