//! What each consuming thread works on, and how much they all do.

use crate::kernel::actor::NodeId;
use crate::kernel::time::{SimSpan, SimTime};
use crate::kernel::usage::{Load, Pool, Usage};

/// Threads by node.
#[derive(Clone, Debug, Default)]
pub struct Threads {
    by_node: Vec<Own>,
}

/// Threads of one process; times are since the scenario's start.
#[derive(Clone, Debug, Default)]
struct Own {
    works: Vec<Option<Work>>,
    busy: u32,
    usage: Usage,
}

/// What a thread works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Message.
    pub message: u32,
    /// Index of the topic.
    pub topic: Option<usize>,
}

impl Threads {
    /// A thread begins with a message at `at`.
    pub fn begin(&mut self, (node, at): (NodeId, u64), thread: u32, work: Work) {
        let thread = thread as usize;
        if self.by_node.len() <= node.index() {
            self.by_node.resize(node.index() + 1, Own::default());
        }
        let own = &mut self.by_node[node.index()];
        if own.works.len() <= thread {
            own.works.resize(thread + 1, None);
        }
        if own.works[thread].replace(work).is_none() {
            own.usage.changes(SimTime::from_nanos(at), own.busy);
            own.busy += 1;
        }
    }

    /// A message that a thread begins with had waited so long for it.
    pub fn waited(&mut self, node: NodeId, waited: u64) {
        if let Some(own) = self.by_node.get_mut(node.index()) {
            own.usage.leaves(SimSpan::nanos(waited));
        }
    }

    /// The thread is free again.
    pub fn end(&mut self, (node, at): (NodeId, u64), thread: u32) {
        let Some(own) = self.by_node.get_mut(node.index()) else { return };
        let work = own.works.get_mut(thread as usize);
        if work.and_then(Option::take).is_some() {
            own.freed(at);
        }
    }

    /// Whichever thread worked on this message is free again.
    pub fn end_with(&mut self, (node, at): (NodeId, u64), message: u32) {
        let Some(own) = self.by_node.get_mut(node.index()) else { return };
        let is_it = |work: &Option<Work>| work.is_some_and(|work| work.message == message);
        while let Some(thread) = own.works.iter().position(is_it) {
            own.works[thread] = None;
            own.freed(at);
        }
    }

    /// A process began or ended: it has no threads yet, or they are gone.
    pub fn gone(&mut self, (node, at): (NodeId, u64)) {
        if self.by_node.len() <= node.index() {
            self.by_node.resize(node.index() + 1, Own::default());
        }
        let usage = Usage::since(SimTime::from_nanos(at));
        self.by_node[node.index()] = Own { usage, ..Own::default() };
    }

    /// A node's threads as far as they ever worked.
    pub fn of(&self, node: NodeId) -> &[Option<Work>] {
        self.by_node.get(node.index()).map_or(&[], |own| &own.works)
    }

    /// What the `servers` threads of a node did until `now`.
    pub fn load(&self, node: NodeId, servers: u32, now: u64) -> Option<Load> {
        let own = self.by_node.get(node.index())?;
        let at = SimTime::from_nanos(now);
        Some(own.usage.read(at, &Pool { at, busy: own.busy, servers, ..Pool::default() }))
    }
}

impl Own {
    fn freed(&mut self, at: u64) {
        self.usage.changes(SimTime::from_nanos(at), self.busy);
        self.busy -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_have_a_load_since_their_process_began() {
        let (node, mut threads) = (NodeId(3), Threads::default());
        let work = |message| Work { message, topic: None };
        threads.begin((node, 0), 0, work(9));
        threads.gone((node, 1_000));
        threads.begin((node, 1_000), 0, work(1));
        threads.waited(node, 300);
        threads.begin((node, 1_100), 1, work(2));
        threads.waited(node, 100);
        threads.end((node, 1_500), 1);
        threads.end((node, 1_500), 1);
        threads.end_with((node, 1_800), 1);
        // 800 + 400 ns of work in 4 × 1000 ns.
        let load = threads.load(node, 4, 2_000).expect("it began");
        assert_eq!((load.utilisation, load.jobs, load.service), (30_000, 2, 600));
        assert_eq!((load.wait, load.longest), (200, 300));
        assert_eq!(threads.load(NodeId(9), 4, 2_000), None);
    }
}
