//! Rates that change over time: lines between points, in whole numbers.
//!
//! The n-th event happens when the area under the curve reaches n, so that no event is late because
//! the one before it was planned at a lower rate.

use super::digest::{Digest, Digestible};
use super::time::SimSpan;

/// Units of a rate in one event a second: minutes and millionths are whole.
pub const RATE_UNIT: u64 = 60_000_000;
/// The area of one event: a rate's units times nanoseconds.
const EVENT: u128 = RATE_UNIT as u128 * 1_000_000_000;
/// Parts of an event that targets are counted in.
const PARTS: u128 = 1_000_000_000;

/// A rate as lines between points; the first one is at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    points: Vec<(SimSpan, u64)>,
    /// After the last point it begins anew; else it stays where it is.
    repeats: bool,
}

impl Curve {
    /// Points (time, rate in parts of [`RATE_UNIT`]); `None` unless they begin at 0 and follow each
    /// other, and where a curve that repeats has no rate at all.
    pub fn new(points: Vec<(SimSpan, u64)>, repeats: bool) -> Option<Self> {
        let rises = points.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let begins = points.first().is_some_and(|(at, _)| *at == SimSpan::ZERO);
        let goes_on = !repeats || points.len() > 1 && points.iter().any(|(_, rate)| *rate > 0);
        (rises && begins && goes_on).then_some(Self { points, repeats })
    }

    /// When the area reaches so many thousand-millionths of an event; `None` if it never does.
    pub fn reaches(&self, parts: u128) -> Option<SimSpan> {
        let mut wanted = parts * (EVENT / PARTS);
        let mut begun = 0;
        if self.repeats {
            let all = self.segments().map(|segment| segment.area(segment.length)).sum::<u128>();
            let period = self.points.last().map_or(0, |(at, _)| u128::from(at.as_nanos()));
            begun = wanted / all * period;
            wanted %= all;
        }
        for segment in self.segments() {
            let area = segment.area(segment.length);
            if wanted <= area {
                return span(begun + segment.reaches(wanted));
            }
            wanted -= area;
            begun += segment.length;
        }
        let last = u128::from(self.points.last()?.1);
        wanted.div_ceil(last.max(1)).checked_add(begun).filter(|_| last > 0).and_then(span)
    }

    fn segments(&self) -> impl Iterator<Item = Segment> {
        self.points.windows(2).map(|pair| Segment {
            length: u128::from((pair[1].0 - pair[0].0).as_nanos()),
            from: u128::from(pair[0].1),
            to: u128::from(pair[1].1),
        })
    }
}

fn span(nanos: u128) -> Option<SimSpan> {
    u64::try_from(nanos).ok().map(SimSpan::nanos)
}

/// A line between two points.
struct Segment {
    /// ns.
    length: u128,
    from: u128,
    to: u128,
}

impl Segment {
    /// The area up to a time within it.
    fn area(&self, time: u128) -> u128 {
        // Rounded down, so that nothing is early.
        let rate = if self.from < self.to {
            self.from + (self.to - self.from) * time / self.length
        } else {
            self.from - ((self.from - self.to) * time).div_ceil(self.length)
        };
        (self.from + rate) * time / 2
    }

    /// The first ns at which the area is not less.
    fn reaches(&self, wanted: u128) -> u128 {
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = (low + high) / 2;
            if self.area(middle) < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

impl Digestible for Curve {
    fn digest(&self, digest: &mut Digest) {
        for (at, rate) in &self.points {
            digest.put(at);
            digest.word(*rate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(u64, u64)], repeats: bool) -> Curve {
        let points = points.iter().map(|(at, rate)| (SimSpan::secs(*at), rate * RATE_UNIT));
        Curve::new(points.collect(), repeats).expect("a curve")
    }

    fn at(curve: &Curve, event: u64) -> Option<u64> {
        curve.reaches(u128::from(event) * PARTS).map(SimSpan::as_millis)
    }

    #[test]
    fn a_ramp_has_as_many_events_as_its_area_and_goes_on_at_its_last_rate() {
        let ramp = curve(&[(0, 0), (10, 20)], false);
        assert_eq!(at(&ramp, 1), Some(1000), "1 t² events until t");
        assert_eq!(at(&ramp, 25), Some(5000));
        assert_eq!(at(&ramp, 100), Some(10_000));
        assert_eq!(at(&ramp, 120), Some(11_000));
        let down = curve(&[(0, 20), (10, 0)], false);
        assert_eq!(at(&down, 75), Some(5000));
        assert_eq!(at(&down, 101), None, "the rate is 0 for ever");
    }

    #[test]
    fn a_curve_that_repeats_has_every_day_as_many() {
        let day = curve(&[(0, 0), (4, 2), (8, 0)], true);
        for event in [1, 4, 7] {
            assert_eq!(at(&day, event + 8).unwrap(), at(&day, event).unwrap() + 8000);
        }
        assert_eq!(at(&day, 4), Some(4000));
    }

    #[test]
    fn points_that_go_back_are_refused() {
        let points = |times: [u64; 2]| times.map(|at| (SimSpan::secs(at), 1)).to_vec();
        assert_eq!(Curve::new(points([1, 2]), false), None);
        assert_eq!(Curve::new(points([0, 0]), false), None);
        assert_eq!(Curve::new(vec![(SimSpan::ZERO, 0)], true), None);
    }
}
