//! Who watches a world: facts come up as they are stated, and nothing goes back down.

use super::actor::{NodeId, Protocol};
use super::time::SimTime;

/// Where and when a fact was stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Simulation time.
    pub at: SimTime,
    /// Position in the history of the event that it came of; the first event has 1.
    pub ordinal: u64,
    /// Who stated it.
    pub node: NodeId,
}

/// Takes facts as they come.
pub trait Observer<P: Protocol> {
    /// One fact.
    fn see(&mut self, moment: Moment, fact: &P::Fact);
}

/// Sees nothing.
impl<P: Protocol> Observer<P> for () {
    fn see(&mut self, _: Moment, _: &P::Fact) {}
}
