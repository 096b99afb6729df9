//! What the page shows of a master with its slave, and of a process that stands still.

use rocketscope::session::Session;
use rocketscope::session::frame::{Frame, Node, Role};
use rocketscope::session::protocol::{Command, Position, Recipe, Source};

use crate::session_kit::Page;

const SECOND: u64 = 1_000_000_000;

fn node<'f>(frame: &'f Frame, name: &str) -> &'f Node {
    frame.lanes[0].nodes.iter().find(|node| node.name == name).expect("the node is there")
}

fn log(frame: &Frame, name: &str) -> (u64, Option<String>) {
    let Role::Broker { log_bytes, copies, .. } = &node(frame, name).role else {
        panic!("{name} is a broker")
    };
    (*log_bytes, copies.clone())
}

#[test]
fn a_slave_is_shown_with_what_it_copied() {
    let mut page = Page::open("master-and-slave");
    let before = page.seek(Position::Time(14 * SECOND));
    let (bytes, _) = log(&before, "broker-a");
    assert!(bytes > 0);
    assert_eq!(log(&before, "broker-a-s"), (bytes, Some("broker-a".to_owned())));
    let cut = page.seek(Position::Time(23 * SECOND));
    assert!(log(&cut, "broker-a-s").0 < log(&cut, "broker-a").0, "nothing passes the cut");
    assert_eq!(log(&cut, "broker-a").1, None);
    assert_eq!(cut.lanes[0].queues.len(), 4, "a copied queue is no second one");
}

#[test]
fn a_journey_tells_how_long_a_send_waited_for_the_slave() {
    let mut page = Page::open("master-and-slave");
    page.seek(Position::Time(23 * SECOND));
    let card = page.message(80);
    let steps: Vec<&str> = card.steps.iter().map(|step| step.words.key.as_str()).collect();
    let answered = ["step.consumed", "step.safe", "step.acknowledged", "step.committed"];
    assert!(steps.ends_with(&answered), "{steps:?}");
    let safe = &card.steps[steps.len() - 3];
    assert!(safe.side, "the message was read meanwhile");
    let why = safe.why.as_ref().expect("it says why");
    assert_eq!(why.sentence.key, "why.slave_too_late");
    let setting = why.setting.as_ref().expect("a setting is behind it");
    assert_eq!(setting.0, "slaveTimeout");
}

#[test]
fn who_reads_from_the_slave_reads_the_same_queues() {
    let mut page = Page::open("master-and-slave");
    let frame = page.seek(Position::Time(54 * SECOND));
    let queues = &frame.lanes[0].queues;
    assert_eq!(queues.iter().map(|queue| queue.stored).sum::<u64>(), 197);
    assert!(queues.iter().all(|queue| queue.broker == 1 && queue.consumed == queue.stored));
    let late = node(&frame, "Late");
    let Role::Consumer { consumed, owns, .. } = late.role else { panic!("Late is a consumer") };
    assert_eq!((consumed, owns), (197, 4), "all of it, from the slave: the master is dead");
}

#[test]
fn a_process_that_stands_still_says_until_when() {
    let text = rocketscope::scenario::shipped_text("first-program").expect("it is shipped");
    let pause = "[[intervention]]\nat = \"5s\"\npause = \"broker-a\"\nlasts = \"2s\"\n";
    let source = Source::Text(format!("{text}\n{pause}"));
    let recipe = Recipe { source, ..Recipe::default() };
    let mut page = Page::of(Session::new());
    page.ask(Command::Load { recipe, position: Position::Time(6 * SECOND) });
    let badge = |frame: &Frame| node(frame, "broker-a").badge.clone().map(|words| words.key);
    let frame = page.seek(Position::Time(6 * SECOND));
    assert_eq!(badge(&frame).as_deref(), Some("badge.paused_until"));
    assert_eq!(badge(&page.seek(Position::Time(8 * SECOND))), None);
}
