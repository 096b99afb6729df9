//! What a store should hold: every record in a vector, every queue a vector of indexes.

use std::collections::BTreeMap;

use crate::kernel::name::Name;
use crate::rocketmq::message::Message;
use crate::rocketmq::topic::java_hash;

/// A record.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) message: Message,
    pub(super) queue: u32,
    pub(super) offset: u64,
    pub(super) physical: u64,
    pub(super) size: u64,
    pub(super) store_time: i64,
}

impl Kept {
    pub(super) fn topic(&self) -> Name {
        self.message.template.topic
    }

    pub(super) fn end(&self) -> u64 {
        self.physical + self.size
    }

    pub(super) fn tags_code(&self) -> i64 {
        self.message.template.tag.map_or(0, |tag| i64::from(java_hash(tag.as_str())))
    }
}

/// A queue: what its entries point to, from position `first` on.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    pub(super) entries: Vec<usize>,
    pub(super) first: u64,
    assigned: u64,
    end_physical: u64,
}

impl Queue {
    pub(super) fn max(&self) -> u64 {
        self.first + self.entries.len() as u64
    }
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) log: Vec<Kept>,
    pub(super) queues: BTreeMap<(Name, u32), Queue>,
    pub(super) dispatched: usize,
    /// Bytes that a power loss leaves.
    pub(super) flushed: u64,
    file_bytes: u64,
}

impl Model {
    pub(super) fn new(file_bytes: u64) -> Self {
        let (log, queues) = Default::default();
        Self { log, queues, dispatched: 0, flushed: 0, file_bytes }
    }

    pub(super) fn end(&self) -> u64 {
        self.log.last().map_or(0, Kept::end)
    }

    /// A record of so many bytes; gives its offset and where it lies.
    pub(super) fn put(&mut self, message: &Message, queue: u32, size: u64, now: i64) -> (u64, u64) {
        let entry = self.queues.entry((message.template.topic, queue)).or_default();
        let offset = entry.assigned;
        entry.assigned += 1;
        let end = self.end();
        let left = self.file_bytes - end % self.file_bytes;
        let physical = if size + 8 > left { end + left } else { end };
        let (message, store_time) = (message.clone(), now);
        self.log.push(Kept { message, queue, offset, physical, size, store_time });
        (offset, physical)
    }

    pub(super) fn dispatch(&mut self) {
        let kept = &self.log[self.dispatched];
        let queue = self.queues.entry((kept.topic(), kept.queue)).or_default();
        let is_known = kept.end() <= queue.end_physical;
        let is_taken = kept.offset > 0 && kept.offset < queue.max() && !queue.entries.is_empty();
        if !is_known && !is_taken {
            if queue.entries.is_empty() {
                queue.first = kept.offset;
            }
            queue.end_physical = kept.end();
            queue.entries.push(self.dispatched);
        }
        self.dispatched += 1;
    }

    pub(super) fn dispatch_all(&mut self) {
        while self.dispatched < self.log.len() {
            self.dispatch();
        }
    }

    pub(super) fn delete_topic(&mut self, topic: Name) {
        self.queues.retain(|(of, _), _| *of != topic);
    }

    /// A process ended without warning and a new one came up.
    pub(super) fn recover(&mut self, lost_power: bool) {
        if lost_power {
            let flushed = self.flushed;
            self.log.retain(|kept| kept.end() <= flushed);
            self.queues.clear();
        }
        self.dispatched = 0;
        self.dispatch_all();
        self.end_recovery();
    }

    /// The next positions follow from the entries.
    pub(super) fn end_recovery(&mut self) {
        self.queues.values_mut().for_each(|queue| queue.assigned = queue.max());
        self.flushed = self.flushed.min(self.end());
    }
}
