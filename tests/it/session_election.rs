//! What the page shows of an election: who leads, who follows whom, and what was cut.

use rocketscope::scenario::shipped_text;
use rocketscope::session::Session;
use rocketscope::session::frame::{Arg, Frame, Inspector, Node, Role};
use rocketscope::session::protocol::{Command, Position, Recipe, Selection, Source};

use crate::session_kit::Page;

const SECOND: u64 = 1_000_000_000;

fn node<'f>(frame: &'f Frame, name: &str) -> &'f Node {
    frame.lanes[0].nodes.iter().find(|node| node.name == name).expect("the node is there")
}

/// A broker's role, and whom it is said to copy.
fn place(frame: &Frame, name: &str) -> (String, Option<String>) {
    let Role::Broker { modes, copies, .. } = &node(frame, name).role else {
        panic!("{name} is a broker")
    };
    (modes[0].clone(), copies.clone())
}

fn log(frame: &Frame, name: &str) -> u64 {
    let Role::Broker { log_bytes, .. } = node(frame, name).role else {
        panic!("{name} is a broker")
    };
    log_bytes
}

/// Epoch, and how many are in sync, on a broker's card.
fn card(page: &mut Page, frame: &Frame, name: &str) -> Vec<(String, u64)> {
    let selection = Some(Selection::Node { lane: 0, node: node(frame, name).id });
    let Inspector::Node(card) = page.ask(Command::Select { selection }).inspector else {
        panic!("{name} has a card")
    };
    let rows = card.rows.into_iter().filter_map(|(label, value)| {
        let Some((_, Arg::Count(number))) = value.args.first().cloned() else { return None };
        Some((label.key, number))
    });
    rows.filter(|(key, _)| key == "row.epoch" || key == "row.in_sync").collect()
}

fn role(mode: &str, copies: Option<&str>) -> (String, Option<String>) {
    (mode.to_owned(), copies.map(str::to_owned))
}

#[test]
fn roles_follow_the_election_and_queues_stay_where_they_were() {
    let mut page = Page::open("controller-election");
    let before = page.seek(Position::Time(11 * SECOND));
    assert_eq!(place(&before, "broker-a"), role("SYNC_MASTER", None));
    assert_eq!(place(&before, "broker-b"), role("SLAVE", Some("broker-a")));
    let rows = card(&mut page, &before, "broker-a");
    assert_eq!(rows, [("row.epoch".to_owned(), 1), ("row.in_sync".to_owned(), 3)]);

    let elected = page.seek(Position::Time(16 * SECOND));
    assert_eq!(place(&elected, "broker-b"), role("SYNC_MASTER", Some("broker-a")));
    assert_eq!(place(&elected, "broker-c"), role("SLAVE", Some("broker-b")));
    let rows = card(&mut page, &elected, "broker-b");
    assert_eq!(rows, [("row.epoch".to_owned(), 2), ("row.in_sync".to_owned(), 1)]);
    assert!(log(&elected, "broker-b") < log(&elected, "broker-a"), "the copies were cut off");

    let end = page.seek(Position::End);
    assert_eq!(place(&end, "broker-a"), role("SLAVE", None));
    assert_eq!(card(&mut page, &end, "broker-b")[1].1, 3, "all are in sync again");
    assert_eq!(log(&end, "broker-a"), log(&end, "broker-c"));
    assert_eq!(end.lanes[0].queues.len(), 4, "one set of queues");
    let Role::Producer { sent, stored, failed, .. } = node(&end, "Producer").role else {
        panic!("it is a producer")
    };
    assert_eq!((sent, stored, failed), (296, 296, 0), "sends went on with a new route");
    let Role::Consumer { consumed, .. } = node(&end, "Consumer").role else {
        panic!("it is a consumer")
    };
    assert_eq!(consumed, 281, "15 places were read before, and given away again");
}

/// Bytes of a broker's log, and how many of them are on its disk.
fn on_disk(page: &mut Page, frame: &Frame, name: &str) -> (u64, u64) {
    let selection = Some(Selection::Node { lane: 0, node: node(frame, name).id });
    let Inspector::Node(card) = page.ask(Command::Select { selection }).inspector else {
        panic!("{name} has a card")
    };
    let bytes = |wanted: &str| {
        let row = card.rows.iter().find(|(label, _)| label.key == wanted);
        let Some((_, Arg::Bytes(bytes))) = row.and_then(|(_, value)| value.args.first().cloned())
        else {
            panic!("a broker's card says {wanted}")
        };
        bytes
    };
    (bytes("row.log"), bytes("row.flushed"))
}

#[test]
fn a_slave_that_is_elected_has_nothing_in_its_transient_pool() {
    let text = shipped_text("controller-election").expect("it is shipped");
    let pooled =
        text.replace("slaveTimeout = ", "transientStorePoolEnable = true\nslaveTimeout = ");
    assert_eq!(pooled.matches("transientStorePoolEnable").count(), 3, "all brokers have one");
    let mut page = Page::of(Session::new());
    let source = Source::Text(pooled);
    let recipe = Recipe { source, ..Recipe::default() };
    page.ask(Command::Load { recipe, position: Position::Ordinal(0) });
    for second in [25, 45, 60] {
        let frame = page.seek(Position::Time(second * SECOND));
        for name in ["broker-a", "broker-b", "broker-c"] {
            let (log, flushed) = on_disk(&mut page, &frame, name);
            assert!(flushed <= log, "{name} at {second} s: {flushed} of {log} bytes are flushed");
            assert!(flushed > 0, "{name} at {second} s has flushed something");
        }
    }
}
