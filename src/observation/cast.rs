//! Who takes part in a world, as the scenario plans it.

use crate::facts::{NodeProfile, NodeRole, Promises, TopicKind, Vocabulary};
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;

/// Nodes, and what follows from their profiles.
#[derive(Clone, Debug)]
pub struct Cast {
    /// Names and profiles, by node.
    pub nodes: Vec<(Name, NodeProfile)>,
    /// Topics that clients send to or subscribe, in order of their colours.
    pub topics: Vec<Name>,
    /// Groups of consumers with their topics.
    pub groups: Vec<(Name, Vec<Name>)>,
    /// The protocol's reasons and settings.
    pub vocabulary: Vocabulary,
    /// Whose queues a node has, by node; empty where no node copies another one.
    pub homes: Vec<NodeId>,
    /// Messages that a node's program sends, by node, where that is a fixed number.
    pub planned: Vec<Option<u64>>,
    /// Whose a topic is that no client names.
    pub topic_kind: fn(&str) -> TopicKind,
}

impl Default for Cast {
    fn default() -> Self {
        let vocabulary = Vocabulary { reasons: &[], settings: &[], requests: &[] };
        Self {
            nodes: Vec::new(),
            topics: Vec::new(),
            groups: Vec::new(),
            vocabulary,
            homes: Vec::new(),
            planned: Vec::new(),
            topic_kind: |_| TopicKind::Read,
        }
    }
}

impl Cast {
    /// The cast of these nodes; topics that the scenario names come first.
    pub fn new(nodes: Vec<(Name, NodeProfile)>, topics: &[Name], vocabulary: Vocabulary) -> Self {
        let mut cast = Self { vocabulary, topics: topics.to_vec(), ..Self::default() };
        for (_, profile) in &nodes {
            match profile.role {
                NodeRole::NameServer | NodeRole::Broker => (),
                NodeRole::Producer => add(&mut cast.topics, &profile.topics),
                NodeRole::PushConsumer
                | NodeRole::PullConsumer
                | NodeRole::LitePullConsumer
                | NodeRole::SimpleConsumer => {
                    add(&mut cast.topics, &profile.topics);
                    cast.add_group(profile);
                }
            }
        }
        if nodes.iter().any(|(_, profile)| profile.copies.is_some()) {
            let own = (0..).map(NodeId).zip(&nodes);
            cast.homes = own.map(|(node, (_, profile))| profile.copies.unwrap_or(node)).collect();
        }
        cast.nodes = nodes;
        cast
    }

    /// A node's name and profile.
    pub fn node(&self, node: NodeId) -> Option<&(Name, NodeProfile)> {
        self.nodes.get(node.index())
    }

    /// A node's name.
    pub fn name(&self, node: NodeId) -> &'static str {
        self.node(node).map_or("", |(name, _)| name.as_str())
    }

    /// The node whose queues a node's are: its own, or those that it copies.
    #[inline]
    pub fn home(&self, node: NodeId) -> NodeId {
        self.homes.get(node.index()).copied().unwrap_or(node)
    }

    /// Other nodes have a broker's queues too.
    pub fn has_copies(&self, broker: NodeId) -> bool {
        let home = self.home(broker);
        self.homes.iter().filter(|of| **of == home).count() > 1
    }

    /// What a node promises; nothing if nobody knows it.
    pub fn promises(&self, node: NodeId) -> Promises {
        self.node(node).map_or_else(Promises::default, |(_, profile)| profile.promises)
    }

    /// True for producers and consumers.
    pub fn is_client(&self, node: NodeId) -> bool {
        self.node(node).is_some_and(|(_, profile)| match profile.role {
            NodeRole::NameServer | NodeRole::Broker => false,
            NodeRole::Producer
            | NodeRole::PushConsumer
            | NodeRole::PullConsumer
            | NodeRole::LitePullConsumer
            | NodeRole::SimpleConsumer => true,
        })
    }

    /// Groups of consumers that have a client in a client's process.
    pub fn groups_of(&self, client: NodeId) -> Vec<usize> {
        let process = |node: NodeId, profile: &NodeProfile| profile.shares.unwrap_or(node);
        let own = self.node(client).map(|(_, profile)| process(client, profile));
        let alike = (0..).map(NodeId).zip(&self.nodes);
        let alike = alike.filter(|(node, (_, profile))| Some(process(*node, profile)) == own);
        let groups = alike.filter_map(|(_, (_, profile))| profile.group);
        groups
            .filter_map(|group| self.groups.iter().position(|(known, _)| *known == group))
            .collect()
    }

    /// The first group that wants a topic.
    pub fn group_of(&self, topic: Name) -> Option<Name> {
        let (name, _) = self.groups.iter().find(|(_, topics)| topics.contains(&topic))?;
        Some(*name)
    }

    fn add_group(&mut self, profile: &NodeProfile) {
        let Some(name) = profile.group else { return };
        match self.groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, topics)) => add(topics, &profile.topics),
            None => self.groups.push((name, profile.topics.clone())),
        }
    }
}

fn add(topics: &mut Vec<Name>, more: &[Name]) {
    for topic in more {
        if !topics.contains(topic) {
            topics.push(*topic);
        }
    }
}
