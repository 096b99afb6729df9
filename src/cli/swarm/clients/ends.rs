//! What has to be done at the end of a run: every stored message is consumed, filtered out or dead
//! for every group that wants it, unless a fact says that this group will never see it.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{AnswerCode, Fact};
use crate::judgement::{beginning, gives, has_less_than_its_copies};
use crate::kernel::actor::NodeId;
use crate::observation::Observations;
use crate::observation::messages::{flag, mark};
use crate::observation::seen::Seen;

/// Facts that excuse what is not done.
#[derive(Default)]
pub(super) struct Ends {
    groups: usize,
    /// By queue and group: what lies before this offset may be passed over.
    passed: Vec<u64>,
    /// Whose log went on at so many bytes, and when, ns.
    cuts: Vec<(NodeId, u64, u64)>,
    /// Whose log begins at so many bytes, and since when, ns.
    deleted: Vec<(NodeId, u64, u64)>,
    /// When a message was last to come again for a group, ns.
    retried: BTreeMap<(u32, usize), u64>,
    /// Messages that a broker stored while another one led already: its log is cut before them.
    astray: BTreeSet<u32>,
    /// Groups that pop, by their names.
    pops: Vec<String>,
    /// Whose copies have something else behind so many bytes.
    diverged: Vec<(NodeId, u64)>,
    /// Who led brokers of a name last.
    leaders: Vec<(NodeId, NodeId)>,
    /// By queue and group: when the last pop was, ns, its first offset and how many it got.
    popped: BTreeMap<(usize, usize), (u64, u64, u32)>,
    /// Messages whose time was changed in the ms of their pop.
    twins: BTreeSet<(u32, usize)>,
    /// Groups and names of brokers that answer none of their pops.
    deaf: Vec<(String, String)>,
}

/// A message that a group is not done with.
pub(super) struct Open {
    pub(super) number: u32,
    pub(super) group: usize,
}

impl Ends {
    /// For so many groups, of which these pop, some of them in vain.
    pub(super) fn new(groups: usize, pops: Vec<String>, deaf: Vec<(String, String)>) -> Self {
        Self { groups, pops, deaf, ..Self::default() }
    }

    /// One fact, before the observations take it in.
    pub(super) fn see(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        if let (Some(offset), Some(queue), Some(group)) =
            (beginning(seen, so_far), seen.queue, seen.group)
        {
            self.pass(queue, group, offset);
        } else if let Fact::OffsetSet { offset, .. } = *seen.fact {
            let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
            self.pass(queue, group, offset);
        } else if let Fact::Answered { code: AnswerCode::OffsetMoved, offset, .. } = *seen.fact {
            let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
            self.pass(queue, group, offset);
        } else if let Fact::Answered { code: AnswerCode::Found, offset, count, .. } = *seen.fact {
            let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
            if so_far.is_outlived(seen.node) {
                self.pass(queue, group, offset + u64::from(count));
            }
            if gives(seen, so_far, "popped") {
                self.popped.insert((queue, group), (seen.at, offset, count));
            }
        } else if matches!(seen.fact, Fact::Postponed { .. }) {
            if gives(seen, so_far, "invisible_changed") {
                self.changed(seen, so_far);
            }
        } else if let (Fact::Stored { .. }, Some(number)) = (seen.fact, seen.message) {
            // Half of a transaction that the new leader asks about once more is not the message.
            let planned = |queue: usize| {
                so_far.places.topics()[so_far.places.queues()[queue].topic].planned.is_some()
            };
            if so_far.is_outlived(seen.node) {
                self.astray.insert(number);
            } else if seen.queue.is_some_and(planned) {
                self.astray.remove(&number);
            }
        } else if let Fact::Recovered { bytes, .. } = *seen.fact {
            if so_far.cast().home(seen.node) == seen.node {
                self.cut(seen, bytes, so_far);
            }
            if has_less_than_its_copies(seen.node, bytes, so_far) {
                self.diverged.push((seen.node, bytes));
            }
        } else if let Fact::Leads { bytes, .. } = *seen.fact {
            self.cut(seen, bytes, so_far);
            let home = so_far.cast().home(seen.node);
            self.leaders.retain(|(of, _)| *of != home);
            self.leaders.push((home, seen.node));
        } else if let Fact::Deleted { bytes, .. } = *seen.fact {
            self.deleted.push((so_far.cast().home(seen.node), bytes, seen.at));
        } else if let (Fact::Retried { .. }, Some(number), Some(group)) =
            (seen.fact, seen.message, seen.group)
        {
            self.retried.insert((number, group), seen.at);
        }
    }

    fn pass(&mut self, queue: usize, group: usize, offset: u64) {
        let index = queue * self.groups + group;
        if self.passed.len() <= index {
            self.passed.resize(index + 1, 0);
        }
        self.passed[index] = self.passed[index].max(offset);
    }

    /// A message stays invisible for another while. Where that is said in the same ms in which it
    /// was popped, both checkpoints have the same name (`PopReviveService.consumeReviveMessage`:
    /// topic, group, queue, offset, time of the pop): what ends the first one ends the second one
    /// too, where a broker reads them together.
    fn changed(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        let (Some(number), Some(queue)) = (seen.message, seen.queue) else { return };
        let millis = |at: u64| at / 1_000_000;
        for ((_, group), (at, offset, count)) in self.popped.range((queue, 0)..(queue + 1, 0)) {
            let mut offsets = *offset..*offset + u64::from(*count);
            let is_it = offsets.any(|at| so_far.progress.number(queue, at) == Some(number));
            if is_it && millis(*at) == millis(seen.at) {
                self.twins.insert((number, *group));
            }
        }
    }

    /// A log goes on at so many bytes: what was behind them is gone, and a group passes over what
    /// comes to stand where it was before.
    fn cut(&mut self, seen: &Seen<'_>, bytes: u64, so_far: &Observations) {
        let home = so_far.cast().home(seen.node);
        let led = self.leaders.iter().filter(|(of, _)| *of == home).map(|(_, leader)| *leader);
        let nodes = led.chain([home, seen.node]).filter_map(|node| so_far.nodes.of(node));
        if nodes.map(|figures| figures.log_bytes).max().is_none_or(|was| bytes >= was) {
            return;
        }
        self.cuts.push((home, bytes, seen.at));
        for (index, place) in so_far.places.queues().iter().enumerate() {
            if place.queue.broker == home {
                for group in 0..self.groups {
                    self.pass(index, group, so_far.progress.share(index, group).handed);
                }
            }
        }
    }

    /// What is open though it was stored before `until`, ns: of each message the first group.
    pub(super) fn open(&self, so_far: &Observations, until: u64, loose: &[String]) -> Vec<Open> {
        let groups = so_far.cast().groups.iter();
        let strict: Vec<bool> =
            groups.map(|(name, _)| !loose.iter().any(|it| it == name.as_str())).collect();
        let is_open = |number: &u32| {
            let record = so_far.messages.record(*number);
            let counts = record.flags & (flag::STORED | flag::GONE) == flag::STORED;
            counts && record.stored < until && record.pending > 0
        };
        let open = (1..=so_far.numbering.count()).filter(is_open).filter_map(|number| {
            let queue = so_far.messages.record(number).queue as usize;
            let topic = so_far.places.queues()[queue].topic;
            let groups = so_far.places.topics()[topic].groups.iter().copied();
            let mut groups = groups.filter(|group| strict[*group]);
            let group = groups.find(|group| self.is_open(number, *group, so_far))?;
            Some(Open { number, group })
        });
        open.collect()
    }

    fn is_open(&self, number: u32, group: usize, so_far: &Observations) -> bool {
        let marks = so_far.messages.marks(number, group);
        let record = so_far.messages.record(number);
        let queue = record.queue as usize;
        let home = so_far.places.queues()[queue].queue.broker;
        let end = record.physical + u64::from(record.size);
        let passed = self.passed.get(queue * self.groups + group).copied().unwrap_or(0);
        let done = marks & (mark::CONSUMED | mark::FILTERED | mark::DEAD) != 0;
        let cut = |(broker, bytes, at): &(NodeId, u64, u64)| {
            *broker == home && end > *bytes && record.stored <= *at
        };
        let deleted = |(broker, bytes, _): &(NodeId, u64, u64)| *broker == home && end <= *bytes;
        // The copy that was to be tried again may be what is gone.
        let retried = self.retried.get(&(number, group)).copied().unwrap_or(0);
        let mut gone = self.cuts.iter().chain(&self.deleted);
        let retry_gone = marks & mark::RETRYING != 0 && gone.any(|(_, _, at)| retried <= *at);
        // What brings a popped message again is a record of the log, too.
        let name = so_far.cast().groups[group].0;
        let pops = self.pops.iter().any(|pops| pops == name.as_str());
        let mut cuts = self.cuts.iter();
        let late = |(broker, _, at): &(NodeId, u64, u64)| *broker == home && record.stored <= *at;
        let popped_gone = pops && marks & mark::DELIVERED != 0 && cuts.any(late);
        let broker = so_far.cast().name(home);
        let is_deaf = |(group, of): &(String, String)| group == name.as_str() && of == broker;
        let excused = u64::from(record.offset) < passed
            || self.twins.contains(&(number, group))
            || self.deaf.iter().any(is_deaf)
            || popped_gone
            || self.diverged.iter().any(|(broker, bytes)| *broker == home && end > *bytes)
            || retry_gone
            || self.astray.contains(&number)
            || so_far.progress.is_shifted(queue)
            || self.cuts.iter().any(cut)
            || self.deleted.iter().any(deleted);
        !done && !excused
    }
}
