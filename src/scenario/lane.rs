//! A lane: one world of a scenario, with a neutral directory of what is in it.

use crate::facts::measure::{Condition, Measure};
use crate::facts::{NodeProfile, NodeRole};
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::kernel::world::{Intervention, NodeSpec, World};
use crate::rocketmq::protocol::Mq;

use super::bound::Bound;
use super::model::{Draft, Model, ZERO};

/// Wall clocks show 2026-01-05 08:00 UTC at a scenario's time 0 (ms since 1970).
pub(super) const WALL_START: i64 = 1_767_600_000_000;

/// A node of a lane.
#[derive(Clone, Debug)]
pub struct NodeEntry {
    /// Its id in the world.
    pub id: NodeId,
    /// Its name in the file.
    pub name: Name,
    /// What it is.
    pub profile: NodeProfile,
}

/// A change from outside that waits for something in the run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// It waits from this time on.
    pub from: SimTime,
    /// What it waits for.
    pub when: Condition,
    /// It happens so long after that.
    pub after: SimSpan,
    /// What happens.
    pub then: Intervention<Mq>,
}

/// One world of a scenario, ready to be built.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Heading.
    pub title: String,
    /// Line below it.
    pub subtitle: String,
    /// All nodes, by id.
    pub nodes: Vec<NodeEntry>,
    /// Topics in the order of their colours.
    pub topics: Vec<Name>,
    /// Groups of consumers, in the order of the file.
    pub groups: Vec<Name>,
    /// The scenario's time 0 on the world's clock.
    pub zero: SimTime,
    /// Messages that the workloads will send, where that is a fixed number.
    pub planned_messages: Option<u64>,
    /// What assertions and plans measure.
    pub measures: Vec<Measure>,
    /// What bounds it, where that can be said beforehand.
    pub bound: Option<Bound>,
    model: Model,
}

impl Lane {
    pub(super) fn new(title: String, subtitle: String, model: Model) -> Self {
        let nodes: Vec<NodeEntry> = (0..).zip(&model.nodes).map(entry).collect();
        Self {
            title,
            subtitle,
            groups: groups(&nodes),
            nodes,
            topics: model.topics.clone(),
            zero: ZERO,
            planned_messages: sum(&model.planned),
            measures: model.plans.iter().flat_map(|plan| plan.when.measures()).collect(),
            bound: Bound::of(&model),
            model,
        }
    }

    /// Messages that the program of each node sends, by node, where that is a fixed number.
    pub fn planned(&self) -> &[Option<u64>] {
        &self.model.planned
    }

    /// Changes from outside that wait for something.
    pub fn plans(&self) -> &[Plan] {
        &self.model.plans
    }

    /// Somebody wants to know these too.
    pub(super) fn ask(&mut self, measures: impl Iterator<Item = Measure>) {
        self.measures.extend(measures);
    }

    /// The lane's world before anything happened. Lanes with equal node names draw equal numbers.
    pub fn build(&self, seed: u64) -> World<Mq> {
        let mut world = World::new(seed, WALL_START, self.zero);
        world.set_default_link(self.model.network.clone());
        for draft in &self.model.nodes {
            world.add_node(NodeSpec {
                name: draft.name,
                disk: draft.disk.clone(),
                disk_profile: draft.disk_profile,
                boots: draft.starts,
                skew: 0,
            });
        }
        for (node, draft) in (0..).map(NodeId).zip(&self.model.nodes) {
            if let Some(shares) = draft.disk.client().and_then(|config| config.shares) {
                world.share(node, shares.first);
            }
        }
        for (a, b, profile) in &self.model.links {
            world.set_link(*a, *b, profile.clone());
        }
        for (at, intervention) in &self.model.interventions {
            world.intervene(*at, intervention.clone());
        }
        world
    }
}

fn sum(planned: &[Option<u64>]) -> Option<u64> {
    planned.iter().try_fold(0_u64, |sum, more| sum.checked_add((*more)?))
}

pub(super) fn entry((id, draft): (u32, &Draft)) -> NodeEntry {
    NodeEntry { id: NodeId(id), name: draft.name, profile: draft.disk.profile(draft.starts) }
}

/// Groups of consumers, each once.
pub(super) fn groups(nodes: &[NodeEntry]) -> Vec<Name> {
    let mut groups = Vec::new();
    for node in nodes {
        match node.profile.role {
            NodeRole::PushConsumer
            | NodeRole::PullConsumer
            | NodeRole::LitePullConsumer
            | NodeRole::SimpleConsumer => {
                groups.extend(node.profile.group.filter(|group| !groups.contains(group)));
            }
            NodeRole::NameServer | NodeRole::Broker | NodeRole::Producer => {}
        }
    }
    groups
}
