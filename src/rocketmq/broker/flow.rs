//! What goes through a broker by the second: rates of the last 10, 60 and 600 s.
//!
//! Follows `StoreStatsService`, which takes a sample every second and keeps 601. Only seconds in
//! which something changed are kept here. Left out: what the broker reads for itself, and how long
//! puts and reads take.

use std::collections::VecDeque;

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimTime;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::Rates;

use super::Broker;

/// Samples that upstream keeps (`MAX_RECORDS_OF_SAMPLING`).
const KEPT: u32 = 600;
/// Windows that are told, s.
const WINDOWS: [u32; 3] = [10, 60, 600];

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Passing {
    /// Messages that were stored.
    Stored,
    /// Reads that found something.
    Found,
    /// Reads that found nothing.
    Missed,
    /// Messages that were handed out.
    HandedOut,
}

/// Totals at the samples of seconds since the start.
#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    samples: VecDeque<(u32, [u32; 4])>,
}

impl Flow {
    fn add(&mut self, what: Passing, count: u32, second: u32) {
        let (last, totals) = self.samples.back().copied().unwrap_or_default();
        if last != second || self.samples.is_empty() {
            self.samples.push_back((second, totals));
            // One sample before the window stays: what it says holds at its beginning.
            while self.samples.get(1).is_some_and(|(at, _)| at + KEPT < second) {
                self.samples.pop_front();
            }
        }
        let newest = self.samples.back_mut().expect("it was just put there");
        newest.1[what as usize] = newest.1[what as usize].wrapping_add(count);
    }

    fn total(&self, what: Passing, second: u32) -> u32 {
        let known = self.samples.partition_point(|(at, _)| *at <= second);
        let at = known.checked_sub(1).and_then(|at| self.samples.get(at));
        at.map_or(0, |(_, totals)| totals[what as usize])
    }

    /// Counts and ms of the windows; none where the broker has not run for so long.
    fn rates(&self, what: Passing, second: u32) -> Rates {
        WINDOWS.map(|window| {
            let begin = second.checked_sub(window).filter(|begin| *begin > 0)?;
            let count = self.total(what, second).wrapping_sub(self.total(what, begin));
            Some((u64::from(count), u64::from(window) * 1000))
        })
    }
}

impl Digestible for Flow {
    fn digest(&self, digest: &mut Digest) {
        if let Some((second, totals)) = self.samples.back() {
            digest.word(u64::from(*second));
            totals.iter().for_each(|total| digest.put(total));
        }
    }
}

impl Broker {
    /// So much passed now; the next sample has it.
    pub(super) fn count_passing(&mut self, what: Passing, count: u32, fx: &Effects<'_, Mq>) {
        let second = seconds(self.booted, fx.now()) + 1;
        self.flow.add(what, count, second);
    }

    /// As `getRuntimeInfo` names them.
    pub(super) fn flow_rates(&self, fx: &Effects<'_, Mq>) -> Vec<(&'static str, Rates)> {
        let second = seconds(self.booted, fx.now());
        let rates = |what| self.flow.rates(what, second);
        let (found, missed) = (rates(Passing::Found), rates(Passing::Missed));
        let mut total = found;
        for (sum, missed) in total.iter_mut().zip(missed) {
            let (found, missed) = (sum.unwrap_or((0, 1000)), missed.unwrap_or((0, 1000)));
            *sum = Some((found.0 + missed.0, found.1));
        }
        vec![
            ("putTps", rates(Passing::Stored)),
            ("getFoundTps", found),
            ("getMissTps", missed),
            ("getTotalTps", total),
            ("getTransferredTps", rates(Passing::HandedOut)),
        ]
    }
}

fn seconds(boot: SimTime, now: SimTime) -> u32 {
    let seconds = now.since(boot).as_millis() / 1000;
    u32::try_from(seconds).expect("runs are shorter than a century")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_told_once_there_is_a_sample_before_it() {
        let mut flow = Flow::default();
        flow.add(Passing::Stored, 5, 2);
        flow.add(Passing::Stored, 20, 12);
        flow.add(Passing::Found, 1, 12);
        assert_eq!(flow.rates(Passing::Stored, 10), [None; 3]);
        assert_eq!(flow.rates(Passing::Stored, 11)[0], Some((5, 10_000)));
        assert_eq!(flow.rates(Passing::Stored, 12)[0], Some((20, 10_000)));
        assert_eq!(flow.rates(Passing::Stored, 61)[1], Some((25, 60_000)));
        assert_eq!(flow.rates(Passing::Stored, 601)[2], Some((25, 600_000)));
        assert_eq!(flow.rates(Passing::Stored, 602)[2], Some((20, 600_000)));
    }

    #[test]
    fn no_more_is_kept_than_the_widest_window_needs() {
        let mut flow = Flow::default();
        (1..2_000).for_each(|second| flow.add(Passing::Stored, 1, second));
        assert_eq!(flow.samples.len(), 602, "the newest one may still come");
        assert_eq!(flow.rates(Passing::Stored, 1_999)[2], Some((600, 600_000)));
    }
}
