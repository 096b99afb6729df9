//! Who owns which queue.

use crate::kernel::actor::NodeId;
use crate::kernel::ordered_map::OrderedMap;

/// Owners by group and queue.
#[derive(Clone, Debug, Default)]
pub struct Ownership {
    owners: OrderedMap<(usize, usize), NodeId>,
}

impl Ownership {
    /// A consumer owns a queue from now on.
    pub fn own(&mut self, queue: usize, group: usize, node: NodeId) {
        self.owners.insert((queue, group), node);
    }

    /// A consumer gave a queue up; another one may own it already.
    pub fn release(&mut self, queue: usize, group: usize, node: NodeId) {
        if self.owners.get(&(queue, group)) == Some(&node) {
            self.owners.remove(&(queue, group));
        }
    }

    /// A process ended: it owns nothing.
    pub fn end(&mut self, node: NodeId) {
        self.owners.retain(|_, owner| *owner != node);
    }

    /// The owner of a queue in a group.
    pub fn owner(&self, queue: usize, group: usize) -> Option<NodeId> {
        self.owners.get(&(queue, group)).copied()
    }

    /// Owners and their queues: by queue, then by group.
    pub fn ribbons(&self) -> impl Iterator<Item = (NodeId, usize, usize)> + '_ {
        self.owners.iter().map(|((queue, group), node)| (*node, *queue, *group))
    }

    /// Queues that a node owns.
    pub fn owned_by(&self, node: NodeId) -> usize {
        self.owners.values().filter(|owner| **owner == node).count()
    }
}
