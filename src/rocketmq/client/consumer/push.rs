//! The push consumer.

use crate::facts::{NodeProfile, NodeRole};
use crate::kernel::actor::Event;
use crate::kernel::digest::Digest;
use crate::kernel::effects::Effects;
use crate::kernel::station::Station;
use crate::kernel::time::SimTime;
use crate::rocketmq::config::PushConsumerConfig;
use crate::rocketmq::protocol::{Job, Mq};

/// A push consumer.
#[derive(Clone, Debug)]
pub struct PushConsumer {
    config: PushConsumerConfig,
}

impl PushConsumer {
    /// A process with fresh memory.
    pub fn new(config: PushConsumerConfig) -> Self {
        Self { config }
    }

    pub(in crate::rocketmq) fn into_config(self) -> PushConsumerConfig {
        self.config
    }

    pub(in crate::rocketmq) fn stations(&self) -> Vec<Station<Job>> {
        Vec::new()
    }

    pub(in crate::rocketmq) fn handle(&mut self, _event: Event<Mq>, _fx: &mut Effects<'_, Mq>) {}

    pub(in crate::rocketmq) fn digest(&self, _digest: &mut Digest) {}
}

/// What kind of node this is, for people.
pub fn push_profile(config: &PushConsumerConfig, starts: SimTime) -> NodeProfile {
    let (modes, topics, threads) = (Vec::new(), Vec::new(), (0, 0));
    let group = Some(config.client.group);
    let settings = Vec::new();
    NodeProfile { role: NodeRole::PushConsumer, group, starts, modes, topics, threads, settings }
}
