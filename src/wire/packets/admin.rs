//! What administrators and some clients ask for.

use std::rc::Rc;

use crate::kernel::name::Name;
use crate::rocketmq::group::GroupConfig;
use crate::rocketmq::remoting::{
    AdminRequest, EndTransaction, MessageQuery, QueueName, Recall, RecallHandle, Request,
    ResetOffsets,
};
use crate::rocketmq::topic::TopicConfig;
use crate::wire::base64;
use crate::wire::command::{Command, Language};
use crate::wire::header::{Fields, HeaderError};
use crate::wire::json::Json;
use crate::wire::message::id::OffsetMessageId;

use super::bodies::{body, name_of, queue_of};
use super::client::subscription;
use super::{Refusal, name, pop, queue};

pub(super) fn request(command: &Command, fields: Fields<'_>) -> Result<Option<Request>, Refusal> {
    let of_body = match command.code {
        41 | 42 => Some(locks(command)?),
        46 => {
            let json = body(command)?;
            let data = json.get("subscriptionData");
            let data = data.ok_or_else(|| Refusal::of_body("subscriptionData is null"))?;
            Some(AdminRequest::CheckSubscription(subscription(data)?))
        }
        200 => Some(AdminRequest::SetGroup(group(&body(command)?)?)),
        _ => None,
    };
    let asked = match of_body {
        Some(asked) => Some(asked),
        None => pop::request(command, fields)?
            .or(of_topics(command.code, fields)?)
            .or(of_groups(command, fields)?)
            .or(of_name_server(command.code, fields)?),
    };
    Ok(asked.map(|asked| Request::Admin(Rc::new(asked))))
}

/// Of what our clients ask besides, what is sent back. It does not name the broker and the message
/// besides its place: RocketMQ's broker reads them for metrics, logs and hooks, which are not here.
pub(super) fn command(request: &AdminRequest, plain: Command) -> Command {
    if let AdminRequest::EndTransaction(end) = request {
        return end_transaction(end, plain);
    }
    let AdminRequest::SendBack { group, physical, level, max_reconsume } = request else {
        return plain;
    };
    let command = plain.with("group", group).with("offset", physical).with("delayLevel", level);
    let command = command.with("unitMode", false);
    max_reconsume.iter().fold(command, |command, times| command.with("maxReconsumeTimes", times))
}

/// What a producer says of a transaction; names of broker, topic and message are not sent.
fn end_transaction(end: &EndTransaction, plain: Command) -> Command {
    plain
        .with("producerGroup", end.group)
        .with("tranStateTableOffset", end.half)
        .with("commitLogOffset", end.physical)
        .with("commitOrRollback", end.decision)
        .with("fromTransactionCheck", end.from_check)
}

fn of_topics(code: i32, fields: Fields<'_>) -> Result<Option<AdminRequest>, HeaderError> {
    let topic = || name(fields, "topic");
    Ok(Some(match code {
        17 => AdminRequest::SetTopic(TopicConfig {
            name: topic()?,
            read_queues: fields.needed_number("readQueueNums")?,
            write_queues: fields.needed_number("writeQueueNums")?,
            perm: fields.needed_number("perm")?,
        }),
        215 | 216 => AdminRequest::DeleteTopic { topic: topic()?, code: code.cast_unsigned() },
        202 => AdminRequest::TopicStats { topic: topic()? },
        29 => AdminRequest::SearchOffset {
            topic: topic()?,
            queue: queue(fields, "queueId")?,
            millis: fields.needed_number("timestamp")?,
            upper: fields
                .text("boundaryType")
                .is_some_and(|kind| kind.eq_ignore_ascii_case("upper")),
        },
        32 => AdminRequest::EarliestTime { topic: topic()?, queue: queue(fields, "queueId")? },
        12 => AdminRequest::QueryMessages(MessageQuery {
            topic: topic()?,
            key: Rc::from(fields.needed_text("key")?),
            unique: fields.truth("_UNIQUE_KEY_QUERY").unwrap_or(false),
            most: fields.needed_number("maxNum")?,
            begin: fields.needed_number("beginTimestamp")?,
            end: fields.needed_number("endTimestamp")?,
        }),
        33 => AdminRequest::ViewMessage { physical: fields.needed_number("offset")? },
        300 => AdminRequest::GroupsOfTopic { topic: topic()? },
        _ => return Ok(None),
    }))
}

fn of_groups(command: &Command, fields: Fields<'_>) -> Result<Option<AdminRequest>, HeaderError> {
    let for_c = command.language == Language::Cpp;
    let code = command.code;
    Ok(Some(match code {
        36 => AdminRequest::SendBack {
            group: name(fields, "group")?,
            physical: fields.needed_number("offset")?,
            level: fields.needed_number("delayLevel")?,
            max_reconsume: fields.number("maxReconsumeTimes")?,
        },
        37 => AdminRequest::EndTransaction(EndTransaction {
            group: name(fields, "producerGroup")?,
            half: fields.needed_number("tranStateTableOffset")?,
            physical: fields.needed_number("commitLogOffset")?,
            decision: fields.needed_number("commitOrRollback")?,
            from_check: fields.truth("fromTransactionCheck").unwrap_or(false),
        }),
        28 => AdminRequest::RuntimeInfo,
        315 => AdminRequest::TopicStatistics {
            name: name(fields, "statsName")?,
            key: name(fields, "statsKey")?,
        },
        323 => {
            let id = OffsetMessageId::parse(fields.text("msgId").unwrap_or_default());
            // What is no id is no place either: upstream's exception ends in code 1 too.
            let physical = id.map_or(u64::MAX, |id| id.physical.cast_unsigned());
            AdminRequest::ResumeCheck { physical }
        }
        328 => AdminRequest::AllProducers,
        370 => AdminRequest::Recall(Recall {
            group: fields.text("producerGroup").map_or(Name::new(""), Name::new),
            topic: name(fields, "topic")?,
            handle: recall_handle(fields.needed_text("recallHandle")?),
        }),
        2003 => AdminRequest::ColdData,
        321 => AdminRequest::QueueEntries {
            group: fields.text("consumerGroup").map(Name::new),
            topic: name(fields, "topic")?,
            queue: queue(fields, "queueId")?,
            first: fields.needed_number("index")?,
            count: fields.needed_number("count")?,
        },
        21 | 43 | 45 => AdminRequest::ForSlave { code: code.cast_unsigned() },
        201 => AdminRequest::AllGroups,
        203 => AdminRequest::ConsumerConnections { group: name(fields, "consumerGroup")? },
        204 => AdminRequest::ProducerConnections { group: name(fields, "producerGroup")? },
        207 => AdminRequest::DeleteGroup {
            group: name(fields, "groupName")?,
            with_offsets: fields.truth("cleanOffset").unwrap_or(false),
        },
        208 => consume_stats(fields)?,
        222 => AdminRequest::ResetOffsets(ResetOffsets {
            group: name(fields, "group")?,
            topic: name(fields, "topic")?,
            queue: fields.number("queueId")?.unwrap_or(-1),
            offset: fields.number("offset")?,
            millis: fields.needed_number("timestamp")?,
            force: fields.truth("isForce").unwrap_or(false),
            for_c,
        }),
        343 => AdminRequest::TopicsOfGroup { group: name(fields, "group")? },
        _ => return Ok(None),
    }))
}

/// Topics of a list (`;` between them), or one, or all that the group has offsets in.
fn consume_stats(fields: Fields<'_>) -> Result<AdminRequest, HeaderError> {
    let given = |field| fields.text(field).filter(|text| !text.trim().is_empty());
    let (list, one) = (given("topicList"), given("topic"));
    let topics = list.or(one).unwrap_or_default().split(';').filter(|topic| !topic.is_empty());
    Ok(AdminRequest::ConsumeStats {
        group: name(fields, "consumerGroup")?,
        topics: topics.map(Name::new).collect(),
        named: list.is_some(),
    })
}

/// `RecallMessageHandle.decodeHandle`; a time that is no number lies before all times.
fn recall_handle(text: &str) -> Option<RecallHandle> {
    let text = String::from_utf8(base64::decode(text)).ok()?;
    let mut words = text.split(' ');
    words.next().filter(|version| *version == "v1")?;
    let (topic, broker) = (words.next().map(Name::new)?, words.next().map(Name::new)?);
    let millis = words.next()?.parse().unwrap_or(-1);
    Some(RecallHandle { topic, broker, millis, key: Rc::from(words.next()?) })
}

fn of_name_server(code: i32, fields: Fields<'_>) -> Result<Option<AdminRequest>, HeaderError> {
    let namespace = || name(fields, "namespace");
    let key = || name(fields, "key");
    Ok(Some(match code {
        100 => {
            let (namespace, key) = (namespace()?, key()?);
            AdminRequest::PutConfig { namespace, key, value: name(fields, "value")? }
        }
        101 => AdminRequest::GetConfig { namespace: namespace()?, key: key()? },
        102 => AdminRequest::DeleteConfig { namespace: namespace()?, key: key()? },
        106 => AdminRequest::ClusterInfo,
        205 => AdminRequest::WipeWrite { broker: name(fields, "brokerName")? },
        206 => AdminRequest::AllTopics,
        219 => AdminRequest::ConfigsOf { namespace: namespace()? },
        224 => AdminRequest::TopicsOfCluster { cluster: name(fields, "cluster")? },
        327 => AdminRequest::AddWrite { broker: name(fields, "brokerName")? },
        _ => return Ok(None),
    }))
}

fn locks(command: &Command) -> Result<AdminRequest, Refusal> {
    let json = body(command)?;
    let queues = json.get("mqSet").and_then(Json::as_list).unwrap_or_default();
    let queues: Vec<QueueName> = queues.iter().map(queue_of).collect::<Result<_, _>>()?;
    let (group, client) = (name_of(&json, "consumerGroup")?, name_of(&json, "clientId")?);
    Ok(if command.code == 41 {
        AdminRequest::LockQueues { group, client, queues }
    } else {
        AdminRequest::UnlockQueues { group, client, queues }
    })
}

/// `SubscriptionGroupConfig`: what is not written has its default.
pub(super) fn group(json: &Json) -> Result<GroupConfig, Refusal> {
    let usual = GroupConfig::new(name_of(json, "groupName")?);
    let truth = |field, usual| match json.get(field) {
        Some(Json::Bool(truth)) => *truth,
        _ => usual,
    };
    let number = |field, usual: i32| {
        let given = json.get(field).and_then(Json::as_int);
        given.and_then(|number| i32::try_from(number).ok()).unwrap_or(usual)
    };
    Ok(GroupConfig {
        may_consume: truth("consumeEnable", usual.may_consume),
        from_min: truth("consumeFromMinEnable", usual.from_min),
        may_broadcast: truth("consumeBroadcastEnable", usual.may_broadcast),
        orderly: truth("consumeMessageOrderly", usual.orderly),
        retry_queues: number("retryQueueNums", usual.retry_queues),
        retry_most: number("retryMaxTimes", usual.retry_most),
        tells_members: truth("notifyConsumerIdsChangedEnable", usual.tells_members),
        ..usual
    })
}
