//! How long something takes: distributions of durations.
//!
//! Drawn from whole-number quantiles, or through `libm`, whose results are the same on every
//! target. The only floats of the kernel live here and in [`super::choice`].

use std::rc::Rc;

use super::digest::{Digest, Digestible};
use super::rng::Rng;
use super::time::SimSpan;

/// A distribution of durations.
#[derive(Clone, Debug, PartialEq)]
pub enum Spread {
    /// Always the same.
    Fixed(SimSpan),
    /// Every duration from the first to the second is equally likely.
    Uniform(SimSpan, SimSpan),
    /// Memoryless, with this mean.
    Exponential(SimSpan),
    /// Evenly spaced quantiles, the shortest first.
    Quantiles(Rc<[SimSpan]>),
}

/// Points of a distribution that is kept as quantiles.
const POINTS: u32 = 4096;

impl Spread {
    /// No time at all.
    pub const ZERO: Self = Self::Fixed(SimSpan::ZERO);

    /// Evenly spaced quantiles; `None` unless there are at least two and they never fall.
    pub fn quantiles(quantiles: Vec<SimSpan>) -> Option<Self> {
        (2 <= quantiles.len() && quantiles.is_sorted()).then(|| Self::Quantiles(quantiles.into()))
    }

    /// Lognormal with this median and 99th percentile, kept as 4 096 quantiles.
    pub fn lognormal(median: SimSpan, p99: SimSpan) -> Option<Self> {
        if median == SimSpan::ZERO || p99 < median {
            return None;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "durations of scenarios are far below 2^53 ns"
        )]
        let (middle, high) = (median.as_nanos() as f64, p99.as_nanos() as f64);
        let sigma = libm::log(high / middle) / 2.326_347_874_040_841;
        let point = |index: u32| {
            let share = (f64::from(index) + 0.5) / f64::from(POINTS);
            span(middle * libm::exp(sigma * normal_quantile(share)))
        };
        Self::quantiles((0..POINTS).map(point).collect())
    }

    /// One duration.
    #[inline]
    pub fn draw(&self, rng: &mut Rng) -> SimSpan {
        match self {
            Self::Fixed(span) => *span,
            Self::Uniform(low, high) => between(*low, *high, rng),
            Self::Exponential(mean) => exponential(*mean, rng),
            Self::Quantiles(points) => {
                let gap = rng.index(points.len() - 1);
                between(points[gap], points[gap + 1], rng)
            }
        }
    }

    /// The mean: exact but for rounding.
    pub fn mean(&self) -> SimSpan {
        match self {
            Self::Fixed(span) | Self::Exponential(span) => *span,
            Self::Uniform(low, high) => (*low + *high) / 2,
            Self::Quantiles(points) => {
                let halves = points.windows(2).map(|pair| (pair[0] + pair[1]).as_nanos());
                let sum: u128 = halves.map(u128::from).sum();
                let mean = sum / 2 / (points.len() as u128 - 1);
                SimSpan::nanos(u64::try_from(mean).expect("a mean lies between its points"))
            }
        }
    }
}

impl Digestible for Spread {
    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::Fixed(span) => digest.all([SimSpan::ZERO, *span].iter()),
            Self::Uniform(low, high) => digest.all([*low, *high, *high].iter()),
            Self::Exponential(mean) => digest.all([*mean].iter()),
            Self::Quantiles(points) => {
                digest.word(u64::MAX);
                digest.all(points.iter());
            }
        }
    }
}

fn between(low: SimSpan, high: SimSpan, rng: &mut Rng) -> SimSpan {
    low + SimSpan::nanos(rng.below((high - low).as_nanos() + 1))
}

/// −mean × ln(u) for u in (0, 1].
fn exponential(mean: SimSpan, rng: &mut Rng) -> SimSpan {
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are drawn, and means are far below 2^53"
    )]
    let (share, mean) =
        (((rng.word() >> 11) + 1) as f64 / 9_007_199_254_740_992.0, mean.as_nanos() as f64);
    span(-libm::log(share) * mean)
}

/// Rounds to whole nanoseconds.
fn span(nanos: f64) -> SimSpan {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates, and negative durations do not occur"
    )]
    SimSpan::nanos(libm::round(nanos) as u64)
}

/// The standard normal's quantile by Acklam's rational approximation (relative error below 1.2 ×
/// 10⁻⁹).
fn normal_quantile(share: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    let poly = |terms: &[f64], x: f64| terms.iter().fold(0.0, |sum, term| sum * x + term);
    let tail = |share: f64| {
        let x = libm::sqrt(-2.0 * libm::log(share));
        poly(&C, x) / (poly(&D, x) * x + 1.0)
    };
    if share < 0.024_25 {
        tail(share)
    } else if share > 1.0 - 0.024_25 {
        -tail(1.0 - share)
    } else {
        let x = share - 0.5;
        poly(&A, x * x) * x / (poly(&B, x * x) * x * x + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_of_draws(spread: &Spread) -> f64 {
        let mut rng = Rng::stream(1, "draws");
        let sum: u64 = (0..200_000).map(|_| spread.draw(&mut rng).as_nanos()).sum();
        sum as f64 / 200_000.0
    }

    #[test]
    fn draws_have_the_mean_that_is_promised() {
        let spreads = [
            Spread::Uniform(SimSpan::micros(1), SimSpan::micros(3)),
            Spread::Exponential(SimSpan::micros(50)),
            Spread::lognormal(SimSpan::micros(100), SimSpan::micros(400)).unwrap(),
        ];
        for spread in spreads {
            let (drawn, promised) = (mean_of_draws(&spread), spread.mean().as_nanos() as f64);
            assert!((drawn / promised - 1.0).abs() < 0.01, "{drawn} against {promised}");
        }
    }

    #[test]
    fn a_lognormal_has_its_median_and_its_99th_percentile() {
        let spread = Spread::lognormal(SimSpan::micros(100), SimSpan::micros(400)).unwrap();
        let Spread::Quantiles(points) = spread else { panic!("kept as quantiles") };
        let near = |point: usize, micros: f64| {
            let ratio = points[point].as_nanos() as f64 / (micros * 1000.0);
            assert!((ratio - 1.0).abs() < 0.005, "point {point}: {ratio}");
        };
        near(2048, 100.0);
        near(4055, 400.0);
    }

    #[test]
    fn quantiles_that_fall_are_refused() {
        assert_eq!(Spread::quantiles(vec![SimSpan::millis(2), SimSpan::millis(1)]), None);
        assert_eq!(Spread::quantiles(vec![SimSpan::millis(2)]), None);
    }
}
