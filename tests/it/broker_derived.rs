//! What a broker makes of messages by itself: delayed and timed ones, pops that nobody
//! acknowledged, transactions that nobody ended; and what a crash leaves of it.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::message::{Body, Message, Wired};
use rocketscope::rocketmq::properties::{Properties, UNIQ_KEY};
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::remoting::{
    AckRequest, AdminReply, AdminRequest, EndTransaction, Heartbeat, PopHandle, PopRequest, Popped,
    Reply, ReplyBody, Request, ResetOffsets, SendRequest, TagExpression,
};

use crate::broker_kit::{Bench, Line, message, offset_of, picked, pull, send};

const TOPIC: &str = "Derived";
/// The wall clock at the start, ms since 1970.
const WALL: i64 = 1_757_000_000_000;

/// A send with properties.
fn wired(properties: &[(&str, &str)]) -> SendRequest {
    let mut all = Properties::default();
    properties.iter().for_each(|(name, value)| all.set(name, value));
    let (body, flag, sys_flag, reconsume_times, prepared) = (b"body".to_vec(), 0, 0, 0, 0);
    let wired = Wired { properties: all, body, flag, sys_flag, reconsume_times, prepared };
    let message = message(0, TOPIC, None, Body::Wired(Rc::new(wired)));
    send(Message { born: WALL, ..message }, 0)
}

fn deposit(bench: &mut Bench, line: Line, properties: &[(&str, &str)]) -> (u64, u64) {
    let reply = bench.ask(line, Request::SendMessage(Rc::new(wired(properties))));
    let ReplyBody::SentWired { offset, places, .. } = reply.body else {
        panic!("the send was answered {}", reply.code)
    };
    (offset, places[0].0)
}

fn administer(bench: &mut Bench, line: Line, request: AdminRequest) -> Reply {
    bench.ask(line, Request::Admin(Rc::new(request)))
}

fn stored(bench: &mut Bench, topic: &str) -> u64 {
    let line = bench.connect("reader", bench.broker);
    let request = Request::MaxOffset { topic: Name::new(topic), queue: 0 };
    offset_of(&bench.ask(line, request)).unwrap()
}

/// Ends the broker and starts it again.
fn restart(bench: &mut Bench, end: End) {
    if end == End::Stopped {
        bench.intervene(Intervention::Tell(bench.broker, Order::Shutdown));
        bench.run(100);
    } else {
        bench.kill(end);
    }
    bench.start();
}

fn delivered_after(crash_at: u64, end: End) -> u64 {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    deposit(&mut bench, line, &[("DELAY", "1")]);
    bench.run_until(crash_at);
    assert_eq!(stored(&mut bench, TOPIC), 1);
    restart(&mut bench, end);
    bench.run(2000);
    stored(&mut bench, TOPIC)
}

#[test]
fn delay_levels_deliver_again_what_was_delivered_since_their_offsets_were_saved() {
    // The broker started at −2 s: `delayOffset.json` is written at 8 s, then every 10 s.
    assert_eq!(delivered_after(5000, End::Crashed), 2);
    assert_eq!(delivered_after(5000, End::Stopped), 1);
    assert_eq!(delivered_after(9000, End::Crashed), 1);
}

/// When the message in the real topic was stored, in ms.
fn stored_at(bench: &Bench) -> Vec<i64> {
    let real = bench.stated(picked!(Fact::Stored { queue, .. } => queue.topic));
    real.into_iter().filter(|(_, topic)| topic.as_str() == TOPIC).map(|(at, _)| at).collect()
}

#[test]
fn timed_messages_come_after_their_second_and_again_after_a_crash_before_the_next_flush() {
    for (after_delivery, end, times) in
        [(30, End::Crashed, 2), (30, End::Stopped, 1), (1200, End::Crashed, 1)]
    {
        let mut bench = Bench::new();
        let line = bench.connect("p", bench.broker);
        deposit(&mut bench, line, &[("TIMER_DELAY_MS", "1500")]);
        bench.run_until(6000);
        let at = stored_at(&bench)[0];
        assert!((1500..2700).contains(&at), "{at}");
        // The same again in a bench that ends soon after the delivery.
        let mut bench = Bench::new();
        let line = bench.connect("p", bench.broker);
        deposit(&mut bench, line, &[("TIMER_DELAY_MS", "1500")]);
        bench.run_until(at.unsigned_abs() + after_delivery);
        restart(&mut bench, end);
        bench.run(3000);
        assert_eq!(stored_at(&bench).len(), times, "{end:?} after {after_delivery} ms");
    }
}

#[test]
fn a_timed_message_that_a_power_loss_takes_is_never_delivered() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    deposit(&mut bench, line, &[("TIMER_DELAY_MS", "1500")]);
    restart(&mut bench, End::PowerLost);
    bench.run(4000);
    assert_eq!(stored(&mut bench, TOPIC), 0);
}

fn pop(in_order: bool) -> PopRequest {
    PopRequest {
        group: Name::new("Poppers"),
        topic: Name::new(TOPIC),
        queue: 0,
        most: 8,
        invisible: 4000,
        poll_millis: 0,
        born: 1_757_000_900_000,
        tags: TagExpression::ALL,
        from_last: false,
        in_order,
        attempt: None,
        only_asks: false,
    }
}

fn popped(bench: &mut Bench, line: Line, pop: PopRequest) -> (u16, Popped) {
    let reply = administer(bench, line, AdminRequest::Pop(pop));
    match reply.body {
        ReplyBody::Admin(body) => match &*body {
            AdminReply::Popped(popped) => (reply.code, popped.clone()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn acknowledge(popped: &Popped, offset: u64) -> AckRequest {
    let (group, topic) = (Name::new("Poppers"), Name::new(TOPIC));
    let start = popped.queues[0].start;
    let broker = Name::new("broker-a");
    let handle =
        PopHandle { start, popped: popped.at, invisible: 4000, revive: popped.revive, broker };
    AckRequest { group, topic, queue: 0, offsets: vec![offset], handle }
}

const RETRY: &str = "%RETRY%Poppers_Derived";

#[test]
fn what_a_pop_got_and_nobody_acknowledged_comes_again_even_after_a_crash() {
    for end in [None, Some(End::Crashed), Some(End::Stopped)] {
        let mut bench = Bench::new();
        let line = bench.connect("c", bench.broker);
        for _ in 0..3 {
            deposit(&mut bench, line, &[]);
        }
        let (code, first) = popped(&mut bench, line, pop(false));
        assert_eq!((code, first.messages.len(), first.rest), (0, 3, 0));
        let ack = AdminRequest::Ack(acknowledge(&first, 1));
        assert_eq!(administer(&mut bench, line, ack).code, 0);
        // Until the log is on the disk, and the group's offset too.
        bench.run_until(9000);
        if let Some(end) = end {
            restart(&mut bench, end);
        }
        bench.run(20_000);
        assert_eq!(stored(&mut bench, RETRY), 2, "{end:?}");
        let line = bench.connect("again", bench.broker);
        let (code, again) = popped(&mut bench, line, pop(false));
        assert_eq!((code, again.messages.len()), (0, 2), "{end:?}");
        assert_eq!(again.messages[0].reconsume_times, 1);
    }
}

#[test]
fn acknowledged_in_a_batch_nothing_comes_again() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    for _ in 0..3 {
        deposit(&mut bench, line, &[]);
    }
    let (_, first) = popped(&mut bench, line, pop(false));
    let all = AckRequest { offsets: vec![0, 1, 2, 9], ..acknowledge(&first, 0) };
    assert_eq!(administer(&mut bench, line, AdminRequest::BatchAck(vec![all])).code, 0);
    assert_eq!(administer(&mut bench, line, AdminRequest::BatchAck(vec![])).code, 208);
    bench.run(30_000);
    assert_eq!(stored(&mut bench, RETRY), 0);
}

#[test]
fn popped_in_order_a_queue_is_blocked_until_all_is_acknowledged() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    for _ in 0..3 {
        deposit(&mut bench, line, &[]);
    }
    let (_, first) = popped(&mut bench, line, PopRequest { most: 2, ..pop(true) });
    assert_eq!((first.messages.len(), first.revive), (2, 999));
    assert_eq!(first.counts, Some(vec![(0, None, 0)]));
    assert_eq!(popped(&mut bench, line, pop(true)).0, 210, "the queue is blocked");
    let wait = PopRequest { poll_millis: 1_000_000_000, ..pop(true) };
    let waits = bench.send(line, Request::Admin(Rc::new(AdminRequest::Pop(wait))));
    for offset in [1, 0] {
        let ack = AdminRequest::Ack(acknowledge(&first, offset));
        assert_eq!(administer(&mut bench, line, ack).code, 0);
    }
    let (at, _) = bench.reply(waits).expect("the last acknowledgement wakes it");
    assert!(at < bench.now());
    let query = Request::QueryOffset {
        group: Name::new("Poppers"),
        topic: Name::new(TOPIC),
        queue: 0,
        or_zero: false,
    };
    assert_eq!(offset_of(&bench.ask(line, query.clone())), Some(2));
    // Not acknowledged, the third comes again once it is visible, and is counted.
    bench.run(5000);
    let (_, third) = popped(&mut bench, line, pop(true));
    assert_eq!(third.counts, Some(vec![(0, Some(2), 1), (0, None, 1)]));
    assert_eq!(offset_of(&bench.ask(line, query)), Some(2));
}

#[test]
fn what_blocks_a_queue_survives_an_orderly_end_and_a_crash_ten_seconds_later() {
    for (waits, end, blocked) in
        [(100, End::Stopped, true), (100, End::Crashed, false), (12_000, End::Crashed, true)]
    {
        let mut bench = Bench::new();
        let line = bench.connect("c", bench.broker);
        deposit(&mut bench, line, &[]);
        let long = PopRequest { invisible: 100_000, ..pop(true) };
        popped(&mut bench, line, long);
        bench.run(waits);
        restart(&mut bench, end);
        let line = bench.connect("again", bench.broker);
        let (code, _) = popped(&mut bench, line, pop(true));
        assert_eq!(code == 210, blocked, "{end:?} after {waits} ms");
    }
}

#[test]
fn a_reset_is_told_to_the_next_pull_and_what_is_committed_before_is_ignored() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    for _ in 0..4 {
        deposit(&mut bench, line, &[]);
    }
    let (group, topic) = (Name::new("G"), Name::new(TOPIC));
    bench.pull(line, pull(TOPIC, 0, 0, "*"));
    let reset = |offset| {
        AdminRequest::ResetOffsets(ResetOffsets { group, topic, queue: 0, offset, millis: 0 })
    };
    assert_eq!(administer(&mut bench, line, reset(Some(9))).code, 1, "outside of the queue");
    assert_eq!(administer(&mut bench, line, reset(Some(1))).code, 0);
    let commit = Request::UpdateOffset { group, topic, queue: 0, offset: 3 };
    assert_eq!(bench.ask(line, commit).code, 0);
    let query = Request::QueryOffset { group, topic, queue: 0, or_zero: false };
    assert_eq!(offset_of(&bench.ask(line, query)), Some(1));
    let (code, pulled) = bench.pull(line, pull(TOPIC, 0, 4, "*"));
    assert_eq!((code, pulled.unwrap().next), (21, 1));
    assert_eq!(bench.pull(line, pull(TOPIC, 0, 4, "*")).0, 19, "only once");
}

/// A half message that is committed at once.
fn committed(bench: &mut Bench, line: Line) {
    let group = Name::new("PG");
    let heartbeat = Heartbeat { client: Name::new("p"), producers: vec![group], consumers: vec![] };
    bench.ask(line, Request::Heartbeat(Rc::new(heartbeat)));
    let properties = [("TRAN_MSG", "true"), ("PGROUP", "PG"), (UNIQ_KEY, "key")];
    let (half, physical) = deposit(bench, line, &properties);
    let end = EndTransaction { group, half, physical, decision: 8, from_check: false };
    assert_eq!(administer(bench, line, AdminRequest::EndTransaction(end)).code, 0);
}

#[test]
fn an_answer_about_a_transaction_that_was_not_written_is_lost_and_asked_for_again() {
    for (waits, asked) in [(500, 1), (7000, 0)] {
        let mut bench = Bench::new();
        let line = bench.connect("p", bench.broker);
        committed(&mut bench, line);
        assert_eq!(stored(&mut bench, TOPIC), 1, "it is committed");
        // Op records are written every 3 s.
        bench.run(waits);
        restart(&mut bench, End::Crashed);
        let line = bench.connect("p", bench.broker);
        let group = Name::new("PG");
        let (client, producers) = (Name::new("p"), vec![group]);
        let heartbeat = Heartbeat { client, producers, consumers: vec![] };
        bench.ask(line, Request::Heartbeat(Rc::new(heartbeat)));
        bench.run(40_000);
        assert_eq!(bench.pushed(line).len(), asked, "crashed after {waits} ms");
    }
}
