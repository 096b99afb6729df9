//! Who owns which queue.

use crate::kernel::actor::NodeId;
use crate::kernel::ordered_map::OrderedMap;

/// Owners by group and queue, who came last at the end: while a group rebalances two may own one.
#[derive(Clone, Debug, Default)]
pub struct Ownership {
    owners: OrderedMap<(usize, usize), Vec<NodeId>>,
}

impl Ownership {
    /// A consumer owns a queue from now on.
    pub fn own(&mut self, queue: usize, group: usize, node: NodeId) {
        let owners = self.owners.get_or_insert_with((queue, group), Vec::new);
        owners.retain(|owner| *owner != node);
        owners.push(node);
    }

    /// A consumer gave a queue up; another one may own it already, or still.
    pub fn release(&mut self, queue: usize, group: usize, node: NodeId) {
        if let Some(owners) = self.owners.get_mut(&(queue, group)) {
            owners.retain(|owner| *owner != node);
        }
    }

    /// A process ended: it owns nothing.
    pub fn end(&mut self, node: NodeId) {
        self.owners.values_mut().for_each(|owners| owners.retain(|owner| *owner != node));
    }

    /// The owner of a queue in a group.
    pub fn owner(&self, queue: usize, group: usize) -> Option<NodeId> {
        self.owners.get(&(queue, group))?.last().copied()
    }

    /// Owners and their queues: by queue, then by group.
    pub fn ribbons(&self) -> impl Iterator<Item = (NodeId, usize, usize)> + '_ {
        let last = |(place, owners): (&(usize, usize), &Vec<NodeId>)| {
            owners.last().map(|node| (*node, place.0, place.1))
        };
        self.owners.iter().filter_map(last)
    }

    /// Queues that a node owns.
    pub fn owned_by(&self, node: NodeId) -> usize {
        self.owners.values().filter(|owners| owners.contains(&node)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_owned_a_queue_before_has_it_when_the_other_one_gives_it_up() {
        let (mut owned, first, second) = (Ownership::default(), NodeId(1), NodeId(2));
        owned.own(0, 0, first);
        owned.own(0, 0, second);
        assert_eq!((owned.owner(0, 0), owned.owned_by(first)), (Some(second), 1));
        owned.release(0, 0, second);
        assert_eq!((owned.owner(0, 0), owned.owned_by(second)), (Some(first), 0));
        owned.end(first);
        assert_eq!((owned.owner(0, 0), owned.ribbons().count()), (None, 0));
    }
}
