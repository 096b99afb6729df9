//! All roles of a RocketMQ cluster as one actor, and what survives of each as one disk.

use crate::facts::{Content, Expectation, MsgKey, NodeProfile};
use crate::kernel::actor::{Actor, Event, NodeId};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::life::End;
use crate::kernel::name::Name;
use crate::kernel::station::Station;
use crate::kernel::time::{SimSpan, SimTime};

use super::broker::{Broker, BrokerDisk};
use super::client::consumer::{LitePullConsumer, PullConsumer, PushConsumer, SimpleConsumer};
use super::client::producer::Producer;
use super::config::{
    BrokerConfig, ClientConfig, NamesrvConfig, ProducerConfig, PullConsumerConfig,
    PushConsumerConfig,
};
use super::lite_rules::LitePullConfig;
use super::namesrv::NameServer;
use super::protocol::{Job, Mq, Timer};
use super::remoting::Packet;
use super::simple_rules::SimpleConfig;

/// A process of a cluster.
#[derive(Debug)]
pub enum MqActor {
    NameServer(Box<NameServer>),
    Broker(Box<Broker>),
    Producer(Box<Producer>),
    PushConsumer(Box<PushConsumer>),
    PullConsumer(Box<PullConsumer>),
    LitePull(Box<LitePullConsumer>),
    Simple(Box<SimpleConsumer>),
}

/// Each kind is copied by a function of its own: most runs have few of them.
impl Clone for MqActor {
    fn clone(&self) -> Self {
        match self {
            Self::NameServer(actor) => Self::NameServer(copy(actor)),
            Self::Broker(actor) => Self::Broker(copy(actor)),
            Self::Producer(actor) => Self::Producer(copy(actor)),
            Self::PushConsumer(actor) => Self::PushConsumer(copy(actor)),
            Self::PullConsumer(actor) => Self::PullConsumer(copy(actor)),
            Self::LitePull(actor) => Self::LitePull(copy(actor)),
            Self::Simple(actor) => Self::Simple(copy(actor)),
        }
    }
}

#[inline(never)] // Can wait (`xtask/src/split`).
fn copy<T: Clone>(actor: &T) -> T {
    actor.clone()
}

/// What survives the end of a process.
#[derive(Clone, Debug)]
pub enum MqDisk {
    NameServer(NamesrvConfig),
    Broker(Box<BrokerDisk>),
    Producer(Box<ProducerConfig>),
    PushConsumer(Box<PushConsumerConfig>),
    PullConsumer(Box<PullConsumerConfig>),
    LitePull(Box<LitePullConfig>),
    Simple(Box<SimpleConfig>),
}

impl Actor<Mq> for MqActor {
    fn boot(disk: MqDisk) -> Self {
        match disk {
            MqDisk::NameServer(config) => Self::NameServer(Box::new(NameServer::new(config))),
            MqDisk::Broker(disk) => Self::Broker(Box::new(Broker::new(*disk))),
            MqDisk::Producer(config) => Self::Producer(Box::new(Producer::new(*config))),
            MqDisk::PushConsumer(config) => {
                Self::PushConsumer(Box::new(PushConsumer::new(*config)))
            }
            MqDisk::PullConsumer(config) => {
                Self::PullConsumer(Box::new(PullConsumer::new(*config)))
            }
            MqDisk::LitePull(config) => Self::LitePull(Box::new(LitePullConsumer::new(*config))),
            MqDisk::Simple(config) => Self::Simple(Box::new(SimpleConsumer::new(*config))),
        }
    }

    fn into_disk(self, end: End) -> MqDisk {
        match self {
            Self::NameServer(server) => MqDisk::NameServer(server.into_config()),
            Self::Broker(broker) => MqDisk::Broker(Box::new(broker.into_disk(end))),
            Self::Producer(producer) => MqDisk::Producer(Box::new(producer.into_config())),
            Self::PushConsumer(consumer) => MqDisk::PushConsumer(Box::new(consumer.into_config())),
            Self::PullConsumer(consumer) => MqDisk::PullConsumer(Box::new(consumer.into_config())),
            Self::LitePull(consumer) => MqDisk::LitePull(Box::new(consumer.into_config())),
            Self::Simple(consumer) => MqDisk::Simple(Box::new(consumer.into_config())),
        }
    }

    fn stations(&self) -> Vec<Station<Job>> {
        match self {
            Self::Broker(broker) => broker.stations(),
            Self::NameServer(_)
            | Self::Producer(_)
            | Self::PushConsumer(_)
            | Self::PullConsumer(_)
            | Self::LitePull(_)
            | Self::Simple(_) => Vec::new(),
        }
    }

    fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match self {
            Self::NameServer(server) => server.handle(event, fx),
            Self::Broker(broker) => broker.handle(event, fx),
            Self::Producer(producer) => producer.handle(event, fx),
            Self::PushConsumer(consumer) => consumer.handle(event, fx),
            Self::PullConsumer(consumer) => consumer.handle(event, fx),
            Self::LitePull(consumer) => consumer.handle(event, fx),
            Self::Simple(consumer) => consumer.handle(event, fx),
        }
    }

    #[inline]
    fn needs(&mut self, job: &Job, fx: &mut Effects<'_, Mq>) -> SimSpan {
        match self {
            Self::Broker(broker) => broker.needs_disk(job, fx),
            Self::NameServer(_)
            | Self::Producer(_)
            | Self::PushConsumer(_)
            | Self::PullConsumer(_)
            | Self::LitePull(_)
            | Self::Simple(_) => SimSpan::ZERO,
        }
    }

    fn hand_over(&mut self, to: &mut Self) {
        super::client::hand_over(self, to);
    }

    fn whose(&self, packet: &Packet) -> Option<NodeId> {
        super::client::whose(self, packet)
    }

    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::NameServer(server) => server.digest(digest),
            Self::Broker(broker) => broker.digest(digest),
            Self::Producer(producer) => producer.digest(digest),
            Self::PushConsumer(consumer) => consumer.digest(digest),
            Self::PullConsumer(consumer) => consumer.digest(digest),
            Self::LitePull(consumer) => consumer.digest(digest),
            Self::Simple(consumer) => consumer.digest(digest),
        }
    }
}

impl Digestible for MqDisk {
    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::NameServer(config) => {
                digest.word(1);
                config.controller.iter().for_each(|disk| digest.put(&**disk));
            }
            Self::Broker(disk) => {
                digest.word(2);
                digest.put(&**disk);
            }
            Self::Producer(config) => digest.word(3 | u64::from(config.rules.first_seq) << 8),
            Self::PushConsumer(_) => digest.word(4),
            Self::PullConsumer(_) => digest.word(5),
            Self::LitePull(_) => digest.word(6),
            Self::Simple(_) => digest.word(7),
        }
    }
}

impl MqDisk {
    /// True for that of a broker with this name and id.
    pub fn is_broker(&self, broker: Name, id: u32) -> bool {
        matches!(self, Self::Broker(disk) if disk.is_called(broker, id))
    }

    /// The settings of a broker that begins as a master.
    pub fn as_master(&self) -> Option<&BrokerConfig> {
        let Self::Broker(disk) = self else { return None };
        Some(disk.config()).filter(|config| !config.ha.is_slave())
    }

    /// True for that of a broker under a controller.
    pub fn is_controlled(&self) -> bool {
        matches!(self, Self::Broker(disk) if disk.is_controlled())
    }

    /// What kind of node this is, for people; `starts` is when it is planned to boot.
    pub fn profile(&self, starts: SimTime) -> NodeProfile {
        let mut profile = self.profile_of_role(starts);
        if let Some(ClientConfig { client_id, shares: Some(shares), .. }) = self.client() {
            profile.shares = Some(shares.first);
            profile.modes.push(Name::new(&format!("Instance of {}", shares.name)).as_str());
            profile.settings.push(("clientId", client_id.to_string()));
        }
        profile
    }

    /// What a client has that may share an instance; nothing for others.
    pub fn client(&self) -> Option<&ClientConfig> {
        match self {
            Self::Producer(config) => Some(&config.client),
            Self::PushConsumer(config) => Some(&config.client),
            Self::PullConsumer(config) => Some(&config.client),
            Self::LitePull(config) => Some(&config.base.client),
            Self::NameServer(_) | Self::Broker(_) | Self::Simple(_) => None,
        }
    }

    /// A consumer's program is going to subscribe a topic while it runs.
    pub fn wants_later(&mut self, topic: Name) {
        let config = match self {
            Self::PushConsumer(config) => config,
            Self::LitePull(config) => &mut config.base,
            Self::NameServer(_)
            | Self::Broker(_)
            | Self::Producer(_)
            | Self::PullConsumer(_)
            | Self::Simple(_) => return,
        };
        let is_known = config.subscriptions.iter().any(|(known, _)| *known == topic);
        if !is_known && !config.rules.later.contains(&topic) {
            config.rules.later.push(topic);
        }
    }

    fn profile_of_role(&self, starts: SimTime) -> NodeProfile {
        match self {
            Self::NameServer(config) => super::namesrv::profile(config, starts),
            Self::Broker(disk) => super::broker::profile(disk, starts),
            Self::Producer(config) => super::client::producer::profile(config, starts),
            Self::PushConsumer(config) => super::client::consumer::push_profile(config, starts),
            Self::PullConsumer(config) => super::client::consumer::pull_profile(config, starts),
            Self::LitePull(config) => super::client::consumer::lite_pull_profile(config, starts),
            Self::Simple(config) => super::client::consumer::simple_profile(config, starts),
        }
    }
}

/// What a message holds, where this process has it: a broker by the place in its log, a producer
/// while it sends it.
pub fn content(actor: &MqActor, key: MsgKey, physical: Option<u64>) -> Option<Content> {
    match actor {
        MqActor::Broker(broker) => broker.content(physical?),
        MqActor::Producer(producer) => producer.content(key),
        MqActor::NameServer(_)
        | MqActor::PushConsumer(_)
        | MqActor::PullConsumer(_)
        | MqActor::LitePull(_)
        | MqActor::Simple(_) => None,
    }
}

/// What a timer is for, where that is worth announcing.
pub fn expectation(at: SimTime, node: NodeId, timer: Timer) -> Option<Expectation> {
    match timer {
        Timer::Namesrv(timer) => super::namesrv::expectation(at, node, timer),
        Timer::Broker(timer) => super::broker::expectation(at, node, timer),
        Timer::Client(timer) => super::client::expectation(at, node, timer),
    }
}
