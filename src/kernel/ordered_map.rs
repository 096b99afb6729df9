//! A map in the order of its keys, for the small tables of simulated state.
//!
//! Entries lie side by side, so that each pair of types brings a tenth of the code of a tree along:
//! the page's visitors wait for that code. Tables hold up to some thousands of entries, and keys
//! mostly come at the end (offsets, numbers of requests), where nothing has to be moved.

use std::cmp::Ordering;
use std::ops::Index;

/// Up to so many entries are looked through one after the other.
const FEW: usize = 8;

/// A map from `K` to `V`, walked in the order of `K`.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderedMap<K, V> {
    entries: Vec<(K, V)>,
}

impl<K, V> Default for OrderedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> OrderedMap<K, V> {
    /// A map without entries.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry with the least key.
    pub fn first(&self) -> Option<(&K, &V)> {
        self.entries.first().map(|(key, value)| (key, value))
    }

    /// The entry with the greatest key.
    pub fn last(&self) -> Option<(&K, &V)> {
        self.entries.last().map(|(key, value)| (key, value))
    }

    /// Takes the entry with the least key out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        (!self.entries.is_empty()).then(|| self.entries.remove(0))
    }

    /// All entries.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + Clone {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// All keys.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + Clone {
        self.entries.iter().map(|(key, _)| key)
    }

    /// All values.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.entries.iter().map(|(_, value)| value)
    }

    /// All values, to change.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// Takes out the entries that `gone` names, and gives them.
    pub fn take_out(&mut self, mut gone: impl FnMut(&K, &V) -> bool) -> Vec<(K, V)> {
        let all = std::mem::take(&mut self.entries);
        let (out, kept) = all.into_iter().partition(|(key, value)| gone(key, value));
        self.entries = kept;
        out
    }

    /// Keeps the entries that `keep` wants.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.entries.retain_mut(|(key, value)| keep(key, value));
    }
}

impl<K: Ord, V> OrderedMap<K, V> {
    /// The value of `key`.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.place(key).map(|at| &self.entries[at].1)
    }

    /// The value of `key`, to change.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.place(key).map(|at| &mut self.entries[at].1)
    }

    /// Whether there is an entry for `key`.
    pub fn contains_key(&self, key: &K) -> bool {
        self.place(key).is_some()
    }

    /// Sets the value of `key`; gives the old one back.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.entries[at].1, value)),
            Err(at) => {
                self.entries.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes the entry of `key` out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.place(key)?;
        Some(self.entries.remove(at).1)
    }

    /// The value of `key`, made first where there is none.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let at = self.find(&key).unwrap_or_else(|at| {
            self.entries.insert(at, (key, make()));
            at
        });
        &mut self.entries[at].1
    }

    /// Entries from `key` on.
    pub fn from(&self, key: &K) -> impl DoubleEndedIterator<Item = (&K, &V)> + Clone {
        let (Ok(at) | Err(at)) = self.find(key);
        self.entries[at..].iter().map(|(key, value)| (key, value))
    }

    /// Where `key` is. Of few keys each is compared: whether two are the same is often told sooner
    /// than which comes first.
    fn place(&self, key: &K) -> Option<usize> {
        if self.entries.len() <= FEW {
            return self.entries.iter().position(|(known, _)| known == key);
        }
        self.find(key).ok()
    }

    /// Where `key` is, or where it would go. A key past the last one is found at once.
    fn find(&self, key: &K) -> Result<usize, usize> {
        match self.entries.last().map(|(last, _)| last.cmp(key)) {
            None | Some(Ordering::Less) => Err(self.entries.len()),
            Some(_) => self.entries.binary_search_by(|(known, _)| known.cmp(key)),
        }
    }
}

impl<K: Ord, V> Index<&K> for OrderedMap<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key).expect("what is asked for by its key is in the map")
    }
}

impl<K, V> IntoIterator for OrderedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for OrderedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn does_what_a_tree_does(
            steps in prop::collection::vec((0..4_u8, 0..20_u8, 0..9_u8), 0..200),
        ) {
            let (mut ours, mut tree) = (OrderedMap::new(), BTreeMap::new());
            for (step, key, value) in steps {
                match step {
                    0 => prop_assert_eq!(ours.insert(key, value), tree.insert(key, value)),
                    1 => prop_assert_eq!(ours.remove(&key), tree.remove(&key)),
                    2 => {
                        *ours.get_or_insert_with(key, || 1) += 1;
                        *tree.entry(key).or_insert(1) += 1;
                    }
                    _ => prop_assert_eq!(ours.pop_first(), tree.pop_first()),
                }
                prop_assert_eq!(ours.get(&key), tree.get(&key));
                prop_assert!(ours.from(&key).eq(tree.range(key..)));
            }
            prop_assert!(ours.iter().eq(tree.iter()));
        }
    }
}
