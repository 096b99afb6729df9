//! When something began that has not ended yet, by message number.
//!
//! Numbers of what goes on at once lie near each other, so each has the place that its last digits
//! name; the few that find it taken stand in a list. Clones share what neither writes.

use crate::kernel::ordered_map::OrderedMap;

use super::pages::Pages;

/// Places.
const PLACES: u32 = 8192;

/// Beginnings that wait for their ends. Message numbers begin with 1.
#[derive(Clone, Debug, Default)]
pub struct Since {
    places: Pages<(u32, u64)>,
    others: OrderedMap<u32, u64>,
}

impl Since {
    /// It begins at `at`, unless it began before.
    #[inline]
    pub fn begin(&mut self, number: u32, at: u64) {
        let place = self.places.entry((number % PLACES) as usize);
        if place.0 == 0 {
            *place = (number, at);
        } else if place.0 != number && self.others.get(&number).is_none() {
            self.others.insert(number, at);
        }
    }

    /// When it began.
    #[inline]
    pub fn of(&self, number: u32) -> Option<u64> {
        let (held, at) = self.places.get((number % PLACES) as usize);
        if held == number { Some(at) } else { self.others.get(&number).copied() }
    }

    /// It ended; gives when it began.
    #[inline]
    pub fn end(&mut self, number: u32) -> Option<u64> {
        let (held, at) = self.places.get((number % PLACES) as usize);
        if held == number {
            *self.places.entry((number % PLACES) as usize) = (0, 0);
            return Some(at);
        }
        if self.others.is_empty() { None } else { self.others.remove(&number) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shares_a_place_keeps_its_own_beginning() {
        let mut since = Since::default();
        let twin = 7 + PLACES;
        since.begin(7, 100);
        since.begin(7, 200);
        since.begin(twin, 300);
        since.begin(twin, 400);
        assert_eq!((since.of(7), since.of(twin), since.of(8)), (Some(100), Some(300), None));
        assert_eq!((since.end(7), since.end(7)), (Some(100), None));
        since.begin(twin + PLACES, 500);
        assert_eq!((since.end(twin), since.end(twin)), (Some(300), None));
        assert_eq!(since.end(twin + PLACES), Some(500));
    }
}
