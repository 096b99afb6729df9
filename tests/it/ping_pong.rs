//! The smallest protocol plays by its rules.

use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::life::{End, Life};
use rocketscope::kernel::ping_pong::{Ball, FLIGHT, Hit, PingPong, Umpire, table};
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::{Intervention, Moment, Observer, World};

const PONG: NodeId = NodeId(0);
const PING: NodeId = NodeId(1);

/// Writes down who hit which ball when.
#[derive(Default)]
struct Log(Vec<(u64, NodeId, Ball)>);

impl Observer<PingPong> for Log {
    fn see(&mut self, moment: Moment, fact: &Hit) {
        self.0.push((moment.at.as_nanos() / 1_000, moment.node, fact.ball));
    }
}

fn hits(world: &World<PingPong>, node: NodeId) -> u64 {
    match world.life(node) {
        Life::Down { disk, .. } | Life::Planned { disk, .. } => disk.hits,
        Life::Up { .. } | Life::Outside => panic!("{node:?} still plays"),
    }
}

#[test]
fn one_ball_goes_to_and_fro() {
    let (mut world, mut log) = (table(1, 1, SimSpan::ZERO), Log::default());
    world.run_until(SimTime::START + FLIGHT * 7, &mut log);
    let ball = |hits| Ball { id: 0, hits };
    let rally = [(4_000, PING, ball(1)), (5_000, PONG, ball(2)), (6_000, PING, ball(3))];
    assert_eq!(log.0[..3], rally);
    assert_eq!(log.0.len(), 4);
}

#[test]
fn a_slow_arm_lets_balls_wait() {
    let (mut world, mut umpire) = (table(1, 100, FLIGHT), Umpire::default());
    world.run_until(SimTime::START + FLIGHT * 1_000, &mut umpire);
    let hits_of_two_busy_arms = 2 * 1_000;
    assert!(umpire.hits.abs_diff(hits_of_two_busy_arms + 100) < 20, "{umpire:?}");
}

#[test]
fn hits_survive_a_crash_and_balls_do_not() {
    let mut world = table(1, 10, SimSpan::ZERO);
    let crash = SimTime::START + FLIGHT * 20;
    world.intervene(crash, Intervention::Kill(PONG, End::Crashed));
    world.intervene(crash + FLIGHT * 5, Intervention::Kill(PING, End::Stopped));
    let mut umpire = Umpire::default();
    world.run_until(SimTime::NEVER, &mut umpire);
    assert_eq!(world.pending(), 0);
    assert_eq!(hits(&world, PING) + hits(&world, PONG), umpire.hits);
}
