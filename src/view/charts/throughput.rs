//! Messages a second, in and out, as two lines.

use super::{Label, Plot, px, scale};
use crate::session::frame::Charts;

/// The axis never ends below this, so that single messages do not look like a flood.
const LEAST_TOP: f64 = 4.0;

/// Two labels closer than this, in x and in y, would be written over each other.
const LABEL: (f64, f64) = (34.0, 12.0);

/// The chart in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Messages a second at the topmost grid line.
    pub top: f64,
    /// Points of the two lines, for `<polyline>`.
    pub inbound: String,
    pub outbound: String,
    /// Where their names stand; none as long as a line is flat at zero.
    pub inbound_label: Option<Label>,
    pub outbound_label: Option<Label>,
    /// End of the outbound line.
    pub end: Option<(f64, f64)>,
}

/// Lines, names and top of the throughput chart.
pub fn draw(charts: &Charts, plot: &Plot) -> Drawn {
    let series = &charts.throughput;
    let largest = series.iter().map(|&(_, inbound, outbound)| inbound.max(outbound));
    let top = scale::number_top(f64::from(largest.fold(0.0, f32::max)).max(LEAST_TOP));
    let at = |(time, rate): (u64, f32)| (plot.axis.x(time), plot.y(f64::from(rate), top));
    let inbound: Vec<(u64, f32)> = series.iter().map(|&(time, rate, _)| (time, rate)).collect();
    let outbound: Vec<(u64, f32)> = series.iter().map(|&(time, _, rate)| (time, rate)).collect();
    let outbound_label = peak(&outbound).map(|point| beside(at(point), plot, true));
    let inbound_label = peak(&inbound)
        .map(|point| beside(at(point), plot, false))
        .map(|label| clear_of(label, outbound_label.as_ref()));
    Drawn {
        top,
        inbound: points(inbound.iter().copied().map(at)),
        outbound: points(outbound.iter().copied().map(at)),
        inbound_label,
        outbound_label,
        end: outbound.last().copied().map(at),
    }
}

/// Points as `<polyline>` takes them.
fn points(pixels: impl Iterator<Item = (f64, f64)>) -> String {
    pixels.map(|(x, y)| format!("{},{}", px(x), px(y))).collect::<Vec<_>>().join(" ")
}

/// The last of the highest points.
fn peak(line: &[(u64, f32)]) -> Option<(u64, f32)> {
    let highest =
        line.iter().copied().reduce(|best, point| if point.1 >= best.1 { point } else { best });
    highest.filter(|&(_, rate)| rate > 0.0)
}

/// Left of a point, or right of it; always inside the plot.
fn beside((x, y): (f64, f64), plot: &Plot, left: bool) -> Label {
    let y = (y + 4.0).clamp(plot.top + 8.0, plot.bottom - 2.0);
    let ends = (left && x - plot.axis.left > LABEL.0) || plot.axis.right - x < LABEL.0;
    Label { x: if ends { x - 8.0 } else { x + 8.0 }, y, ends }
}

/// Moves a label down where another one stands.
fn clear_of(mut label: Label, other: Option<&Label>) -> Label {
    let close = |other: &&Label| {
        (other.x - label.x).abs() < LABEL.0 * 1.5 && (other.y - label.y).abs() < LABEL.1
    };
    if let Some(other) = other.filter(close) {
        label.y = other.y + LABEL.1;
    }
    label
}

#[cfg(test)]
mod tests {
    use super::super::Size;
    use super::*;
    use crate::view::format::SECOND;

    fn plot() -> Plot {
        Plot::new(10 * SECOND, Size { width: 824.0, height: 40.0 })
    }

    #[test]
    fn nothing_yet_has_no_lines_and_no_names() {
        let drawn = draw(&Charts::default(), &plot());
        assert_eq!(drawn.inbound, "");
        assert_eq!((drawn.inbound_label, drawn.outbound_label, drawn.end), (None, None, None));
        assert!((drawn.top - LEAST_TOP).abs() < f64::EPSILON);
    }

    #[test]
    fn a_box_that_was_not_measured_yet_is_no_trouble() {
        let throughput = vec![(0, 1.0, 2.0), (SECOND, 1.0, 0.5)];
        let plot = Plot::new(0, Size::default());
        assert_eq!(draw(&Charts { throughput, ..Charts::default() }, &plot).top, LEAST_TOP);
    }

    #[test]
    fn names_stand_at_the_peaks_and_apart() {
        let throughput = vec![(0, 0.0, 0.0), (5 * SECOND, 6.0, 6.0), (10 * SECOND, 1.0, 0.0)];
        let drawn = draw(&Charts { throughput, ..Charts::default() }, &plot());
        assert_eq!(drawn.inbound, "44,33 426,3 808,28");
        let outbound = drawn.outbound_label.expect("a line above zero has a name");
        assert!(outbound.ends && outbound.x < 426.0);
        let inbound = drawn.inbound_label.expect("a line above zero has a name");
        assert!(inbound.x > 426.0 && inbound.y >= outbound.y + LABEL.1);
    }
}
