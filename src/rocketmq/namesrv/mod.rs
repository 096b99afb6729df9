//! The name server.

use crate::facts::{Expectation, NodeProfile, NodeRole};
use crate::kernel::actor::{Event, NodeId};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimTime;

use super::config::NamesrvConfig;
use super::protocol::Mq;

/// Every reason a name server has to wake up by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamesrvTimer {
    /// Looks for brokers that were silent for too long (`scanNotActiveBrokerInterval`, 5 s).
    ScanBrokers,
}

impl Digestible for NamesrvTimer {
    fn digest(&self, digest: &mut Digest) {
        digest.word(*self as u64);
    }
}

/// A name server (`RouteInfoManager`).
#[derive(Clone, Debug)]
pub struct NameServer {
    config: NamesrvConfig,
}

impl NameServer {
    /// A name server that knows nothing yet.
    pub fn new(config: NamesrvConfig) -> Self {
        Self { config }
    }

    pub(super) fn into_config(self) -> NamesrvConfig {
        self.config
    }

    pub(super) fn handle(&mut self, _event: Event<Mq>, _fx: &mut Effects<'_, Mq>) {}

    pub(super) fn digest(&self, _digest: &mut Digest) {}
}

/// What kind of node this is, for people.
pub fn profile(_config: &NamesrvConfig, starts: SimTime) -> NodeProfile {
    let (group, modes, topics, threads) = (None, Vec::new(), Vec::new(), (0, 0));
    let settings = Vec::new();
    NodeProfile { role: NodeRole::NameServer, group, starts, modes, topics, threads, settings }
}

/// What a timer is for, where that is worth announcing.
pub fn expectation(_at: SimTime, _node: NodeId, timer: NamesrvTimer) -> Option<Expectation> {
    match timer {
        NamesrvTimer::ScanBrokers => None,
    }
}
