//! Parts of a message's way and how long they took: from the call of send to stored, from there to
//! a consumer, from there to the end of its listener, and the whole way.
//!
//! Each counts once for a message (and group), the first time: what comes again took as long as it
//! took from its first delivery on.

use super::heat::Heat;
use super::since::Since;

/// The four parts.
#[derive(Clone, Debug)]
pub struct Spans {
    /// From the call of send to stored.
    pub sending: Heat,
    /// From stored to delivered.
    pub waiting: Heat,
    /// From delivered to consumed.
    pub handling: Heat,
    /// From the call of send to consumed.
    pub whole: Heat,
    calls: Since,
    /// By group.
    deliveries: Vec<Since>,
}

impl Spans {
    /// Nothing was sent yet to so many groups.
    pub fn new(groups: usize) -> Self {
        let (sending, waiting, handling, whole) = Default::default();
        let deliveries = vec![Since::default(); groups];
        Self { sending, waiting, handling, whole, calls: Since::default(), deliveries }
    }

    /// A program calls for a message to be sent.
    #[inline]
    pub fn call(&mut self, number: u32, at: u64) {
        self.calls.begin(number, at);
    }

    /// When it did, of a message that is not stored yet.
    #[inline]
    pub fn called(&self, number: u32) -> Option<u64> {
        self.calls.of(number)
    }

    /// A message came into a log for the first time.
    #[inline]
    pub fn stored(&mut self, number: u32, at: u64) {
        if let Some(called) = self.calls.end(number) {
            self.sending.record(at, at - called);
        }
    }

    /// A program was told that a message failed.
    pub fn fail(&mut self, number: u32) {
        self.calls.end(number);
    }

    /// A message that was stored at `stored` reached a group for the first time.
    #[inline]
    pub fn deliver(&mut self, (group, number): (usize, u32), at: u64, stored: u64) {
        self.deliveries[group].begin(number, at);
        self.waiting.record(at, at - stored);
    }

    /// When a message that a group is not done with reached it.
    #[inline]
    pub fn delivered(&self, group: usize, number: u32) -> Option<u64> {
        self.deliveries[group].of(number)
    }

    /// A listener of a group ended well, for the first time.
    #[inline]
    pub fn consume(&mut self, (group, number): (usize, u32), at: u64, called: u64) {
        if let Some(delivered) = self.deliveries[group].end(number) {
            self.handling.record(at, at - delivered);
        }
        self.whole.record(at, at - called);
    }

    /// A group gave a message up.
    pub fn give_up(&mut self, (group, number): (usize, u32)) {
        self.deliveries[group].end(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_make_the_whole() {
        let mut spans = Spans::new(2);
        spans.call(1, 100);
        spans.call(2, 150);
        assert_eq!(spans.called(1), Some(100));
        spans.stored(1, 130);
        spans.fail(2);
        spans.deliver((0, 1), 170, 130);
        spans.deliver((1, 1), 190, 130);
        assert_eq!((spans.delivered(0, 1), spans.delivered(1, 1)), (Some(170), Some(190)));
        spans.consume((0, 1), 250, 100);
        spans.give_up((1, 1));
        let figures = |heat: &Heat| {
            let all = heat.percentiles();
            (all.count, all.mean)
        };
        let all = [&spans.sending, &spans.waiting, &spans.handling, &spans.whole].map(figures);
        assert_eq!(all, [(1, 30), (2, 50), (1, 80), (1, 150)]);
        assert_eq!((spans.called(2), spans.delivered(0, 1)), (None, None));
    }
}
