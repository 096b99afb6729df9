//! How long listeners take, and what they do besides, as scenarios write it.

use rocketscope::facts::Fact;
use rocketscope::kernel::time::SimSpan;
use rocketscope::kernel::world::{Moment, Observer};
use rocketscope::rocketmq::protocol::Mq;
use rocketscope::scenario::Scenario;
use rocketscope::session::load::stage;
use rocketscope::session::stage::Stop;

/// A hundred messages in one queue wait for a consumer that starts at 1 s.
const SCENARIO: &str = "\
title = \"Handling\"
end = \"5s\"
topic = [{ name = \"A\", queues = 1 }]
namesrv = [{ name = \"ns-1\", starts = \"-5s\" }]
broker = [{ name = \"broker-a\", starts = \"-4s\" }]
[[client]]
name = \"P\"
role = \"producer\"
group = \"PG\"
workload = { rounds = 100, message = [{ topic = \"A\", size = \"128B\" }] }
[[client]]
name = \"C\"
role = \"push\"
group = \"G\"
starts = \"1s\"
subscribe = [{ topic = \"A\" }]
consumeFromWhere = \"CONSUME_FROM_FIRST_OFFSET\"
";

fn parse(consumer: &str) -> Result<Scenario, String> {
    Scenario::parse(&format!("{SCENARIO}{consumer}\n"), &[]).map_err(|error| error.to_string())
}

/// (thread, ns) of each beginning and each end of the listener.
#[derive(Default)]
struct Turns {
    begun: Vec<(u32, u64)>,
    ended: Vec<(u32, u64)>,
}

impl Observer<Mq> for Turns {
    fn see(&mut self, moment: Moment, fact: &Fact) {
        if let Fact::Consuming { thread, .. } = fact {
            self.begun.push((*thread, moment.at.as_nanos()));
        } else if let Fact::Consumed { thread, .. } = fact {
            self.ended.push((*thread, moment.at.as_nanos()));
        }
    }
}

/// Turns of the listener, and how many events there were.
fn run(consumer: &str) -> (Turns, u64) {
    let scenario = parse(consumer).unwrap_or_else(|error| panic!("{error}"));
    let lane = &scenario.lanes()[0];
    let (mut world, mut turns) = (lane.build(1), Turns::default());
    let events = world.run_until(lane.zero + SimSpan::secs(5), &mut turns);
    (turns, events)
}

#[test]
fn each_thread_waits_after_every_so_many_messages_of_its_own() {
    let (turns, _) = run("consumeThreadMin = 2\nhandling = { every = 3, wait = \"7ms\" }");
    assert_eq!(turns.ended.len(), 100);
    for thread in 0..2 {
        let of = |all: &[(u32, u64)]| -> Vec<u64> {
            all.iter().filter(|(own, _)| *own == thread).map(|(_, at)| *at).collect()
        };
        let (begun, ended) = (of(&turns.begun), of(&turns.ended));
        for (place, (begun, ended)) in begun.iter().zip(&ended).enumerate() {
            let wait = if place % 3 == 2 { 7_000_000 } else { 0 };
            assert_eq!(ended - begun, wait, "message {place} of thread {thread}");
        }
    }
}

#[test]
fn a_batch_waits_as_often_as_its_messages_say() {
    let settings = "consumeThreadMin = 1\nconsumeMessageBatchMaxSize = 5\n";
    let (turns, _) = run(&format!("{settings}handling = {{ every = 2, wait = \"1ms\" }}"));
    let spent: u64 = turns.ended.iter().zip(&turns.begun).map(|(end, begin)| end.1 - begin.1).sum();
    assert_eq!(turns.ended.len(), 100);
    assert!(spent >= 50 * 1_000_000, "each of a batch waits with it: {spent}");
    let (first, last) = (turns.begun[0].1, turns.ended[99].1);
    assert_eq!(last - first, 50_000_000, "one thread, 100 messages, 1 ms after every two");
}

#[test]
fn an_orderly_listener_rests_too() {
    let (turns, _) = run("orderly = true\nhandling = { every = 2, wait = \"1ms\" }");
    let (first, last) = (turns.begun[0].1, turns.ended[99].1);
    assert_eq!((turns.ended.len(), last - first), (100, 50_000_000));
}

#[test]
fn what_takes_no_time_needs_no_event() {
    let (turns, seldom) = run("handling = { every = 1000, wait = \"1ms\" }");
    let (_, each) = run("handling = \"0s\"");
    assert_eq!(turns.ended.len(), 100);
    assert_eq!(each - seldom, 100, "one timer for each message less");
}

#[test]
fn what_cannot_be_is_refused() {
    let wrong = [
        ("handling = { every = 0, wait = \"1ms\" }", "`every` is 0; write at least `1`"),
        ("handling = { every = 2 }", "a handling has no `wait`; add `wait`"),
        (
            "handling = { every = 2, wait = \"1ms\", sleep = 1 }",
            "a handling has no key `sleep`; its keys are `every` and `wait`",
        ),
    ];
    for (line, message) in wrong {
        let error = parse(line).expect_err(line);
        assert!(error.ends_with(message), "{line}: {error}");
    }
}

/// Side effects of a hundred messages with ten business keys: (all, repeated, left out).
fn effects(consumer: &str) -> (u64, u64, u64) {
    let text = SCENARIO
        .replace("size = \"128B\"", "size = \"128B\", key = { prefix = \"k\", count = 10 }");
    let scenario = Scenario::parse(&format!("{text}{consumer}\n"), &[]);
    let scenario = scenario.unwrap_or_else(|error| panic!("{error}"));
    let mut stage = stage(&scenario, 1);
    stage.run_in();
    stage.advance(Stop { time: 60_000_000_000, ordinal: u64::MAX }, u64::MAX);
    let group = stage.lanes()[0].seen().books.groups[0];
    assert_eq!(group.consumed, 100);
    (group.effects, group.repeated_effects, group.spared_effects)
}

#[test]
fn side_effects_are_counted_by_business_key() {
    assert_eq!(effects(""), (0, 0, 0));
    assert_eq!(effects("side_effect = \"each\""), (100, 90, 0));
    assert_eq!(effects("side_effect = \"checked\""), (10, 0, 90));
}

#[test]
fn a_listener_that_fails_afterwards_has_had_its_side_effect() {
    let fails = |more: &str| {
        let rule = format!("{{ key = \"k3\", tries = 1, answer = \"exception\"{more} }}");
        effects(&format!("side_effect = \"each\"\nanswers = [{rule}]"))
    };
    assert_eq!(fails(""), (100, 90, 0), "it failed before");
    let (all, repeated, _) = fails(", effect = true");
    assert!(all > 100 && all - repeated == 10, "{all} side effects, {repeated} of them repeated");
    let swallowed = "{ key = \"k3\", answer = \"CONSUME_SUCCESS\", effect = false }";
    let (all, ..) = effects(&format!("side_effect = \"each\"\nanswers = [{swallowed}]"));
    assert!(all < 100, "an exception that the program swallows: {all} side effects");
}
