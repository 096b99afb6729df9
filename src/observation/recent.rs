//! The newest entries of something that has no end. What is older is dropped, and its number kept.

use std::collections::VecDeque;
use std::rc::Rc;

/// Entries in one sealed chunk, which clones share.
const CHUNK: usize = 64;

/// The last `limit` entries at least, `limit` + 64 at most.
#[derive(Clone, Debug)]
pub struct Recent<T> {
    sealed: VecDeque<Rc<[T]>>,
    tail: Vec<T>,
    limit: usize,
    dropped: u64,
}

impl<T> Recent<T> {
    /// Keeps at least the last `limit` entries.
    pub fn new(limit: usize) -> Self {
        Self { sealed: VecDeque::new(), tail: Vec::new(), limit, dropped: 0 }
    }

    /// Appends an entry.
    #[inline]
    pub fn push(&mut self, entry: T) {
        if self.tail.len() == CHUNK {
            self.seal();
        }
        self.tail.push(entry);
    }

    /// Entries that are kept, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + '_ {
        self.sealed.iter().flat_map(|chunk| chunk.iter()).chain(self.tail.iter())
    }

    /// Entries that are no longer kept.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn seal(&mut self) {
        let full = std::mem::replace(&mut self.tail, Vec::with_capacity(CHUNK));
        self.sealed.push_back(full.into());
        while (self.sealed.len() - 1) * CHUNK >= self.limit {
            self.sealed.pop_front();
            self.dropped += CHUNK as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_stay_and_the_dropped_are_counted() {
        let mut recent = Recent::new(100);
        (0..1000_u32).for_each(|entry| recent.push(entry));
        let kept: Vec<u32> = recent.iter().copied().collect();
        assert!((100..=192).contains(&kept.len()), "{}", kept.len());
        assert_eq!(kept.last(), Some(&999));
        assert_eq!(recent.dropped() + kept.len() as u64, 1000);
        assert_eq!(recent.iter().rev().take(2).copied().collect::<Vec<_>>(), [999, 998]);
    }
}
