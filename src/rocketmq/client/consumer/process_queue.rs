//! What a consumer holds of its queues: messages that wait or are worked on, and where the next
//! pull starts.
//!
//! Follows `ProcessQueue`, `PullRequest` and `processQueueTable`. Leaves out orderly consumption
//! and the cleaning of expired messages (`consumeTimeout`, 15 min).

use crate::facts::{MsgKey, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::SimTime;
use crate::rocketmq::reasons::Because;

use super::super::queue::MessageQueue;

/// Messages of one queue that are not done.
#[derive(Clone, Debug, Default)]
pub struct ProcessQueue {
    messages: OrderedMap<u64, MsgKey>,
    /// The greatest offset so far.
    max: u64,
}

impl ProcessQueue {
    /// A message came.
    pub fn put(&mut self, offset: u64, msg: MsgKey) {
        self.messages.insert(offset, msg);
        self.max = self.max.max(offset);
    }

    /// A message is done; gives the smallest offset that is not, or `None` where nothing was held.
    pub fn remove(&mut self, offset: u64) -> Option<u64> {
        if self.messages.is_empty() {
            return None;
        }
        self.messages.remove(&offset);
        let first = self.messages.first().map(|(first, _)| *first);
        Some(first.unwrap_or(self.max + 1))
    }

    /// Messages that are not done.
    pub fn len(&self) -> u64 {
        self.messages.len() as u64
    }

    /// True where all are done.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// From the first to the last offset that is not done.
    pub fn span(&self) -> u64 {
        match (self.messages.first(), self.messages.last()) {
            (Some((first, _)), Some((last, _))) => last - first,
            (None, _) | (_, None) => 0,
        }
    }
}

/// A queue that the consumer owns.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Holding {
    pub(in crate::rocketmq::client) queue: MessageQueue,
    pub(in crate::rocketmq::client) process: ProcessQueue,
    /// Where the next pull starts.
    pub(in crate::rocketmq::client) next_offset: u64,
    pub(in crate::rocketmq::client) last_pull: SimTime,
    /// Whom the last answer suggests to ask next: a broker id (`pullFromWhichNodeTable`).
    pub(in crate::rocketmq::client) suggested: u32,
    /// Too much is held: it does not pull for now.
    pub(in crate::rocketmq::client) throttled: bool,
    /// Why the pull comes that is planned for later.
    pub(in crate::rocketmq::client) due_why: Why,
}

/// All queues that a consumer owns, by the order in which it took them. A queue that is given up
/// and taken again has a new number, so that what was meant for the old one finds nothing.
#[derive(Clone, Debug, Default)]
pub(in crate::rocketmq::client) struct Owned {
    next: u32,
    queues: OrderedMap<u32, Holding>,
}

impl Owned {
    /// Takes a queue; gives its number.
    pub(in crate::rocketmq::client) fn take(
        &mut self,
        queue: MessageQueue,
        next_offset: u64,
        now: SimTime,
    ) -> u32 {
        let number = self.next;
        self.next += 1;
        let process = ProcessQueue::default();
        let holding = Holding {
            queue,
            process,
            next_offset,
            last_pull: now,
            suggested: 0,
            throttled: false,
            due_why: Because::PullFirst.plain(),
        };
        self.queues.insert(number, holding);
        number
    }

    /// Gives a queue up.
    pub(in crate::rocketmq::client) fn drop_queue(&mut self, number: u32) -> Option<Holding> {
        self.queues.remove(&number)
    }

    pub(in crate::rocketmq::client) fn get(&self, number: u32) -> Option<&Holding> {
        self.queues.get(&number)
    }

    pub(in crate::rocketmq::client) fn get_mut(&mut self, number: u32) -> Option<&mut Holding> {
        self.queues.get_mut(&number)
    }

    /// True where the queue is owned.
    pub(in crate::rocketmq::client) fn holds(&self, queue: MessageQueue) -> bool {
        self.queues.values().any(|holding| holding.queue == queue)
    }

    /// Owned queues of a topic, with their numbers.
    pub(in crate::rocketmq::client) fn of_topic(
        &self,
        topic: Name,
    ) -> impl Iterator<Item = (u32, &Holding)> + '_ {
        let all = self.queues.iter().map(|(number, holding)| (*number, holding));
        all.filter(move |(_, holding)| holding.queue.topic == topic)
    }

    /// All owned queues, with their numbers.
    pub(in crate::rocketmq::client) fn all(&self) -> impl Iterator<Item = (u32, &Holding)> + '_ {
        self.queues.iter().map(|(number, holding)| (*number, holding))
    }
}

impl Digestible for ProcessQueue {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.messages.len() as u64);
        let ends = self.messages.first().into_iter().chain(self.messages.last());
        ends.for_each(|(offset, msg)| {
            digest.word(*offset);
            digest.put(msg);
        });
        digest.word(self.max);
    }
}

impl Digestible for Owned {
    fn digest(&self, digest: &mut Digest) {
        for (number, holding) in self.queues.iter() {
            digest.word(u64::from(*number) << 1 | u64::from(holding.throttled));
            digest.put(&holding.queue);
            digest.put(&holding.process);
            digest.word(holding.next_offset | u64::from(holding.suggested) << 48);
            digest.put(&holding.last_pull);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_offset_that_is_not_done_is_committed() {
        let mut queue = ProcessQueue::default();
        (100..=102).for_each(|offset| queue.put(offset, MsgKey::default()));
        assert_eq!(queue.span(), 2);
        assert_eq!(queue.remove(101), Some(100));
        assert_eq!(queue.remove(100), Some(102));
        assert_eq!(queue.remove(102), Some(103));
        assert_eq!(queue.remove(102), None);
    }

    #[test]
    fn what_the_filter_took_out_leaves_no_hole() {
        let mut queue = ProcessQueue::default();
        queue.put(105, MsgKey::default());
        queue.put(110, MsgKey::default());
        assert_eq!(queue.remove(110), Some(105));
        assert_eq!(queue.remove(105), Some(111));
        assert!(queue.is_empty());
    }
}
