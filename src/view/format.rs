//! Numbers as the page writes them: clocks, spans, bytes, rates, shares, ratios.
//!
//! Whole-number arithmetic wherever a figure is shown, so that rounding is the same everywhere.
//! Groups of three are parted by U+2009, number and unit by U+00A0, which never breaks a line.

use std::cmp::Ordering;

/// Between groups of three digits.
pub const GROUP: char = '\u{2009}';

/// Between a number and its unit.
pub const UNIT: char = '\u{a0}';

/// What stands where there is no number yet.
pub const NOTHING: &str = "–";

/// Nanoseconds in a microsecond, a millisecond and a second.
pub const MICRO: u64 = 1_000;
pub const MILLI: u64 = 1_000_000;
pub const SECOND: u64 = 1_000_000_000;

/// The clock: `mm:ss.mmm µµµ`, from one hour on `h:mm:ss.mmm µµµ`.
pub fn clock(ns: u64) -> String {
    let (seconds, below) = (ns / SECOND, ns % SECOND);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let (millis, micros) = (below / MILLI, below / MICRO % 1_000);
    let head = if hours == 0 { String::new() } else { format!("{hours}:") };
    format!("{head}{minutes:02}:{seconds:02}.{millis:03}{GROUP}{micros:03}")
}

/// A count with groups of three: `7 630`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(GROUP);
        }
        text.push(digit);
    }
    text
}

/// A count at an axis, where there is room for five signs: `5 000`, `12.5k`, `100k`.
pub fn tick(number: u64) -> String {
    match number {
        0..10_000 => count(number),
        _ => format!("{}k", decimal(number, 1_000, u32::from(!number.is_multiple_of(1_000)))),
    }
}

/// A duration with three figures: `21.0 s`, `2.50 s`, `524 ms`, `1.1 ms`, `412 µs`, `90 ns`.
pub fn span(ns: u64) -> String {
    let (number, unit) = span_parts(ns);
    format!("{number}{UNIT}{unit}")
}

/// The number and the unit of [`span`], for places that set them apart.
pub fn span_parts(ns: u64) -> (String, &'static str) {
    // Each limit is half of the last shown figure below the unit, so that 999.96 ms reads 1.00 s.
    if ns >= SECOND - MILLI / 2 {
        let decimals = match ns {
            ns if ns < 9_995 * MILLI => 2,
            ns if ns < 99_950 * MILLI => 1,
            _ => 0,
        };
        (decimal(ns, SECOND, decimals), "s")
    } else if ns >= MILLI - MICRO / 2 {
        (decimal(ns, MILLI, u32::from(ns < 99_950 * MICRO)), "ms")
    } else if ns >= MICRO {
        (decimal(ns, MICRO, u32::from(ns < 99_950)), "µs")
    } else if ns == 0 {
        ("0".to_owned(), "ms")
    } else {
        (ns.to_string(), "ns")
    }
}

/// A moment or a long wait in tenths of a second: `20.1 s`; under a tenth to the millisecond:
/// `0.002 s`.
pub fn moment(ns: u64) -> String {
    let decimals = match ns {
        0 => 0,
        ns if ns < SECOND / 10 => 3,
        _ => 1,
    };
    format!("{}{UNIT}s", decimal(ns, SECOND, decimals))
}

/// A moment in seconds to the millisecond without its unit, for columns: `21.835`.
pub fn stamp(ns: u64) -> String {
    decimal(ns, SECOND, 3)
}

/// A moment in seconds to the microsecond without its unit, for columns: `12.004 213`.
pub fn fine_stamp(ns: u64) -> String {
    let micros = divide(ns, MICRO);
    let (seconds, below) = (micros / 1_000_000, micros % 1_000_000);
    format!("{}.{:03}{GROUP}{:03}", count(seconds), below / 1_000, below % 1_000)
}

/// Nanoseconds in full, for titles on hover: `19 318 204 113 ns`.
pub fn exact(ns: u64) -> String {
    format!("{}{UNIT}ns", count(ns))
}

/// A label on a time axis: whole seconds with their unit, `0` bare; parts of a second where ticks
/// are that close.
pub fn axis(ns: u64) -> String {
    match ns {
        0 => "0".to_owned(),
        ns if ns % SECOND == 0 => format!("{}{UNIT}s", count(ns / SECOND)),
        ns if ns % MILLI == 0 => format!("{}{UNIT}ms", count(ns / MILLI)),
        ns => format!("{}{UNIT}µs", count(ns / MICRO)),
    }
}

/// Bytes: exact to 9 999 B, then three figures of KiB, MiB, GiB.
pub fn bytes(number: u64) -> String {
    if number < 10_000 {
        return format!("{}{UNIT}B", count(number));
    }
    let units = [(1_u64 << 10, "KiB"), (1 << 20, "MiB"), (1 << 30, "GiB"), (1 << 40, "TiB")];
    let (size, unit) = units
        .into_iter()
        .rev()
        .find(|&(size, _)| number >= size)
        .expect("ten thousand bytes are more than a KiB");
    let decimals = match number / size {
        0..10 => 2,
        10..100 => 1,
        _ => 0,
    };
    format!("{}{UNIT}{unit}", decimal(number, size, decimals))
}

/// A rate a second: `3.99/s`, `50.0/s`, `1 250/s`.
pub fn rate(a_second: f32) -> String {
    format!("{}/s", figures(f64::from(a_second)))
}

/// A number with three figures and at most two decimals: `1.85`, `12.4`, `457`.
pub fn figures(number: f64) -> String {
    // Rates and ratios are never negative; what is not a number is nothing.
    if !number.is_finite() || number < 0.0 {
        return NOTHING.to_owned();
    }
    let hundredths = whole(number * 100.0);
    let decimals = match hundredths {
        0 => 0,
        1..1_000 => 2,
        1_000..10_000 => 1,
        _ => 0,
    };
    decimal(hundredths, 100, decimals)
}

/// A share without decimals: `46 %`. Never 0 % or 100 % for a share that is neither.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return NOTHING.to_owned();
    }
    let percent = divide(part * 100, whole);
    let percent = match (part.cmp(&0), part.cmp(&whole)) {
        (Ordering::Greater, Ordering::Less) => percent.clamp(1, 99),
        (Ordering::Equal, _) | (_, Ordering::Equal | Ordering::Greater) => percent,
        (Ordering::Less, _) => unreachable!("a count is never below zero"),
    };
    format!("{percent}{UNIT}%")
}

/// How often `small` goes into `large`: `2 183 ×`, `4.2 ×`.
pub fn ratio(large: u64, small: u64) -> String {
    match small {
        0 => NOTHING.to_owned(),
        small if large / small >= 10 => format!("{}{UNIT}×", count(divide(large, small))),
        small => format!("{}{UNIT}×", decimal(large, small, 1)),
    }
}

/// A speed: `1/50×`, `1×`, `4×`, `2.5×`.
pub fn speed(rate: f64) -> String {
    if !rate.is_finite() || rate <= 0.0 {
        return NOTHING.to_owned();
    }
    if rate < 0.995 {
        return format!("1/{}×", count(whole(1.0 / rate).max(1)));
    }
    let tenths = whole(rate * 10.0);
    match tenths {
        ..100 if !tenths.is_multiple_of(10) => format!("{}.{}×", tenths / 10, tenths % 10),
        _ => format!("{}×", count(whole(rate))),
    }
}

/// A number with so many decimals, as attributes and settings hold it: without groups.
#[expect(clippy::cast_possible_truncation, reason = "figures on the page are far below 2^53")]
#[expect(clippy::cast_sign_loss, reason = "the sign is written by itself")]
#[expect(clippy::cast_precision_loss, reason = "a small power of ten")]
pub fn fixed(number: f64, decimals: u32) -> String {
    let scale = 10_u64.pow(decimals);
    let scaled = (number.abs() * scale as f64).round_ties_even() as u64;
    let sign = if number < 0.0 && scaled > 0 { "-" } else { "" };
    let (head, tail) = (scaled / scale, scaled % scale);
    match decimals {
        0 => format!("{sign}{head}"),
        _ => format!("{sign}{head}.{tail:0width$}", width = decimals as usize),
    }
}

/// The same without zeros at its end.
pub fn places(number: f64, decimals: u32) -> String {
    let mut text = fixed(number, decimals);
    if decimals > 0 {
        let kept = text.trim_end_matches('0').trim_end_matches('.').len();
        text.truncate(kept);
    }
    text
}

/// `value / unit` with so many decimals, rounded half up.
pub fn decimal(value: u64, unit: u64, decimals: u32) -> String {
    let scale = 10_u64.pow(decimals);
    let scaled = divide_wide(u128::from(value) * u128::from(scale), u128::from(unit));
    let (head, tail) = (scaled / scale, scaled % scale);
    match decimals {
        0 => count(head),
        _ => format!("{}.{tail:0width$}", count(head), width = decimals as usize),
    }
}

/// Division rounded half up.
pub fn divide(value: u64, unit: u64) -> u64 {
    divide_wide(u128::from(value), u128::from(unit))
}

fn divide_wide(value: u128, unit: u128) -> u64 {
    u64::try_from((value + unit / 2) / unit).expect("a figure on the page fits into 64 bits")
}

/// The nearest whole number of one that is not negative.
#[expect(clippy::cast_possible_truncation, reason = "figures on the page are far below 2^53")]
#[expect(clippy::cast_sign_loss, reason = "the callers let no negative number through")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spaces of all widths read as one kind here.
    fn plain(text: &str) -> String {
        text.replace([GROUP, UNIT], " ")
    }

    #[test]
    fn ticks_have_room() {
        let ticks = [0, 5_000, 9_999, 10_000, 12_500, 100_000].map(tick);
        let ticks = ticks.map(|tick| tick.replace(GROUP, " "));
        assert_eq!(ticks, ["0", "5 000", "9 999", "10k", "12.5k", "100k"]);
    }

    #[test]
    fn the_clock_has_hours_only_from_one_on() {
        assert_eq!(plain(&clock(21_835_000_000)), "00:21.835 000");
        assert_eq!(plain(&clock(600_123_456_789)), "10:00.123 456");
        assert_eq!(plain(&clock(3_723_000_000_000)), "1:02:03.000 000");
    }

    #[test]
    fn spans_have_three_figures_and_round_into_the_next_unit() {
        let rows = [
            (0, "0 ms"),
            (90, "90 ns"),
            (20_000, "20.0 µs"),
            (412_300, "412 µs"),
            (999_700, "1.0 ms"),
            (1_100_000, "1.1 ms"),
            (99_960_000, "100 ms"),
            (524_400_000, "524 ms"),
            (999_600_000, "1.00 s"),
            (2_499_600_000, "2.50 s"),
            (9_996_000_000, "10.0 s"),
            (21_000_000_000, "21.0 s"),
            (99_960_000_000, "100 s"),
            (3_600_000_000_000, "3 600 s"),
        ];
        for (ns, text) in rows {
            assert_eq!(plain(&span(ns)), text, "{ns} ns");
        }
    }

    #[test]
    fn moments_stamps_and_axes() {
        assert_eq!(plain(&moment(20_127_000_000)), "20.1 s");
        assert_eq!(plain(&moment(2_000_000)), "0.002 s");
        assert_eq!(plain(&moment(0)), "0 s");
        assert_eq!(stamp(21_834_900_000), "21.835");
        assert_eq!(plain(&fine_stamp(12_004_213_400)), "12.004 213");
        assert_eq!(plain(&exact(19_318_204_113)), "19 318 204 113 ns");
        let labels = [0, 5 * SECOND, 500 * MILLI, 250 * MICRO].map(|ns| plain(&axis(ns)));
        assert_eq!(labels, ["0", "5 s", "500 ms", "250 µs"]);
    }

    #[test]
    fn attributes_hold_plain_numbers() {
        let rows = [(1.005, "1"), (-0.001, "0"), (-12.5, "-12.5"), (99.999, "100"), (0.25, "0.25")];
        for (number, text) in rows {
            assert_eq!(places(number, 2), text);
        }
        assert_eq!([fixed(2.0, 1), fixed(0.05, 2), fixed(1_500.0, 0)], ["2.0", "0.05", "1500"]);
    }

    #[test]
    fn bytes_are_exact_below_ten_thousand() {
        let shown = [0, 7_630, 9_999, 12_700, 1_048_576, 734_003_200].map(|n| plain(&bytes(n)));
        assert_eq!(shown, ["0 B", "7 630 B", "9 999 B", "12.4 KiB", "1.00 MiB", "700 MiB"]);
    }

    #[test]
    fn rates_shares_ratios_and_speeds() {
        let rates = [0.0_f32, 0.03, 3.99, 50.0, 1_250.4].map(|number| plain(&rate(number)));
        assert_eq!(rates, ["0/s", "0.03/s", "3.99/s", "50.0/s", "1 250/s"]);
        let shares = [(11, 24), (0, 15), (15, 15), (1, 1_000), (999, 1_000), (0, 0)];
        let shares = shares.map(|(part, all)| plain(&share(part, all)));
        assert_eq!(shares, ["46 %", "0 %", "100 %", "1 %", "99 %", "–"]);
        let ratios = [(2_183, 1), (457, 1), (42, 10), (1, 0)].map(|(a, b)| plain(&ratio(a, b)));
        assert_eq!(ratios, ["2 183 ×", "457 ×", "4.2 ×", "–"]);
        let speeds = [0.02, 0.001, 1.0, 2.5, 4.0, 128.0, 0.0].map(|rate| plain(&speed(rate)));
        assert_eq!(speeds, ["1/50×", "1/1 000×", "1×", "2.5×", "4×", "128×", "–"]);
        assert_eq!([1.85, 12.44, 457.2].map(figures), ["1.85", "12.4", "457"]);
    }
}
