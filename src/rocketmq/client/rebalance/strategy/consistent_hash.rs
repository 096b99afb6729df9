//! Shares by a ring of hashes: a queue belongs to the first place at or behind its own hash.
//!
//! Follows `AllocateMessageQueueConsistentHash` and `ConsistentHashRouter`.

use std::collections::BTreeMap;

use crate::kernel::name::Name;
use crate::rocketmq::client::queue::MessageQueue;

use super::Place;

/// The share of one member.
pub(super) fn share(queues: &[MessageQueue], place: Place<'_>, places: u32) -> Vec<MessageQueue> {
    let ring = ring(place.members, places);
    let owned = |queue: &&MessageQueue| owner(&ring, queue) == Some(place.own);
    queues.iter().filter(owned).copied().collect()
}

/// Members by the hashes of their places; of two with one hash the later one stays.
fn ring(members: &[Name], places: u32) -> BTreeMap<u32, Name> {
    let of_member = |member: &Name| {
        let member = *member;
        (0..places).map(move |place| (hash(&format!("{member}-{place}")), member))
    };
    members.iter().flat_map(of_member).collect()
}

fn owner(ring: &BTreeMap<u32, Name>, queue: &MessageQueue) -> Option<Name> {
    let MessageQueue { topic, broker, id } = queue;
    let key = format!("MessageQueue [topic={topic}, brokerName={broker}, queueId={id}]");
    let behind = ring.range(hash(&key)..).next().or_else(|| ring.iter().next());
    behind.map(|(_, member)| *member)
}

/// The first four bytes of the MD5, as a big-endian number.
fn hash(text: &str) -> u32 {
    let [a, b, c, d, ..] = md5::compute(text).0;
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::super::Strategy;
    use super::super::tests::{queues, shares};
    use super::*;

    /// Client reference 10.1, row 8.
    #[test]
    fn the_ring_is_that_of_the_worked_examples() {
        assert_eq!(hash("c0-0"), 2_316_876_094);
        assert_eq!(hash("c0-1"), 4_137_623_405);
        assert_eq!(hash("c1-0"), 3_886_541_579);
        let key = "MessageQueue [topic=T, brokerName=broker-a, queueId=0]";
        assert_eq!(hash(key), 1_630_488_180);
        let strategy = Strategy::ConsistentHash { places: 10 };
        let dealt = shares(&strategy, &queues("broker-a", 8), &["c0", "c1", "c2"]);
        assert_eq!(dealt, [vec![0, 1, 5, 6], vec![3, 4], vec![2, 7]]);
    }
}
