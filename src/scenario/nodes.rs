//! Topics, name servers and brokers as written.

use toml::Spanned;

use crate::kernel::disk::DiskProfile;
use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::SimSpan;
use crate::rocketmq::broker::BrokerDisk;
use crate::rocketmq::cluster::MqDisk;
use crate::rocketmq::config::{
    BrokerConfig, BrokerRules, CleanConfig, NamesrvConfig, PoolConfig, ReadConfig,
};
use crate::rocketmq::settings;
use crate::rocketmq::store::StoreRules;
use crate::rocketmq::topic::TopicConfig;

use super::error::Fault;
use super::model::{Draft, Known, Topic, ZERO, moment, twice};
use super::reader::Table;
use super::replication;
use super::units;

/// All topics, in the order of their colours.
pub(super) fn topics(tables: Vec<Table<'_>>) -> Result<Vec<Topic>, Fault> {
    let mut topics: Vec<Topic> = Vec::new();
    for table in tables {
        let (name, topic) = topic(table)?;
        if topics.iter().any(|known| known.name == topic.name) {
            return Err(twice("topic", &name));
        }
        topics.push(topic);
    }
    Ok(topics)
}

fn topic(mut table: Table<'_>) -> Result<(Spanned<String>, Topic), Fault> {
    let name = table.need_text("name")?;
    let queues = table.count("queues")?;
    if let Some(none) = queues.as_ref().filter(|queues| !(1..=1024).contains(queues.get_ref())) {
        return Err(Fault::new(none.span(), "`queues` is out of range", "write `1` to `1024`"));
    }
    let topic = Topic {
        name: Name::new(name.get_ref()),
        queues: queues.map_or(8, Spanned::into_inner),
        exists: table.flag("exists", true)?,
        brokers: table.texts("brokers")?,
    };
    table.done()?;
    Ok((name, topic))
}

/// A name server, and whether it has a controller.
pub(super) fn namesrv(mut table: Table<'_>, known: &Known) -> Result<(Draft, bool), Fault> {
    let name = known.fresh(&table.need_text("name")?)?;
    let controller = replication::controller(&mut table, known)?;
    let controls = controller.is_some();
    let config = NamesrvConfig {
        scan_interval: table.millis(&settings::SCAN_NOT_ACTIVE_BROKER_INTERVAL)?,
        broker_expiry: fixed(&settings::BROKER_CHANNEL_EXPIRED_TIME),
        support_acting: table.switch(&settings::SUPPORT_ACTING_MASTER)?,
        notify_smallest: table.switch(&settings::NOTIFY_MIN_BROKER_ID_CHANGED)?,
        controller,
    };
    let starts = moment(&mut table, "starts")?.unwrap_or(ZERO);
    table.done()?;
    let disk = MqDisk::NameServer(config);
    Ok((Draft { name, starts, disk, disk_profile: DiskProfile::default() }, controls))
}

pub(super) fn broker(mut table: Table<'_>, known: &Known) -> Result<Draft, Fault> {
    let name = known.fresh(&table.need_text("name")?)?;
    let config = broker_config(&mut table, name, known)?;
    let starts = moment(&mut table, "starts")?.unwrap_or(ZERO);
    let disk_profile = disk_profile(&mut table)?;
    table.done()?;
    let disk = MqDisk::Broker(Box::new(BrokerDisk::new(config)));
    Ok(Draft { name, starts, disk, disk_profile })
}

fn broker_config(t: &mut Table<'_>, name: Name, known: &Known) -> Result<BrokerConfig, Fault> {
    let cluster = t.text("brokerClusterName")?;
    let micros = |micros: u64| Spread::Fixed(SimSpan::micros(micros));
    let (place, ha) = replication::place(t, name, known)?;
    Ok(BrokerConfig {
        cluster: Name::new(cluster.as_ref().map_or("DefaultCluster", |name| name.get_ref())),
        name: place.name,
        broker_id: place.id,
        namesrvs: known.namesrvs.clone(),
        topics: topics_of([name, place.name], known),
        register_period: t.millis(&settings::REGISTER_NAME_SERVER_PERIOD)?,
        auto_create_topic: t.switch(&settings::AUTO_CREATE_TOPIC_ENABLE)?,
        default_topic_queue_nums: t.setting_count(&settings::BROKER_DEFAULT_TOPIC_QUEUE_NUMS)?,
        send_threads: t.setting_count(&settings::SEND_MESSAGE_THREAD_POOL_NUMS)?,
        pull_threads: t.setting_count(&settings::PULL_MESSAGE_THREAD_POOL_NUMS)?,
        send_queue_capacity: t.setting_count(&settings::SEND_THREAD_POOL_QUEUE_CAPACITY)?,
        pull_queue_capacity: t.setting_count(&settings::PULL_THREAD_POOL_QUEUE_CAPACITY)?,
        wait_in_send_queue: t.millis(&settings::WAIT_TIME_MILLS_IN_SEND_QUEUE)?,
        wait_in_pull_queue: t.millis(&settings::WAIT_TIME_MILLS_IN_PULL_QUEUE)?,
        long_polling: t.switch(&settings::LONG_POLLING_ENABLE)?,
        short_polling_time: t.millis(&settings::SHORT_POLLING_TIME_MILLS)?,
        max_transfer_count: t.setting_count(&settings::MAX_TRANSFER_COUNT_ON_MESSAGE_IN_MEMORY)?,
        max_transfer_bytes: t.setting_count(&settings::MAX_TRANSFER_BYTES_ON_MESSAGE_IN_MEMORY)?,
        max_message_size: t.setting_count(&settings::MAX_MESSAGE_SIZE)?,
        flush_interval: t.millis(&settings::FLUSH_INTERVAL_COMMIT_LOG)?,
        flush_least_pages: t.setting_count(&settings::FLUSH_COMMIT_LOG_LEAST_PAGES)?,
        flush_thorough_interval: t.millis(&settings::FLUSH_COMMIT_LOG_THOROUGH_INTERVAL)?,
        flush_offset_interval: t.millis(&settings::FLUSH_CONSUMER_OFFSET_INTERVAL)?,
        channel_expired: t.millis(&settings::CHANNEL_EXPIRED_TIMEOUT)?,
        send_time: t.spread("send_time")?.unwrap_or(micros(100)),
        pull_time: t.spread("pull_time")?.unwrap_or(micros(50)),
        admin_time: t.spread("admin_time")?.unwrap_or(micros(50)),
        ha,
        rules: rules(t)?,
        create_topic_time: t.spread("create_topic_time")?.unwrap_or(Spread::ZERO),
    })
}

/// `defaultMessageRequestMode`: whether groups that leave it to brokers pull or pop.
fn pops(t: &mut Table<'_>) -> Result<bool, Fault> {
    let Some(written) = t.text("defaultMessageRequestMode")? else { return Ok(false) };
    match written.get_ref().as_str() {
        "PULL" => Ok(false),
        "POP" => Ok(true),
        other => {
            let finding = format!("`defaultMessageRequestMode` is `{other}`");
            Err(Fault::new(written.span(), finding, "write `PULL` or `POP`"))
        }
    }
}

/// Files and disk; the other rules are as usual.
fn rules(t: &mut Table<'_>) -> Result<BrokerRules, Fault> {
    let file_bytes = u64::from(t.setting_count(&settings::MAPPED_FILE_SIZE_COMMIT_LOG)?);
    let like = "a number of bytes, as `\"20GB\"`";
    let cleaning = CleanConfig {
        reserved_hours: t.setting_count(&settings::FILE_RESERVED_TIME)?,
        delete_when: t.setting_count(&settings::DELETE_WHEN)?,
        max_used: t.setting_count(&settings::DISK_MAX_USED_SPACE_RATIO)?,
        forcibly: t.setting_count(&settings::DISK_SPACE_CLEAN_FORCIBLY_RATIO)?,
        warning: t.setting_count(&settings::DISK_SPACE_WARNING_LEVEL_RATIO)?,
        disk_bytes: t.quantity("disk_size", units::size, like)?.unwrap_or(0),
    };
    let store = StoreRules { file_bytes, ..StoreRules::default() };
    let (reading, pool) = (reading(t)?, pool(t)?);
    Ok(BrokerRules {
        store,
        cleaning,
        reading,
        pool,
        pops: pops(t)?,
        property_filter: t.flag("enablePropertyFilter", false)?,
        transaction_timeout: t.millis(&settings::TRANSACTION_TIMEOUT)?,
        transaction_interval: t.millis(&settings::TRANSACTION_CHECK_INTERVAL)?,
        transaction_checks: t.setting_count(&settings::TRANSACTION_CHECK_MAX)?,
        ..BrokerRules::default()
    })
}

/// Where messages are before they are written.
fn pool(t: &mut Table<'_>) -> Result<PoolConfig, Fault> {
    Ok(PoolConfig {
        enabled: t.switch(&settings::TRANSIENT_STORE_POOL_ENABLE)?,
        buffers: t.setting_count(&settings::TRANSIENT_STORE_POOL_SIZE)?,
        interval: t.millis(&settings::COMMIT_INTERVAL_COMMIT_LOG)?,
        least_pages: t.setting_count(&settings::COMMIT_COMMIT_LOG_LEAST_PAGES)?,
        thorough_interval: t.millis(&settings::COMMIT_COMMIT_LOG_THOROUGH_INTERVAL)?,
    })
}

/// Memory and what is read from the disk.
fn reading(t: &mut Table<'_>) -> Result<ReadConfig, Fault> {
    let usual = ReadConfig::default();
    let memory = t.quantity("memory", units::size, "a size, as `\"16GiB\"`")?;
    Ok(ReadConfig {
        memory: memory.unwrap_or(usual.memory),
        memory_ratio: t.setting_count(&settings::ACCESS_MESSAGE_IN_MEMORY_MAX_RATIO)?,
        disk_count: t.setting_count(&settings::MAX_TRANSFER_COUNT_ON_MESSAGE_IN_DISK)?,
        disk_bytes: t.setting_count(&settings::MAX_TRANSFER_BYTES_ON_MESSAGE_IN_DISK)?,
    })
}

/// Topics that a broker has from the start; a slave those of its master, which it copied before.
fn topics_of(names: [Name; 2], known: &Known) -> Vec<TopicConfig> {
    let here = |topic: &&Topic| {
        let is_it = |written: &str| names.iter().any(|name| name.as_str() == written);
        let named = topic.brokers.iter().any(|name| is_it(name.get_ref()));
        topic.exists && (named || topic.brokers.is_empty())
    };
    known
        .topics
        .iter()
        .filter(here)
        .map(|topic| TopicConfig::new(topic.name, topic.queues))
        .collect()
}

fn disk_profile(table: &mut Table<'_>) -> Result<DiskProfile, Fault> {
    let Some(value) = table.take("disk") else { return Ok(DiskProfile::default()) };
    let mut disk = Table::new("a disk", value)?;
    let profile = disk_speed(&mut disk)?;
    disk.done()?;
    Ok(profile)
}

/// How fast a disk is; what is not said is as usual.
pub(super) fn disk_speed(table: &mut Table<'_>) -> Result<DiskProfile, Fault> {
    let usual = DiskProfile::default();
    let like = "bytes a second, as `\"200MB/s\"`";
    let speed = table.quantity("bandwidth", units::bandwidth, like)?;
    let base = table.span_of("flush")?.unwrap_or(usual.base);
    let seek = table.span_of("read")?.unwrap_or(usual.seek);
    Ok(DiskProfile { base, seek, bytes_per_second: speed.unwrap_or(usual.bytes_per_second) })
}

/// A duration that no file sets.
pub(super) fn fixed(setting: &crate::facts::Setting) -> SimSpan {
    SimSpan::millis(u64::try_from(setting.default).expect("durations are not negative"))
}
