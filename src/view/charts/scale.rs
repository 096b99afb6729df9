//! Value axes: three grid lines (0, half, top) at numbers that read well.

/// Tops whose halves read well too.
const TOPS: [u64; 9] = [10, 12, 16, 20, 24, 30, 40, 60, 80];

/// The smallest round top for a count: even, so that its half is whole.
pub fn count_top(largest: u64) -> u64 {
    let tops = (0..18).flat_map(|power| TOPS.map(|top| top * 10_u64.pow(power) / 10));
    tops.filter(|top| top % 2 == 0).find(|&top| top >= largest).unwrap_or(u64::MAX)
}

/// The smallest round top for a number with decimals.
pub fn number_top(largest: f64) -> f64 {
    let tops = (-9..18).flat_map(|power| TOPS.map(|top| scaled(top, power)));
    tops.into_iter().find(|&top| top >= largest).unwrap_or(f64::MAX)
}

/// `top / 10 × 10^power` without a power function, whose last bits differ between targets.
#[expect(clippy::cast_precision_loss, reason = "two digits")]
fn scaled(top: u64, power: i32) -> f64 {
    let tenth = (0..power.unsigned_abs()).fold(1.0, |product: f64, _| product * 10.0);
    if power < 0 { top as f64 / 10.0 / tenth } else { top as f64 / 10.0 * tenth }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tops_are_the_next_round_number_with_a_round_half() {
        let rows = [(0, 2), (1, 2), (2, 2), (3, 4), (5, 6), (10, 10), (21, 24), (30, 30), (31, 40)];
        for (largest, top) in rows {
            assert_eq!(count_top(largest), top, "{largest}");
        }
        assert_eq!(count_top(1_001), 1_200);
        let rows = [(3.99, 4.0), (4.0, 4.0), (0.9, 1.0), (0.011, 0.012), (21.03, 24.0)];
        for (largest, top) in rows {
            assert!((number_top(largest) - top).abs() < 1e-12, "{largest}");
        }
    }
}
