//! The same game on `nexosim`, as its documents model a delay: a ball that comes is scheduled for
//! the time of its landing, then hit through an output.
//!
//! What the kernel does besides (a digest of the history, facts for observers, links that can be
//! cut) is left out here, which is to the advantage of `nexosim`. Both run on one thread.

use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSource, Output};
use nexosim::simulation::{Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use rocketscope::kernel::ping_pong::FLIGHT;
use serde::{Deserialize, Serialize};

use crate::Game;

/// What flies.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Ball {
    id: u32,
    hits: u32,
}

/// One of the two.
#[derive(Default, Serialize, Deserialize)]
struct Player {
    other: Output<Ball>,
    hits: u64,
}

#[Model]
impl Player {
    /// A ball was hit in this direction; it lands later.
    fn fly(&mut self, ball: Ball, cx: &Context<Self>) {
        cx.schedule_event(flight(), schedulable!(Self::hit), ball).expect("a flight takes time");
    }

    /// A ball is here and goes back.
    #[nexosim(schedulable)]
    async fn hit(&mut self, ball: Ball) {
        self.hits += 1;
        self.other.send(Ball { hits: ball.hits.wrapping_add(1), ..ball }).await;
    }
}

/// A simulation with all balls in the air.
pub(crate) struct Table {
    simulation: Simulation,
    balls: u32,
}

fn flight() -> Duration {
    Duration::from_nanos(FLIGHT.as_nanos())
}

impl Table {
    /// Serves every ball at a time of its own within a round trip.
    pub(crate) fn new(balls: u32) -> Self {
        let (mut ping, mut pong) = (Player::default(), Player::default());
        let (ping_box, pong_box) = (Mailbox::new(), Mailbox::new());
        ping.other.connect(Player::fly, &pong_box);
        pong.other.connect(Player::fly, &ping_box);
        let mut bench = SimInit::with_num_threads(1);
        let serve = EventSource::new().connect(Player::hit, &ping_box).register(&mut bench);
        let bench = bench.add_model(ping, ping_box, "ping").add_model(pong, pong_box, "pong");
        let mut simulation = bench.init(MonotonicTime::EPOCH).expect("two models are a bench");
        let scheduler = simulation.scheduler();
        for id in 0..balls {
            let after = flight() * 2 * (id + 1) / balls;
            let ball = Ball { id, hits: 0 };
            scheduler.schedule_event(after, &serve, ball).expect("it lies in the future");
        }
        simulation.step_until(flight() * 10).expect("a rally does not end");
        Self { simulation, balls }
    }
}

impl Game for Table {
    fn play(&mut self, hits: u64) -> u64 {
        let rounds = hits / u64::from(self.balls);
        let span = flight() * u32::try_from(rounds).expect("a few million rounds");
        self.simulation.step_until(span).expect("a rally does not end");
        rounds * u64::from(self.balls)
    }
}
