//! Sine and cosine for the hands of rings: exact to a hundredth of a pixel, without what an angle
//! of many turns needs.

use std::f64::consts::FRAC_PI_2;

/// Sine and cosine of the angle at `share` of a turn.
#[expect(clippy::cast_possible_truncation, reason = "a handful of quarters")]
pub fn turn(share: f64) -> (f64, f64) {
    let quarters = share * 4.0;
    let nearest = quarters.round_ties_even();
    let angle = (quarters - nearest) * FRAC_PI_2;
    let square = angle * angle;
    // Taylor's series around the nearest quarter: at most an eighth of a turn away.
    let sin = angle
        * (1.0
            - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0 * (1.0 - square / 72.0))));
    let cos =
        1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0)));
    match (nearest as i64).rem_euclid(4) {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_of_a_turn_are_near_the_true_values() {
        for step in -150_i32..=150 {
            let share = f64::from(step) / 100.0;
            let (sin, cos) = turn(share);
            let (true_sin, true_cos) = libm::sincos(share * std::f64::consts::TAU);
            assert!((sin - true_sin).abs() < 1e-7, "sine at {share}");
            assert!((cos - true_cos).abs() < 1e-7, "cosine at {share}");
        }
    }
}
