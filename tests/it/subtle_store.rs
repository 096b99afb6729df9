//! Subtle behaviours of the store: offsets without holes, two clocks, keys that are no times, how
//! much one answer holds.

use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::SimSpan;
use rocketscope::rocketmq::message::{Body, Message};
use rocketscope::rocketmq::remoting::{
    AdminReply, AdminRequest, MessageQuery, PullRequest, ReplyBody, Request,
};

use crate::broker_kit::{Bench, Line, keyed, message, picked, pull, send, text};
use crate::subtle_kit::{administer, read};

/// `mappedFileSizeCommitLog`.
const FILE: u64 = 1 << 30;

/// Broker reference 15, row 4.
#[test]
fn a_refused_append_leaves_no_hole_and_the_end_of_a_file_takes_no_offset() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    let sized = |seq, bytes| send(message(seq, "Holes", None, Body::Synthetic(bytes)), 0);
    for seq in 0..270 {
        if seq % 50 == 0 {
            assert_eq!(bench.put(line, sized(seq, 4_194_305)), Err(13));
        }
        bench.send(line, Request::SendMessage(Rc::new(sized(seq, 4_000_000))));
        bench.run(2);
    }
    bench.run(50);
    let stored = bench.said(picked!(
        Fact::Stored { offset, physical, size, .. } => (*offset, *physical, u64::from(*size))
    ));
    let offsets: Vec<_> = stored.iter().map(|(offset, ..)| *offset).collect();
    assert_eq!(offsets, (0..270).collect::<Vec<_>>());
    let gaps = stored.windows(2).filter(|pair| pair[1].1 != pair[0].1 + pair[0].2);
    let after: Vec<_> = gaps.map(|pair| pair[1].1).collect();
    assert_eq!(after, [FILE], "one blank record, up to the end of the first file");
}

/// Broker reference 15, row 5.
#[test]
fn store_times_follow_the_log_and_born_times_are_whatever_clients_say() {
    let mut bench = Bench::with(|config| {
        config.send_time = Spread::Exponential(SimSpan::millis(5));
    });
    let lines = ["fast", "slow"].map(|name| bench.connect(name, bench.broker));
    let borns = [1_800_000_000_000, 1_600_000_000_000];
    for seq in 0..40 {
        for (line, born) in lines.into_iter().zip(borns) {
            let message = Message { born, ..message(seq, "Clocks", None, Body::Synthetic(10)) };
            bench.send(line, Request::SendMessage(Rc::new(send(message, 0))));
        }
        bench.run(1);
    }
    bench.run(1000);
    let all: Vec<_> = [0, 32, 64]
        .into_iter()
        .flat_map(|from| read(&mut bench, lines[0], "Clocks", from))
        .collect();
    assert_eq!(all.len(), 80);
    assert!(all.windows(2).all(|pair| pair[0].store_time <= pair[1].store_time));
    assert!(all.windows(2).any(|pair| pair[0].store_time < pair[1].store_time));
    let goes_back = all.windows(2).any(|pair| pair[1].message.born < pair[0].message.born);
    assert!(goes_back, "later in the log and born years earlier");
}

/// Broker reference 15, row 8.
#[test]
fn an_answer_of_more_than_32_needs_the_brokers_setting_and_the_clients() {
    for (setting, asked, got) in [(32, 32, 32), (32, 100, 32), (64, 32, 32), (64, 100, 64)] {
        let mut bench = Bench::with(|config| config.max_transfer_count = setting);
        let line = bench.connect("c", bench.broker);
        for seq in 0..80 {
            let message = message(seq, "Many", None, Body::Synthetic(10));
            bench.send(line, Request::SendMessage(Rc::new(send(message, 0))));
        }
        bench.run(100);
        let request = PullRequest { max_messages: asked, ..pull("Many", 0, 0, "*") };
        let answer = bench.pull(line, request).1.unwrap();
        assert_eq!(answer.messages.len(), got, "setting {setting}, asked for {asked}");
    }
}

/// Broker reference 15, row 8.
#[test]
fn what_lies_far_behind_comes_8_at_a_time_and_up_to_64_kib() {
    for (body, near, far) in [(1000, 32, 8), (20_000, 12, 3)] {
        let mut bench = Bench::with(|config| config.rules.reading.memory = 2_000_000);
        let line = bench.connect("c", bench.broker);
        let bytes = i32::try_from(body).unwrap() + 200;
        for seq in 0..u32::try_from(800_000 / bytes + 40).unwrap() {
            let message = message(seq, "Far", None, Body::Synthetic(body));
            bench.send(line, Request::SendMessage(Rc::new(send(message, 0))));
        }
        bench.run(300);
        let count = |bench: &mut Bench, offset| read(bench, line, "Far", offset).len();
        // 40 % of the memory are near: 800 000 bytes.
        assert_eq!((count(&mut bench, 0), count(&mut bench, 44)), (far, near), "of {body} B");
    }
}

/// Places of what a query by key finds, stored between two times, both included.
fn by_key(bench: &mut Bench, line: Line, most: u32, (begin, end): (i64, i64)) -> Vec<u64> {
    let (topic, key, unique) = (Name::new("Keys"), "Aa".into(), false);
    let query = MessageQuery { topic, key, unique, most, begin, end };
    let reply = administer(bench, line, AdminRequest::QueryMessages(query));
    let ReplyBody::Admin(found) = reply.body else { panic!("found, not {}", reply.code) };
    let AdminReply::Found { messages, .. } = &*found else { panic!("messages") };
    messages.iter().map(|found| found.physical).collect()
}

/// Broker reference 15, row 12.
#[test]
fn a_query_by_key_finds_another_key_of_its_hash_the_newest_first_and_knows_seconds() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    let mut places = Vec::new();
    for (seq, (key, pause)) in (0..).zip([("C", 1500), ("Aa", 300), ("BB", 0)]) {
        let keyed = keyed(seq, "Keys", (None, Some(key)), Body::Synthetic(10));
        places.push(bench.put(line, send(keyed, 0)).unwrap().2);
        bench.run(pause);
    }
    bench.run(1000);
    let first = read(&mut bench, line, "Keys", 0)[0].store_time;
    let ever = (0, i64::MAX);
    assert_eq!(by_key(&mut bench, line, 32, ever), places[1..], "Aa and BB");
    assert_eq!(by_key(&mut bench, line, 1, ever), places[2..], "the newest, which is BB");
    // Both were stored after a second and a half, and are known by the second.
    assert_eq!(by_key(&mut bench, line, 32, (first + 1000, first + 1100)), places[1..]);
    assert!(by_key(&mut bench, line, 32, (first + 1400, first + 1900)).is_empty());
}

/// Broker reference 15, row 34.
#[test]
fn a_unique_key_stays_through_a_retry_and_is_no_time_that_sorts() {
    let mut bench = Bench::new();
    let line = bench.connect("p", bench.broker);
    let sent = text("Twice", "T", 0, "one message");
    let places = [0, 0].map(|_| bench.put(line, sent.clone()).unwrap().2);
    let key = sent.message.unique_key();
    let (topic, unique, most) = (sent.topic, true, 32);
    let query =
        MessageQuery { topic, key: key.as_str().into(), unique, most, begin: 0, end: i64::MAX };
    let reply = administer(&mut bench, line, AdminRequest::QueryMessages(query));
    let ReplyBody::Admin(found) = reply.body else { panic!("found, not {}", reply.code) };
    let AdminReply::Found { messages, .. } = &*found else { panic!("messages") };
    let found: Vec<_> = messages.iter().map(|found| found.physical).collect();
    assert_eq!(found, places, "one key, two copies, each with a place of its own");

    // The last ms of October 2026 and the first of November.
    let november = 1_793_491_200_000;
    let born = |born| Message { born, ..sent.message.clone() }.unique_key();
    assert!(born(november - 1) > born(november), "the key's time begins anew each month");
}
