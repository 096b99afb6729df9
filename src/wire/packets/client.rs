//! Clients and routes: 34, 35, 38, 105.

use std::rc::Rc;

use crate::kernel::name::Name;
use crate::rocketmq::remoting::{ConsumerData, Heartbeat, Request, Subscription};
use crate::wire::command::Command;
use crate::wire::header::Fields;
use crate::wire::json::Json;

use super::bodies::{body, model_name, name_of, subscription_json};
use super::pull::expression;
use super::{Refusal, name};

pub(super) fn request(command: &Command, fields: Fields<'_>) -> Result<Option<Request>, Refusal> {
    Ok(Some(match command.code {
        34 => Request::Heartbeat(Rc::new(heartbeat(&body(command)?)?)),
        35 => Request::UnregisterClient {
            client: name(fields, "clientID")?,
            producer: fields.text("producerGroup").map(Name::new),
            consumer: fields.text("consumerGroup").map(Name::new),
        },
        38 => Request::ConsumerList { group: name(fields, "consumerGroup")? },
        105 => Request::GetRoute { topic: name(fields, "topic")? },
        _ => return Ok(None),
    }))
}

fn heartbeat(json: &Json) -> Result<Heartbeat, Refusal> {
    let list = |field| json.get(field).and_then(Json::as_list).unwrap_or_default();
    let producers = list("producerDataSet").iter().map(|data| name_of(data, "groupName"));
    let consumers = list("consumerDataSet").iter().map(consumer);
    Ok(Heartbeat {
        client: name_of(json, "clientID")?,
        producers: producers.collect::<Result<_, _>>()?,
        consumers: consumers.collect::<Result<_, _>>()?,
    })
}

fn consumer(data: &Json) -> Result<ConsumerData, Refusal> {
    let text = |field| data.get(field).and_then(Json::as_text);
    let subscriptions = data.get("subscriptionDataSet").and_then(Json::as_list);
    let subscriptions = subscriptions.unwrap_or_default().iter().map(subscription);
    Ok(ConsumerData {
        group: name_of(data, "groupName")?,
        push: text("consumeType") == Some("CONSUME_PASSIVELY"),
        broadcasts: text("messageModel") == Some("BROADCASTING"),
        from: Name::new(text("consumeFromWhere").unwrap_or("CONSUME_FROM_LAST_OFFSET")),
        subscriptions: subscriptions.collect::<Result<_, _>>()?,
    })
}

/// One `SubscriptionData`.
pub(super) fn subscription(data: &Json) -> Result<Subscription, Refusal> {
    let text = |field| data.get(field).and_then(Json::as_text);
    Ok(Subscription {
        topic: name_of(data, "topic")?,
        tags: expression(text("subString"), text("expressionType"))?,
        version: data.get("subVersion").and_then(Json::as_int).unwrap_or(0),
    })
}

pub(super) fn heartbeat_command(heartbeat: &Heartbeat, plain: Command) -> Command {
    let producer = |group: &Name| Json::object([("groupName", group.as_str().into())]);
    let consumer = |data: &ConsumerData| {
        let kind = if data.push { "CONSUME_PASSIVELY" } else { "CONSUME_ACTIVELY" };
        Json::object([
            ("groupName", data.group.as_str().into()),
            ("consumeType", kind.into()),
            ("messageModel", model_name(data.broadcasts)),
            ("consumeFromWhere", data.from.as_str().into()),
            ("unitMode", false.into()),
            ("subscriptionDataSet", data.subscriptions.iter().map(subscription_json).collect()),
        ])
    };
    let json = Json::object([
        ("clientID", heartbeat.client.as_str().into()),
        ("producerDataSet", heartbeat.producers.iter().map(producer).collect()),
        ("consumerDataSet", heartbeat.consumers.iter().map(consumer).collect()),
        ("heartbeatFingerprint", 0.into()),
        ("withoutSub", false.into()),
    ]);
    Command { body: json.to_bytes(), ..plain }
}
