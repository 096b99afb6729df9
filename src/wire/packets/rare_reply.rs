//! Replies to rare requests: JSON bodies.

use crate::kernel::name::Name;
use crate::rocketmq::remoting::{
    Progress, QueueName, RareReply, RequestMode, Running, RunningQueue, TimeSpan,
};
use crate::wire::json::Json;

use super::Places;
use super::admin_reply::{consume_stats, group_json, topic_json};
use super::bodies::{number, queue_json, subscription_json};

pub(super) fn json(reply: &RareReply, places: &dyn Places) -> Json {
    match reply {
        RareReply::Topic(topic) => topic_json(topic),
        RareReply::Group(group) => group_json(group),
        RareReply::Readable { group, topic, readable } => Json::object([
            ("group", group.as_str().into()),
            ("readable", (*readable).into()),
            ("topic", topic.as_str().into()),
        ]),
        RareReply::SubscriptionOf { group, topic, subscription } => Json::object([
            ("group", group.as_str().into()),
            ("subscriptionData", subscription.as_ref().map(subscription_json).into()),
            ("topic", topic.as_str().into()),
        ]),
        RareReply::TimeSpans(spans) => {
            Json::object([("consumeTimeSpanSet", spans.iter().map(time_span).collect())])
        }
        RareReply::Corrections(offsets) => {
            let most = Json::Int(i64::MAX);
            let pair = |(queue, offset): &(u32, Option<u64>)| {
                ((*queue).into(), offset.map_or_else(|| most.clone(), number))
            };
            let table = Json::Map(offsets.iter().map(pair).collect());
            Json::object([("correctionOffsets", table)])
        }
        RareReply::AllProgress { by, groups } => {
            let address = places.address(*by).to_string();
            all_progress(&address, groups)
        }
        RareReply::StatusOf(clients) => {
            let pair =
                |(client, queues): &(Name, Vec<_>)| (client.as_str().into(), offsets(queues));
            let table = Json::Map(clients.iter().map(pair).collect());
            Json::object([("consumerTable", table), ("messageQueueTable", Json::Map(Vec::new()))])
        }
        RareReply::Status(queues) => Json::object([
            ("consumerTable", Json::Map(Vec::new())),
            ("messageQueueTable", offsets(queues)),
        ]),
        RareReply::Running(running) => running_json(running),
        RareReply::Consumed { result, order, spent } => Json::object([
            // Who says so has switched it off.
            ("autoCommit", (!matches!(*result, "CR_COMMIT" | "CR_ROLLBACK")).into()),
            ("consumeResult", (*result).into()),
            ("order", (*order).into()),
            ("spentTimeMills", number(*spent)),
        ]),
        RareReply::Assignment(queues, pops) => assignment(queues.as_deref(), *pops),
        RareReply::Modes(modes) => all_modes(modes),
    }
}

fn offsets(queues: &[(QueueName, u64)]) -> Json {
    Json::Map(queues.iter().map(|(queue, at)| (queue_json(queue), number(*at))).collect())
}

/// `QueueTimeSpan`.
fn time_span(span: &TimeSpan) -> Json {
    Json::object([
        ("consumeTimeStamp", span.consumed.into()),
        ("delayTime", span.delay.into()),
        ("maxTimeStamp", span.last.into()),
        ("messageQueue", queue_json(&span.queue)),
        ("minTimeStamp", span.first.into()),
    ])
}

/// `ConsumeStatsList`.
fn all_progress(address: &str, groups: &[(Name, Vec<Vec<Progress>>)]) -> Json {
    let behind = |progress: &Progress| {
        progress.broker.cast_signed().saturating_sub(progress.consumer.cast_signed())
    };
    let all = || groups.iter().flat_map(|(_, topics)| topics).flatten();
    let ahead = |progress: &Progress| {
        progress.pulled.cast_signed().saturating_sub(progress.consumer.cast_signed())
    };
    let group = |(group, topics): &(Name, Vec<Vec<Progress>>)| {
        let topics = topics.iter().map(|queues| consume_stats(queues, 0.0)).collect();
        Json::object([(group.as_str(), topics)])
    };
    Json::object([
        ("brokerAddr", Json::text(address)),
        ("consumeStatsList", groups.iter().map(group).collect()),
        ("totalDiff", all().map(behind).sum::<i64>().into()),
        ("totalInflightDiff", all().map(ahead).sum::<i64>().into()),
    ])
}

/// `ConsumerRunningInfo`.
fn running_json(running: &Running) -> Json {
    let property = |(name, value): &(&str, String)| (Json::text(*name), Json::text(value));
    let queues = running.queues.iter().map(|held| (queue_json(&held.queue), held_json(held)));
    Json::object([
        ("jstack", running.stacks.as_deref().into()),
        ("mqPopTable", Json::Map(Vec::new())),
        ("mqTable", Json::Map(queues.collect())),
        ("properties", Json::Map(running.properties.iter().map(property).collect())),
        ("statusTable", Json::Map(Vec::new())),
        ("subscriptionSet", running.subscriptions.iter().map(subscription_json).collect()),
        ("userConsumerInfo", Json::Map(Vec::new())),
    ])
}

/// `ProcessQueueInfo`; nothing here is in a transaction.
fn held_json(held: &RunningQueue) -> Json {
    Json::object([
        ("cachedMsgCount", number(held.count)),
        ("cachedMsgMaxOffset", number(held.last)),
        ("cachedMsgMinOffset", number(held.first)),
        ("commitOffset", held.commit.into()),
        ("droped", held.dropped.into()),
        ("lastPullTimestamp", held.pulled.into()),
        ("locked", held.locked.into()),
    ])
}

fn mode_name(pops: bool) -> Json {
    if pops { "POP" } else { "PULL" }.into()
}

/// `QueryAssignmentResponseBody`.
fn assignment(queues: Option<&[(Name, Name, i32)]>, pops: bool) -> Json {
    let Some(queues) = queues else { return Json::Map(Vec::new()) };
    let one = |(topic, broker, id): &(Name, Name, i32)| {
        let queue = Json::object([
            ("brokerName", broker.as_str().into()),
            ("queueId", (*id).into()),
            ("topic", topic.as_str().into()),
        ]);
        Json::object([("messageQueue", queue), ("mode", mode_name(pops))])
    };
    Json::object([("messageQueueAssignments", queues.iter().map(one).collect())])
}

/// `MessageRequestModeManager`.
fn all_modes(modes: &[RequestMode]) -> Json {
    let mut topics: Vec<(Json, Json)> = Vec::new();
    for mode in modes {
        let entry = Json::object([
            ("consumerGroup", mode.group.as_str().into()),
            ("mode", mode_name(mode.pops)),
            ("popShareQueueNum", mode.share.into()),
            ("topic", mode.topic.as_str().into()),
        ]);
        let (topic, group): (Json, Json) = (mode.topic.as_str().into(), mode.group.as_str().into());
        match topics.iter_mut().find(|(known, _)| *known == topic) {
            Some((_, Json::Map(groups))) => groups.push((group, entry)),
            Some(_) | None => topics.push((topic, Json::Map(vec![(group, entry)]))),
        }
    }
    Json::object([("messageRequestModeMap", Json::Map(topics))])
}
