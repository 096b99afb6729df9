//! What is known of each message, and of each message for each group. All other folds ask it what
//! is new.
//!
//! 8 bytes a message and 1 byte more for each group, in pages that clones share; what never changes
//! of a stored one stands apart, in as few bytes as it needs.

use crate::kernel::actor::NodeId;
use crate::kernel::columns::Columns;

use super::pages::Pages;
use super::places::Places;

/// How far a message is for one group.
pub mod mark {
    /// It passed the filter and reached a consumer once.
    pub const DELIVERED: u8 = 1;
    /// A consumer has it now and is not done with it.
    pub const OUT: u8 = 2;
    /// A listener began with it once.
    pub const BEGUN: u8 = 4;
    /// A listener ended well.
    pub const CONSUMED: u8 = 8;
    /// It does not match what the group wants.
    pub const FILTERED: u8 = 16;
    /// It will come again.
    pub const RETRYING: u8 = 32;
    /// It was given up.
    pub const DEAD: u8 = 64;
    /// As `OUT`, of another queue than that of its first record: a retry.
    pub const OUT_AGAIN: u8 = 128;
}

/// How far a message is for everybody.
pub mod flag {
    /// A request with it left.
    pub const SENT: u8 = 1;
    /// A record with it is in a log.
    pub const STORED: u8 = 2;
    /// The program was told that it is stored.
    pub const ACKNOWLEDGED: u8 = 4;
    /// The program was told that it failed.
    pub const FAILED: u8 = 8;
    /// Its record is no longer in any log.
    pub const GONE: u8 = 16;
    /// Counted as lost.
    pub const LOST: u8 = 32;
    /// The program was told that it is as safe as the settings demand.
    pub const SAFE: u8 = 64;
    /// A record with it is in a log and waits for its own topic.
    pub const WAITING: u8 = 128;
}

/// A message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record {
    /// When its first record came into a log, ns.
    pub stored: u64,
    /// When its program called for it to be sent.
    pub called: u64,
    /// Where that lies in the log.
    pub physical: u64,
    /// Its offset in the queue.
    pub offset: u32,
    /// Index of the queue of its first record.
    pub queue: u32,
    /// Bytes of the record.
    pub size: u32,
    /// Bits of [`flag`].
    pub flags: u8,
    /// Groups that are not done with it.
    pub pending: u8,
}

/// What changes of a message.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Where its record stands among all that were stored, counted from 1; 0: nowhere yet.
    row: u32,
    flags: u8,
    pending: u8,
}

/// What a record of a log says.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// ns.
    pub at: u64,
    /// When its program called for it to be sent.
    pub called: u64,
    /// Index of the queue.
    pub queue: usize,
    /// Offset in the queue.
    pub offset: u64,
    /// Place in the log.
    pub physical: u64,
    /// Bytes.
    pub size: u32,
}

/// What was new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The first time for this message and group.
    pub first: bool,
    /// No group has anything left to do with it, for the first time.
    pub done: bool,
}

/// All messages, by number.
#[derive(Clone, Debug)]
pub struct Messages {
    states: Pages<State>,
    /// First records in the order of their storing: when, place, offset, queue,
    /// bytes, ns since the call.
    stored: Columns,
    /// By group, then by number.
    marks: Vec<Pages<u8>>,
    /// By broker's node: the end of its log.
    log_ends: Vec<u64>,
}

impl Messages {
    /// Nothing was sent yet to so many groups.
    pub fn new(groups: usize) -> Self {
        let (states, stored, log_ends) = (Pages::default(), Columns::new(6), Vec::new());
        Self { states, stored, marks: vec![Pages::default(); groups], log_ends }
    }

    /// A message.
    #[inline]
    pub fn record(&self, number: u32) -> Record {
        let State { row, flags, pending } = self.states.get(number as usize);
        let (row, mut parts) = (u64::from(row), [0; 6]);
        if row == 0 || !self.stored.read(row - 1, &mut parts) {
            return Record { flags, pending, ..Record::default() };
        }
        let [stored, physical, offset, queue, size, took] = parts;
        let short = |part: u64| u32::try_from(part).expect("a u32 was put in");
        let (offset, queue, size) = (short(offset), short(queue), short(size));
        Record { stored, called: stored - took, physical, offset, queue, size, flags, pending }
    }

    /// How far a message is for a group: bits of [`mark`].
    #[inline]
    pub fn marks(&self, number: u32, group: usize) -> u8 {
        self.marks.get(group).map_or(0, |marks| marks.get(number as usize))
    }

    /// Sets a bit of [`flag`]; true the first time.
    #[inline]
    pub fn flag(&mut self, number: u32, bit: u8) -> bool {
        let flags = &mut self.states.entry(number as usize).flags;
        let first = *flags & bit == 0;
        *flags |= bit;
        first
    }

    /// Clears a bit of [`flag`].
    pub fn unflag(&mut self, number: u32, bit: u8) {
        self.states.entry(number as usize).flags &= !bit;
    }

    /// A record came into a log that so many groups read; true for a message's first one.
    #[inline]
    pub fn store(&mut self, number: u32, stored: Stored, groups: usize) -> bool {
        let state = self.states.entry(number as usize);
        if state.flags & flag::STORED != 0 {
            return false;
        }
        state.flags |= flag::STORED;
        state.pending = u8::try_from(groups).expect("fewer than 256 groups read a topic");
        let Stored { at, called, queue, offset, physical, size } = stored;
        assert!(offset < 1 << 32, "a queue is shorter than 2^32");
        self.stored.push(&[at, physical, offset, queue as u64, u64::from(size), at - called]);
        state.row = u32::try_from(self.stored.len()).expect("messages are counted by a u32");
        true
    }

    /// Keeps the end of a broker's log; gives the old end where the log was cut off before.
    #[inline]
    pub fn extend_log(&mut self, broker: NodeId, physical: u64, size: u32) -> Option<u64> {
        if self.log_ends.len() <= broker.index() {
            self.log_ends.resize(broker.index() + 1, 0);
        }
        let end = &mut self.log_ends[broker.index()];
        let old = std::mem::replace(end, physical + u64::from(size));
        (physical < old).then_some(old)
    }

    /// A broker's log ends at `bytes`; true where it was longer.
    pub fn cut_log_end(&mut self, broker: NodeId, bytes: u64) -> bool {
        let end = self.log_ends.get_mut(broker.index());
        end.is_some_and(|end| std::mem::replace(end, bytes.min(*end)) > bytes)
    }

    /// Sets bits for a message and group, and clears others.
    #[inline]
    pub fn mark(&mut self, number: u32, group: usize, set: u8, clear: u8) -> News {
        let marks = self.marks[group].entry(number as usize);
        let old = *marks;
        *marks = old & !clear | set;
        let lasting = set & !(mark::OUT | mark::OUT_AGAIN | mark::RETRYING);
        let first = old & lasting != lasting;
        let ends = mark::CONSUMED | mark::FILTERED | mark::DEAD;
        let ended = old & ends == 0 && set & ends != 0;
        News { first, done: ended && self.end_for_group(number) }
    }

    /// Nobody counts what becomes of a message for a group that was not to have it.
    pub fn set_aside(&mut self, number: u32, group: usize) {
        *self.marks[group].entry(number as usize) |= mark::FILTERED;
    }

    /// What was stored at or behind `physical` in a broker's log is gone; gives the messages among
    /// it that are lost: acknowledged, and some group was neither done with them nor has them in
    /// retry.
    pub fn cut_log(&mut self, broker: NodeId, physical: u64, places: &Places) -> u64 {
        let gone: Vec<u32> = self.stored_from(broker, physical, places).collect();
        let mut lost = 0;
        for number in gone {
            self.flag(number, flag::GONE);
            if self.would_be_lost(number) {
                lost += u64::from(self.flag(number, flag::LOST));
            }
        }
        lost
    }

    /// Messages that would be lost if a broker's log ended at `physical`.
    pub fn lost_beyond(&self, broker: NodeId, physical: u64, places: &Places) -> u64 {
        let lost = |number: &u32| self.would_be_lost(*number);
        self.stored_from(broker, physical, places).filter(lost).count() as u64
    }

    /// Messages whose first record lies in a broker's log at `physical` or behind it.
    pub fn stored_from<'a>(
        &'a self,
        broker: NodeId,
        physical: u64,
        places: &'a Places,
    ) -> impl Iterator<Item = u32> + 'a {
        let last = u32::try_from(self.states.len()).expect("messages are counted by a u32");
        (1..last).filter(move |number| {
            let record = self.record(*number);
            record.flags & flag::STORED != 0
                && record.physical >= physical
                && places.queues()[record.queue as usize].queue.broker == broker
        })
    }

    fn would_be_lost(&self, number: u32) -> bool {
        let record = self.record(number);
        let retrying = (0..self.marks.len()).any(|g| self.marks(number, g) & mark::RETRYING != 0);
        record.flags & (flag::ACKNOWLEDGED | flag::LOST) == flag::ACKNOWLEDGED
            && record.pending > 0
            && !retrying
    }

    fn end_for_group(&mut self, number: u32) -> bool {
        let pending = &mut self.states.entry(number as usize).pending;
        let was = *pending;
        *pending = was.saturating_sub(1);
        was == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_ends_once_and_the_last_one_ends_the_message() {
        let mut messages = Messages::new(2);
        let stored = Stored { at: 5, called: 3, queue: 0, offset: 0, physical: 0, size: 100 };
        assert!(messages.store(1, stored, 2) && !messages.store(1, stored, 2));
        let news = |first, done| News { first, done };
        assert_eq!(messages.mark(1, 0, mark::DELIVERED | mark::OUT, 0), news(true, false));
        assert_eq!(messages.mark(1, 0, mark::DELIVERED | mark::OUT, 0), news(false, false));
        assert_eq!(messages.mark(1, 0, mark::CONSUMED, mark::OUT), news(true, false));
        assert_eq!(messages.mark(1, 0, mark::CONSUMED, mark::OUT), news(false, false));
        assert_eq!(messages.mark(1, 1, mark::FILTERED, 0), news(true, true));
        assert_eq!(messages.marks(1, 0), mark::DELIVERED | mark::CONSUMED);
    }
}
