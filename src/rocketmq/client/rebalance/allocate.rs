//! Who should own which queues: an even share of consecutive ones for each.
//!
//! Follows `AllocateMessageQueueAveragely`. Leaves out the other strategies.

use crate::kernel::name::Name;
use crate::rocketmq::planted::{Bug, is_planted};

/// The share of `own` of sorted queues among sorted members; empty where it is not one of them.
pub fn allocate_averagely<T: Copy>(queues: &[T], members: &[Name], own: Name) -> Vec<T> {
    let Some(index) = members.iter().position(|member| *member == own) else { return Vec::new() };
    let (base, rest) = (queues.len() / members.len(), queues.len() % members.len());
    let size = if queues.len() <= members.len() { 1 } else { base + usize::from(index < rest) };
    let forgotten = usize::from(is_planted(Bug::LastQueueForgotten));
    let queues = &queues[..queues.len() - forgotten.min(queues.len())];
    let start = if index < rest { index * size } else { index * size + rest };
    queues.iter().skip(start).take(size).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_even_and_consecutive() {
        let rows: [(u32, &[&[u32]]); 7] = [
            (8, &[&[0, 1, 2], &[3, 4, 5], &[6, 7]]),
            (10, &[&[0, 1, 2], &[3, 4, 5], &[6, 7], &[8, 9]]),
            (16, &[&[0, 1, 2, 3], &[4, 5, 6], &[7, 8, 9], &[10, 11, 12], &[13, 14, 15]]),
            (4, &[&[0], &[1], &[2], &[3], &[]]),
            (5, &[&[0, 1, 2], &[3, 4]]),
            (3, &[&[0], &[1], &[2], &[], &[]]),
            (2, &[&[0], &[1], &[]]),
        ];
        for (count, shares) in rows {
            let queues: Vec<u32> = (0..count).collect();
            let names = (0..shares.len()).map(|member| Name::new(&format!("c{member}")));
            let members: Vec<Name> = names.collect();
            for (member, share) in members.iter().zip(shares) {
                let own = allocate_averagely(&queues, &members, *member);
                assert_eq!(own, *share, "{count} queues, {} members", members.len());
            }
        }
    }

    #[test]
    fn who_is_not_in_the_list_owns_nothing() {
        let members = [Name::new("c0")];
        assert!(allocate_averagely(&[1, 2], &members, Name::new("c9")).is_empty());
    }

    #[test]
    fn members_sort_as_texts() {
        let ids = ["10.0.0.2@9#1", "10.0.0.10@9#1", "10.0.0.1@9#1"];
        let mut ids = ids.map(Name::new);
        ids.sort();
        assert_eq!(ids.map(Name::as_str), ["10.0.0.10@9#1", "10.0.0.1@9#1", "10.0.0.2@9#1"]);
    }
}
