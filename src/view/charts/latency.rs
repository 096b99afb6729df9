//! Stored to consumed: a dot per message, a line for the oldest that waits, and the span without
//! any.

use super::{Plot, px, scale};
use crate::session::frame::Charts;
use crate::view::format::{MILLI, SECOND};

/// The unit of the value axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// From one second on.
    Seconds,
    /// Where all is below a second.
    Millis,
}

impl Unit {
    /// One of it in ns.
    pub fn nanos(self) -> u64 {
        match self {
            Self::Seconds => SECOND,
            Self::Millis => MILLI,
        }
    }
}

/// The chart in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Unit of the axis, and its top in that unit.
    pub unit: Unit,
    pub top: f64,
    /// Dots as `<path>` data: points without length, drawn by their round caps.
    pub dots: String,
    /// The oldest that waits, for `<polyline>`.
    pub oldest: String,
    /// From, to and y of the span in which nothing was consumed, and its length in ns.
    pub gap: Option<(f64, f64, f64, u64)>,
}

/// The axis before there is anything to show, in seconds.
const EMPTY_TOP: f64 = 24.0;

/// Dots, line and span of the latency chart.
#[expect(clippy::cast_precision_loss, reason = "a pixel is far wider than 2^-53 of the axis")]
pub fn draw(charts: &Charts, plot: &Plot) -> Drawn {
    let dots = charts.latency.iter().map(|&(_, span)| span);
    let largest = dots.chain(charts.oldest.iter().map(|&(_, age)| age)).max().unwrap_or(0);
    let unit = if largest == 0 || largest >= SECOND { Unit::Seconds } else { Unit::Millis };
    let top = match largest {
        0 => EMPTY_TOP,
        largest => scale::number_top((largest as f64 / unit.nanos() as f64).max(1.0)),
    };
    let at = |&(time, span): &(u64, u64)| {
        (plot.axis.x(time), plot.y(span as f64 / unit.nanos() as f64, top))
    };
    let dot = |point| {
        let (x, y) = at(point);
        format!("M{},{}h0", px(x), px(y))
    };
    Drawn {
        unit,
        top,
        dots: charts.latency.iter().map(dot).collect(),
        oldest: line(&charts.oldest, at),
        gap: charts.nothing_consumed.map(|(from, to)| {
            (plot.axis.x(from), plot.axis.x(to), plot.top + 5.0, to.saturating_sub(from))
        }),
    }
}

/// A line through the ages; it lies at zero while nothing waits.
fn line(oldest: &[(u64, u64)], at: impl Fn(&(u64, u64)) -> (f64, f64)) -> String {
    let points = oldest.iter().map(at).map(|(x, y)| format!("{},{}", px(x), px(y)));
    points.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::Size;
    use super::*;

    fn plot() -> Plot {
        Plot::new(10 * SECOND, Size { width: 824.0, height: 50.0 })
    }

    #[test]
    fn the_unit_follows_the_largest() {
        let drawn = |largest: u64| {
            let latency = vec![(5 * SECOND, largest)];
            draw(&Charts { latency, ..Charts::default() }, &plot())
        };
        assert_eq!((drawn(21 * SECOND).unit, drawn(21 * SECOND).top), (Unit::Seconds, 24.0));
        assert_eq!((drawn(12 * MILLI).unit, drawn(12 * MILLI).top), (Unit::Millis, 12.0));
        assert_eq!(drawn(12 * MILLI).dots, "M426,3h0");
    }

    #[test]
    fn before_the_first_message_the_axis_stands_and_nothing_is_drawn() {
        let drawn = draw(&Charts::default(), &plot());
        assert_eq!((drawn.unit, drawn.top), (Unit::Seconds, EMPTY_TOP));
        assert_eq!((drawn.dots.as_str(), drawn.oldest.as_str(), drawn.gap), ("", "", None));
    }

    #[test]
    fn the_span_without_consumption_has_its_length() {
        let charts = Charts { nothing_consumed: Some((0, 5 * SECOND)), ..Charts::default() };
        assert_eq!(draw(&charts, &plot()).gap, Some((44.0, 426.0, 8.0, 5 * SECOND)));
    }
}
