//! Sorting with little code: what is sorted seldom shares one sort.
//!
//! Each type that is sorted with the standard library's own sort brings 4 KB of code along; here
//! the numbers of the places are sorted, by a comparison that is called through a pointer.

use std::cmp::Ordering;

/// Sorts by a key; what has the same key stays in its order.
pub fn by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    by(list, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by the order of the type.
pub fn naturally<T: Ord>(list: &mut [T]) {
    by(list, Ord::cmp);
}

/// Sorts by a comparison; what is equal stays in its order.
pub fn by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let order = ranks(list.len(), &|a, b| compare(&list[a], &list[b]));
    put(list, order);
}

/// Where each element goes.
#[inline(never)]
fn ranks(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_unstable_by(|a, b| compare(*a, *b).then(a.cmp(b)));
    let mut ranks = vec![0; len];
    for (rank, from) in order.into_iter().enumerate() {
        ranks[from] = rank;
    }
    ranks
}

/// Moves each element to its rank.
fn put<T>(list: &mut [T], mut ranks: Vec<usize>) {
    for at in 0..list.len() {
        while ranks[at] != at {
            let to = ranks[at];
            list.swap(at, to);
            ranks.swap(at, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorts_as_the_stable_sort_does(
            list in prop::collection::vec((0..9_u8, any::<u16>()), 0..60),
        ) {
            let (mut ours, mut theirs) = (list.clone(), list);
            by_key(&mut ours, |(key, _)| *key);
            theirs.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(&ours, &theirs);
            naturally(&mut ours);
            theirs.sort();
            prop_assert_eq!(ours, theirs);
        }
    }
}
