//! What a client knows of topics and brokers, and how it asks name servers about them.
//!
//! Follows `MQClientInstance.updateTopicRouteInfoFromNameServer`: one thread asks at a time, an
//! answer without a route keeps the old one. Leaves out ordered topics, static topics and the
//! time-out of the lock.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::facts::{QueueRef, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::kernel::ordered_map::OrderedMap;
use crate::rocketmq::remoting::{Route, RouteBroker};
use crate::rocketmq::topic::perm;

use super::Thread;
use super::java_order::sort_by_text;
use super::names::NameServers;
use super::producer::Publish;
use super::queue::{ALL_QUEUES, MessageQueue};

/// A question to a name server.
#[derive(Clone, Copy, Debug)]
pub(super) struct RouteAsk {
    /// Who waits for the answer.
    pub(super) thread: Thread,
    pub(super) topic: Name,
    pub(super) why: Why,
    /// The route of TBW102 is to stand in, with so many queues at most.
    pub(super) default_queues: Option<u32>,
}

/// How a question ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RouteOutcome {
    /// There is a route.
    Known,
    /// There is none; an older one is kept.
    Unknown,
    /// No answer.
    Failed,
}

/// Topics and brokers as a client knows them.
#[derive(Clone, Debug)]
pub(super) struct Routes {
    pub(super) servers: NameServers,
    /// Questions, and whose they are; the first one is being asked.
    pub(super) asks: VecDeque<(NodeId, RouteAsk)>,
    /// `topicRouteTable`.
    table: OrderedMap<Name, Rc<Route>>,
    /// `brokerAddrTable`.
    brokers: OrderedMap<Name, Vec<(u32, NodeId)>>,
    /// The node by which a broker's queues are shown, also after it is gone.
    shown: OrderedMap<Name, NodeId>,
    /// Topics that the producer sends to (`topicPublishInfoTable`).
    publish: OrderedMap<Name, Publish>,
    /// Topics that the consumer subscribes (`topicSubscribeInfoTable`); `None`: no route yet.
    subscribe: OrderedMap<Name, Option<Vec<MessageQueue>>>,
    /// The two tables above of other clients that share the instance.
    others: Vec<(NodeId, Tables)>,
}

/// Topics that one client of an instance sends to, and those that it subscribes.
type Tables = (OrderedMap<Name, Publish>, OrderedMap<Name, Option<Vec<MessageQueue>>>);

impl Routes {
    pub(super) fn new(namesrvs: Vec<NodeId>, subscribe: impl Iterator<Item = Name>) -> Self {
        let (asks, table, brokers, shown, publish, others) = Default::default();
        let subscribe = subscribe.map(|topic| (topic, None)).collect();
        let servers = NameServers::new(namesrvs);
        Self { servers, asks, table, brokers, shown, publish, subscribe, others }
    }

    /// The client `to` goes on after `from`, if that one is still there.
    pub(super) fn hand_over(&mut self, from: Option<NodeId>, fresh: &mut Self, to: NodeId) {
        let left = (std::mem::take(&mut self.publish), std::mem::take(&mut self.subscribe));
        self.others.extend(from.map(|node| (node, left)));
        std::mem::swap(self, fresh);
        let known = fresh.others.iter().position(|(node, _)| *node == to);
        let own = known.map(|at| fresh.others.swap_remove(at).1);
        let first = (std::mem::take(&mut self.publish), std::mem::take(&mut self.subscribe));
        (fresh.publish, fresh.subscribe) = own.unwrap_or(first);
    }

    /// Topics whose routes are refreshed, in Java's order.
    pub(super) fn topics(&self) -> Vec<Name> {
        let mut topics = self.own_topics();
        if self.others.is_empty() {
            return topics;
        }
        for (publish, subscribe) in self.others.iter().map(|(_, tables)| tables) {
            topics.extend(publish.keys().chain(subscribe.keys()));
        }
        order::naturally(&mut topics);
        topics.dedup();
        sort_by_text(&mut topics, |topic| topic.as_str());
        topics
    }

    /// Those of the client that is at work.
    pub(super) fn own_topics(&self) -> Vec<Name> {
        let mut topics: Vec<Name> = self.subscribe.keys().copied().collect();
        topics.extend(self.publish.keys().filter(|topic| !self.subscribe.contains_key(*topic)));
        sort_by_text(&mut topics, |topic| topic.as_str());
        topics
    }

    /// Topics that are subscribed, in Java's order.
    pub(super) fn subscriptions(&self) -> Vec<Name> {
        let mut topics: Vec<Name> = self.subscribe.keys().copied().collect();
        sort_by_text(&mut topics, |topic| topic.as_str());
        topics
    }

    /// A topic is subscribed from now on; its queues are known when its route comes next.
    pub(super) fn subscribe(&mut self, topic: Name) {
        self.subscribe.get_or_insert_with(topic, || None);
    }

    /// A topic is not subscribed any more.
    pub(super) fn unsubscribe(&mut self, topic: Name) {
        self.subscribe.remove(&topic);
    }

    /// Whether a topic is subscribed.
    pub(super) fn subscribes(&self, topic: Name) -> bool {
        self.subscribe.contains_key(&topic)
    }

    /// Broker names in Java's order, each with its addresses.
    pub(super) fn brokers(&self) -> Vec<(Name, &[(u32, NodeId)])> {
        let entries = self.brokers.iter().map(|(name, addresses)| (*name, addresses.as_slice()));
        let mut brokers: Vec<_> = entries.collect();
        sort_by_text(&mut brokers, |(name, _)| name.as_str());
        brokers
    }

    /// True where the node is a broker that is known.
    pub(super) fn is_broker(&self, node: NodeId) -> bool {
        self.brokers.values().flatten().any(|(_, address)| *address == node)
    }

    /// A broker's master.
    pub(super) fn master(&self, broker: Name) -> Option<NodeId> {
        let addresses = self.brokers.get(&broker)?;
        addresses.iter().find(|(id, _)| *id == 0).map(|(_, node)| *node)
    }

    /// Whom to pull from (`findBrokerAddressInSubscribe`): the broker with this id, the one with
    /// the next id, else the first there is; and whether that is a slave.
    pub(super) fn pull_from(&self, broker: Name, wanted: u32) -> Option<(NodeId, bool)> {
        let addresses = self.brokers.get(&broker)?;
        let with = |id: u32| addresses.iter().find(|(known, _)| *known == id);
        let next = || (wanted != 0).then(|| with(wanted + 1)).flatten();
        let (id, node) = with(wanted).or_else(next).or(addresses.first())?;
        Some((*node, *id != 0))
    }

    /// Whom to tell offsets, and to ask for them: the master, else any other.
    pub(super) fn reader(&self, broker: Name) -> Option<NodeId> {
        let any = || self.brokers.get(&broker)?.first().map(|(_, node)| *node);
        self.master(broker).or_else(any)
    }

    /// Brokers of a topic, each by its master or else by any other address.
    pub(super) fn brokers_of(&self, topic: Name) -> Vec<NodeId> {
        let route = self.table.get(&topic);
        let brokers = route.map_or(&[][..], |route| &route.brokers);
        let address = |broker: &RouteBroker| {
            broker.master().or_else(|| broker.addresses.first().map(|(_, node)| *node))
        };
        brokers.iter().filter_map(address).collect()
    }

    /// A queue in neutral words.
    pub(super) fn show(&self, queue: MessageQueue) -> QueueRef {
        let broker = *self.shown.get(&queue.broker).expect("queues come from routes");
        // All queues of a broker are queue 0 in a fact.
        let id = if queue.id == ALL_QUEUES { 0 } else { queue.id };
        QueueRef { topic: queue.topic, broker, id }
    }

    /// The node by which a broker's queues are shown.
    pub(super) fn shown(&self, broker: Name) -> Option<NodeId> {
        self.shown.get(&broker).copied()
    }

    /// A topic that the producer sends to.
    pub(super) fn first_published(&self) -> Option<Name> {
        self.publish.keys().next().copied()
    }

    /// Where to send messages of a topic; from now on its route is refreshed.
    pub(super) fn publish(&mut self, topic: Name) -> &mut Publish {
        self.publish.get_or_insert_with(topic, Publish::default)
    }

    /// Queues of a subscribed topic, sorted; `None` while it has no route.
    pub(super) fn subscribed(&self, topic: Name) -> Option<&[MessageQueue]> {
        self.subscribe.get(&topic)?.as_deref()
    }

    /// Queues of a topic that can be read, by the route that is known.
    pub(super) fn readable_of(&self, topic: Name) -> Vec<MessageQueue> {
        self.table.get(&topic).map_or_else(Vec::new, |route| readable(topic, route))
    }

    /// Queues of a topic that this client can use.
    pub(super) fn queues_of(&self, topic: Name) -> u32 {
        let publish = self.publish.get(&topic).map(|publish| publish.queues().len());
        let subscribed = self.subscribed(topic).map(<[MessageQueue]>::len);
        u32::try_from(publish.or(subscribed).unwrap_or(0)).expect("fewer queues than u32 can count")
    }

    /// Takes a route that a name server gave.
    pub(super) fn learn(&mut self, topic: Name, mut route: Rc<Route>, default: Option<u32>) {
        if let Some(most) = default {
            for broker in &mut Rc::make_mut(&mut route).brokers {
                broker.read_queues = broker.read_queues.min(most);
                broker.write_queues = broker.read_queues;
            }
        }
        let same = self.table.get(&topic) == Some(&route);
        if same && !self.lacks(topic) {
            return;
        }
        for broker in &route.brokers {
            self.brokers.insert(broker.name, broker.addresses.clone());
            self.shown.insert(broker.name, broker.named_by);
        }
        let others = self.others.iter_mut().map(|(_, (publish, subscribe))| (publish, subscribe));
        for (publish, subscribe) in others.chain([(&mut self.publish, &mut self.subscribe)]) {
            if let Some(publish) = publish.get_mut(&topic) {
                *publish = Publish::of_route(topic, &route);
            }
            if let Some(queues) = subscribe.get_mut(&topic) {
                *queues = Some(readable(topic, &route));
            }
        }
        self.table.insert(topic, route);
    }

    /// Forgets brokers that no route names any more (`cleanOfflineBroker`).
    pub(super) fn clean_offline(&mut self) {
        let table = &self.table;
        let named = |node: NodeId| {
            let brokers = table.values().flat_map(|route| &route.brokers);
            brokers.flat_map(|broker| &broker.addresses).any(|(_, address)| *address == node)
        };
        self.brokers.retain(|_, addresses| {
            addresses.retain(|(_, node)| named(*node));
            !addresses.is_empty()
        });
    }

    /// Somebody here could use the route and has not got it.
    fn lacks(&self, topic: Name) -> bool {
        let others = self.others.iter().map(|(_, (publish, subscribe))| (publish, subscribe));
        others.chain([(&self.publish, &self.subscribe)]).any(|(publish, subscribe)| {
            let lacks = publish.get(&topic).is_some_and(|publish| !publish.is_usable());
            lacks || matches!(subscribe.get(&topic), Some(None))
        })
    }
}

/// Queues of a route that can be read, sorted.
fn readable(topic: Name, route: &Route) -> Vec<MessageQueue> {
    let readable = route.brokers.iter().filter(|broker| broker.perm & perm::READ != 0);
    let mut queues: Vec<_> = readable
        .flat_map(|broker| {
            let queue = |id| MessageQueue { topic, broker: broker.name, id };
            (0..broker.read_queues).map(queue)
        })
        .collect();
    order::naturally(&mut queues);
    queues
}

impl Digestible for Routes {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.servers);
        for (_, ask) in &self.asks {
            digest.put(&ask.topic);
            digest.word(ask.thread.word());
        }
        for (topic, route) in self.table.iter() {
            digest.put(topic);
            route.brokers.iter().for_each(|broker| {
                digest.put(&broker.name);
                digest.word(u64::from(broker.write_queues) << 32 | u64::from(broker.read_queues));
            });
        }
        for (name, addresses) in self.brokers.iter() {
            digest.put(name);
            addresses.iter().for_each(|(_, node)| digest.put(node));
        }
        for (topic, publish) in self.publish.iter() {
            digest.put(topic);
            digest.put(publish);
        }
        for (topic, queues) in self.subscribe.iter() {
            digest.put(topic);
            digest.word(queues.as_ref().map_or(u64::MAX, |queues| queues.len() as u64));
        }
    }
}
