//! A small map in the order of its keys, as one list: what the page looks up has few entries, and a
//! tree for each kind of key and value would be fetched as much more code.

/// Keys with their values, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Sorted<K, V>(Vec<(K, V)>);

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> Sorted<K, V> {
    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// The value of a key, made where there is none yet.
    pub fn or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        let at = match self.place(&key) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (key, value()));
                at
            }
        };
        &mut self.0[at].1
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Keys with their values, the least key first.
    pub fn iter(&self) -> std::slice::Iter<'_, (K, V)> {
        self.0.iter()
    }

    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(key))
    }
}

/// Puts a value into a list that is in the order of `key`, behind its equals.
pub fn insert_by<T>(list: &mut Vec<T>, value: T, key: impl Fn(&T) -> u64) {
    let of_value = key(&value);
    let at = list.partition_point(|known| key(known) <= of_value);
    list.insert(at, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_and_known_once() {
        let mut map = Sorted::default();
        for (key, value) in [(3, 'c'), (1, 'a'), (2, 'b'), (1, 'd')] {
            map.insert(key, value);
        }
        *map.or_insert_with(4, || 'x') = 'y';
        assert_eq!(
            map.iter().copied().collect::<Vec<_>>(),
            [(1, 'd'), (2, 'b'), (3, 'c'), (4, 'y')]
        );
        assert_eq!((map.get(&4), map.get(&5)), (Some(&'y'), None));
    }

    #[test]
    fn equals_stay_in_the_order_of_their_coming() {
        let mut list = Vec::new();
        for value in [(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd')] {
            insert_by(&mut list, value, |(key, _)| *key);
        }
        assert_eq!(list, [(1, 'b'), (1, 'd'), (2, 'a'), (2, 'c')]);
    }
}
