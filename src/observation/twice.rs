//! Messages that were stored more than once: their producer sent them again, or the broker brought
//! them a second time. A group is done with each of the records by itself.

use crate::kernel::ordered_map::OrderedMap;

/// A record, by queue, group and offset.
pub(super) type Place = (usize, usize, u64);

/// The messages, and the records of them that groups are done with.
#[derive(Clone, Debug, Default)]
pub(super) struct Twice {
    messages: OrderedMap<u32, ()>,
    done: OrderedMap<Place, ()>,
}

impl Twice {
    /// A message was stored once more; `done` are its records that groups are done with.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn stored(&mut self, number: u32, done: impl Iterator<Item = Place>) {
        if self.messages.insert(number, ()).is_none() {
            for place in done {
                self.done.insert(place, ());
            }
        }
    }

    /// A listener is done with a message, `first`: for the first time; true where the group was not
    /// done with this record before.
    #[inline]
    pub(super) fn is_first(&mut self, number: u32, place: Place, first: bool) -> bool {
        if self.messages.is_empty() || self.messages.get(&number).is_none() {
            return first;
        }
        self.done.insert(place, ()).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_of_a_message_that_is_stored_twice_is_done_with_once() {
        let mut twice = Twice::default();
        let (first, second) = ((0, 0, 7), (3, 0, 9));
        assert!(twice.is_first(1, first, true) && !twice.is_first(1, first, false));
        twice.stored(1, [first].into_iter());
        assert!(!twice.is_first(1, first, false), "it was done with before");
        assert!(twice.is_first(1, second, false) && !twice.is_first(1, second, false));
        assert!(!twice.is_first(2, (0, 0, 8), false), "another one was stored once");
    }
}
