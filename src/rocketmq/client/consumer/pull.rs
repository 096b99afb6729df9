//! The plain pull consumer.

use crate::facts::{NodeProfile, NodeRole};
use crate::kernel::actor::Event;
use crate::kernel::digest::Digest;
use crate::kernel::effects::Effects;
use crate::kernel::station::Station;
use crate::kernel::time::SimTime;
use crate::rocketmq::config::PullConsumerConfig;
use crate::rocketmq::protocol::{Job, Mq};

/// A plain pull consumer.
#[derive(Clone, Debug)]
pub struct PullConsumer {
    config: PullConsumerConfig,
}

impl PullConsumer {
    /// A process with fresh memory.
    pub fn new(config: PullConsumerConfig) -> Self {
        Self { config }
    }

    pub(in crate::rocketmq) fn into_config(self) -> PullConsumerConfig {
        self.config
    }

    pub(in crate::rocketmq) fn stations(&self) -> Vec<Station<Job>> {
        Vec::new()
    }

    pub(in crate::rocketmq) fn handle(&mut self, _event: Event<Mq>, _fx: &mut Effects<'_, Mq>) {}

    pub(in crate::rocketmq) fn digest(&self, _digest: &mut Digest) {}
}

/// What kind of node this is, for people.
pub fn pull_profile(config: &PullConsumerConfig, starts: SimTime) -> NodeProfile {
    let (modes, topics, threads) = (Vec::new(), Vec::new(), (0, 0));
    let group = Some(config.client.group);
    let settings = Vec::new();
    NodeProfile { role: NodeRole::PullConsumer, group, starts, modes, topics, threads, settings }
}
