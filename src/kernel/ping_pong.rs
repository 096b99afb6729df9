//! Two players and their balls: the smallest protocol that uses links, timers, a station and facts.
//!
//! What an event costs is measured with it, and what is said of all protocols is tried on it.

use super::actor::{Actor, Event, NodeId, Protocol};
use super::digest::{Digest, Digestible};
use super::disk::DiskProfile;
use super::effects::Effects;
use super::life::End;
use super::name::Name;
use super::network::{ConnId, LinkProfile};
use super::observer::{Moment, Observer};
use super::spread::Spread;
use super::station::{Station, StationId};
use super::time::{SimSpan, SimTime};
use super::world::{NodeSpec, World};

/// The protocol.
#[derive(Clone, Debug)]
pub struct PingPong;

/// What flies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ball {
    /// Which one, in the order of serving.
    pub id: u32,
    /// How often it was hit.
    pub hits: u32,
}

/// Serves the next ball.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serve;

/// A ball was hit back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// As it left.
    pub ball: Ball,
}

/// How a player plays, and what it remembers from one life to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skill {
    /// Whom it serves to; `None`: it waits for the other one.
    pub opponent: Option<NodeId>,
    /// Balls that it serves.
    pub balls: u32,
    /// Time between two serves.
    pub every: SimSpan,
    /// How long it takes to hit a ball; balls that come meanwhile wait.
    pub swing: SimSpan,
    /// Hits so far.
    pub hits: u64,
}

/// A player.
#[derive(Clone, Debug)]
pub struct Player {
    skill: Skill,
    conn: Option<ConnId>,
    served: u32,
}

/// Counts hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Umpire {
    /// Hits so far.
    pub hits: u64,
}

const ARM: StationId = StationId(0);

/// How long a ball flies between the players of [`table`].
pub const FLIGHT: SimSpan = SimSpan::millis(1);

/// Two players with `balls` balls, which are served within a round trip, one after the other.
pub fn table(seed: u64, balls: u32, swing: SimSpan) -> World<PingPong> {
    let mut world = World::new(seed, 0, SimTime::START);
    let latency = Spread::Fixed(FLIGHT);
    world.set_default_link(LinkProfile { latency, loss_per_million: 0, bytes_per_second: 0 });
    let every = FLIGHT * 2 / u64::from(balls.max(1));
    let skill = Skill { opponent: None, balls: 0, every, swing, hits: 0 };
    let pong = world.add_node(player("pong", skill));
    world.add_node(player("ping", Skill { opponent: Some(pong), balls, ..skill }));
    world
}

/// A player that is there from the start.
pub fn player(name: &str, skill: Skill) -> NodeSpec<PingPong> {
    let (name, boots) = (Name::new(name), SimTime::START);
    NodeSpec { name, disk: skill, disk_profile: DiskProfile::default(), boots, skew: 0 }
}

impl Protocol for PingPong {
    type Packet = Ball;
    type Timer = Serve;
    type Job = Ball;
    type Order = Serve;
    type Fact = Hit;
    type Disk = Skill;
    type Actor = Player;

    fn wire_bytes(_: &Ball) -> u64 {
        8
    }
}

impl Actor<PingPong> for Player {
    fn boot(skill: Skill) -> Self {
        Self { skill, conn: None, served: 0 }
    }

    fn into_disk(self, _: End) -> Skill {
        self.skill
    }

    fn stations(&self) -> Vec<Station<Ball>> {
        vec![Station::new(1, u32::MAX)]
    }

    #[inline]
    fn handle(&mut self, event: Event<PingPong>, fx: &mut Effects<'_, PingPong>) {
        match event {
            Event::Booted => self.conn = self.skill.opponent.map(|opponent| fx.open(opponent)),
            Event::Opened { conn, .. } => {
                self.conn = Some(conn);
                self.plan(fx);
            }
            Event::Arrived { packet: ball, .. } if self.skill.swing == SimSpan::ZERO => {
                self.hit(ball, fx)
            }
            Event::Arrived { packet: ball, .. } => {
                fx.submit(ARM, ball, self.skill.swing);
            }
            Event::Served { job: ball, .. } => self.hit(ball, fx),
            Event::Fired(Serve) | Event::Told(Serve) => self.serve(fx),
            Event::Closed { .. } => self.conn = None,
            Event::DiskDone { .. } => (),
        }
    }

    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.skill);
        digest.put(&self.conn);
        digest.word(u64::from(self.served));
    }
}

impl Player {
    fn plan(&self, fx: &mut Effects<'_, PingPong>) {
        if self.served < self.skill.balls {
            fx.arm(self.skill.every, Serve);
        }
    }

    fn serve(&mut self, fx: &mut Effects<'_, PingPong>) {
        let ball = Ball { id: self.served, hits: 0 };
        self.served += 1;
        self.hit(ball, fx);
        self.plan(fx);
    }

    /// Hits a ball; where nobody is at the other side, it is gone.
    #[inline]
    fn hit(&mut self, ball: Ball, fx: &mut Effects<'_, PingPong>) {
        let Some(conn) = self.conn else { return };
        let ball = Ball { hits: ball.hits.wrapping_add(1), ..ball };
        self.skill.hits += 1;
        fx.send(conn, ball);
        fx.note(Hit { ball });
    }
}

impl Observer<PingPong> for Umpire {
    fn see(&mut self, _: Moment, _: &Hit) {
        self.hits += 1;
    }
}

impl Digestible for Ball {
    #[inline]
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.id) << 32 | u64::from(self.hits));
    }
}

impl Digestible for Serve {
    fn digest(&self, _: &mut Digest) {}
}

impl Digestible for Skill {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.opponent);
        digest.word(u64::from(self.balls));
        digest.put(&self.every);
        digest.put(&self.swing);
        digest.word(self.hits);
    }
}
