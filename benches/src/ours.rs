//! The game on the kernel: a connection over a link, the digest of the history, one fact a hit.

use rocketscope::kernel::ping_pong::{FLIGHT, PingPong, Umpire, table};
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::World;

use crate::Game;

/// A world and who counts.
pub(crate) struct Table {
    world: World<PingPong>,
    umpire: Umpire,
    balls: u32,
    until: SimTime,
}

impl Table {
    /// All balls are in the air.
    pub(crate) fn new(balls: u32) -> Self {
        let (world, umpire) = (table(1, balls, SimSpan::ZERO), Umpire::default());
        let mut table = Self { world, umpire, balls, until: SimTime::START };
        table.run(FLIGHT * 10);
        assert_eq!(table.world.pending(), balls as usize, "every ball is one event that waits");
        table
    }

    fn run(&mut self, span: SimSpan) -> u64 {
        let before = self.umpire.hits;
        self.until += span;
        self.world.run_until(self.until, &mut self.umpire);
        self.umpire.hits - before
    }
}

impl Game for Table {
    fn play(&mut self, hits: u64) -> u64 {
        self.run(FLIGHT * (hits / u64::from(self.balls)))
    }
}
