//! The order in which Java walks over its hash tables: what decides the order of a client's
//! requests.
//!
//! Follows the tables of `java.util`: by bucket, in a bucket by insertion. Leaves out trees in
//! buckets of eight and more, and that a table does not shrink.

use crate::kernel::order;
use crate::rocketmq::topic::java_hash;

/// Capacity of an empty table.
const INITIAL: usize = 16;

/// Sorts what stands in the order of insertion into the order of a walk over the table.
pub(super) fn sort_by_hash<T>(entries: &mut [T], hash: impl Fn(&T) -> i32) {
    let mut capacity = INITIAL;
    while entries.len() * 4 > capacity * 3 {
        capacity *= 2;
    }
    let mask = u32::try_from(capacity - 1).expect("tables are small");
    order::by_key(entries, |entry| {
        let hash = hash(entry).cast_unsigned();
        (hash ^ hash >> 16) & mask
    });
}

/// As [`sort_by_hash`], by a text.
pub(super) fn sort_by_text<T>(entries: &mut [T], text: impl Fn(&T) -> &'static str) {
    sort_by_hash(entries, |entry| java_hash(text(entry)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order of the route requests in the recordings of the clients.
    #[test]
    fn topics_are_walked_over_as_recorded() {
        let mut topics = ["TopicTest1", "TopicTest2", "TopicTest3", "%RETRY%ConsumerGroupName"];
        sort_by_text(&mut topics, |topic| topic);
        let recorded = ["TopicTest3", "TopicTest1", "TopicTest2", "%RETRY%ConsumerGroupName"];
        assert_eq!(topics, recorded);
        let mut brokers = ["broker-a", "broker-b"];
        sort_by_text(&mut brokers, |broker| broker);
        assert_eq!(brokers, ["broker-b", "broker-a"]);
    }
}
