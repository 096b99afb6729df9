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
        }
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
