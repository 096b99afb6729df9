//! Rare requests: out of commands, and those that brokers send to consumers as commands.

use std::rc::Rc;

use crate::kernel::name::Name;
use crate::rocketmq::remoting::{
    AdminRequest, AssignmentQuery, ClientReset, ConsumerCall, RareRequest, Request, RequestMode,
    code,
};
use crate::rocketmq::topic::TopicConfig;
use crate::wire::command::{Command, ExtFields};
use crate::wire::header::{Fields, HeaderError};
use crate::wire::json::Json;
use crate::wire::message::id::OffsetMessageId;

use super::admin::group;
use super::bodies::{body, name_of, queue_json};
use super::reply::Answerer;
use super::{Refusal, name};

pub(super) fn request(command: &Command, fields: Fields<'_>) -> Result<Option<Request>, Refusal> {
    let asked = match of_body(command)? {
        Some(asked) => Some(asked),
        None => of_fields(command, fields)?,
    };
    Ok(asked.map(|asked| Request::Admin(Rc::new(AdminRequest::Rare(asked)))))
}

fn of_body(command: &Command) -> Result<Option<RareRequest>, Refusal> {
    Ok(Some(match command.code {
        18 => RareRequest::SetTopics(list(command, "topicConfigList", topic)?),
        225 => RareRequest::SetGroups(list(command, "groupConfigList", group)?),
        400 => RareRequest::Assignment(assignment(&body(command)?)?),
        401 => RareRequest::SetMode(mode(&body(command)?)?),
        217 => registered(command)?,
        2001 => RareRequest::SetColdLimits(limits(&command.body)),
        2002 => RareRequest::DropColdLimit(Name::new(&String::from_utf8_lossy(&command.body))),
        _ => return Ok(None),
    }))
}

fn list<T>(
    command: &Command,
    field: &str,
    one: impl Fn(&Json) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let json = body(command)?;
    let list = json.get(field).and_then(Json::as_list);
    list.ok_or_else(|| Refusal::of_body(format!("{field} is null")))?.iter().map(one).collect()
}

/// `TopicConfig`: what is not written has its default.
fn topic(json: &Json) -> Result<TopicConfig, Refusal> {
    let number = |field: &str, usual: u32| {
        let given = json.get(field).and_then(Json::as_int);
        given.and_then(|number| u32::try_from(number).ok()).unwrap_or(usual)
    };
    Ok(TopicConfig {
        name: name_of(json, "topicName")?,
        read_queues: number("readQueueNums", 16),
        write_queues: number("writeQueueNums", 16),
        perm: u8::try_from(number("perm", 6)).unwrap_or(0),
    })
}

fn assignment(json: &Json) -> Result<AssignmentQuery, Refusal> {
    let model = json.get("messageModel").and_then(Json::as_text);
    let model = model.ok_or_else(|| Refusal::of_body("messageModel is null"))?;
    let text = |field| json.get(field).and_then(Json::as_text).map_or(Name::new(""), Name::new);
    Ok(AssignmentQuery {
        group: name_of(json, "consumerGroup")?,
        topic: name_of(json, "topic")?,
        client: text("clientId"),
        strategy: text("strategyName"),
        broadcasts: model == "BROADCASTING",
    })
}

fn mode(json: &Json) -> Result<RequestMode, Refusal> {
    let share = json.get("popShareQueueNum").and_then(Json::as_int).unwrap_or(0);
    Ok(RequestMode {
        group: name_of(json, "consumerGroup")?,
        topic: name_of(json, "topic")?,
        pops: json.get("mode").and_then(Json::as_text) == Some("POP"),
        share: i32::try_from(share).unwrap_or(0),
    })
}

/// `TopicRouteData`: which brokers have so many queues of a topic.
fn registered(command: &Command) -> Result<RareRequest, Refusal> {
    let topic = name(Fields::of(&command.ext), "topic")?;
    if command.body.is_empty() {
        return Ok(RareRequest::RegisterTopic { topic, queues: Vec::new() });
    }
    let json = body(command)?;
    let entry = |data: &Json| {
        let number = |field: &str| {
            let given = data.get(field).and_then(Json::as_int);
            given.and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
        };
        let (read_queues, write_queues) = (number("readQueueNums"), number("writeQueueNums"));
        let perm = u8::try_from(number("perm")).unwrap_or(0);
        let config = TopicConfig { name: topic, read_queues, write_queues, perm };
        Ok((name_of(data, "brokerName")?, config))
    };
    let queues = json.get("queueDatas").and_then(Json::as_list).unwrap_or_default();
    let queues = queues.iter().map(entry).collect::<Result<_, Refusal>>()?;
    Ok(RareRequest::RegisterTopic { topic, queues })
}

/// Lines `group=bytes`; what is no number is passed over.
fn limits(body: &[u8]) -> Vec<(Name, i64)> {
    let text = String::from_utf8_lossy(body);
    let line = |line: &str| {
        let (group, bytes) = line.split_once('=')?;
        Some((Name::new(group.trim()), bytes.trim().parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}

fn of_fields(command: &Command, fields: Fields<'_>) -> Result<Option<RareRequest>, HeaderError> {
    let (topic, group) = (|| name(fields, "topic"), || name(fields, "group"));
    let code = command.code.cast_unsigned();
    let optional = |field| fields.text(field).filter(|text| !text.trim().is_empty());
    Ok(Some(match code {
        351 => RareRequest::Topic(topic()?),
        352 => RareRequest::Group(group()?),
        353 => RareRequest::Readable {
            group: group()?,
            topic: topic()?,
            readable: fields.truth("readable"),
        },
        345 => RareRequest::SubscriptionOf { group: group()?, topic: topic()? },
        303 => RareRequest::TimeSpans { group: group()?, topic: topic()? },
        305 => RareRequest::SystemTopics,
        306 | 316 | 329 => RareRequest::Clean { code },
        308 => RareRequest::Corrections {
            topic: topic()?,
            dropped: optional("filterGroups")
                .map_or(Vec::new(), |groups| groups.split(',').map(Name::new).collect()),
            compared: name(fields, "compareGroup")?,
        },
        314 => RareRequest::CloneOffsets {
            from: name(fields, "srcGroup")?,
            to: name(fields, "destGroup")?,
            topic: optional("topic").map(Name::new),
            offline: fields.truth("offline").unwrap_or(false),
        },
        317 => RareRequest::AllProgress { ordered: fields.truth("isOrder").unwrap_or(false) },
        2004 => RareRequest::Noted { code, answer: read_ahead(fields) },
        200_056 => RareRequest::Noted { code, answer: code::SUCCESS },
        223 => RareRequest::StatusOf {
            group: group()?,
            topic: topic()?,
            client: optional("clientAddr").map(Name::new),
        },
        307 | 309 => RareRequest::Call(call(command, fields)?),
        402 => RareRequest::Modes,
        304 => RareRequest::NamesOfSystem,
        311..=313 => RareRequest::UnitTopics { code },
        _ => return Ok(None),
    }))
}

/// `READ_AHEAD_MODE` is `MADV_NORMAL` (0) or `MADV_RANDOM` (1).
fn read_ahead(fields: Fields<'_>) -> u16 {
    match fields.number::<i32>("READ_AHEAD_MODE") {
        Ok(Some(0 | 1)) => code::SUCCESS,
        Ok(Some(_)) => code::INVALID_PARAMETER,
        Ok(None) | Err(_) => code::SYSTEM_ERROR,
    }
}

fn call(command: &Command, fields: Fields<'_>) -> Result<ConsumerCall, HeaderError> {
    let id = fields.text("msgId").and_then(|id| OffsetMessageId::parse(id).ok());
    let ext = command.ext.iter().map(|(name, value)| (Name::new(name), Name::new(value)));
    Ok(ConsumerCall {
        code: command.code.cast_unsigned(),
        group: name(fields, "consumerGroup")?,
        client: fields.text("clientId").map_or(Name::new(""), Name::new),
        stacks: fields.truth("jstackEnable").unwrap_or(false),
        physical: id.map(|id| id.physical.cast_unsigned()),
        message: None,
        topic: fields.text("topic").map(Name::new),
        ext: ext.collect(),
    })
}

/// What a broker sends to a consumer.
pub(super) fn command(asked: &RareRequest, plain: Command, by: &Answerer<'_>) -> Command {
    if let RareRequest::Call(call) = asked {
        let ext: ExtFields =
            call.ext.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let message = call.message.as_deref().map(std::slice::from_ref);
        return Command { ext, body: by.records(message.unwrap_or_default()), ..plain };
    }
    if let RareRequest::Status { group, topic } = asked {
        return plain.with("group", group).with("topic", topic);
    }
    if let RareRequest::ResetClient(reset) = asked { reset_client(reset, plain) } else { plain }
}

fn reset_client(reset: &ClientReset, plain: Command) -> Command {
    let command = plain
        .with("group", reset.group)
        .with("isForce", false)
        .with("queueId", -1)
        .with("timestamp", reset.millis)
        .with("topic", reset.topic);
    let offsets = reset.offsets.iter();
    let table = if reset.for_c {
        let entry = |((topic, broker, id), offset): &((Name, Name, u32), u64)| {
            Json::object([
                ("brokerName", broker.as_str().into()),
                ("offset", Json::Int(offset.cast_signed())),
                ("queueId", (*id).into()),
                ("topic", topic.as_str().into()),
            ])
        };
        offsets.map(entry).collect()
    } else {
        let pair =
            |(queue, offset): &(_, u64)| (queue_json(queue), Json::Int(offset.cast_signed()));
        Json::Map(offsets.map(pair).collect())
    };
    Command { body: Json::object([("offsetTable", table)]).to_bytes(), ..command }
}
