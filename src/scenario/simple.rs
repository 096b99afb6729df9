//! Simple consumers as written.

use toml::Spanned;

use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::SimSpan;
use crate::rocketmq::cluster::MqDisk;
use crate::rocketmq::listener::{Answer, AnswerRule};
use crate::rocketmq::retry_policy::RetryPolicy;
use crate::rocketmq::settings;
use crate::rocketmq::simple_rules::{SimpleConfig, SimpleRules};

use super::clients::{base, subscriptions};
use super::error::Fault;
use super::listeners::fitting;
use super::model::Known;
use super::reader::Table;

/// A simple consumer.
pub(super) fn simple(t: &mut Table<'_>, name: Name, known: &Known) -> Result<MqDisk, Fault> {
    let client = base(t, name, known)?;
    let subscriptions = subscriptions(t, known)?;
    if subscriptions.is_empty() {
        return Err(t.missing("subscribe"));
    }
    let mut answers: Vec<AnswerRule> = Vec::new();
    for mut table in t.tables("answers", "an answer")? {
        let answer = answer(&mut table)?;
        answers.push(fitting(table, answer, known)?);
    }
    let receivers = t.count("receivers")?.map_or(1, Spanned::into_inner);
    if !(1..=64).contains(&receivers) {
        return Err(t.fault("`receivers` is out of range", "write `1` to `64`"));
    }
    let rules = SimpleRules {
        most: t.setting_count(&settings::MAX_MESSAGE_NUM)?,
        invisible: t.millis(&settings::INVISIBLE_DURATION)?,
        await_duration: t.millis(&settings::AWAIT_DURATION)?,
        receivers,
        receives: t.count("receives")?.map(Spanned::into_inner),
        pause: t.spread("pause")?.unwrap_or(Spread::ZERO),
        handling: t.spread("handling")?.unwrap_or(Spread::ZERO),
        answers,
        renews: renews(t)?,
        policy: policy(t)?,
    };
    Ok(MqDisk::Simple(Box::new(SimpleConfig { client, subscriptions, rules })))
}

/// How often the program asks for more time.
fn renews(t: &mut Table<'_>) -> Result<Option<SimSpan>, Fault> {
    match t.span_of("renews")? {
        Some(SimSpan::ZERO) => Err(t.fault("`renews` is 0", "write at least `\"1ms\"`")),
        other => Ok(other),
    }
}

/// What the group's policy is for messages that are hidden for no time of their own.
fn policy(t: &mut Table<'_>) -> Result<RetryPolicy, Fault> {
    let Some(written) = t.text("groupRetryPolicy")? else { return Ok(RetryPolicy::default()) };
    RetryPolicy::of_name(written.get_ref()).ok_or_else(|| {
        let finding = format!("`groupRetryPolicy` is `{}`", written.get_ref());
        Fault::new(written.span(), finding, "write `CUSTOMIZED` or `EXPONENTIAL`")
    })
}

/// What the program does with a message: `Suspend` stands for another invisible time, -1 for that
/// of the group's policy.
fn answer(t: &mut Table<'_>) -> Result<Answer, Fault> {
    let written = t.need_text("answer")?;
    match written.get_ref().as_str() {
        "ack" => Ok(Answer::OK),
        "none" => Ok(Answer::Null),
        "changeInvisibleDuration" => {
            let Some(span) = t.span_of("invisibleDuration")? else {
                return Ok(Answer::Suspend { millis: -1 });
            };
            let millis = i32::try_from(span.as_millis()).ok();
            let millis = millis.filter(|millis| (1..=43_200_000).contains(millis));
            let cure = "write `\"1ms\"` to `\"12h\"`";
            let fault = || t.fault("`invisibleDuration` is out of range", cure);
            Ok(Answer::Suspend { millis: millis.ok_or_else(fault)? })
        }
        other => Err(Fault::new(
            written.span(),
            format!("`answer` of a simple consumer is `{other}`"),
            "write `ack`, `none` or `changeInvisibleDuration`",
        )),
    }
}
