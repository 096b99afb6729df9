//! What a request for messages is answered with, and when.
//!
//! Codes and offsets are those of the recordings `pull_statuses`, `long_poll`, `short_poll`,
//! `tag_filter` and `subscription_rules`.

use rocketscope::facts::{AnswerCode, Fact};
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::message::Body;
use rocketscope::rocketmq::remoting::{PullRequest, Request, sys_flag};

use crate::broker_kit::{
    Bench, Line, heartbeat, message, offset_of, patient, picked, pull, pulled, reason, send, text,
};

/// Five messages in queue 0 of `Pull0`, tags A B A B A.
fn five() -> (Bench, Line) {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    for (number, tag) in ["TagA", "TagB", "TagA", "TagB", "TagA"].into_iter().enumerate() {
        bench.put(line, text("Pull0", tag, 0, &format!("m{number}"))).unwrap();
    }
    (bench, line)
}

/// Broker reference 15, row 6.
#[test]
fn every_answer_without_waiting_is_the_recorded_one() {
    let (mut bench, line) = five();
    let with = |offset, tags: &str, max_messages| PullRequest {
        max_messages,
        ..pull("Pull0", 0, offset, tags)
    };
    // What is asked; code, next offset, offsets of the messages.
    let cases: [(PullRequest, u16, u64, &[u64]); 15] = [
        (with(0, "*", 32), 0, 5, &[0, 1, 2, 3, 4]),
        (with(2, "*", 32), 0, 5, &[2, 3, 4]),
        (with(4, "*", 32), 0, 5, &[4]),
        (with(5, "*", 32), 19, 5, &[]),
        (with(6, "*", 32), 21, 5, &[]),
        (with(105, "*", 32), 21, 5, &[]),
        (with(0, "*", 0), 0, 1, &[0]),
        (with(0, "*", 1), 0, 1, &[0]),
        (with(0, "*", 2), 0, 2, &[0, 1]),
        (with(0, "*", 3), 0, 3, &[0, 1, 2]),
        (with(0, "TagA", 32), 0, 5, &[0, 2, 4]),
        (with(0, "TagB || TagZ", 32), 0, 5, &[1, 3]),
        (with(0, "Nothing", 32), 20, 5, &[]),
        (with(1, "TagA", 1), 0, 3, &[2]),
        (with(3, "TagB", 1), 0, 4, &[3]),
    ];
    for (request, code, next, offsets) in cases {
        let (got, pulled) = bench.pull(line, request);
        let pulled = pulled.unwrap();
        let found: Vec<_> = pulled.messages.iter().map(|message| message.offset).collect();
        assert_eq!((got, pulled.next, found.as_slice()), (code, next, offsets), "{request:?}");
        assert_eq!((pulled.min, pulled.max), (0, 5));
    }
    for (offset, code) in [(0, 19), (7, 21)] {
        let (got, pulled) = bench.pull(line, pull("Pull0", 1, offset, "*"));
        let pulled = pulled.unwrap();
        assert_eq!((got, pulled.next, pulled.max), (code, 0, 0), "an empty queue from {offset}");
    }
    assert_eq!(bench.pull(line, pull("Pull0", 99, 0, "*")), (29, None));
    assert_eq!(bench.pull(line, pull("Nobody0", 0, 0, "*")), (17, None));
    let from_heartbeats = PullRequest { sys_flag: 0, ..pull("Pull0", 0, 0, "*") };
    assert_eq!(bench.pull(line, from_heartbeats), (24, None));
}

#[test]
fn what_does_not_match_is_stated_in_runs() {
    let (mut bench, line) = five();
    bench.put(line, text("Pull0", "TagB", 0, "m5")).unwrap();
    bench.put(line, text("Pull0", "TagB", 0, "m6")).unwrap();
    bench.pull(line, pull("Pull0", 0, 0, "TagA"));
    let skipped = bench.said(
        picked!(Fact::Skipped { offset, count, why, .. } => (*offset, *count, reason(*why).0)),
    );
    let run = |offset, count| (offset, count, "tag_mismatch");
    assert_eq!(skipped, [run(1, 1), run(3, 1), run(5, 2)]);
}

/// Broker reference 15, row 8.
#[test]
fn an_answer_has_limits_and_one_message_always_fits() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    for number in 0..40 {
        let size = if number == 0 { 300_000 } else { 10 };
        bench.put(line, send(message(number, "Limits", None, Body::Synthetic(size)), 0)).unwrap();
    }
    let all = PullRequest { max_messages: 1000, ..pull("Limits", 0, 0, "*") };
    let count = |answer: (u16, Option<rocketscope::rocketmq::remoting::Pulled>)| {
        answer.1.unwrap().messages.len()
    };
    assert_eq!(count(bench.pull(line, all)), 1, "the first is larger than the limit of 256 KiB");
    let rest = PullRequest { offset: 1, ..all };
    assert_eq!(count(bench.pull(line, rest)), 32, "maxTransferCountOnMessageInMemory");
}

#[test]
fn one_request_looks_at_800_messages_only() {
    let mut bench = Bench::with(|config| config.send_time = Spread::Fixed(SimSpan::micros(1)));
    let line = bench.connect("c", bench.broker);
    for number in 0..900 {
        let message = message(number, "Window", Some("TagA"), Body::Synthetic(1));
        bench.send(line, Request::SendMessage(std::rc::Rc::new(send(message, 0))));
    }
    bench.run(100);
    let (code, answer) = bench.pull(line, pull("Window", 0, 0, "TagB"));
    assert_eq!((code, answer.unwrap().next), (20, 800));
}

/// One message in queue 0 of `Hold0`; the broker started at −2 s, so its looks are at 3 s, 8 s, 13
/// s …
fn hold() -> (Bench, Line, Line) {
    let mut bench = Bench::new();
    let (producer, consumer) = (bench.connect("p", bench.broker), bench.connect("c", bench.broker));
    bench.put(producer, text("Hold0", "TagA", 0, "first")).unwrap();
    (bench, producer, consumer)
}

#[test]
fn a_held_pull_is_woken_by_the_first_message_that_matches() {
    let (mut bench, producer, consumer) = hold();
    let opaque = bench.send(consumer, Request::Pull(patient("Hold0", 1, "TagB", 15_000)));
    bench.run(500);
    bench.put(producer, text("Hold0", "TagA", 0, "other tag")).unwrap();
    bench.put(producer, text("Hold0", "TagB", 1, "other queue")).unwrap();
    assert_eq!(bench.reply(opaque), None);
    let before = bench.now();
    bench.put(producer, text("Hold0", "TagB", 0, "right tag")).unwrap();
    let (at, reply) = bench.reply(opaque).unwrap();
    assert!(at - before < 1.5, "a link, the send, a dispatch, the pull, a link: {}", at - before);
    let answer = pulled(&reply).unwrap();
    assert_eq!((reply.code, answer.messages[0].offset, answer.next), (0, 2, 3));
    let why = bench.said(picked!(
        Fact::Held { why, .. } | Fact::Woken { why, .. } | Fact::Answered { why, .. }
            => reason(*why)
    ));
    let expected = [("held_long", 15_000), ("woken_by_message", 1), ("answered_found", 32)];
    assert_eq!(why, expected);
}

/// Broker reference 15, row 9.
#[test]
fn a_message_with_another_tag_lets_a_held_pull_go_at_the_next_look() {
    let (mut bench, producer, consumer) = hold();
    bench.run_until(1000);
    let opaque = bench.send(consumer, Request::Pull(patient("Hold0", 1, "TagB", 15_000)));
    bench.run(500);
    bench.put(producer, text("Hold0", "TagA", 0, "other tag")).unwrap();
    bench.run_until(4000);
    let (at, reply) = bench.reply(opaque).unwrap();
    assert!((at - 3000.15).abs() < 1e-6, "pull thread and link after the look at 3 s, not {at}");
    let answer = pulled(&reply).unwrap();
    assert_eq!((reply.code, answer.next, answer.max), (20, 2, 2));
}

/// Broker reference 15, row 9.
#[test]
fn a_time_out_is_noticed_at_a_look_only() {
    let (mut bench, _, consumer) = hold();
    bench.run_until(4170);
    let short = bench.send(consumer, Request::Pull(patient("Hold0", 1, "*", 3000)));
    let long = bench.send(consumer, Request::Pull(patient("Hold0", 1, "*", 15_000)));
    bench.run_until(40_000);
    let (at, reply) = bench.reply(short).unwrap();
    assert_eq!((reply.code, at.floor()), (19, 8000.0), "the first look after 7.17 s");
    let (at, reply) = bench.reply(long).unwrap();
    assert_eq!((reply.code, at.floor()), (19, 23_000.0), "the first look after 19.17 s");
    let answered = bench.said(picked!(Fact::Answered { code, why, .. } => (*code, reason(*why))));
    let nothing = |millis| (AnswerCode::NothingNew, ("hold_timeout", millis));
    assert_eq!(answered, [nothing(3000), nothing(15_000)]);
    let offset_ahead = bench.pull(consumer, patient("Hold0", 50, "*", 3000));
    assert_eq!(offset_ahead.0, 21, "an offset beyond the end is never held");
}

#[test]
fn nothing_wakes_the_broker_while_nothing_is_held() {
    let (mut bench, ..) = hold();
    bench.run_until(11_000);
    let next: Vec<_> = bench
        .cluster
        .world
        .timers()
        .filter(|(_, node, _)| *node == bench.broker)
        .map(|(_, _, timer)| format!("{timer:?}"))
        .collect();
    assert_eq!(next, ["Broker(Register)"]);
}

#[test]
fn in_short_polling_only_the_look_of_every_second_finds_a_message() {
    let mut bench = Bench::with(|config| config.long_polling = false);
    let (producer, consumer) = (bench.connect("p", bench.broker), bench.connect("c", bench.broker));
    bench.put(producer, text("Short0", "T", 0, "first")).unwrap();
    bench.run_until(1292);
    let found = bench.send(consumer, Request::Pull(patient("Short0", 1, "*", 15_000)));
    bench.run_until(1592);
    bench.put(producer, text("Short0", "T", 0, "second")).unwrap();
    bench.run_until(2100);
    let (at, reply) = bench.reply(found).unwrap();
    assert_eq!((reply.code, at.floor()), (0, 2000.0));
    let empty = bench.send(consumer, Request::Pull(patient("Short0", 2, "*", 15_000)));
    bench.run_until(6000);
    let (at, reply) = bench.reply(empty).unwrap();
    assert_eq!((reply.code, at.floor()), (19, 4000.0), "held 1 s from 2.1 s on, seen at 4 s");
    let why = bench.said(picked!(Fact::Held { why, .. } | Fact::Woken { why, .. } => reason(*why)));
    let held = ("held_short", 1000);
    assert_eq!(why, [held, ("woken_by_short_sweep", 1000), held, ("hold_timeout_short", 1000)]);
}

/// Broker reference 15, row 10.
#[test]
fn a_pull_commits_at_its_first_pass_and_only_changes_are_stated() {
    let (mut bench, producer, consumer) = hold();
    let commits = PullRequest {
        sys_flag: sys_flag::SUBSCRIPTION | sys_flag::SUSPEND | sys_flag::COMMIT_OFFSET,
        commit_offset: 1,
        ..patient("Hold0", 1, "*", 15_000)
    };
    bench.send(consumer, Request::Pull(commits));
    bench.run(10);
    let query = Request::QueryOffset {
        group: Name::new("G"),
        topic: Name::new("Hold0"),
        queue: 0,
        or_zero: true,
    };
    assert_eq!(offset_of(&bench.ask(consumer, query.clone())), Some(1));
    let earlier = Request::UpdateOffset {
        group: Name::new("G"),
        topic: Name::new("Hold0"),
        queue: 0,
        offset: 0,
    };
    bench.ask(consumer, earlier);
    bench.put(producer, text("Hold0", "TagA", 0, "wakes")).unwrap();
    assert_eq!(offset_of(&bench.ask(consumer, query)), Some(0), "the second pass commits nothing");
    let committed =
        bench.said(picked!(Fact::Committed { offset, why, .. } => (*offset, reason(*why).0)));
    assert_eq!(committed, [(1, "commit_with_pull"), (0, "commit_period")]);
}

#[test]
fn pulls_without_a_subscription_go_by_the_groups_heartbeats() {
    let (mut bench, line) = five();
    let by_group =
        |version| PullRequest { sys_flag: 0, sub_version: version, ..pull("Pull0", 0, 0, "*") };
    assert_eq!(bench.pull(line, by_group(0)).0, 24);
    bench.ask(line, heartbeat("c@1", "G", ("Pull0", "TagB"), 7));
    let (code, answer) = bench.pull(line, by_group(7));
    assert_eq!((code, answer.unwrap().messages.len()), (0, 2));
    assert_eq!(bench.pull(line, by_group(8)), (25, None));
    let other = PullRequest { topic: Name::new("TBW102"), ..by_group(0) };
    assert_eq!(bench.pull(line, other).0, 24, "the group does not subscribe to it");
    bench.ask(line, heartbeat("c@1", "G", ("Pull0", "TagA"), 6));
    let (_, answer) = bench.pull(line, by_group(7));
    assert_eq!(answer.unwrap().messages.len(), 2, "an older subscription does not replace it");
}

#[test]
fn a_pull_that_waits_too_long_for_a_thread_gets_code_2() {
    let mut bench = Bench::with(|config| {
        config.pull_threads = 1;
        config.pull_time = Spread::Fixed(SimSpan::secs(6));
    });
    let line = bench.connect("c", bench.broker);
    bench.send(line, Request::Pull(pull("TBW102", 0, 0, "*")));
    let late = bench.send(line, Request::Pull(pull("TBW102", 0, 0, "*")));
    bench.run(7000);
    let (at, reply) = bench.reply(late).unwrap();
    assert_eq!(reply.code, 2);
    assert!((5001.0..5020.0).contains(&at), "5 s after it came at 1.1 ms, not {at}");
}

#[test]
fn who_hung_up_gets_no_answer_and_none_is_stated() {
    let (mut bench, producer, consumer) = hold();
    bench.send(consumer, Request::Pull(patient("Hold0", 1, "*", 15_000)));
    bench.run(10);
    bench.hang_up(consumer);
    bench.run(10);
    bench.put(producer, text("Hold0", "TagA", 0, "nobody listens")).unwrap();
    let count = |find: fn(&Fact) -> bool| bench.said(|fact| find(fact).then_some(())).len();
    assert_eq!(count(|fact| matches!(fact, Fact::Woken { .. })), 1);
    assert_eq!(count(|fact| matches!(fact, Fact::Answered { .. })), 0);
}
