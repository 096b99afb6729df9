//! Topics of a broker: the system's own, those of the configuration, those that a send or a group
//! creates.
//!
//! Follows `TopicConfigManager` (`createTopicInSendMessageMethod`,
//! `createTopicInSendMessageBackMethod`).

use crate::facts::Fact;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::config::BrokerConfig;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::SendRequest;
use crate::rocketmq::topic::{TBW102, TopicConfig, perm, retry_topic};
use crate::rocketmq::topic_names::SCHEDULE;

use super::Broker;
use super::processor::refusal_of_topic;

/// All topics, with the version that name servers compare.
#[derive(Clone, Debug)]
pub(super) struct TopicTable {
    topics: Vec<TopicConfig>,
    /// Topics of these that clients may send to, by their names.
    open: Vec<bool>,
    version: u64,
}

impl TopicTable {
    /// The system's topics and the configured ones.
    pub(super) fn new(config: &BrokerConfig) -> Self {
        let mut topics = system_topics(config);
        topics.extend(config.topics.iter().copied());
        let open = topics.iter().map(is_open).collect();
        Self { topics, open, version: 0 }
    }

    pub(super) fn get(&self, name: Name) -> Option<&TopicConfig> {
        self.topics.iter().find(|topic| topic.name == name)
    }

    /// A topic whose name says that clients may send to it.
    #[inline]
    pub(super) fn open(&self, name: Name) -> Option<&TopicConfig> {
        let at = self.topics.iter().position(|topic| topic.name == name)?;
        self.open[at].then(|| &self.topics[at])
    }

    pub(super) fn all(&self) -> &[TopicConfig] {
        &self.topics
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Replaces a topic's settings; false where they are the same.
    pub(super) fn change(&mut self, topic: TopicConfig) -> bool {
        let known = self.topics.iter_mut().find(|known| known.name == topic.name);
        let Some(known) = known.filter(|known| **known != topic) else { return false };
        *known = topic;
        self.version += 1;
        true
    }

    /// Takes another broker's table over (`syncTopicConfig`).
    pub(super) fn replace(&mut self, topics: &[TopicConfig]) {
        self.topics = topics.to_vec();
        self.open = topics.iter().map(is_open).collect();
        self.version += 1;
    }

    /// Name servers are to take everything anew.
    pub(super) fn next_version(&mut self) {
        self.version += 1;
    }

    pub(super) fn remove(&mut self, name: Name) {
        self.topics.retain(|topic| topic.name != name);
        self.open = self.topics.iter().map(is_open).collect();
        self.version += 1;
    }

    fn add(&mut self, topic: TopicConfig) {
        self.open.push(is_open(&topic));
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

fn is_open(topic: &TopicConfig) -> bool {
    refusal_of_topic(topic.name).is_none()
}

/// System topics at the start (`TopicConfigManager.init`), with their queues.
fn system_topics(config: &BrokerConfig) -> Vec<TopicConfig> {
    let of_cluster = |rest: &str| format!("{}{rest}", config.cluster);
    let revive = format!("rmq_sys_REVIVE_LOG_{}", config.cluster);
    let members = format!("rmq_sys_SYNC_BROKER_MEMBER_{}", config.name);
    let queues: [(&str, u32); 10] = [
        ("SELF_TEST_TOPIC", 1),
        ("BenchmarkTest", 1024),
        ("OFFSET_MOVED_EVENT", 1),
        (SCHEDULE, 18),
        ("RMQ_SYS_TRANS_HALF_TOPIC", 1),
        ("RMQ_SYS_TRANS_OP_HALF_TOPIC", 1),
        ("rmq_sys_wheel_timer", 1),
        (&of_cluster("_REPLY_TOPIC"), 1),
        (&revive, 8),
        (&members, 1),
    ];
    let mut topics: Vec<_> =
        queues.iter().map(|(name, queues)| TopicConfig::new(Name::new(name), *queues)).collect();
    topics.push(inherited(config.cluster, 16));
    topics.push(inherited(config.name, 1));
    if config.auto_create_topic {
        topics.push(inherited(Name::new(TBW102), config.default_topic_queue_nums));
    }
    topics
}

/// A topic whose settings new ones inherit.
fn inherited(name: Name, queues: u32) -> TopicConfig {
    let perm = perm::READ | perm::WRITE | perm::INHERIT;
    TopicConfig { perm, ..TopicConfig::new(name, queues) }
}

impl Broker {
    /// Topics that the configuration names are stated once, so that everybody above knows them.
    pub(super) fn state_given_topics(&self, fx: &mut Effects<'_, Mq>) {
        for topic in self.config.topics.iter().filter(|_| self.ended.is_none()) {
            let why = Because::TopicGiven.plain();
            fx.note(Fact::TopicCreated { topic: topic.name, queues: topic.write_queues, why });
        }
    }

    /// What an unknown topic of a send would become: like its default topic (TBW102) where that may
    /// be inherited, else one queue for a retry topic.
    pub(super) fn topic_to_make(&self, send: &SendRequest) -> Option<(TopicConfig, Because)> {
        let name = send.topic;
        let default = self.topics.get(send.default_topic);
        let is_allowed = self.config.auto_create_topic || send.default_topic.as_str() != TBW102;
        let model = default.filter(|default| is_allowed && default.perm & perm::INHERIT != 0);
        if let Some(model) = model {
            let queues = send.default_queues.min(model.write_queues);
            let perm = model.perm & !perm::INHERIT;
            let topic = TopicConfig { perm, ..TopicConfig::new(name, queues) };
            return Some((topic, Because::TopicAutoCreated));
        }
        let is_retry = name.as_str().starts_with("%RETRY%");
        is_retry.then(|| (TopicConfig::new(name, 1), Because::RetryTopicCreated))
    }

    /// `%RETRY%group` with one queue, at a group's first heartbeat.
    pub(super) fn ensure_retry_topic(&mut self, group: Name, fx: &mut Effects<'_, Mq>) {
        let name = retry_topic(group);
        if self.topics.get(name).is_none() {
            self.create_topic(TopicConfig::new(name, 1), Because::RetryTopicCreated, fx);
        }
    }

    /// A topic exists from now on, and every name server is told.
    pub(super) fn create_topic(
        &mut self,
        topic: TopicConfig,
        because: Because,
        fx: &mut Effects<'_, Mq>,
    ) {
        self.topics.add(topic);
        let (topic_name, queues, why) = (topic.name, topic.write_queues, because.plain());
        fx.note(Fact::TopicCreated { topic: topic_name, queues, why });
        self.register_topic(topic, fx);
    }
}
