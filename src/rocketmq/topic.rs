//! Topics: configuration and the names that RocketMQ makes of other names.
//!
//! Follows `TopicConfig`, `PermName`, `MixAll` and `TopicValidator`. Leaves out attributes and
//! static topics.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;

/// Permission bits (`PermName`).
pub mod perm {
    /// `PERM_INHERIT`.
    pub const INHERIT: u8 = 1;
    /// `PERM_WRITE`.
    pub const WRITE: u8 = 2;
    /// `PERM_READ`.
    pub const READ: u8 = 4;
}

/// The topic whose route and settings new topics inherit (`autoCreateTopicEnable`).
pub const TBW102: &str = "TBW102";
/// Group of the producer inside each client (`MixAll.CLIENT_INNER_PRODUCER_GROUP`).
pub const CLIENT_INNER_PRODUCER: &str = "CLIENT_INNER_PRODUCER";

/// `%RETRY%` + group.
pub fn retry_topic(group: Name) -> Name {
    Name::new(&format!("%RETRY%{group}"))
}

/// A topic on one broker (`TopicConfig`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicConfig {
    /// Name.
    pub name: Name,
    /// Queues that can be read.
    pub read_queues: u32,
    /// Queues that can be written.
    pub write_queues: u32,
    /// Bits of [`perm`].
    pub perm: u8,
}

impl TopicConfig {
    /// A topic that can be read and written.
    pub fn new(name: Name, queues: u32) -> Self {
        Self { name, read_queues: queues, write_queues: queues, perm: perm::READ | perm::WRITE }
    }

    /// Can be written.
    pub fn is_writeable(&self) -> bool {
        self.perm & perm::WRITE != 0
    }

    /// Can be read.
    pub fn is_readable(&self) -> bool {
        self.perm & perm::READ != 0
    }
}

impl Digestible for TopicConfig {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.name);
        let queues = u64::from(self.read_queues) << 32 | u64::from(self.write_queues);
        digest.word(queues);
        digest.word(u64::from(self.perm));
    }
}

/// Java's `String.hashCode`: what a consume queue keeps of a tag.
pub fn java_hash(text: &str) -> i32 {
    java_hash_on(0, text)
}

/// The same behind a text that has this hash.
pub fn java_hash_on(start: i32, text: &str) -> i32 {
    let add = |hash: i32, unit: u16| hash.wrapping_mul(31).wrapping_add(i32::from(unit));
    text.encode_utf16().fold(start, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_hash_as_in_java() {
        let cases = [("", 0), ("a", 97), ("TagA", 2_598_919), ("OrderPaid", 1_612_261_146)];
        for (text, hash) in cases {
            assert_eq!(java_hash(text), hash, "{text}");
        }
        assert_eq!(java_hash("中文"), 646_394);
        assert_eq!(java_hash("polygenelubricants"), i32::MIN);
    }
}
