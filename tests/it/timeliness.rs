//! The question that started the project: what bounds the time until everything is processed
//! (`timeliness`, `two-million`).

use rocketscope::scenario::{Bound, Scenario, Tweak, shipped_text};
use rocketscope::session::load::stage;
use rocketscope::session::stage::{Stage, Stop};

/// A shipped scenario with tweaks, played to its end.
fn played(name: &str, tweaks: &[(&str, &str)]) -> (Bound, Stage) {
    let text = shipped_text(name).expect("it is shipped");
    let tweaks: Vec<Tweak<'_>> = tweaks.iter().map(|(path, value)| Tweak { path, value }).collect();
    let scenario = Scenario::parse(text, &tweaks).unwrap_or_else(|error| panic!("{error}"));
    let mut stage = stage(&scenario, scenario.seed);
    stage.run_in();
    stage.advance(Stop { time: scenario.end.as_nanos(), ordinal: u64::MAX }, u64::MAX);
    assert!(stage.violation().is_none(), "{name}");
    (scenario.lanes()[0].bound.expect("it is a closed loop"), stage)
}

/// What the run took lies within 3 % of what bounds it; gives the bound.
fn agrees(name: &str, tweaks: &[(&str, &str)]) -> Bound {
    let (bound, stage) = played(name, tweaks);
    let books = &stage.lanes()[0].seen().books;
    assert_eq!(books.all.consumed, bound.messages, "{name} {tweaks:?}");
    let (taken, expected) = (books.taken().expect("it ended"), bound.expected());
    let off = taken.abs_diff(expected) * 100;
    assert!(off <= expected * 3, "{name} {tweaks:?}: took {taken}, expected {expected}");
    assert!(expected <= taken, "{name} {tweaks:?}: nothing is faster than its bound");
    bound
}

const ROUNDS: (&str, &str) = ("client.Producer.workload.rounds", "20000");
const SENDERS: &str = "client.Producer.workload.senders";
const THREADS: &str = "client.Consumer.consumeThreadMin";

#[test]
fn one_sender_is_bound_by_its_round_trip_and_many_by_the_threads_that_store() {
    let one = agrees("timeliness", &[ROUNDS, (SENDERS, "1")]);
    assert_eq!(one.expected(), one.sending());
    assert_eq!(one.sending(), 20_000 * 320_000, "0.32 ms a send, as measured");
    for senders in ["16", "64", "256"] {
        let many = agrees("timeliness", &[ROUNDS, (SENDERS, senders)]);
        assert_eq!(many.expected(), many.storing(), "{senders} senders");
        assert_eq!(many.storing(), 20_000 * 100_000, "ten thousand a second");
    }
}

#[test]
fn few_consuming_threads_bound_the_run_by_their_waiting() {
    let one = agrees("timeliness", &[ROUNDS, (THREADS, "1")]);
    assert_eq!(one.expected(), one.consuming());
    assert_eq!(one.consuming(), 10_000 * 1_064_000);
    let few = agrees("timeliness", &[ROUNDS, (THREADS, "4")]);
    assert_eq!(few.expected(), few.consuming());
}

#[test]
fn two_million_messages_are_bound_by_the_listener() {
    let (few, all) = (agrees("two-million", &[("client.Producer.workload.rounds", "100000")]), {
        let text = shipped_text("two-million").expect("it is shipped");
        let scenario = Scenario::parse(text, &[]).expect("it is shipped");
        scenario.lanes()[0].bound.expect("it is a closed loop")
    });
    assert_eq!((few.messages, all.messages), (100_000, 2_000_000));
    assert_eq!(all.expected(), 50_000_000_000, "a million waits of 1 ms, by 20 threads");
    assert_eq!(all.expected(), all.consuming());
}

#[test]
fn an_open_loop_has_no_bound() {
    let text = shipped_text("slow-consumer").expect("it is shipped");
    let scenario = Scenario::parse(text, &[]).expect("it is shipped");
    assert_eq!(scenario.lanes()[0].bound, None);
}

#[test]
fn whoever_does_not_wait_for_answers_or_listens_otherwise_has_no_bound() {
    let text = shipped_text("timeliness").expect("it is shipped");
    let bound = |path: &str, value: &str| {
        let scenario = Scenario::parse(text, &[Tweak { path, value }]);
        scenario.unwrap_or_else(|error| panic!("{error}")).lanes()[0].bound
    };
    assert!(bound(SENDERS, "2").is_some());
    let sent = "[{ topic = \"Orders\", size = \"128B\", send = \"async\" }]";
    assert_eq!(bound("client.Producer.workload.message", sent), None);
    assert_eq!(bound("client.Consumer.messageModel", "\"BROADCASTING\""), None);
}
