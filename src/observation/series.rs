//! A bounded series of samples over time: when it is full, time is cut into cells twice as long and
//! each keeps its last sample. So a run of any length has at most [`LIMIT`] samples, evenly spread.

use std::rc::Rc;

/// Samples of one series at most; a thinned one has at least about half of them.
pub const LIMIT: usize = 1024;

/// Length of a cell at first, ns.
const FIRST_CELL: u64 = 1_000_000;

/// Samples with their times (ns since the scenario's start), in order.
#[derive(Clone, Debug)]
pub struct Series<T> {
    points: Rc<Vec<(u64, T)>>,
    cell: u64,
}

impl<T> Default for Series<T> {
    fn default() -> Self {
        Self { points: Rc::default(), cell: FIRST_CELL }
    }
}

impl<T: Copy> Series<T> {
    /// Puts a sample in; it takes the place of the last one where both lie in one cell.
    #[inline]
    pub fn put(&mut self, at: u64, value: T) {
        let cell = self.cell;
        let points = Rc::make_mut(&mut self.points);
        match points.last_mut() {
            Some(last) if last.0 / cell == at / cell => *last = (at, value),
            Some(_) | None => points.push((at, value)),
        }
        if points.len() >= LIMIT {
            self.thin();
        }
    }

    /// True where the next sample at `at` would open a new cell.
    pub fn opens(&self, at: u64) -> bool {
        self.points.last().is_none_or(|last| last.0 / self.cell != at / self.cell)
    }

    /// The samples.
    pub fn points(&self) -> &[(u64, T)] {
        &self.points
    }

    /// ns that one sample stands for.
    pub fn cell(&self) -> u64 {
        self.cell
    }

    fn thin(&mut self) {
        let points = Rc::make_mut(&mut self.points);
        while points.len() > LIMIT / 2 {
            self.cell *= 2;
            let cell = self.cell;
            let mut kept: Vec<(u64, T)> = Vec::with_capacity(LIMIT);
            for point in points.drain(..) {
                match kept.last_mut() {
                    Some(last) if last.0 / cell == point.0 / cell => *last = point,
                    Some(_) | None => kept.push(point),
                }
            }
            *points = kept;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_series_stays_bounded_and_spread() {
        let mut series = Series::default();
        (0..100_000_u64).for_each(|index| series.put(index * 10_000_000, index));
        let points = series.points();
        assert!((LIMIT / 4..LIMIT).contains(&points.len()), "{}", points.len());
        assert_eq!(points.last(), Some(&(999_990_000_000, 99_999)));
        assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_short_series_keeps_everything_that_is_a_millisecond_apart() {
        let mut series = Series::default();
        (0..500_u64).for_each(|index| series.put(index * 1_000_000, index));
        assert_eq!(series.points().len(), 500);
    }
}
