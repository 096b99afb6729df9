//! Who wrote which part of a log (`EpochFileCache`), and up to where two logs are one.

use crate::kernel::digest::{Digest, Digestible};
use crate::rocketmq::remoting::Epoch;

/// The epoch file: ascending, and each epoch ends where the next one begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::rocketmq::broker) struct Epochs(Vec<Epoch>);

impl Epochs {
    pub(super) fn all(&self) -> &[Epoch] {
        &self.0
    }

    /// The last one; 0 where there is none.
    pub(super) fn last(&self) -> Epoch {
        self.0.last().copied().unwrap_or(Epoch { epoch: 0, start: 0 })
    }

    /// The log goes on in this epoch from `start` on. One that is known stays as it is.
    pub(super) fn begin(&mut self, epoch: u32, start: u64) {
        if self.last().epoch < epoch {
            self.0.push(Epoch { epoch, start });
        }
    }

    /// The epoch of the byte at a place, and where it ends, if it does.
    pub(in crate::rocketmq::broker) fn at(&self, place: u64) -> Option<(Epoch, Option<u64>)> {
        let at = self.0.iter().rposition(|epoch| epoch.start <= place)?;
        Some((self.0[at], self.0.get(at + 1).map(|next| next.start)))
    }

    /// `findConsistentPoint`: where this log, which ends at `end`, and another one part: in the
    /// newest epoch that begins at one place in both.
    pub(super) fn common(&self, end: u64, others: &[Epoch], other_end: u64) -> Option<u64> {
        let end_in = |all: &[Epoch], at: usize, end| all.get(at + 1).map_or(end, |it| it.start);
        (0..self.0.len()).rev().find_map(|at| {
            let other = others.iter().position(|other| *other == self.0[at])?;
            Some(end_in(&self.0, at, end).min(end_in(others, other, other_end)))
        })
    }

    /// `truncateSuffixByOffset`: epochs that would begin behind the end are forgotten.
    pub(super) fn cut(&mut self, end: u64) {
        self.0.retain(|epoch| epoch.start < end);
    }
}

impl Digestible for Epochs {
    fn digest(&self, digest: &mut Digest) {
        for Epoch { epoch, start } in &self.0 {
            digest.word(u64::from(*epoch));
            digest.word(*start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(list: &[(u32, u64)]) -> Epochs {
        Epochs(list.iter().map(|(epoch, start)| Epoch { epoch: *epoch, start: *start }).collect())
    }

    #[test]
    fn two_logs_are_one_up_to_the_end_of_the_newest_epoch_that_both_have() {
        let mine = epochs(&[(1, 0), (2, 100)]);
        let cases = [
            // The other one's second epoch began elsewhere, so only the first is common.
            (epochs(&[(1, 0), (3, 80)]), 200, Some(80)),
            (epochs(&[(1, 0), (3, 120)]), 200, Some(100)),
            // The same second epoch, of which one has more.
            (epochs(&[(1, 0), (2, 100), (3, 130)]), 200, Some(130)),
            (epochs(&[(1, 0), (2, 100)]), 140, Some(140)),
            (epochs(&[(4, 0)]), 200, None),
        ];
        for (others, other_end, point) in cases {
            assert_eq!(mine.common(150, others.all(), other_end), point, "{others:?}");
        }
    }

    #[test]
    fn a_place_lies_in_the_last_epoch_that_began_before_it() {
        let mut mine = epochs(&[(1, 0), (2, 100)]);
        let ends = |epochs: &Epochs, place| epochs.at(place).map(|(it, end)| (it.epoch, end));
        assert_eq!(ends(&mine, 99), Some((1, Some(100))));
        assert_eq!(ends(&mine, 100), Some((2, None)));
        mine.cut(100);
        mine.begin(1, 90);
        assert_eq!(mine, epochs(&[(1, 0)]));
        assert_eq!(ends(&epochs(&[]), 0), None);
    }
}
