//! Small clusters for the stories of the clients: a name server, brokers and clients with
//! RocketMQ's defaults, and an observer that writes down what they state.

use std::collections::BTreeSet;
use std::rc::Rc;

use rocketscope::facts::Fact;
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::disk::DiskProfile;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::network::ConnId;
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::{Moment, NodeSpec, Observer, World};
use rocketscope::rocketmq::broker::BrokerDisk;
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::{
    BrokerConfig, BrokerRules, ClientConfig, ConsumeFrom, HaConfig, NamesrvConfig, ProducerConfig,
    PullConsumerConfig, PushConsumerConfig, PushRules,
};
use rocketscope::rocketmq::message::{Body, ProcessIdentity, Template};
use rocketscope::rocketmq::protocol::Mq;
use rocketscope::rocketmq::remoting::{Packet, Request, TagExpression};
use rocketscope::rocketmq::sending::{Outgoing, Pace, ProducerRules, Way, Workload};
use rocketscope::rocketmq::topic::TopicConfig;

/// Time 0 of the stories lies so long after the world's start: name server and broker run by then.
pub(crate) const ZERO: SimTime = SimTime::from_nanos(3_000_000_000);

/// A world that writes down its facts and what its nodes ask each other.
pub(crate) struct Cluster {
    pub(crate) world: World<Mq>,
    pub(crate) log: Log,
    pub(crate) requests: Vec<Asked>,
    seen: BTreeSet<(ConnId, NodeId, u32)>,
}

/// A request that one node sent another.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// ms since time 0.
    pub(crate) at: i64,
    pub(crate) from: NodeId,
    pub(crate) request: Request,
}

/// Facts with their times in ms since time 0 and the names of their nodes.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) entries: Vec<Entry>,
}

/// One fact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// ns since time 0; negative before it.
    pub(crate) at: i64,
    pub(crate) node: NodeId,
    pub(crate) fact: Fact,
}

impl Observer<Mq> for Log {
    fn see(&mut self, moment: Moment, fact: &Fact) {
        self.entries.push(Entry { at: since_zero(moment.at), node: moment.node, fact: *fact });
    }
}

impl Entry {
    /// ms since time 0, rounded down.
    pub(crate) fn millis(&self) -> i64 {
        self.at.div_euclid(1_000_000)
    }
}

impl Log {
    /// What a function finds in the facts of a node, with the times in ms.
    pub(crate) fn of<T>(&self, node: NodeId, find: impl Fn(&Fact) -> Option<T>) -> Vec<(i64, T)> {
        let entries = self.entries.iter().filter(|entry| entry.node == node);
        entries.filter_map(|entry| find(&entry.fact).map(|found| (entry.millis(), found))).collect()
    }

    /// Times in ms at which a node stated what satisfies `wanted`.
    pub(crate) fn times(&self, node: NodeId, wanted: impl Fn(&Fact) -> bool) -> Vec<i64> {
        self.of(node, |fact| wanted(fact).then_some(())).into_iter().map(|(at, ())| at).collect()
    }
}

impl Cluster {
    /// A name server, and brokers that started 2 s before time 0.
    pub(crate) fn new(
        seed: u64,
        brokers: &[&str],
        topics: &[TopicConfig],
    ) -> (Self, NodeId, Vec<NodeId>) {
        let world = World::new(seed, 1_757_000_000_000, ZERO);
        let (log, requests, seen) = Default::default();
        let mut cluster = Self { world, log, requests, seen };
        let namesrv = MqDisk::NameServer(NamesrvConfig::default());
        let namesrv = cluster.add("ns-1", namesrv, SimTime::START);
        let add = |broker: &&str| {
            let config = broker_config(broker, namesrv, topics);
            let disk = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
            cluster.add(broker, disk, SimTime::from_nanos(1_000_000_000))
        };
        let brokers = brokers.iter().map(add).collect();
        (cluster, namesrv, brokers)
    }

    /// Adds a node that boots at a time.
    pub(crate) fn add(&mut self, name: &str, disk: MqDisk, boots: SimTime) -> NodeId {
        let (name, disk_profile) = (Name::new(name), DiskProfile::default());
        self.world.add_node(NodeSpec { name, disk, disk_profile, boots, skew: 0 })
    }

    /// Runs until so many ms after time 0.
    pub(crate) fn run_until(&mut self, millis: u64) {
        self.run_to(at(millis));
    }

    /// Runs until a time, and writes down what nodes ask each other.
    pub(crate) fn run_to(&mut self, end: SimTime) {
        while self.world.step_until(end, &mut self.log).is_some() {
            self.write_requests_down();
        }
    }

    /// Requests of a node with a number of RocketMQ's, with their times in ms.
    pub(crate) fn requests_of(&self, node: NodeId, code: u32) -> Vec<&Asked> {
        let of_node = self.requests.iter().filter(|asked| asked.from == node);
        of_node.filter(|asked| asked.request.code() == code).collect()
    }

    /// Times of the requests of a node with a number of RocketMQ's, in ms.
    pub(crate) fn times_of(&self, node: NodeId, code: u32) -> Vec<i64> {
        self.requests_of(node, code).iter().map(|asked| asked.at).collect()
    }

    /// What was sent in this step flies now.
    fn write_requests_down(&mut self) {
        let now = self.world.now();
        let mut new: Vec<(u32, Asked)> = Vec::new();
        for packet in self.world.in_flight().filter(|packet| packet.sent == now) {
            if let Packet::Request { opaque, request, .. } = packet.packet
                && self.seen.insert((packet.conn, packet.from, *opaque))
            {
                let at = since_zero(now).div_euclid(1_000_000);
                let (from, request) = (packet.from, request.clone());
                new.push((*opaque, Asked { at, from, request }));
            }
        }
        new.sort_by_key(|(opaque, _)| *opaque);
        self.requests.extend(new.into_iter().map(|(_, asked)| asked));
    }
}

/// A broker with the defaults.
pub(crate) fn broker_config(name: &str, namesrv: NodeId, topics: &[TopicConfig]) -> BrokerConfig {
    BrokerConfig {
        cluster: Name::new("DefaultCluster"),
        name: Name::new(name),
        broker_id: 0,
        namesrvs: vec![namesrv],
        topics: topics.to_vec(),
        register_period: SimSpan::secs(30),
        auto_create_topic: true,
        default_topic_queue_nums: 8,
        send_threads: 4,
        pull_threads: 24,
        send_queue_capacity: 10_000,
        pull_queue_capacity: 100_000,
        wait_in_send_queue: SimSpan::millis(200),
        wait_in_pull_queue: SimSpan::secs(5),
        long_polling: true,
        short_polling_time: SimSpan::secs(1),
        max_transfer_count: 32,
        max_transfer_bytes: 262_144,
        max_message_size: 4_194_304,
        flush_interval: SimSpan::millis(500),
        flush_least_pages: 4,
        flush_thorough_interval: SimSpan::secs(10),
        flush_offset_interval: SimSpan::secs(5),
        channel_expired: SimSpan::secs(120),
        send_time: Spread::Fixed(SimSpan::micros(100)),
        pull_time: Spread::Fixed(SimSpan::micros(50)),
        admin_time: Spread::Fixed(SimSpan::micros(50)),
        ha: HaConfig::default(),
        rules: BrokerRules::default(),
        create_topic_time: Spread::Fixed(SimSpan::millis(20)),
    }
}

/// What all clients have.
pub(crate) fn client_config(instance: &str, group: &str, namesrv: NodeId) -> ClientConfig {
    ClientConfig {
        client_id: Name::new(&format!("10.0.0.1@{instance}")),
        group: Name::new(group),
        identity: ProcessIdentity { ip: [10, 0, 0, 1], pid: 4711, loader: 0x18B4_AAC2 },
        first_opaque: 0,
        namesrvs: vec![namesrv],
        poll_name_server: SimSpan::secs(30),
        heartbeat: SimSpan::secs(30),
        persist_offsets: SimSpan::secs(5),
        rebalance_wait: SimSpan::secs(20),
        rebalance_min: SimSpan::secs(1),
        api_timeout: SimSpan::secs(3),
        pull_delay_on_error: SimSpan::secs(1),
        stops: None,
        shares: None,
    }
}

/// A producer with the defaults.
pub(crate) fn producer_config(client: ClientConfig, workload: Workload) -> ProducerConfig {
    ProducerConfig {
        client,
        send_timeout: SimSpan::secs(3),
        retry_times: 2,
        default_topic_queue_nums: 4,
        rules: ProducerRules::default(),
        workload,
        stops_when_done: true,
    }
}

/// A push consumer with the defaults and a listener that takes 1 ms.
pub(crate) fn push_config(
    client: ClientConfig,
    subscriptions: &[(&str, &str)],
) -> PushConsumerConfig {
    let subscription = |(topic, tags): &(&str, &str)| (Name::new(topic), TagExpression::new(tags));
    PushConsumerConfig {
        client,
        subscriptions: subscriptions.iter().map(subscription).collect(),
        consume_from: ConsumeFrom::LastOffset,
        threads: 20,
        pull_batch_size: 32,
        pull_interval: SimSpan::ZERO,
        pull_threshold: 1000,
        max_span: 2000,
        suspend_timeout: SimSpan::secs(15),
        pull_timeout: SimSpan::secs(30),
        listener: Spread::Fixed(SimSpan::millis(1)),
        rules: PushRules::default(),
    }
}

/// A plain pull consumer with an interval.
pub(crate) fn pull_config(
    client: ClientConfig,
    topic: &str,
    interval: SimSpan,
) -> PullConsumerConfig {
    PullConsumerConfig {
        client,
        topic: Name::new(topic),
        tags: TagExpression::ALL,
        consume_from: ConsumeFrom::LastOffset,
        interval,
        pull_batch_size: 32,
        handling: Spread::Fixed(SimSpan::millis(1)),
    }
}

/// Rounds of messages of 128 B, one sender that waits for each answer.
pub(crate) fn rounds(topic: &str, rounds: u32, pause: SimSpan) -> Workload {
    Workload {
        messages: vec![Outgoing::plain(template(topic, None))],
        first_after: SimSpan::ZERO,
        pace: Pace::Closed { senders: 1, pause: Spread::Fixed(pause) },
        rounds: Some(rounds),
    }
}

/// All messages of a workload are sent in this way.
pub(crate) fn sent(mut workload: Workload, way: &Way) -> Workload {
    let way = Rc::new(way.clone());
    for message in &mut workload.messages {
        message.way = Some(Rc::clone(&way));
    }
    workload
}

/// A message of 128 B.
pub(crate) fn template(topic: &str, tag: Option<&str>) -> Rc<Template> {
    let (topic, tag) = (Name::new(topic), tag.map(Name::new));
    Rc::new(Template { topic, tag, keys: None, body: Body::Synthetic(128) })
}

fn since_zero(at: SimTime) -> i64 {
    at.as_nanos().cast_signed() - ZERO.as_nanos().cast_signed()
}

/// A time of the stories.
pub(crate) fn at(millis: u64) -> SimTime {
    ZERO + SimSpan::millis(millis)
}
