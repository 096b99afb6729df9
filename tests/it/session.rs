//! Stories of a person at the page, told with commands and frames.

use rocketscope::session::frame::{Frame, Inspector, MessageCard, NodeLife, Pull, Role};
use rocketscope::session::protocol::{
    Command, Condition, Position, Recipe, Selection, Source, Tempo, Tweak,
};

use crate::session_kit::{Page, brief, card};

const SECOND: u64 = 1_000_000_000;
const FRAME: u64 = 16_666_667;

#[test]
fn the_first_program_stores_thirty_and_consumes_none_before_twenty_seconds() {
    let mut page = Page::open("first-program");
    let before = page.seek(Position::Time(20 * SECOND));
    let ledger = before.lanes[0].ledger;
    assert_eq!((ledger.sent, ledger.acknowledged, ledger.stored), (30, 30, 30));
    assert_eq!((ledger.delivered, ledger.consumed, ledger.expected), (0, 0, 30));
    assert!(before.lanes[0].topics.iter().all(|topic| topic.waiting == 10));
    let end = page.seek(Position::End);
    let ledger = end.lanes[0].ledger;
    assert_eq!((ledger.delivered, ledger.consumed, ledger.lost, ledger.dead), (30, 30, 0, 0));
    assert_eq!((ledger.duplicated, ledger.out_of_order, ledger.failed), (0, 0, 0));
    assert!(end.lanes[0].topics.iter().all(|topic| topic.waiting == 0));
    let (from, to) = end.lanes[0].charts.nothing_consumed.expect("nothing is consumed for 20 s");
    assert!(from < SECOND && 20 * SECOND < to, "{from} to {to}");
}

#[test]
fn before_the_first_event_nothing_is_there_but_what_is_planned() {
    let mut page = Page::open("first-program");
    let frame = page.ask(Command::Look);
    let lane = &frame.lanes[0];
    assert_eq!((frame.now, lane.queues.len(), lane.topics.len()), (0, 0, 0));
    let producer = lane.nodes.iter().find(|node| node.name == "Producer").expect("is planned");
    assert_eq!(producer.life, NodeLife::NotYet(200_000_000));
    assert_eq!(frame.run.planned_messages, Some(30));
    assert!(frame.markers.iter().any(|marker| !marker.past && marker.at == 200_000_000));
}

#[test]
fn the_waits_of_every_journey_sum_to_its_time_to_the_nanosecond() {
    for scenario in ["first-program", "rebalance"] {
        let mut page = Page::open(scenario);
        page.seek(Position::End);
        for number in 1..=30 {
            let card = page.message(number);
            let total = card.total.expect("it was consumed");
            let waits: u64 = card.steps.iter().filter_map(|step| step.wait).sum();
            let until_consumed = waits_to(&card, "step.consumed");
            assert_eq!(until_consumed, total, "{scenario} m{number}");
            assert!(waits >= total);
            let phases: u64 = card.phases.iter().map(|phase| phase.span).sum();
            assert_eq!(phases, total, "{scenario} m{number}");
            assert_eq!(card.phases.iter().filter(|phase| phase.longest).count(), 1);
        }
    }
}

fn waits_to(card: &MessageCard, key: &str) -> u64 {
    let end = card.steps.iter().rposition(|step| step.words.key == key).expect("has that step");
    card.steps[..=end].iter().filter_map(|step| step.wait).sum()
}

#[test]
fn the_first_messages_journey_tells_the_recorded_story() {
    let mut page = Page::open("first-program");
    page.seek(Position::End);
    let card = page.message(1);
    let keys: Vec<&str> = card.steps.iter().map(|step| step.words.key.as_str()).collect();
    let expected = [
        "step.no_route",
        "step.route_of_default_topic",
        "step.queue_chosen",
        "step.connected",
        "step.admitted_at_once",
        "step.created_and_stored",
        "step.dispatched",
        "step.acknowledged",
        "step.consumer_route",
        "step.rebalance",
        "step.owned",
        "step.asked_first",
        "step.answered",
        "step.delivered",
        "step.consuming",
        "step.consumed",
        "step.committed",
    ];
    let mut rest = keys.iter();
    for key in expected {
        assert!(rest.any(|found| *found == key), "{key} is missing or misplaced in {keys:?}");
    }
    assert_eq!(card.body, "Hello MetaQA0");
    assert_eq!(card.stored.as_ref().map(|stored| stored.size), Some(254));
    let why = card.why.expect("the longest wait has a reason");
    assert_eq!(why.sentence.key, "why.route_for_rebalance");
    let setting = why.setting.expect("a setting is behind it");
    assert_eq!(setting.0, "rocketmq.client.rebalance.waitInterval");
    assert_eq!(setting.1, "20\u{2009}000 ms");
}

#[test]
fn steps_of_a_message_go_forth_and_back_one_by_one() {
    let mut page = Page::open("first-program");
    page.message(1);
    let steps = card(&page.ask(Command::Look)).steps.len();
    let mut seen = Vec::new();
    for expected in 0..steps {
        let frame = page.ask(Command::StepMessage { forward: true });
        let card = card(&frame);
        assert_eq!(card.current, Some(u32::try_from(expected).expect("few steps")));
        assert_eq!(frame.ordinal, card.steps[expected].ordinal);
        seen.push((frame.ordinal, frame.now));
    }
    let last = page.ask(Command::StepMessage { forward: true });
    assert_eq!(last.ordinal, seen[steps - 1].0, "behind the last step there is none");
    for expected in (0..steps - 1).rev() {
        let frame = page.ask(Command::StepMessage { forward: false });
        assert_eq!(card(&frame).current, Some(u32::try_from(expected).expect("few steps")));
        assert_eq!((frame.ordinal, frame.now), seen[expected]);
    }
}

#[test]
fn single_events_go_forth_and_back() {
    let mut page = Page::open("first-program");
    page.seek(Position::Time(SECOND));
    let start = page.ask(Command::Look);
    let mut forth = Vec::new();
    for _ in 0..40 {
        forth.push(page.ask(Command::Step { forward: true }));
    }
    assert_eq!(forth[39].ordinal, start.ordinal + 40);
    for old in forth.iter().rev().skip(1) {
        let frame = page.ask(Command::Step { forward: false });
        assert!(frame == *old, "event {} back shows something else", old.ordinal);
    }
}

#[test]
fn before_the_beginning_and_behind_the_end_there_is_nothing_to_step_to() {
    let mut page = Page::open("first-program");
    let first = page.ask(Command::Step { forward: false });
    assert_eq!((first.now, first.ordinal), (0, page.ask(Command::Look).ordinal));
    let end = page.seek(Position::End);
    let behind = page.ask(Command::Step { forward: true });
    assert_eq!((behind.ordinal, behind.now, behind.ended), (end.ordinal, end.now, true));
    assert_eq!(behind.next_event, None);
}

#[test]
fn followed_the_first_program_takes_about_a_minute_and_marks_its_quiet_spans() {
    let mut page = Page::open("first-program");
    let tempo = Tempo::Follow { speed: 1.0 };
    let (mut wall, mut now) = (0, 0);
    let mut frame = page.ask(Command::Look);
    while !frame.ended {
        frame = page.ask(Command::Play { wall_ns: FRAME, tempo });
        wall += FRAME;
        assert!(now <= frame.now, "the clock never goes back while it plays");
        now = frame.now;
    }
    assert!((50 * SECOND..75 * SECOND).contains(&wall), "{} s", wall / SECOND);
    let (from, to) = frame.skipped[0];
    assert!(10 * SECOND < from && to == 20 * SECOND, "{from} to {to}");
    assert_eq!(frame.lanes[0].ledger.consumed, 30);
}

#[test]
fn followed_a_flight_takes_between_a_tenth_and_a_second_and_a_quiet_span_half_a_second() {
    let mut page = Page::open("first-program");
    page.seek(Position::Time(12 * SECOND));
    let tempo = Tempo::Follow { speed: 1.0 };
    let mut wall = 0;
    while page.ask(Command::Look).now < 20 * SECOND {
        page.ask(Command::Play { wall_ns: FRAME, tempo });
        wall += FRAME;
    }
    assert!(wall <= SECOND * 6 / 10, "8 s of quiet took {wall} ns");
    let mut first = 0;
    while page.ask(Command::Look).lanes[0].flights.len() == 1 {
        page.ask(Command::Play { wall_ns: FRAME, tempo });
        first += FRAME;
    }
    assert!((SECOND / 10..SECOND).contains(&first), "a flight took {first} ns");
}

#[test]
fn followed_a_crowd_of_messages_runs_like_the_wall_clock() {
    let mut page = Page::open("slow-consumer");
    page.seek(Position::Time(5 * SECOND));
    let tempo = Tempo::Follow { speed: 1.0 };
    let mut frame = page.ask(Command::Look);
    for _ in 0..60 {
        frame = page.ask(Command::Play { wall_ns: FRAME, tempo });
    }
    assert!((SECOND / 4..SECOND * 2).contains(&(frame.now - 5 * SECOND)), "{}", frame.now);
}

#[test]
fn at_a_fixed_speed_virtual_time_is_wall_time_by_a_factor() {
    let mut page = Page::open("pull-and-push");
    let tempo = Tempo::Fixed { rate: 4.0 };
    for _ in 0..60 {
        page.ask(Command::Play { wall_ns: 16_000_000, tempo });
    }
    let frame = page.ask(Command::Play { wall_ns: 40_000_000, tempo });
    assert_eq!(frame.now, 4 * SECOND);
    assert!((frame.rate - 4.0).abs() < 1e-9, "{}", frame.rate);
    assert!(frame.rate > 0.0 && page.ask(Command::Look).rate == 0.0);
}

#[test]
fn the_three_lanes_wait_and_ask_as_they_should() {
    let mut page = Page::open("pull-and-push");
    assert!(page.ask(Command::Look).run.questions.iter().all(|question| question.right.is_none()));
    let frame = page.seek(Position::End);
    let waits: Vec<u64> = frame.lanes.iter().map(|lane| lane.asking.wait.mean).collect();
    assert!((2 * SECOND..3 * SECOND).contains(&waits[0]), "pull waits {}", waits[0]);
    assert!((300_000_000..1_200_000_000).contains(&waits[1]), "short poll waits {}", waits[1]);
    assert!(waits[2] < 10_000_000, "push waits {}", waits[2]);
    let asks: Vec<u64> = frame.lanes.iter().map(|lane| lane.asking.answered).collect();
    assert!(asks[1] > asks[0] && asks[1] > asks[2], "short poll asks most: {asks:?}");
    let right: Vec<Option<u8>> = frame.run.questions.iter().map(|asked| asked.right).collect();
    assert_eq!(right[..2], [Some(2), Some(1)]);
    let partings = frame.lanes.iter().filter_map(|lane| lane.asking.parting.as_ref());
    let keys: Vec<&str> = partings.map(|parting| parting.words.key.as_str()).collect();
    assert_eq!(keys, ["parting.answered_empty", "parting.held_short", "parting.held_long"]);
}

#[test]
fn at_fifty_messages_a_second_push_asks_most() {
    let mut page = Page::open("pull-and-push");
    let sliders = page.ask(Command::Look).run.sliders;
    let load = sliders.into_iter().find(|slider| slider.load).expect("has a load slider");
    let value = format!("\"50{}\"", load.unit);
    let tweaks: Vec<Tweak> =
        load.paths.iter().map(|path| Tweak { path: path.clone(), value: value.clone() }).collect();
    let source = Source::Shipped("pull-and-push".to_owned());
    let recipe = Recipe { source, seed: None, tweaks };
    let frame = page.ask(Command::Load { recipe, position: Position::End });
    let most = frame.run.questions.iter().find(|asked| asked.at_load == Some(50.0));
    assert_eq!(most.map(|asked| asked.right), Some(Some(2)));
}

#[test]
fn a_held_pull_is_held_until_its_time_is_over() {
    let mut page = Page::open("first-program");
    let frame = page.seek(Position::Time(24 * SECOND));
    let lane = &frame.lanes[0];
    assert_eq!((lane.asking.held_now, lane.queues.len(), lane.ribbons.len()), (12, 12, 12));
    for queue in &lane.queues {
        let Pull::Held { since, until } = queue.pull else { panic!("{queue:?} is not held") };
        assert_eq!(until - since, 15 * SECOND);
    }
    let marker = frame.markers.iter().find(|marker| marker.words.key == "expect.holds_end");
    assert!(marker.is_some_and(|marker| !marker.past && 36 * SECOND < marker.at));
}

#[test]
fn running_until_stops_right_behind_what_was_waited_for() {
    let mut page = Page::open("first-program");
    page.message(1);
    let consumed = page.ask(Command::RunUntil { condition: Condition::SelectedConsumed });
    let steps = card(&consumed).steps;
    let end = steps.iter().find(|step| step.words.key == "step.consumed").expect("is consumed");
    assert_eq!((consumed.ordinal, consumed.now), (end.ordinal, end.at));
    let back = page.ask(Command::RunUntil { condition: Condition::Marker { forward: false } });
    let marked = consumed.markers.iter().any(|marker| marker.past && marker.at == back.now);
    assert!(back.now < consumed.now && marked);
    let next = page.ask(Command::RunUntil { condition: Condition::NextConsumed });
    assert_eq!(next.lanes[0].ledger.consumed, 1);
    let rebalance = page.ask(Command::RunUntil { condition: Condition::Rebalance });
    assert!(rebalance.now > next.now);
}

#[test]
fn everything_can_be_selected_and_says_something() {
    let mut page = Page::open("first-program");
    let frame = page.seek(Position::Time(22 * SECOND));
    for node in &frame.lanes[0].nodes {
        let selection = Some(Selection::Node { lane: 0, node: node.id });
        let Inspector::Node(card) = page.ask(Command::Select { selection }).inspector else {
            panic!("{} has a card", node.name)
        };
        assert!(card.name == node.name && !card.rows.is_empty(), "{card:?}");
    }
    let queue = Selection::Queue { lane: 0, queue: 1 };
    let Inspector::Queue(card) = page.ask(Command::Select { selection: Some(queue) }).inspector
    else {
        panic!("a queue has a card")
    };
    assert!(!card.rows.is_empty() && !card.messages.is_empty() && card.why.is_some());
    let link = Some(Selection::Link { lane: 0, from: 3, to: 0 });
    let frame = page.ask(Command::Select { selection: link });
    assert!(matches!(frame.inspector, Inspector::Link(_)));
    let frame = page.ask(Command::Select { selection: None });
    assert_eq!(frame.inspector, Inspector::Nothing);
}

#[test]
fn roles_show_their_figures() {
    let mut page = Page::open("first-program");
    let frame = page.seek(Position::End);
    let role = |name: &str| {
        let node = frame.lanes[0].nodes.iter().find(|node| node.name == name);
        node.map(|node| node.role.clone()).expect("is there")
    };
    assert_eq!(role("ns-1"), Role::NameServer { topics: 3, brokers: 1 });
    let Role::Broker { log_bytes, records, newest, .. } = role("broker-a") else {
        panic!("broker-a is a broker")
    };
    assert_eq!((records, newest.len(), newest[0].message), (30, 30, 1));
    assert_eq!(log_bytes, 7630, "as recorded");
    let Role::Producer { sent, stored, failed, .. } = role("Producer") else {
        panic!("Producer is a producer")
    };
    assert_eq!((sent, stored, failed), (30, 30, 0));
}

#[test]
fn a_producer_says_when_it_has_sent_everything() {
    let mut page = Page::open("retry-and-dead-letters");
    let doing = |frame: &Frame| {
        let mut nodes = frame.lanes[0].nodes.iter();
        let node = nodes.find(|node| node.name == "Broken");
        let Role::Producer { sent, doing, .. } = &node.expect("is there").role else {
            panic!("Broken is a producer")
        };
        (*sent, doing.key.clone())
    };
    let begun = page.seek(Position::Time(12 * SECOND));
    assert_eq!(doing(&begun), (1, "doing.pauses".to_owned()));
    assert_eq!(doing(&page.seek(Position::End)), (3, "doing.all_sent".to_owned()));
}

#[test]
fn what_a_broker_keeps_for_itself_is_told_as_such_or_not_at_all() {
    let topics = |scenario: &str| {
        let frame = Page::open(scenario).seek(Position::Time(20 * SECOND));
        let topics = frame.lanes[0].topics.iter();
        let told = topics.map(|of| (of.name.clone(), of.kept, of.stored > 0, of.waiting > 0));
        told.collect::<Vec<_>>()
    };
    let kept = |name: &str| (name.to_owned(), true, true, false);
    assert_eq!(topics("requests")[1..], [kept("DefaultCluster_REPLY_TOPIC")]);
    assert_eq!(topics("transaction")[1..], [kept("RMQ_SYS_TRANS_HALF_TOPIC")], "no topic of notes");
    let retries = topics("retry-and-dead-letters");
    assert_eq!(retries[1], kept("SCHEDULE_TOPIC_XXXX"));
    assert_eq!(retries[2], ("%RETRY%OrderReaders".to_owned(), false, true, false));
}

#[test]
fn a_scenario_that_cannot_be_used_leaves_the_run_as_it_is() {
    let mut page = Page::open("first-program");
    let before = page.seek(Position::Time(5 * SECOND));
    let text = "title = \"Broken\"\nend = \"10 parsecs\"\n".to_owned();
    let recipe = Recipe { source: Source::Text(text), ..Recipe::default() };
    let load = Command::Load { recipe, position: Position::Ordinal(0) };
    let rejection = page.try_ask(load).expect_err("nothing lasts parsecs");
    assert!(rejection.place.contains("2:"), "{rejection:?}");
    assert!(!rejection.finding.is_empty() && !rejection.cure.is_empty());
    assert!(page.ask(Command::Look) == before, "the old run survives");
    let source = Source::Shipped("no-such-scenario".to_owned());
    let recipe = Recipe { source, ..Recipe::default() };
    let load = Command::Load { recipe, position: Position::End };
    let rejection = page.try_ask(load).expect_err("there is no such scenario");
    assert!(rejection.finding.contains("no-such-scenario") && rejection.cure.contains("rebalance"));
}

#[test]
fn a_planted_panic_says_that_it_was_planted() {
    let caught = std::panic::catch_unwind(|| {
        let mut page = Page::open("first-program");
        page.ask(Command::Panic)
    });
    let sentence = caught.expect_err("it was asked for");
    let sentence = sentence.downcast_ref::<&str>().copied().map(str::to_owned);
    assert!(sentence.is_some_and(|sentence| sentence.starts_with("a planted panic")));
}

#[test]
fn every_text_that_the_engine_asks_for_exists() {
    use rocketscope::view::words::has;
    let mut missing = std::collections::BTreeSet::new();
    for scenario in brief() {
        let mut page = Page::open(scenario.name);
        for second in [0, 1, 5, 12, 20, 21, 22, 25, 40, 75] {
            let frame = page.seek(Position::Time(second * SECOND));
            let events = frame.recent.iter();
            let whys = events.clone().filter_map(|line| line.why.as_ref());
            let keys = events.map(|line| line.words.key.clone());
            let keys = keys.chain(whys.map(|why| why.sentence.key.clone()));
            let keys = keys.chain(frame.markers.iter().map(|marker| marker.words.key.clone()));
            let partings = frame.lanes.iter().filter_map(|lane| lane.asking.parting.as_ref());
            let keys = keys.chain(partings.map(|parting| parting.words.key.clone()));
            missing.extend(keys.filter(|key| !has(key)));
        }
        let card = page.message(1);
        let keys = card.steps.iter().map(|step| step.words.key.clone());
        missing.extend(keys.filter(|key| !has(key)));
    }
    assert!(missing.is_empty(), "no text for {missing:?}");
}
