//! The producer.

use crate::facts::{Content, MsgKey, NodeProfile, NodeRole};
use crate::kernel::actor::Event;
use crate::kernel::digest::Digest;
use crate::kernel::effects::Effects;
use crate::kernel::time::SimTime;
use crate::rocketmq::config::ProducerConfig;
use crate::rocketmq::protocol::Mq;

/// A producer.
#[derive(Clone, Debug)]
pub struct Producer {
    config: ProducerConfig,
}

impl Producer {
    /// A process with fresh memory.
    pub fn new(config: ProducerConfig) -> Self {
        Self { config }
    }

    pub(in crate::rocketmq) fn into_config(self) -> ProducerConfig {
        self.config
    }

    pub(in crate::rocketmq) fn handle(&mut self, _event: Event<Mq>, _fx: &mut Effects<'_, Mq>) {}

    pub(in crate::rocketmq) fn digest(&self, _digest: &mut Digest) {}

    /// What a message holds that is being sent.
    pub fn content(&self, _key: MsgKey) -> Option<Content> {
        None
    }
}

/// What kind of node this is, for people.
pub fn profile(config: &ProducerConfig, starts: SimTime) -> NodeProfile {
    let (modes, topics, threads) = (Vec::new(), Vec::new(), (0, 0));
    let group = Some(config.client.group);
    let settings = Vec::new();
    NodeProfile { role: NodeRole::Producer, group, starts, modes, topics, threads, settings }
}
