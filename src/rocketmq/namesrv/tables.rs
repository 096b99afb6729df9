//! The tables of a name server (`RouteInfoManager`): brokers, their topics, when they were last
//! heard of.

use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::order;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::remoting::{BrokerPlace, Registration, Route, RouteBroker};
use crate::rocketmq::topic::{TopicConfig, perm};

/// What became of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admittance {
    /// It is in the tables.
    Taken,
    /// An unknown broker may not register one topic only.
    Refused,
    /// Another broker of a later epoch has the id: answered well, and not taken.
    Passed,
}

/// One broker name with its addresses and topics.
#[derive(Clone, Debug)]
struct BrokerEntry {
    name: Name,
    cluster: Name,
    addresses: Vec<Address>,
    topics: Vec<TopicConfig>,
    /// The node that names it in facts.
    named_by: NodeId,
    /// `enableActingMaster`.
    acting: bool,
}

#[derive(Clone, Copy, Debug)]
struct Address {
    id: u32,
    node: NodeId,
    conn: ConnId,
    heard: SimTime,
    data_version: u64,
    state_version: u32,
    /// `heartbeatTimeoutMillis`, where the broker said so.
    expiry: Option<SimSpan>,
}

/// All brokers, sorted by name: a route lists them in that order.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    brokers: Vec<BrokerEntry>,
}

impl Tables {
    /// `registerBroker`: steps 1 and 4 to 10 of the reference.
    pub(super) fn register(
        &mut self,
        registration: &Registration,
        node: NodeId,
        conn: ConnId,
        now: SimTime,
    ) -> Admittance {
        let known = self.brokers.binary_search_by(|entry| entry.name.cmp(&registration.broker));
        let id = registration.broker_id;
        let has_id = known.is_ok_and(|at| self.brokers[at].addresses.iter().any(|a| a.id == id));
        let others = known.map_or(&[][..], |at| &self.brokers[at].addresses);
        let is_later = |address: &Address| address.state_version > registration.state_version;
        if others.iter().any(|other| other.id == id && other.node != node && is_later(other)) {
            return Admittance::Passed;
        }
        if !has_id && registration.topics.len() == 1 {
            return Admittance::Refused;
        }
        let at = known.unwrap_or_else(|at| {
            self.brokers.insert(at, BrokerEntry::new(registration));
            at
        });
        let entry = &mut self.brokers[at];
        let before = entry.addresses.iter().find(|address| address.node == node);
        let data_version = registration.data_version;
        let changed = before.is_none_or(|before| before.data_version != data_version);
        let state_version = registration.state_version;
        let (heard, expiry) = (now, registration.expiry);
        entry.acting = registration.acting;
        entry.set_address(Address { id, node, conn, heard, data_version, state_version, expiry });
        // The master, or the slave that stands for it (`isPrimeSlave`).
        if entry.addresses.first().is_some_and(|first| first.id == id) {
            entry.take_topics(registration, changed || !has_id);
        }
        Admittance::Taken
    }

    /// The master of a slave that registers, where it is known.
    pub(super) fn master_of(&self, registration: &Registration) -> Option<NodeId> {
        let entry = self.brokers.iter().find(|entry| entry.name == registration.broker)?;
        let master = entry.addresses.iter().find(|address| address.id == 0)?;
        (registration.broker_id != 0).then_some(master.node)
    }

    /// Drops a broker that said so; gives its node.
    pub(super) fn unregister(&mut self, broker: Name, id: u32) -> Option<NodeId> {
        let entry = self.brokers.iter().find(|entry| entry.name == broker)?;
        let address = *entry.addresses.iter().find(|address| address.id == id)?;
        self.drop_where(|found| found.node == address.node);
        Some(address.node)
    }

    /// Drops the broker that registered last over this channel; gives its node.
    pub(super) fn forget_channel(&mut self, conn: ConnId) -> Option<NodeId> {
        let mut addresses = self.brokers.iter().flat_map(|entry| &entry.addresses);
        let node = addresses.find(|address| address.conn == conn)?.node;
        self.drop_where(|address| address.conn == conn);
        Some(node)
    }

    /// Brokers that were silent for longer than `expiry`, or than they said (strictly); with that.
    pub(super) fn expired(
        &self,
        now: SimTime,
        expiry: SimSpan,
    ) -> Vec<(NodeId, ConnId, Option<SimSpan>)> {
        let addresses = self.brokers.iter().flat_map(|entry| &entry.addresses);
        let silent =
            addresses.filter(|address| address.heard + address.expiry.unwrap_or(expiry) < now);
        silent.map(|address| (address.node, address.conn, address.expiry)).collect()
    }

    /// A broker that is known said that it lives (904).
    pub(super) fn heard(&mut self, broker: Name, node: NodeId, now: SimTime) {
        let entries = self.brokers.iter_mut().filter(|entry| entry.name == broker);
        let mut addresses = entries.flat_map(|entry| &mut entry.addresses);
        if let Some(address) = addresses.find(|address| address.node == node) {
            address.heard = now;
        }
    }

    /// The addresses of a broker name (901), with their connections.
    pub(super) fn members(&self, broker: Name) -> Vec<(u32, NodeId, ConnId)> {
        let entry = self.brokers.iter().find(|entry| entry.name == broker);
        let addresses = entry.into_iter().flat_map(|entry| &entry.addresses);
        addresses.map(|address| (address.id, address.node, address.conn)).collect()
    }

    /// Who has the smallest id of each name.
    pub(super) fn smallest(&self) -> Vec<(Name, u32, NodeId)> {
        let first = |entry: &BrokerEntry| {
            entry.addresses.first().map(|first| (entry.name, first.id, first.node))
        };
        self.brokers.iter().filter_map(first).collect()
    }

    /// `pickupTopicRouteData`; `None`: code 17. Where `acting` masters are supported, the smallest
    /// id of a broker without a master and without WRITE is told as 0.
    pub(super) fn route(&self, topic: Name, acting: bool) -> Option<Route> {
        let is_told = acting && !topic.as_str().starts_with("rmq_sys_SYNC_BROKER_MEMBER_");
        let with = |entry: &BrokerEntry| {
            let config = entry.topics.iter().find(|config| config.name == topic)?;
            let stands_in = is_told && entry.acting && config.perm & perm::WRITE == 0;
            let mut addresses: Vec<_> = entry.addresses.iter().map(|a| (a.id, a.node)).collect();
            if stands_in && let Some(first) = addresses.first_mut() {
                first.0 = 0;
            }
            Some(RouteBroker {
                name: entry.name,
                cluster: entry.cluster,
                addresses,
                read_queues: config.read_queues,
                write_queues: config.write_queues,
                perm: config.perm,
                named_by: entry.named_by,
            })
        };
        let brokers: Vec<_> = self.brokers.iter().filter_map(with).collect();
        (!brokers.is_empty()).then_some(Route { brokers })
    }

    /// All brokers with their clusters and addresses.
    pub(super) fn places(&self) -> Vec<BrokerPlace> {
        let place = |entry: &BrokerEntry| {
            let addresses = entry.addresses.iter().map(|a| (a.id, a.node)).collect();
            (entry.cluster, entry.name, addresses)
        };
        self.brokers.iter().map(place).collect()
    }

    /// Topics of all brokers, or of those of a cluster; one of several brokers several times.
    pub(super) fn topics(&self, cluster: Option<Name>) -> Vec<Name> {
        let of_cluster = |entry: &&BrokerEntry| cluster.is_none_or(|name| entry.cluster == name);
        let entries = self.brokers.iter().filter(of_cluster);
        entries.flat_map(|entry| &entry.topics).map(|topic| topic.name).collect()
    }

    /// An administrator says which brokers have a topic. A broker that is not known ends it: of a
    /// new topic nothing is taken, of a known one what stood before.
    pub(super) fn register_topic(&mut self, topic: Name, queues: &[(Name, TopicConfig)]) {
        let is_known = self.route(topic, false).is_some();
        let place = |name: Name| self.brokers.iter().position(|entry| entry.name == name);
        let places: Vec<_> = queues.iter().map_while(|(name, _)| place(*name)).collect();
        if !is_known && places.len() < queues.len() {
            return;
        }
        for (at, (_, config)) in places.into_iter().zip(queues) {
            let topics = &mut self.brokers[at].topics;
            topics.retain(|known| known.name != topic);
            topics.push(*config);
        }
    }

    pub(super) fn forget_topic(&mut self, topic: Name) {
        for entry in &mut self.brokers {
            entry.topics.retain(|known| known.name != topic);
        }
    }

    /// Changes the permission of all topics of a broker; gives their number.
    pub(super) fn set_perm(&mut self, broker: Name, perm: impl Fn(u8) -> u8) -> u32 {
        let Some(entry) = self.brokers.iter_mut().find(|entry| entry.name == broker) else {
            return 0;
        };
        entry.topics.iter_mut().for_each(|topic| topic.perm = perm(topic.perm));
        u32::try_from(entry.topics.len()).expect("topics fit in u32")
    }

    fn drop_where(&mut self, gone: impl Fn(&Address) -> bool) {
        for entry in &mut self.brokers {
            entry.addresses.retain(|address| !gone(address));
            if entry.has_no_master() {
                entry.topics.iter_mut().for_each(|topic| topic.perm &= !perm::WRITE);
            }
        }
        self.brokers.retain(|entry| !entry.addresses.is_empty());
    }
}

impl BrokerEntry {
    fn new(registration: &Registration) -> Self {
        let (name, cluster) = (registration.broker, registration.cluster);
        let named_by = registration.named_by;
        let (addresses, topics, acting) = Default::default();
        Self { name, cluster, addresses, topics, named_by, acting }
    }

    /// A slave acts as master here (`isNoMasterExists`).
    fn has_no_master(&self) -> bool {
        self.acting && self.addresses.first().is_some_and(|first| first.id != 0)
    }

    /// The same address under another id is dropped: that is how a slave becomes a master.
    fn set_address(&mut self, address: Address) {
        self.addresses.retain(|old| old.node != address.node && old.id != address.id);
        self.addresses.push(address);
        order::by_key(&mut self.addresses, |address| address.id);
    }

    /// Topics are taken where the data version differs, or where one of them is new.
    fn take_topics(&mut self, registration: &Registration, changed: bool) {
        let closed = if self.has_no_master() { perm::WRITE } else { 0 };
        for config in &registration.topics {
            let config = &TopicConfig { perm: config.perm & !closed, ..*config };
            match self.topics.iter_mut().find(|known| known.name == config.name) {
                Some(known) if changed => *known = *config,
                Some(_) => (),
                None => self.topics.push(*config),
            }
        }
    }
}

impl Digestible for Tables {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.brokers.len() as u64);
        for entry in &self.brokers {
            digest.put(&entry.name);
            digest.put(&entry.addresses.first().map(|first| first.data_version));
            digest.all(entry.topics.iter());
            for address in &entry.addresses {
                digest.put(&address.id);
                digest.put(&address.node);
                digest.put(&address.conn);
                digest.put(&address.heard);
            }
        }
    }
}
