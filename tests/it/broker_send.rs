//! What happens to a message that is sent: where it comes to lie, which topic is made for it, who
//! is refused.
//!
//! Sizes and offsets are those of the recordings `first_program`, `send_layout`, `send_refused` and
//! `route_auto_create`. Where a recorded broker made the unique key itself, that had 56 digits, 24
//! more than a client's.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::message::Body;
use rocketscope::rocketmq::remoting::{Request, SendRequest};
use rocketscope::rocketmq::topic::TopicConfig;

use crate::broker_kit::{Bench, keyed, message, picked, pull, reason, send, text};

fn body(text: &str) -> Body {
    Body::Text(text.to_owned())
}

#[test]
fn the_first_programs_records_have_the_recorded_sizes_and_places() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    let kinds = [
        ("TopicTest1", "TagA", "OrderID001", "Hello MetaQA{i}", 254),
        ("TopicTest2", "TagB", "OrderID0034", "Hello MetaQB{i}", 255),
        ("TopicTest3", "TagC", "OrderID061", "Hello MetaQC{i}", 254),
    ];
    let mut end = 0;
    for round in 0..10 {
        for (topic, tag, keys, text, size) in kinds {
            let mut message = keyed(round, topic, (Some(tag), Some(keys)), body(text));
            message.round = round;
            let request = SendRequest { default_queues: 4, ..send(message, 1) };
            assert_eq!(bench.put(line, request), Ok((1, u64::from(round), end)));
            end += size;
        }
    }
    assert_eq!(end, 7_630);
    let sizes = bench.said(picked!(Fact::Stored { size, .. } => *size));
    assert_eq!(sizes[..3], [254, 255, 254]);
}

#[test]
fn records_of_several_shapes_have_the_recorded_sizes() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    let layout = keyed(0, "Layout", (Some("TagA"), Some("k1 k2")), body("Hello 0"));
    assert_eq!(bench.put(line, send(layout, 0)), Ok((0, 0, 0)));
    let thousand = message(1, "Layout", None, Body::Synthetic(1000));
    assert_eq!(bench.put(line, send(thousand, 0)), Ok((0, 1, 239)));
    assert_eq!(bench.put(line, text("Layout", "v1", 1, "code 10")), Ok((1, 0, 239 + 1235 - 24)));
    let (code, pulled) = bench.pull(line, pull("Layout", 1, 0, "*"));
    let pulled = pulled.unwrap();
    assert_eq!((code, pulled.messages[0].size, pulled.messages[0].physical), (0, 250 - 24, 1450));
    assert_eq!((pulled.next, pulled.min, pulled.max), (1, 0, 1));
}

#[test]
fn what_a_record_holds_can_be_looked_up_by_its_place() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    let layout = keyed(0, "Layout", (Some("TagA"), Some("k1 k2")), body("Hello 0"));
    bench.put(line, send(layout, 0)).unwrap();
    let life = bench.cluster.world.life(bench.broker);
    let rocketscope::kernel::life::Life::Up { actor } = life else { panic!("the broker runs") };
    let key = rocketscope::facts::MsgKey::default();
    let content = |at| rocketscope::rocketmq::cluster::content(actor, key, Some(at));
    let found = content(0).unwrap();
    assert_eq!((found.body.as_str(), found.body_bytes), ("Hello 0", 7));
    assert_eq!((found.tag, found.keys.as_deref()), (Some(Name::new("TagA")), Some("k1 k2")));
    assert_eq!(content(1), None, "no record begins there");
}

/// Broker reference 15, row 29.
#[test]
fn a_first_send_makes_the_topic_after_tbw102_and_every_name_server_is_told() {
    let mut bench = Bench::new();
    let (line, ns) = (bench.connect("p", bench.broker), bench.connect("r", bench.namesrv));
    assert_eq!(bench.route(ns, "TopicTest1"), None);
    let default = bench.route(ns, "TBW102").unwrap();
    assert_eq!((default.brokers[0].write_queues, default.brokers[0].perm), (8, 7));
    for (topic, wanted, made) in [("TopicTest1", 8, 8), ("TopicTest1x", 3, 3), ("Wide", 16, 8)] {
        let request = text(topic, "TagA", 0, "x");
        bench.put(line, SendRequest { default_queues: wanted, ..request }).unwrap();
        let route = bench.route(ns, topic).unwrap();
        let broker = &route.brokers[0];
        let queues = (broker.read_queues, broker.write_queues, broker.perm);
        assert_eq!((broker.name, queues), (Name::new("broker-a"), (made, made, 6)), "{topic}");
        assert_eq!(broker.master(), Some(bench.broker));
    }
    let made = bench.said(picked!(
        Fact::TopicCreated { topic, queues, why } => (topic.as_str(), *queues, reason(*why))
    ));
    assert_eq!(made[0], ("TopicTest1", 8, ("topic_auto_created", 1)));
}

#[test]
fn making_a_topic_delays_its_first_send_only() {
    let mut bench = Bench::with(|config| {
        config.create_topic_time = Spread::Fixed(SimSpan::millis(20));
    });
    let line = bench.connect("p", bench.broker);
    let mut delay = |body| {
        let before = bench.now();
        let opaque = bench.send(line, Request::SendMessage(Rc::new(text("Made", "T", 0, body))));
        bench.run(30);
        bench.reply(opaque).unwrap().0 - before
    };
    // Two links of 0.1 ms and 0.1 ms of work.
    assert!((delay("first") - 20.3).abs() < 1e-6);
    assert!((delay("second") - 0.3).abs() < 1e-6);
}

#[test]
fn sends_are_refused_in_rocketmqs_order_with_its_codes() {
    let mut bench = Bench::with(|config| config.max_message_size = 4096);
    let line = bench.connect("p", bench.broker);
    let sized = |bytes| send(message(0, "Refuse0", None, Body::Synthetic(bytes)), 0);
    let long = "t".repeat(128);
    let longest = "t".repeat(127);
    assert_eq!(bench.put(line, sized(3896)), Ok((0, 0, 0)));
    let cases = [
        (sized(4097), 13, "message_too_large"),
        (text("bad topic*", "T", 0, "x"), 29, "topic_name_illegal"),
        (text(&long, "T", 0, "x"), 29, "topic_name_illegal"),
        (text("", "T", 0, "x"), 29, "topic_name_illegal"),
        (text("SCHEDULE_TOPIC_XXXX", "T", 0, "x"), 16, "topic_forbidden"),
        (text("RMQ_SYS_TRANS_HALF_TOPIC", "T", 0, "x"), 16, "topic_forbidden"),
        (text("Refuse0", "T", 8, "x"), 29, "queue_not_exist"),
        (text("Refuse0", "T", 100, "x"), 29, "queue_not_exist"),
    ];
    for (request, code, why) in cases {
        let name = request.topic.as_str();
        assert_eq!(bench.put(line, request), Err(code), "{name}");
        let refused =
            bench.said(picked!(Fact::Refused { code, why, .. } => (*code, reason(*why).0)));
        assert_eq!(*refused.last().unwrap(), (code, why), "{name}");
    }
    for taken in [longest.as_str(), "TBW102", "%RETRY%G"] {
        assert!(bench.put(line, text(taken, "T", 0, "x")).is_ok(), "{taken}");
    }
}

#[test]
fn without_auto_creation_only_retry_topics_are_made() {
    let mut bench = Bench::with(|config| {
        config.auto_create_topic = false;
        config.topics = vec![TopicConfig::new(Name::new("Made0"), 4)];
    });
    let (line, ns) = (bench.connect("p", bench.broker), bench.connect("r", bench.namesrv));
    assert_eq!(bench.route(ns, "TBW102"), None);
    assert_eq!(bench.put(line, text("Nobody", "T", 0, "x")), Err(17));
    assert_eq!(bench.put(line, text("Made0", "T", 3, "x")), Ok((3, 0, 0)));
    assert_eq!(bench.put(line, text("Made0", "T", 4, "x")), Err(29));
    assert!(bench.put(line, text("%RETRY%G", "T", 0, "x")).is_ok());
    assert_eq!(bench.route(ns, "%RETRY%G").unwrap().brokers[0].write_queues, 1);
}

#[test]
fn the_broker_chooses_where_the_sender_does_not() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..64 {
        let (queue, ..) = bench.put(line, text("Any", "T", -1, "x")).unwrap();
        assert!(queue < 8);
        seen.insert(queue);
    }
    assert_eq!(seen.len(), 8, "64 draws meet all 8 queues with this seed");
}

#[test]
fn waits_for_a_thread_are_stated_and_late_sends_get_code_2() {
    let mut bench = Bench::with(|config| {
        config.send_threads = 1;
        config.send_queue_capacity = 3;
        config.send_time = Spread::Fixed(SimSpan::millis(150));
        config.create_topic_time = Spread::ZERO;
    });
    let line = bench.connect("p", bench.broker);
    let request = |seq| send(message(seq, "Busy", None, Body::Synthetic(10)), 0);
    let start = bench.now();
    let sent: Vec<_> =
        (0..5).map(|seq| bench.send(line, Request::SendMessage(Rc::new(request(seq))))).collect();
    bench.run(1000);
    let mut outcome = |opaque| {
        let (at, reply) = bench.reply(opaque).unwrap();
        (reply.code, ((at - start) * 10.0).round() / 10.0)
    };
    assert_eq!(outcome(sent[4]), (2, 0.2), "four are in: one works, three wait");
    assert_eq!((outcome(sent[0]).0, outcome(sent[1]).0), (0, 0));
    let (code, after) = outcome(sent[2]);
    assert_eq!(code, 2);
    assert!((200.1..210.2).contains(&after), "at the first look after 200 ms, not {after}");
    assert_eq!(outcome(sent[3]).0, 2);
    let waits = bench
        .said(picked!(Fact::Admitted { waited, why, .. } => (waited.as_millis(), reason(*why))));
    assert_eq!(waits, [(0, ("thread_free", 1)), (150, ("threads_busy", 1))]);
    let refused =
        bench.said(picked!(Fact::Refused { msg, code, why, .. } => (msg.seq, *code, reason(*why))));
    let timeout = ("send_queue_timeout", 200);
    assert_eq!(refused, [(4, 2, ("send_queue_full", 3)), (2, 2, timeout), (3, 2, timeout)]);
}

#[test]
fn a_record_is_seen_by_consumers_at_the_next_whole_millisecond_of_the_broker() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    bench.put(line, text("Phase", "T", 0, "x")).unwrap();
    let at = |wanted: fn(&Fact) -> bool| {
        bench.entries().iter().find(|entry| wanted(&entry.fact)).unwrap().at
    };
    let stored = at(|fact| matches!(fact, Fact::Stored { .. }));
    let dispatched = at(|fact| matches!(fact, Fact::Dispatched { .. }));
    assert_eq!(dispatched.rem_euclid(1_000_000), 0, "the broker started at a whole millisecond");
    assert!(stored < dispatched && dispatched <= stored + 1_000_000);
}
