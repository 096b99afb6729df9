//! Subtle behaviours of messages that come again: what a copy keeps, when it is given up, how long
//! it waits; and whom a broker asks about a transaction.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::name::Name;
use rocketscope::rocketmq::message::Message;
use rocketscope::rocketmq::remoting::{
    AdminRequest, Heartbeat, Request, SendRequest, TagExpression,
};
use rocketscope::rocketmq::topic_names::SCHEDULE;

use crate::broker_kit::{Bench, Line, picked, reason};
use crate::subtle_kit::{administer, clock, count, count_in, deposit, edited, read, wired};

const RETRY: &str = "%RETRY%RG";
const DEAD: &str = "%DLQ%RG";
/// The longest delay, 2 h, and a look.
const LONGEST: u64 = 7_200_500;

/// Gives the message at a place back, and says its delay level and how often it may come.
fn back(bench: &mut Bench, line: Line, physical: u64, (level, most): (i32, Option<i32>)) {
    let group = Name::new("RG");
    let back = AdminRequest::SendBack { group, physical, level, max_reconsume: most };
    assert_eq!(administer(bench, line, back).code, 0);
}

/// A message that was given back so often before.
fn tried(topic: &str, times: i32) -> SendRequest {
    edited(topic, &[("TAGS", "TagB")], |wired| wired.reconsume_times = times)
}

/// Broker reference 15, row 13.
#[test]
fn given_back_a_message_is_dead_at_16_and_sent_to_its_retry_topic_only_above() {
    for (times, level, dead) in [(15, 0, 0), (16, 0, 1), (0, -1, 1)] {
        let mut bench = Bench::new();
        let line = bench.connect("c", bench.broker);
        let (_, physical) = deposit(&mut bench, line, tried("Sent", times));
        back(&mut bench, line, physical, (level, None));
        bench.run(10);
        assert_eq!(count(&mut bench, line, DEAD), dead, "given back after {times}, level {level}");
    }
    for (times, dead) in [(16, 0), (17, 1)] {
        let mut bench = Bench::new();
        let line = bench.connect("c", bench.broker);
        deposit(&mut bench, line, tried(RETRY, times));
        bench.run(10);
        let both = (count(&mut bench, line, RETRY), count(&mut bench, line, DEAD));
        assert_eq!(both, (1 - dead, dead), "sent after {times}");
    }
}

/// Broker reference 15, row 13.
#[test]
fn a_group_that_holds_a_queue_has_its_retries_among_the_dead_at_once() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    let queues = vec![(Name::new("Sent"), Name::new("broker-a"), 0)];
    let (group, client) = (Name::new("RG"), Name::new("c@1"));
    administer(&mut bench, line, AdminRequest::LockQueues { group, client, queues });
    deposit(&mut bench, line, tried(RETRY, 0));
    bench.run(10);
    assert_eq!((count(&mut bench, line, RETRY), count(&mut bench, line, DEAD)), (0, 1));
    let why = bench.said(picked!(Fact::Dead { why, .. } => reason(*why).0));
    assert_eq!(why, ["holds_queues"]);
    bench.run(60_000);
    deposit(&mut bench, line, tried(RETRY, 0));
    bench.run(10);
    assert_eq!((count(&mut bench, line, RETRY), count(&mut bench, line, DEAD)), (1, 1));
}

/// Broker reference 15, row 14.
#[test]
fn a_retry_is_a_copy_in_another_topic_ten_seconds_later_with_its_old_birth_and_tag() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    let compressed = edited("Sent", &[("TAGS", "TagB")], |wired| wired.sys_flag = 1);
    let born = 1_700_000_012_345;
    let message = Message { born, ..compressed.message.clone() };
    let sent = SendRequest { message, ..compressed };
    deposit(&mut bench, line, wired("Sent", &[]));
    let (offset, physical) = deposit(&mut bench, line, sent);
    let at = clock(&bench);
    back(&mut bench, line, physical, (0, None));
    bench.run(10);
    assert_eq!(count_in(&mut bench, line, (SCHEDULE, 2)), 1, "level 3 has the third queue");
    bench.run_until(at + 9_950);
    assert_eq!(count(&mut bench, line, RETRY), 0);
    bench.run_until(at + 10_150);
    let copy = read(&mut bench, line, RETRY, 0).remove(0);
    assert_eq!((offset, copy.offset), (1, 0));
    assert!(physical < copy.physical);
    assert_eq!((copy.message.born, copy.reconsume_times), (born, 1));
    assert_eq!(copy.message.wired().unwrap().sys_flag, 1);
    assert!(TagExpression::new("TagB").matches(copy.message.template.tag));
}

/// Client reference 9, row 30.
#[test]
fn a_message_that_always_fails_is_delivered_seventeen_times_and_then_dead() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    let (_, mut physical) = deposit(&mut bench, line, wired("Sent", &[]));
    for retry in 0..16 {
        back(&mut bench, line, physical, (0, None));
        bench.run(LONGEST);
        assert_eq!(count(&mut bench, line, RETRY), retry + 1);
        physical = read(&mut bench, line, RETRY, retry)[0].physical;
    }
    assert_eq!(count(&mut bench, line, DEAD), 0, "one delivery and sixteen retries");
    back(&mut bench, line, physical, (0, None));
    bench.run(LONGEST);
    assert_eq!((count(&mut bench, line, RETRY), count(&mut bench, line, DEAD)), (16, 1));
}

/// Broker reference 15, row 35.
#[test]
fn a_level_above_18_is_18_for_messages_and_for_retries() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    let longest = (SCHEDULE, 17);
    deposit(&mut bench, line, wired("Sent", &[("DELAY", "25")]));
    bench.run(10);
    assert_eq!(count_in(&mut bench, line, longest), 1);
    for (times, waits) in [(14, 1), (15, 2), (16, 3), (40, 4)] {
        let (_, physical) = deposit(&mut bench, line, tried("Other", times));
        back(&mut bench, line, physical, (0, Some(100)));
        bench.run(10);
        assert_eq!(count_in(&mut bench, line, longest), waits, "given back after {times}");
    }
    bench.run(7_190_000);
    assert_eq!(count(&mut bench, line, "Sent"), 0);
    bench.run(15_000);
    assert_eq!(count(&mut bench, line, "Sent"), 1, "after 2 h");
}

/// Broker reference 15, row 30.
#[test]
fn every_process_of_a_producers_group_is_asked_about_a_transaction_in_turn() {
    let mut bench = Bench::new();
    let lines = ["p1", "p2", "p3"].map(|name| bench.connect(name, bench.broker));
    let beat = |bench: &mut Bench| {
        for line in lines {
            let client = Name::new(&format!("{:?}", line.conn));
            let producers = vec![Name::new("TG")];
            let heartbeat = Heartbeat { client, producers, consumers: vec![] };
            bench.ask(line, Request::Heartbeat(Rc::new(heartbeat)));
        }
    };
    beat(&mut bench);
    // Nobody but the first one knows of it.
    let half = wired("Paid", &[("TRAN_MSG", "true"), ("PGROUP", "TG")]);
    let message = Message { born: 1_757_000_003_000, ..half.message.clone() };
    deposit(&mut bench, lines[0], SendRequest { message, ..half });
    let mut asked = Vec::new();
    for _ in 0..12 {
        bench.run(30_000);
        beat(&mut bench);
        let pushed = lines.map(|line| bench.pushed(line).len());
        if pushed.iter().sum::<usize>() > 0 {
            asked.push(pushed);
        }
    }
    assert!(asked.len() >= 6, "{asked:?}");
    for turn in asked.windows(3) {
        let sums: Vec<usize> = (0..3).map(|line| turn.iter().map(|it| it[line]).sum()).collect();
        assert_eq!(sums, [1, 1, 1], "{asked:?}");
    }
}
