//! Conservation: what was stored for a group is waiting, at a consumer, in retry, consumed or dead,
//! and nothing comes from nowhere.

use crate::kernel::actor::NodeId;
use crate::observation::Observations;
use crate::observation::ledger::GroupLedger;
use crate::observation::messages::{flag, mark};
use crate::observation::seen::Seen;

use super::Verdict;
use super::violation::{Rule, Violation};

/// No group has more than was stored for it.
#[inline]
pub(super) fn adds_up(seen: &Seen<'_>, so_far: &Observations) -> Verdict {
    let Some(group) = seen.group else { return Ok(()) };
    let books = so_far.books.groups[group];
    if books.delivered <= books.expected && books.consumed <= books.delivered {
        return Ok(());
    }
    Err(Violation::of(Rule::LedgerOff, seen, (books.expected, books.consumed)))
}

/// Counts all messages one by one and compares with the sums, at the end of a run: a time in ns
/// since the scenario's start, and events of all lanes so far.
pub(super) fn recount(seen: &Observations, end: (u64, u64)) -> Verdict {
    let count = seen.numbering.count();
    let flags = |bit: u8| {
        let has = |number: &u32| seen.messages.record(*number).flags & bit != 0;
        (1..=count).filter(has).count() as u64
    };
    let all = seen.books.all;
    let sums = [
        (all.sent, flags(flag::SENT)),
        (all.stored, flags(flag::STORED)),
        (all.acknowledged, flags(flag::ACKNOWLEDGED)),
        (all.failed, flags(flag::FAILED)),
    ];
    let wrong = sums.into_iter().find(|(sum, counted)| sum != counted);
    if let Some((sum, counted)) = wrong {
        return Err(off(end, None, (counted, sum)));
    }
    (0..seen.books.groups.len()).try_for_each(|group| recount_group(seen, end, group))
}

fn recount_group(seen: &Observations, end: (u64, u64), group: usize) -> Verdict {
    let mut counted = GroupLedger::default();
    for number in 1..=seen.numbering.count() {
        let marks = seen.messages.marks(number, group);
        counted.delivered += u64::from(marks & mark::DELIVERED != 0);
        counted.consumed += u64::from(marks & mark::CONSUMED != 0);
        counted.retrying += u64::from(marks & mark::RETRYING != 0);
        counted.dead += u64::from(marks & mark::DEAD != 0);
    }
    let books = seen.books.groups[group];
    let sums = [
        (books.delivered, counted.delivered),
        (books.consumed, counted.consumed),
        (books.retrying, counted.retrying),
        (books.dead, counted.dead),
    ];
    let wrong = sums.into_iter().find(|(sum, counted)| sum != counted);
    wrong.map_or(Ok(()), |(sum, counted)| Err(off(end, Some(group), (counted, sum))))
}

fn off(
    (at, ordinal): (u64, u64),
    group: Option<usize>,
    (expected, found): (u64, u64),
) -> Box<Violation> {
    Box::new(Violation {
        rule: Rule::LedgerOff,
        at,
        ordinal,
        node: NodeId(0),
        message: None,
        queue: None,
        group,
        expected,
        found,
    })
}
