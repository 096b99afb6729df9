//! Lite pull consumers as written, and what their programs do with their queues.

use toml::Spanned;

use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::SimSpan;
use crate::kernel::world::Intervention;
use crate::rocketmq::client::MessageQueue;
use crate::rocketmq::cluster::MqDisk;
use crate::rocketmq::config::{PushConsumerConfig, PushRules};
use crate::rocketmq::listener::Answer;
use crate::rocketmq::lite_rules::{Assigned, LiteOrder, LitePullConfig, LiteRules, SeekTo, Which};
use crate::rocketmq::protocol::{Mq, Order};
use crate::rocketmq::remoting::TagExpression;
use crate::rocketmq::settings;

use super::clients::{consume_from, consumer, subscriptions, tags};
use super::error::Fault;
use super::lane::WALL_START;
use super::listeners::{broadcasting, fitting, strategy, timestamp};
use super::model::Known;
use super::reader::{Table, Value, wrong};
use super::units;

/// A lite pull consumer.
pub(super) fn lite_pull(t: &mut Table<'_>, name: Name, known: &Known) -> Result<MqDisk, Fault> {
    let client = consumer(t, name, known)?;
    // `enableStreamRequestType`, which is on.
    let client_id = match client.shares {
        Some(_) => client.client_id,
        None => Name::new(&format!("{}@STREAM", client.client_id)),
    };
    let client = crate::rocketmq::config::ClientConfig { client_id, ..client };
    let subscriptions = subscriptions(t, known)?;
    let assigned = assigned(t, known)?;
    if subscriptions.is_empty() == (assigned == Assigned::ByRebalance) {
        let cure = "write one of `subscribe`, `assign` and `assign_topics`";
        return Err(t.fault("it is not clear which queues are to be pulled", cure));
    }
    let mut answers = Vec::new();
    for mut table in t.tables("answers", "an answer")? {
        let answer = answer(&mut table)?;
        answers.push(fitting(table, answer, known)?);
    }
    let rules = PushRules {
        threads_max: 1,
        answers,
        broadcasting: broadcasting(t)?,
        strategy: strategy(t, known)?,
        threshold_size: t.setting_count(&settings::PULL_THRESHOLD_SIZE_FOR_QUEUE)?,
        consume_timestamp: WALL_START + timestamp(t)?,
        lite: true,
        ..PushRules::default()
    };
    let base = PushConsumerConfig {
        client,
        subscriptions,
        consume_from: consume_from(t)?,
        threads: 1,
        pull_batch_size: t.setting_count(&settings::LITE_PULL_BATCH_SIZE)?,
        pull_interval: SimSpan::ZERO,
        pull_threshold: t.setting_count(&settings::PULL_THRESHOLD_FOR_QUEUE)?,
        max_span: t.setting_count(&settings::CONSUME_MAX_SPAN)?,
        suspend_timeout: t.millis(&settings::BROKER_SUSPEND_MAX_TIME_MILLIS)?,
        pull_timeout: t.millis(&settings::CONSUMER_TIMEOUT_MILLIS_WHEN_SUSPEND)?,
        listener: t.spread("handling")?.unwrap_or(Spread::ZERO),
        rules,
    };
    if base.pull_timeout < base.suspend_timeout {
        let finding =
            "`consumerTimeoutMillisWhenSuspend` is less than `brokerSuspendMaxTimeMillis`";
        return Err(
            t.fault(finding, "write a longer one: it includes the time that a pull is held")
        );
    }
    let rules = program(t, assigned, known)?;
    Ok(MqDisk::LitePull(Box::new(LitePullConfig { base, rules })))
}

/// What becomes of a message: there are no retries.
fn answer(t: &mut Table<'_>) -> Result<Answer, Fault> {
    let written = t.need_text("answer")?;
    match written.get_ref().as_str() {
        "CONSUME_SUCCESS" => Ok(Answer::OK),
        "exception" => Ok(Answer::Throws),
        other => Err(Fault::new(
            written.span(),
            format!("`answer` of a lite pull consumer is `{other}`"),
            "write `CONSUME_SUCCESS` or `exception` (its program fails, and goes on)",
        )),
    }
}

/// What the program does.
fn program(t: &mut Table<'_>, assigned: Assigned, known: &Known) -> Result<LiteRules, Fault> {
    let interval = t.millis(&settings::AUTO_COMMIT_INTERVAL_MILLIS)?;
    let mut expressions: Vec<(Name, TagExpression)> = Vec::new();
    for mut table in t.tables("expressions", "an expression")? {
        let topic = known.topic(&table.need_text("topic")?)?;
        expressions.push((topic, tags(&mut table)?));
        table.done()?;
    }
    Ok(LiteRules {
        assigned,
        expressions,
        pull_threads: t.setting_count(&settings::PULL_THREAD_NUMS)?,
        threshold_all: t.setting_count(&settings::PULL_THRESHOLD_FOR_ALL)?,
        auto_commit: t.flag("autoCommit", true)?.then_some(interval),
        check_interval: t.millis(&settings::TOPIC_METADATA_CHECK_INTERVAL_MILLIS)?,
        poll_timeout: t.millis(&settings::POLL_TIMEOUT_MILLIS)?,
        polls: t.count("polls")?.map(Spanned::into_inner),
        pause: t.spread("pause")?.unwrap_or(Spread::ZERO),
        commits_after: t.count("commits_after")?.map_or(0, Spanned::into_inner),
        persists: t.flag("persists", false)?,
    })
}

fn assigned(t: &mut Table<'_>, known: &Known) -> Result<Assigned, Fault> {
    let mut queues = Vec::new();
    for mut table in t.tables("assign", "a queue")? {
        let which = which(&mut table, known)?;
        let (broker, id) = which.queue.ok_or_else(|| table.missing("broker"))?;
        table.done()?;
        queues.push(MessageQueue { topic: which.topic, broker, id });
    }
    let names = t.texts("assign_topics")?;
    let topics = names.iter().map(|topic| known.topic(topic)).collect::<Result<Vec<_>, _>>()?;
    match (queues.is_empty(), topics.is_empty()) {
        (true, true) => Ok(Assigned::ByRebalance),
        (false, true) => Ok(Assigned::Queues(queues)),
        (true, false) => Ok(Assigned::Topics(topics)),
        (false, false) => {
            Err(t.fault("`assign` and `assign_topics` are both there", "write one of them"))
        }
    }
}

/// What a program does with queues of its lite pull consumer, where a table says so.
pub(super) fn order(t: &mut Table<'_>, known: &Known) -> Result<Option<Intervention<Mq>>, Fault> {
    let tell = |name, order| {
        Ok(Some(Intervention::Tell(known.lite_pull_consumer(name)?, Order::Lite(order))))
    };
    if let Some(name) = t.text("seek")? {
        let which = which(t, known)?;
        let value = t.take("to").ok_or_else(|| t.missing("to"))?;
        return tell(&name, LiteOrder::Seek(which, seek_to(&value)?));
    }
    if let Some(name) = t.text("pause_queues")? {
        return tell(&name, LiteOrder::Pause(some_of(t, known)?));
    }
    if let Some(name) = t.text("resume_queues")? {
        return tell(&name, LiteOrder::Resume(some_of(t, known)?));
    }
    if let Some(name) = t.text("commit")? {
        return tell(&name, LiteOrder::Commit);
    }
    Ok(None)
}

fn some_of(t: &mut Table<'_>, known: &Known) -> Result<Option<Which>, Fault> {
    if t.has("topic") { which(t, known).map(Some) } else { Ok(None) }
}

/// One queue of a topic, or all of them.
fn which(t: &mut Table<'_>, known: &Known) -> Result<Which, Fault> {
    let topic = known.topic(&t.need_text("topic")?)?;
    let queue = match (t.text("broker")?, t.count("id")?) {
        (Some(broker), Some(id)) => Some((Name::new(broker.get_ref()), id.into_inner())),
        (None, None) => None,
        (Some(_), None) => return Err(t.missing("id")),
        (None, Some(_)) => return Err(t.missing("broker")),
    };
    Ok(Which { topic, queue })
}

/// `begin`, `end`, an offset, or a time before or after time 0.
fn seek_to(value: &Value<'_>) -> Result<SeekTo, Fault> {
    let like = "`\"begin\"`, `\"end\"`, an offset, as `20`, or a time, as `\"-5s\"`";
    if let Some(offset) = super::reader::whole(value.get_ref()) {
        return u64::try_from(offset).map(SeekTo::Offset).map_err(|_| wrong("to", value, like));
    }
    match value.get_ref().as_str() {
        Some("begin") => Ok(SeekTo::Begin),
        Some("end") => Ok(SeekTo::End),
        Some(time) => {
            let (before, span) =
                units::signed_duration(time).ok_or_else(|| wrong("to", value, like))?;
            let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 2);
            Ok(SeekTo::Time(WALL_START + if before { -millis } else { millis }))
        }
        None => Err(wrong("to", value, like)),
    }
}
