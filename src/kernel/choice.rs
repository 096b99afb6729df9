//! Which one of several: distributions over 0, 1, 2 … with whole-number weights.
//!
//! Weights of Zipf's law come through `libm`, whose results are the same on every target.

use std::rc::Rc;

use super::digest::{Digest, Digestible};
use super::rng::Rng;

/// A distribution over the numbers below a bound.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// Every number below this is equally likely.
    Uniform(u32),
    /// One number, 0, has so many of a million draws; the others below `count` share the rest.
    Hot { count: u32, per_million: u32 },
    /// Each entry is the sum of the weights up to its number.
    Weighted(Rc<[u64]>),
}

/// The most numbers that Zipf's law is kept for.
pub const MOST_OF_ZIPF: u32 = 100_000;
/// Weight of the likeliest number.
const TOP: f64 = 1_099_511_627_776.0;

impl Choice {
    /// Zipf's law: number `i` has a weight of 1 / (i + 1)^`exponent`. `None` for no numbers, for
    /// more than [`MOST_OF_ZIPF`], and for an exponent below 0 or above 10.
    pub fn zipf(count: u32, exponent: f64) -> Option<Self> {
        if !(1..=MOST_OF_ZIPF).contains(&count) || !(0.0..=10.0).contains(&exponent) {
            return None;
        }
        let weight = |number: u32| whole(TOP / libm::pow(f64::from(number), exponent)).max(1);
        Some(Self::weighted((1..=count).map(weight)))
    }

    /// Numbers with these weights, at least one of which is not 0.
    pub fn weighted(weights: impl Iterator<Item = u64>) -> Self {
        let sums = weights.scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self::Weighted(sums.collect())
    }

    /// One number.
    pub fn draw(&self, rng: &mut Rng) -> u32 {
        let below = |bound: u32, rng: &mut Rng| {
            u32::try_from(rng.below(u64::from(bound))).expect("it was drawn below a u32")
        };
        match self {
            Self::Uniform(count) => below(*count, rng),
            Self::Hot { count, per_million } => {
                let is_hot = *count == 1 || rng.chance(*per_million);
                if is_hot { 0 } else { 1 + below(*count - 1, rng) }
            }
            Self::Weighted(sums) => {
                let drawn = rng.below(*sums.last().expect("there are numbers"));
                let at = sums.partition_point(|sum| *sum <= drawn);
                u32::try_from(at).expect("numbers are counted by a u32")
            }
        }
    }
}

fn whole(weight: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "weights lie between 0 and 2^40"
    )]
    let weight = libm::round(weight) as u64;
    weight
}

impl Digestible for Choice {
    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::Uniform(count) => digest.word(u64::from(*count)),
            Self::Hot { count, per_million } => {
                digest.word(u64::from(*count) << 32 | u64::from(*per_million));
            }
            Self::Weighted(sums) => digest.all(sums.iter()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(choice: &Choice, numbers: usize) -> Vec<u32> {
        let (mut rng, mut counts) = (Rng::stream(1, "keys"), vec![0; numbers]);
        (0..100_000).for_each(|_| counts[choice.draw(&mut rng) as usize] += 1);
        counts
    }

    #[test]
    fn the_second_of_zipf_comes_half_as_often_and_the_tenth_a_tenth() {
        let counts = counts(&Choice::zipf(1000, 1.0).unwrap(), 1000);
        let ratio = |number: usize| f64::from(counts[0]) / f64::from(counts[number]);
        assert!((ratio(1) - 2.0).abs() < 0.1, "{}", ratio(1));
        assert!((ratio(9) - 10.0).abs() < 1.0, "{}", ratio(9));
    }

    #[test]
    fn a_hot_number_has_its_share_and_the_rest_is_even() {
        let counts = counts(&Choice::Hot { count: 11, per_million: 900_000 }, 11);
        assert!((89_000..91_000).contains(&counts[0]), "{counts:?}");
        assert!(counts[1..].iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    }

    #[test]
    fn weights_are_shares_and_0_is_never() {
        let counts = counts(&Choice::weighted([1, 0, 3].into_iter()), 3);
        assert_eq!(counts[1], 0);
        assert!((24_000..26_000).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn what_zipf_cannot_be_made_of_is_refused() {
        assert_eq!(Choice::zipf(0, 1.0), None);
        assert_eq!(Choice::zipf(10, -1.0), None);
        assert_eq!(Choice::zipf(MOST_OF_ZIPF + 1, 1.0), None);
    }
}
