//! What each consuming thread works on.

use crate::kernel::actor::NodeId;

/// Threads by node.
#[derive(Clone, Debug, Default)]
pub struct Threads {
    by_node: Vec<Vec<Option<Work>>>,
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
    /// A thread begins with a message.
    pub fn begin(&mut self, node: NodeId, thread: u32, work: Work) {
        let (node, thread) = (node.index(), thread as usize);
        if self.by_node.len() <= node {
            self.by_node.resize(node + 1, Vec::new());
        }
        let threads = &mut self.by_node[node];
        if threads.len() <= thread {
            threads.resize(thread + 1, None);
        }
        threads[thread] = Some(work);
    }

    /// The thread is free again.
    pub fn end(&mut self, node: NodeId, thread: u32) {
        let threads = self.by_node.get_mut(node.index());
        if let Some(work) = threads.and_then(|threads| threads.get_mut(thread as usize)) {
            *work = None;
        }
    }

    /// Whichever thread worked on this message is free again.
    pub fn end_with(&mut self, node: NodeId, message: u32) {
        let Some(threads) = self.by_node.get_mut(node.index()) else { return };
        for work in threads.iter_mut().filter(|work| work.is_some_and(|w| w.message == message)) {
            *work = None;
        }
    }

    /// A process ended: its threads are gone.
    pub fn gone(&mut self, node: NodeId) {
        if let Some(threads) = self.by_node.get_mut(node.index()) {
            threads.clear();
        }
    }

    /// A node's threads as far as they ever worked.
    pub fn of(&self, node: NodeId) -> &[Option<Work>] {
        self.by_node.get(node.index()).map_or(&[], Vec::as_slice)
    }
}
