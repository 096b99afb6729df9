//! Pop, acknowledgement, change of the invisible time.

use crate::kernel::name::Name;
use crate::rocketmq::extra_info::{ExtraInfo, RetryKind, message_order_count, queue_order_count};
use crate::rocketmq::remoting::{
    AckRequest, AdminRequest, OrderCount, PopHandle, PopKind, PopRequest, Popped, PoppedQueue,
    TagExpression,
};
use crate::wire::base64;
use crate::wire::command::Command;
use crate::wire::header::{Fields, HeaderError};
use crate::wire::json::Json;

use super::bodies::{body, name_of};
use super::pull::expression;
use super::{Refusal, name, queue};

/// What a peek that found nothing is answered.
const PULL_NOT_FOUND: i32 = 19;

pub(super) fn request(
    command: &Command,
    fields: Fields<'_>,
) -> Result<Option<AdminRequest>, Refusal> {
    Ok(Some(match command.code {
        200_050 => AdminRequest::Pop(PopRequest {
            most: u32::try_from(fields.needed_number::<i32>("maxMsgNums")?).unwrap_or(0),
            invisible: fields.needed_number("invisibleTime")?,
            tags: expression(fields.text("exp"), fields.text("expType"))?,
            from_last: fields.needed_number::<i32>("initMode")? != 0,
            ..asked(fields, PopKind::Pops)?
        }),
        200_052 => AdminRequest::Pop(PopRequest {
            most: u32::try_from(fields.needed_number::<i32>("maxMsgNums")?).unwrap_or(0),
            ..asked(fields, PopKind::Peeks)?
        }),
        200_054 => AdminRequest::Pop(asked(fields, PopKind::Asks)?),
        200_055 => AdminRequest::Pop(asked(fields, PopKind::Counts)?),
        200_051 => AdminRequest::Ack(ack(fields)?),
        200_053 => {
            AdminRequest::ChangeInvisible(ack(fields)?, fields.needed_number("invisibleTime")?)
        }
        200_151 => AdminRequest::BatchAck(batch(command)?),
        _ => return Ok(None),
    }))
}

/// What a pop and the questions around it have in common.
fn asked(fields: Fields<'_>, kind: PopKind) -> Result<PopRequest, HeaderError> {
    let may_wait = matches!(kind, PopKind::Pops | PopKind::Asks);
    let millis = |field| if may_wait { fields.needed_number(field) } else { Ok(0) };
    Ok(PopRequest {
        group: name(fields, "consumerGroup")?,
        topic: name(fields, "topic")?,
        queue: fields.needed_number("queueId")?,
        most: 0,
        invisible: 0,
        poll_millis: millis("pollTime")?,
        born: millis("bornTime")?,
        tags: TagExpression::ALL,
        from_last: false,
        in_order: fields.truth("order").unwrap_or(false),
        attempt: fields.text("attemptId").map(Name::new),
        kind,
    })
}

/// A handle says what its pop was.
fn ack(fields: Fields<'_>) -> Result<AckRequest, Refusal> {
    let handle = ExtraInfo::parse(fields.needed_text("extraInfo")?);
    let handle = handle.map_err(|_| Refusal::of_body("the handle cannot be read"))?;
    Ok(AckRequest {
        group: name(fields, "consumerGroup")?,
        topic: name(fields, "topic")?,
        queue: queue(fields, "queueId")?,
        offsets: vec![fields.needed_number::<i64>("offset")?.cast_unsigned()],
        handle: PopHandle {
            start: handle.ck_offset.cast_unsigned(),
            popped: handle.pop_time,
            invisible: handle.invisible_time,
            revive: handle.revive_queue.cast_unsigned(),
            broker: Name::new(&handle.broker),
        },
    })
}

/// `BatchAckMessageRequestBody`.
fn batch(command: &Command) -> Result<Vec<AckRequest>, Refusal> {
    let json = if command.body.is_empty() { Json::Null } else { body(command)? };
    let broker = json.get("brokerName").and_then(Json::as_text).unwrap_or_default();
    let acks = json.get("acks").and_then(Json::as_list).unwrap_or_default();
    acks.iter().map(|ack| one_of_batch(ack, Name::new(broker))).collect()
}

/// `BatchAck`: its bits are an array of bytes, the lowest first.
fn one_of_batch(json: &Json, broker: Name) -> Result<AckRequest, Refusal> {
    let number = |field| json.get(field).and_then(Json::as_int).unwrap_or(0);
    let id = |field| u32::try_from(number(field)).unwrap_or(u32::MAX);
    let (group, topic) = (name_of(json, "c")?, name_of(json, "t")?);
    let kind = match json.get("r").and_then(Json::as_text) {
        Some("1") => RetryKind::V1,
        Some("2") => RetryKind::V2,
        _ => RetryKind::Normal,
    };
    let start = number("so").cast_unsigned();
    let bytes = base64::decode(json.get("b").and_then(Json::as_text).unwrap_or_default());
    let is_set = |bit: &u64| {
        let byte = usize::try_from(bit / 8).ok().and_then(|at| bytes.get(at));
        byte.is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    };
    let bits = (0..bytes.len() as u64 * 8).filter(is_set);
    Ok(AckRequest {
        group,
        topic: Name::new(&kind.topic(topic.as_str(), group.as_str())),
        queue: id("q"),
        offsets: bits.map(|bit| start.wrapping_add(bit)).collect(),
        handle: PopHandle {
            start,
            popped: number("pt"),
            invisible: number("it"),
            revive: id("rq"),
            broker,
        },
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
    let plain_code = plain.code;
    let command = plain
        .with("popTime", popped.at)
        .with("invisibleTime", popped.invisible)
        .with("reviveQid", popped.revive)
        .with("restNum", popped.rest);
    let remark = match (popped.messages.is_empty(), popped.is_bare) {
        (false, _) => Some("FOUND"),
        (true, true) if plain_code != PULL_NOT_FOUND => None,
        (true, _) => Some("NO_MESSAGE_IN_QUEUE"),
    };
    let command = Command { remark: remark.map(str::to_owned), ..command };
    if popped.is_bare {
        return command;
    }
    let command =
        command.with("startOffsetInfo", joined(&start)).with("msgOffsetInfo", joined(&offsets));
    match &popped.counts {
        Some(counts) => {
            let counts: Vec<String> = counts.iter().map(order_count).collect();
            command.with("orderCountInfo", counts.join(";"))
        }
        None => command,
    }
}

/// One entry of `orderCountInfo`.
fn order_count((queue, offset, count): &OrderCount) -> String {
    let (kind, queue, count) = (RetryKind::Normal, queue.cast_signed(), count.cast_signed());
    match offset {
        Some(offset) => message_order_count(kind, (queue, offset.cast_signed()), count),
        None => queue_order_count(kind, queue, count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_of_acknowledgements_is_bits_from_a_start_on() {
        let json = br#"{"acks":[{"b":"BQE=","c":"G","it":60000,"pt":7,"q":2,"r":"1","rq":4,"so":10,
            "t":"T"}],"brokerName":"b"}"#;
        let command = Command { body: json.to_vec(), ..Command::request(200_151, 1) };
        let acks = batch(&command).expect("a batch");
        assert_eq!(acks[0].offsets, [10, 12, 18]);
        assert_eq!(acks[0].topic.as_str(), "%RETRY%G_T");
        assert_eq!((acks[0].queue, acks[0].handle.revive), (2, 4));
        assert_eq!(batch(&Command::request(200_151, 1)), Ok(Vec::new()), "no body");
    }
}
