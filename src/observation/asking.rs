//! How consumers asked: requests that came, what they found, how long the broker held them; and how
//! long messages waited from stored to delivered.

use crate::facts::Why;
use crate::kernel::ordered_map::OrderedMap;

use super::recent::Recent;

/// Requests and waits that are kept singly for lanes: the newest.
pub const KEPT: usize = 4096;

/// One request. Times in ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Index of the queue.
    pub queue: usize,
    /// When it came to the broker.
    pub arrived: u64,
    /// When it was answered.
    pub answered: Option<u64>,
    /// Until when the broker holds it at most.
    pub until: Option<u64>,
    /// Messages in the answer.
    pub found: u32,
}

/// One message's wait. Times in ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Index of the queue.
    pub queue: usize,
    /// Message.
    pub message: u32,
    /// When it was stored.
    pub stored: u64,
    /// When it was delivered.
    pub delivered: u64,
}

/// The first time that a request found nothing, and what the broker did then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parting {
    /// ns.
    pub at: u64,
    /// Position behind it.
    pub ordinal: u64,
    /// True: it held the request; false: it answered.
    pub held: bool,
    /// Why.
    pub why: Why,
}

/// All requests for planned topics.
#[derive(Clone, Debug)]
pub struct Asking {
    open: OrderedMap<(usize, usize), Request>,
    past: Recent<Request>,
    waits: Recent<Wait>,
    answered: u64,
    empty: u64,
    held: u64,
    parting: Option<Parting>,
}

impl Default for Asking {
    fn default() -> Self {
        let (past, waits) = (Recent::new(KEPT), Recent::new(KEPT));
        let (answered, empty, held, parting) = (0, 0, 0, None);
        Self { open: OrderedMap::new(), past, waits, answered, empty, held, parting }
    }
}

impl Asking {
    /// A request came.
    #[inline]
    pub fn arrived(&mut self, at: u64, queue: usize, group: usize) {
        let request = Request { queue, arrived: at, answered: None, until: None, found: 0 };
        if self.open.insert((queue, group), request).is_some_and(|old| old.until.is_some()) {
            self.held -= 1;
        }
    }

    /// The broker holds it until `until`.
    #[inline]
    pub fn held(&mut self, queue: usize, group: usize, until: u64) {
        if let Some(request) = self.open.get_mut(&(queue, group)) {
            self.held += u64::from(request.until.is_none());
            request.until = Some(until);
        }
    }

    /// The broker answered it.
    #[inline]
    pub fn answered(&mut self, at: u64, queue: usize, group: usize, found: u32) {
        self.answered += 1;
        self.empty += u64::from(found == 0);
        if let Some(mut request) = self.open.remove(&(queue, group)) {
            self.held -= u64::from(request.until.is_some());
            request.answered = Some(at);
            request.found = found;
            self.past.push(request);
        }
    }

    /// A request found nothing.
    pub fn part(&mut self, parting: Parting) {
        self.parting.get_or_insert(parting);
    }

    /// A message reached a consumer.
    #[inline]
    pub fn delivered(&mut self, wait: Wait) {
        self.waits.push(wait);
    }

    /// Requests that were answered, and of them those without a message.
    pub fn counts(&self) -> (u64, u64) {
        (self.answered, self.empty)
    }

    /// Requests that the broker holds now.
    pub fn held_now(&self) -> u64 {
        self.held
    }

    /// The newest requests: answered ones, then those that are not.
    pub fn requests(&self) -> impl Iterator<Item = &Request> + '_ {
        self.past.iter().chain(self.open.values())
    }

    /// The newest waits that ended.
    pub fn waits(&self) -> impl DoubleEndedIterator<Item = &Wait> + '_ {
        self.waits.iter()
    }

    /// The first time that a request found nothing.
    pub fn parting(&self) -> Option<Parting> {
        self.parting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_when_they_are_answered() {
        let mut asking = Asking::default();
        asking.arrived(10, 0, 0);
        asking.held(0, 0, 15_000);
        asking.arrived(11, 1, 0);
        assert_eq!((asking.counts(), asking.held_now()), ((0, 0), 1));
        asking.answered(12, 1, 0, 0);
        asking.answered(500, 0, 0, 3);
        assert_eq!((asking.counts(), asking.held_now()), ((2, 1), 0));
        let requests: Vec<_> = asking.requests().copied().collect();
        assert_eq!(
            (requests[1].arrived, requests[1].answered, requests[1].found),
            (10, Some(500), 3)
        );
    }
}
