//! What a broker does by itself goes on: after its process stood still over the moment at which it
//! had something to do, and where what it was to go on with was deleted.

use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::remoting::{AdminRequest, PopRequest, Request};

use crate::broker_clean::{fill, five_messages, small_files};
use crate::broker_derived::{
    RETRY, TOPIC, acknowledge, administer, committed, deposit, pop, popped, stored,
};
use crate::broker_kit::{Bench, offset_of};

const HALF: &str = "RMQ_SYS_TRANS_HALF_TOPIC";
const OPEN: [(&str, &str); 2] = [("TRAN_MSG", "true"), ("PGROUP", "PG")];

/// The broker's process stands still for so many ms.
fn stands_still(bench: &mut Bench, millis: u64) {
    bench.intervene(Intervention::Pause(bench.broker, SimSpan::millis(millis)));
    bench.run(millis);
}

/// Looks of cleaning fall at 58 s and every 10 s: all files but the last are deleted.
fn deletes_all_but_the_last_file(bench: &mut Bench) {
    five_messages(bench);
    fill(bench, 86);
    bench.run_until(58_000);
    fill(bench, 0);
}

fn first(bench: &mut Bench, topic: &str, queue: u32) -> u64 {
    let line = bench.connect("reader", bench.broker);
    let request = Request::MinOffset { topic: Name::new(topic), queue };
    offset_of(&bench.ask(line, request)).expect("the queue is there")
}

#[test]
fn delayed_and_timed_messages_come_after_a_standstill() {
    for delay in [("DELAY", "1"), ("TIMER_DELAY_MS", "1500")] {
        let mut bench = Bench::new();
        let line = bench.connect("p", bench.broker);
        deposit(&mut bench, line, &[delay]);
        bench.run_until(500);
        stands_still(&mut bench, 3821);
        bench.run_until(8000);
        assert_eq!(stored(&mut bench, TOPIC), 1, "{delay:?}");
        // And so does what comes later.
        deposit(&mut bench, line, &[delay]);
        bench.run_until(12_000);
        assert_eq!(stored(&mut bench, TOPIC), 2, "{delay:?}");
    }
}

#[test]
fn a_popped_message_comes_again_after_a_standstill() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    deposit(&mut bench, line, &[]);
    assert_eq!(popped(&mut bench, line, pop(false)).1.messages.len(), 1);
    // The checkpoint is in the revive queue since 4 s: its loop looks every 100 ms.
    bench.run_until(4650);
    stands_still(&mut bench, 4671);
    bench.run_until(30_000);
    assert_eq!(stored(&mut bench, RETRY), 1);
}

#[test]
fn open_transactions_are_asked_about_after_a_standstill() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    deposit(&mut bench, line, &OPEN);
    bench.run_until(27_000);
    stands_still(&mut bench, 6000);
    bench.run_until(70_000);
    assert!(stored(&mut bench, HALF) > 1, "the half is put in again each time");
}

#[test]
fn settled_transactions_are_noted_after_a_standstill() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    committed(&mut bench, line);
    bench.run_until(500);
    stands_still(&mut bench, 7821);
    bench.run_until(15_000);
    assert_eq!(stored(&mut bench, "RMQ_SYS_TRANS_OP_HALF_TOPIC"), 1);
}

#[test]
fn a_delay_level_goes_on_behind_what_was_deleted_before_it_was_due() {
    let mut bench = Bench::with(small_files);
    let line = bench.connect("p", bench.broker);
    deposit(&mut bench, line, &[("DELAY", "5")]);
    deletes_all_but_the_last_file(&mut bench);
    assert_eq!(first(&mut bench, "SCHEDULE_TOPIC_XXXX", 4), 1, "the queue of level 5");
    deposit(&mut bench, line, &[("DELAY", "5")]);
    bench.run_until(117_000);
    assert_eq!(stored(&mut bench, TOPIC), 0, "the first one is gone");
    bench.run_until(121_000);
    assert_eq!(stored(&mut bench, TOPIC), 1, "a minute after it was stored");
}

#[test]
fn a_revive_queue_goes_on_behind_what_was_deleted() {
    let mut bench = Bench::with(small_files);
    let line = bench.connect("c", bench.broker);
    deposit(&mut bench, line, &[]);
    let (_, early) = popped(&mut bench, line, pop(false));
    // Eight pops later the same revive queue has its turn again.
    for turn in 1..8 {
        let (_, nothing) = popped(&mut bench, line, pop(false));
        assert_eq!((nothing.messages.len(), nothing.revive), (0, turn));
    }
    bench.run_until(20_000);
    assert_eq!(stored(&mut bench, RETRY), 1);
    // Too late: it stays in the revive queue behind what is done.
    let ack = AdminRequest::Ack(acknowledge(&early, 0));
    assert_eq!(administer(&mut bench, line, ack).code, 0);
    deletes_all_but_the_last_file(&mut bench);
    deposit(&mut bench, line, &[]);
    let late = PopRequest { most: 1, ..pop(false) };
    let (_, late) = popped(&mut bench, line, late);
    assert_eq!((late.messages.len(), late.revive), (1, 0));
    bench.run_until(85_000);
    assert_eq!(stored(&mut bench, RETRY), 2);
}

#[test]
fn transactions_are_asked_about_behind_what_was_deleted() {
    let mut bench = Bench::with(small_files);
    let line = bench.connect("p", bench.broker);
    bench.run_until(55_000);
    deposit(&mut bench, line, &OPEN);
    deletes_all_but_the_last_file(&mut bench);
    assert_eq!(first(&mut bench, HALF, 0), 1);
    deposit(&mut bench, line, &OPEN);
    bench.run_until(100_000);
    assert!(stored(&mut bench, HALF) > 2, "the second half is put in again");
}
