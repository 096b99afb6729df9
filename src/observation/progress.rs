//! How far each queue is, for each group: what was stored, handed out, consumed and committed, and
//! where the pull of its owner is.

use crate::kernel::columns::Columns;

use super::pages::Pages;

/// Where the pull of a queue's owner is. Times in ns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pull {
    /// Nobody asks.
    #[default]
    None,
    /// The request flies to the broker.
    OnItsWay,
    /// A thread works on it, or it waits for one.
    BeingRead,
    /// The broker holds it.
    Held { since: u64, until: u64 },
    /// The answer flies to the client.
    Answered,
    /// The client has it and has not asked again.
    Received,
}

/// One queue for one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Messages that a consumer has and is not done with.
    pub out: u64,
    /// Messages that the group is done with: consumed, filtered out, or sent back.
    pub done: u64,
    /// One more than the highest offset that was handed out, or left out because it does not match.
    pub handed: u64,
    /// One more than the highest offset that a listener began with.
    pub begun: u64,
    /// One more than the highest offset that a listener was done with.
    pub ended: u64,
    /// The offset that the broker holds for the group.
    pub committed: Option<u64>,
    /// The owner's pull.
    pub pull: Pull,
}

/// All queues.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    groups: usize,
    /// Per queue the messages by offset, 0 where there is none.
    numbers: Vec<Columns>,
    shares: Pages<Share>,
    /// Queues with a gap.
    shifted: Vec<usize>,
}

impl Progress {
    /// No queue yet, for so many groups.
    pub fn new(groups: usize) -> Self {
        Self { groups, ..Self::default() }
    }

    /// Queues that ever had a message.
    pub fn queues(&self) -> usize {
        self.numbers.len()
    }

    /// Messages of a queue that consumers can see.
    pub fn stored(&self, queue: usize) -> u64 {
        self.numbers.get(queue).map_or(0, Columns::len)
    }

    /// The message at an offset.
    #[inline]
    pub fn number(&self, queue: usize, offset: u64) -> Option<u32> {
        let number = self.numbers.get(queue)?.get(offset, 0)?;
        Some(u32::try_from(number).expect("a u32 was put in")).filter(|number| *number > 0)
    }

    /// A queue for a group.
    #[inline]
    pub fn share(&self, queue: usize, group: usize) -> Share {
        self.shares.get(queue * self.groups + group)
    }

    /// A queue for a group, to be written.
    #[inline]
    pub fn share_mut(&mut self, queue: usize, group: usize) -> &mut Share {
        self.shares.entry(queue * self.groups + group)
    }

    /// A queue points to a message. Where it pointed to one before, the queue was cut.
    #[inline]
    pub fn dispatched(&mut self, queue: usize, offset: u64, number: u32) {
        if self.numbers.len() <= queue {
            self.numbers.resize_with(queue + 1, || Columns::new(1));
        }
        if offset != self.numbers[queue].len() {
            self.jump(queue, offset);
        }
        self.numbers[queue].push(&[u64::from(number)]);
    }

    /// A queue goes on elsewhere than at its end.
    #[inline(never)] // Can wait (`xtask/src/split`).
    fn jump(&mut self, queue: usize, offset: u64) {
        let numbers = &mut self.numbers[queue];
        if offset < numbers.len() {
            for group in 0..self.groups {
                let share = self.shares.entry(queue * self.groups + group);
                share.begun = share.begun.min(offset);
            }
        } else if !self.shifted.contains(&queue) {
            self.shifted.push(queue);
        }
        numbers.truncate(offset);
        while numbers.len() < offset {
            numbers.push(&[0]);
        }
    }

    /// Records of the queue were deleted before it showed them: RocketMQ appends those behind them
    /// at its end all the same, so that offsets mean others from there on (`[BUG]logic queue order
    /// maybe wrong` of `ConsumeQueue.putMessagePositionInfo`).
    pub fn is_shifted(&self, queue: usize) -> bool {
        self.shifted.contains(&queue)
    }

    /// A message was handed out; `again`: the consumer had it already.
    #[inline]
    pub fn handed(&mut self, queue: usize, group: usize, offset: u64, again: bool) {
        let share = self.share_mut(queue, group);
        share.out += u64::from(!again);
        share.handed = share.handed.max(offset + 1);
    }

    /// So many messages from the offset on do not match: nobody is given them.
    pub fn passed(&mut self, queue: usize, group: usize, offset: u64, count: u32) {
        let share = self.share_mut(queue, group);
        share.handed = share.handed.max(offset + u64::from(count));
    }

    /// A consumer is done with a message that it had (`out`); `first`: nobody was before.
    #[inline]
    pub fn done(&mut self, queue: usize, group: usize, out: bool, first: bool) {
        let share = self.share_mut(queue, group);
        // Of a message that was stored twice, both records may be out, and count once.
        share.out = share.out.saturating_sub(u64::from(out));
        share.done += u64::from(first);
    }

    /// A listener is done with a message for the first time; true where it was done with a later
    /// one before.
    #[inline]
    pub fn end(&mut self, queue: usize, group: usize, offset: u64) -> bool {
        let share = self.share_mut(queue, group);
        let late = offset + 1 < share.ended;
        share.ended = share.ended.max(offset + 1);
        late
    }

    /// A listener begins; true where it began with a later message before.
    #[inline]
    pub fn begin(&mut self, queue: usize, group: usize, offset: u64) -> bool {
        let share = self.share_mut(queue, group);
        let late = offset + 1 < share.begun;
        share.begun = share.begun.max(offset + 1);
        late
    }
}
