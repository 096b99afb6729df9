//! Interned names: `Copy`, compared by place, ordered and digested by text.
//!
//! The table only grows, and what a name means depends on its text alone, so the order of interning
//! shows nowhere: neither in an order nor in a digest.

use std::cmp::Ordering;
use std::fmt;
use std::sync::RwLock;

use super::digest::{Digest, Digestible};
use super::ordered_map::OrderedMap;

/// A text that was interned once.
#[derive(Clone, Copy)]
pub struct Name(&'static Entry);

struct Entry {
    text: &'static str,
    hash: u32,
}

static TABLE: RwLock<OrderedMap<&'static str, Name>> = RwLock::new(OrderedMap::new());

impl Name {
    /// The name for `text`; the same text gives the same name.
    pub fn new(text: &str) -> Self {
        let known = TABLE.read().expect("no writer panics").get(&text).copied();
        known.unwrap_or_else(|| Self::insert(text))
    }

    /// The text.
    #[inline]
    pub fn as_str(self) -> &'static str {
        self.0.text
    }

    /// 32 bits that depend on the text alone.
    #[inline]
    pub fn hash(self) -> u32 {
        self.0.hash
    }

    fn insert(text: &str) -> Self {
        let mut table = TABLE.write().expect("no writer panics");
        if let Some(known) = table.get(&text) {
            return *known;
        }
        let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
        let name = Self(Box::leak(Box::new(Entry { text, hash: hash_of(text) })));
        table.insert(text, name);
        name
    }
}

/// 32 bits that depend on the text alone.
fn hash_of(text: &str) -> u32 {
    let mut digest = Digest::default();
    digest.bytes(text.as_bytes());
    u32::try_from(digest.finish() >> 32).expect("32 bits remain")
}

impl PartialEq for Name {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Name {}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other { Ordering::Equal } else { self.as_str().cmp(other.as_str()) }
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Digestible for Name {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.0.hash));
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_text_whatever_came_first() {
        let (late, early) = (Name::new("zz-late"), Name::new("aa-early"));
        assert!(early < late);
        assert_eq!(Name::new("zz-late"), late);
        assert_eq!(late.as_str(), "zz-late");
    }
}
