//! What a simulated process is: one event in, effects out.

use std::fmt::Debug;

use super::digest::{Digest, Digestible};
use super::effects::Effects;
use super::life::End;
use super::network::{CloseReason, ConnId};
use super::station::{Station, StationId};
use super::time::SimSpan;

/// Which node. Ids are given in order and never used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    /// As an index into lists of nodes.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl Digestible for NodeId {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.0));
    }
}

/// The words of one simulated system.
pub trait Protocol: Clone + Debug + Sized + 'static {
    /// What travels between nodes.
    type Packet: Clone + Debug + Digestible;
    /// Every reason a node has to wake up by itself.
    type Timer: Copy + Debug + Digestible;
    /// What a station works on.
    type Job: Clone + Debug + Digestible;
    /// What an intervention can tell a node.
    type Order: Clone + Debug + Digestible;
    /// What an actor states to observers.
    type Fact: Copy + Debug;
    /// What survives the end of a process, its configuration included.
    type Disk: Clone + Debug + Digestible;
    /// The processes.
    type Actor: Actor<Self>;

    /// Size of a packet on the wire, for links with a bandwidth.
    fn wire_bytes(packet: &Self::Packet) -> u64;

    /// Whether a timer belongs to what the nodes of a process share: it goes on as long as one of
    /// them does.
    fn is_shared(_timer: &Self::Timer) -> bool {
        false
    }
}

/// Why an actor runs now.
#[derive(Debug)]
pub enum Event<P: Protocol> {
    /// The process came up; memory is fresh, the disk is as it was.
    Booted,
    /// A connection is usable: one that was asked for, or one that came in.
    Opened { conn: ConnId, peer: NodeId },
    /// A packet came.
    Arrived { conn: ConnId, packet: P::Packet },
    /// A connection is gone.
    Closed { conn: ConnId, reason: CloseReason },
    /// A timer ran out.
    Fired(P::Timer),
    /// A station is done with a job that had waited so long for a server.
    Served { station: StationId, job: P::Job, waited: SimSpan },
    /// A flush is done: everything up to `flushed` bytes is on the disk.
    DiskDone { token: u64, flushed: u64 },
    /// Somebody outside gave an order.
    Told(P::Order),
}

/// A process: owns its state, reads nothing else, and writes only into `fx`.
pub trait Actor<P: Protocol>: Clone + Debug {
    /// A process with fresh memory on this disk.
    fn boot(disk: P::Disk) -> Self;

    /// What is left of it.
    fn into_disk(self, end: End) -> P::Disk;

    /// The stations that it has from its boot on.
    fn stations(&self) -> Vec<Station<P::Job>>;

    /// One step.
    fn handle(&mut self, event: Event<P>, fx: &mut Effects<'_, P>);

    /// A server of a station has worked on a job for its service time: how much longer it needs.
    /// Asked once for each job.
    fn needs(&mut self, _job: &P::Job, _fx: &mut Effects<'_, P>) -> SimSpan {
        SimSpan::ZERO
    }

    /// Another node of the same process goes on: it is given what they share.
    fn hand_over(&mut self, _to: &mut Self) {}

    /// The node of this process whose business a packet is, if it is anybody's.
    fn whose(&self, _packet: &P::Packet) -> Option<NodeId> {
        None
    }

    /// Puts the whole state into a digest.
    fn digest(&self, digest: &mut Digest);
}
