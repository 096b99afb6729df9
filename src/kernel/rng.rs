//! Seeded, named streams of whole numbers. One stream per purpose, derived from the seed and a
//! name: adding a node does not reshuffle the others.

use rand_core::{Rng as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::digest::{Digest, Digestible};

/// One stream of random numbers.
#[derive(Clone, Debug)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// The stream called `name` of the run with this seed.
    pub fn stream(seed: u64, name: &str) -> Self {
        let mut digest = Digest::default();
        digest.word(seed);
        digest.bytes(name.as_bytes());
        Self(Xoshiro256PlusPlus::seed_from_u64(digest.finish()))
    }

    /// 64 random bits.
    #[inline]
    pub fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`, which is not 0. The bias is below `bound` / 2⁶⁴.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "nothing lies below 0");
        let wide = u128::from(self.word()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("the high half has 64 bits")
    }

    /// An index into something with `len` entries.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("an index below a usize is one")
    }

    /// True in `per_million` of a million cases.
    pub fn chance(&mut self, per_million: u32) -> bool {
        per_million > 0 && self.below(1_000_000) < u64::from(per_million)
    }
}

impl Digestible for Rng {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.0.clone().next_u64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_told_apart_by_their_names_only() {
        let words = |name| {
            let mut rng = Rng::stream(7, name);
            [rng.word(), rng.word()]
        };
        assert_eq!(words("link a b"), words("link a b"));
        assert_ne!(words("link a b"), words("link b a"));
    }
}
