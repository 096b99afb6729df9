//! How long things took, as counts: sixteen parts of each doubling, so that ranks are exact to 3 %
//! in a few kilobytes; mean and largest are exact.

use std::rc::Rc;

use super::latency::Percentiles;

/// Parts of each doubling, as a power of two.
const FINE: u32 = 4;
/// Parts altogether: from here on all is counted as one (19 h).
const ALL: usize = 46 << FINE;

/// Counts by part; clones share them until one of them is written.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    counts: Rc<Vec<u32>>,
    sum: u128,
    max: u64,
}

impl Parts {
    /// Something took `span` ns; gives its part.
    #[inline]
    pub fn record(&mut self, span: u64) -> usize {
        let part = part_of(span);
        *place(&mut self.counts, part) += 1;
        self.sum += u128::from(span);
        self.max = self.max.max(span);
        part
    }

    /// How many were recorded.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|count| u64::from(*count)).sum()
    }

    /// Over all.
    pub fn percentiles(&self) -> Percentiles {
        let count = self.count();
        if count == 0 {
            return Percentiles::default();
        }
        let ranks = [(50, 100), (90, 100), (99, 100), (999, 1000)];
        let [p50, p90, p99, p999] =
            ranks.map(|(part, whole)| self.at_rank((count * part).div_ceil(whole), count));
        let mean = u64::try_from(self.sum / u128::from(count)).expect("a mean fits");
        Percentiles { count, mean, p50, p90, p99, p999, max: self.max }
    }

    /// The middle of the part that holds this rank.
    fn at_rank(&self, rank: u64, count: u64) -> u64 {
        let mut seen = 0;
        let reached = |of: &u32| {
            seen += u64::from(*of);
            seen >= rank
        };
        let part = self.counts.iter().position(reached).unwrap_or(ALL);
        let middle = u64::midpoint(part_from(part), part_from(part + 1));
        if rank == count { self.max } else { middle.min(self.max) }
    }
}

/// The part of a span; below 16 ns each ns has its own.
fn part_of(span: u64) -> usize {
    let shift = (u64::BITS - span.leading_zeros()).saturating_sub(FINE + 1);
    let part = ((shift as usize) << FINE) + usize::try_from(span >> shift).expect("few bits");
    part.min(ALL - 1)
}

/// Where a part begins, ns.
pub(super) fn part_from(part: usize) -> u64 {
    let shift = (part >> FINE).saturating_sub(1);
    ((part - (shift << FINE)) as u64) << shift
}

/// A place of a list that grows with what is counted.
pub(super) fn place(list: &mut Rc<Vec<u32>>, at: usize) -> &mut u32 {
    let list = Rc::make_mut(list);
    if list.len() <= at {
        list.resize(at + 1, 0);
    }
    &mut list[at]
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn parts_follow_each_other_without_a_gap() {
        for part in 0..ALL - 1 {
            let (from, next) = (part_from(part), part_from(part + 1));
            assert!(from < next, "{part}");
            assert_eq!((part_of(from), part_of(next - 1)), (part, part), "{from} to {next}");
        }
        assert_eq!(part_of(u64::MAX), ALL - 1);
    }

    #[test]
    fn ranks_are_right_to_three_parts_of_a_hundred() {
        let mut parts = Parts::default();
        assert_eq!(parts.percentiles(), Percentiles::default());
        for index in 1..=1000 {
            parts.record(index * MS);
        }
        let found = parts.percentiles();
        assert_eq!((found.count, found.mean, found.max), (1000, 500_500_000, 1000 * MS));
        for (found, exact) in [(found.p50, 500), (found.p90, 900), (found.p99, 990)] {
            assert!(found.abs_diff(exact * MS) * 100 <= exact * MS * 3, "{found} for {exact} ms");
        }
    }
}
