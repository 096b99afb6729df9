//! Processes that stand still for a while: a long garbage collection, a machine that swaps.
//!
//! What would reach such a process (packets, timers, ends of flushes, orders) is kept back and
//! reaches it when it goes on, in the order in which it was planned; what its servers work on takes
//! so much longer. The world around it goes on: links, disks and wall clocks. Leaves out that an
//! operating system accepts connections for a process that stands still.

use super::actor::{NodeId, Protocol};
use super::core::Core;
use super::due::Due;
use super::time::{SimSpan, SimTime};

impl<P: Protocol> Core<P> {
    /// The process of `node` stands still for `span` from now, or for so much longer.
    pub(super) fn pause(&mut self, node: NodeId, span: SimSpan) {
        let state = &mut self.nodes[node.index()];
        let (from, until) = (state.paused_until.max(self.now), self.now + span);
        if until <= from {
            return;
        }
        state.paused_until = until;
        self.paused_until = self.paused_until.max(until);
        let longer = until.since(from);
        let served = |due: &Due<P>| matches!(due, Due::Served { node: at, .. } if *at == node);
        for (at, due) in self.agenda.extract(served) {
            self.agenda.schedule(at + longer, due);
        }
    }

    /// When the process that `due` is for goes on, where it stands still.
    #[inline]
    pub(super) fn kept_back(&self, due: &Due<P>) -> Option<SimTime> {
        if self.now >= self.paused_until {
            return None;
        }
        let node = match due {
            Due::Travel { conn, side, .. } => self.network.conn(*conn).ends[usize::from(*side)],
            Due::Fired { node, .. } | Due::DiskDone { node, .. } => *node,
            Due::Intervene(from_outside) => from_outside.told()?,
            Due::Boot { .. } | Due::Served { .. } => return None,
        };
        let process = self.process_of(node);
        Some(self.nodes[process.index()].paused_until).filter(|until| self.now < *until)
    }
}
