//! Groups: who is in, who is told, and how far they are.
//!
//! Follows the recordings `group_membership` and `consumer_offsets`.

use rocketscope::facts::Fact;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::rocketmq::remoting::{ReplyBody, Request};

use crate::broker_kit::{Bench, Line, heartbeat, offset_of, picked, pull, reason, text};

fn list(bench: &mut Bench, line: Line) -> Option<Vec<&'static str>> {
    let reply = bench.ask(line, Request::ConsumerList { group: Name::new("MG0") });
    let ReplyBody::Consumers(clients) = reply.body else {
        assert_eq!(reply.code, 1);
        return None;
    };
    Some(clients.iter().map(|name| name.as_str()).collect())
}

/// How often each line was told that the group changed, since the last look.
fn told<const N: usize>(bench: &mut Bench, lines: [Line; N]) -> [usize; N] {
    let group = Name::new("MG0");
    lines.map(|line| {
        let pushed = bench.pushed(line);
        assert!(pushed.iter().all(|push| *push == Request::ConsumerIdsChanged { group }));
        pushed.len()
    })
}

fn changes(bench: &Bench) -> Vec<(u32, &'static str)> {
    bench.said(picked!(Fact::MembersChanged { members, why, .. } => (*members, reason(*why).0)))
}

#[test]
fn all_members_are_told_of_every_change_the_newcomer_too() {
    let mut bench = Bench::new();
    let lines = ["c1", "c2", "c3"].map(|name| bench.connect(name, bench.broker));
    let beat = |number: usize| heartbeat(&format!("c{number}@1"), "MG0", ("Mem0", "*"), 1);
    assert_eq!(list(&mut bench, lines[0]), None);
    bench.ask(lines[0], beat(1));
    assert_eq!(told(&mut bench, lines), [1, 0, 0]);
    bench.ask(lines[1], beat(2));
    assert_eq!(told(&mut bench, lines), [1, 1, 0]);
    bench.ask(lines[0], beat(1));
    assert_eq!(told(&mut bench, lines), [0, 0, 0], "a heartbeat as before changes nothing");
    assert_eq!(list(&mut bench, lines[0]), Some(vec!["c1@1", "c2@1"]));
    bench.ask(lines[2], beat(3));
    assert_eq!(told(&mut bench, lines), [1, 1, 1]);
    let (client, consumer) = (Name::new("c2@1"), Some(Name::new("MG0")));
    bench.ask(lines[1], Request::UnregisterClient { client, producer: None, consumer });
    assert_eq!(told(&mut bench, lines), [1, 0, 1]);
    bench.hang_up(lines[2]);
    bench.run(10);
    assert_eq!(told(&mut bench, lines), [1, 0, 0]);
    assert_eq!(list(&mut bench, lines[0]), Some(vec!["c1@1"]));
    let expected = [
        (1, "member_joined"),
        (2, "member_joined"),
        (3, "member_joined"),
        (2, "member_left"),
        (1, "member_closed"),
    ];
    assert_eq!(changes(&bench), expected);
}

/// Broker reference 15, row 21.
#[test]
fn another_topic_is_told_and_another_expression_is_not() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    bench.ask(line, heartbeat("c@1", "MG0", ("Mem0", "*"), 1));
    bench.ask(line, heartbeat("c@1", "MG0", ("Mem0", "TagA"), 2));
    bench.ask(line, heartbeat("c@1", "MG0", ("Mem1", "TagA"), 3));
    assert_eq!(changes(&bench), [(1, "member_joined"), (1, "subscription_changed")]);
}

/// Broker reference 15, row 22.
/// Client reference 9, row 38.
#[test]
fn a_silent_member_goes_after_two_minutes_without_a_word() {
    let mut bench = Bench::new();
    let lines = ["c1", "c2"].map(|name| bench.connect(name, bench.broker));
    bench.ask(lines[0], heartbeat("c1@1", "MG0", ("Mem0", "*"), 1));
    bench.ask(lines[1], heartbeat("c2@1", "MG0", ("Mem0", "*"), 1));
    bench.run_until(60_000);
    bench.ask(lines[1], heartbeat("c2@1", "MG0", ("Mem0", "*"), 1));
    told(&mut bench, lines);
    // Looks are every 10 s from −2 s on; the first heartbeat came at 2 ms.
    bench.run_until(127_000);
    assert_eq!(list(&mut bench, lines[1]), Some(vec!["c1@1", "c2@1"]));
    bench.run_until(129_000);
    assert_eq!(list(&mut bench, lines[1]), Some(vec!["c2@1"]));
    assert_eq!(told(&mut bench, lines), [0, 0]);
    assert_eq!(changes(&bench)[2], (1, "member_expired"));
}

#[test]
fn a_first_heartbeat_makes_the_groups_retry_topic() {
    let mut bench = Bench::new();
    let (line, ns) = (bench.connect("c", bench.broker), bench.connect("r", bench.namesrv));
    assert_eq!(bench.route(ns, "%RETRY%MG0"), None);
    bench.ask(line, heartbeat("c@1", "MG0", ("Mem0", "*"), 1));
    let route = bench.route(ns, "%RETRY%MG0").unwrap();
    assert_eq!((route.brokers[0].read_queues, route.brokers[0].perm), (1, 6));
}

fn query(bench: &mut Bench, line: Line, group: &str, topic: &str) -> Result<u64, u16> {
    let (group, topic) = (Name::new(group), Name::new(topic));
    let reply = bench.ask(line, Request::QueryOffset { group, topic, queue: 0, or_zero: true });
    offset_of(&reply).ok_or(reply.code)
}

fn update(bench: &mut Bench, line: Line, group: &str, topic: &str, offset: u64) -> u16 {
    let (group, topic) = (Name::new(group), Name::new(topic));
    let offset = offset.cast_signed();
    bench.ask(line, Request::UpdateOffset { group, topic, queue: 0, offset }).code
}

/// Broker reference 15, row 20.
/// Client reference 9, row 34.
#[test]
fn offsets_are_taken_and_told_as_recorded() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    for number in 0..6 {
        bench.put(line, text("Offs0", "T", 0, &format!("m{number}"))).unwrap();
    }
    assert_eq!(query(&mut bench, line, "OG0", "Offs0"), Ok(0), "a young queue says 0");
    assert_eq!(query(&mut bench, line, "OG0", "Nobody"), Err(22));
    assert_eq!(update(&mut bench, line, "OG0", "Offs0", 3), 26, "the group is not known");
    assert_eq!(query(&mut bench, line, "OG0", "Offs0"), Ok(0));
    bench.ask(line, heartbeat("c1@1", "OG0", ("Offs0", "*"), 1));
    assert_eq!(query(&mut bench, line, "OG0", "%RETRY%OG0"), Err(22), "an empty queue");
    for offset in [3, 1, 999] {
        assert_eq!(update(&mut bench, line, "OG0", "Offs0", offset), 0);
        assert_eq!(query(&mut bench, line, "OG0", "Offs0"), Ok(offset), "the last writer wins");
    }
    assert_eq!(update(&mut bench, line, "OG0", "Nobody", 1), 17);
    assert_eq!(update(&mut bench, line, "G", "Offs0", 1), 26);
    bench.pull(line, pull("Offs0", 0, 0, "*"));
    assert_eq!(update(&mut bench, line, "G", "Offs0", 1), 0, "a pull made the group known");
    let ends = [(true, 6), (false, 0)];
    for (is_max, end) in ends {
        let (topic, queue) = (Name::new("Offs0"), 0);
        let max = Request::MaxOffset { topic, queue };
        let request = if is_max { max } else { Request::MinOffset { topic, queue } };
        assert_eq!(bench.ask(line, request).body, ReplyBody::Offset(end));
    }
}

#[test]
fn a_crash_loses_the_offsets_of_the_last_seconds() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    bench.put(line, text("Offs0", "T", 0, "m")).unwrap();
    bench.ask(line, heartbeat("c1@1", "OG0", ("Offs0", "*"), 1));
    // First written 10 s after the start, which is 8 s after time 0; then every 5 s.
    update(&mut bench, line, "OG0", "Offs0", 1);
    bench.run_until(7900);
    update(&mut bench, line, "OG0", "Offs0", 2);
    bench.run_until(8100);
    update(&mut bench, line, "OG0", "Offs0", 3);
    bench.run_until(12_900);
    bench.kill(End::Crashed);
    bench.start();
    let line = bench.connect("c again", bench.broker);
    assert_eq!(query(&mut bench, line, "OG0", "Offs0"), Ok(2));
}
