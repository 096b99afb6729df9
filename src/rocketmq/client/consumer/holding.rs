//! Queues that a consumer owns, and where the next pull of each starts.
//!
//! Follows `PullRequest` and `processQueueTable`. A queue that is consumed in order and given up
//! while its listener works is kept as dropped: nobody but the rebalance sees it then.

use crate::facts::Why;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::SimTime;
use crate::rocketmq::reasons::Because;

use super::super::queue::MessageQueue;
use super::process_queue::ProcessQueue;

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
    pub(in crate::rocketmq::client) order: Order,
    /// It is popped: so many messages are out and not acknowledged.
    pub(in crate::rocketmq::client) pop: Option<u32>,
}

/// What a queue needs that is consumed in order.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::rocketmq::client) struct Order {
    /// The broker's lock, as far as the client knows.
    pub(in crate::rocketmq::client) locked: bool,
    pub(in crate::rocketmq::client) locked_at: SimTime,
    /// Its messages have a task (`consuming`).
    pub(in crate::rocketmq::client) busy: bool,
    /// So many of its first messages are with the listener (`consumingMsgOrderlyTreeMap`).
    pub(in crate::rocketmq::client) taken: usize,
    /// Its start was looked up again with the lock in hand (`previouslyLocked`).
    pub(in crate::rocketmq::client) placed: bool,
    /// Given up, and not gone yet.
    pub(in crate::rocketmq::client) dropped: bool,
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
            order: Order { locked: true, locked_at: now, ..Order::default() },
            pop: None,
        };
        self.queues.insert(number, holding);
        number
    }

    /// Gives a queue up.
    pub(in crate::rocketmq::client) fn drop_queue(&mut self, number: u32) -> Option<Holding> {
        self.queues.remove(&number)
    }

    pub(in crate::rocketmq::client) fn get(&self, number: u32) -> Option<&Holding> {
        self.queues.get(&number).filter(|holding| !holding.order.dropped)
    }

    /// The same, dropped or not.
    pub(in crate::rocketmq::client) fn any_mut(&mut self, number: u32) -> Option<&mut Holding> {
        self.queues.get_mut(&number)
    }

    pub(in crate::rocketmq::client) fn get_mut(&mut self, number: u32) -> Option<&mut Holding> {
        self.queues.get_mut(&number).filter(|holding| !holding.order.dropped)
    }

    /// True where the queue is owned, or dropped and not gone.
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
