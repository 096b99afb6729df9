//! What push consumers do beyond the usual, and what their listeners answer, as written.

use toml::Spanned;

use crate::facts::Setting;
use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::SimSpan;
use crate::rocketmq::client::MessageQueue;
use crate::rocketmq::client::rebalance::Strategy;
use crate::rocketmq::config::PushRules;
use crate::rocketmq::listener::{ALWAYS, Answer, AnswerRule, Rest, SideEffect};
use crate::rocketmq::settings;

use super::error::Fault;
use super::lane::WALL_START;
use super::model::Known;
use super::reader::{Table, spread};
use super::units;

/// Of a million in one per cent.
const PER_CENT: f64 = 10_000.0;

/// The settings of a push consumer that few scenarios write.
pub(super) fn rules(t: &mut Table<'_>, known: &Known) -> Result<PushRules, Fault> {
    let (mut answers, orderly) = (Vec::new(), t.flag("orderly", false)?);
    for table in t.tables("answers", "an answer")? {
        answers.push(answer_rule(table, orderly, known)?);
    }
    Ok(PushRules {
        threads_max: t.setting_count(&settings::CONSUME_THREAD_MAX)?,
        batch_max: t.setting_count(&settings::CONSUME_MESSAGE_BATCH_MAX_SIZE)?,
        max_reconsume: signed(t, &settings::MAX_RECONSUME_TIMES)?,
        answers,
        side_effect: side_effect(t)?,
        processors: processors(t)?,
        rest: None,
        orderly,
        auto_commit: t.flag("autoCommit", true)?,
        suspend_queue: t.millis(&settings::SUSPEND_CURRENT_QUEUE_TIME_MILLIS)?,
        broadcasting: broadcasting(t)?,
        strategy: strategy(t, known)?,
        consume_timeout: t.millis(&settings::CONSUME_TIMEOUT)?,
        threshold_size: t.setting_count(&settings::PULL_THRESHOLD_SIZE_FOR_QUEUE)?,
        threshold_topic: of_topic(t, &settings::PULL_THRESHOLD_FOR_TOPIC)?,
        threshold_size_topic: of_topic(t, &settings::PULL_THRESHOLD_SIZE_FOR_TOPIC)?,
        consume_timestamp: WALL_START + timestamp(t)?,
        client_rebalance: t.switch(&settings::CLIENT_REBALANCE)?,
        pop_invisible: t.millis(&settings::POP_INVISIBLE_TIME)?,
        pop_batch: t.setting_count(&settings::POP_BATCH_NUMS)?,
        pop_threshold: t.setting_count(&settings::POP_THRESHOLD_FOR_QUEUE)?,
        replies: t.flag("replies", false)?,
        later: Vec::new(),
        lite: false,
        file: Vec::new(),
    })
}

/// How many listeners work at the same time.
fn processors(t: &mut Table<'_>) -> Result<Option<u32>, Fault> {
    let written = t.count("processors")?.map(Spanned::into_inner);
    match written {
        Some(0) => Err(t.fault("`processors` is 0", "write at least `1`")),
        other => Ok(other),
    }
}

/// What the listener does besides.
fn side_effect(t: &mut Table<'_>) -> Result<SideEffect, Fault> {
    let Some(written) = t.text("side_effect")? else { return Ok(SideEffect::None) };
    match written.get_ref().as_str() {
        "each" => Ok(SideEffect::Each),
        "checked" => Ok(SideEffect::Checked),
        other => Err(Fault::new(
            written.span(),
            format!("`side_effect` is `{other}`"),
            "write `each` (at the end of each call) or `checked` (once for each business key)",
        )),
    }
}

/// How long the listener takes for a message, or how it rests between them.
pub(super) fn handling(t: &mut Table<'_>) -> Result<(Spread, Option<Rest>), Fault> {
    let Some(value) = t.take("handling") else { return Ok((Spread::ZERO, None)) };
    if !value.get_ref().as_table().is_some_and(|table| table.contains_key("every")) {
        return Ok((spread("handling", value)?, None));
    }
    let mut t = Table::new("a handling", value)?;
    let every = t.count("every")?.ok_or_else(|| t.missing("every"))?;
    if *every.get_ref() == 0 {
        return Err(Fault::new(every.span(), "`every` is 0", "write at least `1`"));
    }
    let wait = t.span_of("wait")?.ok_or_else(|| t.missing("wait"))?;
    t.done()?;
    Ok((Spread::ZERO, Some(Rest { every: every.into_inner(), wait })))
}

#[inline(never)] // Can wait (`xtask/src/split`).
fn answer_rule(mut t: Table<'_>, orderly: bool, known: &Known) -> Result<AnswerRule, Fault> {
    let answer = if orderly { in_order(&mut t)? } else { answer(&mut t)? };
    let effect = t.maybe("effect")?;
    Ok(AnswerRule { effect, ..fitting(t, answer, known)? })
}

/// A rule with this answer, for the messages that the table names.
pub(super) fn fitting(
    mut t: Table<'_>,
    answer: Answer,
    known: &Known,
) -> Result<AnswerRule, Fault> {
    let name = |text: Spanned<String>| Name::new(text.get_ref());
    let topic = match t.text("topic")? {
        Some(topic) => Some(known.topic(&topic)?),
        None => None,
    };
    let rule = AnswerRule {
        topic,
        tag: t.text("tag")?.map(name),
        key: t.text("key")?.map(name),
        rounds: t.counts("rounds")?,
        share: share(&mut t)?,
        tries: t.count("tries")?.map_or(u32::MAX, Spanned::into_inner),
        answer,
        effect: None,
    };
    t.done()?;
    Ok(rule)
}

fn share(t: &mut Table<'_>) -> Result<u32, Fault> {
    if !t.has("percent") {
        return Ok(ALWAYS);
    }
    let percent = t.number("percent")?;
    if !(0.0..=100.0).contains(&percent) {
        return Err(t.fault("`percent` is out of range", "write `0` to `100`"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number up to a million")]
    Ok((percent * PER_CENT).round() as u32)
}

fn answer(t: &mut Table<'_>) -> Result<Answer, Fault> {
    let written = t.need_text("answer")?;
    match written.get_ref().as_str() {
        "CONSUME_SUCCESS" => {
            let ack_index = t.count("ackIndex")?.map_or(u32::MAX, Spanned::into_inner);
            Ok(Answer::Success { ack_index })
        }
        "RECONSUME_LATER" => {
            Ok(Answer::Later { level: signed(t, &settings::DELAY_LEVEL_WHEN_NEXT_CONSUME)? })
        }
        "exception" => Ok(Answer::Throws),
        "null" => Ok(Answer::Null),
        "stuck" => Ok(Answer::Stuck),
        other => Err(Fault::new(
            written.span(),
            format!("`answer` is `{other}`"),
            "write `CONSUME_SUCCESS`, `RECONSUME_LATER`, `exception`, `null` or `stuck`",
        )),
    }
}

/// What an orderly listener answers.
fn in_order(t: &mut Table<'_>) -> Result<Answer, Fault> {
    let written = t.need_text("answer")?;
    match written.get_ref().as_str() {
        "SUCCESS" => Ok(Answer::OK),
        "SUSPEND_CURRENT_QUEUE_A_MOMENT" => {
            let millis = t.span_of("suspends")?.map_or(Ok(-1), |span| span.as_millis().try_into());
            let long = |_| t.fault("`suspends` is too long", "write at most `\"30s\"`");
            Ok(Answer::Suspend { millis: millis.map_err(long)? })
        }
        "COMMIT" => Ok(Answer::Commit),
        "ROLLBACK" => Ok(Answer::Rollback),
        "exception" => Ok(Answer::Throws),
        "null" => Ok(Answer::Null),
        "stuck" => Ok(Answer::Stuck),
        other => Err(Fault::new(
            written.span(),
            format!("`answer` of an orderly listener is `{other}`"),
            "write `SUCCESS`, `SUSPEND_CURRENT_QUEUE_A_MOMENT`, `COMMIT`, `ROLLBACK`, \
             `exception`, `null` or `stuck`",
        )),
    }
}

#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn broadcasting(t: &mut Table<'_>) -> Result<bool, Fault> {
    let Some(written) = t.text("messageModel")? else { return Ok(false) };
    match written.get_ref().as_str() {
        "CLUSTERING" => Ok(false),
        "BROADCASTING" => Ok(true),
        other => Err(Fault::new(
            written.span(),
            format!("`messageModel` is `{other}`"),
            "write `CLUSTERING` or `BROADCASTING`",
        )),
    }
}

/// ms between the scenario's time 0 and `consumeTimestamp`, half an hour before it by itself.
#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn timestamp(t: &mut Table<'_>) -> Result<i64, Fault> {
    let like = "a time before or after time 0, as `\"-30m\"`";
    let written = t.quantity("consumeTimestamp", units::signed_duration, like)?;
    let (is_before, span) = written.unwrap_or((true, SimSpan::secs(1800)));
    let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 2);
    Ok(if is_before { -millis } else { millis })
}

#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn strategy(t: &mut Table<'_>, known: &Known) -> Result<Strategy, Fault> {
    let Some(written) = t.text("allocateMessageQueueStrategy")? else {
        return Ok(Strategy::Average);
    };
    let nearby = written.get_ref().strip_prefix("MACHINE_ROOM_NEARBY-");
    let inner = match nearby.unwrap_or(written.get_ref()) {
        "AVG" => Strategy::Average,
        "AVG_BY_CIRCLE" => Strategy::Circle,
        "CONSISTENT_HASH" => Strategy::ConsistentHash { places: 10 },
        "CONFIG" => Strategy::Config { queues: fixed_queues(t, known)? },
        "MACHINE_ROOM" => {
            let rooms = t.texts("consumeridcs")?;
            let rooms = rooms.into_iter().map(|room| Name::new(room.get_ref())).collect();
            Strategy::MachineRoom { rooms }
        }
        other => {
            return Err(Fault::new(
                written.span(),
                format!("`allocateMessageQueueStrategy` is `{other}`"),
                "write `AVG`, `AVG_BY_CIRCLE`, `CONSISTENT_HASH`, `CONFIG`, `MACHINE_ROOM`, or \
                 `MACHINE_ROOM_NEARBY-` and one of these",
            ));
        }
    };
    Ok(match nearby {
        Some(_) => Strategy::Nearby { inner: Box::new(inner), separator: '@' },
        None => inner,
    })
}

/// The queues of `CONFIG`: `{ topic, broker, id }` each.
fn fixed_queues(t: &mut Table<'_>, known: &Known) -> Result<Vec<MessageQueue>, Fault> {
    let mut queues = Vec::new();
    for mut table in t.tables("queues", "a queue")? {
        let topic = known.topic(&table.need_text("topic")?)?;
        let broker = Name::new(table.need_text("broker")?.get_ref());
        let id = table.count("id")?.ok_or_else(|| table.missing("id"))?.into_inner();
        table.done()?;
        queues.push(MessageQueue { topic, broker, id });
    }
    Ok(queues)
}

/// A limit for all queues of a topic; -1: none.
fn of_topic(t: &mut Table<'_>, setting: &'static Setting) -> Result<Option<u32>, Fault> {
    t.setting(setting).map(|number| u32::try_from(number).ok())
}

fn signed(t: &mut Table<'_>, setting: &'static Setting) -> Result<i32, Fault> {
    let number = t.setting(setting)?;
    Ok(i32::try_from(number).expect("the ranges of counts lie within i32"))
}
