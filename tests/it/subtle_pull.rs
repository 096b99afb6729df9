//! Subtle behaviours of pulls and filters: windows, wakes, colliding tags, SQL92's accidents.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::message::Body;
use rocketscope::rocketmq::remoting::{PullRequest, Request, TagExpression, sys_flag};
use rocketscope::rocketmq::topic::{java_hash, retry_topic};

use crate::broker_kit::{
    Bench, Line, message, offset_of, patient, picked, pull, pulled, send, text,
};
use crate::client_kit::{client_config, push_config};
use crate::subtle_kit::{deposit, join, wired};

/// Broker reference 15, row 7.
#[test]
fn a_selective_subscription_asks_at_once_for_each_window_and_is_held_at_the_end_only() {
    let mut bench = Bench::with(|config| config.send_time = Spread::Fixed(SimSpan::micros(1)));
    let line = bench.connect("c", bench.broker);
    for seq in 0..1700 {
        let message = message(seq, "Window", Some("TagA"), Body::Synthetic(1));
        bench.send(line, Request::SendMessage(Rc::new(send(message, 0))));
    }
    bench.run(200);
    for (from, next) in [(0, 800), (800, 1600), (1600, 1700)] {
        let (code, answer) = bench.pull(line, patient("Window", from, "TagB", 15_000));
        assert_eq!((code, answer.unwrap().next), (20, next), "answered, though it may be held");
    }
    let held = bench.send(line, Request::Pull(patient("Window", 1700, "TagB", 15_000)));
    bench.run(1000);
    assert_eq!(bench.reply(held), None);
    assert_eq!(bench.said(picked!(Fact::Held { offset, .. } => *offset)), [1700]);
}

/// Broker reference 15, row 10.
#[test]
fn a_pull_whose_time_is_over_is_answered_without_a_second_hold_or_commit() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    bench.put(line, text("Woken", "T", 0, "first")).unwrap();
    let (group, topic) = (Name::new("G"), Name::new("Woken"));
    let commits = PullRequest {
        sys_flag: sys_flag::SUBSCRIPTION | sys_flag::SUSPEND | sys_flag::COMMIT_OFFSET,
        commit_offset: 1,
        ..patient("Woken", 1, "*", 3000)
    };
    let opaque = bench.send(line, Request::Pull(commits));
    bench.run(10);
    bench.ask(line, Request::UpdateOffset { group, topic, queue: 0, offset: 0 });
    bench.run(20_000);
    let (_, reply) = bench.reply(opaque).unwrap();
    assert_eq!((reply.code, pulled(&reply).unwrap().next), (19, 1));
    let count = |find: fn(&Fact) -> bool| bench.said(|fact| find(fact).then_some(())).len();
    assert_eq!(count(|fact| matches!(fact, Fact::Held { .. })), 1);
    assert_eq!(count(|fact| matches!(fact, Fact::Woken { .. })), 1);
    let query = Request::QueryOffset { group, topic, queue: 0, or_zero: false };
    assert_eq!(offset_of(&bench.ask(line, query)), Some(0), "committed at its first pass only");
}

/// Broker reference 15, row 11.
#[test]
fn tags_of_one_hash_travel_to_the_client_and_the_retry_topic_is_not_filtered() {
    assert_eq!(java_hash("Aa"), java_hash("BB"));
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    for tag in ["Aa", "BB", "BB", "C"] {
        bench.put(line, text("Hash", tag, 0, tag)).unwrap();
    }
    let answer = bench.pull(line, pull("Hash", 0, 0, "Aa")).1.unwrap();
    let offsets: Vec<_> = answer.messages.iter().map(|message| message.offset).collect();
    assert_eq!((offsets, answer.next), (vec![0, 1, 2], 4));

    let config = push_config(client_config("c", "RG", bench.namesrv), &[("Hash", "Aa")]);
    let client = join(&mut bench, "c", config);
    bench.run(3000);
    bench.put(line, text(retry_topic(Name::new("RG")).as_str(), "Other", 0, "again")).unwrap();
    bench.run(60_000);
    let dropped = picked!(Fact::FilteredOut { offset, .. } => *offset);
    let dropped: Vec<_> =
        bench.cluster.log.of(client, dropped).into_iter().map(|it| it.1).collect();
    assert_eq!(dropped, [1, 2], "the client looks at the text");
    let consumed = picked!(Fact::Consumed { queue, offset, .. } => (queue.topic.as_str(), *offset));
    let consumed = bench.cluster.log.of(client, consumed).into_iter().map(|it| it.1);
    assert_eq!(consumed.collect::<Vec<_>>(), [("Hash", 0), ("%RETRY%RG", 0)]);
    let (group, topic) = (Name::new("RG"), Name::new("Hash"));
    let query = Request::QueryOffset { group, topic, queue: 0, or_zero: false };
    assert_eq!(offset_of(&bench.ask(line, query)), Some(4), "what was dropped counts as done");
}

/// What an expression finds among messages with the property `a` (and `b = x`): their offsets, or
/// the code of its refusal.
fn found(bench: &mut Bench, line: Line, sql: &str) -> Result<Vec<u64>, u16> {
    let tags = TagExpression::sql(sql);
    let (code, answer) = bench.pull(line, PullRequest { tags, ..pull("Sql", 0, 0, "*") });
    match (code, answer) {
        (0 | 20, Some(answer)) => Ok(answer.messages.iter().map(|it| it.offset).collect()),
        _ => Err(code),
    }
}

/// Broker reference 15, row 32.
#[test]
fn sql_negates_tightly_and_one_failed_conversion_kills_the_whole_expression() {
    let mut bench = Bench::with(|config| config.rules.property_filter = true);
    let line = bench.connect("c", bench.broker);
    for a in ["5", "6", "x"] {
        deposit(&mut bench, line, wired("Sql", &[("a", a), ("b", "x")]));
    }
    // A bare property is FALSE, so NOT a is TRUE, which is not FALSE whatever a is.
    let cases: [(&str, Result<Vec<u64>, u16>); 8] = [
        ("a = 5", Ok(vec![0])),
        ("NOT (a = 5)", Ok(vec![1])),
        ("NOT a = TRUE", Ok(vec![0, 1, 2])),
        ("NOT a = FALSE", Ok(vec![])),
        ("a <> 5", Ok(vec![1])),
        ("a = 5 OR b = 'x'", Ok(vec![0, 1])),
        ("b = 'x' OR a = 5", Ok(vec![0, 1, 2])),
        ("a > 0.0", Err(23)),
    ];
    for (sql, expected) in cases {
        assert_eq!(found(&mut bench, line, sql), expected, "{sql}");
    }
}
