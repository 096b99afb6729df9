//! The three charts over the time axis: from series to lines, areas and dots in pixels.
//!
//! All plots share [`axis::TimeAxis`] with the timeline, so that what stands below each other
//! happened at the same time. What is not yet played has no data and is drawn in the stage's
//! colour.

pub mod axis;
pub mod latency;
pub mod reading;
pub mod scale;
pub mod table;
pub mod throughput;
pub mod waiting;

use axis::TimeAxis;

/// Width and height of a plot in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// Width of the whole centre column.
    pub width: f64,
    /// Height of the box that the plot stands in.
    pub height: f64,
}

/// Room above the topmost and below the lowest grid line, for dots, and for the labels of the
/// ticks.
const MARGINS: (f64, f64) = (3.0, 7.0);

/// A plot is never lower than this, also before its box was measured: labels need room between its
/// lines.
const LEAST: f64 = 12.0;

/// The box of one plot with its axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plot {
    /// Time to x.
    pub axis: TimeAxis,
    /// y of the topmost grid line.
    pub top: f64,
    /// y of zero.
    pub bottom: f64,
}

impl Plot {
    /// The plot of a run of `end` ns in a box of `size`.
    pub fn new(end: u64, size: Size) -> Self {
        let (top, below) = MARGINS;
        Self {
            axis: TimeAxis::new(end, size.width),
            top,
            bottom: (size.height - below).max(top + LEAST),
        }
    }

    /// y of `value` on a scale that ends at `top`; what is above the top is drawn at the top.
    pub fn y(&self, value: f64, top: f64) -> f64 {
        let share = if top > 0.0 { within(value / top, 0.0, 1.0) } else { 0.0 };
        self.bottom - share * (self.bottom - self.top)
    }
}

/// A word beside a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where the text is anchored.
    pub x: f64,
    /// Its base line.
    pub y: f64,
    /// The text ends at `x` instead of beginning there.
    pub ends: bool,
}

/// A number as near to `number` as one from `low` to `high` can be. Unlike `clamp` it does not know
/// how to complain in floating point, which would be fetched as 10 kB.
pub fn within(number: f64, low: f64, high: f64) -> f64 {
    if number < low {
        low
    } else if number > high {
        high
    } else {
        number
    }
}

/// A number for an SVG attribute: at most two decimals, so that paths stay short.
pub fn px(number: f64) -> String {
    crate::view::format::places(number, 2)
}
