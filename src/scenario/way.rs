//! What differs from one message of a workload to the next, and how they are sent, as written.

use std::rc::Rc;

use toml::Spanned;

use crate::facts::TransactionEnd;
use crate::kernel::choice::{Choice, MOST_OF_ZIPF};
use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::SimSpan;
use crate::rocketmq::sending::{Decisions, Delay, KeyRule, Mode, Place, TransactionRule, Way};

use super::error::Fault;
use super::model::{Known, moment};
use super::reader::Table;

/// Keys that make a message more than one that is sent like all others.
const KEYS: [&str; 14] = [
    "topics",
    "key",
    "send",
    "queue",
    "selector",
    "sharding_key",
    "properties",
    "batch",
    "delayTimeLevel",
    "delayTimeSec",
    "delayTimeMs",
    "deliverTimeMs",
    "transaction",
    "request",
];

/// How a message is sent, where that is not simply so.
pub(super) fn way(table: &mut Table<'_>, known: &Known) -> Result<Option<Way>, Fault> {
    if !KEYS.iter().any(|key| table.has(key)) {
        KEYS.iter().for_each(|key| drop(table.take(key)));
        return Ok(None);
    }
    written(table, known).map(Some)
}

#[inline(never)] // Can wait (`xtask/src/split`).
fn written(table: &mut Table<'_>, known: &Known) -> Result<Way, Fault> {
    let mut way = Way::default();
    for topic in table.texts("topics")? {
        way.topics.push(known.topic(&topic)?);
    }
    if !way.topics.is_empty() && table.has("topic") {
        return Err(table.fault("a message has both `topic` and `topics`", "take one of them out"));
    }
    way.key = key(table)?;
    way.mode = mode(table)?;
    way.place = place(table, known)?;
    way.sharding = table.flag("sharding_key", false)?;
    if way.sharding && way.key.is_none() {
        return Err(table.fault("`sharding_key` has no key to take", "add `key`"));
    }
    way.properties = properties(table)?;
    way.delay = delay(table)?;
    way.transaction = transaction(table)?.map(Rc::new);
    way.request = table.span_of("request")?;
    way.batch = match table.count("batch")? {
        Some(batch) if *batch.get_ref() == 0 => {
            return Err(Fault::new(batch.span(), "`batch` is 0", "write at least `1`"));
        }
        batch => batch.map_or(0, Spanned::into_inner),
    };
    refuse_contradictions(table, &way)?;
    if way.request.is_some() {
        way.callback = way.mode == Mode::Async;
        way.mode = Mode::Async;
    }
    Ok(way)
}

fn mode(table: &mut Table<'_>) -> Result<Mode, Fault> {
    let Some(written) = table.text("send")? else { return Ok(Mode::Sync) };
    match written.get_ref().as_str() {
        "sync" => Ok(Mode::Sync),
        "async" => Ok(Mode::Async),
        "oneway" => Ok(Mode::OneWay),
        other => {
            let finding = format!("`send` is `{other}`");
            Err(Fault::new(written.span(), finding, "write `sync`, `async` or `oneway`"))
        }
    }
}

fn place(table: &mut Table<'_>, known: &Known) -> Result<Place, Fault> {
    let (queue, selector) = (table.take("queue"), table.text("selector")?);
    match (queue, selector) {
        (None, None) => Ok(Place::Rotation),
        (Some(_), Some(selector)) => {
            let finding = "a message has both `queue` and `selector`";
            Err(Fault::new(selector.span(), finding, "take one of them out"))
        }
        (Some(queue), None) => {
            let mut inner = Table::new("a queue", queue)?;
            let broker = inner.need_text("broker")?;
            let name = Name::new(broker.get_ref());
            if known.master_of(name).is_none() {
                let finding = format!("no master is called `{name}`");
                return Err(Fault::new(broker.span(), finding, "write a `brokerName`"));
            }
            let id = inner.count("id")?.ok_or_else(|| inner.missing("id"))?.into_inner();
            inner.done()?;
            Ok(Place::Queue { broker: name, id })
        }
        (None, Some(selector)) => match selector.get_ref().as_str() {
            "hash" => Ok(Place::Hash),
            "random" => Ok(Place::Random),
            "machine_room" => Ok(Place::MachineRoom),
            "message_group" => Ok(Place::Group),
            "message_group_proxy" => Ok(Place::ProxyGroup),
            other => {
                let finding = format!("`selector` is `{other}`");
                let cure = "write `hash`, `random`, `machine_room`, `message_group` or \
                            `message_group_proxy`";
                Err(Fault::new(selector.span(), finding, cure))
            }
        },
    }
}

/// What RocketMQ's client refuses, or does not do.
fn refuse_contradictions(table: &Table<'_>, way: &Way) -> Result<(), Fault> {
    let refuse = |finding: &str, cure: &str| Err(table.fault(finding, cure));
    if way.batch > 0 && way.delay.is_some() {
        return refuse("a batch has no delay", "take `batch` or the delay out");
    }
    if way.batch > 0 && !way.topics.is_empty() {
        return refuse("all messages of a batch go to one topic", "write `topic` for `topics`");
    }
    let is_free = way.batch == 0 && way.mode == Mode::Sync && way.place == Place::Rotation;
    let is_plain = way.batch == 0 && way.mode != Mode::OneWay && way.transaction.is_none();
    if way.request.is_some() && (!is_plain || way.request == Some(SimSpan::ZERO)) {
        let cure = "write how long, and take `send = \"oneway\"`, `batch` and `transaction` out";
        return refuse("a request is sent alone, and there is a reply to it", cure);
    }
    if way.transaction.is_some() && !is_free {
        let cure = "take `send`, `queue`, `selector` and `batch` out";
        return refuse("a message of a transaction is sent synchronously and alone", cure);
    }
    Ok(())
}

fn properties(table: &mut Table<'_>) -> Result<Vec<(String, String)>, Fault> {
    let mut properties = Vec::new();
    for value in table.list("properties")? {
        let mut inner = Table::new("a property", value)?;
        let (name, text) = (inner.need_text("name")?, inner.need_text("value")?);
        inner.done()?;
        properties.push((name.into_inner(), text.into_inner()));
    }
    Ok(properties)
}

fn delay(table: &mut Table<'_>) -> Result<Option<Delay>, Fault> {
    let level = table.count("delayTimeLevel")?.map(|level| Delay::Level(level.into_inner()));
    let seconds = table.span_of("delayTimeSec")?.map(Delay::Seconds);
    let millis = table.span_of("delayTimeMs")?.map(Delay::Millis);
    let deliver = moment(table, "deliverTimeMs")?.map(Delay::Deliver);
    let mut delays = [level, seconds, millis, deliver].into_iter().flatten();
    match (delays.next(), delays.next()) {
        (delay, None) => Ok(delay),
        (_, Some(_)) => {
            Err(table.fault("a message is delayed in more than one way", "leave one of them"))
        }
    }
}

fn transaction(table: &mut Table<'_>) -> Result<Option<TransactionRule>, Fault> {
    let Some(value) = table.take("transaction") else { return Ok(None) };
    let mut inner = Table::new("a transaction", value)?;
    let check = match inner.take("check") {
        None => Decisions::always_commit(),
        Some(value) => {
            let mut check = Table::new("a check", value)?;
            let decisions = decisions(&mut check)?;
            check.done()?;
            decisions
        }
    };
    let rule = TransactionRule { local: decisions(&mut inner)?, check };
    inner.done()?;
    Ok(Some(rule))
}

fn decisions(table: &mut Table<'_>) -> Result<Decisions, Fault> {
    let in_turn = in_turn(table)?;
    let mut weights = [0; 4];
    for (weight, key) in weights.iter_mut().zip(["commit", "rollback", "unknown", "never"]) {
        *weight = table.count(key)?.map_or(0, |weight| u64::from(weight.into_inner()));
    }
    if in_turn.is_empty() && weights == [0; 4] {
        let cure = "add weights, as `commit = 8, rollback = 1, unknown = 1`, or a list, as \
                    `in_turn = [\"unknown\", \"commit\"]`";
        return Err(table.fault("nothing is said of how transactions end", cure));
    }
    if !in_turn.is_empty() && weights != [0; 4] {
        let finding = "how transactions end is said by weights and by a list";
        return Err(table.fault(finding, "leave one of them"));
    }
    let takes = table.spread("takes")?.unwrap_or(Spread::ZERO);
    let choice =
        if in_turn.is_empty() { Choice::weighted(weights.into_iter()) } else { Choice::Uniform(1) };
    Ok(Decisions { choice, in_turn, takes })
}

/// Ends one after the other, in the place of weights.
fn in_turn(table: &mut Table<'_>) -> Result<Vec<TransactionEnd>, Fault> {
    let end = |text: Spanned<String>| match text.get_ref().as_str() {
        "commit" => Ok(TransactionEnd::Commit),
        "rollback" => Ok(TransactionEnd::RollBack),
        "unknown" => Ok(TransactionEnd::Unknown),
        "never" => Ok(TransactionEnd::Never),
        other => {
            let finding = format!("a transaction ends with `{other}`");
            let cure = "write `commit`, `rollback`, `unknown` or `never`";
            Err(Fault::new(text.span(), finding, cure))
        }
    };
    table.texts("in_turn")?.into_iter().map(end).collect()
}

fn key(table: &mut Table<'_>) -> Result<Option<KeyRule>, Fault> {
    let Some(value) = table.take("key") else { return Ok(None) };
    let mut inner = Table::new("a key", value)?;
    let prefix = inner.text("prefix")?.map_or_else(String::new, Spanned::into_inner);
    let count = inner.count("count")?.ok_or_else(|| inner.missing("count"))?;
    if *count.get_ref() == 0 {
        return Err(Fault::new(count.span(), "`count` is 0", "write at least `1`"));
    }
    let rule = KeyRule { prefix, choice: choice(&mut inner, *count.get_ref())? };
    inner.done()?;
    Ok(Some(rule))
}

fn choice(table: &mut Table<'_>, count: u32) -> Result<Choice, Fault> {
    let hot = table.count("hot_per_million")?;
    let is_zipf = table.has("zipf");
    match hot {
        Some(hot) if is_zipf => {
            Err(Fault::new(hot.span(), "keys are both `zipf` and `hot`", "take one of them out"))
        }
        Some(hot) if *hot.get_ref() > 1_000_000 => {
            let finding = "`hot_per_million` is out of range";
            Err(Fault::new(hot.span(), finding, "write `0` to `1000000`"))
        }
        Some(hot) => Ok(Choice::Hot { count, per_million: hot.into_inner() }),
        None if is_zipf => {
            let exponent = table.number("zipf")?;
            let finding = "there are too many keys, or the exponent of `zipf` is out of range";
            let cure = format!("write at most `{MOST_OF_ZIPF}` keys, and `0` to `10`");
            Choice::zipf(count, exponent).ok_or_else(|| table.fault(finding, cure))
        }
        None => {
            drop(table.take("zipf"));
            Ok(Choice::Uniform(count))
        }
    }
}
