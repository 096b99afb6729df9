//! What is in memory, what has to be read from the disk, and what is in a buffer before it is in
//! the log's file.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::disk::DiskProfile;
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::config::BrokerConfig;
use rocketscope::rocketmq::message::Body;
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::remoting::{AdminRequest, ReplyBody, Request, SendRequest, code};
use rocketscope::rocketmq::store::{Extent, Missing, PageCache, StoreRules};
use rocketscope::session::Session;
use rocketscope::session::protocol::{Command, Position, Recipe, Source};

use crate::broker_kit::{Bench, Line, message, offset_of, picked, pull, reason, send, text};
use crate::session_kit::Page;
use crate::subtle_kit::{administer, count, wired};

/// 40 % of the memory are 800 000 bytes.
fn small(config: &mut BrokerConfig) {
    config.rules.reading.memory = 2_000_000;
}

/// 1000 messages of 2 kB in queue 0 of `T`.
fn filled(tune: impl FnOnce(&mut BrokerConfig)) -> (Bench, Line) {
    let mut bench = Bench::with(tune);
    let line = bench.connect("c", bench.broker);
    store(&mut bench, line, 1000);
    (bench, line)
}

/// So many more, all of them flushed.
fn store(bench: &mut Bench, line: Line, messages: u32) {
    for seq in 0..messages {
        let sent = send(message(seq, "T", None, Body::Synthetic(2_000)), 0);
        bench.send(line, Request::SendMessage(Rc::new(sent)));
    }
    bench.run(11_000);
}

/// Pulls from an offset: how many messages came, and µs after how many.
fn asked(bench: &mut Bench, line: Line, offset: u64) -> (usize, f64) {
    let sent = bench.now();
    let opaque = bench.send(line, Request::Pull(pull("T", 0, offset, "*")));
    bench.run(3_000);
    let (at, reply) = bench.reply(opaque).expect("it is answered");
    let ReplyBody::Pulled(pulled) = reply.body else { panic!("messages, not {}", reply.code) };
    (pulled.messages.len(), ((at - sent) * 1000.0).round())
}

/// Messages, µs and reason of all reads from the disk.
fn reads(bench: &Bench) -> Vec<(u32, u64, (&'static str, u32))> {
    bench.said(picked!(Fact::ReadFromDisk { count, took, why, .. } =>
        (*count, took.as_nanos() / 1000, reason(*why))))
}

#[test]
fn what_has_gone_from_memory_is_read_from_the_disk_once() {
    let (mut bench, line) = filled(small);
    let (_, near) = asked(&mut bench, line, 980);
    assert_eq!(reads(&bench), [], "what was just written is in memory");
    // One place and its read-ahead: 1 ms, and 128 KiB at 200 MB/s.
    let (messages, far) = asked(&mut bench, line, 0);
    assert_eq!((messages, far), (8, near + 1655.0));
    assert_eq!(asked(&mut bench, line, 8), (8, near), "the read-ahead brought it");
    assert_eq!(asked(&mut bench, line, 0), (8, near), "and it stays");
    assert_eq!(reads(&bench), [(8, 1655, ("not_in_memory", 40))]);
    let (_, other) = asked(&mut bench, line, 620);
    assert_eq!(other, near + 1655.0, "the oldest of what was in memory went for it");
}

/// A slave may be asked for what its log does not have yet, or not any more.
#[test]
fn what_is_not_written_is_not_read() {
    let mut cache = PageCache::new(1 << 20);
    let log = |begin, end| Extent { begin, end, flushed: end };
    assert_eq!(
        cache.read([(8192, 100), (4000, 200)].into_iter(), log(0, 4096)),
        Missing::default()
    );
    let empty = PageCache::new(1 << 20);
    assert!(empty.is_whole(log(8192, 4096)), "of an empty log nothing is missing");
}

#[test]
fn a_thread_that_waits_for_the_disk_works_for_nobody_else() {
    let slow = DiskProfile { seek: SimSpan::millis(100), ..DiskProfile::default() };
    for (threads, waits) in [(1, true), (2, false)] {
        let (mut bench, line) = filled(|config| {
            small(config);
            config.pull_threads = threads;
        });
        let broker = bench.broker;
        bench.intervene(Intervention::Disk(broker, slow));
        let cold = bench.send(line, Request::Pull(pull("T", 0, 0, "*")));
        let warm = bench.send(line, Request::Pull(pull("T", 0, 990, "*")));
        bench.run(300);
        let [cold, warm] = [cold, warm].map(|opaque| bench.reply(opaque).expect("answered").0);
        assert_eq!(cold < warm, waits, "{threads} threads");
    }
}

#[test]
fn a_read_waits_for_a_disk_that_stalls() {
    let (mut bench, line) = filled(small);
    let broker = bench.broker;
    bench.intervene(Intervention::Stall(broker, SimSpan::secs(2)));
    let (messages, micros) = asked(&mut bench, line, 0);
    assert!(messages == 8 && (2_001_000.0..2_003_000.0).contains(&micros), "not {micros} µs");
}

#[test]
fn after_a_power_loss_only_what_recovery_read_is_in_memory() {
    for (end, is_cold) in [(End::Crashed, false), (End::PowerLost, true)] {
        let file = |config: &mut BrokerConfig| {
            config.rules.store = StoreRules { file_bytes: 500_000, ..StoreRules::default() };
        };
        let (mut bench, line) = filled(file);
        // Recovery begins with the last file that begins before the last full minute.
        bench.run_until(70_000);
        store(&mut bench, line, 300);
        bench.run_until(140_000);
        store(&mut bench, line, 1);
        bench.kill(end);
        bench.start();
        let line = bench.connect("again", bench.broker);
        asked(&mut bench, line, 1200);
        assert_eq!(reads(&bench).len(), 0, "recovery read it");
        asked(&mut bench, line, 0);
        assert_eq!(reads(&bench).len(), usize::from(is_cold), "{end:?}");
    }
}

#[test]
fn a_journey_tells_that_its_message_was_read_from_the_disk() {
    let text = r#"
        title = "Cold"
        end = "60s"
        [[topic]]
        name = "Orders"
        queues = 1
        [[namesrv]]
        name = "ns-1"
        starts = "-5s"
        [[broker]]
        name = "broker-a"
        starts = "-4s"
        memory = "100kB"
        disk = { read = "12ms" }
        [[client]]
        name = "Producer"
        role = "producer"
        group = "Senders"
        workload = { rate = "50/s", message = [{ topic = "Orders", size = "1KiB" }] }
        [[client]]
        name = "Late"
        role = "push"
        group = "Readers"
        starts = "20s"
        consumeFromWhere = "CONSUME_FROM_FIRST_OFFSET"
        subscribe = [{ topic = "Orders" }]
    "#;
    let mut page = Page::of(Session::new());
    let recipe = Recipe { source: Source::Text(text.to_owned()), ..Recipe::default() };
    page.ask(Command::Load { recipe, position: Position::Time(0) });
    page.seek(Position::Time(50_000_000_000));
    let card = page.message(5);
    let read = card.steps.iter().find(|step| step.words.key == "step.read_from_disk");
    let why = read.and_then(|read| read.why.as_ref()).expect("it says why");
    assert_eq!(why.sentence.key, "why.not_in_memory");
    let setting = why.setting.as_ref().expect("a setting is behind it");
    assert_eq!(setting.0, "accessMessageInMemoryMaxRatio");
}

/// A broker with a transient pool whose looks are at full 200 ms.
fn pooled(tune: impl FnOnce(&mut BrokerConfig)) -> (Bench, Line) {
    let mut bench = Bench::with(|config| {
        config.rules.pool.enabled = true;
        tune(config);
    });
    let line = bench.connect("c", bench.broker);
    bench.put(line, text("Log", "T", 0, "first")).unwrap();
    bench.run_until(1_010);
    (bench, line)
}

#[test]
fn what_waits_in_the_pool_is_read_by_nobody_until_the_next_look() {
    let (mut bench, line) = pooled(|_| ());
    bench.put(line, text("Log", "T", 0, "second")).unwrap();
    bench.run_until(1_150);
    assert_eq!(count(&mut bench, line, "Log"), 1);
    bench.run_until(1_210);
    assert_eq!(count(&mut bench, line, "Log"), 2);
    let dispatched = bench.stated(picked!(Fact::Dispatched { offset, .. } => *offset));
    assert_eq!(dispatched.last(), Some(&(1_201, 1)), "committed at 1200 ms, dispatched 1 ms later");
}

#[test]
fn four_pages_in_the_pool_are_committed_at_once() {
    let (mut bench, line) = pooled(|_| ());
    bench.put(line, send(message(1, "Log", None, Body::Synthetic(16_000)), 0)).unwrap();
    assert_eq!(count(&mut bench, line, "Log"), 2);
}

#[test]
fn a_process_crash_loses_what_was_acknowledged_and_not_committed() {
    for (enabled, kept) in [(true, 1), (false, 2)] {
        let (mut bench, line) = pooled(|config| config.rules.pool.enabled = enabled);
        bench.put(line, text("Log", "T", 0, "acknowledged")).unwrap();
        bench.kill(End::Crashed);
        bench.start();
        let line = bench.connect("again", bench.broker);
        assert_eq!(count(&mut bench, line, "Log"), kept, "pool: {enabled}");
        let next = bench.put(line, text("Log", "T", 0, "next")).unwrap().1;
        assert_eq!(next, kept, "positions are given away again");
        let broker = bench.broker;
        bench.intervene(Intervention::Tell(broker, Order::Shutdown));
        bench.run(50);
        bench.start();
        let line = bench.connect("last", bench.broker);
        assert_eq!(count(&mut bench, line, "Log"), kept + 1, "an orderly end commits");
    }
}

#[test]
fn without_a_buffer_for_the_next_file_the_broker_is_busy() {
    for (buffers, answer) in [(2, Err(code::SYSTEM_BUSY)), (3, Ok((0, 1)))] {
        let (mut bench, line) = pooled(|config| config.rules.pool.buffers = buffers);
        let put = bench.put(line, text("Log", "T", 0, "second"));
        assert_eq!(put.map(|(queue, offset, _)| (queue, offset)), answer, "{buffers} buffers");
        let why = bench.said(picked!(Fact::Refused { why, .. } => reason(*why)));
        assert_eq!(why, [("no_buffer_in_pool", 2)][..usize::from(answer.is_err())]);
    }
}

/// A batch of so many messages that came as bytes.
fn batch(messages: usize) -> SendRequest {
    let one = wired("Log", &[]);
    let batch = Some(vec![one.message.clone(); messages]);
    SendRequest { batch, ..one }
}

#[test]
fn a_batch_that_does_not_fit_moves_whole_into_the_next_file() {
    let mut bench = Bench::with(|config| {
        config.rules.store = StoreRules { file_bytes: 4096, ..StoreRules::default() };
    });
    let line = bench.connect("c", bench.broker);
    bench.put(line, send(message(0, "Log", None, Body::Synthetic(2_500)), 0)).unwrap();
    let reply = bench.ask(line, Request::SendMessage(Rc::new(batch(12))));
    let ReplyBody::SentWired { places, .. } = reply.body else { panic!("stored") };
    let physical: Vec<u64> = places.iter().map(|(physical, _)| *physical).collect();
    let size = physical[1] - physical[0];
    assert!(4 * size < 4096 - 2_700 && 12 * size > 1_600, "some would have fitted: {size}");
    assert_eq!(physical, (0..12).map(|at| 4096 + at * size).collect::<Vec<_>>());
    let disk = bench.cluster.world.disk(bench.broker);
    assert_eq!(disk.written(), 4096 + 12 * size, "the blank record counts");
}

/// Deletes a topic, and the broker ends in order and begins anew.
fn without_topic(bench: &mut Bench, line: Line, topic: &str) -> Line {
    administer(bench, line, AdminRequest::DeleteTopic { topic: Name::new(topic), code: 215 });
    let broker = bench.broker;
    bench.intervene(Intervention::Tell(broker, Order::Shutdown));
    bench.run(50);
    bench.start();
    bench.connect("again", bench.broker)
}

#[test]
fn an_orderly_end_forgets_a_deleted_topic_but_for_what_no_queue_lies_behind() {
    for (last, kept) in [("Other", 0), ("Gone", 2)] {
        let mut bench = Bench::new();
        let line = bench.connect("p", bench.broker);
        for topic in ["Gone", "Other", "Gone", "Gone", last] {
            bench.put(line, text(topic, "T", 0, "x")).unwrap();
        }
        let line = without_topic(&mut bench, line, "Gone");
        let ends = count(&mut bench, line, "Gone");
        let min = Request::MinOffset { topic: Name::new("Gone"), queue: 0 };
        let begins = offset_of(&bench.ask(line, min)).unwrap();
        // The record right behind the last one that a queue has is not looked at.
        assert_eq!(ends - begins, kept, "the last one stored is of {last}");
    }
}
