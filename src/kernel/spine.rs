//! A list of shared parts in two levels: a clone costs one pointer, and what is written after it
//! copies one part, one node of pointers and the list of nodes.
//!
//! Lists of millions of entries are cut into parts of some hundred and kept in it, so that a
//! checkpoint costs next to nothing whatever is stored.

use std::rc::Rc;

/// Parts under one node.
const FAN: usize = 128;

type Node<T> = Rc<Vec<Rc<T>>>;

/// Parts that clones share until one of them is written.
#[derive(Clone, Debug)]
pub struct Spine<T> {
    nodes: Rc<Vec<Node<T>>>,
    len: usize,
}

impl<T> Default for Spine<T> {
    fn default() -> Self {
        Self { nodes: Rc::default(), len: 0 }
    }
}

impl<T> Spine<T> {
    /// Parts so far.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True where nothing was appended yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A part.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        Some(self.nodes.get(index / FAN)?.get(index % FAN)?)
    }

    /// Appends a part.
    pub fn push(&mut self, part: T) {
        let nodes = Rc::make_mut(&mut self.nodes);
        if self.len.is_multiple_of(FAN) {
            nodes.push(Rc::new(Vec::with_capacity(FAN)));
        }
        let last = nodes.last_mut().expect("a node with room was just ensured");
        Rc::make_mut(last).push(Rc::new(part));
        self.len += 1;
    }

    /// Forgets all parts from `len` on.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        let nodes = Rc::make_mut(&mut self.nodes);
        nodes.truncate(len.div_ceil(FAN));
        if let Some(last) = nodes.last_mut().filter(|_| !len.is_multiple_of(FAN)) {
            Rc::make_mut(last).truncate(len % FAN);
        }
        self.len = len;
    }
}

impl<T: Clone> Spine<T> {
    /// A part, to be written.
    #[inline]
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let node = Rc::make_mut(&mut self.nodes).get_mut(index / FAN)?;
        Rc::make_mut(node).get_mut(index % FAN).map(Rc::make_mut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_what_it_had() {
        let mut list = Spine::default();
        (0..1000_u32).for_each(|part| list.push(part));
        let mut old = list.clone();
        *list.get_mut(3).unwrap() = 77;
        list.push(1000);
        assert_eq!((old.len(), old.get(3), old.get(1000)), (1000, Some(&3), None));
        assert_eq!((list.len(), list.get(3), list.get(1000)), (1001, Some(&77), Some(&1000)));
        old.truncate(256);
        assert_eq!((old.len(), old.get(255), old.get(256)), (256, Some(&255), None));
        old.push(5);
        old.truncate(300);
        assert_eq!((old.len(), old.get(256)), (257, Some(&5)));
        old.truncate(0);
        assert!(old.is_empty() && list.get(500) == Some(&500));
    }
}
