//! Replies as commands.

use std::net::SocketAddr;

use crate::kernel::actor::NodeId;
use crate::rocketmq::message::Message;
use crate::rocketmq::remoting::{
    Pulled, PulledMessage, PushReply, RecallHandle, Reply, ReplyBody, Route, TransactionCheck,
};
use crate::rocketmq::store::GetStatus;
use crate::wire::base64;
use crate::wire::command::Command;
use crate::wire::json::Json;
use crate::wire::message::id::OffsetMessageId;
use crate::wire::message::properties;
use crate::wire::message::record::Record;

use super::Places;
use super::admin_reply;

/// Who answers.
pub(super) struct Answerer<'a> {
    pub(super) node: NodeId,
    pub(super) places: &'a dyn Places,
}

/// The command that answers `request` with `reply`, from a node.
pub fn answer(request: &Command, reply: &Reply, node: NodeId, places: &dyn Places) -> Command {
    let by = Answerer { node, places };
    let plain = request.answer(reply.code.into());
    match &reply.body {
        ReplyBody::Empty => plain,
        ReplyBody::Route(route) => Command { body: route_json(route, places).to_bytes(), ..plain },
        ReplyBody::Sent { queue, offset, physical } => {
            by.sent(plain, (*queue, *offset), &[(*physical, None)])
        }
        ReplyBody::SentWired { queue, offset, places, recall } => {
            let places: Vec<_> = places.iter().map(|(at, key)| (*at, Some(&**key))).collect();
            let command = by.sent(plain, (*queue, *offset), &places);
            match recall {
                Some(handle) => command.with("recallHandle", recall_text(handle)),
                None => command,
            }
        }
        ReplyBody::SendRefused => region(plain),
        ReplyBody::Forbidden(kind) => plain.with("forbiddenType", kind),
        ReplyBody::Pulled(pulled) => by.pulled(plain, pulled),
        ReplyBody::Offset(offset) => plain.with("offset", offset.cast_signed()),
        ReplyBody::Consumers(clients) => {
            let ids = clients.iter().map(|client| client.as_str().into()).collect();
            Command { body: Json::object([("consumerIdList", ids)]).to_bytes(), ..plain }
        }
        ReplyBody::HeartbeatTaken => {
            plain.with("IS_SUPPORT_HEART_BEAT_V2", true).with("IS_SUB_CHANGE", true)
        }
        ReplyBody::Registered { master } => {
            let address = places.address(*master);
            let ha = SocketAddr::new(address.ip(), address.port() + 1);
            plain.with("haServerAddr", ha).with("masterAddr", address)
        }
        ReplyBody::Admin(reply) => admin_reply::answer(plain, reply, &by),
    }
}

/// `RecallMessageHandle`.
fn recall_text(handle: &RecallHandle) -> String {
    let RecallHandle { topic, broker, millis, key } = handle;
    base64::encode(format!("v1 {topic} {broker} {millis} {key}").as_bytes())
}

/// What the answer to every send says.
fn region(command: Command) -> Command {
    command.with("MSG_REGION", "DefaultRegion").with("TRACE_ON", true)
}

impl Answerer<'_> {
    fn sent(
        &self,
        plain: Command,
        (queue, offset): (u32, u64),
        places: &[(u64, Option<&str>)],
    ) -> Command {
        let store_host = self.places.address(self.node);
        let id = |(physical, _): &(u64, Option<&str>)| {
            OffsetMessageId { store_host, physical: physical.cast_signed() }.to_string()
        };
        let ids: Vec<String> = places.iter().map(id).collect();
        let keys: Vec<&str> =
            places.iter().filter_map(|(_, key)| *key).filter(|key| !key.is_empty()).collect();
        let command = region(plain)
            .with("msgId", ids.join(","))
            .with("queueId", queue)
            .with("queueOffset", offset);
        // The transaction id of an answer is the unique key.
        if keys.len() == 1 { command.with("transactionId", keys[0]) } else { command }
    }

    fn pulled(&self, plain: Command, pulled: &Pulled) -> Command {
        let command = plain
            .with("groupSysFlag", 0)
            .with("topicSysFlag", 0)
            .with("suggestWhichBrokerId", pulled.suggested)
            .with("minOffset", pulled.min)
            .with("maxOffset", pulled.max)
            .with("nextBeginOffset", pulled.next);
        let body = self.records(&pulled.messages);
        Command { remark: Some(remark(pulled.status).to_owned()), body, ..command }
    }

    /// A broker's question about a transaction (39).
    pub(super) fn transaction_check(&self, plain: Command, check: &TransactionCheck) -> Command {
        let message = &check.message;
        let key = message.message.unique_key();
        let physical = message.physical.cast_signed();
        let id = OffsetMessageId { store_host: self.places.address(self.node), physical };
        let command = plain
            .with("bname", check.broker)
            .with("commitLogOffset", message.physical)
            .with("msgId", &key)
            .with("offsetMsgId", id)
            .with("topic", "RMQ_SYS_TRANS_HALF_TOPIC")
            .with("tranStateTableOffset", message.offset)
            .with("transactionId", key);
        Command { body: self.records(std::slice::from_ref(message)), ..command }
    }

    /// A reply for who waits for it (326).
    pub(super) fn push_reply(&self, plain: Command, push: &PushReply) -> Command {
        let (send, mut parts) = (&push.send, push.send.message.to_wired());
        parts.properties.set("PUSH_REPLY_TIME", &push.at.to_string());
        let command = plain
            .with("bornHost", self.places.address(push.from))
            .with("bornTimestamp", send.message.born)
            .with("defaultTopic", send.default_topic)
            .with("defaultTopicQueueNums", send.default_queues)
            .with("flag", parts.flag)
            .with("producerGroup", send.group)
            .with("properties", properties::encode(parts.properties.iter()))
            .with("queueId", send.queue)
            .with("reconsumeTimes", parts.reconsume_times)
            .with("storeHost", self.places.address(self.node))
            .with("storeTimestamp", push.at)
            .with("sysFlag", parts.sys_flag)
            .with("topic", send.topic)
            .with("unitMode", false);
        Command { body: parts.body, ..command }
    }

    /// Records one after the other, as they stand in the log.
    pub(super) fn records(&self, messages: &[PulledMessage]) -> Vec<u8> {
        messages.iter().flat_map(|message| self.record(message).encode()).collect()
    }

    fn record(&self, pulled: &PulledMessage) -> Record {
        let host = self.places.address(self.node);
        let parts = pulled.message.to_wired();
        Record {
            queue_id: pulled.queue.cast_signed(),
            flag: parts.flag,
            queue_offset: pulled.offset.cast_signed(),
            physical: pulled.physical.cast_signed(),
            sys_flag: parts.sys_flag,
            born_timestamp: pulled.message.born,
            born_host: host,
            store_timestamp: pulled.store_time,
            store_host: host,
            reconsume_times: parts.reconsume_times,
            prepared_transaction_offset: parts.prepared.cast_signed(),
            body: parts.body.clone(),
            topic: pulled.message.template.topic.to_string(),
            properties: record_properties(&pulled.message),
        }
    }
}

/// What a broker adds to messages that did not come as bytes it adds here.
fn record_properties(message: &Message) -> String {
    let mut all = message.to_wired().properties;
    if message.wired().is_none() {
        all.set("MSG_REGION", "DefaultRegion");
        all.set("TRACE_ON", "true");
        all.set("CLUSTER", "DefaultCluster");
    }
    properties::encode(all.iter())
}

/// `GetMessageStatus`.
fn remark(status: GetStatus) -> &'static str {
    match status {
        GetStatus::Found => "FOUND",
        GetStatus::NoMatchedMessage => "NO_MATCHED_MESSAGE",
        GetStatus::NoMessageInQueue => "NO_MESSAGE_IN_QUEUE",
        GetStatus::OffsetTooSmall => "OFFSET_TOO_SMALL",
        GetStatus::OffsetOverflowOne => "OFFSET_OVERFLOW_ONE",
        GetStatus::OffsetOverflowBadly => "OFFSET_OVERFLOW_BADLY",
        GetStatus::OffsetReset => "OFFSET_RESET",
    }
}

/// `TopicRouteData`.
fn route_json(route: &Route, places: &dyn Places) -> Json {
    let queues = route.brokers.iter().map(|broker| {
        Json::object([
            ("brokerName", broker.name.as_str().into()),
            ("perm", u32::from(broker.perm).into()),
            ("readQueueNums", broker.read_queues.into()),
            ("topicSysFlag", 0.into()),
            ("writeQueueNums", broker.write_queues.into()),
        ])
    });
    let brokers = route.brokers.iter().map(|broker| {
        broker_json((broker.cluster.as_str(), broker.name.as_str()), &broker.addresses, places)
    });
    Json::object([
        ("brokerDatas", brokers.collect()),
        ("filterServerTable", Json::Map(Vec::new())),
        ("queueDatas", queues.collect()),
    ])
}

/// `BrokerData`.
pub(super) fn broker_json(
    (cluster, name): (&str, &str),
    addresses: &[(u32, NodeId)],
    places: &dyn Places,
) -> Json {
    let address =
        |(id, node): &(u32, NodeId)| ((*id).into(), Json::text(places.address(*node).to_string()));
    Json::object([
        ("brokerAddrs", Json::Map(addresses.iter().map(address).collect())),
        ("brokerName", name.into()),
        ("cluster", cluster.into()),
        ("enableActingMaster", false.into()),
    ])
}
