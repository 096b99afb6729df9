//! Virtual time: whole nanoseconds in types of their own. A moment cannot be added to a moment, and
//! there is no way to get one from a clock.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// A moment on the world's clock, in nanoseconds since the world began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

/// A length of virtual time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimSpan(u64);

impl SimTime {
    /// The beginning of the world.
    pub const START: Self = Self(0);
    /// Later than everything.
    pub const NEVER: Self = Self(u64::MAX);

    /// The moment `nanos` ns after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Time that passed since `earlier`, which must not lie in the future.
    pub fn since(self, earlier: Self) -> SimSpan {
        assert!(earlier <= self, "{earlier} is later than {self}");
        SimSpan(self.0 - earlier.0)
    }

    /// The first moment at or after `self` that is `phase` plus a multiple of `period`.
    ///
    /// Loops that poll when idle are armed here: same phases, no empty steps.
    pub fn next_phase(self, phase: Self, period: SimSpan) -> Self {
        assert!(period.0 > 0, "a period is never empty");
        if self <= phase {
            return phase;
        }
        let passed = self.0 - phase.0;
        Self(phase.0 + passed.div_ceil(period.0) * period.0)
    }
}

impl SimSpan {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// A span of so many nanoseconds.
    pub const fn nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A span of so many microseconds.
    pub const fn micros(micros: u64) -> Self {
        Self(micros * 1_000)
    }

    /// A span of so many milliseconds.
    pub const fn millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }

    /// A span of so many seconds.
    pub const fn secs(secs: u64) -> Self {
        Self(secs * 1_000_000_000)
    }

    /// Nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole milliseconds, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// This span less `other`, or no time.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add<SimSpan> for SimTime {
    type Output = Self;

    fn add(self, span: SimSpan) -> Self {
        Self(
            self.0
                .checked_add(span.0)
                .expect("a scenario ends long before u64 nanoseconds run out"),
        )
    }
}

impl AddAssign<SimSpan> for SimTime {
    fn add_assign(&mut self, span: SimSpan) {
        *self = *self + span;
    }
}

impl Add for SimSpan {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect("a span fits in u64 nanoseconds"))
    }
}

impl Sub for SimSpan {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).expect("a span is never negative"))
    }
}

impl Mul<u64> for SimSpan {
    type Output = Self;

    fn mul(self, factor: u64) -> Self {
        Self(self.0.checked_mul(factor).expect("a span fits in u64 nanoseconds"))
    }
}

impl Div<u64> for SimSpan {
    type Output = Self;

    fn div(self, divisor: u64) -> Self {
        Self(self.0 / divisor)
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SimSpan(self.0).fmt(f)
    }
}

impl fmt::Display for SimSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}s", self.0 / 1_000_000_000, self.0 % 1_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_phase_is_never_in_the_past() {
        let phase = SimTime::from_nanos(7);
        let period = SimSpan::nanos(10);
        for (now, expected) in [(0, 7), (7, 7), (8, 17), (17, 17), (18, 27)] {
            let next = SimTime::from_nanos(now).next_phase(phase, period);
            assert_eq!(next, SimTime::from_nanos(expected), "from {now}");
        }
    }

    #[test]
    fn times_print_with_all_their_digits() {
        assert_eq!(SimTime::from_nanos(21_835_000_001).to_string(), "21.835000001s");
    }
}
