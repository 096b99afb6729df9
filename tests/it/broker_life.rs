//! A broker's life: registration, flushes, orderly and other ends.

use rocketscope::facts::Fact;
use rocketscope::kernel::life::{End, Life};
use rocketscope::kernel::name::Name;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::message::Body;
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::remoting::Request;

use crate::broker_kit::{
    Bench, Line, message, offset_of, patient, picked, pull, reason, send, text,
};

fn registrations(bench: &Bench) -> Vec<(i64, (&'static str, u32))> {
    bench.cluster.log.of(bench.namesrv, picked!(Fact::BrokerRegistered { why, .. } => reason(*why)))
}

#[test]
fn a_broker_registers_at_its_start_then_after_10_s_then_every_30_s() {
    let mut bench = Bench::new();
    bench.run_until(70_000);
    let period = ("register_period", 30_000);
    let expected =
        [(-2000, ("register_at_start", 0)), (8000, period), (38_000, period), (68_000, period)];
    assert_eq!(registrations(&bench), expected);
}

#[test]
fn the_period_stays_within_its_bounds() {
    let mut bench = Bench::with(|config| config.register_period = SimSpan::secs(1));
    bench.run_until(20_000);
    assert_eq!(registrations(&bench).len(), 3, "at the start, at 8 s and at 18 s");
}

#[test]
fn a_name_server_that_was_down_hears_of_the_broker_at_the_next_period() {
    let mut bench = Bench::new();
    bench.intervene(Intervention::Kill(bench.namesrv, End::Crashed));
    bench.run_until(2000);
    bench.intervene(Intervention::Start(bench.namesrv));
    bench.run_until(7900);
    assert_eq!(registrations(&bench).len(), 1);
    bench.run_until(9000);
    let line = bench.connect("r", bench.namesrv);
    assert!(bench.route(line, "TBW102").is_some());
}

/// How many messages a queue has, asked over a fresh connection.
fn messages(bench: &mut Bench, line: Line) -> u64 {
    let request = Request::MaxOffset { topic: Name::new("Log"), queue: 0 };
    offset_of(&bench.ask(line, request)).unwrap()
}

fn kilobyte(seq: u32) -> rocketscope::rocketmq::remoting::SendRequest {
    send(message(seq, "Log", None, Body::Synthetic(1000)), 0)
}

fn flushes(bench: &Bench) -> Vec<(i64, u64)> {
    bench.stated(picked!(Fact::Flushed { bytes } => *bytes))
}

#[test]
fn few_bytes_are_flushed_every_ten_seconds_and_four_pages_at_the_next_half_second() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    bench.put(line, kilobyte(0)).unwrap();
    // The broker started at −2 s: it looks at −1.5 s and every half second, thoroughly at 8.5 s and
    // 18.5 s.
    bench.run_until(9000);
    let size = flushes(&bench)[0].1;
    assert_eq!(flushes(&bench), [(8501, size)]);
    bench.run_until(10_100);
    for seq in 1..20 {
        bench.send(line, Request::SendMessage(std::rc::Rc::new(kilobyte(seq))));
    }
    bench.run_until(12_000);
    assert_eq!(flushes(&bench)[1].0, 10_501);
    assert_eq!(flushes(&bench)[1].1, 20 * size);
    bench.run_until(30_000);
    assert_eq!(flushes(&bench).len(), 2, "nothing is dirty, nothing is flushed");
}

/// Broker reference 15, row 3.
#[test]
fn a_process_crash_keeps_what_was_written_and_a_power_loss_what_was_flushed() {
    for (end, kept) in [(End::Crashed, 2), (End::PowerLost, 1)] {
        let mut bench = Bench::new();
        let line = bench.connect("p", bench.broker);
        bench.put(line, kilobyte(0)).unwrap();
        bench.run_until(9000);
        bench.put(line, kilobyte(1)).unwrap();
        bench.kill(end);
        bench.start();
        let line = bench.connect("again", bench.broker);
        assert_eq!(messages(&mut bench, line), kept, "{end:?}");
        let (queue, offset, physical) = bench.put(line, kilobyte(2)).unwrap();
        assert_eq!((queue, offset), (0, kept), "offsets go on where the queue ends");
        let (_, answer) = bench.pull(line, pull("Log", 0, 0, "*"));
        assert_eq!(answer.unwrap().messages.last().unwrap().physical, physical);
        let ends = bench.cluster.world.disk(bench.broker).written();
        assert_eq!(ends, physical * (kept + 1) / kept, "disk and log have one length");
    }
}

#[test]
fn what_was_stored_and_not_dispatched_is_dispatched_at_the_next_start() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    bench.put(line, kilobyte(0)).unwrap();
    bench.send(line, Request::SendMessage(std::rc::Rc::new(kilobyte(1))));
    // 0.2 ms are enough for a link and the send thread, and too short for the dispatch.
    let stored = |bench: &Bench| {
        bench.stated(|fact| matches!(fact, Fact::Stored { .. }).then_some(())).len()
    };
    let observer = &mut bench.cluster.log;
    let end = bench.cluster.world.now() + SimSpan::micros(201);
    bench.cluster.world.run_until(end, observer);
    assert_eq!(stored(&bench), 2);
    let dispatched = |bench: &Bench| {
        bench.stated(|fact| matches!(fact, Fact::Dispatched { .. }).then_some(())).len()
    };
    assert_eq!(dispatched(&bench), 1);
    bench.kill(End::Crashed);
    bench.start();
    assert_eq!(dispatched(&bench), 2);
}

#[test]
fn an_orderly_end_tells_name_servers_answers_who_waits_and_flushes() {
    let mut bench = Bench::new();
    let (line, ns) = (bench.connect("c", bench.broker), bench.connect("r", bench.namesrv));
    bench.put(line, text("Log", "T", 0, "x")).unwrap();
    let held = bench.send(line, Request::Pull(patient("Log", 1, "*", 15_000)));
    bench.run(10);
    bench.intervene(Intervention::Tell(bench.broker, Order::Shutdown));
    bench.run(10);
    assert_eq!(bench.reply(held).unwrap().1.code, 19);
    assert!(matches!(bench.cluster.world.life(bench.broker), Life::Down { end: End::Stopped, .. }));
    let disk = bench.cluster.world.disk(bench.broker);
    assert_eq!(disk.flushed(), disk.written());
    assert_eq!(bench.route(ns, "Log"), None);
    let gone = bench
        .cluster
        .log
        .of(bench.namesrv, picked!(Fact::BrokerForgotten { why, .. } => reason(*why).0));
    assert_eq!(gone.into_iter().map(|(_, why)| why).collect::<Vec<_>>(), ["broker_unregistered"]);
    let stops = [Fact::ProcessStopping, Fact::ProcessStopped];
    let last = bench.said(|fact| stops.contains(fact).then_some(*fact));
    assert_eq!(last, stops);
    let woken = bench.said(picked!(Fact::Woken { why, .. } => reason(*why).0));
    assert_eq!(woken, ["broker_stops"]);
}

#[test]
fn topics_and_groups_survive_and_given_topics_are_stated_once() {
    let given = rocketscope::rocketmq::topic::TopicConfig::new(Name::new("Given"), 4);
    let mut bench = Bench::with(|config| config.topics = vec![given]);
    let line = bench.connect("p", bench.broker);
    bench.put(line, text("Made", "T", 0, "x")).unwrap();
    bench.kill(End::Crashed);
    bench.start();
    let line = bench.connect("again", bench.broker);
    assert_eq!(bench.put(line, text("Made", "T", 0, "x")).unwrap().1, 1);
    let made = bench.said(picked!(Fact::TopicCreated { topic, .. } => topic.as_str()));
    assert_eq!(made, ["Given", "Made"]);
}

#[test]
fn a_copy_of_the_world_goes_on_in_the_same_way() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    bench.send(line, Request::Pull(patient("TBW102", 0, "*", 15_000)));
    (0..700).for_each(|seq| {
        bench.send(line, Request::SendMessage(std::rc::Rc::new(kilobyte(seq))));
    });
    bench.run(5);
    let mut copy = bench.cluster.world.clone();
    assert_eq!(copy.state_digest(), bench.cluster.world.state_digest());
    let end = bench.cluster.world.now() + SimSpan::secs(40);
    copy.run_until(end, &mut ());
    bench.cluster.world.run_until(end, &mut bench.cluster.log);
    assert_eq!(copy.state_digest(), bench.cluster.world.state_digest());
    assert_eq!(copy.history_digest(), bench.cluster.world.history_digest());
}
