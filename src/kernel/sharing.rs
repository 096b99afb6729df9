//! Nodes that share a process: one set of connections, which are those of the first of them, one
//! clock, one end. What they share in memory is handed over when another one goes on.

use super::actor::{Actor, Event, NodeId, Protocol};
use super::core::Core;
use super::due::Due;
use super::life::{End, Life};
use super::world::World;

/// Nodes of one process, the first one first.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) members: Vec<NodeId>,
    /// Who has what they share.
    pub(super) holder: NodeId,
}

impl<P: Protocol> Core<P> {
    /// The first node of the process that a node belongs to; mostly itself.
    #[inline]
    pub(super) fn process_of(&self, node: NodeId) -> NodeId {
        self.nodes[node.index()].process
    }

    /// Nodes of a node's process, itself included.
    pub(super) fn members(&self, node: NodeId) -> Vec<NodeId> {
        self.shared(node).map_or_else(|| vec![node], |at| self.processes[at].members.clone())
    }

    /// Which of the shared processes a node belongs to.
    fn shared(&self, node: NodeId) -> Option<usize> {
        self.processes.iter().position(|process| process.members.contains(&node))
    }
}

impl<P: Protocol> World<P> {
    /// From the beginning on, `node` is a part of the process of `first`.
    pub fn share(&mut self, node: NodeId, first: NodeId) {
        assert_eq!(self.core.process_of(first), first, "a process is named by its first node");
        self.core.nodes[node.index()].process = first;
        match self.core.shared(first) {
            Some(at) => self.core.processes[at].members.push(node),
            None => {
                let members = vec![first, node];
                self.core.processes.push(Process { members, holder: first });
            }
        }
    }

    /// The first node of the process that a node belongs to; mostly itself.
    pub fn process_of(&self, node: NodeId) -> NodeId {
        self.core.process_of(node)
    }

    /// Whom an event is for that comes to the process of `node`; who shares has what is shared.
    pub(super) fn whose_turn(&mut self, node: NodeId, event: &Event<P>) -> NodeId {
        let Some(at) = self.core.shared(node) else { return node };
        let wanted = match event {
            Event::Arrived { packet, .. } => self.whose(node, packet),
            Event::Opened { .. } | Event::Closed { .. } => None,
            Event::Booted
            | Event::Fired(_)
            | Event::Served { .. }
            | Event::DiskDone { .. }
            | Event::Told(_) => Some(node),
        };
        let is_up = |member: &NodeId| self.lives[member.index()].is_up();
        let told = matches!(event, Event::Told(_));
        let first = || self.core.processes[at].members.iter().copied().find(is_up);
        let Some(chosen) = wanted.filter(|node| told || is_up(node)).or_else(first) else {
            return node;
        };
        self.hand_over(at, chosen);
        chosen
    }

    /// The member of the process of `node` whose business a packet is.
    pub(super) fn whose(&self, node: NodeId, packet: &P::Packet) -> Option<NodeId> {
        let holder = self.core.processes[self.core.shared(node)?].holder;
        let Life::Up { actor } = &self.lives[holder.index()] else { return None };
        actor.whose(packet)
    }

    fn hand_over(&mut self, at: usize, to: NodeId) {
        let from = self.core.processes[at].holder;
        if from == to || !self.lives[to.index()].is_up() {
            return;
        }
        self.core.processes[at].holder = to;
        let pair = self.lives.get_disjoint_mut([from.index(), to.index()]);
        if let Ok([Life::Up { actor: from }, Life::Up { actor: to }]) = pair {
            from.hand_over(to);
        }
    }

    /// Whether another node of the same process runs.
    pub(super) fn has_company(&self, node: NodeId) -> bool {
        let others = self.core.members(node).into_iter().filter(|member| *member != node);
        others.into_iter().any(|member| self.lives[member.index()].is_up())
    }

    /// A node that shares its process is about to end in order: another one has what they share.
    pub(super) fn leave_to_others(&mut self, node: NodeId) {
        let members = self.core.members(node).into_iter().filter(|member| *member != node);
        let next = members.into_iter().find(|member| self.lives[member.index()].is_up());
        if let (Some(at), Some(next)) = (self.core.shared(node), next) {
            self.hand_over(at, next);
        }
    }

    /// A process ends: also for those of its nodes that have not begun.
    pub(super) fn end_unbegun(&mut self, node: NodeId, end: End) {
        let since = self.core.now;
        for member in self.core.members(node) {
            let life = &mut self.lives[member.index()];
            if matches!(life, Life::Planned { .. }) {
                let Life::Planned { disk, .. } = std::mem::replace(life, Life::Outside) else {
                    panic!("it was planned");
                };
                *life = Life::Down { disk, since, end };
                let boots = |due: &Due<P>| matches!(due, Due::Boot { node } if *node == member);
                self.core.agenda.extract(boots);
            }
        }
    }
}
