//! Messages a second, in and out, as two lines.

use super::{Label, Plot, px, scale, within};
use crate::session::frame::Charts;

/// The axis never ends below this, so that single messages do not look like a flood.
const LEAST_TOP: f64 = 4.0;

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
    let at = |time: u64, rate: f32| (plot.axis.x(time), plot.y(f64::from(rate), top));
    let inbound: Vec<Point> = series.iter().map(|&(time, rate, _)| at(time, rate)).collect();
    let outbound: Vec<Point> = series.iter().map(|&(time, _, rate)| at(time, rate)).collect();
    let mut taken: Vec<Point> = inbound.iter().chain(&outbound).copied().collect();
    let outbound_label = peak(&outbound, plot).map(|peak| place(peak, true, &taken, plot));
    taken.extend(outbound_label.iter().flat_map(box_points));
    let inbound_label = peak(&inbound, plot).map(|peak| place(peak, false, &taken, plot));
    Drawn {
        top,
        inbound: points(&inbound),
        outbound: points(&outbound),
        inbound_label,
        outbound_label,
        end: outbound.last().copied(),
    }
}

/// A place in pixels.
type Point = (f64, f64);

/// Points as `<polyline>` takes them.
fn points(pixels: &[Point]) -> String {
    pixels.iter().map(|&(x, y)| format!("{},{}", px(x), px(y))).collect::<Vec<_>>().join(" ")
}

/// The last of the highest points, unless the line lies at zero all along.
fn peak(line: &[Point], plot: &Plot) -> Option<Point> {
    let highest = line.iter().copied().reduce(|best, point| {
        // Higher up is a smaller y.
        if point.1 <= best.1 { point } else { best }
    });
    highest.filter(|&(_, y)| y < plot.bottom)
}

/// Size of a name, and how far it keeps from what is drawn.
const NAME: (f64, f64) = (22.0, 8.0);
const CLEAR: f64 = 8.0;

/// The first place around the peak at which a name stands clear of everything, else the clearest.
fn place(peak: Point, left_first: bool, taken: &[Point], plot: &Plot) -> Label {
    let sides = [left_first, !left_first];
    let beside = sides.map(|ends| beside(peak, ends, 4.0, plot));
    let above = sides.map(|ends| self::beside(peak, ends, -6.0, plot));
    let below = sides.map(|ends| self::beside(peak, ends, 15.0, plot));
    let inside = |label: &Label| {
        let (from, to) = span(label);
        from >= plot.axis.left && to <= plot.axis.right
    };
    let mut best: Option<(f64, Label)> = None;
    for label in beside.into_iter().chain(above).chain(below).filter(inside) {
        let clearance = clearance(&label, taken).min(CLEAR);
        if best.as_ref().is_none_or(|(most, _)| clearance > *most) {
            best = Some((clearance, label));
        }
    }
    best.map_or_else(|| self::beside(peak, left_first, 4.0, plot), |(_, label)| label)
}

/// A name left or right of a point, its base line so far below it; always inside the plot.
fn beside((x, y): Point, ends: bool, down: f64, plot: &Plot) -> Label {
    let y = within(y + down, plot.top + NAME.1, plot.bottom - 2.0);
    Label { x: if ends { x - 8.0 } else { x + 8.0 }, y, ends }
}

fn span(label: &Label) -> (f64, f64) {
    if label.ends { (label.x - NAME.0, label.x) } else { (label.x, label.x + NAME.0) }
}

/// How far, up or down, the nearest point is from the middle of a name.
fn clearance(label: &Label, taken: &[Point]) -> f64 {
    let (from, to) = span(label);
    let middle = label.y - NAME.1 / 2.0;
    let near = taken.iter().filter(|&&(x, _)| (from - 4.0..=to + 4.0).contains(&x));
    near.map(|&(_, y)| (y - middle).abs()).fold(f64::INFINITY, f64::min)
}

/// Points that keep other names away from this one.
fn box_points(label: &Label) -> [Point; 3] {
    let (from, to) = span(label);
    let y = label.y - NAME.1 / 2.0;
    [(from, y), (f64::midpoint(from, to), y), (to, y)]
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
    fn names_stand_near_their_peaks_and_apart() {
        let throughput = vec![(0, 0.0, 0.0), (5 * SECOND, 6.0, 6.0), (10 * SECOND, 1.0, 0.0)];
        let drawn = draw(&Charts { throughput, ..Charts::default() }, &plot());
        assert_eq!(drawn.inbound, "44,33 426,3 808,28");
        let outbound = drawn.outbound_label.expect("a line above zero has a name");
        assert!(outbound.ends && outbound.x < 426.0);
        let inbound = drawn.inbound_label.expect("a line above zero has a name");
        assert!(!inbound.ends && inbound.x > 426.0);
    }

    #[test]
    fn names_stand_clear_of_a_line_that_goes_on_level() {
        let throughput = (0..=100).map(|tenth| (tenth * SECOND / 10, 2.0, 2.0)).collect();
        let drawn = draw(&Charts { throughput, ..Charts::default() }, &plot());
        let labels = [drawn.outbound_label, drawn.inbound_label].map(|label| label.expect("named"));
        let line = plot().y(2.0, 4.0);
        for label in &labels {
            assert!((label.y - NAME.1 / 2.0 - line).abs() >= CLEAR, "{label:?} on {line}");
        }
        assert_ne!(labels[0].y, labels[1].y);
    }
}
