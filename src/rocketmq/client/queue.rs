//! A queue as clients name it: by topic, broker name and number (`MessageQueue`).

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::rocketmq::topic::java_hash;

/// Number that stands for all queues of a broker: -1 on the wire.
pub(super) const ALL_QUEUES: u32 = u32::MAX;

/// A queue. Field order is sort order, as `MessageQueue.compareTo` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageQueue {
    /// Topic.
    pub topic: Name,
    /// Broker's name, which its master and its slaves share.
    pub broker: Name,
    /// Number.
    pub id: u32,
}

impl MessageQueue {
    /// `MessageQueue.hashCode`: decides where it stands in Java's tables.
    pub(super) fn java_hash(&self) -> i32 {
        let broker = 31_i32.wrapping_add(java_hash(self.broker.as_str()));
        let id = broker.wrapping_mul(31).wrapping_add(self.id.cast_signed());
        id.wrapping_mul(31).wrapping_add(java_hash(self.topic.as_str()))
    }
}

impl Digestible for MessageQueue {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.topic);
        digest.put(&self.broker);
        digest.put(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::super::java_order::sort_by_hash;
    use super::*;

    /// The order of the offset queries of `rebalance`, and of the commits of `first_program`.
    #[test]
    fn queues_are_walked_over_as_recorded() {
        let queue = |topic: &str, broker: &str, id| {
            let (topic, broker) = (Name::new(topic), Name::new(broker));
            MessageQueue { topic, broker, id }
        };
        let brokers = ["broker-a", "broker-b"];
        let of_broker = |broker| (0..4).map(move |id| queue("Reb", broker, id));
        let mut queues: Vec<_> = brokers.into_iter().flat_map(of_broker).collect();
        sort_by_hash(&mut queues, MessageQueue::java_hash);
        let walk =
            queues.iter().map(|queue| format!("{}{}", &queue.broker.as_str()[7..], queue.id));
        assert_eq!(walk.collect::<Vec<_>>().join(" "), "a0 b1 a1 b2 a2 b3 a3 b0");

        let topics = ["TopicTest3", "TopicTest1", "TopicTest2"];
        let of_topic = |topic| (0..4).rev().map(move |id| queue(topic, "broker-a", id));
        let mut queues: Vec<_> = topics.into_iter().flat_map(of_topic).collect();
        sort_by_hash(&mut queues, MessageQueue::java_hash);
        let walk =
            queues.iter().map(|queue| format!("{}:{}", &queue.topic.as_str()[9..], queue.id));
        let recorded = "1:3 1:2 2:3 3:3 1:1 2:2 3:2 1:0 2:1 3:1 2:0 3:0";
        assert_eq!(walk.collect::<Vec<_>>().join(" "), recorded);
    }
}
