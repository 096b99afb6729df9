//! Offsets: 14, 15, 30, 31.

use crate::rocketmq::remoting::Request;
use crate::wire::command::Command;
use crate::wire::header::Fields;

use super::{Refusal, name, queue};

pub(super) fn request(command: &Command, fields: Fields<'_>) -> Result<Option<Request>, Refusal> {
    if ![14, 15, 30, 31].contains(&command.code) {
        return Ok(None);
    }
    let (topic, id) = (name(fields, "topic")?, queue(fields, "queueId")?);
    Ok(Some(match command.code {
        14 => {
            let group = name(fields, "consumerGroup")?;
            let or_zero = fields.truth("setZeroIfNotFound").unwrap_or(true);
            Request::QueryOffset { group, topic, queue: id, or_zero }
        }
        15 => {
            let group = name(fields, "consumerGroup")?;
            let offset = fields.needed_number("commitOffset")?;
            Request::UpdateOffset { group, topic, queue: id, offset }
        }
        30 => Request::MaxOffset { topic, queue: id },
        _ => Request::MinOffset { topic, queue: id },
    }))
}

pub(super) fn command(request: &Request, plain: Command) -> Command {
    match request {
        Request::QueryOffset { group, topic, queue, or_zero } => {
            let command =
                plain.with("consumerGroup", group).with("topic", topic).with("queueId", queue);
            if *or_zero { command } else { command.with("setZeroIfNotFound", false) }
        }
        Request::UpdateOffset { group, topic, queue, offset } => plain
            .with("consumerGroup", group)
            .with("topic", topic)
            .with("queueId", queue)
            .with("commitOffset", offset),
        Request::MaxOffset { topic, queue } | Request::MinOffset { topic, queue } => {
            plain.with("topic", topic).with("queueId", queue)
        }
        Request::RegisterBroker(_)
        | Request::UnregisterBroker { .. }
        | Request::GetRoute { .. }
        | Request::SendMessage(_)
        | Request::Pull(_)
        | Request::Heartbeat(_)
        | Request::UnregisterClient { .. }
        | Request::ConsumerList { .. }
        | Request::ConsumerIdsChanged { .. }
        | Request::Admin(_)
        | Request::Unknown { .. } => plain,
    }
}
