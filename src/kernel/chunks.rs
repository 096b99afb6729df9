//! A list that only grows and whose full chunks are shared between clones.
//!
//! Logs, queues and series are kept in it, so that a checkpoint costs a pointer per chunk plus one
//! tail.

use std::rc::Rc;

use super::digest::{Digest, Digestible};

/// Entries in one chunk.
const CHUNK: usize = 512;

/// An append-only list with cheap clones.
#[derive(Clone, Debug)]
pub struct Chunks<T> {
    sealed: Rc<Vec<Rc<[T]>>>,
    tail: Vec<T>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { sealed: Rc::default(), tail: Vec::new() }
    }
}

impl<T: Clone> Chunks<T> {
    /// Appends one entry.
    pub fn push(&mut self, entry: T) {
        if self.tail.len() == CHUNK {
            let full = std::mem::replace(&mut self.tail, Vec::with_capacity(CHUNK));
            Rc::make_mut(&mut self.sealed).push(full.into());
        }
        self.tail.push(entry);
    }

    /// Entries so far.
    pub fn len(&self) -> u64 {
        (self.sealed.len() * CHUNK + self.tail.len()) as u64
    }

    /// True where nothing was appended yet.
    pub fn is_empty(&self) -> bool {
        self.tail.is_empty()
    }

    /// The entry at `index`.
    pub fn get(&self, index: u64) -> Option<&T> {
        let index = usize::try_from(index).ok()?;
        match self.sealed.get(index / CHUNK) {
            Some(chunk) => chunk.get(index % CHUNK),
            None => self.tail.get(index.checked_sub(self.sealed.len() * CHUNK)?),
        }
    }

    /// The newest entry.
    pub fn last(&self) -> Option<&T> {
        self.tail.last()
    }

    /// Entries from `start` on.
    pub fn iter_from(&self, start: u64) -> impl Iterator<Item = &T> + '_ {
        (start..self.len()).map_while(|index| self.get(index))
    }

    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = &T> + '_ {
        self.sealed.iter().flat_map(|chunk| chunk.iter()).chain(self.tail.iter())
    }

    /// The first index whose entry does not satisfy `before`; entries that do stand in front.
    pub fn partition_point(&self, mut before: impl FnMut(&T) -> bool) -> u64 {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let entry = self.get(middle).expect("the middle lies inside");
            if before(entry) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl<T: Clone + Digestible> Digestible for Chunks<T> {
    /// Length and the last entries: what lies before is part of the history digest already.
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.len());
        self.tail.iter().rev().take(16).for_each(|entry| entry.digest(digest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_what_it_had() {
        let mut list = Chunks::default();
        (0..1500_u32).for_each(|entry| list.push(entry));
        let old = list.clone();
        (1500..3000).for_each(|entry| list.push(entry));
        assert_eq!((old.len(), list.len()), (1500, 3000));
        assert_eq!(old.get(1499), Some(&1499));
        assert_eq!(old.get(1500), None);
        assert_eq!(list.iter().copied().sum::<u32>(), (0..3000).sum::<u32>());
        assert_eq!(list.iter_from(2998).copied().collect::<Vec<_>>(), [2998, 2999]);
        assert_eq!(list.partition_point(|entry| *entry < 700), 700);
    }
}
