//! Pulls: 11, and 361, which differs in its thread pool only.

use crate::rocketmq::filter::TagSubscription;
use crate::rocketmq::remoting::{PullRequest, Request, TagExpression, code, sys_flag};
use crate::wire::command::Command;
use crate::wire::header::Fields;

use super::{Refusal, name, queue};

pub(super) fn request(command: &Command, fields: Fields<'_>) -> Result<Option<Request>, Refusal> {
    if !matches!(command.code, 11 | 361) {
        return Ok(None);
    }
    // The flags of a pull are the lowest bits; upstream keeps all 32 and looks at five.
    let flags = fields.needed_number::<i32>("sysFlag")?.to_be_bytes()[3];
    let tags = if flags & sys_flag::SUBSCRIPTION == 0 {
        TagExpression::ALL
    } else {
        expression(fields.text("subscription"), fields.text("expressionType"))?
    };
    let commit = fields.needed_number::<i64>("commitOffset")?;
    // A negative offset is not committed.
    let flags = if commit < 0 { flags & !sys_flag::COMMIT_OFFSET } else { flags };
    Ok(Some(Request::Pull(PullRequest {
        group: name(fields, "consumerGroup")?,
        topic: name(fields, "topic")?,
        queue: queue(fields, "queueId")?,
        offset: fields.needed_number::<i64>("queueOffset")?.cast_unsigned(),
        max_messages: u32::try_from(fields.needed_number::<i32>("maxMsgNums")?).unwrap_or(0),
        sys_flag: flags,
        commit_offset: u64::try_from(commit).unwrap_or(0),
        suspend_timeout: u32::try_from(fields.needed_number::<i64>("suspendTimeoutMillis")?)
            .unwrap_or(0),
        sub_version: fields.needed_number("subVersion")?,
        tags,
    })))
}

/// Text and kind of a subscription; what cannot be parsed is refused with code 23.
pub(super) fn expression(text: Option<&str>, kind: Option<&str>) -> Result<TagExpression, Refusal> {
    if kind.is_none_or(|kind| kind.is_empty() || kind == "TAG") {
        let parsed = TagSubscription::parse(text);
        let failed = |_| Refusal {
            code: code::SUBSCRIPTION_PARSE_FAILED,
            remark: "parse the consumer's subscription failed".to_owned(),
        };
        return parsed.map(|parsed| TagExpression::new(&parsed.sub_string)).map_err(failed);
    }
    Ok(TagExpression::sql(text.unwrap_or("")))
}

pub(super) fn command(pull: &PullRequest, plain: Command) -> Command {
    let command = plain
        .with("consumerGroup", pull.group)
        .with("topic", pull.topic)
        .with("queueId", pull.queue)
        .with("queueOffset", pull.offset.cast_signed())
        .with("maxMsgNums", pull.max_messages)
        .with("sysFlag", pull.sys_flag)
        .with("commitOffset", pull.commit_offset)
        .with("suspendTimeoutMillis", pull.suspend_timeout)
        .with("subVersion", pull.sub_version)
        .with("expressionType", if pull.tags.is_sql() { "SQL92" } else { "TAG" });
    if pull.sys_flag & sys_flag::SUBSCRIPTION == 0 {
        return command;
    }
    command.with("subscription", pull.tags.as_str())
}
