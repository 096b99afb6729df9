//! Messages of one queue that a consumer has and is not done with.
//!
//! Follows `ProcessQueue`. A message that is done leaves a gap until all before it are done, so
//! that neither end has to be moved.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::facts::MsgKey;
use crate::kernel::digest::{Digest, Digestible};
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::remoting::PulledMessage;

/// Messages of one queue that are not done.
#[derive(Clone, Debug, Default)]
pub struct ProcessQueue {
    /// By offset; neither the first nor the last one is done.
    slots: VecDeque<Slot>,
    /// Slots that are not done.
    count: u64,
    /// Bytes of the bodies of those.
    bytes: u64,
    /// The greatest offset so far.
    max: u64,
}

/// A message of an answer.
#[derive(Clone, Debug)]
struct Slot {
    offset: u64,
    answer: Rc<[PulledMessage]>,
    index: u32,
    bytes: u32,
    /// How often it was tried before, as this consumer counts.
    times: u32,
    done: bool,
}

impl ProcessQueue {
    /// A message of an answer came.
    pub fn put(&mut self, answer: &Rc<[PulledMessage]>, index: usize) {
        let pulled = &answer[index];
        let (offset, bytes) = (pulled.offset, pulled.message.body_bytes());
        let times = pulled.reconsume_times;
        let index = u32::try_from(index).expect("answers are small");
        let slot = Slot { offset, answer: Rc::clone(answer), index, bytes, times, done: false };
        let place = if self.slots.back().is_none_or(|last| last.offset < offset) {
            self.slots.len()
        } else {
            self.slots.partition_point(|slot| slot.offset < offset)
        };
        if self.slots.get(place).is_some_and(|slot| slot.offset == offset) {
            return;
        }
        self.slots.insert(place, slot);
        self.count += 1;
        self.bytes += u64::from(bytes);
        self.max = self.max.max(offset);
    }

    /// A message is done; gives the smallest offset that is not, or `None` where nothing was held.
    pub fn remove(&mut self, offset: u64) -> Option<u64> {
        if self.slots.is_empty() {
            return None;
        }
        if let Some(slot) = self.find(offset).map(|place| &mut self.slots[place]) {
            slot.done = true;
            let bytes = u64::from(slot.bytes);
            self.count -= 1;
            self.bytes -= bytes;
            while self.slots.front().is_some_and(|slot| slot.done) {
                self.slots.pop_front();
            }
            while self.slots.back().is_some_and(|slot| slot.done) {
                self.slots.pop_back();
            }
        }
        if is_planted(Bug::LargestOffset) {
            return Some(offset + 1);
        }
        Some(self.first().unwrap_or(self.max + 1))
    }

    /// Of messages that are done in order: the next ones behind so many that the listener has.
    pub fn part(&self, taken: usize, most: usize) -> Vec<(u64, MsgKey)> {
        let slots = self.slots.iter().skip(taken).take(most);
        slots.map(|slot| (slot.offset, slot.answer[slot.index as usize].message.key)).collect()
    }

    /// So many of the first messages are done; gives the offset behind them.
    pub fn remove_first(&mut self, count: usize) -> Option<u64> {
        let last = self.slots.get(count.checked_sub(1)?)?.offset;
        for slot in self.slots.drain(..count) {
            self.count -= 1;
            self.bytes -= u64::from(slot.bytes);
        }
        Some(last + 1)
    }

    /// The first offset that is not done.
    pub fn first(&self) -> Option<u64> {
        self.slots.front().map(|slot| slot.offset)
    }

    /// Whether a message is not done.
    pub fn holds(&self, offset: u64) -> bool {
        self.find(offset).is_some()
    }

    /// A message that is not done, as it came, and how often it was tried before.
    pub fn message(&self, offset: u64) -> Option<(&PulledMessage, u32)> {
        let slot = &self.slots[self.find(offset)?];
        Some((&slot.answer[slot.index as usize], slot.times))
    }

    /// A message was tried once more, which nobody but this consumer knows.
    pub fn tried_again(&mut self, offset: u64) {
        if let Some(place) = self.find(offset) {
            self.slots[place].times += 1;
        }
    }

    /// Messages that are not done.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Bytes of the bodies of those.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// True where all are done.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// From the first to the last offset that is not done.
    pub fn span(&self) -> u64 {
        match (self.slots.front(), self.slots.back()) {
            (Some(first), Some(last)) => last.offset - first.offset,
            (None, _) | (_, None) => 0,
        }
    }

    /// The place of a message that is not done. Without gaps it is told by the offset.
    fn find(&self, offset: u64) -> Option<usize> {
        let first = self.first()?;
        let guess = usize::try_from(offset.checked_sub(first)?).ok()?;
        let place = match self.slots.get(guess) {
            Some(slot) if slot.offset == offset => guess,
            Some(_) | None => self.slots.binary_search_by_key(&offset, |slot| slot.offset).ok()?,
        };
        (!self.slots[place].done).then_some(place)
    }
}

impl Digestible for ProcessQueue {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.count);
        let ends = self.slots.front().into_iter().chain(self.slots.back());
        ends.for_each(|slot| {
            digest.word(slot.offset);
            digest.put(&slot.answer[slot.index as usize].message.key);
            digest.put(&slot.times);
        });
        digest.word(self.max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::name::Name;
    use crate::rocketmq::message::{Body, Message, ProcessIdentity, Template};

    fn answer(offsets: &[u64]) -> Rc<[PulledMessage]> {
        let template =
            Template { topic: Name::new("T"), tag: None, keys: None, body: Body::Synthetic(10) };
        let (template, key) = (Rc::new(template), MsgKey::default());
        let maker = ProcessIdentity { ip: [10, 0, 0, 1], pid: 1, loader: 1 };
        let message = Message { key, template, round: 0, born: 0, maker };
        let pulled = |offset: &u64| PulledMessage {
            offset: *offset,
            physical: 0,
            size: 100,
            reconsume_times: 0,
            queue: 0,
            store_time: 0,
            message: message.clone(),
        };
        offsets.iter().map(pulled).collect()
    }

    fn holding(offsets: &[u64]) -> ProcessQueue {
        let (mut queue, answer) = (ProcessQueue::default(), answer(offsets));
        (0..offsets.len()).for_each(|index| queue.put(&answer, index));
        queue
    }

    #[test]
    fn the_smallest_offset_that_is_not_done_is_committed() {
        let mut queue = holding(&[100, 101, 102]);
        assert_eq!((queue.span(), queue.len(), queue.bytes()), (2, 3, 30));
        assert_eq!(queue.remove(101), Some(100));
        assert!(!queue.holds(101) && queue.holds(102));
        assert_eq!(queue.remove(100), Some(102));
        assert_eq!(queue.remove(102), Some(103));
        assert_eq!(queue.remove(102), None);
        assert_eq!((queue.len(), queue.bytes()), (0, 0));
    }

    #[test]
    fn what_the_filter_took_out_leaves_no_hole() {
        let mut queue = holding(&[105, 110]);
        assert_eq!(queue.remove(110), Some(105));
        assert_eq!(queue.remove(105), Some(111));
        assert!(queue.is_empty());
    }

    #[test]
    fn the_last_one_counts_for_the_span_only_while_it_is_not_done() {
        let mut queue = holding(&[3, 4, 9]);
        queue.remove(4);
        assert_eq!(queue.span(), 6);
        queue.remove(9);
        assert_eq!((queue.span(), queue.len()), (0, 1));
        queue.tried_again(3);
        assert_eq!(queue.message(3).map(|(_, times)| times), Some(1));
    }
}
