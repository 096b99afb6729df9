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
    AckRequest, AdminReply, AdminRequest, EndTransaction, Heartbeat, Packet, PopHandle, PopKind,
    PopRequest, Popped, Recall, RecallHandle, Reply, ReplyBody, Request, ResetOffsets, SendRequest,
    TagExpression,
};

use crate::broker_kit::{Bench, Line, message, offset_of, picked, pull, reason, send};

pub(crate) const TOPIC: &str = "Derived";
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

pub(crate) fn deposit(bench: &mut Bench, line: Line, properties: &[(&str, &str)]) -> (u64, u64) {
    let reply = bench.ask(line, Request::SendMessage(Rc::new(wired(properties))));
    let ReplyBody::SentWired { offset, places, .. } = reply.body else {
        panic!("the send was answered {}", reply.code)
    };
    (offset, places[0].0)
}

pub(crate) fn administer(bench: &mut Bench, line: Line, request: AdminRequest) -> Reply {
    bench.ask(line, Request::Admin(Rc::new(request)))
}

pub(crate) fn stored(bench: &mut Bench, topic: &str) -> u64 {
    let line = bench.connect("reader", bench.broker);
    let request = Request::MaxOffset { topic: Name::new(topic), queue: 0 };
    offset_of(&bench.ask(line, request)).unwrap()
}

/// Ends the broker and starts it again.
pub(crate) fn restart(bench: &mut Bench, end: End) {
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

/// Broker reference 15, row 15.
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

/// Broker reference 15, row 16.
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

pub(crate) fn pop(in_order: bool) -> PopRequest {
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
        kind: PopKind::Pops,
    }
}

pub(crate) fn popped(bench: &mut Bench, line: Line, pop: PopRequest) -> (u16, Popped) {
    let reply = administer(bench, line, AdminRequest::Pop(pop));
    let ReplyBody::Admin(body) = reply.body else { panic!("answered {}", reply.code) };
    let AdminReply::Popped(popped) = &*body else { panic!("answered {}", reply.code) };
    (reply.code, popped.clone())
}

pub(crate) fn acknowledge(popped: &Popped, offset: u64) -> AckRequest {
    let (group, topic) = (Name::new("Poppers"), Name::new(TOPIC));
    let start = popped.queues[0].start;
    let broker = Name::new("broker-a");
    let handle =
        PopHandle { start, popped: popped.at, invisible: 4000, revive: popped.revive, broker };
    AckRequest { group, topic, queue: 0, offsets: vec![offset], handle }
}

pub(crate) const RETRY: &str = "%RETRY%Poppers_Derived";

/// Broker reference 15, row 23.
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
        AdminRequest::ResetOffsets(ResetOffsets {
            group,
            topic,
            queue: 0,
            offset,
            millis: 0,
            force: false,
            for_c: false,
        })
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
pub(crate) fn committed(bench: &mut Bench, line: Line) {
    let group = Name::new("PG");
    let heartbeat = Heartbeat { client: Name::new("p"), producers: vec![group], consumers: vec![] };
    bench.ask(line, Request::Heartbeat(Rc::new(heartbeat)));
    let properties = [("TRAN_MSG", "true"), ("PGROUP", "PG"), (UNIQ_KEY, "key")];
    let (half, physical) = deposit(bench, line, &properties);
    let end = EndTransaction { group, half, physical, decision: 8, from_check: false };
    assert_eq!(administer(bench, line, AdminRequest::EndTransaction(end)).code, 0);
}

/// Broker reference 15, row 17.
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

#[test]
fn a_timed_message_is_taken_back_by_its_handle_where_that_is_allowed() {
    for allowed in [true, false] {
        let mut bench = Bench::with(|config| config.rules.recall = allowed);
        let line = bench.connect("p", bench.broker);
        let timed = wired(&[("TIMER_DELAY_MS", "4000"), (UNIQ_KEY, "key")]);
        let reply = bench.ask(line, Request::SendMessage(Rc::new(timed)));
        let ReplyBody::SentWired { recall: Some(handle), .. } = reply.body else {
            panic!("no handle")
        };
        let (group, topic) = (Name::new("PG"), Name::new(TOPIC));
        let recall = Recall { group, topic, handle: Some(*handle.clone()) };
        let code = administer(&mut bench, line, AdminRequest::Recall(recall)).code;
        assert_eq!(code, if allowed { 0 } else { 16 });
        let other = RecallHandle { broker: Name::new("other"), ..*handle };
        let recall = Recall { group, topic, handle: Some(other) };
        let code = administer(&mut bench, line, AdminRequest::Recall(recall)).code;
        assert_eq!(code, if allowed { 604 } else { 16 });
        bench.run(8000);
        assert_eq!(stored(&mut bench, TOPIC), u64::from(!allowed));
    }
}

#[test]
fn a_reply_is_answered_once_its_receiver_took_it_or_was_silent_for_10_s() {
    for takes in [true, false] {
        let mut bench = Bench::new();
        let asker = bench.connect("asker", bench.broker);
        let (client, producers) = (Name::new("asker"), vec![Name::new("Askers")]);
        let heartbeat = Heartbeat { client, producers, consumers: vec![] };
        bench.ask(asker, Request::Heartbeat(Rc::new(heartbeat)));
        let line = bench.connect("p", bench.broker);
        deposit(&mut bench, line, &[]);
        let reply = Rc::new(wired(&[("REPLY_TO_CLIENT", "asker")]));
        let request = Request::Admin(Rc::new(AdminRequest::SendReply(reply, 325)));
        let asked = bench.send(line, request);
        bench.run(30);
        assert_eq!(bench.pushed(asker).len(), 1);
        assert!(bench.reply(asked).is_none());
        if takes {
            let packet = Packet::Reply { opaque: 0, to: 326, reply: Reply::code(0) };
            let (from, conn) = (asker.node, asker.conn);
            bench.intervene(Intervention::Packet { from, conn, packet });
        }
        bench.run(if takes { 30 } else { 10_000 });
        let (_, reply) = bench.reply(asked).expect("it is answered");
        assert_eq!(reply.code, u16::from(!takes));
        assert_eq!(stored(&mut bench, TOPIC), 2, "it is stored in any case");
    }
}

#[test]
fn peeks_take_nothing_and_questions_tell_what_is_there_and_who_waits() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    deposit(&mut bench, line, &[]);
    let of_kind = |kind| PopRequest { kind, ..pop(false) };
    for _ in 0..2 {
        let (code, peeked) = popped(&mut bench, line, of_kind(PopKind::Peeks));
        assert_eq!((code, peeked.messages.len(), peeked.rest), (0, 1, 1));
    }
    let told = |bench: &mut Bench, kind| {
        let reply = administer(bench, line, AdminRequest::Pop(of_kind(kind)));
        let ReplyBody::Admin(body) = reply.body else { panic!("answered {}", reply.code) };
        body
    };
    let yes = AdminReply::Notified { has_messages: true, is_full: false };
    assert_eq!(*told(&mut bench, PopKind::Asks), yes);
    popped(&mut bench, line, pop(false));
    let no = AdminReply::Notified { has_messages: false, is_full: false };
    assert_eq!(*told(&mut bench, PopKind::Asks), no);
    let wait = PopRequest { poll_millis: 1_000_000_000, ..pop(false) };
    bench.send(line, Request::Admin(Rc::new(AdminRequest::Pop(wait))));
    bench.run(10);
    assert_eq!(*told(&mut bench, PopKind::Counts), AdminReply::Waiting(1));
    assert_eq!(popped(&mut bench, line, of_kind(PopKind::Peeks)).0, 19);
}

/// The swarm found it (seed 9887): the broker seemed to have forgotten it when it ended.
#[test]
fn who_waits_for_a_pop_and_is_gone_is_passed_over_which_is_stated() {
    let woken = |hangs_up: bool| {
        let mut bench = Bench::new();
        let (line, waits) = (bench.connect("p", bench.broker), bench.connect("c", bench.broker));
        deposit(&mut bench, line, &[]);
        popped(&mut bench, line, pop(false));
        let wait = PopRequest { poll_millis: 1_000_000_000, ..pop(false) };
        bench.send(waits, Request::Admin(Rc::new(AdminRequest::Pop(wait))));
        bench.run(10);
        if hangs_up {
            bench.hang_up(waits);
            bench.run(10);
        }
        deposit(&mut bench, line, &[]);
        bench.run(10);
        bench.said(picked!(Fact::Woken { why, .. } => reason(*why).0))
    };
    assert_eq!([woken(true), woken(false)], [["peer_gone"], ["woken_pop"]]);
}

#[test]
fn sums_of_what_was_stored_are_those_between_samples_of_ten_seconds() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    let (name, key) = (Name::new("TOPIC_PUT_NUMS"), Name::new(TOPIC));
    let asks = || AdminRequest::TopicStatistics { name, key };
    assert_eq!(administer(&mut bench, line, asks()).code, 1, "nothing was stored");
    deposit(&mut bench, line, &[]);
    bench.run_until(9000);
    for _ in 0..3 {
        deposit(&mut bench, line, &[]);
    }
    bench.run_until(30_000);
    let reply = administer(&mut bench, line, asks());
    let ReplyBody::Admin(body) = reply.body else { panic!("answered {}", reply.code) };
    // The broker started at −2 s: it samples at 8 s, 18 s and 28 s; nothing was there at −2 s.
    let AdminReply::Statistics([minute, hour, _]) = *body else { panic!("no sums") };
    assert_eq!((minute, hour), ((4, 4, 30_000), (0, 0, 0)));
}

#[test]
fn each_wait_and_its_end_is_stated_with_its_setting() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    deposit(&mut bench, line, &[("DELAY", "1")]);
    deposit(&mut bench, line, &[("TIMER_DELAY_MS", "1500")]);
    committed(&mut bench, line);
    bench.run_until(5000);
    let waits = bench.said(picked!(Fact::Postponed { wait, why, .. } => {
        (wait.as_millis(), reason(*why))
    }));
    let transaction = ("transaction_open", 6000);
    let expected = [(1000, ("delay_level", 1)), (1500, ("timer_set", 1000)), (0, transaction)];
    assert_eq!(waits, expected);
    let due = bench.said(picked!(Fact::Due { why, .. } => reason(*why)));
    let expected = [("transaction_committed", 0), ("delay_over", 100), ("timer_over", 1000)];
    assert_eq!(due, expected);
    let (_, first) = popped(&mut bench, line, PopRequest { most: 2, ..pop(false) });
    administer(&mut bench, line, AdminRequest::Ack(acknowledge(&first, 0)));
    bench.run(20_000);
    let settled = bench.said(picked!(Fact::Settled { why, .. } => reason(*why).0));
    assert_eq!(settled, ["transaction_committed", "pop_acknowledged"]);
    let again = bench.said(picked!(Fact::Retried { attempt, why, .. } => (*attempt, reason(*why))));
    assert_eq!(again, [(1, ("revived", 1000))]);
}
