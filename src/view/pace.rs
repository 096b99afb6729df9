//! The speed that a person asks for: a ladder from 1/1000× to 1000×, followed or fixed.

use crate::session::protocol::Tempo;

/// The rungs of the ladder: virtual seconds a wall second, or the multiple of the tempo that
/// follows.
const LADDER: [f64; 19] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0, 20.0, 50.0, 100.0,
    200.0, 500.0, 1000.0,
];

/// The rung of 1×.
const ONE: usize = 9;

/// Tempo that follows the content, or a fixed one, with its speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// A flight takes 0.3 to 1 s and quiet spans are skipped.
    pub follow: bool,
    rung: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { follow: true, rung: ONE }
    }
}

impl Pace {
    /// 1× is the tempo's own pace, or wall time.
    pub fn speed(self) -> f64 {
        LADDER[self.rung]
    }

    /// One rung up, to the top at most.
    pub fn faster(self) -> Self {
        Self { rung: (self.rung + 1).min(LADDER.len() - 1), ..self }
    }

    /// One rung down, to the bottom at most.
    pub fn slower(self) -> Self {
        Self { rung: self.rung.saturating_sub(1), ..self }
    }

    /// Whether `faster` would change anything.
    pub fn can_rise(self) -> bool {
        self.rung + 1 < LADDER.len()
    }

    /// Whether `slower` would change anything.
    pub fn can_fall(self) -> bool {
        self.rung > 0
    }

    /// Follow the content (true) or a fixed speed.
    pub fn following(self, follow: bool) -> Self {
        if follow == self.follow { self } else { Self { follow, rung: ONE } }
    }

    /// As the worker wants it.
    pub fn tempo(self) -> Tempo {
        if self.follow {
            Tempo::Follow { speed: self.speed() }
        } else {
            Tempo::Fixed { rate: self.speed() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_ends_at_both_ends() {
        let mut pace = Pace::default();
        assert_eq!(pace.tempo(), Tempo::Follow { speed: 1.0 });
        for _ in 0..30 {
            pace = pace.faster();
        }
        assert!(!pace.can_rise() && (pace.speed() - 1000.0).abs() < 1e-9);
        for _ in 0..30 {
            pace = pace.slower();
        }
        assert!(!pace.can_fall() && (pace.speed() - 0.001).abs() < 1e-9);
        assert_eq!(pace.following(false).tempo(), Tempo::Fixed { rate: 1.0 });
    }
}
