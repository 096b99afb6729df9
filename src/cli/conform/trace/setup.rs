//! The cluster of a trace: name servers and brokers as the file sets them up.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::facts::Setting;
use crate::kernel::actor::NodeId;
use crate::kernel::disk::DiskProfile;
use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::{SimSpan, SimTime};
use crate::kernel::world::{NodeSpec, World};
use crate::rocketmq::broker::BrokerDisk;
use crate::rocketmq::cluster::MqDisk;
use crate::rocketmq::config::{
    BrokerConfig, BrokerRole, BrokerRules, HaConfig, NamesrvConfig, ReadConfig,
};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::settings;
use crate::wire::json::Json;
use crate::wire::packets::Places;

/// Time 0 of a trace: brokers start before it.
const ZERO: SimTime = SimTime::from_nanos(3_600_000_000_000);
/// `listenPort` of brokers.
const PORT: u16 = 10911;

/// A cluster before its first step.
pub(super) struct Cluster {
    pub(super) world: World<Mq>,
    /// Nodes by the names that traces give them: `ns-1`, `broker-a/0`.
    pub(super) nodes: BTreeMap<String, NodeId>,
    /// Two nodes between which nothing ever is: what happens there only moves the clock.
    pub(super) clock: [NodeId; 2],
}

/// Every node has an address of its own.
pub(super) struct Addresses;

impl Places for Addresses {
    fn address(&self, node: NodeId) -> SocketAddr {
        let [_, b, c, d] = node.0.to_be_bytes();
        SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, b, c, d)), PORT)
    }
}

/// A time of the trace, ms since its time 0.
pub(super) fn time(millis: i64) -> SimTime {
    let nanos = ZERO.as_nanos().checked_add_signed(millis.saturating_mul(1_000_000));
    SimTime::from_nanos(nanos.unwrap_or(0))
}

impl Cluster {
    /// What is wrong is told in words.
    pub(super) fn build(trace: &Json) -> Result<Self, String> {
        let wall = trace.get("wall_start").and_then(Json::as_int).ok_or("no `wall_start`")?;
        let cluster = trace.get("cluster").ok_or("no `cluster`")?;
        let list = |field| cluster.get(field).and_then(Json::as_list).unwrap_or_default();
        let mut world = World::new(1, wall, ZERO);
        let clock = ["tick", "tock"].map(|name| world.add_outsider(Name::new(name)));
        let mut built = Self { world, nodes: BTreeMap::new(), clock };
        for name in list("namesrv") {
            let config = NamesrvConfig {
                scan_interval: span(name, &settings::SCAN_NOT_ACTIVE_BROKER_INTERVAL),
                broker_expiry: span(name, &settings::BROKER_CHANNEL_EXPIRED_TIME),
                ..NamesrvConfig::default()
            };
            built.add(name.to_plain(), MqDisk::NameServer(config), SimTime::START);
        }
        let namesrvs: Vec<NodeId> = built.nodes.values().copied().collect();
        for broker in list("brokers") {
            let mut config = broker_config(broker, namesrvs.clone())?;
            let next = u32::try_from(built.world.nodes().count()).expect("clusters are small");
            if let SocketAddr::V4(at) = Addresses.address(NodeId(next)) {
                config.rules.host = (at.ip().octets(), at.port());
            }
            let name = format!("{}/{}", config.name, config.broker_id);
            let starts = broker.get("startedAt").and_then(Json::as_int).unwrap_or(-2000);
            let disk = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
            built.add(name, disk, time(starts));
        }
        Ok(built)
    }

    fn add(&mut self, name: String, disk: MqDisk, boots: SimTime) {
        let disk_profile = DiskProfile::default();
        let spec = NodeSpec { name: Name::new(&name), disk, disk_profile, boots, skew: 0 };
        let node = self.world.add_node(spec);
        self.nodes.insert(name, node);
    }
}

/// A setting as the file has it, or its default.
fn setting(json: &Json, setting: &Setting) -> i64 {
    json.get(setting.name).and_then(Json::as_int).unwrap_or(setting.default)
}

fn span(json: &Json, known: &Setting) -> SimSpan {
    SimSpan::millis(setting(json, known).unsigned_abs())
}

fn count(json: &Json, known: &Setting) -> u32 {
    u32::try_from(setting(json, known)).unwrap_or(0)
}

fn switch(json: &Json, name: &str, usual: bool) -> bool {
    match json.get(name) {
        Some(Json::Bool(given)) => *given,
        _ => usual,
    }
}

fn broker_config(json: &Json, namesrvs: Vec<NodeId>) -> Result<BrokerConfig, String> {
    let name = json.get("brokerName").and_then(Json::as_text).ok_or("a broker has no name")?;
    let cluster = json.get("brokerClusterName").and_then(Json::as_text);
    let id = json.get("brokerId").and_then(Json::as_int).unwrap_or(0);
    let fixed = |micros| Spread::Fixed(SimSpan::micros(micros));
    Ok(BrokerConfig {
        cluster: Name::new(cluster.unwrap_or("DefaultCluster")),
        name: Name::new(name),
        broker_id: u32::try_from(id).map_err(|_| "a broker's id is negative")?,
        namesrvs,
        topics: Vec::new(),
        register_period: span(json, &settings::REGISTER_NAME_SERVER_PERIOD),
        auto_create_topic: switch(json, "autoCreateTopicEnable", true),
        default_topic_queue_nums: count(json, &settings::BROKER_DEFAULT_TOPIC_QUEUE_NUMS),
        send_threads: count(json, &settings::SEND_MESSAGE_THREAD_POOL_NUMS),
        pull_threads: count(json, &settings::PULL_MESSAGE_THREAD_POOL_NUMS),
        send_queue_capacity: count(json, &settings::SEND_THREAD_POOL_QUEUE_CAPACITY),
        pull_queue_capacity: count(json, &settings::PULL_THREAD_POOL_QUEUE_CAPACITY),
        wait_in_send_queue: span(json, &settings::WAIT_TIME_MILLS_IN_SEND_QUEUE),
        wait_in_pull_queue: span(json, &settings::WAIT_TIME_MILLS_IN_PULL_QUEUE),
        long_polling: switch(json, "longPollingEnable", true),
        short_polling_time: span(json, &settings::SHORT_POLLING_TIME_MILLS),
        max_transfer_count: count(json, &settings::MAX_TRANSFER_COUNT_ON_MESSAGE_IN_MEMORY),
        max_transfer_bytes: count(json, &settings::MAX_TRANSFER_BYTES_ON_MESSAGE_IN_MEMORY),
        max_message_size: count(json, &settings::MAX_MESSAGE_SIZE),
        flush_interval: span(json, &settings::FLUSH_INTERVAL_COMMIT_LOG),
        flush_least_pages: count(json, &settings::FLUSH_COMMIT_LOG_LEAST_PAGES),
        flush_thorough_interval: span(json, &settings::FLUSH_COMMIT_LOG_THOROUGH_INTERVAL),
        flush_offset_interval: span(json, &settings::FLUSH_CONSUMER_OFFSET_INTERVAL),
        channel_expired: span(json, &settings::CHANNEL_EXPIRED_TIMEOUT),
        send_time: fixed(100),
        pull_time: fixed(50),
        admin_time: fixed(50),
        ha: ha(json),
        rules: rules(json),
        create_topic_time: fixed(1000),
    })
}

fn millis(json: &Json, name: &str, usual: SimSpan) -> SimSpan {
    let given = json.get(name).and_then(Json::as_int);
    given.map_or(usual, |millis| SimSpan::millis(millis.unsigned_abs()))
}

fn rules(json: &Json) -> BrokerRules {
    let usual = BrokerRules::default();
    let levels = json.get("messageDelayLevel").and_then(Json::as_text).and_then(delay_levels);
    BrokerRules {
        pops: false,
        auto_create_group: switch(json, "autoCreateSubscriptionGroup", usual.auto_create_group),
        property_filter: switch(json, "enablePropertyFilter", usual.property_filter),
        transaction_timeout: millis(json, "transactionTimeOut", usual.transaction_timeout),
        transaction_interval: millis(json, "transactionCheckInterval", usual.transaction_interval),
        transaction_checks: json
            .get("transactionCheckMax")
            .and_then(Json::as_int)
            .and_then(|most| u32::try_from(most).ok())
            .unwrap_or(usual.transaction_checks),
        recall: switch(json, "recallMessageEnable", usual.recall),
        host: usual.host,
        server_side_reset: switch(json, "useServerSideResetOffset", usual.server_side_reset),
        delay_levels: levels.unwrap_or(usual.delay_levels),
        store: usual.store,
        cleaning: usual.cleaning,
        reading: ReadConfig {
            memory_ratio: count(json, &settings::ACCESS_MESSAGE_IN_MEMORY_MAX_RATIO),
            disk_count: count(json, &settings::MAX_TRANSFER_COUNT_ON_MESSAGE_IN_DISK),
            disk_bytes: count(json, &settings::MAX_TRANSFER_BYTES_ON_MESSAGE_IN_DISK),
            ..usual.reading
        },
        pool: usual.pool,
    }
}

fn ha(json: &Json) -> HaConfig {
    let role = match json.get("brokerRole").and_then(Json::as_text) {
        Some("SYNC_MASTER") => BrokerRole::SyncMaster,
        Some("SLAVE") => BrokerRole::Slave,
        _ => BrokerRole::AsyncMaster,
    };
    HaConfig {
        role,
        sync_flush: json.get("flushDiskType").and_then(Json::as_text) == Some("SYNC_FLUSH"),
        sync_flush_timeout: span(json, &settings::SYNC_FLUSH_TIMEOUT),
        slave_timeout: span(json, &settings::SLAVE_TIMEOUT),
        in_sync_replicas: count(json, &settings::IN_SYNC_REPLICAS),
        transfer_batch: count(json, &settings::HA_TRANSFER_BATCH_SIZE),
        heartbeat: span(json, &settings::HA_SEND_HEARTBEAT_INTERVAL),
        housekeeping: span(json, &settings::HA_HOUSEKEEPING_INTERVAL),
        slave_read: switch(json, "slaveReadEnable", false),
        ..HaConfig::default()
    }
}

/// `1s 5s 2h`: a number and a unit for each level.
fn delay_levels(text: &str) -> Option<Vec<SimSpan>> {
    let level = |word: &str| {
        let (number, unit) = word.split_at_checked(word.len().checked_sub(1)?)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        Some(SimSpan::secs(number.parse::<u64>().ok()? * seconds))
    };
    text.split_whitespace().map(level).collect()
}
