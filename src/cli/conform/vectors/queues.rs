//! Who gets which queues, and which queue an argument picks.

use crate::cli::conform::difference::Sides;
use crate::kernel::name::Name;
use crate::rocketmq::client::MessageQueue;
use crate::rocketmq::client::rebalance::Strategy;
use crate::rocketmq::hashes::{index_by_hash, long_hash};
use crate::rocketmq::topic::java_hash;
use crate::wire::json::Json;

use super::case::{Bad, Case};

/// The topic of all cases.
const TOPIC: &str = "TopicTest";
/// Places of a member on the ring, by default.
const PLACES: u32 = 10;

/// Shares of queues.
pub(super) fn allocate(case: Case<'_>) -> Result<Sides, Bad> {
    let strategy = match case.text("strategy")? {
        "AVG" => Strategy::Average,
        "AVG_BY_CIRCLE" => Strategy::Circle,
        "CONSISTENT_HASH" => Strategy::ConsistentHash { places: PLACES },
        _ => return Err(Bad::new("a strategy without settings", case.json("strategy"))),
    };
    let queues = queues(case.number("brokers")?, case.number("queuesPerBroker")?);
    let members = case.list("consumers")?.iter().map(|member| Name::new(&member.to_plain()));
    let members: Vec<Name> = members.collect();
    let share = |own: &Name| {
        let share = strategy.allocate(&queues, &members, *own).expect("no strategy by rooms");
        (own.as_str(), share.iter().map(label).collect())
    };
    let found = Json::object(members.iter().map(share));
    Ok(Sides { expected: case.json("assigned").clone(), found })
}

fn queues(brokers: u8, each: u32) -> Vec<MessageQueue> {
    let topic = Name::new(TOPIC);
    let of_broker = |broker: u8| {
        let broker = Name::new(&format!("broker-{}", char::from(b'a' + broker)));
        (0..each).map(move |id| MessageQueue { topic, broker, id })
    };
    (0..brokers.min(26)).flat_map(of_broker).collect()
}

fn label(queue: &MessageQueue) -> Json {
    Json::Text(format!("{}:{}", queue.broker, queue.id))
}

/// Which queue a shard key picks.
pub(super) fn select_by_hash(case: Case<'_>) -> Result<Sides, Bad> {
    let hash = match case.json("longKey").as_int() {
        Some(number) => long_hash(number),
        None => java_hash(case.text("key")?),
    };
    let queues: u32 = case.number("queues")?;
    if queues == 0 {
        return Err(Bad::new("at least one queue", case.json("queues")));
    }
    let found = Json::object([("index", index_by_hash(hash, queues).into())]);
    Ok(Sides { expected: case.part(&["index"]), found })
}
