//! Subtle behaviours of what a broker makes of messages later: delayed and timed ones,
//! transactions, and the difference that administrators see.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::name::Name;
use rocketscope::rocketmq::config::BrokerRole;
use rocketscope::rocketmq::message::Message;
use rocketscope::rocketmq::remoting::{
    AdminReply, AdminRequest, EndTransaction, Heartbeat, ReplyBody, Request, SendRequest,
};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, Line, heartbeat, picked, text};
use crate::subtle_kit::{administer, clock, count, deposit, read, wired};

const GIVEN_UP: &str = "TRANS_CHECK_MAX_TIME_TOPIC";

/// Broker reference 15, row 15.
#[test]
fn what_was_delayed_says_so_for_ever_and_waits_for_nobody_a_second_time() {
    let mut bench = Bench::with(|master| {
        master.ha.role = BrokerRole::SyncMaster;
        master.ha.in_sync_replicas = 2;
        master.topics = vec![TopicConfig::new(Name::new("Later"), 1)];
    });
    let line = bench.connect("p", bench.broker);
    let send = Request::SendMessage(Rc::new(wired("Later", &[("DELAY", "2")])));
    let opaque = bench.send(line, send);
    bench.run(8000);
    assert_eq!(bench.reply(opaque).unwrap().1.code, 12, "no slave is there");
    assert_eq!(bench.said(picked!(Fact::SafetyAwaited { .. } => ())).len(), 1, "the send's own");
    let delivered = read(&mut bench, line, "Later", 0).remove(0);
    let kept = &delivered.message.wired().unwrap().properties;
    let three = ["DELAY", "REAL_TOPIC", "REAL_QID"].map(|name| kept.get(name));
    assert_eq!(three, [Some("2"), Some("Later"), Some("0")]);
}

/// When messages came into a topic, ms after time 0.
fn stored_at(bench: &Bench, topic: &str) -> Vec<i64> {
    let stored = bench.stated(picked!(Fact::Stored { queue, .. } => queue.topic));
    let of_topic = stored.into_iter().filter(|(_, of)| of.as_str() == topic);
    of_topic.map(|(at, _)| at).collect()
}

/// Broker reference 15, row 16.
#[test]
fn a_deadline_on_the_second_is_met_within_it_and_none_is_further_than_three_days() {
    for late in [0, 1, 500, 999] {
        let mut bench = Bench::new();
        let line = bench.connect("p", bench.broker);
        let wall = read_clock(&mut bench, line);
        let zero = wall - clock(&bench).cast_signed();
        let deadline = (wall / 1000 + 5) * 1000 + late;
        let deliver = deadline.to_string();
        deposit(&mut bench, line, wired("Timed", &[("TIMER_DELIVER_MS", &deliver)]));
        bench.run(8000);
        let waited = stored_at(&bench, "Timed")[0] + zero - deadline;
        assert!((0..1200).contains(&waited), "{waited} ms after a deadline at .{late:03}");
    }
    for (hours, taken) in [(71, true), (73, false)] {
        let mut bench = Bench::new();
        let line = bench.connect("p", bench.broker);
        let seconds = (hours * 3600).to_string();
        let timed = wired("Timed", &[("TIMER_DELAY_SEC", &seconds)]);
        let code = bench.ask(line, Request::SendMessage(Rc::new(timed))).code;
        assert_eq!(code, if taken { 0 } else { 13 }, "{hours} h");
    }
}

/// The broker's wall clock, as a store time tells it.
fn read_clock(bench: &mut Bench, line: Line) -> i64 {
    bench.put(line, text("Clock", "T", 0, "x")).unwrap();
    let stored = read(bench, line, "Clock", 0)[0].store_time;
    let at = bench.stated(picked!(Fact::Stored { .. } => ()))[0].0;
    stored + clock(bench).cast_signed() - at
}

/// A half message of the group PG that says when it was born, ms after now.
fn half(bench: &mut Bench, line: Line, born: i64) -> (u64, u64) {
    let send = wired("Paid", &[("TRAN_MSG", "true"), ("PGROUP", "PG")]);
    let born = read_clock(bench, line) + born;
    let message = Message { born, ..send.message.clone() };
    deposit(bench, line, SendRequest { message, ..send })
}

fn produce(bench: &mut Bench, line: Line) {
    let (client, producers) = (Name::new("p@1"), vec![Name::new("PG")]);
    let heartbeat = Heartbeat { client, producers, consumers: vec![] };
    bench.ask(line, Request::Heartbeat(Rc::new(heartbeat)));
}

/// Broker reference 15, row 17.
#[test]
fn a_transaction_that_is_committed_twice_is_delivered_twice() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    let (half, physical) = half(&mut bench, line, 0);
    let group = Name::new("PG");
    for times in 1..=2 {
        let end = EndTransaction { group, half, physical, decision: 8, from_check: false };
        administer(&mut bench, line, AdminRequest::EndTransaction(end));
        assert_eq!(count(&mut bench, line, "Paid"), times);
    }
    assert_eq!(count(&mut bench, line, "RMQ_SYS_TRANS_OP_HALF_TOPIC"), 0, "nothing is noted yet");
    bench.run(6500);
    assert_eq!(count(&mut bench, line, "RMQ_SYS_TRANS_OP_HALF_TOPIC"), 1);
}

/// Broker reference 15, row 18.
#[test]
fn a_transactions_age_is_by_its_clients_clock() {
    // Sent 2 s before a round: too young, unless its client's clock is behind, or ahead.
    for (born, asked) in [(0, 0), (-10_000, 1), (3_600_000, 1)] {
        let mut bench = Bench::new();
        let line = bench.connect("p", bench.broker);
        bench.run_until(26_000);
        produce(&mut bench, line);
        half(&mut bench, line, born);
        bench.run_until(34_000);
        assert_eq!(bench.pushed(line).len(), asked, "born {born} ms from now");
    }
}

/// Broker reference 15, row 19.
#[test]
fn fifteen_questions_are_counted_though_nobody_is_there_and_then_the_half_is_given_up() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    half(&mut bench, line, 0);
    let asked = |bench: &Bench| bench.said(picked!(Fact::Retried { attempt, .. } => *attempt));
    bench.run_until(470_000);
    assert_eq!(asked(&bench), (1..=15).collect::<Vec<_>>());
    assert_eq!(count(&mut bench, line, GIVEN_UP), 0);
    bench.run_until(530_000);
    assert_eq!((asked(&bench).len(), count(&mut bench, line, GIVEN_UP)), (15, 1));
}

/// Broker reference 15, row 33.
#[test]
fn the_difference_counts_what_nobody_wants_and_takes_no_offset_for_zero() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    for queue in [0, 0, 0, 1, 1] {
        bench.put(line, text("Diff", "TagA", queue, "x")).unwrap();
    }
    bench.ask(line, heartbeat("c@1", "G", ("Diff", "TagB"), 1));
    let (group, topic) = (Name::new("G"), Name::new("Diff"));
    bench.ask(line, Request::UpdateOffset { group, topic, queue: 0, offset: 2 });
    let stats = AdminRequest::ConsumeStats { group, topics: vec![topic], named: false };
    let reply = administer(&mut bench, line, stats);
    let ReplyBody::Admin(body) = reply.body else { panic!("answered {}", reply.code) };
    let AdminReply::ConsumeStats(queues, _) = &*body else { panic!("no progress") };
    let of_queue = |at: usize| (queues[at].broker, queues[at].consumer);
    assert_eq!([of_queue(0), of_queue(1), of_queue(2)], [(3, 2), (2, 0), (0, 0)]);
    let difference: u64 = queues.iter().map(|queue| queue.broker - queue.consumer).sum();
    assert_eq!(difference, 3);
}
