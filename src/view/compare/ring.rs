//! The clock ring of a held request: an arc for the time left, a hand at the arc's end.

use crate::view::charts::{px, within};
use crate::view::turn::turn;

/// Arc and hand as `<path>` data.
#[derive(Clone, Debug, PartialEq)]
pub struct Ring {
    /// The arc from twelve o'clock on.
    pub arc: String,
    /// From the centre to the end of the arc.
    pub hand: String,
}

/// The share of a hold that is left at `now`, for a hold from `since` to `until`.
#[expect(clippy::cast_precision_loss, reason = "an angle needs no more")]
pub fn left(since: u64, until: u64, now: u64) -> f64 {
    let whole = until.saturating_sub(since).max(1) as f64;
    within(until.saturating_sub(now) as f64 / whole, 0.0, 1.0)
}

/// The ring around (`x`, `y`) with radius `r`, `share` of it left.
pub fn ring(x: f64, y: f64, r: f64, share: f64) -> Ring {
    // A full circle has no end to draw an arc to.
    let share = within(share, 0.0, 0.9999);
    let (sin, cos) = turn(share);
    let (end_x, end_y) = (x + r * sin, y - r * cos);
    let (large, radius) = (u8::from(share > 0.5), px(r));
    Ring {
        arc: format!(
            "M{},{}A{radius},{radius} 0 {large} 1 {},{}",
            px(x),
            px(y - r),
            px(end_x),
            px(end_y)
        ),
        hand: format!("M{},{}L{},{}", px(x), px(y), px(end_x), px(end_y)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_left_ends_at_three_o_clock() {
        let ring = ring(10.0, 10.0, 6.0, 0.25);
        assert_eq!(ring.arc, "M10,4A6,6 0 0 1 16,10");
        assert_eq!(ring.hand, "M10,10L16,10");
    }

    #[test]
    fn what_is_left_shrinks_with_the_clock() {
        assert!((left(0, 15, 0) - 1.0).abs() < 1e-9);
        assert!((left(0, 15, 5) - 2.0 / 3.0).abs() < 1e-9);
        assert!(left(0, 15, 20).abs() < 1e-9);
    }
}
