//! One world with what was seen of it, behind a small object-safe trait: a session does not know
//! protocols.

use crate::facts::{Carried, Content, Expectation, MsgKey};
use crate::judgement::Violation;
use crate::kernel::actor::NodeId;
use crate::kernel::life::End;
use crate::kernel::time::SimTime;
use crate::kernel::usage::{Pool, Usage};
use crate::observation::Observations;
use crate::observation::journey::Recorder;

/// A world that a session can run, look into and copy.
pub trait Lane {
    /// Runs up to and including `until`, `budget` events at most; gives their number. `before`
    /// events of other lanes came before these.
    fn run(&mut self, until: SimTime, budget: u64, before: u64) -> u64;

    /// The time of the next event.
    fn next_at(&mut self) -> Option<SimTime>;

    /// Events so far, and the time of the last one.
    fn position(&self) -> (u64, SimTime);

    /// A copy that goes its own way.
    fn fork(&self) -> Box<dyn Lane>;

    /// What was seen.
    fn seen(&self) -> &Observations;

    /// The first rule that was broken: there the world stands still.
    fn violation(&self) -> Option<&Violation>;

    /// The run is over: judges its sums.
    fn close(&mut self);

    /// Takes down a message's journey from here on, or stops doing so.
    fn record(&mut self, recorder: Option<Recorder>);

    /// A look into the world between two events.
    fn look(&self) -> Look;

    /// What a message holds, where a process of this world has it.
    fn content(&self, key: MsgKey) -> Option<Content>;

    /// The history digest, or the state digest (which costs time in large states).
    fn digest(&self, of: DigestOf) -> u64;

    /// Plans a change from outside at a time that is not past.
    fn intervene(&mut self, at: SimTime, act: Act);
}

/// Which digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestOf {
    /// Every event in order.
    History,
    /// All that decides the future.
    State,
}

/// A change from outside, in words that every protocol shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Tells a process to end in order.
    Stop(NodeId),
    /// Ends a process without warning.
    Kill(NodeId, End),
    /// Starts a process that is down.
    Start(NodeId),
    /// Nothing passes between two nodes.
    Cut(NodeId, NodeId),
    /// The link works again.
    Mend(NodeId, NodeId),
}

/// What a world looks like between two events.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// By node.
    pub nodes: Vec<NodeLook>,
    /// Packets on their way, by arrival.
    pub flights: Vec<FlightLook>,
    /// Wake-ups that are worth announcing, the next one first.
    pub expectations: Vec<Expectation>,
    /// Links that are cut.
    pub cut: Vec<(NodeId, NodeId)>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeLook {
    /// Its life.
    pub life: LifeLook,
    /// Its process stands still until then.
    pub paused_until: Option<SimTime>,
    /// Its stations, each with what it did.
    pub stations: Vec<(Pool, Usage)>,
    /// Bytes that would survive a power loss.
    pub flushed: u64,
}

/// A node's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifeLook {
    /// Starts at this time.
    Planned(SimTime),
    /// Runs.
    Up,
    /// Ended.
    Down(SimTime, End),
}

/// A packet on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlightLook {
    /// From.
    pub from: NodeId,
    /// To.
    pub to: NodeId,
    /// Left at.
    pub sent: SimTime,
    /// Comes at.
    pub due: SimTime,
    /// What it carries.
    pub carried: Carried,
}
