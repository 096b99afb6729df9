//! How long things took: exact mean, nearest-rank percentiles, a bounded set of dots for a chart.
//!
//! The first 512 samples are kept exactly; from then on percentiles come from an HDR histogram in
//! µs with three digits. Clones share the histogram until one of them is written.

use crate::kernel::order;
use std::rc::Rc;

use hdrhistogram::Histogram;

/// Samples that are kept exactly.
const EXACT: usize = 512;
/// Dots at most.
const DOTS: usize = 1024;

/// Nearest-rank percentiles in ns; `count` 0 means that there is nothing yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// Samples.
    pub count: u64,
    /// Exact mean, rounded down.
    pub mean: u64,
    /// Half were at most this long.
    pub p50: u64,
    /// Nine of ten.
    pub p90: u64,
    /// 99 of 100; under 100 samples the longest.
    pub p99: u64,
    /// 999 of 1000; under 1000 samples the longest.
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

/// Samples.
#[derive(Clone, Debug)]
pub struct Latency {
    exact: Rc<Vec<u64>>,
    histogram: Option<Rc<Histogram<u32>>>,
    dots: Rc<Vec<(u64, u64)>>,
    /// One of so many samples becomes a dot: the longest of them.
    stride: u64,
    longest_of_stride: u64,
    count: u64,
    sum: u128,
    max: u64,
}

impl Default for Latency {
    fn default() -> Self {
        let (exact, dots) = (Rc::default(), Rc::default());
        let (stride, longest_of_stride) = (1, 0);
        Self { exact, histogram: None, dots, stride, longest_of_stride, count: 0, sum: 0, max: 0 }
    }
}

impl Latency {
    /// Something that ended at `at` took `span` ns.
    #[inline]
    pub fn record(&mut self, at: u64, span: u64) {
        self.count += 1;
        self.sum += u128::from(span);
        self.max = self.max.max(span);
        self.dot(at, span);
        if let Some(histogram) = &mut self.histogram {
            note(Rc::make_mut(histogram), span);
        } else {
            Rc::make_mut(&mut self.exact).push(span);
            if self.exact.len() == EXACT {
                self.fold();
            }
        }
    }

    /// Percentiles over all samples so far.
    pub fn percentiles(&self) -> Percentiles {
        if self.count == 0 {
            return Percentiles::default();
        }
        let ranks = [(50, 100), (90, 100), (99, 100), (999, 1000)];
        let ranks = ranks.map(|(part, whole)| (self.count * part).div_ceil(whole));
        let [p50, p90, p99, p999] = match &self.histogram {
            None => self.exact_at(ranks),
            Some(histogram) => self.rough_at(histogram, ranks),
        };
        let mean = u64::try_from(self.sum / u128::from(self.count)).expect("a mean fits");
        Percentiles { count: self.count, mean, p50, p90, p99, p999, max: self.max }
    }

    /// (ended at, took) of at most 1024 samples: thinned ones show the longest of their neighbours.
    pub fn dots(&self) -> &[(u64, u64)] {
        &self.dots
    }

    fn exact_at(&self, ranks: [u64; 4]) -> [u64; 4] {
        let mut sorted = self.exact.to_vec();
        order::naturally(&mut sorted);
        ranks.map(|rank| sorted[usize::try_from(rank - 1).expect("at most 512")])
    }

    /// The values at these ranks, which ascend; in the middle of what the histogram does not tell
    /// apart.
    fn rough_at(&self, histogram: &Histogram<u32>, ranks: [u64; 4]) -> [u64; 4] {
        let mut seen = 0;
        let mut found = [self.max; 4];
        let mut next = 0;
        for step in histogram.iter_recorded() {
            seen += u64::from(step.count_at_value());
            while next < 4 && ranks[next] <= seen && ranks[next] < self.count {
                let micros = histogram.median_equivalent(step.value_iterated_to());
                found[next] = (micros * 1000).min(self.max);
                next += 1;
            }
        }
        found
    }

    fn fold(&mut self) {
        let mut histogram = Histogram::new(3).expect("three digits are allowed");
        self.exact.iter().for_each(|span| note(&mut histogram, *span));
        self.histogram = Some(Rc::new(histogram));
        self.exact = Rc::default();
    }

    fn dot(&mut self, at: u64, span: u64) {
        self.longest_of_stride = self.longest_of_stride.max(span);
        if self.count.is_multiple_of(self.stride) {
            let dots = Rc::make_mut(&mut self.dots);
            dots.push((at, self.longest_of_stride));
            self.longest_of_stride = 0;
            if dots.len() == DOTS {
                let longer =
                    |pair: &[(u64, u64)]| if pair[0].1 > pair[1].1 { pair[0] } else { pair[1] };
                *dots = dots.chunks_exact(2).map(longer).collect();
                self.stride *= 2;
            }
        }
    }
}

/// Puts a span into a histogram of µs.
fn note(histogram: &mut Histogram<u32>, span: u64) {
    histogram.record(span / 1000).expect("the histogram grows with its values");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut latency = Latency::default();
        (1..=10).for_each(|index| latency.record(index, index * 1_000_003));
        let ten = latency.percentiles();
        assert_eq!((ten.p50, ten.p90, ten.p99), (5_000_015, 9_000_027, 10_000_030));
        assert_eq!((ten.count, ten.max, ten.mean), (10, 10_000_030, 5_500_016));
    }

    #[test]
    fn many_samples_agree_with_their_ranks_within_three_digits() {
        let mut latency = Latency::default();
        (1..=100_000_u64).for_each(|index| latency.record(index, index * 10_000));
        let many = latency.percentiles();
        for (found, exact) in
            [(many.p50, 500_000_000), (many.p90, 900_000_000), (many.p99, 990_000_000)]
        {
            assert!(found.abs_diff(exact) * 1000 <= exact, "{found} for {exact}");
        }
        assert_eq!((many.max, many.mean), (1_000_000_000, 500_005_000));
        assert!(latency.dots().len() < DOTS);
        assert_eq!(latency.dots().last().map(|dot| dot.0), Some(99_968));
    }
}
