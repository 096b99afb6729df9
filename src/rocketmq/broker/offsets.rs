//! Committed offsets (`ConsumerOffsetManager`): the last writer wins, offsets may go backwards.

use crate::facts::{Fact, QueueRef, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::remoting::GroupOffsets;

use super::{Broker, BrokerTimer};

/// The table is first written so long after the start.
const FIRST: SimSpan = SimSpan::secs(10);

/// Next offset to consume by group, topic and queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct OffsetTable {
    entries: Vec<Entry>,
    /// Offsets that an administrator set and the group has not taken over (`resetOffsetTable`):
    /// group, topic, queue and offset. In memory only.
    resets: Vec<(Name, Name, u32, u64)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    group: Name,
    topic: Name,
    queues: Vec<Option<u64>>,
}

impl OffsetTable {
    /// A reset that waits counts as the offset.
    pub(super) fn get(&self, group: Name, topic: Name, queue: u32) -> Option<u64> {
        if let Some((.., offset)) = self.reset(group, topic, queue).map(|at| self.resets[at]) {
            return Some(offset);
        }
        let same = |entry: &&Entry| entry.group == group && entry.topic == topic;
        self.entries.iter().find(same)?.queues.get(queue as usize).copied().flatten()
    }

    fn reset(&self, group: Name, topic: Name, queue: u32) -> Option<usize> {
        self.resets
            .iter()
            .position(|(of, within, id, _)| (*of, *within, *id) == (group, topic, queue))
    }

    pub(super) fn has_reset(&self, group: Name, topic: Name, queue: u32) -> bool {
        self.reset(group, topic, queue).is_some()
    }

    /// The group takes a reset over.
    pub(super) fn take_reset(&mut self, group: Name, topic: Name, queue: u32) -> Option<u64> {
        self.reset(group, topic, queue).map(|at| self.resets.remove(at).3)
    }

    pub(super) fn put_reset(&mut self, group: Name, (topic, queue): (Name, u32), offset: u64) {
        self.take_reset(group, topic, queue);
        self.resets.push((group, topic, queue, offset));
    }

    pub(super) fn forget(&mut self, group: Name, topic: Name, queue: u32) {
        let same = |entry: &&mut Entry| entry.group == group && entry.topic == topic;
        let entry = self.entries.iter_mut().find(same);
        if let Some(offset) = entry.and_then(|entry| entry.queues.get_mut(queue as usize)) {
            *offset = None;
        }
    }

    /// Topics in which a group has offsets.
    pub(super) fn topics_of(&self, group: Name) -> Vec<Name> {
        let entries = self.entries.iter().filter(|entry| entry.group == group);
        entries.map(|entry| entry.topic).collect()
    }

    /// Groups that have offsets in a topic.
    pub(super) fn groups_of(&self, topic: Name) -> Vec<Name> {
        let entries = self.entries.iter().filter(|entry| entry.topic == topic);
        entries.map(|entry| entry.group).collect()
    }

    /// All offsets: group, topic, and next offset by queue.
    pub(super) fn all(&self) -> Vec<GroupOffsets> {
        let entry = |entry: &Entry| (entry.group, entry.topic, entry.queues.clone());
        self.entries.iter().map(entry).collect()
    }

    /// Takes entries of another table over, whole; those of no counterpart stay.
    pub(super) fn put_all(&mut self, entries: &[GroupOffsets]) {
        for (group, topic, queues) in entries {
            self.entries.retain(|known| (known.group, known.topic) != (*group, *topic));
            self.entries.push(Entry { group: *group, topic: *topic, queues: queues.clone() });
        }
    }

    /// Drops what a group, or a topic, has.
    pub(super) fn drop_where(&mut self, gone: impl Fn(Name, Name) -> bool) {
        self.entries.retain(|entry| !gone(entry.group, entry.topic));
        self.resets.retain(|(group, topic, ..)| !gone(*group, *topic));
    }

    /// Gives the offset that was there before.
    fn set(&mut self, group: Name, topic: Name, queue: u32, offset: u64) -> Option<u64> {
        let same = |entry: &Entry| entry.group == group && entry.topic == topic;
        let at = self.entries.iter().position(same).unwrap_or_else(|| {
            self.entries.push(Entry { group, topic, queues: Vec::new() });
            self.entries.len() - 1
        });
        let queues = &mut self.entries[at].queues;
        if queues.len() <= queue as usize {
            queues.resize(queue as usize + 1, None);
        }
        queues[queue as usize].replace(offset)
    }
}

impl Digestible for OffsetTable {
    fn digest(&self, digest: &mut Digest) {
        for entry in &self.entries {
            digest.put(&entry.group);
            digest.put(&entry.topic);
            digest.all(entry.queues.iter());
        }
        self.resets.iter().for_each(|(.., offset)| digest.word(*offset));
    }
}

impl Broker {
    /// Takes an offset; stated where it differs from what was there.
    pub(super) fn commit(
        &mut self,
        group: Name,
        (queue, offset): (QueueRef, u64),
        why: Why,
        fx: &mut Effects<'_, Mq>,
    ) {
        let before = self.offsets.set(group, queue.topic, queue.id, offset);
        if before == Some(offset) {
            return;
        }
        fx.note(Fact::Committed { queue, group, offset, why });
        if !self.offsets_armed {
            self.offsets_armed = true;
            let next = fx.now() + SimSpan::nanos(1);
            let at = next.next_phase(self.booted + FIRST, self.config.flush_offset_interval);
            fx.arm_at(at, Timer::Broker(BrokerTimer::FlushOffsets));
        }
    }

    pub(super) fn save_offsets(&mut self) {
        self.offsets_armed = false;
        self.saved_offsets = OffsetTable { resets: Vec::new(), ..self.offsets.clone() };
    }
}
