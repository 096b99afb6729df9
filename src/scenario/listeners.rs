//! What push consumers do beyond the usual, and what their listeners answer, as written.

use toml::Spanned;

use crate::kernel::name::Name;
use crate::rocketmq::config::PushRules;
use crate::rocketmq::listener::{ALWAYS, Answer, AnswerRule};
use crate::rocketmq::settings;

use super::error::Fault;
use super::model::Known;
use super::reader::Table;

/// Of a million in one per cent.
const PER_CENT: f64 = 10_000.0;

/// The settings of a push consumer that few scenarios write.
pub(super) fn rules(t: &mut Table<'_>, known: &Known) -> Result<PushRules, Fault> {
    let mut answers = Vec::new();
    for table in t.tables("answers", "an answer")? {
        answers.push(answer_rule(table, known)?);
    }
    Ok(PushRules {
        threads_max: t.setting_count(&settings::CONSUME_THREAD_MAX)?,
        batch_max: t.setting_count(&settings::CONSUME_MESSAGE_BATCH_MAX_SIZE)?,
        max_reconsume: signed(t, &settings::MAX_RECONSUME_TIMES)?,
        answers,
    })
}

fn answer_rule(mut t: Table<'_>, known: &Known) -> Result<AnswerRule, Fault> {
    let name = |text: Spanned<String>| Name::new(text.get_ref());
    let topic = match t.text("topic")? {
        Some(topic) => Some(known.topic(&topic)?),
        None => None,
    };
    let rule = AnswerRule {
        topic,
        tag: t.text("tag")?.map(name),
        rounds: t.counts("rounds")?,
        share: share(&mut t)?,
        tries: t.count("tries")?.map_or(u32::MAX, Spanned::into_inner),
        answer: answer(&mut t)?,
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

fn signed(t: &mut Table<'_>, setting: &'static crate::facts::Setting) -> Result<i32, Fault> {
    let number = t.setting(setting)?;
    Ok(i32::try_from(number).expect("the ranges of counts lie within i32"))
}
