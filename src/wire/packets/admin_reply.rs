//! Replies to administrators: fields and JSON bodies.

use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::rocketmq::group::GroupConfig;
use crate::rocketmq::remoting::{
    AdminReply, BrokerPlace, Consumers, GroupOffsets, Progress, QueueEnds, QueueEntries, Rates,
    StatSums,
};
use crate::rocketmq::store::CqUnit;
use crate::rocketmq::topic::TopicConfig;
use crate::wire::command::Command;
use crate::wire::json::Json;

use super::bodies::{model_name, number, queue_json, subscription_json};
use super::reply::{Answerer, broker_json};
use super::{Places, rare_reply};

pub(super) fn answer(plain: Command, reply: &AdminReply, by: &Answerer<'_>) -> Command {
    let json = match reply {
        // Brokers, controllers and name servers among themselves: no bytes of theirs are made.
        AdminReply::Replica(_) => return plain,
        AdminReply::Time(millis) => return plain.with("timestamp", millis),
        AdminReply::Value(value) => return plain.with("value", value),
        AdminReply::Wiped(topics) => return plain.with("wipeTopicCount", topics),
        AdminReply::Added(topics) => return plain.with("addTopicCount", topics),
        AdminReply::Found { messages, physical, millis } => {
            let command = plain
                .with("indexLastUpdatePhyoffset", physical)
                .with("indexLastUpdateTimestamp", millis);
            return Command { body: by.records(messages), ..command };
        }
        AdminReply::Message(message) => {
            return Command { body: by.records(std::slice::from_ref(message)), ..plain };
        }
        AdminReply::Popped(popped) => {
            let body = by.records(&popped.messages);
            return Command { body, ..super::pop::popped(plain, popped) };
        }
        AdminReply::Invisible { at, invisible, revive } => {
            return plain
                .with("popTime", at)
                .with("invisibleTime", invisible)
                .with("reviveQid", revive);
        }
        AdminReply::Notified { has_messages, is_full } => {
            return plain.with("hasMsg", has_messages).with("pollingFull", is_full);
        }
        AdminReply::Waiting(count) => return plain.with("pollingNum", count),
        AdminReply::Recalled(key) => {
            let command = plain.with("MSG_REGION", "DefaultRegion");
            return key.iter().fold(command, |command, key| command.with("msgId", key));
        }
        AdminReply::Info(entries, rates) => info(entries, rates),
        AdminReply::Statistics(sums) => statistics(sums),
        AdminReply::AllProducers(clients) => producers(clients, by.places),
        AdminReply::ColdData(limits) => cold_data(limits),
        AdminReply::QueueEntries(entries) => queue_entries(entries),
        AdminReply::TopicStats(queues, rate) => topic_stats(queues, per_second(*rate)),
        AdminReply::ConsumeStats(queues, rates) => {
            consume_stats(queues, rates.iter().map(|rate| per_second(*rate)).sum())
        }
        AdminReply::Groups(groups, forbidden) => all_groups(groups, forbidden),
        AdminReply::Rare(reply) => rare_reply::json(reply, by.places),
        AdminReply::Consumers(consumers) => connections(consumers, by.places),
        AdminReply::Producers(clients) => {
            Json::object([("connectionSet", clients_json(clients, by.places))])
        }
        AdminReply::Locked(queues) => {
            Json::object([("lockOKMQSet", queues.iter().map(queue_json).collect())])
        }
        AdminReply::Reset(queues) => {
            let pair = |(queue, offset): &(_, u64)| (queue_json(queue), number(*offset));
            Json::object([("offsetTable", Json::Map(queues.iter().map(pair).collect()))])
        }
        AdminReply::GroupNames(groups) => Json::object([("groupList", texts(groups))]),
        AdminReply::TopicsOfGroup(topics, node) => Json::object([
            ("topicList", texts(topics)),
            ("brokerAddr", Json::text(by.places.address(*node).to_string())),
        ]),
        AdminReply::Topics(topics) => Json::object([("topicList", texts(topics))]),
        AdminReply::Cluster(brokers) => cluster(brokers, by.places),
        AdminReply::TopicTable { topics, version } => topic_table(topics, *version),
        AdminReply::Offsets(entries) => offset_table(entries),
        AdminReply::Delays(levels) => delay_table(levels),
        AdminReply::Table(entries) => {
            table(entries.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        }
    };
    Command { body: json.to_bytes(), ..plain }
}

fn table<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> Json {
    let pairs = entries.map(|(key, value)| (key.into(), value.into()));
    Json::object([("table", Json::Map(pairs.collect()))])
}

/// `DelayOffsetSerializeWrapper`.
fn delay_table(levels: &[u64]) -> Json {
    let levels = (1_u32..).zip(levels).map(|(level, at)| (level.into(), number(*at)));
    Json::object([("offsetTable", Json::Map(levels.collect()))])
}

/// `TopicConfigAndMappingSerializeWrapper`.
fn topic_table(topics: &[TopicConfig], version: u64) -> Json {
    let pair = |topic: &TopicConfig| (topic.name.as_str().into(), topic_json(topic));
    Json::object([
        ("dataVersion", Json::object([("counter", number(version))])),
        ("topicConfigTable", Json::Map(topics.iter().map(pair).collect())),
    ])
}

/// `TopicConfig`.
pub(super) fn topic_json(topic: &TopicConfig) -> Json {
    Json::object([
        ("attributes", Json::Map(Vec::new())),
        ("order", false.into()),
        ("perm", u32::from(topic.perm).into()),
        ("readQueueNums", topic.read_queues.into()),
        ("topicFilterType", "SINGLE_TAG".into()),
        ("topicName", topic.name.as_str().into()),
        ("topicSysFlag", 0.into()),
        ("writeQueueNums", topic.write_queues.into()),
    ])
}

/// `ConsumerOffsetManager`.
fn offset_table(entries: &[GroupOffsets]) -> Json {
    let pair = |(group, topic, queues): &GroupOffsets| {
        let queues = (0_u32..).zip(queues);
        let queues = queues.filter_map(|(id, offset)| Some((id.into(), number((*offset)?))));
        (Json::text(format!("{topic}@{group}")), Json::Map(queues.collect()))
    };
    Json::object([("offsetTable", Json::Map(entries.iter().map(pair).collect()))])
}

fn texts(names: &[Name]) -> Json {
    names.iter().map(|name| name.as_str().into()).collect()
}

/// `BrokerStatsData`.
fn statistics(sums: &StatSums) -> Json {
    let item = |(sum, times, millis): &(u64, u64, u64)| {
        let ratio = |count: u64, of: u64| {
            let ratio = if of == 0 { 0.0 } else { count as f64 / of as f64 };
            Json::Number(format!("{ratio:?}"))
        };
        Json::object([
            ("avgpt", ratio(*sum, *times)),
            ("sum", number(*sum)),
            ("tps", ratio(*sum * 1000, *millis)),
        ])
    };
    let [minute, hour, day] = sums;
    Json::object([
        ("statsDay", item(day)),
        ("statsHour", item(hour)),
        ("statsMinute", item(minute)),
    ])
}

/// `ProducerTableInfo`.
fn producers(clients: &[(Name, Name, NodeId, i64)], places: &dyn Places) -> Json {
    let mut groups: Vec<(Json, Json)> = Vec::new();
    for (group, client, node, heard) in clients {
        let producer = Json::object([
            ("clientId", client.as_str().into()),
            ("language", "JAVA".into()),
            ("lastUpdateTimestamp", (*heard).into()),
            ("remoteIP", Json::text(format!("/{}", places.address(*node)))),
            ("version", 479.into()),
        ]);
        let key: Json = group.as_str().into();
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, Json::List(known))) => known.push(producer),
            Some(_) | None => groups.push((key, Json::List(vec![producer]))),
        }
    }
    Json::object([("data", Json::Map(groups))])
}

/// Cold reads are not held back (`coldDataFlowControlEnable` is off): only the limits are there.
fn cold_data(limits: &[(Name, i64)]) -> Json {
    let limit = |(group, bytes): &(Name, i64)| (group.as_str().into(), (*bytes).into());
    Json::object([
        ("cgColdReadThreshold", 3_145_728.into()),
        ("configTable", Json::Map(limits.iter().map(limit).collect())),
        ("globalAcc", 0.into()),
        ("globalColdReadThreshold", 104_857_600.into()),
        ("runtimeTable", Json::Map(Vec::new())),
    ])
}

/// Of SQL filters, which no group of these has.
fn filter_data(entries: &QueueEntries) -> Option<String> {
    let (group, topic) = (entries.group?, entries.topic);
    Some(match entries.subscription {
        Some(_) => "null".to_owned(),
        None => format!("{group}@{topic} is not online!"),
    })
}

fn queue_entries(entries: &QueueEntries) -> Json {
    let unit = |unit: &CqUnit| {
        Json::object([
            ("eval", false.into()),
            ("physicOffset", number(unit.physical)),
            ("physicSize", unit.size.into()),
            ("tagsCode", unit.tags_code.into()),
        ])
    };
    Json::object([
        ("filterData", filter_data(entries).as_deref().into()),
        ("maxQueueIndex", number(entries.max)),
        ("minQueueIndex", number(entries.min)),
        ("queueData", entries.units.iter().map(unit).collect()),
        ("subscriptionData", entries.subscription.as_ref().map(subscription_json).into()),
    ])
}

/// `KVTable` of run-time information.
fn info(entries: &[(String, String)], rates: &[(&'static str, Rates)]) -> Json {
    let rates: Vec<_> = rates.iter().map(|(key, rates)| (*key, windows(rates))).collect();
    let rates = rates.iter().map(|(key, text)| (*key, text.as_str()));
    table(entries.iter().map(|(key, value)| (key.as_str(), value.as_str())).chain(rates))
}

/// Three rates beside each other; nothing stands for one that is not known.
fn windows(rates: &Rates) -> String {
    let text = |rate: &Option<(u64, u64)>| {
        rate.map_or_else(String::new, |rate| format!("{:?}", per_second(rate)))
    };
    rates.each_ref().map(text).join(" ")
}

/// What was counted in so many ms, by the second.
fn per_second((sum, millis): (u64, u64)) -> f64 {
    if millis == 0 { 0.0 } else { sum as f64 * 1000.0 / millis as f64 }
}

fn double(value: f64) -> Json {
    Json::Number(format!("{value:?}"))
}

fn topic_stats(queues: &[QueueEnds], tps: f64) -> Json {
    let pair = |ends: &QueueEnds| {
        let value = Json::object([
            ("lastUpdateTimestamp", ends.last.into()),
            ("maxOffset", number(ends.max)),
            ("minOffset", number(ends.min)),
        ]);
        (queue_json(&ends.queue), value)
    };
    Json::object([
        ("offsetTable", Json::Map(queues.iter().map(pair).collect())),
        ("topicPutTps", double(tps)),
    ])
}

pub(super) fn consume_stats(queues: &[Progress], tps: f64) -> Json {
    let pair = |progress: &Progress| {
        let value = Json::object([
            ("brokerOffset", number(progress.broker)),
            ("consumerOffset", number(progress.consumer)),
            ("lastTimestamp", progress.last.into()),
            ("pullOffset", number(progress.pulled)),
        ]);
        (queue_json(&progress.queue), value)
    };
    Json::object([
        ("consumeTps", double(tps)),
        ("offsetTable", Json::Map(queues.iter().map(pair).collect())),
    ])
}

fn all_groups(groups: &[GroupConfig], forbidden: &[(Name, Name)]) -> Json {
    /// `1 << INDEX_PERM_READ`.
    const READ: u32 = 4;
    let mut table: Vec<(Json, Json)> = Vec::new();
    for (group, topic) in forbidden {
        let (group, entry): (Json, _) =
            (group.as_str().into(), (topic.as_str().into(), READ.into()));
        match table.iter_mut().find(|(known, _)| *known == group) {
            Some((_, Json::Map(topics))) => topics.push(entry),
            Some(_) | None => table.push((group, Json::Map(vec![entry]))),
        }
    }
    let pair = |group: &GroupConfig| (group.name.as_str().into(), group_json(group));
    Json::object([
        ("forbiddenTable", Json::Map(table)),
        ("subscriptionGroupTable", Json::Map(groups.iter().map(pair).collect())),
    ])
}

/// `SubscriptionGroupConfig`; what the engine does not keep has its default.
pub(super) fn group_json(group: &GroupConfig) -> Json {
    Json::object([
        ("attributes", Json::Map(Vec::new())),
        ("brokerId", 0.into()),
        ("consumeBroadcastEnable", group.may_broadcast.into()),
        ("consumeEnable", group.may_consume.into()),
        ("consumeFromMinEnable", group.from_min.into()),
        ("consumeMessageOrderly", group.orderly.into()),
        ("consumeTimeoutMinute", 15.into()),
        ("groupName", group.name.as_str().into()),
        ("groupRetryPolicy", Json::object([("type", "CUSTOMIZED".into())])),
        ("groupSysFlag", 0.into()),
        ("notifyConsumerIdsChangedEnable", group.tells_members.into()),
        ("retryMaxTimes", group.retry_most.into()),
        ("retryQueueNums", group.retry_queues.into()),
        ("whichBrokerWhenConsumeSlowly", 1.into()),
    ])
}

fn connections(consumers: &Consumers, places: &dyn Places) -> Json {
    let kind = if consumers.push { "CONSUME_PASSIVELY" } else { "CONSUME_ACTIVELY" };
    let subscription = |data| {
        let json: &crate::rocketmq::remoting::Subscription = data;
        (json.topic.as_str().into(), subscription_json(json))
    };
    let table = consumers.subscriptions.iter().map(subscription).collect();
    Json::object([
        ("connectionSet", clients_json(&consumers.clients, places)),
        ("consumeFromWhere", consumers.from.as_str().into()),
        ("consumeType", kind.into()),
        ("messageModel", model_name(consumers.broadcasts)),
        ("subscriptionTable", Json::Map(table)),
    ])
}

fn clients_json(clients: &[(Name, NodeId)], places: &dyn Places) -> Json {
    let client = |(client, node): &(Name, NodeId)| {
        Json::object([
            ("clientAddr", Json::text(places.address(*node).to_string())),
            ("clientId", client.as_str().into()),
            ("language", "JAVA".into()),
            ("version", 479.into()),
        ])
    };
    clients.iter().map(client).collect()
}

fn cluster(brokers: &[BrokerPlace], places: &dyn Places) -> Json {
    let table = brokers.iter().map(|(cluster, name, addresses)| {
        let json = broker_json((cluster.as_str(), name.as_str()), addresses, places);
        (name.as_str().into(), json)
    });
    let mut clusters: Vec<(Json, Json)> = Vec::new();
    for (cluster, name, _) in brokers {
        let key: Json = cluster.as_str().into();
        match clusters.iter_mut().find(|(known, _)| *known == key) {
            Some((_, Json::List(names))) => names.push(name.as_str().into()),
            Some(_) | None => clusters.push((key, Json::List(vec![name.as_str().into()]))),
        }
    }
    Json::object([
        ("brokerAddrTable", Json::Map(table.collect())),
        ("clusterAddrTable", Json::Map(clusters)),
    ])
}
