//! Sends: 10, 310, batches (320), and replies (324, 325). A message keeps its body and its
//! properties as they came.

use std::rc::Rc;

use crate::facts::MsgKey;
use crate::kernel::name::Name;
use crate::rocketmq::message::{Body, Message, ProcessIdentity, Template, Wired};
use crate::rocketmq::properties::{Properties, TAGS};
use crate::rocketmq::remoting::{AdminRequest, Request, SendRequest};
use crate::wire::command::Command;
use crate::wire::header::SendHeader;
use crate::wire::message::{batch, properties};

use super::Refusal;

/// A command with a message in it.
const SEND: [i32; 5] = [10, 310, 320, 324, 325];
const BATCH: i32 = 320;
/// A reply to a message.
const REPLY: [i32; 2] = [324, 325];

pub(super) fn request(command: &Command, key: MsgKey) -> Result<Option<Request>, Refusal> {
    if !SEND.contains(&command.code) {
        return Ok(None);
    }
    let header = SendHeader::decode(command.code, &command.ext)?;
    if command.body.is_empty() {
        // Upstream runs into a null pointer here, before any check.
        return Err(Refusal::of_body("the body is null"));
    }
    let text = header.properties.as_deref().unwrap_or("");
    let message = message(&header, (text, header.flag), command.body.clone(), key);
    let batch = (command.code == BATCH).then(|| batch_of(command, &header, key)).transpose()?;
    let send = Rc::new(SendRequest {
        group: Name::new(&header.producer_group),
        topic: Name::new(&header.topic),
        default_topic: Name::new(&header.default_topic),
        default_queues: u32::try_from(header.default_topic_queue_nums).unwrap_or(0),
        queue: header.queue_id,
        message,
        max_reconsume: header.max_reconsume_times,
        batch,
    });
    Ok(Some(if REPLY.contains(&command.code) {
        let code = command.code.cast_unsigned();
        Request::Admin(Rc::new(AdminRequest::SendReply(send, code)))
    } else {
        Request::SendMessage(send)
    }))
}

fn batch_of(command: &Command, header: &SendHeader, key: MsgKey) -> Result<Vec<Message>, Refusal> {
    let parts = batch::decode(&command.body);
    let parts = parts.map_err(|error| Refusal::of_body(error.to_string()))?;
    let one =
        |part: batch::BatchMessage| message(header, (&part.properties, part.flag), part.body, key);
    Ok(parts.into_iter().map(one).collect())
}

fn message(header: &SendHeader, (text, flag): (&str, i32), body: Vec<u8>, key: MsgKey) -> Message {
    let mut kept = Properties::default();
    properties::decode(text).iter().for_each(|(name, value)| kept.set(name, value));
    let tag = kept.get(TAGS).map(Name::new);
    let wired = Wired {
        properties: kept,
        body,
        flag,
        sys_flag: header.sys_flag,
        reconsume_times: header.reconsume_times.unwrap_or(0),
        prepared: 0,
    };
    let (topic, keys, body) = (Name::new(&header.topic), None, Body::Wired(Rc::new(wired)));
    let template = Rc::new(Template { topic, tag, keys, body });
    // Who made it stands in its unique key, if it has one.
    let maker = ProcessIdentity { ip: [0; 4], pid: 0, loader: 0 };
    Message { key, template, round: 0, born: header.born_timestamp, maker }
}

pub(super) fn command(send: &SendRequest, plain: Command) -> Command {
    let parts = send.message.to_wired();
    let header = SendHeader {
        producer_group: send.group.to_string(),
        topic: send.topic.to_string(),
        default_topic: send.default_topic.to_string(),
        default_topic_queue_nums: send.default_queues.cast_signed(),
        queue_id: send.queue,
        sys_flag: parts.sys_flag,
        born_timestamp: send.message.born,
        flag: parts.flag,
        properties: Some(properties::encode(parts.properties.iter())),
        reconsume_times: Some(parts.reconsume_times),
        unit_mode: Some(false),
        max_reconsume_times: send.max_reconsume,
        batch: Some(send.batch.is_some()),
        broker_name: None,
    };
    let body = match &send.batch {
        // What came as bytes has them still; a client's own batch is made here.
        Some(messages) if parts.body.is_empty() => batch::encode(&elements(messages)),
        Some(_) | None => parts.body,
    };
    Command { ext: header.encode(plain.code), body, ..plain }
}

fn elements(messages: &[Message]) -> Vec<batch::BatchMessage> {
    let element = |message: &Message| {
        let Wired { properties, body, flag, .. } = message.to_wired();
        let properties = properties::encode(properties.iter());
        batch::BatchMessage { flag, body, properties }
    };
    messages.iter().map(element).collect()
}
