//! What is going to happen: the entries of the agenda.

use super::actor::{NodeId, Protocol};
use super::digest::Digest;
use super::intervention::Intervention;
use super::network::{CloseReason, ConnId};
use super::station::StationId;
use super::time::{SimSpan, SimTime};

/// One entry. What belongs to a process goes with it, so none outlives the process that it is for.
#[derive(Clone, Debug)]
pub(super) enum Due<P: Protocol> {
    Boot {
        node: NodeId,
    },
    Travel {
        conn: ConnId,
        side: u8,
        parcel: Parcel<P>,
    },
    Fired {
        node: NodeId,
        timer: P::Timer,
    },
    /// `asked`: whether the server needs longer was asked already.
    Served {
        node: NodeId,
        station: StationId,
        asked: bool,
        waited: SimSpan,
        job: P::Job,
    },
    DiskDone {
        node: NodeId,
        token: u64,
        flushed: u64,
    },
    Intervene(Box<Intervention<P>>),
}

/// What comes over a connection to a side of it.
#[derive(Clone, Debug)]
pub(super) enum Parcel<P: Protocol> {
    Opened,
    Packet { sent: SimTime, packet: P::Packet },
    Close { reason: CloseReason },
}

impl<P: Protocol> Due<P> {
    /// The process that this is for, where it means nothing to any other one.
    pub(super) fn process(&self) -> Option<NodeId> {
        match self {
            Self::Fired { node, .. } | Self::Served { node, .. } | Self::DiskDone { node, .. } => {
                Some(*node)
            }
            Self::Boot { .. } | Self::Travel { .. } | Self::Intervene(_) => None,
        }
    }

    /// True for what the nodes of a process share.
    pub(super) fn is_shared(&self) -> bool {
        if let Self::Fired { timer, .. } = self { P::is_shared(timer) } else { false }
    }

    /// The connection that this travels over.
    pub(super) fn conn(&self) -> Option<ConnId> {
        match self {
            Self::Travel { conn, .. } => Some(*conn),
            Self::Boot { .. }
            | Self::Fired { .. }
            | Self::Served { .. }
            | Self::DiskDone { .. }
            | Self::Intervene(_) => None,
        }
    }

    #[inline]
    pub(super) fn digest(&self, digest: &mut Digest) {
        match self {
            Self::Boot { node } => digest.word(head(1, node.0, 0)),
            Self::Travel { conn, side, parcel } => parcel.digest(*conn, *side, digest),
            Self::Fired { node, timer } => {
                digest.word(head(5, node.0, 0));
                digest.put(timer);
            }
            Self::Served { node, station, job, .. } => {
                digest.word(head(6, node.0, station.0));
                digest.put(job);
            }
            Self::DiskDone { node, token, .. } => {
                digest.word(head(7, node.0, 0));
                digest.word(*token);
            }
            Self::Intervene(intervention) => {
                digest.word(head(8, 0, 0));
                digest.put(&**intervention);
            }
        }
    }
}

impl<P: Protocol> Parcel<P> {
    #[inline]
    fn digest(&self, conn: ConnId, side: u8, digest: &mut Digest) {
        match self {
            Self::Opened => digest.word(head(2, conn.0, side)),
            Self::Packet { packet, .. } => {
                digest.word(head(3, conn.0, side));
                digest.put(packet);
            }
            Self::Close { reason } => digest.word(head(4, conn.0, side | (*reason as u8) << 1)),
        }
    }
}

/// Kind, whose and which in one word.
#[inline]
fn head(kind: u64, who: u32, what: u8) -> u64 {
    kind | u64::from(who) << 8 | u64::from(what) << 40
}
