//! Client processes as written: what all have, push consumers and plain pull consumers.

use toml::Spanned;

use crate::kernel::disk::DiskProfile;
use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::SimSpan;
use crate::rocketmq::cluster::MqDisk;
use crate::rocketmq::config::{
    ClientConfig, ConsumeFrom, PullConsumerConfig, PushConsumerConfig, PushRules,
};
use crate::rocketmq::message::ProcessIdentity;
use crate::rocketmq::remoting::TagExpression;
use crate::rocketmq::settings;

use super::error::Fault;
use super::listeners::{handling, rules};
use super::lite;
use super::model::{Draft, Known, ZERO, moment};
use super::nodes::fixed;
use super::producer;
use super::reader::Table;
use super::sharing;
use super::simple;

/// Hash code of the application class loader of a usual JVM: the middle of most message ids.
const LOADER: u32 = 0x18B4_AAC2;

/// A client, and how many messages it will send where that is a fixed number.
pub(super) fn client(mut table: Table<'_>, known: &Known) -> Result<(Draft, Option<u64>), Fault> {
    let name = known.fresh(&table.need_text("name")?)?;
    let role = table.need_text("role")?;
    let starts = moment(&mut table, "starts")?.unwrap_or(ZERO);
    let shares = table.has("shares");
    sharing::check_keys(&table)?;
    let (disk, planned) = match role.get_ref().as_str() {
        "producer" => producer::producer(&mut table, name, known)?,
        "push" => (push(&mut table, name, known)?, Some(0)),
        "pull" => (pull(&mut table, name, known)?, Some(0)),
        "simple" => (simple::simple(&mut table, name, known)?, Some(0)),
        "lite-pull" => (lite::lite_pull(&mut table, name, known)?, Some(0)),
        other => {
            let finding = format!("`role` is `{other}`");
            let cure = "write `producer`, `push`, `pull`, `lite-pull` or `simple`";
            return Err(Fault::new(role.span(), finding, cure));
        }
    };
    sharing::check(&table, shares, &disk, known)?;
    table.done()?;
    Ok((Draft { name, starts, disk, disk_profile: DiskProfile::default() }, planned))
}

fn push(t: &mut Table<'_>, name: Name, known: &Known) -> Result<MqDisk, Fault> {
    let client = consumer(t, name, known)?;
    let subscriptions = subscriptions(t, known)?;
    if subscriptions.is_empty() {
        return Err(t.missing("subscribe"));
    }
    let (listener, rest) = handling(t)?;
    let config = PushConsumerConfig {
        client,
        subscriptions,
        consume_from: consume_from(t)?,
        threads: t.setting_count(&settings::CONSUME_THREAD_MIN)?,
        pull_batch_size: t.setting_count(&settings::PULL_BATCH_SIZE)?,
        pull_interval: t.millis(&settings::PULL_INTERVAL)?,
        pull_threshold: t.setting_count(&settings::PULL_THRESHOLD_FOR_QUEUE)?,
        max_span: t.setting_count(&settings::CONSUME_CONCURRENTLY_MAX_SPAN)?,
        suspend_timeout: t.millis(&settings::SUSPEND_TIMEOUT_MILLIS)?,
        pull_timeout: t.millis(&settings::CONSUMER_TIMEOUT_MILLIS_WHEN_SUSPEND)?,
        listener,
        rules: PushRules { rest, ..rules(t, known)? },
    };
    Ok(MqDisk::PushConsumer(Box::new(config)))
}

/// Topics and which messages of them; none where nothing is written.
pub(super) fn subscriptions(
    t: &mut Table<'_>,
    known: &Known,
) -> Result<Vec<(Name, TagExpression)>, Fault> {
    let mut subscriptions = Vec::new();
    for mut table in t.tables("subscribe", "a subscription")? {
        let topic = known.topic(&table.need_text("topic")?)?;
        subscriptions.push((topic, tags(&mut table)?));
        table.done()?;
    }
    Ok(subscriptions)
}

fn pull(t: &mut Table<'_>, name: Name, known: &Known) -> Result<MqDisk, Fault> {
    let client = consumer(t, name, known)?;
    let consume_from = consume_from(t)?;
    if consume_from == ConsumeFrom::Timestamp {
        let cure = "write `CONSUME_FROM_LAST_OFFSET` or `CONSUME_FROM_FIRST_OFFSET`";
        return Err(t.fault("a program that pulls does not start at a time", cure));
    }
    let config = PullConsumerConfig {
        client,
        topic: known.topic(&t.need_text("topic")?)?,
        tags: tags(t)?,
        consume_from,
        interval: interval(t)?,
        pull_batch_size: t.setting_count(&settings::PULL_BATCH_SIZE)?,
        handling: t.spread("handling")?.unwrap_or(Spread::ZERO),
    };
    Ok(MqDisk::PullConsumer(Box::new(config)))
}

fn interval(t: &mut Table<'_>) -> Result<SimSpan, Fault> {
    match t.span_of("interval")? {
        Some(SimSpan::ZERO) => Err(t.fault("`interval` is 0", "write at least `\"1ms\"`")),
        Some(interval) => Ok(interval),
        None => Err(t.missing("interval")),
    }
}

/// What all clients have; what only consumers do keeps its default.
pub(super) fn base(t: &mut Table<'_>, name: Name, known: &Known) -> Result<ClientConfig, Fault> {
    let group = t.need_text("group")?;
    let identity = identity(t, known)?;
    let [a, b, c, d] = identity.ip;
    let own = ClientConfig {
        client_id: Name::new(&format!("{a}.{b}.{c}.{d}@{name}")),
        group: Name::new(group.get_ref()),
        identity,
        first_opaque: t.count("first_opaque")?.map_or(0, Spanned::into_inner),
        namesrvs: known.namesrvs.clone(),
        poll_name_server: t.millis(&settings::POLL_NAME_SERVER_INTERVAL)?,
        heartbeat: t.millis(&settings::HEARTBEAT_BROKER_INTERVAL)?,
        api_timeout: t.millis(&settings::MQ_CLIENT_API_TIMEOUT)?,
        persist_offsets: fixed(&settings::PERSIST_CONSUMER_OFFSET_INTERVAL),
        rebalance_wait: fixed(&settings::REBALANCE_WAIT_INTERVAL),
        rebalance_min: fixed(&settings::REBALANCE_MIN_INTERVAL),
        pull_delay_on_error: fixed(&settings::PULL_TIME_DELAY_MILLS_WHEN_EXCEPTION),
        stops: moment(t, "stops")?,
        shares: None,
    };
    sharing::shared(t, own, known)
}

pub(super) fn consumer(
    t: &mut Table<'_>,
    name: Name,
    known: &Known,
) -> Result<ClientConfig, Fault> {
    let persist_offsets = t.millis(&settings::PERSIST_CONSUMER_OFFSET_INTERVAL)?;
    let base = base(t, name, known)?;
    Ok(ClientConfig {
        persist_offsets: base.shares.map_or(persist_offsets, |_| base.persist_offsets),
        rebalance_wait: t.millis(&settings::REBALANCE_WAIT_INTERVAL)?,
        rebalance_min: t.millis(&settings::REBALANCE_MIN_INTERVAL)?,
        pull_delay_on_error: t.millis(&settings::PULL_TIME_DELAY_MILLS_WHEN_EXCEPTION)?,
        ..base
    })
}

/// Who makes message ids: as written, or made of the node's place in the file.
fn identity(t: &mut Table<'_>, known: &Known) -> Result<ProcessIdentity, Fault> {
    let like = "an IPv4 address, as `\"10.0.0.5\"`";
    let ip = t.quantity("ip", |text| text.parse::<std::net::Ipv4Addr>().ok(), like)?;
    let index = known.next_id().0;
    let byte = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
    let usual = [10, 0, byte(index / 250), byte(index % 250 + 1)];
    let pid = t.count("pid")?;
    let wide = |_| Fault::new(t.span(), "`pid` is out of range", "write `1` to `65535`");
    let pid = pid.map_or(10_000 + index % 50_000, Spanned::into_inner);
    let pid = u16::try_from(pid).map_err(wide)?;
    Ok(ProcessIdentity { ip: ip.map_or(usual, |ip| ip.octets()), pid, loader: LOADER })
}

pub(super) fn tags(t: &mut Table<'_>) -> Result<TagExpression, Fault> {
    if let Some(sql) = t.text("sql")? {
        return Ok(TagExpression::sql(sql.get_ref()));
    }
    let written = t.text("tags")?;
    Ok(written.map_or(TagExpression::ALL, |text| TagExpression::new(text.get_ref())))
}

pub(super) fn consume_from(t: &mut Table<'_>) -> Result<ConsumeFrom, Fault> {
    let Some(written) = t.text("consumeFromWhere")? else { return Ok(ConsumeFrom::LastOffset) };
    match written.get_ref().as_str() {
        "CONSUME_FROM_LAST_OFFSET" => Ok(ConsumeFrom::LastOffset),
        "CONSUME_FROM_FIRST_OFFSET" => Ok(ConsumeFrom::FirstOffset),
        "CONSUME_FROM_TIMESTAMP" => Ok(ConsumeFrom::Timestamp),
        other => Err(Fault::new(
            written.span(),
            format!("`consumeFromWhere` is `{other}`"),
            "write `CONSUME_FROM_LAST_OFFSET`, `CONSUME_FROM_FIRST_OFFSET` or \
             `CONSUME_FROM_TIMESTAMP`",
        )),
    }
}
