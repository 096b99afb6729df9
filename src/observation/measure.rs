//! How what scenarios ask for is measured: from the folds, and from facts that are counted because
//! somebody asks for them.

use crate::facts::measure::{Figure, Kind, Measure, Rank, Scope, What};
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;

use super::Observations;
use super::cast::Cast;
use super::latency::{Latency, Percentiles};
use super::ledger::GroupLedger;
use super::nodes::Figures;
use super::places::is_member;
use super::seen::{Seen, parts};

impl Measure {
    /// Its number up to `now` (ns since the scenario's start); `None`: there is nothing to measure.
    pub fn value(&self, seen: &Observations, now: u64) -> Option<u64> {
        let tally = || seen.watch.tally(self).unwrap_or_default();
        match self.what {
            What::Count(figure) => Some(self.figure(figure, seen)),
            What::Lag => Some(self.sum(seen, |queue, group| {
                seen.progress.stored(queue).saturating_sub(seen.progress.share(queue, group).done)
            })),
            What::Diff => Some(self.sum(seen, |queue, group| {
                let committed = seen.progress.share(queue, group).committed.unwrap_or(0);
                seen.progress.stored(queue).saturating_sub(committed)
            })),
            What::Latency(rank) => ranked(&seen.latency, rank),
            What::Wait(rank) => ranked(&seen.wait, rank),
            What::Facts(_) => Some(tally().count),
            What::First(_) => {
                Some(tally()).filter(|tally| tally.count > 0).map(|tally| tally.first)
            }
            What::Last(_) => Some(tally()).filter(|tally| tally.count > 0).map(|tally| tally.last),
            What::Owned => Some(self.owned(seen)),
            What::Standstill => {
                Some(seen.depth.nothing_consumed(now).map_or(0, |(from, to)| to - from))
            }
        }
    }

    fn figure(&self, figure: Figure, seen: &Observations) -> u64 {
        let (all, (answered, empty)) = (seen.books.all, seen.asking.counts());
        let of_node = |all: u64, own: fn(&Figures) -> u64| match self.scope.node {
            None => all,
            Some(_) => self.node(seen).and_then(|node| seen.nodes.of(node)).map_or(0, own),
        };
        match figure {
            Figure::Sent => of_node(all.sent, |node| node.sent),
            Figure::Acknowledged => of_node(all.acknowledged, |node| node.acknowledged),
            Figure::Failed => of_node(all.failed, |node| node.failed),
            Figure::Stored if self.scope == Scope::default() => all.stored,
            Figure::Stored => self.queues(seen).map(|queue| seen.progress.stored(queue)).sum(),
            Figure::Lost => all.lost,
            Figure::Requests => answered,
            Figure::EmptyRequests => empty,
            Figure::HeldRequests => seen.asking.held_now(),
            Figure::Expected => self.of_groups(seen, |books| books.expected),
            Figure::Delivered => self.of_groups(seen, |books| books.delivered),
            Figure::Consumed => {
                of_node(self.of_groups(seen, |books| books.consumed), |node| node.consumed)
            }
            Figure::Retrying => self.of_groups(seen, |books| books.retrying),
            Figure::Dead => self.of_groups(seen, |books| books.dead),
            Figure::Duplicated => self.of_groups(seen, |books| books.duplicated),
            Figure::OutOfOrder => self.of_groups(seen, |books| books.out_of_order),
            Figure::Overtaken => self.of_groups(seen, |books| books.overtaken),
            Figure::OvertakenInQueue => self.of_groups(seen, |books| books.overtaken_in_queue),
            Figure::Effects => self.of_groups(seen, |books| books.effects),
            Figure::RepeatedEffects => self.of_groups(seen, |books| books.repeated_effects),
            Figure::SparedEffects => self.of_groups(seen, |books| books.spared_effects),
        }
    }

    fn of_groups(&self, seen: &Observations, of: impl Fn(&GroupLedger) -> u64) -> u64 {
        self.groups(seen).map(|group| of(&seen.books.groups[group])).sum()
    }

    /// The group of the scope; members of a broadcast each stand for themselves.
    fn groups<'a>(&'a self, seen: &'a Observations) -> impl Iterator<Item = usize> + 'a {
        let names = seen.cast().groups.iter().enumerate();
        names.filter(|(_, (name, _))| self.is_of_group(Some(*name))).map(|(index, _)| index)
    }

    fn is_of_group(&self, name: Option<Name>) -> bool {
        self.scope
            .group
            .is_none_or(|wanted| name.is_some_and(|name| name == wanted || is_member(name, wanted)))
    }

    /// Shown queues of the scope.
    fn queues<'a>(&'a self, seen: &'a Observations) -> impl Iterator<Item = usize> + 'a {
        let scope = self.scope;
        let node = self.node(seen);
        let all = seen.places.shown().iter().flat_map(|topic| seen.places.queues_of(*topic));
        all.filter(move |queue| {
            let place = seen.places.queues()[*queue].queue;
            scope.topic.is_none_or(|topic| topic == place.topic)
                && scope.queue.is_none_or(|id| id == place.id)
                && node.is_none_or(|node| node == place.broker)
        })
    }

    /// Over all queues of the scope, and the groups of it that want them.
    fn sum(&self, seen: &Observations, of: impl Fn(usize, usize) -> u64) -> u64 {
        let wanted = |queue: usize, group: usize| {
            let topic = seen.places.queues()[queue].topic;
            if seen.places.topics()[topic].groups.contains(&group) { of(queue, group) } else { 0 }
        };
        let of_queue = |queue| self.groups(seen).map(|group| wanted(queue, group)).sum::<u64>();
        self.queues(seen).map(of_queue).sum()
    }

    fn owned(&self, seen: &Observations) -> u64 {
        let (Some(node), queues) = (self.node(seen), seen.places.queues()) else { return 0 };
        let counts = |(owner, queue, _): &(NodeId, usize, usize)| {
            let place = queues[*queue].queue;
            *owner == node
                && match self.scope.topic {
                    Some(topic) => topic == place.topic,
                    None => seen.cast().topics.contains(&place.topic),
                }
        };
        seen.ownership.ribbons().filter(counts).count() as u64
    }

    fn node(&self, seen: &Observations) -> Option<NodeId> {
        let wanted = self.scope.node?;
        let nodes = &seen.cast().nodes;
        let index = nodes.iter().position(|(name, _)| *name == wanted)?;
        Some(NodeId(u32::try_from(index).expect("fewer nodes than u32 can count")))
    }

    /// Whether it is about a fact.
    fn fits(&self, seen: &Seen<'_>, cast: &Cast) -> bool {
        let Some(Kind { kind, why }) = self.kind() else { return false };
        let reason = seen.why.map(|own| own.reason);
        if kind != seen.fact.kind() || why.is_some() && why != reason {
            return false;
        }
        let (scope, about) = (self.scope, parts(seen.fact));
        let topic = about.queue.map(|queue| queue.topic).or(about.topic);
        let id = about.queue.map(|queue| queue.id);
        let node = cast.node(seen.node).map(|(name, _)| *name);
        self.is_of_group(about.group)
            && (scope.topic.is_none() || scope.topic == topic)
            && (scope.queue.is_none() || scope.queue == id)
            && (scope.node.is_none() || scope.node == node)
    }
}

fn ranked(spans: &Latency, rank: Rank) -> Option<u64> {
    let Percentiles { count, mean, p50, p90, p99, p999, max } = spans.percentiles();
    let span = match rank {
        Rank::Mean => mean,
        Rank::P50 => p50,
        Rank::P90 => p90,
        Rank::P99 => p99,
        Rank::P999 => p999,
        Rank::Max => max,
    };
    (count > 0).then_some(span)
}

/// How often something was seen, and when. Times in ns since the scenario's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// The first time.
    pub first: u64,
    /// The last time.
    pub last: u64,
}

/// Facts that somebody asks for, counted.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    wanted: Vec<Measure>,
    tallies: Vec<Tally>,
}

impl Watch {
    /// Counts for these measures, from now on.
    pub fn new(measures: impl Iterator<Item = Measure>) -> Self {
        let wanted: Vec<Measure> = measures.filter(|measure| measure.kind().is_some()).collect();
        let tallies = vec![Tally::default(); wanted.len()];
        Self { wanted, tallies }
    }

    /// True where nobody asks.
    #[inline]
    pub fn is_idle(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Takes a fact in.
    pub(super) fn see(&mut self, seen: &Seen<'_>, cast: &Cast) {
        for (wanted, tally) in self.wanted.iter().zip(&mut self.tallies) {
            if wanted.fits(seen, cast) {
                tally.first = if tally.count == 0 { seen.at } else { tally.first };
                tally.last = seen.at;
                tally.count += 1;
            }
        }
    }

    /// What was counted for a measure.
    fn tally(&self, measure: &Measure) -> Option<Tally> {
        let place = self
            .wanted
            .iter()
            .position(|wanted| wanted.kind() == measure.kind() && wanted.scope == measure.scope)?;
        Some(self.tallies[place])
    }
}
