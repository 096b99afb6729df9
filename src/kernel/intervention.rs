//! Changes from outside: inputs with a time, so that a run with them can be repeated.

use super::actor::{Event, NodeId, Protocol};
use super::digest::{Digest, Digestible};
use super::disk::DiskProfile;
use super::effects::Effects;
use super::life::End;
use super::network::{CloseReason, ConnId, LinkProfile};
use super::observer::Observer;
use super::time::SimSpan;
use super::world::World;

/// A change from outside, at a time.
#[derive(Clone, Debug)]
pub enum Intervention<P: Protocol> {
    /// Gives an order to a node that runs.
    Tell(NodeId, P::Order),
    /// Ends a process without warning.
    Kill(NodeId, End),
    /// Starts a process that is down.
    Start(NodeId),
    /// Nothing passes between two nodes until `Mend`; what flies is kept back too.
    Cut(NodeId, NodeId),
    /// The link works again; what waited is sent now, in the order in which it was sent first.
    Mend(NodeId, NodeId),
    /// Changes how a link behaves from now on.
    Link(NodeId, NodeId, LinkProfile),
    /// No flush of this node's disk that begins from now on ends within this span.
    Stall(NodeId, SimSpan),
    /// This node's disk is so fast from now on.
    Disk(NodeId, DiskProfile),
    /// This node's process stands still for so long.
    Pause(NodeId, SimSpan),
    /// This node's wall clock jumps by so many ms.
    Clock(NodeId, i64),
    /// Something outside asks for a connection; its id is the next one.
    Connect { from: NodeId, to: NodeId },
    /// Something outside sends a packet.
    Packet { from: NodeId, conn: ConnId, packet: P::Packet },
    /// Something outside closes a connection.
    Disconnect { from: NodeId, conn: ConnId },
}

impl<P: Protocol> Intervention<P> {
    /// Whom it gives an order.
    pub(super) fn told(&self) -> Option<NodeId> {
        if let Self::Tell(node, _) = self { Some(*node) } else { None }
    }
}

impl<P: Protocol> World<P> {
    pub(super) fn carry_out(
        &mut self,
        intervention: Intervention<P>,
        observer: &mut impl Observer<P>,
    ) {
        match intervention {
            Intervention::Tell(node, order) => self.step(node, Event::Told(order), observer),
            Intervention::Kill(node, end) => self.end(node, end),
            Intervention::Start(node) => self.start(node, observer),
            Intervention::Cut(a, b) => self.core.cut(self.process_of(a), self.process_of(b)),
            Intervention::Mend(a, b) => self.core.mend(self.process_of(a), self.process_of(b)),
            Intervention::Link(a, b, profile) => self.set_link(a, b, profile),
            Intervention::Stall(node, span) => {
                let until = self.core.now + span;
                self.core.nodes[node.index()].disk.stall(until);
            }
            Intervention::Disk(node, profile) => {
                self.core.nodes[node.index()].disk.set_profile(profile);
            }
            Intervention::Pause(node, span)
                if self.lives[node.index()].is_up() || self.has_company(node) =>
            {
                self.core.pause(self.process_of(node), span);
            }
            Intervention::Pause(..) => (),
            Intervention::Clock(node, millis) => {
                let process = self.process_of(node);
                self.core.nodes[process.index()].skew += millis;
            }
            Intervention::Connect { from, to } => {
                self.outside(from).open(to);
            }
            Intervention::Packet { from, conn, packet } => {
                self.outside(from).send(conn, packet);
            }
            Intervention::Disconnect { from, conn } => {
                self.core.close(conn, from, CloseReason::Ended);
            }
        }
    }

    /// What something outside can do.
    fn outside(&mut self, node: NodeId) -> Effects<'_, P> {
        Effects { core: &mut self.core, node, process: node, exit: false }
    }
}

impl<P: Protocol> Digestible for Intervention<P> {
    fn digest(&self, digest: &mut Digest) {
        let mut head = |kind: u64, first: u32, second: u32| {
            digest.word(kind << 56 | u64::from(first) << 24 ^ u64::from(second));
        };
        match self {
            Self::Tell(node, order) => {
                head(1, node.0, 0);
                digest.put(order);
            }
            Self::Kill(node, end) => head(2, node.0, *end as u32),
            Self::Start(node) => head(3, node.0, 0),
            Self::Cut(a, b) => head(4, a.0, b.0),
            Self::Mend(a, b) => head(5, a.0, b.0),
            Self::Link(a, b, profile) => {
                head(6, a.0, b.0);
                digest.put(profile);
            }
            Self::Stall(node, span) => {
                head(7, node.0, 0);
                digest.put(span);
            }
            Self::Connect { from, to } => head(8, from.0, to.0),
            Self::Packet { from, conn, packet } => {
                head(9, from.0, conn.0);
                digest.put(packet);
            }
            Self::Disconnect { from, conn } => head(10, from.0, conn.0),
            Self::Disk(node, profile) => {
                head(11, node.0, 0);
                digest.put(&profile.base);
                digest.put(&profile.seek);
                digest.word(profile.bytes_per_second);
            }
            Self::Pause(node, span) => {
                head(12, node.0, 0);
                digest.put(span);
            }
            Self::Clock(node, millis) => {
                head(13, node.0, 0);
                digest.word(millis.cast_unsigned());
            }
        }
    }
}
