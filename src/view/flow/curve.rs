//! Curves between nodes, and places along them by length: where wires lie and marks move.

use crate::view::charts::{px, within};

/// A point of the stage.
pub type Point = (f64, f64);

/// Pieces that a curve is measured in.
const PIECES: usize = 24;

/// A cubic curve: its ends and the two points that bend it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cubic {
    pub from: Point,
    pub bend1: Point,
    pub bend2: Point,
    pub to: Point,
}

impl Cubic {
    /// Leaves and arrives level, bends in the middle.
    pub fn level(from: Point, to: Point) -> Self {
        let middle = f64::midpoint(from.0, to.0);
        Self { from, bend1: (middle, from.1), bend2: (middle, to.1), to }
    }

    /// Leaves and arrives upright, bends in the middle.
    pub fn upright(from: Point, to: Point) -> Self {
        let middle = f64::midpoint(from.1, to.1);
        Self { from, bend1: (from.0, middle), bend2: (to.0, middle), to }
    }

    /// Leaves level and arrives upright, as a quarter of an ellipse.
    pub fn quarter(from: Point, to: Point) -> Self {
        const BEND: f64 = 0.62;
        let bend1 = (from.0 + (to.0 - from.0) * BEND, from.1);
        let bend2 = (to.0, to.1 - (to.1 - from.1) * BEND);
        Self { from, bend1, bend2, to }
    }

    /// The same way back.
    pub fn reversed(&self) -> Self {
        Self { from: self.to, bend1: self.bend2, bend2: self.bend1, to: self.from }
    }

    /// As an SVG path.
    pub fn path(&self) -> String {
        let [from, bend1, bend2, to] = [self.from, self.bend1, self.bend2, self.to]
            .map(|(x, y)| format!("{} {}", px(x), px(y)));
        format!("M{from}C{bend1} {bend2} {to}")
    }

    /// The point at `share` of the parameter.
    fn at(&self, share: f64) -> Point {
        let rest = 1.0 - share;
        let weights = [
            rest * rest * rest,
            3.0 * rest * rest * share,
            3.0 * rest * share * share,
            share * share * share,
        ];
        let points = [self.from, self.bend1, self.bend2, self.to];
        let sum = |pick: fn(&Point) -> f64| {
            points.iter().zip(weights).map(|(point, weight)| pick(point) * weight).sum()
        };
        (sum(|point| point.0), sum(|point| point.1))
    }
}

/// A curve with its lengths, so that places along it are found by pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    points: Vec<Point>,
    /// Length from the start up to each point.
    lengths: Vec<f64>,
}

impl Track {
    /// Measures a curve.
    #[expect(clippy::cast_precision_loss, reason = "a few dozen pieces")]
    pub fn of(curve: &Cubic) -> Self {
        let points: Vec<Point> =
            (0..=PIECES).map(|index| curve.at(index as f64 / PIECES as f64)).collect();
        let mut lengths = vec![0.0];
        for pair in points.windows(2) {
            let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
            let before = lengths.last().copied().unwrap_or_default();
            lengths.push(before + (dx * dx + dy * dy).sqrt());
        }
        Self { points, lengths }
    }

    /// Length in pixels.
    pub fn length(&self) -> f64 {
        self.lengths.last().copied().unwrap_or_default()
    }

    /// The point after so many pixels and the direction there (a vector of length 1).
    pub fn place(&self, along: f64) -> (Point, Point) {
        let along = within(along, 0.0, self.length());
        let after = self.lengths.partition_point(|&length| length < along);
        let after = after.clamp(1, self.points.len() - 1);
        let (from, to) = (self.points[after - 1], self.points[after]);
        let piece = self.lengths[after] - self.lengths[after - 1];
        if piece <= 0.0 {
            return (to, (1.0, 0.0));
        }
        let share = (along - self.lengths[after - 1]) / piece;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        ((from.0 + dx * share, from.1 + dy * share), (dx / piece, dy / piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_on_a_straight_track_are_where_they_should_be() {
        let track = Track::of(&Cubic::level((0.0, 5.0), (100.0, 5.0)));
        assert!((track.length() - 100.0).abs() < 1e-6);
        let ((x, y), (dx, dy)) = track.place(25.0);
        assert!((x - 25.0).abs() < 0.5 && (y - 5.0).abs() < 1e-9);
        assert!((dx - 1.0).abs() < 1e-9 && dy.abs() < 1e-9);
    }

    #[test]
    fn the_ends_of_a_curve_and_its_way_back() {
        let curve = Cubic::quarter((337.0, 32.0), (86.0, 224.0));
        assert_eq!(curve.path(), "M337 32C181.38 32 86 104.96 86 224");
        let back = Track::of(&curve.reversed());
        assert_eq!(back.place(0.0).0, (86.0, 224.0));
        assert_eq!(back.place(1e9).0, (337.0, 32.0));
    }
}
