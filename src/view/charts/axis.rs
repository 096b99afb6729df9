//! The time axis that charts and timeline share: time to x and back, and where its ticks stand.

use super::within;
use crate::view::format::{MICRO, MILLI, SECOND};

/// Below this width the page is a phone's and plots begin and end with their own margins.
const NARROW: f64 = 720.0;

/// Pixels that a tick with its label needs.
const TICK_ROOM: f64 = 56.0;

/// Where plots and timeline begin and end within a column of this width: 44 and 16 from its edges,
/// on a phone 40 and 24.
pub fn plot_span(width: f64) -> (f64, f64) {
    let (left, right) = if width < NARROW { (40.0, 24.0) } else { (44.0, 16.0) };
    (left, (width - right).max(left + 1.0))
}

/// Maps the whole run onto the plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeAxis {
    /// End of the scenario, ns.
    pub end: u64,
    /// x of time 0.
    pub left: f64,
    /// x of the end.
    pub right: f64,
}

impl TimeAxis {
    /// The axis of a run of `end` ns in a column of `width` pixels.
    pub fn new(end: u64, width: f64) -> Self {
        let (left, right) = plot_span(width);
        Self { end: end.max(1), left, right }
    }

    /// x of a time; later than the end is drawn at the end.
    #[expect(clippy::cast_precision_loss, reason = "a pixel is far wider than 2^-53 of a run")]
    pub fn x(&self, at: u64) -> f64 {
        let share = at.min(self.end) as f64 / self.end as f64;
        self.left + share * (self.right - self.left)
    }

    /// The time under an x, within the run.
    #[expect(clippy::cast_precision_loss, reason = "a pixel is far wider than 2^-53 of a run")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0..=end")]
    pub fn time(&self, x: f64) -> u64 {
        let share = within((x - self.left) / (self.right - self.left), 0.0, 1.0);
        (share * self.end as f64).round() as u64
    }

    /// Times of the ticks: as many round steps as have room for their labels.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small, positive")]
    pub fn ticks(&self) -> Vec<u64> {
        let most = within((self.right - self.left) / TICK_ROOM, 2.0, 10.0) as u64;
        ticks(self.end, most)
    }
}

/// Multiples of a round step from 0 to `end`, at most `most` steps.
pub fn ticks(end: u64, most: u64) -> Vec<u64> {
    let step =
        steps().find(|step| end / step <= most).expect("a run is shorter than an hour's ten");
    (0..=end / step).map(|index| index * step).collect()
}

/// Round steps in ns: 1, 2, 5 of each power of ten below a second, then those that clocks have.
fn steps() -> impl Iterator<Item = u64> {
    let below = [MICRO, 10 * MICRO, 100 * MICRO, MILLI, 10 * MILLI, 100 * MILLI]
        .into_iter()
        .flat_map(|unit| [1, 2, 5].map(|times| times * unit));
    let above = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 18_000, 36_000]
        .into_iter()
        .map(|seconds| seconds * SECOND);
    let days = (1..).map(|day: u64| day.saturating_mul(86_400 * SECOND));
    below.chain(above).chain(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_from_their_pixels() {
        let axis = TimeAxis::new(45 * SECOND, 824.0);
        assert_eq!((axis.x(0), axis.x(45 * SECOND), axis.x(u64::MAX)), (44.0, 808.0, 808.0));
        for at in [0, 7 * SECOND, 45 * SECOND] {
            assert!(axis.time(axis.x(at)).abs_diff(at) < 10, "{at}");
        }
        assert_eq!((axis.time(-5.0), axis.time(900.0)), (0, 45 * SECOND));
    }

    #[test]
    fn ticks_are_round_and_not_more_than_fit() {
        let seconds = |end: u64, most: u64| -> Vec<u64> {
            ticks(end * SECOND, most).into_iter().map(|at| at / SECOND).collect()
        };
        assert_eq!(seconds(45, 10), [0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
        assert_eq!(seconds(45, 5), [0, 10, 20, 30, 40]);
        assert_eq!(seconds(60, 8), [0, 10, 20, 30, 40, 50, 60]);
        assert_eq!(seconds(600, 10), [0, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600]);
        assert_eq!(ticks(3 * MILLI, 4), [0, MILLI, 2 * MILLI, 3 * MILLI]);
    }

    #[test]
    fn a_phone_has_its_own_margins() {
        assert_eq!(plot_span(390.0), (40.0, 366.0));
        assert_eq!(plot_span(824.0), (44.0, 808.0));
        assert_eq!(plot_span(0.0), (40.0, 41.0));
    }
}
