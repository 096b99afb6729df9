//! A broker that ends in order answers every request that it holds.

use crate::observation::Observations;
use crate::observation::progress::Pull;
use crate::observation::seen::Seen;

use super::Verdict;
use super::violation::{Rule, Violation};

/// A process ended in order.
pub(super) fn stopped(seen: &Seen<'_>, so_far: &Observations) -> Verdict {
    // Of queues that others have copies of, a request may be held by one of those.
    if so_far.cast().has_copies(seen.node) {
        return Ok(());
    }
    let queues = so_far.places.queues().iter().enumerate();
    for (index, _) in queues.filter(|(_, place)| place.queue.broker == seen.node) {
        for group in 0..so_far.cast().groups.len() {
            if let Pull::Held { since, .. } = so_far.progress.share(index, group).pull {
                let seen = Seen { queue: Some(index), group: Some(group), ..*seen };
                return Err(Violation::of(Rule::HeldForgotten, &seen, (since, seen.at)));
            }
        }
    }
    Ok(())
}
