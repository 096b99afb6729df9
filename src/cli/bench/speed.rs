//! Events and sends within a second of wall time.

use crate::kernel::ping_pong::{FLIGHT, Umpire, table};
use crate::kernel::time::{SimSpan, SimTime};
use crate::scenario::Scenario;
use crate::session::load::stage;
use crate::session::protocol::{Command, Position};
use crate::session::stage::Stop;

use super::SAMPLES;
use super::figures::{Figure, per_second};
use super::long::{self, carry_out};
use super::watch::timed;

/// Hits of one sample.
const HITS: u64 = 2_000_000;
const LONG: &str = "\"600s\"";

/// 32 senders, each of which waits for its answers, and nobody who reads.
const SENDERS: &str = r#"
title = "Senders"
end = "END"
network = { latency = "50us" }
topic = [{ name = "Orders", queues = 8 }]
namesrv = [{ name = "ns-1", starts = "-9s" }]
broker = [{ name = "broker-a", starts = "-8s" }]
client = [{ name = "Producer", role = "producer", group = "Senders", workload = {
  senders = 32, message = [{ topic = "Orders", size = "128B" }] } }]
"#;

/// ns an event of two players with so many balls in the air.
pub(super) fn ping_pong(balls: u32) -> Figure {
    let (mut world, mut umpire) = (table(1, balls, SimSpan::ZERO), Umpire::default());
    let mut until = SimTime::START + FLIGHT * 10;
    world.run_until(until, &mut umpire);
    let name = if balls == 2 { "ping-pong, 2 pending" } else { "ping-pong, 100 000 pending" };
    Figure::taken(name, "ns/event", || {
        until += FLIGHT * (HITS / u64::from(balls));
        let (seconds, events) = timed(|| world.run_until(until, &mut umpire));
        1e9 / per_second(events, seconds)
    })
}

/// 600 s of `slow-consumer`: engine alone, with everything observed, and as the page plays it,
/// which keeps checkpoints too. The three take turns, so that a busy machine disturbs all of them.
pub(super) fn slow_consumer() -> [Figure; 3] {
    let mut samples: [Vec<f64>; 3] = Default::default();
    for _ in 0..SAMPLES {
        for (list, sample) in samples.iter_mut().zip([alone(), watched(), played()]) {
            list.push(sample);
        }
    }
    let [alone, watched, played] = samples;
    [
        Figure::of("600 s of slow-consumer: engine alone", "events/s", alone),
        Figure::of("600 s of slow-consumer: observed", "events/s", watched),
        Figure::of("600 s of slow-consumer: as the page plays it", "events/s", played),
    ]
}

fn alone() -> f64 {
    let scenario = long::scenario(LONG);
    let lane = &scenario.lanes()[0];
    let mut world = lane.build(scenario.seed);
    let (seconds, events) = timed(|| world.run_until(lane.zero + scenario.end, &mut ()));
    per_second(events, seconds)
}

fn watched() -> f64 {
    let mut stage = long::observed(LONG);
    let stop = Stop { time: long::scenario(LONG).end.as_nanos(), ordinal: u64::MAX };
    let (seconds, events) = timed(|| stage.advance(stop, u64::MAX));
    per_second(events, seconds)
}

fn played() -> f64 {
    let mut session = long::session(LONG);
    let before = session.run().map_or(0, |run| run.stage().ordinal());
    let seek = Command::Seek { to: Position::End };
    let (seconds, frame) = timed(|| carry_out(&mut session, seek));
    per_second(frame.ordinal - before, seconds)
}

/// The same with an end.
pub(super) fn senders(end: &str) -> String {
    SENDERS.replace("END", end)
}

/// Messages that are sent, stored and acknowledged within a second of wall time.
pub(super) fn sends() -> Figure {
    Figure::taken("sends stored, 32 senders", "/s", || {
        let scenario =
            Scenario::parse(&senders("20s"), &[]).unwrap_or_else(|error| panic!("{error}"));
        let mut stage = stage(&scenario, scenario.seed);
        stage.run_in();
        let stop = Stop { time: scenario.end.as_nanos(), ordinal: u64::MAX };
        let (seconds, _) = timed(|| stage.advance(stop, u64::MAX));
        per_second(stage.lanes()[0].seen().books.all.stored, seconds)
    })
}
