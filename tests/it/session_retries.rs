//! What the page tells of messages that are given back, and of queues that wait for a lock.

use rocketscope::session::frame::{Arg, Step};
use rocketscope::session::protocol::Position;

use crate::session_kit::Page;

const SECOND: u64 = 1_000_000_000;

fn keys(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(|step| step.words.key.as_str()).collect()
}

#[test]
fn a_journey_tells_who_gave_a_message_back_and_when_it_comes_again() {
    let mut page = Page::open("retry-and-dead-letters");
    page.seek(Position::Time(100 * SECOND));
    let card = page.message(2);
    let keys = keys(&card.steps);
    let failed = keys.iter().position(|key| *key == "step.not_consumed").expect("it fails");
    let again = ["step.not_consumed", "step.retried", "step.postponed", "step.due"];
    assert_eq!(keys[failed..failed + 4], again);
    assert!(keys.ends_with(&["step.consuming", "step.consumed", "step.committed"]), "{keys:?}");
    let said: Vec<(&str, Vec<(&str, Arg)>)> = card.steps[failed..]
        .iter()
        .filter_map(|step| step.why.as_ref())
        .map(|why| (why.sentence.key.as_str(), args(&why.sentence.args)))
        .take(3)
        .collect();
    let expected = [
        ("why.listener_later", vec![("value", Arg::Count(0))]),
        ("why.sent_back", vec![("value", Arg::Count(10_000))]),
        ("why.delay_level", vec![("value", Arg::Count(3))]),
    ];
    assert_eq!(said, expected);
    let waits = card.steps[failed + 2].words.args.iter().find(|(name, _)| name == "waited");
    assert_eq!(waits.map(|(_, span)| span.clone()), Some(Arg::Span(10 * SECOND)));
}

fn args(args: &[(String, Arg)]) -> Vec<(&str, Arg)> {
    args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
}

#[test]
fn a_journey_tells_that_its_queue_waited_for_a_lock() {
    let mut page = Page::open("orderly-locks");
    page.seek(Position::Time(149 * SECOND));
    // Sent when the owner of its queue was dead.
    let card = page.message(366);
    let keys = keys(&card.steps);
    let locked = keys.iter().position(|key| *key == "step.locked").expect("it waits for a lock");
    assert_eq!(keys[locked..locked + 3], ["step.locked", "step.owned", "step.asked_first"]);
    let why = card.steps[locked].why.as_ref().expect("it says why");
    assert_eq!(why.sentence.key, "why.lock_held");
}

#[test]
fn a_copy_for_a_try_does_not_wait_any_more_when_the_try_was_in_vain() {
    let mut page = Page::open("retry-and-dead-letters");
    let lane = page.seek(Position::Time(25 * SECOND)).lanes.remove(0);
    let retry = lane.topics.iter().position(|topic| topic.name == "%RETRY%OrderReaders");
    let retry = u8::try_from(retry.expect("copies lie there")).expect("few topics");
    let queue = lane.queues.iter().find(|queue| queue.topic == retry).expect("it has one");
    assert_eq!((queue.stored, queue.consumed, queue.handed_out), (16, 16, 0));
}

#[test]
fn a_copy_that_was_popped_does_not_wait_any_more() {
    let mut page = Page::open("pop");
    let lane = page.seek(Position::Time(40 * SECOND)).lanes.remove(1);
    for queue in lane.queues {
        let topic = &lane.topics[usize::from(queue.topic)];
        let waits = queue.stored - queue.consumed - queue.handed_out;
        assert!(topic.kept || waits == 0, "{waits} wait in {} q{}", topic.name, queue.id);
    }
}
