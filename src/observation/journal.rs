//! The newest facts as they were stated: what the event lists show. The older ones are made by
//! replay.

use crate::facts::Fact;
use crate::kernel::actor::NodeId;

use super::recent::Recent;
use super::seen::Seen;

/// Facts that are kept at least.
pub const KEPT: usize = 512;

/// A fact with its time and place.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// ns.
    pub at: u64,
    /// Position behind it.
    pub ordinal: u64,
    /// Who stated it.
    pub node: NodeId,
    /// The message's number.
    pub message: Option<u32>,
    /// The queue's index.
    pub queue: Option<u32>,
    /// The fact.
    pub fact: Fact,
}

/// The newest facts.
#[derive(Clone, Debug)]
pub struct Journal {
    entries: Recent<Entry>,
}

impl Default for Journal {
    fn default() -> Self {
        Self { entries: Recent::new(KEPT) }
    }
}

impl Journal {
    /// Keeps a fact.
    #[inline]
    pub fn keep(&mut self, seen: &Seen<'_>) {
        self.entries.push(Entry {
            at: seen.at,
            ordinal: seen.ordinal,
            node: seen.node,
            message: seen.message,
            queue: seen.queue.map(|queue| u32::try_from(queue).expect("queues fit in u32")),
            fact: *seen.fact,
        });
    }

    /// The newest facts, the oldest of them first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + '_ {
        self.entries.iter()
    }
}
