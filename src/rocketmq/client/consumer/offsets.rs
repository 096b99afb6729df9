//! Offsets of a group as one member knows them: everything before is done.
//!
//! Follows `RemoteBrokerOffsetStore`. Leaves out freezing (`ControllableOffset`).

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::order;
use crate::kernel::ordered_map::OrderedMap;

use super::super::java_order::sort_by_hash;
use super::super::queue::MessageQueue;

/// The store in memory.
#[derive(Clone, Debug, Default)]
pub(in crate::rocketmq::client) struct Offsets {
    entries: OrderedMap<MessageQueue, Entry>,
    next_place: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    offset: u64,
    /// The place in the order of insertion.
    place: u64,
}

impl Offsets {
    /// Takes an offset; with `forward`, only a greater one.
    pub(in crate::rocketmq::client) fn update(
        &mut self,
        queue: MessageQueue,
        offset: u64,
        forward: bool,
    ) {
        let place = self.next_place;
        let entry = self.entries.get_or_insert_with(queue, || {
            self.next_place += 1;
            Entry { offset, place }
        });
        entry.offset = if forward { entry.offset.max(offset) } else { offset };
    }

    /// The offset, where one is known.
    pub(in crate::rocketmq::client) fn read(&self, queue: MessageQueue) -> Option<u64> {
        self.entries.get(&queue).map(|entry| entry.offset)
    }

    /// Forgets a queue's offset.
    pub(in crate::rocketmq::client) fn forget(&mut self, queue: MessageQueue) {
        self.entries.remove(&queue);
    }

    /// All offsets in the order in which they are persisted.
    pub(in crate::rocketmq::client) fn walk(&self) -> Vec<(MessageQueue, u64)> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        order::by_key(&mut entries, |(_, entry)| entry.place);
        sort_by_hash(&mut entries, |(queue, _)| queue.java_hash());
        entries.into_iter().map(|(queue, entry)| (*queue, entry.offset)).collect()
    }
}

impl Digestible for Offsets {
    fn digest(&self, digest: &mut Digest) {
        for (queue, entry) in self.entries.iter() {
            digest.put(queue);
            digest.word(entry.offset);
            digest.word(entry.place);
        }
    }
}
