//! A 64-bit digest that is the same on every target: lengths and discriminants are widened to 64
//! bits.

/// A running digest. Not for security: it tells histories apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

/// What can be put into a digest.
pub trait Digestible {
    /// Puts all that makes this value into `digest`.
    fn digest(&self, digest: &mut Digest);
}

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const FACTOR: u64 = 0xD6E8_FEB8_6659_FD93;

impl Default for Digest {
    fn default() -> Self {
        Self(SEED)
    }
}

impl Digest {
    /// Puts one word in.
    #[inline]
    pub fn word(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(FACTOR);
        self.0 = mixed ^ (mixed >> 32);
    }

    /// Puts bytes in, with their length.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }

    /// Puts a digestible value in.
    pub fn put(&mut self, value: &impl Digestible) {
        value.digest(self);
    }

    /// Puts a sequence in, with its length.
    pub fn all<'a, T: Digestible + 'a>(&mut self, values: impl ExactSizeIterator<Item = &'a T>) {
        self.word(values.len() as u64);
        values.for_each(|value| value.digest(self));
    }

    /// The digest of all that was put in.
    pub const fn finish(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(SEED);
        mixed ^ (mixed >> 32)
    }
}

macro_rules! digest_as_word {
    ($($kind:ty),*) => {$(
        impl Digestible for $kind {
            fn digest(&self, digest: &mut Digest) {
                digest.word(u64::from(*self));
            }
        }
    )*};
}

digest_as_word!(u8, u16, u32, u64, bool);

impl Digestible for () {
    fn digest(&self, _: &mut Digest) {}
}

impl<T: Digestible> Digestible for Option<T> {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.is_some()));
        if let Some(value) = self {
            value.digest(digest);
        }
    }
}

impl Digestible for super::time::SimTime {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.as_nanos());
    }
}

impl Digestible for super::time::SimSpan {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.as_nanos());
    }
}

impl Digestible for str {
    fn digest(&self, digest: &mut Digest) {
        digest.bytes(self.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_frozen() {
        let mut digest = Digest::default();
        digest.bytes(b"RocketMQ in a tab");
        digest.word(7);
        assert_eq!(digest.finish(), FROZEN, "0x{:016X}", digest.finish());
    }

    /// Changing the digest changes every published one: do it on purpose only.
    const FROZEN: u64 = 0xF2B5_8F71_210F_7650;

    #[test]
    fn order_and_length_count() {
        let of = |words: &[u64]| {
            let mut digest = Digest::default();
            words.iter().for_each(|word| digest.word(*word));
            digest.finish()
        };
        assert_ne!(of(&[1, 2]), of(&[2, 1]));
        assert_ne!(of(&[0]), of(&[0, 0]));
    }
}
