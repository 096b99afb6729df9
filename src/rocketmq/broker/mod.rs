//! The broker.

use crate::facts::{Content, Expectation, NodeProfile, NodeRole};
use crate::kernel::actor::{Event, NodeId};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::life::End;
use crate::kernel::station::Station;
use crate::kernel::time::SimTime;

use super::config::BrokerConfig;
use super::protocol::{Job, Mq};

/// Every reason a broker has to wake up by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerTimer {
    /// Tells all name servers that this broker is alive (`registerNameServerPeriod`, 30 s).
    Register,
}

impl Digestible for BrokerTimer {
    fn digest(&self, digest: &mut Digest) {
        digest.word(*self as u64);
    }
}

/// What survives a broker's process.
#[derive(Clone, Debug)]
pub struct BrokerDisk {
    config: BrokerConfig,
}

impl BrokerDisk {
    /// The disk of a broker that never ran.
    pub fn new(config: BrokerConfig) -> Self {
        Self { config }
    }
}

impl Digestible for BrokerDisk {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.config.name);
    }
}

/// A broker (`BrokerController`): only routes; the work is in the modules below.
#[derive(Clone, Debug)]
pub struct Broker {
    config: BrokerConfig,
}

impl Broker {
    /// A broker with fresh memory on a disk.
    pub fn new(disk: BrokerDisk) -> Self {
        Self { config: disk.config }
    }

    pub(super) fn into_disk(self, _end: End) -> BrokerDisk {
        BrokerDisk { config: self.config }
    }

    pub(super) fn stations(&self) -> Vec<Station<Job>> {
        Vec::new()
    }

    pub(super) fn handle(&mut self, _event: Event<Mq>, _fx: &mut Effects<'_, Mq>) {}

    pub(super) fn digest(&self, _digest: &mut Digest) {}

    /// What the record at `physical` holds.
    pub fn content(&self, _physical: u64) -> Option<Content> {
        None
    }
}

/// What kind of node this is, for people.
pub fn profile(_disk: &BrokerDisk, starts: SimTime) -> NodeProfile {
    let (group, modes, topics, threads) = (None, Vec::new(), Vec::new(), (0, 0));
    let settings = Vec::new();
    NodeProfile { role: NodeRole::Broker, group, starts, modes, topics, threads, settings }
}

/// What a timer is for, where that is worth announcing.
pub fn expectation(_at: SimTime, _node: NodeId, timer: BrokerTimer) -> Option<Expectation> {
    match timer {
        BrokerTimer::Register => None,
    }
}
