//! Topics of a broker: the system's own, those of the configuration, those that a send or a group creates.
//!
//! Follows `TopicConfigManager` (`createTopicInSendMessageMethod`, `createTopicInSendMessageBackMethod`).

use crate::facts::Fact;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::config::BrokerConfig;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::SendRequest;
use crate::rocketmq::topic::{TBW102, TopicConfig, perm, retry_topic};

use super::Broker;

/// All topics, with the version that name servers compare.
#[derive(Clone, Debug)]
pub(super) struct TopicTable {
    topics: Vec<TopicConfig>,
    version: u64,
}

impl TopicTable {
    /// The system's topics and the configured ones.
    pub(super) fn new(config: &BrokerConfig) -> Self {
        let mut topics = system_topics(config);
        topics.extend(config.topics.iter().copied());
        Self { topics, version: 0 }
    }

    pub(super) fn get(&self, name: Name) -> Option<&TopicConfig> {
        self.topics.iter().find(|topic| topic.name == name)
    }

    pub(super) fn all(&self) -> &[TopicConfig] {
        &self.topics
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    fn add(&mut self, topic: TopicConfig) {
        self.topics.push(topic);
        self.version += 1;
    }
}

impl Digestible for TopicTable {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.version);
        digest.all(self.topics.iter());
    }
}

/// System topics at the start (§4.2 of the reference), as far as a broker of this slice has them.
fn system_topics(config: &BrokerConfig) -> Vec<TopicConfig> {
    let queues = [
        ("SELF_TEST_TOPIC", 1),
        ("BenchmarkTest", 1024),
        (config.cluster.as_str(), 1),
        (config.name.as_str(), 1),
        ("OFFSET_MOVED_EVENT", 1),
        ("SCHEDULE_TOPIC_XXXX", 18),
        ("RMQ_SYS_TRANS_HALF_TOPIC", 1),
        ("RMQ_SYS_TRANS_OP_HALF_TOPIC", 1),
        ("rmq_sys_wheel_timer", 1),
    ];
    let mut topics: Vec<_> =
        queues.iter().map(|(name, queues)| TopicConfig::new(Name::new(name), *queues)).collect();
    if config.auto_create_topic {
        let mut inherited = TopicConfig::new(Name::new(TBW102), config.default_topic_queue_nums);
        inherited.perm |= perm::INHERIT;
        topics.push(inherited);
    }
    topics
}

impl Broker {
    /// Topics that the configuration names are stated once, so that everybody above knows them.
    pub(super) fn state_given_topics(&self, fx: &mut Effects<'_, Mq>) {
        for topic in &self.config.topics {
            let why = Because::TopicGiven.plain();
            fx.note(Fact::TopicCreated { topic: topic.name, queues: topic.write_queues, why });
        }
    }

    /// The topic of a send; created from TBW102 where that is allowed.
    pub(super) fn topic_for_send(
        &mut self,
        send: &SendRequest,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<TopicConfig> {
        if let Some(topic) = self.topics.get(send.topic) {
            return Some(*topic);
        }
        let default = *self.topics.get(send.default_topic)?;
        if default.perm & perm::INHERIT == 0 {
            return None;
        }
        let queues = send.default_queues.min(default.write_queues);
        let topic = TopicConfig {
            name: send.topic,
            read_queues: queues,
            write_queues: queues,
            perm: default.perm & !perm::INHERIT,
        };
        self.create_topic(topic, Because::TopicAutoCreated, fx);
        Some(topic)
    }

    /// `%RETRY%group` with one queue, at a group's first heartbeat.
    pub(super) fn ensure_retry_topic(&mut self, group: Name, fx: &mut Effects<'_, Mq>) {
        let name = retry_topic(group);
        if self.topics.get(name).is_none() {
            self.create_topic(TopicConfig::new(name, 1), Because::RetryTopicCreated, fx);
        }
    }

    fn create_topic(&mut self, topic: TopicConfig, because: Because, fx: &mut Effects<'_, Mq>) {
        self.topics.add(topic);
        let (topic_name, queues, why) = (topic.name, topic.write_queues, because.plain());
        fx.note(Fact::TopicCreated { topic: topic_name, queues, why });
        self.register_topics(vec![topic], fx);
    }
}
