//! What the charts say at one moment: under the pointer, or now.

use super::waiting;
use crate::session::frame::{Charts, Percentiles};

/// Values of all three charts at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The time read, ns.
    pub at: u64,
    /// Messages a second in and out.
    pub rates: Option<(f32, f32)>,
    /// Waiting per topic.
    pub waiting: Option<Vec<u32>>,
    /// Age of the oldest that waits, ns.
    pub oldest: Option<u64>,
    /// The consumed message whose moment is nearest, within a hundredth of the run: consumed at,
    /// latency.
    pub dot: Option<(u64, u64)>,
}

impl Reading {
    /// All that waits.
    pub fn all_waiting(&self) -> Option<u64> {
        self.waiting.as_deref().map(waiting::sum)
    }
}

/// Reads the charts of a run of `end` ns at a time.
pub fn read(charts: &Charts, at: u64, end: u64) -> Reading {
    let dot = charts.latency.iter().copied().min_by_key(|&(time, _)| time.abs_diff(at));
    let throughput: Vec<(u64, (f32, f32))> = charts
        .throughput
        .iter()
        .map(|&(time, inbound, outbound)| (time, (inbound, outbound)))
        .collect();
    Reading {
        at,
        rates: last_before(&throughput, at).copied(),
        waiting: last_before(&charts.waiting, at).cloned(),
        oldest: last_before(&charts.oldest, at).copied(),
        dot: dot.filter(|&(time, _)| time.abs_diff(at) <= end / 100),
    }
}

/// The value that held at `at`: series are in order of time.
fn last_before<T>(series: &[(u64, T)], at: u64) -> Option<&T> {
    let after = series.partition_point(|&(time, _)| time <= at);
    after.checked_sub(1).map(|index| &series[index].1)
}

/// A reading moved by keys: `steps` hundredths of the played time, within it.
pub fn moved(at: Option<u64>, now: u64, steps: i64) -> u64 {
    let step = i64::try_from((now / 100).max(1)).expect("a run is shorter than 292 years");
    let from = i64::try_from(at.unwrap_or(now)).expect("a run is shorter than 292 years");
    let to = from.saturating_add(steps.saturating_mul(step)).max(0);
    u64::try_from(to).expect("not below zero").min(now)
}

/// The four percentiles of the legend by their names, `None` before the first message.
pub fn legend(percentiles: &Percentiles) -> [(&'static str, Option<u64>); 4] {
    let shown = |value: u64| (percentiles.count > 0).then_some(value);
    [
        ("p50", shown(percentiles.p50)),
        ("p90", shown(percentiles.p90)),
        ("p99", shown(percentiles.p99)),
        ("max", shown(percentiles.max)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_until_the_next() {
        let charts = Charts {
            throughput: vec![(0, 1.0, 0.0), (10, 2.0, 1.0)],
            waiting: vec![(5, vec![3, 4])],
            latency: vec![(8, 100), (20, 200)],
            ..Charts::default()
        };
        let reading = read(&charts, 9, 1_000);
        assert_eq!(reading.rates, Some((1.0, 0.0)));
        assert_eq!((reading.all_waiting(), reading.oldest), (Some(7), None));
        assert_eq!(reading.dot, Some((8, 100)));
        assert_eq!(read(&charts, 4, 100).waiting, None);
        assert_eq!(read(&charts, 40, 100).dot, None);
    }

    #[test]
    fn keys_move_within_what_was_played() {
        assert_eq!(moved(None, 1_000, -1), 990);
        assert_eq!(moved(Some(5), 1_000, -1), 0);
        assert_eq!(moved(Some(995), 1_000, 10), 1_000);
        assert_eq!(moved(None, 0, 1), 0);
    }
}
