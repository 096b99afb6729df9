//! Pop, acknowledgement, change of the invisible time.

use crate::rocketmq::remoting::{AckRequest, AdminRequest, PopRequest, Popped, PoppedQueue};
use crate::wire::command::Command;
use crate::wire::header::Fields;

use super::pull::expression;
use super::{Refusal, name, queue};

pub(super) fn request(code: i32, fields: Fields<'_>) -> Result<Option<AdminRequest>, Refusal> {
    Ok(Some(match code {
        200_050 => AdminRequest::Pop(PopRequest {
            group: name(fields, "consumerGroup")?,
            topic: name(fields, "topic")?,
            queue: fields.needed_number("queueId")?,
            most: u32::try_from(fields.needed_number::<i32>("maxMsgNums")?).unwrap_or(0),
            invisible: fields.needed_number("invisibleTime")?,
            poll_millis: fields.needed_number("pollTime")?,
            born: fields.needed_number("bornTime")?,
            tags: expression(fields.text("exp"), fields.text("expType"))?,
        }),
        200_051 => AdminRequest::Ack(ack(fields)?),
        200_053 => {
            AdminRequest::ChangeInvisible(ack(fields)?, fields.needed_number("invisibleTime")?)
        }
        _ => return Ok(None),
    }))
}

/// A handle says when its message was popped, and whether it came from a retry topic.
fn ack(fields: Fields<'_>) -> Result<AckRequest, Refusal> {
    let handle: Vec<&str> = fields.needed_text("extraInfo")?.split(' ').collect();
    let popped = handle.get(1).and_then(|time| time.parse().ok());
    let popped = popped.ok_or_else(|| Refusal::of_body("the handle says no time"))?;
    Ok(AckRequest {
        group: name(fields, "consumerGroup")?,
        topic: name(fields, "topic")?,
        queue: queue(fields, "queueId")?,
        offset: fields.needed_number::<i64>("offset")?.cast_unsigned(),
        popped,
        is_retry: handle.get(4).is_some_and(|flag| *flag != "0"),
    })
}

/// The fields of an answer, and its status.
pub(super) fn popped(plain: Command, popped: &Popped) -> Command {
    let flag = |queue: &PoppedQueue| u8::from(queue.is_retry);
    let start = |at: &PoppedQueue| format!("{} {} {}", flag(at), at.queue, at.start);
    let offsets = |at: &PoppedQueue| {
        let offsets: Vec<String> = at.offsets.iter().map(u64::to_string).collect();
        format!("{} {} {}", flag(at), at.queue, offsets.join(","))
    };
    let joined = |part: &dyn Fn(&PoppedQueue) -> String| {
        popped.queues.iter().map(part).collect::<Vec<_>>().join(";")
    };
    let found = if popped.messages.is_empty() { "NO_MESSAGE_IN_QUEUE" } else { "FOUND" };
    let command = plain
        .with("popTime", popped.at)
        .with("invisibleTime", popped.invisible)
        .with("reviveQid", popped.revive)
        .with("restNum", popped.rest)
        .with("startOffsetInfo", joined(&start))
        .with("msgOffsetInfo", joined(&offsets));
    Command { remark: Some(found.to_owned()), ..command }
}
