//! The wait of each message on a logarithmic axis: a row of dots per lane, and where their mean
//! lies.

use crate::session::frame::Lane;
use crate::view::charts::within;
use crate::view::format::{self, MILLI, SECOND};

/// The axis reaches at least from here to here.
const LEAST: (u64, u64) = (MILLI / 2, 10 * SECOND);

/// More dots than this in a row run into each other: bars say how many there are.
const MOST_DOTS: usize = 120;

/// Width of a bar in pixels.
const BIN: f64 = 6.0;

/// Maps spans to x, by their logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogAxis {
    /// Spans at the ends, ns.
    pub low: u64,
    pub high: u64,
    /// x of the ends.
    pub left: f64,
    pub right: f64,
}

impl LogAxis {
    /// The axis that holds the waits of all lanes.
    pub fn of(lanes: &[Lane], left: f64, right: f64) -> Self {
        let waits: Vec<u64> = lanes.iter().flat_map(waits).filter(|&wait| wait > 0).collect();
        let (mut low, mut high) = LEAST;
        let shortest = waits.iter().copied().min().unwrap_or(low).max(1);
        let longest = waits.iter().copied().max().unwrap_or(high);
        while low > shortest && low >= 10 {
            low /= 10;
        }
        while high < longest {
            high *= 10;
        }
        Self { low, high, left, right: right.max(left + 1.0) }
    }

    /// x of a span; what lies beyond an end is drawn at that end.
    #[expect(clippy::cast_precision_loss, reason = "a pixel is far wider than 2^-53 of the axis")]
    pub fn x(&self, span: u64) -> f64 {
        let log = |span: u64| libm::log(span.max(1) as f64);
        let share = (log(span) - log(self.low)) / (log(self.high) - log(self.low));
        self.left + within(share, 0.0, 1.0) * (self.right - self.left)
    }

    /// Powers of ten with their labels.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
        let inside = powers.filter(|power| (self.low..=self.high).contains(power));
        inside.map(|power| (self.x(power), label(power))).collect()
    }
}

/// A power of ten with its unit: `1 ms`, `100 ms`, `10 s`.
fn label(power: u64) -> String {
    if power < format::MICRO { format::exact(power) } else { format::axis(power) }
}

/// What one lane's row shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// x of each message, while they are few.
    pub dots: Vec<f64>,
    /// x and share of the fullest (0 to 1) of each bar, when they are many.
    pub bars: Vec<(f64, f64)>,
    /// The mean: its x, the mean in ns, and how many times the shortest mean it is (in whole ns
    /// each).
    pub mean: Option<Mean>,
}

/// Where the mean lies and where its words stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// x of the mean.
    pub x: f64,
    /// The mean, ns.
    pub span: u64,
    /// Index and mean of the lane with the shortest mean, where that is another.
    pub against: Option<(usize, u64)>,
    /// Where the words stand: above the row ending or beginning near the mean, or behind the dots.
    pub words: (f64, Place),
}

/// Where words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Above the row, ending at x.
    AboveEnding,
    /// Above the row, beginning at x.
    AboveBeginning,
    /// In the row, beginning at x.
    Behind,
}

/// Room that the words of a mean need.
const WORDS: f64 = 150.0;

/// The row of one of these lanes.
pub fn row(lanes: &[Lane], index: usize, axis: &LogAxis) -> Row {
    let waits = waits(&lanes[index]);
    let xs: Vec<f64> = waits.iter().map(|&wait| axis.x(wait)).collect();
    let rightmost = xs.iter().copied().fold(axis.left, f64::max);
    let (dots, bars) =
        if xs.len() > MOST_DOTS { (Vec::new(), bars(&xs, axis)) } else { (xs, Vec::new()) };
    Row { dots, bars, mean: mean(lanes, index, axis, rightmost) }
}

/// Waits of the delivered messages of a lane within its window.
fn waits(lane: &Lane) -> Vec<u64> {
    let wait = |mark: &crate::session::frame::WaitMark| {
        mark.delivered.map(|delivered| delivered.saturating_sub(mark.stored))
    };
    lane.asking.messages.iter().filter_map(wait).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of a page")]
fn bars(xs: &[f64], axis: &LogAxis) -> Vec<(f64, f64)> {
    let count = ((axis.right - axis.left) / BIN).ceil() as usize + 1;
    let mut bins = vec![0_u32; count];
    for x in xs {
        bins[((x - axis.left) / BIN) as usize] += 1;
    }
    let fullest = f64::from(bins.iter().copied().max().unwrap_or(1).max(1));
    (0_u32..)
        .zip(bins)
        .filter(|&(_, held)| held > 0)
        .map(|(bin, held)| (axis.left + f64::from(bin) * BIN, f64::from(held) / fullest))
        .collect()
}

fn mean(lanes: &[Lane], index: usize, axis: &LogAxis, rightmost: f64) -> Option<Mean> {
    let means = lanes.iter().enumerate().filter(|(_, lane)| lane.asking.wait.count > 0);
    let shortest =
        means.map(|(index, lane)| (index, lane.asking.wait.mean)).min_by_key(|&(_, mean)| mean);
    let wait = lanes[index].asking.wait;
    let span = (wait.count > 0).then_some(wait.mean)?;
    let x = axis.x(span);
    let words =
        if rightmost.max(x) + 12.0 + WORDS < axis.right && x < (axis.left + axis.right) / 2.0 {
            (rightmost.max(x) + 12.0, Place::Behind)
        } else if x - axis.left > WORDS {
            (x - 8.0, Place::AboveEnding)
        } else {
            (x + 8.0, Place::AboveBeginning)
        };
    let against = shortest.filter(|&(best, mean)| best != index && mean > 0);
    Some(Mean { x, span, against, words })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::frame::{Asking, Percentiles, WaitMark};

    fn lane(waits: &[u64]) -> Lane {
        let messages = waits.iter().map(|&wait| WaitMark {
            queue: 0,
            message: 1,
            stored: 0,
            delivered: Some(wait),
        });
        let count = waits.len() as u64;
        let mean = waits.iter().sum::<u64>() / count.max(1);
        let wait = Percentiles { count, mean, ..Percentiles::default() };
        let asking = Asking { wait, messages: messages.collect(), ..Asking::default() };
        Lane { asking, ..Lane::default() }
    }

    #[test]
    fn a_decade_is_as_wide_as_the_next() {
        let axis = LogAxis::of(&[], 0.0, 430.103);
        let xs: Vec<f64> = axis.ticks().into_iter().map(|(x, _)| x.round()).collect();
        assert_eq!(xs, [30.0, 130.0, 230.0, 330.0, 430.0]);
        let labels: Vec<String> =
            axis.ticks().into_iter().map(|(_, label)| label.replace(format::UNIT, " ")).collect();
        assert_eq!(labels, ["1 ms", "10 ms", "100 ms", "1 s", "10 s"]);
    }

    #[test]
    fn the_axis_grows_with_what_lies_beyond_it() {
        let axis = LogAxis::of(&[lane(&[60_000, 11 * SECOND])], 0.0, 100.0);
        assert_eq!((axis.low, axis.high), (50_000, 100 * SECOND));
        assert!((axis.x(0) - 0.0).abs() < 1e-9);
    }

    #[test]
    fn means_are_compared_with_the_shortest() {
        let lanes = [lane(&[2 * SECOND, 4 * SECOND]), lane(&[MILLI, MILLI])];
        let axis = LogAxis::of(&lanes, 0.0, 500.0);
        let long = row(&lanes, 0, &axis).mean.expect("it has a mean");
        assert_eq!((long.span, long.against), (3 * SECOND, Some((1, MILLI))));
        assert_eq!(long.words.1, Place::AboveEnding);
        let short = row(&lanes, 1, &axis).mean.expect("it has a mean");
        assert_eq!((short.against, short.words.1), (None, Place::Behind));
        assert_eq!(row(&[lane(&[])], 0, &axis).mean, None);
    }

    #[test]
    fn many_messages_become_bars() {
        let waits: Vec<u64> = (1..=200).map(|wait| wait * MILLI).collect();
        let lanes = [lane(&waits)];
        let axis = LogAxis::of(&lanes, 0.0, 500.0);
        let row = row(&lanes, 0, &axis);
        assert!(row.dots.is_empty());
        assert!(row.bars.len() < 100);
        assert!(row.bars.iter().any(|&(_, share)| (share - 1.0).abs() < 1e-9));
    }
}
