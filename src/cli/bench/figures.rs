//! A figure: its samples and their median.

use serde::Serialize;

use super::SAMPLES;

/// All of them.
#[derive(Serialize)]
pub(super) struct Figures {
    pub(super) figures: Vec<Figure>,
}

/// One of them.
#[derive(Serialize)]
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) median: f64,
    pub(super) samples: Vec<f64>,
}

impl Figure {
    /// A figure of samples that were taken.
    pub(super) fn of(name: &'static str, unit: &'static str, samples: Vec<f64>) -> Self {
        let median = at(&samples, 50);
        Self { name, unit, median, samples }
    }

    /// Takes the samples one after the other.
    pub(super) fn taken(
        name: &'static str,
        unit: &'static str,
        sample: impl FnMut() -> f64,
    ) -> Self {
        Self::of(name, unit, std::iter::repeat_with(sample).take(SAMPLES).collect())
    }
}

/// The nearest-rank percentile of some samples.
pub(super) fn at(samples: &[f64], percent: usize) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted[rank - 1]
}

/// A count of something within so many seconds.
#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^53")]
pub(super) fn per_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let samples = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!([at(&samples, 50), at(&samples, 95), at(&samples, 1)], [3.0, 5.0, 1.0]);
    }
}
