//! Whether a node runs. Each state holds what exists in that state: a process that is down has no
//! memory.

use super::actor::{Actor, Protocol};
use super::time::SimTime;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In order.
    Stopped,
    /// Killed; what was written to the page cache stays.
    Crashed,
    /// The machine lost power; what was not flushed is gone.
    PowerLost,
}

/// The life of a node.
#[derive(Debug)]
pub enum Life<P: Protocol> {
    /// Will boot at this time.
    Planned { disk: P::Disk, at: SimTime },
    /// Runs.
    Up { actor: P::Actor },
    /// Ended.
    Down { disk: P::Disk, since: SimTime, end: End },
    /// Not simulated: something outside that packets come from and go to.
    Outside,
}

impl<P: Protocol> Clone for Life<P> {
    fn clone(&self) -> Self {
        match self {
            Self::Planned { disk, at } => Self::Planned { disk: disk.clone(), at: *at },
            Self::Up { actor } => Self::Up { actor: actor.clone() },
            Self::Down { disk, since, end } => {
                Self::Down { disk: disk.clone(), since: *since, end: *end }
            }
            Self::Outside => Self::Outside,
        }
    }
}

impl<P: Protocol> Life<P> {
    /// The process comes up with fresh memory; one that is up stays as it is.
    pub(super) fn boot(self) -> Self {
        match self {
            Self::Planned { disk, .. } | Self::Down { disk, .. } => {
                Self::Up { actor: P::Actor::boot(disk) }
            }
            Self::Up { .. } | Self::Outside => self,
        }
    }

    /// The process ends; one that is down stays as it is.
    pub(super) fn end(self, end: End, since: SimTime) -> Self {
        match self {
            Self::Up { actor } => Self::Down { disk: actor.into_disk(end), since, end },
            Self::Planned { .. } | Self::Down { .. } | Self::Outside => self,
        }
    }

    /// True where it runs.
    pub fn is_up(&self) -> bool {
        matches!(self, Self::Up { .. })
    }
}
