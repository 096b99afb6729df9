//! Draws of one purpose.

use crate::kernel::rng::Rng;

/// A stream of draws.
pub(super) struct Dice(Rng);

impl Dice {
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        Self(Rng::stream(seed, purpose))
    }

    /// True in one of `many` cases.
    pub(super) fn one_in(&mut self, many: u64) -> bool {
        self.0.below(many) == 0
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.0.below(high - low + 1)
    }

    /// One of several, all equally likely.
    pub(super) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.0.index(of.len())].clone()
    }

    /// A duration of whole seconds.
    pub(super) fn secs(&mut self, low: u64, high: u64) -> String {
        format!("{}s", self.between(low, high))
    }

    /// A duration of whole milliseconds.
    pub(super) fn millis(&mut self, low: u64, high: u64) -> String {
        format!("{}ms", self.between(low, high))
    }
}
