//! Configurations of all roles, with RocketMQ's defaults. A scenario fills them in; they lie on the
//! node's disk and so survive its process.

use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::{SimSpan, SimTime};

use super::controller::ControllerDisk;
use super::message::ProcessIdentity;
pub use super::push_rules::PushRules;
use super::remoting::TagExpression;
use super::sending::{ProducerRules, Workload};
use super::store::StoreRules;
use super::topic::TopicConfig;

/// A name server (`NamesrvConfig`).
#[derive(Clone, Debug, PartialEq)]
pub struct NamesrvConfig {
    /// `scanNotActiveBrokerInterval`.
    pub scan_interval: SimSpan,
    /// `DEFAULT_BROKER_CHANNEL_EXPIRED_TIME`.
    pub broker_expiry: SimSpan,
    /// `supportActingMaster`: a slave that acts as master is told as one.
    pub support_acting: bool,
    /// `notifyMinBrokerIdChanged`: brokers are told at once who has the smallest id.
    pub notify_smallest: bool,
    /// A controller in the same process (`enableControllerInNamesrv`).
    pub controller: Option<Box<ControllerDisk>>,
}

impl Default for NamesrvConfig {
    fn default() -> Self {
        let (scan_interval, broker_expiry) = (SimSpan::secs(5), SimSpan::secs(120));
        let (support_acting, notify_smallest, controller) = Default::default();
        Self { scan_interval, broker_expiry, support_acting, notify_smallest, controller }
    }
}

/// A broker (`BrokerConfig`, `MessageStoreConfig`).
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerConfig {
    pub cluster: Name,
    pub name: Name,
    pub broker_id: u32,
    pub namesrvs: Vec<NodeId>,
    /// Topics that exist from the start, besides the system's.
    pub topics: Vec<TopicConfig>,
    pub register_period: SimSpan,
    pub auto_create_topic: bool,
    pub default_topic_queue_nums: u32,
    pub send_threads: u32,
    pub pull_threads: u32,
    pub send_queue_capacity: u32,
    pub pull_queue_capacity: u32,
    pub wait_in_send_queue: SimSpan,
    pub wait_in_pull_queue: SimSpan,
    pub long_polling: bool,
    pub short_polling_time: SimSpan,
    pub max_transfer_count: u32,
    pub max_transfer_bytes: u32,
    pub max_message_size: u32,
    pub flush_interval: SimSpan,
    pub flush_least_pages: u32,
    pub flush_thorough_interval: SimSpan,
    pub flush_offset_interval: SimSpan,
    pub channel_expired: SimSpan,
    /// How long a send thread works on one message.
    pub send_time: Spread,
    /// How long a pull thread works on one request.
    pub pull_time: Spread,
    /// How long any other request takes.
    pub admin_time: Spread,
    /// What makes a message safe, and what its copies are for.
    pub ha: HaConfig,
    /// Settings that no scenario has a key for yet.
    pub rules: BrokerRules,
    /// What creating a topic adds to its first send (files are made, name servers are told).
    pub create_topic_time: Spread,
}

/// `brokerRole`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BrokerRole {
    /// Answers a send whether or not a slave has it.
    #[default]
    AsyncMaster,
    /// Answers a send when `inSyncReplicas` have it, itself among them.
    SyncMaster,
    /// Copies the log of its master and takes no sends.
    Slave,
}

/// Flush and replication (`MessageStoreConfig`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HaConfig {
    /// `brokerRole`.
    pub role: BrokerRole,
    /// `flushDiskType` is `SYNC_FLUSH`.
    pub sync_flush: bool,
    /// `syncFlushTimeout`: so long a send waits for the disk.
    pub sync_flush_timeout: SimSpan,
    /// `slaveTimeout`: so long a send waits for slaves.
    pub slave_timeout: SimSpan,
    /// `inSyncReplicas`: so many brokers have a message before its send is answered.
    pub in_sync_replicas: u32,
    /// `haTransferBatchSize` in bytes.
    pub transfer_batch: u32,
    /// `haSendHeartbeatInterval`.
    pub heartbeat: SimSpan,
    /// `haHousekeepingInterval`.
    pub housekeeping: SimSpan,
    /// `slaveReadEnable`.
    pub slave_read: bool,
    /// The master's node, by which a slave's queues are named in facts: both have one broker name.
    pub named_by: Option<NodeId>,
    /// How brokers of one name take turns.
    pub replicas: ReplicaRules,
}

/// How brokers of one name take turns (`BrokerConfig`, `MessageStoreConfig`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaRules {
    /// Nodes with a controller; none where `enableControllerMode` is off.
    pub controllers: Vec<NodeId>,
    /// `brokerElectionPriority`: of equals the lowest is elected.
    pub priority: u32,
    /// `controllerHeartBeatTimeoutMills`.
    pub silence: SimSpan,
    /// `syncBrokerMetadataPeriod`.
    pub look: SimSpan,
    /// `checkSyncStateSetPeriod`.
    pub check: SimSpan,
    /// `haMaxTimeSlaveNotCatchup`.
    pub most_behind: SimSpan,
    /// `allAckInSyncStateSet`.
    pub all_ack: bool,
    /// `minInSyncReplicas`.
    pub least: u32,
    /// `enableSlaveActingMaster`.
    pub acting: bool,
    /// `enableRemoteEscape`.
    pub escape: bool,
    /// `enableAutoInSyncReplicas`.
    pub auto: bool,
    /// `totalReplicas`: with more than 1 a broker that may be stood in for asks before it is there.
    pub total: u32,
    /// `brokerNotActiveTimeoutMillis`.
    pub not_active: SimSpan,
}

impl Default for ReplicaRules {
    fn default() -> Self {
        Self {
            controllers: Vec::new(),
            priority: i32::MAX.unsigned_abs(),
            silence: SimSpan::secs(10),
            look: SimSpan::secs(5),
            check: SimSpan::secs(5),
            most_behind: SimSpan::secs(15),
            all_ack: false,
            least: 1,
            acting: false,
            escape: false,
            auto: false,
            total: 1,
            not_active: SimSpan::secs(10),
        }
    }
}

impl Default for HaConfig {
    fn default() -> Self {
        Self {
            role: BrokerRole::AsyncMaster,
            sync_flush: false,
            sync_flush_timeout: SimSpan::secs(5),
            slave_timeout: SimSpan::secs(3),
            in_sync_replicas: 1,
            transfer_batch: 32 << 10,
            heartbeat: SimSpan::secs(5),
            housekeeping: SimSpan::secs(20),
            slave_read: false,
            named_by: None,
            replicas: ReplicaRules::default(),
        }
    }
}

impl HaConfig {
    /// True where this broker copies another one.
    pub fn is_slave(&self) -> bool {
        self.role == BrokerRole::Slave
    }

    /// How many brokers must have a message before its send is answered.
    pub fn copies(&self) -> u32 {
        if self.role == BrokerRole::SyncMaster { self.in_sync_replicas } else { 1 }
    }
}

/// What is in memory, and what an answer holds that is not (`MessageStoreConfig`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadConfig {
    /// Bytes of memory that the machine has.
    pub memory: u64,
    /// `accessMessageInMemoryMaxRatio`: so much of `memory`, in per cent, the log has. What is
    /// further behind counts as read from the disk, and is better read from a slave.
    pub memory_ratio: u32,
    /// `maxTransferCountOnMessageInDisk`.
    pub disk_count: u32,
    /// `maxTransferBytesOnMessageInDisk`.
    pub disk_bytes: u32,
}

impl Default for ReadConfig {
    fn default() -> Self {
        Self { memory: 16 << 30, memory_ratio: 40, disk_count: 8, disk_bytes: 64 << 10 }
    }
}

impl ReadConfig {
    /// Bytes of the log that are taken to be in memory (`estimateInMemByCommitOffset`).
    pub fn in_memory(&self) -> u64 {
        self.memory / 100 * u64::from(self.memory_ratio)
    }
}

/// Where messages are before they are written to the log's file (`MessageStoreConfig`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// `transientStorePoolEnable`.
    pub enabled: bool,
    /// `transientStorePoolSize`: buffers, each as large as a file of the log.
    pub buffers: u32,
    /// `commitIntervalCommitLog`.
    pub interval: SimSpan,
    /// `commitCommitLogLeastPages`.
    pub least_pages: u32,
    /// `commitCommitLogThoroughInterval`.
    pub thorough_interval: SimSpan,
}

impl Default for PoolConfig {
    fn default() -> Self {
        let interval = SimSpan::millis(200);
        let (enabled, buffers, least_pages) = (false, 5, 4);
        Self { enabled, buffers, interval, least_pages, thorough_interval: interval }
    }
}

/// When files go, and when a disk is full (`MessageStoreConfig`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanConfig {
    /// `fileReservedTime` in hours.
    pub reserved_hours: u32,
    /// `deleteWhen`: the hour of the day, UTC.
    pub delete_when: u32,
    /// `diskMaxUsedSpaceRatio`: from here on old files go at any hour, per cent.
    pub max_used: u32,
    /// `diskSpaceCleanForciblyRatio`: from here on files go whatever their age, per cent.
    pub forcibly: u32,
    /// `diskSpaceWarningLevelRatio`: from here on the disk is full, per cent.
    pub warning: u32,
    /// Size of the disk; 0: without end.
    pub disk_bytes: u64,
}

impl Default for CleanConfig {
    fn default() -> Self {
        let (reserved_hours, delete_when, max_used) = (72, 4, 75);
        Self { reserved_hours, delete_when, max_used, forcibly: 85, warning: 90, disk_bytes: 0 }
    }
}

/// Settings of a broker that recordings set and no scenario has a key for yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerRules {
    /// `autoCreateSubscriptionGroup`.
    pub auto_create_group: bool,
    /// `enablePropertyFilter`.
    pub property_filter: bool,
    /// `transactionTimeOut`: a half message is not asked about before.
    pub transaction_timeout: SimSpan,
    /// `transactionCheckInterval`.
    pub transaction_interval: SimSpan,
    /// `transactionCheckMax`.
    pub transaction_checks: u32,
    /// `defaultMessageRequestMode` is `POP`.
    pub pops: bool,
    /// `recallMessageEnable`.
    pub recall: bool,
    /// `brokerIP1` and `listenPort`: what message ids are made of.
    pub host: ([u8; 4], u16),
    /// `useServerSideResetOffset`.
    pub server_side_reset: bool,
    /// `messageDelayLevel`, level 1 first.
    pub delay_levels: Vec<SimSpan>,
    /// Sizes of the store's files.
    pub store: StoreRules,
    /// When files go.
    pub cleaning: CleanConfig,
    /// What is in memory.
    pub reading: ReadConfig,
    /// Where messages are first.
    pub pool: PoolConfig,
}

impl Default for BrokerRules {
    fn default() -> Self {
        const LEVELS: [u64; 18] =
            [1, 5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200];
        let delay_levels = LEVELS.map(SimSpan::secs).to_vec();
        let host = ([127, 0, 0, 1], 10_911);
        Self {
            auto_create_group: true,
            property_filter: false,
            transaction_timeout: SimSpan::secs(6),
            transaction_interval: SimSpan::secs(30),
            transaction_checks: 15,
            pops: false,
            recall: false,
            host,
            server_side_reset: true,
            delay_levels,
            store: StoreRules::default(),
            cleaning: CleanConfig::default(),
            reading: ReadConfig::default(),
            pool: PoolConfig::default(),
        }
    }
}

/// What all clients have (`ClientConfig`).
#[derive(Clone, Debug, PartialEq)]
pub struct ClientConfig {
    /// `ip@instanceName`.
    pub client_id: Name,
    pub group: Name,
    pub identity: ProcessIdentity,
    /// `opaque` of the first request.
    pub first_opaque: u32,
    pub namesrvs: Vec<NodeId>,
    pub poll_name_server: SimSpan,
    pub heartbeat: SimSpan,
    pub persist_offsets: SimSpan,
    pub rebalance_wait: SimSpan,
    pub rebalance_min: SimSpan,
    pub api_timeout: SimSpan,
    pub pull_delay_on_error: SimSpan,
    /// When the program ends in order by itself, if it does so at a time.
    pub stops: Option<SimTime>,
    /// Whose instance it uses, if not one of its own.
    pub shares: Option<Shares>,
}

/// Another client's instance, in that one's process (`instanceName`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// The client that made it.
    pub first: NodeId,
    /// Its name.
    pub name: Name,
}

/// A producer and its program.
#[derive(Clone, Debug, PartialEq)]
pub struct ProducerConfig {
    pub client: ClientConfig,
    pub send_timeout: SimSpan,
    pub retry_times: u32,
    pub default_topic_queue_nums: u32,
    pub rules: ProducerRules,
    pub workload: Workload,
    /// Shuts down when the workload is done.
    pub stops_when_done: bool,
}

/// Where a consumer starts without a committed offset (`ConsumeFromWhere`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsumeFrom {
    LastOffset,
    FirstOffset,
    Timestamp,
}

/// A push consumer (`DefaultMQPushConsumer`) and its listener.
#[derive(Clone, Debug, PartialEq)]
pub struct PushConsumerConfig {
    pub client: ClientConfig,
    pub subscriptions: Vec<(Name, TagExpression)>,
    pub consume_from: ConsumeFrom,
    pub threads: u32,
    pub pull_batch_size: u32,
    pub pull_interval: SimSpan,
    pub pull_threshold: u32,
    pub max_span: u32,
    /// ms at most that the broker may hold a pull.
    pub suspend_timeout: SimSpan,
    pub pull_timeout: SimSpan,
    /// How long the listener takes for one message.
    pub listener: Spread,
    pub rules: PushRules,
}

/// A plain pull consumer: asks all its queues at an interval and does not let the broker hold the
/// request.
#[derive(Clone, Debug, PartialEq)]
pub struct PullConsumerConfig {
    pub client: ClientConfig,
    pub topic: Name,
    pub tags: TagExpression,
    pub consume_from: ConsumeFrom,
    pub interval: SimSpan,
    pub pull_batch_size: u32,
    /// How long it takes to handle one message; messages of one answer are handled one after the
    /// other.
    pub handling: Spread,
}
