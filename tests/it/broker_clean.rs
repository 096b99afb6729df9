//! Old files go by age and when the disk fills up; a full disk takes no messages, and is readable.

use rocketscope::facts::{Fact, Why};
use rocketscope::kernel::life::End;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::world::Intervention;
use rocketscope::rocketmq::config::BrokerConfig;
use rocketscope::rocketmq::protocol::Order;
use rocketscope::rocketmq::remoting::{AdminRequest, Request, code};
use rocketscope::rocketmq::store::StoreRules;

use crate::broker_kit::{Bench, Line, offset_of, pull, reason, text};

pub(crate) fn fill(bench: &mut Bench, percent: u32) {
    let broker = bench.broker;
    bench.intervene(Intervention::Tell(broker, Order::FillDisk { percent }));
}

/// When the broker changed its mind, and why.
fn minds(bench: &Bench) -> Vec<(i64, bool, (&'static str, u32))> {
    let mind = |fact: &Fact| -> Option<(bool, Why)> {
        if let Fact::WritingForbidden { why } = fact {
            Some((false, *why))
        } else if let Fact::WritingAllowed { why } = fact {
            Some((true, *why))
        } else {
            None
        }
    };
    let minds = bench.stated(mind).into_iter();
    minds.map(|(at, (allowed, why))| (at, allowed, reason(why))).collect()
}

fn put(bench: &mut Bench, line: Line, body: &str) -> Result<u64, u16> {
    bench.put(line, text("T", "A", 0, body)).map(|(_, offset, _)| offset)
}

/// The broker started at -2 s: it looks at the disk at 58 s and every 10 s.
/// Broker reference 15, row 4.
/// Broker reference 15, row 27.
#[test]
fn a_full_disk_takes_no_messages_until_it_has_room_again() {
    let mut bench = Bench::new();
    let line = bench.connect("c", bench.broker);
    assert_eq!(put(&mut bench, line, "first"), Ok(0));
    fill(&mut bench, 91);
    assert_eq!(put(&mut bench, line, "nobody has looked yet"), Ok(1));
    bench.run_until(58_000);
    assert_eq!(put(&mut bench, line, "full"), Err(code::SERVICE_NOT_AVAILABLE));
    let (found, pulled) = bench.pull(line, pull("T", 0, 0, "*"));
    assert_eq!((found, pulled.unwrap().messages.len()), (code::SUCCESS, 2), "reads go on");
    fill(&mut bench, 86);
    bench.run_until(68_000);
    assert_eq!(put(&mut bench, line, "below 90, above 85"), Err(code::SERVICE_NOT_AVAILABLE));
    fill(&mut bench, 85);
    bench.run_until(78_000);
    assert_eq!(put(&mut bench, line, "again"), Ok(2));
    let expected = [(58_000, false, ("disk_full", 91)), (78_000, true, ("disk_has_room", 85))];
    assert_eq!(minds(&bench), expected);
}

/// A new process knows again that the disk is full when it looks for the first time.
#[test]
fn what_fills_a_disk_outlives_the_process() {
    let mut bench = Bench::new();
    fill(&mut bench, 95);
    bench.run_until(58_000);
    bench.kill(End::Crashed);
    bench.start();
    let line = bench.connect("c", bench.broker);
    assert_eq!(put(&mut bench, line, "not looked yet"), Ok(0));
    bench.run_until(119_000);
    assert_eq!(put(&mut bench, line, "full"), Err(code::SERVICE_NOT_AVAILABLE));
}

pub(crate) fn small_files(config: &mut BrokerConfig) {
    config.rules.store = StoreRules { file_bytes: 4096, ..StoreRules::default() };
}

/// Five messages of 1500 bytes: two in a file.
pub(crate) fn five_messages(bench: &mut Bench) -> Line {
    let line = bench.connect("c", bench.broker);
    for offset in 0..5 {
        assert_eq!(put(bench, line, &"x".repeat(1500)), Ok(offset));
    }
    line
}

fn deleted(bench: &Bench) -> Vec<(i64, u64, (&'static str, u32))> {
    let deleted = |fact: &Fact| -> Option<(u64, Why)> {
        if let Fact::Deleted { bytes, why } = fact { Some((*bytes, *why)) } else { None }
    };
    let all = bench.stated(deleted).into_iter();
    all.map(|(at, (bytes, why))| (at, bytes, reason(why))).collect()
}

/// The run takes place after 15:00.
/// Broker reference 15, row 27.
#[test]
fn files_that_are_too_old_go_at_their_hour_but_for_the_last() {
    let mut bench = Bench::with(|config| {
        small_files(config);
        (config.rules.cleaning.reserved_hours, config.rules.cleaning.delete_when) = (0, 15);
    });
    let line = five_messages(&mut bench);
    bench.run_until(58_000);
    let why = ("file_expired", 0);
    assert_eq!(deleted(&bench), [(58_000, 4096, why), (58_000, 8192, why)]);
    let min = bench.ask(line, Request::MinOffset { topic: Name::new("T"), queue: 0 });
    assert_eq!(offset_of(&min), Some(4));
    let (found, pulled) = bench.pull(line, pull("T", 0, 0, "*"));
    assert_eq!((found, pulled.unwrap().next), (code::PULL_OFFSET_MOVED, 4));
    let view = |physical| Request::Admin(AdminRequest::ViewMessage { physical }.into());
    assert_eq!(bench.ask(line, view(0)).code, code::SYSTEM_ERROR);
    assert_eq!(bench.ask(line, view(8192)).code, code::SUCCESS);
    bench.kill(End::PowerLost);
    bench.start();
    let line = bench.connect("again", bench.broker);
    assert_eq!(put(&mut bench, line, "after the power came back"), Ok(5));
}

/// Broker reference 15, row 27.
#[test]
fn young_files_go_only_where_the_disk_is_nearly_full() {
    let mut bench = Bench::with(small_files);
    five_messages(&mut bench);
    fill(&mut bench, 85);
    bench.run_until(58_000);
    assert_eq!(deleted(&bench), [], "old files may go above 75, and none is old");
    fill(&mut bench, 86);
    bench.run_until(68_000);
    let why = ("disk_pressure", 86);
    assert_eq!(deleted(&bench), [(68_000, 4096, why), (68_000, 8192, why)]);
}
