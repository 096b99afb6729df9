//! Parts of JSON bodies that several families share.

use crate::kernel::name::Name;
use crate::rocketmq::remoting::{QueueName, Subscription};
use crate::rocketmq::topic::java_hash;
use crate::wire::command::Command;
use crate::wire::json::Json;

use super::Refusal;

/// The body of a request as JSON.
pub(super) fn body(command: &Command) -> Result<Json, Refusal> {
    Json::parse(&command.body).map_err(|error| Refusal::of_body(error.to_string()))
}

/// A name that must be there.
pub(super) fn name_of(json: &Json, field: &str) -> Result<Name, Refusal> {
    let text = json.get(field).and_then(Json::as_text);
    text.map(Name::new).ok_or_else(|| Refusal::of_body(format!("{field} is null")))
}

/// A queue as `MessageQueue` is written.
pub(super) fn queue_json((topic, broker, id): &QueueName) -> Json {
    Json::object([
        ("brokerName", broker.as_str().into()),
        ("queueId", (*id).into()),
        ("topic", topic.as_str().into()),
    ])
}

/// The queue in a `MessageQueue`.
pub(super) fn queue_of(json: &Json) -> Result<QueueName, Refusal> {
    let id = json.get("queueId").and_then(Json::as_int).and_then(|id| u32::try_from(id).ok());
    let id = id.ok_or_else(|| Refusal::of_body("queueId is no queue"))?;
    Ok((name_of(json, "topic")?, name_of(json, "brokerName")?, id))
}

/// `SubscriptionData`.
pub(super) fn subscription_json(subscription: &Subscription) -> Json {
    let tags = subscription.tags;
    let kind = if tags.is_sql() { "SQL92" } else { "TAG" };
    let tag_names: Vec<&str> = if tags.is_sql() { Vec::new() } else { tags.tags().collect() };
    Json::object([
        ("classFilterMode", false.into()),
        ("codeSet", tag_names.iter().map(|tag| java_hash(tag).into()).collect()),
        ("expressionType", kind.into()),
        ("subString", tags.as_str().into()),
        ("subVersion", subscription.version.into()),
        ("tagsSet", tag_names.iter().map(|tag| (*tag).into()).collect()),
        ("topic", subscription.topic.as_str().into()),
    ])
}

/// `MessageModel`.
pub(super) fn model_name(broadcasts: bool) -> Json {
    if broadcasts { "BROADCASTING" } else { "CLUSTERING" }.into()
}

/// A count or an offset.
pub(super) fn number(value: u64) -> Json {
    Json::Int(value.cast_signed())
}
