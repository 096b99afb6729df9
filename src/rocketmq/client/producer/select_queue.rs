//! Which queue a message goes to: round and round, on a retry not to the broker that just failed.
//!
//! Follows `TopicPublishInfo`, `ThreadLocalIndex` and `MQFaultStrategy`; its latency tables
//! (`sendLatencyEnable`) stand in `faults`. Each sending thread has an index of its own, which
//! starts at random and starts anew when the route changes.

use crate::facts::Why;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::rng::Rng;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::Route;
use crate::rocketmq::topic::perm;

use super::super::queue::MessageQueue;

/// Queues that a topic's messages can go to.
#[derive(Clone, Debug, Default)]
pub struct Publish {
    /// Grouped by broker, brokers by name.
    queues: Vec<MessageQueue>,
    /// A route was given, whether or not anything in it can be written.
    has_route: bool,
    /// By sending thread.
    indexes: OrderedMap<u32, u32>,
}

impl Publish {
    /// Queues of a route that can be written: brokers with a master, by name.
    pub fn of_route(topic: Name, route: &Route) -> Self {
        let mut brokers: Vec<_> = route.brokers.iter().collect();
        order::by_key(&mut brokers, |broker| broker.name);
        let mut queues = Vec::new();
        for broker in brokers {
            if broker.perm & perm::WRITE != 0 && broker.master().is_some() {
                let queue = |id| MessageQueue { topic, broker: broker.name, id };
                queues.extend((0..broker.write_queues).map(queue));
            }
        }
        Self { queues, has_route: true, indexes: OrderedMap::new() }
    }

    /// True where there is a queue to send to.
    pub fn is_usable(&self) -> bool {
        !self.queues.is_empty()
    }

    /// True once a route was given.
    pub fn has_route(&self) -> bool {
        self.has_route
    }

    /// All queues.
    pub fn queues(&self) -> &[MessageQueue] {
        &self.queues
    }

    /// The next queue of a thread's rotation, and why; on another broker than `avoid` where there
    /// is one.
    pub fn select(
        &mut self,
        sender: u32,
        avoid: Option<Name>,
        rng: &mut Rng,
    ) -> (MessageQueue, Why) {
        let index = self.next(sender, rng);
        let first = self.at(index);
        let Some(avoid) = avoid else { return (first, Because::Rotation.with(index)) };
        if first.broker != avoid {
            return (first, Because::RotationAvoiding.with(index));
        }
        for _ in 1..self.queues.len() {
            let index = self.next(sender, rng);
            let queue = self.at(index);
            if queue.broker != avoid {
                return (queue, Because::RotationAvoiding.with(index));
            }
        }
        let index = self.next(sender, rng);
        (self.at(index), Because::Rotation.with(index))
    }

    /// The next queue of a thread's rotation that is wanted; one step a queue that is not.
    pub fn pick(
        &mut self,
        sender: u32,
        rng: &mut Rng,
        wanted: impl Fn(Name) -> bool,
    ) -> Option<(MessageQueue, u32)> {
        for _ in 0..self.queues.len() {
            let index = self.next(sender, rng);
            let queue = self.at(index);
            if wanted(queue.broker) {
                return Some((queue, index));
            }
        }
        None
    }

    /// A thread's rotation goes on somewhere else (`ThreadLocalIndex.reset`).
    pub fn reset(&mut self, sender: u32, rng: &mut Rng) {
        let index = u32::try_from(rng.below(0x7FFF_FFFF)).expect("31 bits");
        self.indexes.insert(sender, index);
    }

    fn at(&self, index: u32) -> MessageQueue {
        self.queues[index as usize % self.queues.len()]
    }

    /// `ThreadLocalIndex.incrementAndGet`.
    fn next(&mut self, sender: u32, rng: &mut Rng) -> u32 {
        let start = || u32::try_from(rng.below(1 << 32)).expect("32 bits");
        let index = self.indexes.get_or_insert_with(sender, start);
        *index = index.wrapping_add(1);
        *index & 0x7FFF_FFFF
    }
}

impl Digestible for Publish {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.queues.len() as u64);
        for (sender, index) in self.indexes.iter() {
            digest.word(u64::from(*sender) << 32 | u64::from(*index));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::kernel::actor::NodeId;
    use crate::rocketmq::remoting::RouteBroker;

    use super::*;

    fn publish(brokers: &[&str], queues: u32) -> Publish {
        let broker = |name: &&str| RouteBroker {
            name: Name::new(name),
            cluster: Name::new("DefaultCluster"),
            addresses: vec![(0, NodeId(1))],
            read_queues: queues,
            write_queues: queues,
            perm: perm::READ | perm::WRITE,
            named_by: NodeId(1),
        };
        let route = Route { brokers: brokers.iter().map(broker).collect() };
        Publish::of_route(Name::new("T"), &route)
    }

    #[test]
    fn consecutive_sends_take_consecutive_queues() {
        let mut publish = publish(&["broker-b", "broker-a"], 2);
        let mut rng = Rng::stream(1, "producer");
        let mut place = |publish: &mut Publish| {
            let (queue, why) = publish.select(0, None, &mut rng);
            let place = publish.queues().iter().position(|known| *known == queue);
            assert!(Because::Rotation.is(why));
            assert_eq!(place, Some(why.value as usize % 4));
            place.expect("it is one of them")
        };
        let first = place(&mut publish);
        for step in 1..10 {
            assert_eq!(place(&mut publish), (first + step) % 4);
        }
        assert_eq!(publish.queues()[0].broker, Name::new("broker-a"), "brokers stand by name");
    }

    #[test]
    fn a_retry_goes_to_another_broker_where_there_is_one() {
        let mut rng = Rng::stream(1, "producer");
        let mut two = publish(&["broker-a", "broker-b"], 4);
        for _ in 0..20 {
            let (queue, _) = two.select(0, Some(Name::new("broker-a")), &mut rng);
            assert_eq!(queue.broker, Name::new("broker-b"));
        }
        let mut one = publish(&["broker-a"], 4);
        let (queue, why) = one.select(0, Some(Name::new("broker-a")), &mut rng);
        assert_eq!(queue.broker, Name::new("broker-a"));
        assert!(Because::Rotation.is(why), "there is no other broker");
    }

    #[test]
    fn threads_rotate_apart_and_a_failed_search_costs_a_step_a_queue() {
        let mut rng = Rng::stream(3, "producer");
        let mut one = publish(&["broker-a"], 4);
        let (_, first) = one.select(0, None, &mut rng);
        one.select(1, None, &mut rng);
        let (_, second) = one.select(0, None, &mut rng);
        assert_eq!(second.value, first.value.wrapping_add(1) & 0x7FFF_FFFF);
        let (_, after) = one.select(0, Some(Name::new("broker-a")), &mut rng);
        assert_eq!(after.value, second.value.wrapping_add(5) & 0x7FFF_FFFF);
    }
}
