//! Changes from outside, in words that every protocol shares, and what the ledger says of them.

use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::End;
use rocketscope::kernel::time::SimTime;
use rocketscope::scenario::{Scenario, shipped_text};
use rocketscope::session::lane::{Act, LifeLook};
use rocketscope::session::ledger;
use rocketscope::session::load::stage;
use rocketscope::session::stage::{Stage, Stop};

const SECOND: u64 = 1_000_000_000;

/// The first program at a time.
fn first_program(time: u64) -> Stage {
    let text = shipped_text("first-program").expect("is shipped");
    let scenario = Scenario::parse(text, &[]).expect("can be read");
    let mut stage = stage(&scenario, 1);
    stage.run_in();
    advance(&mut stage, time);
    stage
}

fn advance(stage: &mut Stage, time: u64) {
    stage.advance(Stop { time, ordinal: u64::MAX }, u64::MAX);
}

/// A node by its name.
fn node(stage: &Stage, name: &str) -> NodeId {
    let nodes = &stage.lanes()[0].seen().cast().nodes;
    let place = nodes.iter().position(|(known, _)| known.as_str() == name);
    NodeId(u32::try_from(place.expect("is in the cast")).expect("few nodes"))
}

fn act(stage: &mut Stage, time: u64, act: Act) {
    let zero = stage.lanes()[0].seen().zero().as_nanos();
    stage.lanes_mut()[0].intervene(SimTime::from_nanos(zero + time), act);
}

#[test]
fn a_broker_without_power_has_lost_what_had_not_reached_its_disk() {
    let mut stage = first_program(5 * SECOND);
    let broker = node(&stage, "broker-a");
    let lost = |stage: &Stage| {
        let lane = &stage.lanes()[0];
        ledger(lane.seen(), &lane.look()).lost
    };
    assert_eq!(lost(&stage), 0);
    let look = stage.lanes()[0].look();
    let flushed = look.nodes[broker.index()].flushed;
    let seen = stage.lanes()[0].seen();
    let dirty = seen.messages.lost_beyond(broker, flushed, &seen.places);
    assert!(dirty > 0, "some messages are in memory only");
    act(&mut stage, 5 * SECOND, Act::Kill(broker, End::PowerLost));
    advance(&mut stage, 5 * SECOND + SECOND / 100);
    assert!(lost(&stage) >= dirty, "{} are lost, {dirty} were dirty", lost(&stage));
    let life = stage.lanes()[0].look().nodes[broker.index()].life;
    assert!(matches!(life, LifeLook::Down(_, End::PowerLost)));
}

#[test]
fn a_crashed_broker_keeps_its_page_cache_and_loses_nothing() {
    let mut stage = first_program(5 * SECOND);
    let broker = node(&stage, "broker-a");
    act(&mut stage, 5 * SECOND, Act::Kill(broker, End::Crashed));
    act(&mut stage, 6 * SECOND, Act::Start(broker));
    advance(&mut stage, 45 * SECOND);
    let lane = &stage.lanes()[0];
    let ledger = ledger(lane.seen(), &lane.look());
    assert_eq!((ledger.lost, ledger.acknowledged), (0, ledger.stored));
}

#[test]
fn a_fork_that_is_acted_upon_leaves_the_other_one_as_it_is() {
    let mut stage = first_program(5 * SECOND);
    let mut plain = stage.clone();
    let (consumer, broker) = (node(&stage, "Consumber"), node(&stage, "broker-a"));
    act(&mut stage, 6 * SECOND, Act::Cut(consumer, broker));
    act(&mut stage, 30 * SECOND, Act::Mend(consumer, broker));
    act(&mut stage, 40 * SECOND, Act::Stop(consumer));
    advance(&mut stage, 25 * SECOND);
    advance(&mut plain, 25 * SECOND);
    let consumed = |stage: &Stage| stage.lanes()[0].seen().books.all.consumed;
    assert_eq!((consumed(&stage), consumed(&plain)), (0, 30));
    assert_eq!(stage.lanes()[0].look().cut, [(broker, consumer)]);
}
