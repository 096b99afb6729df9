//! A list that grows and changes, whose untouched pages are shared between clones.
//!
//! A clone costs one pointer; what is written after it copies one page of the list and some
//! pointers. Per-message marks live here, so that a checkpoint stays cheap whatever was stored.

use crate::kernel::spine::Spine;

/// Entries in one page.
const PAGE: usize = 256;

/// A growing list with cheap clones; what was never written is `T::default()`.
#[derive(Clone, Debug)]
pub struct Pages<T> {
    pages: Spine<[T; PAGE]>,
    len: usize,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { pages: Spine::default(), len: 0 }
    }
}

impl<T: Copy + Default> Pages<T> {
    /// One more than the highest index written.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True where nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entry at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> T {
        self.pages.get(index / PAGE).map_or_else(T::default, |page| page[index % PAGE])
    }

    /// The entry at `index`, to be written.
    #[inline]
    pub fn entry(&mut self, index: usize) -> &mut T {
        while self.pages.len() <= index / PAGE {
            self.pages.push([T::default(); PAGE]);
        }
        self.len = self.len.max(index + 1);
        &mut self.pages.get_mut(index / PAGE).expect("its page is there")[index % PAGE]
    }

    /// Writes an entry behind the last.
    pub fn push(&mut self, entry: T) {
        *self.entry(self.len) = entry;
    }

    /// Forgets everything from `len` on.
    pub fn truncate(&mut self, len: usize) {
        for index in len..self.len {
            *self.entry(index) = T::default();
        }
        self.len = self.len.min(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_what_it_had_when_the_other_is_written() {
        let mut list = Pages::default();
        (0..600_u32).for_each(|entry| list.push(entry));
        let old = list.clone();
        *list.entry(3) = 77;
        *list.entry(2000) = 5;
        assert_eq!((old.len(), old.get(3), old.get(2000)), (600, 3, 0));
        assert_eq!((list.len(), list.get(3), list.get(2000)), (2001, 77, 5));
        list.truncate(2);
        assert_eq!((list.len(), list.get(1), list.get(3)), (2, 1, 0));
    }
}
