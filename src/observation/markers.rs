//! What is worth a mark on the timeline: processes that start and stop, rebalances that change
//! something.

use crate::kernel::actor::NodeId;

/// Marks at most; when there are more, every other rebalance goes.
pub const LIMIT: usize = 128;

/// A mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// ns.
    pub at: u64,
    /// Position behind it.
    pub ordinal: u64,
    /// Whose.
    pub node: NodeId,
    /// What.
    pub kind: MarkKind,
}

/// Kinds of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A process started.
    Started,
    /// A process stopped.
    Stopped,
    /// A rebalance that asked for a route, or took or gave up queues.
    Rebalance,
}

/// A rebalance that began; it is marked when it turns out to change something.
#[derive(Clone, Copy, Debug)]
struct Begun {
    node: NodeId,
    at: u64,
    ordinal: u64,
    marked: bool,
}

/// All marks.
#[derive(Clone, Debug, Default)]
pub struct Markers {
    marks: Vec<Mark>,
    begun: Vec<Begun>,
    rebalances: u64,
}

/// Rebalances of several consumers within this span are one mark.
const TOGETHER: u64 = 1_000_000_000;

impl Markers {
    /// A process started or stopped.
    pub fn process(&mut self, mark: Mark) {
        self.push(mark);
    }

    /// A rebalance began.
    pub fn begin(&mut self, node: NodeId, at: u64, ordinal: u64) {
        self.rebalances += 1;
        let begun = Begun { node, at, ordinal, marked: false };
        match self.begun.iter_mut().find(|begun| begun.node == node) {
            Some(old) => *old = begun,
            None => self.begun.push(begun),
        }
    }

    /// The node's rebalance changes something.
    pub fn change(&mut self, node: NodeId) {
        let Some(begun) = self.begun.iter_mut().find(|begun| begun.node == node) else { return };
        if std::mem::replace(&mut begun.marked, true) {
            return;
        }
        let Begun { at, ordinal, .. } = *begun;
        let kind = MarkKind::Rebalance;
        let last = self.marks.iter().rev().find(|mark| mark.kind == kind);
        if last.is_none_or(|last| last.at + TOGETHER < at) {
            self.push(Mark { at, ordinal, node, kind });
        }
    }

    /// Marks in order of time.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Rebalances that began so far.
    pub fn rebalances(&self) -> u64 {
        self.rebalances
    }

    fn push(&mut self, mark: Mark) {
        let place = self.marks.partition_point(|known| known.ordinal <= mark.ordinal);
        self.marks.insert(place, mark);
        if self.marks.len() > LIMIT {
            let mut even = false;
            self.marks.retain(|mark| {
                even ^= mark.kind == MarkKind::Rebalance;
                mark.kind != MarkKind::Rebalance || even
            });
            self.marks.truncate(LIMIT);
        }
    }
}
