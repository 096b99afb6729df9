//! Interned names: `Copy`, compared by number, ordered and digested by text.
//!
//! The table only grows, and what a name means depends on its text alone, so the order of interning
//! shows nowhere: neither in an order nor in a digest.

use std::cmp::Ordering;
use std::fmt;
use std::sync::RwLock;

use super::digest::{Digest, Digestible};
use super::ordered_map::OrderedMap;

/// A text that was interned once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    index: u32,
    hash: u32,
}

struct Table {
    by_text: OrderedMap<&'static str, Name>,
    texts: Vec<&'static str>,
}

static TABLE: RwLock<Table> = RwLock::new(Table { by_text: OrderedMap::new(), texts: Vec::new() });

impl Name {
    /// The name for `text`; the same text gives the same name.
    pub fn new(text: &str) -> Self {
        let known = TABLE.read().expect("no writer panics").by_text.get(&text).copied();
        known.unwrap_or_else(|| Self::insert(text))
    }

    /// The text.
    pub fn as_str(self) -> &'static str {
        TABLE.read().expect("no writer panics").texts[self.index as usize]
    }

    fn insert(text: &str) -> Self {
        let mut table = TABLE.write().expect("no writer panics");
        if let Some(known) = table.by_text.get(&text) {
            return *known;
        }
        let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
        let index = u32::try_from(table.texts.len()).expect("fewer names than u32 can count");
        let name = Self { index, hash: hash_of(text) };
        table.texts.push(text);
        table.by_text.insert(text, name);
        name
    }
}

/// 32 bits that depend on the text alone.
fn hash_of(text: &str) -> u32 {
    let mut digest = Digest::default();
    digest.bytes(text.as_bytes());
    u32::try_from(digest.finish() >> 32).expect("32 bits remain")
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.index == other.index { Ordering::Equal } else { self.as_str().cmp(other.as_str()) }
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Digestible for Name {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.hash));
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
