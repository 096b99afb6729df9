//! Figures of single nodes.

use crate::facts::Why;
use crate::kernel::actor::NodeId;

use super::recent::Recent;

/// Records of a log that are shown singly.
pub const NEWEST: usize = 48;

/// Figures of one node, whatever its role: what does not belong to it stays 0.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Producer: messages whose first request left.
    pub sent: u64,
    /// Producer: messages that are acknowledged.
    pub acknowledged: u64,
    /// Producer: sends that failed for good.
    pub failed: u64,
    /// Consumer: listeners that ended well.
    pub consumed: u64,
    /// Consumer: messages that it sent back.
    pub retried: u64,
    /// Broker: end of its log in bytes.
    pub log_bytes: u64,
    /// Broker: records in its log.
    pub records: u64,
    /// Broker: bytes that are on the disk.
    pub flushed: u64,
    /// Broker: (index of the topic, message) of the newest records.
    pub newest: Recent<(usize, u32)>,
    /// Broker under a controller: who leads, and the epoch.
    pub led_by: Option<(NodeId, u32)>,
    /// Broker that leads: how many have what it has, itself among them.
    pub in_sync: u32,
    /// Name server: brokers that are registered.
    pub brokers: Vec<NodeId>,
    /// Client: a topic of its own had no route from … until ….
    pub no_route: Option<(u64, Option<u64>)>,
    /// Consumer: queues that it does not ask for now, and why.
    pub throttled: Option<(u32, Why)>,
    /// The last reason that it gave.
    pub why: Option<Why>,
    /// How often it started.
    pub starts: u32,
    /// Producer: messages that had been sent, and those whose send was over, when it started last.
    pub before: (u64, u64),
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            sent: 0,
            acknowledged: 0,
            failed: 0,
            consumed: 0,
            retried: 0,
            log_bytes: 0,
            records: 0,
            flushed: 0,
            newest: Recent::new(NEWEST),
            led_by: None,
            in_sync: 0,
            brokers: Vec::new(),
            no_route: None,
            throttled: None,
            why: None,
            starts: 0,
            before: (0, 0),
        }
    }
}

impl Figures {
    /// Producer: messages that were sent since it started last, and those whose send is over.
    pub fn of_this_process(&self) -> (u64, u64) {
        (self.sent - self.before.0, self.acknowledged + self.failed - self.before.1)
    }

    /// Its process starts.
    pub(super) fn start(&mut self) {
        self.starts += 1;
        self.before = (self.sent, self.acknowledged + self.failed);
    }
}

/// Figures by node.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    by_node: Vec<Figures>,
}

impl Nodes {
    /// A node's figures; `None` where it stated nothing yet.
    pub fn of(&self, node: NodeId) -> Option<&Figures> {
        self.by_node.get(node.index())
    }

    /// A node's figures, to be written.
    #[inline]
    pub fn of_mut(&mut self, node: NodeId) -> &mut Figures {
        if self.by_node.len() <= node.index() {
            self.by_node.resize_with(node.index() + 1, Figures::default);
        }
        &mut self.by_node[node.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_sent_nothing_of_what_the_one_before_it_sent() {
        let mut figures = Figures { sent: 7, acknowledged: 5, failed: 1, ..Figures::default() };
        assert_eq!(figures.of_this_process(), (7, 6));
        figures.start();
        figures.sent += 2;
        figures.failed += 1;
        assert_eq!(figures.of_this_process(), (2, 1));
    }
}
