//! One lane's cluster as checked: every name resolves, every number is in range.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::kernel::actor::NodeId;
use crate::kernel::disk::DiskProfile;
use crate::kernel::name::Name;
use crate::kernel::network::LinkProfile;
use crate::kernel::time::{SimSpan, SimTime};
use crate::kernel::world::Intervention;
use crate::rocketmq::cluster::MqDisk;
use crate::rocketmq::protocol::{Mq, Order};

use super::actions::{self, Happening};
use super::clients;
use super::error::{Fault, listed, nearest};
use super::lane::{Plan, entry, groups};
use super::measures::Names;
use super::nodes;
use super::reader::Table;
use super::units;

/// A scenario's time 0 on the world's clock: nodes may start so long before it.
pub(super) const ZERO: SimTime = SimTime::from_nanos(10_000_000_000);

/// A node before it is made.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) name: Name,
    pub(super) starts: SimTime,
    pub(super) disk: MqDisk,
    pub(super) disk_profile: DiskProfile,
}

/// A topic as written.
pub(super) struct Topic {
    pub(super) name: Name,
    pub(super) queues: u32,
    /// False: the first send creates it.
    pub(super) exists: bool,
    /// Brokers that have it; all where empty.
    pub(super) brokers: Vec<Spanned<String>>,
}

/// Everything that makes a lane's world, but for the seed.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) nodes: Vec<Draft>,
    pub(super) topics: Vec<Name>,
    /// Messages that the program of each node sends, where that is a fixed number.
    pub(super) planned: Vec<Option<u64>>,
    pub(super) network: LinkProfile,
    pub(super) links: Vec<(NodeId, NodeId, LinkProfile)>,
    pub(super) interventions: Vec<(SimTime, Intervention<Mq>)>,
    /// What happens from outside when something in the run does.
    pub(super) plans: Vec<Plan>,
}

/// What has been read so far, for names to resolve against.
pub(super) struct Known {
    pub(super) topics: Vec<Topic>,
    pub(super) namesrvs: Vec<NodeId>,
    /// Name servers with a controller.
    pub(super) controllers: Vec<NodeId>,
    pub(super) nodes: Vec<Draft>,
}

impl Model {
    /// Reads the part of a file that describes the cluster.
    pub(super) fn read(cluster: DeTable<'_>, place: Range<usize>) -> Result<Self, Fault> {
        let value = Spanned::new(place, DeValue::Table(cluster));
        let mut root = Table::new("a scenario", value)?;
        let topics = nodes::topics(root.tables("topic", "a topic")?)?;
        let (namesrvs, controllers, nodes) = Default::default();
        let mut known = Known { topics, namesrvs, controllers, nodes };
        for table in root.tables("namesrv", "a name server")? {
            let id = known.next_id();
            known.namesrvs.push(id);
            let (draft, controls) = nodes::namesrv(table, &known)?;
            known.controllers.extend(controls.then_some(id));
            known.nodes.push(draft);
        }
        for table in root.tables("broker", "a broker")? {
            let draft = nodes::broker(table, &known)?;
            known.nodes.push(draft);
        }
        known.check_cluster(&root)?;
        let mut planned: Vec<Option<u64>> = known.nodes.iter().map(|_| Some(0)).collect();
        for table in root.tables("client", "a client")? {
            let (draft, messages) = clients::client(table, &known)?;
            planned.push(messages);
            known.nodes.push(draft);
        }
        let (network, links) = actions::network(root.take("network"), &known)?;
        let written = root.tables("intervention", "an intervention")?;
        let Happening { interventions, plans } = actions::interventions(written, &known)?;
        root.done()?;
        let acts = interventions.iter().map(|(_, act)| act);
        for act in acts.chain(plans.iter().map(|plan| &plan.then)) {
            if let Intervention::Tell(node, Order::Subscribe { topic, .. }) = act {
                known.nodes[node.index()].disk.wants_later(*topic);
            }
        }
        let topics = known.topics.iter().map(|topic| topic.name).collect();
        Ok(Self { nodes: known.nodes, topics, planned, network, links, interventions, plans })
    }
}

impl Known {
    /// The id that the next node gets.
    pub(super) fn next_id(&self) -> NodeId {
        NodeId(u32::try_from(self.nodes.len()).expect("fewer nodes than u32 can count"))
    }

    /// The node with this name.
    pub(super) fn node(&self, name: &Spanned<String>) -> Result<NodeId, Fault> {
        let index = self.nodes.iter().position(|node| node.name.as_str() == name.get_ref());
        let names = || self.nodes.iter().map(|node| node.name.as_str());
        let index = index.ok_or_else(|| unresolved("node", name, names()))?;
        Ok(NodeId(u32::try_from(index).expect("fewer nodes than u32 can count")))
    }

    /// The broker with this name.
    pub(super) fn broker(&self, name: &Spanned<String>) -> Result<NodeId, Fault> {
        let node = self.node(name)?;
        let is_broker = matches!(self.nodes[node.index()].disk, MqDisk::Broker(_));
        let finding = || format!("`{}` is no broker", name.get_ref());
        let fault = || Fault::new(name.span(), finding(), "name a broker");
        is_broker.then_some(node).ok_or_else(fault)
    }

    /// The lite pull consumer with this name.
    pub(super) fn lite_pull_consumer(&self, name: &Spanned<String>) -> Result<NodeId, Fault> {
        let node = self.node(name)?;
        let is_lite = matches!(self.nodes[node.index()].disk, MqDisk::LitePull(_));
        let finding = || format!("`{}` is no lite pull consumer", name.get_ref());
        let cure = "name a client with the role `lite-pull`";
        is_lite.then_some(node).ok_or_else(|| Fault::new(name.span(), finding(), cure))
    }

    /// The push consumer with this name, or a lite pull consumer, which can be told the same.
    pub(super) fn push_consumer(&self, name: &Spanned<String>) -> Result<NodeId, Fault> {
        let node = self.node(name)?;
        let disk = &self.nodes[node.index()].disk;
        let is_push = matches!(disk, MqDisk::PushConsumer(_) | MqDisk::LitePull(_));
        let finding = || format!("`{}` is no push consumer", name.get_ref());
        let fault = || Fault::new(name.span(), finding(), "name a client with the role `push`");
        is_push.then_some(node).ok_or_else(fault)
    }

    /// The master that is called so.
    pub(super) fn master_of(&self, broker: Name) -> Option<NodeId> {
        let index = self.nodes.iter().position(|node| node.disk.is_broker(broker, 0))?;
        Some(NodeId(u32::try_from(index).expect("fewer nodes than u32 can count")))
    }

    /// True where a broker has this name and id.
    pub(super) fn has_broker(&self, broker: Name, id: u32) -> bool {
        self.nodes.iter().any(|node| node.disk.is_broker(broker, id))
    }

    /// The topic with this name.
    pub(super) fn topic(&self, name: &Spanned<String>) -> Result<Name, Fault> {
        let found = self.topics.iter().find(|topic| topic.name.as_str() == name.get_ref());
        let names = self.topics.iter().map(|topic| topic.name.as_str());
        found.map(|topic| topic.name).ok_or_else(|| unresolved("topic", name, names))
    }

    /// A name that no node has yet.
    pub(super) fn fresh(&self, name: &Spanned<String>) -> Result<Name, Fault> {
        if self.nodes.iter().any(|node| node.name.as_str() == name.get_ref()) {
            return Err(twice("node", name));
        }
        Ok(Name::new(name.get_ref()))
    }

    /// What conditions may name.
    pub(super) fn names(&self) -> Names {
        let entries: Vec<_> = (0..).zip(&self.nodes).map(entry).collect();
        Names {
            nodes: self.nodes.iter().map(|node| node.name).collect(),
            groups: groups(&entries),
            topics: self.topics.iter().map(|topic| topic.name).collect(),
            lanes: Vec::new(),
        }
    }

    fn check_cluster(&self, root: &Table<'_>) -> Result<(), Fault> {
        if self.namesrvs.is_empty() {
            return Err(root.fault("the scenario has no name server", "add a `[[namesrv]]`"));
        }
        if self.namesrvs.len() == self.nodes.len() {
            return Err(root.fault("the scenario has no broker", "add a `[[broker]]`"));
        }
        let brokers = || self.nodes[self.namesrvs.len()..].iter().map(|node| node.name.as_str());
        for name in self.topics.iter().flat_map(|topic| &topic.brokers) {
            if !brokers().any(|broker| broker == name.get_ref()) {
                return Err(unresolved("broker", name, brokers()));
            }
        }
        Ok(())
    }
}

/// The error for a name that means nothing.
fn unresolved<'a>(
    what: &str,
    name: &Spanned<String>,
    known: impl Iterator<Item = &'a str>,
) -> Fault {
    let known: Vec<&str> = known.collect();
    let finding = format!("there is no {what} `{}`", name.get_ref());
    let cure = match nearest(name.get_ref(), known.iter().copied()) {
        Some(near) => format!("write `{near}`"),
        None if known.is_empty() => format!("add a `[[{what}]]` with this name"),
        None => format!("there are {}", listed(known)),
    };
    Fault::new(name.span(), finding, cure)
}

/// The error for a name that is given a second time.
pub(super) fn twice(what: &str, name: &Spanned<String>) -> Fault {
    let finding = format!("there are two {what}s with the name `{}`", name.get_ref());
    Fault::new(name.span(), finding, "give each a name of its own")
}

/// A moment that is written relative to time 0.
pub(super) fn moment(table: &mut Table<'_>, key: &'static str) -> Result<Option<SimTime>, Fault> {
    let like = "a time from `\"-10s\"` on, as `\"200ms\"`";
    table.quantity(key, read_moment, like)
}

fn read_moment(text: &str) -> Option<SimTime> {
    let (before, span) = units::signed_duration(text)?;
    let zero = ZERO.since(SimTime::START);
    if !before {
        let limit = SimSpan::secs(1_000_000_000);
        return (span <= limit).then(|| ZERO + span);
    }
    (span <= zero).then(|| SimTime::START + (zero - span))
}
