//! The run loop. A world is its recipe's function: the same nodes, seed and interventions give the
//! same history. `clone` is a checkpoint.

use super::actor::{NodeId, Protocol};
use super::core::{Core, NodeState};
use super::digest::Digest;
use super::disk::{Disk, DiskProfile};
use super::due::Due;
use super::life::Life;
use super::name::Name;
use super::network::LinkProfile;
use super::rng::Rng;
use super::time::SimTime;

pub use super::inspect::{InFlight, Next};
pub use super::intervention::Intervention;
pub use super::observer::{Moment, Observer};

/// How to make a node.
#[derive(Clone, Debug)]
pub struct NodeSpec<P: Protocol> {
    /// What people call it; its stream of random numbers hangs on it.
    pub name: Name,
    /// What its process finds when it boots.
    pub disk: P::Disk,
    /// How fast its disk is.
    pub disk_profile: DiskProfile,
    /// When it boots; `NEVER`: only an intervention starts it.
    pub boots: SimTime,
    /// Its wall clock is so many ms ahead.
    pub skew: i64,
}

/// A world of actors.
pub struct World<P: Protocol> {
    pub(super) core: Core<P>,
    pub(super) lives: Vec<Life<P>>,
    pub(super) seed: u64,
    pub(super) ordinal: u64,
    pub(super) history: Digest,
}

impl<P: Protocol> Clone for World<P> {
    fn clone(&self) -> Self {
        let (core, lives) = (self.core.clone(), self.lives.clone());
        Self { core, lives, seed: self.seed, ordinal: self.ordinal, history: self.history }
    }
}

impl<P: Protocol> World<P> {
    /// An empty world. Its wall clocks show `wall_start` (ms since 1970) at the time `zero`, which
    /// is the scenario's time 0: nodes may start before it.
    pub fn new(seed: u64, wall_start: i64, zero: SimTime) -> Self {
        let core = Core::new(seed, wall_start, zero);
        Self { core, lives: Vec::new(), seed, ordinal: 0, history: Digest::default() }
    }

    /// Adds a node, now or later in the run.
    pub fn add_node(&mut self, spec: NodeSpec<P>) -> NodeId {
        let boots = spec.boots;
        let node = self.push_node(spec.name, spec.disk_profile, spec.skew);
        self.lives.push(Life::Planned { disk: spec.disk, at: boots });
        if boots < SimTime::NEVER {
            assert!(boots >= self.core.now, "{} cannot boot at {boots}, which is past", spec.name);
            self.core.agenda.schedule(boots, Due::Boot { node });
        }
        node
    }

    /// Adds something outside the simulation that packets come from and go to.
    pub fn add_outsider(&mut self, name: Name) -> NodeId {
        let node = self.push_node(name, DiskProfile::default(), 0);
        self.lives.push(Life::Outside);
        node
    }

    /// How links behave that nothing else is said about; before the first connection.
    pub fn set_default_link(&mut self, profile: LinkProfile) {
        self.core.network.set_default(profile);
    }

    /// How the link between two nodes behaves.
    pub fn set_link(&mut self, a: NodeId, b: NodeId, profile: LinkProfile) {
        let (a, b) = (self.core.process_of(a), self.core.process_of(b));
        self.core.network.link_mut(a, b).profile = profile;
    }

    /// Plans a change from outside at a time that is not past.
    pub fn intervene(&mut self, at: SimTime, intervention: Intervention<P>) {
        assert!(at >= self.core.now, "an intervention at {at} would change the past");
        self.core.agenda.schedule(at, Due::Intervene(Box::new(intervention)));
    }

    /// One event; `None` where nothing is left to happen until `end`.
    #[inline]
    pub fn step_until(&mut self, end: SimTime, observer: &mut impl Observer<P>) -> Option<SimTime> {
        let (at, slot, due) = self.core.agenda.pop_until(end)?;
        assert!(self.core.now <= at, "time ran backwards from {} to {at}", self.core.now);
        self.core.now = at;
        self.ordinal += 1;
        self.history.word(at.as_nanos());
        due.digest(&mut self.history);
        match self.core.kept_back(&due) {
            Some(until) => self.core.agenda.put_back(until, slot, due),
            None => self.happen(due, observer),
        }
        Some(at)
    }

    /// Everything up to and including `end`; gives the number of events.
    pub fn run_until(&mut self, end: SimTime, observer: &mut impl Observer<P>) -> u64 {
        let before = self.ordinal;
        while self.step_until(end, observer).is_some() {}
        self.ordinal - before
    }

    /// Time of the last event.
    pub fn now(&self) -> SimTime {
        self.core.now
    }

    /// The scenario's time 0.
    pub fn zero(&self) -> SimTime {
        self.core.zero
    }

    /// Events so far: the position in the history.
    pub fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Time of the next event.
    pub fn next_at(&mut self) -> Option<SimTime> {
        self.core.agenda.next_at()
    }

    fn push_node(&mut self, name: Name, disk: DiskProfile, skew: i64) -> NodeId {
        let id = u32::try_from(self.lives.len()).expect("fewer nodes than u32 can count");
        let rng = Rng::stream(self.seed, &format!("node {name}"));
        let (disk, stations) = (Disk::new(disk), Vec::new());
        let (paused_until, process) = (SimTime::START, NodeId(id));
        self.core.nodes.push(NodeState { name, rng, stations, disk, skew, paused_until, process });
        process
    }
}
