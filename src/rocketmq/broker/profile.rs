//! A broker as people see it.

use crate::facts::{Expectation, NodeProfile, NodeRole, Promises, Setting};
use crate::kernel::actor::NodeId;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::config::{BrokerConfig, BrokerRole};
use crate::rocketmq::settings;

use super::{BrokerDisk, BrokerTimer, ReplicationTimer};

/// What kind of node this is, for people.
pub fn profile(disk: &BrokerDisk, starts: SimTime) -> NodeProfile {
    let config = &disk.config;
    NodeProfile {
        role: NodeRole::Broker,
        group: None,
        copies: config.ha.named_by,
        shares: None,
        starts,
        modes: vec![role(config), if config.ha.sync_flush { "SYNC_FLUSH" } else { "ASYNC_FLUSH" }],
        topics: config.topics.iter().map(|topic| topic.name).collect(),
        threads: (config.send_threads, config.pull_threads),
        settings: [
            settings_in_force(config),
            settings_of_safety(config),
            settings_under_controller(config),
            settings_of_acting(config),
        ]
        .concat(),
        promises: Promises {
            on_disk: config.ha.sync_flush,
            copies: copies_promised(config),
            survives_crashes: !config.rules.pool.enabled,
            stands_in: config.ha.replicas.acting,
            ..Promises::default()
        },
    }
}

/// Where the number follows who lives, the least one counts.
fn copies_promised(config: &BrokerConfig) -> u32 {
    let (copies, rules) = (config.ha.copies(), &config.ha.replicas);
    if rules.auto { copies.min(rules.least) } else { copies }
}

/// Where sends wait, or a log is copied.
fn settings_of_safety(config: &BrokerConfig) -> Vec<(&'static str, String)> {
    let ha = &config.ha;
    let is_alone = ha.role == BrokerRole::AsyncMaster && ha.replicas.controllers.is_empty();
    if is_alone && !ha.sync_flush && !ha.slave_read {
        return Vec::new();
    }
    let millis = |setting: &Setting, value: SimSpan| (setting.name, value.as_millis().to_string());
    vec![
        (settings::IN_SYNC_REPLICAS.name, ha.in_sync_replicas.to_string()),
        millis(&settings::SLAVE_TIMEOUT, ha.slave_timeout),
        millis(&settings::SYNC_FLUSH_TIMEOUT, ha.sync_flush_timeout),
        (settings::SLAVE_READ_ENABLE.name, ha.slave_read.to_string()),
    ]
}

/// Where a controller decides who leads.
fn settings_under_controller(config: &BrokerConfig) -> Vec<(&'static str, String)> {
    let rules = &config.ha.replicas;
    if rules.controllers.is_empty() {
        return Vec::new();
    }
    let millis = |setting: &Setting, value: SimSpan| (setting.name, value.as_millis().to_string());
    vec![
        (settings::ENABLE_CONTROLLER_MODE.name, true.to_string()),
        (settings::BROKER_ELECTION_PRIORITY.name, rules.priority.to_string()),
        (settings::ALL_ACK_IN_SYNC_STATE_SET.name, rules.all_ack.to_string()),
        (settings::MIN_IN_SYNC_REPLICAS.name, rules.least.to_string()),
        millis(&settings::CONTROLLER_HEART_BEAT_TIMEOUT_MILLS, rules.silence),
        millis(&settings::SYNC_BROKER_METADATA_PERIOD, rules.look),
        millis(&settings::CHECK_SYNC_STATE_SET_PERIOD, rules.check),
        millis(&settings::HA_MAX_TIME_SLAVE_NOT_CATCHUP, rules.most_behind),
    ]
}

/// Where slaves act as masters.
fn settings_of_acting(config: &BrokerConfig) -> Vec<(&'static str, String)> {
    let rules = &config.ha.replicas;
    let all = [
        (settings::ENABLE_SLAVE_ACTING_MASTER.name, true.to_string()),
        (settings::ENABLE_REMOTE_ESCAPE.name, rules.escape.to_string()),
        (settings::TOTAL_REPLICAS.name, rules.total.to_string()),
        (settings::ENABLE_AUTO_IN_SYNC_REPLICAS.name, rules.auto.to_string()),
    ];
    all.into_iter().filter(|_| rules.acting).collect()
}

fn role(config: &BrokerConfig) -> &'static str {
    if !config.ha.replicas.controllers.is_empty() {
        return "CONTROLLED";
    }
    match config.ha.role {
        BrokerRole::AsyncMaster => "ASYNC_MASTER",
        BrokerRole::SyncMaster => "SYNC_MASTER",
        BrokerRole::Slave => "SLAVE",
    }
}

fn settings_in_force(config: &BrokerConfig) -> Vec<(&'static str, String)> {
    let count = |setting: &Setting, value: u32| (setting.name, value.to_string());
    let millis = |setting: &Setting, value: SimSpan| (setting.name, value.as_millis().to_string());
    let switch = |setting: &Setting, value: bool| (setting.name, value.to_string());
    vec![
        switch(&settings::AUTO_CREATE_TOPIC_ENABLE, config.auto_create_topic),
        count(&settings::BROKER_DEFAULT_TOPIC_QUEUE_NUMS, config.default_topic_queue_nums),
        switch(&settings::LONG_POLLING_ENABLE, config.long_polling),
        millis(&settings::SHORT_POLLING_TIME_MILLS, config.short_polling_time),
        count(&settings::SEND_MESSAGE_THREAD_POOL_NUMS, config.send_threads),
        count(&settings::PULL_MESSAGE_THREAD_POOL_NUMS, config.pull_threads),
        count(&settings::SEND_THREAD_POOL_QUEUE_CAPACITY, config.send_queue_capacity),
        millis(&settings::WAIT_TIME_MILLS_IN_SEND_QUEUE, config.wait_in_send_queue),
        count(&settings::MAX_TRANSFER_COUNT_ON_MESSAGE_IN_MEMORY, config.max_transfer_count),
        count(&settings::MAX_TRANSFER_BYTES_ON_MESSAGE_IN_MEMORY, config.max_transfer_bytes),
        count(&settings::MAX_MESSAGE_SIZE, config.max_message_size),
        millis(&settings::REGISTER_NAME_SERVER_PERIOD, config.register_period),
        millis(&settings::FLUSH_INTERVAL_COMMIT_LOG, config.flush_interval),
        millis(&settings::FLUSH_CONSUMER_OFFSET_INTERVAL, config.flush_offset_interval),
        millis(&settings::CHANNEL_EXPIRED_TIMEOUT, config.channel_expired),
    ]
}

/// What a timer is for, where that is worth announcing.
pub fn expectation(at: SimTime, node: NodeId, timer: BrokerTimer) -> Option<Expectation> {
    let (key, setting) = match timer {
        BrokerTimer::WriteOps => ("write_ops", &settings::TRANSACTION_OP_BATCH_INTERVAL),
        BrokerTimer::CheckTransactions => {
            ("check_transactions", &settings::TRANSACTION_CHECK_INTERVAL)
        }
        BrokerTimer::PopExpiry => ("pop_expiry", &settings::POP_INVISIBLE_TIME),
        BrokerTimer::OrderFree { .. } => ("order_free", &settings::POP_INVISIBLE_TIME),
        BrokerTimer::ReplyTimeout => ("reply_timeout", &settings::REPLY_PATIENCE),
        BrokerTimer::SaveOrders => ("save_orders", &settings::SAVE_ORDERS),
        BrokerTimer::FlushWheel => ("flush_wheel", &settings::TIMER_FLUSH_INTERVAL),
        BrokerTimer::SaveDelays => ("save_delays", &settings::FLUSH_DELAY_OFFSET_INTERVAL),
        BrokerTimer::Revive { .. } => ("revive", &settings::REVIVE_INTERVAL),
        BrokerTimer::Clean => ("clean", &settings::CLEAN_RESOURCE_INTERVAL),
        BrokerTimer::Wheel => ("turn_wheel", &settings::TIMER_PRECISION),
        BrokerTimer::Schedule => ("deliver_delayed", &settings::SCHEDULE_LOOK),
        BrokerTimer::TopicMade { .. } => ("topic_made", &settings::AUTO_CREATE_TOPIC_ENABLE),
        BrokerTimer::Register => ("register_broker", &settings::REGISTER_NAME_SERVER_PERIOD),
        BrokerTimer::Reput => ("dispatch_log", &settings::REPUT_SLEEP),
        BrokerTimer::Flush => ("flush_log", &settings::FLUSH_INTERVAL_COMMIT_LOG),
        BrokerTimer::Commit => ("commit_log", &settings::COMMIT_INTERVAL_COMMIT_LOG),
        BrokerTimer::SweepHeld => ("sweep_held_pulls", &settings::LONG_POLLING_SWEEP),
        BrokerTimer::SweepShort => ("sweep_short_polls", &settings::SHORT_POLLING_TIME_MILLS),
        BrokerTimer::FastFailure => ("fast_failure", &settings::WAIT_TIME_MILLS_IN_SEND_QUEUE),
        BrokerTimer::FlushOffsets => ("flush_offsets", &settings::FLUSH_CONSUMER_OFFSET_INTERVAL),
        BrokerTimer::Replication(timer) => match timer {
            ReplicationTimer::Connect => ("connect_master", &settings::HA_RECONNECT),
            ReplicationTimer::Transfer { .. } => ("transfer_log", &settings::HA_WAIT),
            ReplicationTimer::Beat => ("ha_heartbeat", &settings::HA_SEND_HEARTBEAT_INTERVAL),
            ReplicationTimer::Copy => ("copy_config", &settings::SLAVE_SYNCHRONIZE),
            ReplicationTimer::WaitOver => ("wait_over", &settings::SLAVE_TIMEOUT),
            ReplicationTimer::Join => ("join_controller", &settings::ENABLE_CONTROLLER_MODE),
            ReplicationTimer::ControllerBeat => {
                ("controller_beat", &settings::BROKER_HEARTBEAT_INTERVAL)
            }
            ReplicationTimer::Look => ("ask_leader", &settings::SYNC_BROKER_METADATA_PERIOD),
            ReplicationTimer::Members => ("members", &settings::SYNC_BROKER_MEMBER_GROUP_PERIOD),
            ReplicationTimer::Escape => ("escape", &settings::DELAY_FOR_A_WHILE),
            ReplicationTimer::CheckSet => ("check_set", &settings::CHECK_SYNC_STATE_SET_PERIOD),
        },
        BrokerTimer::ScanClients => ("scan_clients", &settings::CLIENT_HOUSEKEEPING),
    };
    Some(Expectation { at, node, key, setting: Some(setting), marker: false })
}
