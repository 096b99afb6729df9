//! Quantities as people write them: `15s`, `1ms`, `20us`, `0.5/s`, `4KiB`.
//!
//! Read with whole numbers throughout; what is finer than a nanosecond is rounded.

use crate::kernel::curve::RATE_UNIT;
use crate::kernel::time::SimSpan;

const SECOND: u64 = 1_000_000_000;

/// Units of durations in ns, the longest name first.
const DURATIONS: [(&str, u64); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
];

const SIZES: [(&str, u64); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

/// A duration with its unit, as `15s`, `1ms` or `20us`; `None` where it is none.
pub fn duration(text: &str) -> Option<SimSpan> {
    let (_, unit) = DURATIONS.iter().find(|(unit, _)| is_unit(text, unit))?;
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    decimal(number, *unit).map(SimSpan::nanos)
}

/// A duration that may be negative: how long it is, and whether it lies before.
pub(super) fn signed_duration(text: &str) -> Option<(bool, SimSpan)> {
    match text.strip_prefix('-') {
        Some(rest) => duration(rest).map(|span| (true, span)),
        None => duration(text).map(|span| (false, span)),
    }
}

/// Bytes.
pub(super) fn size(text: &str) -> Option<u64> {
    let (_, unit) = SIZES.iter().find(|(unit, _)| is_unit(text, unit))?;
    decimal(text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()), *unit)
}

/// Bytes a second: `100MB/s`.
pub(super) fn bandwidth(text: &str) -> Option<u64> {
    size(text.strip_suffix("/s")?).filter(|bytes| *bytes > 0)
}

/// A rate in parts of [`RATE_UNIT`]; it may be 0.
pub(super) fn rate(text: &str) -> Option<u64> {
    match text.strip_suffix("/s") {
        Some(number) => decimal(number, RATE_UNIT),
        None => decimal(text.strip_suffix("/m")?, RATE_UNIT / 60),
    }
}

/// The mean gap of a rate: `0.5/s` is one every 2 s.
pub(super) fn gap_of_rate(text: &str) -> Option<SimSpan> {
    const MILLIONTHS: u64 = 1_000_000;
    let (number, period) = match text.strip_suffix("/s") {
        Some(number) => (number, SECOND),
        None => (text.strip_suffix("/m")?, 60 * SECOND),
    };
    let millionths = u128::from(decimal(number, MILLIONTHS)?);
    let scaled = u128::from(period) * u128::from(MILLIONTHS);
    let gap = (scaled + millionths / 2).checked_div(millionths)?;
    u64::try_from(gap).ok().filter(|gap| *gap > 0).map(SimSpan::nanos)
}

/// A number of the page's controls with at most six decimals, below a thousand million.
pub(super) fn number(text: &str) -> Option<f64> {
    const MILLIONTHS: u32 = 1_000_000;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let millionths = decimal(digits, u64::from(MILLIONTHS))?;
    let (high, low) = (u32::try_from(millionths >> 32).ok()?, millionths & u64::from(u32::MAX));
    let low = u32::try_from(low).expect("32 bits");
    // Below 2^53 each step is exact but the last, which rounds once.
    let exact = (f64::from(high) * 4_294_967_296.0 + f64::from(low)) / f64::from(MILLIONTHS);
    Some(if text.len() == digits.len() { exact } else { -exact }).filter(|_| high < 1 << 21)
}

/// True where `text` is a number and this unit.
fn is_unit(text: &str, unit: &str) -> bool {
    text.strip_suffix(unit)
        .is_some_and(|number| number.ends_with(|last: char| last.is_ascii_digit()))
}

/// Decimal digits with at most one point, times `scale`, rounded to a whole number.
fn decimal(text: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    // Nineteen digits are finer than any scale needs.
    let digits = &fraction[..fraction.len().min(19)];
    let parts = u128::from(digits.parse::<u64>().ok()?) * u128::from(scale);
    let unit = 10_u128.pow(u32::try_from(digits.len()).ok()?);
    whole.checked_add(u64::try_from((parts + unit / 2) / unit).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        let cases = [
            ("15s", Some(SimSpan::secs(15))),
            ("1ms", Some(SimSpan::millis(1))),
            ("20us", Some(SimSpan::micros(20))),
            ("3ns", Some(SimSpan::nanos(3))),
            ("2m", Some(SimSpan::secs(120))),
            ("1h", Some(SimSpan::secs(3600))),
            ("1.5s", Some(SimSpan::millis(1500))),
            ("0.30000000000000004s", Some(SimSpan::millis(300))),
            ("15", None),
            ("s", None),
            ("-1s", None),
            ("1 s", None),
            ("1.s", None),
            ("1S", None),
            ("99999999999h", None),
        ];
        for (text, expected) in cases {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_those_that_the_compiler_reads() {
        let cases = [
            ("0.1", Some(0.1)),
            ("-2.5", Some(-2.5)),
            ("3", Some(3.0)),
            ("999999999.999999", Some(999_999_999.999_999)),
            ("9999999999", None),
            ("1e3", None),
            (".5", None),
        ];
        for (text, expected) in cases {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn rates_become_gaps() {
        let cases = [
            ("0.5/s", Some(SimSpan::secs(2))),
            ("50/s", Some(SimSpan::millis(20))),
            ("30/m", Some(SimSpan::secs(2))),
            ("3/s", Some(SimSpan::nanos(333_333_333))),
            ("0/s", None),
            ("5", None),
        ];
        for (text, expected) in cases {
            assert_eq!(gap_of_rate(text), expected, "{text}");
        }
    }

    #[test]
    fn sizes_and_bandwidths_count_bytes() {
        assert_eq!(size("128B"), Some(128));
        assert_eq!(size("4KiB"), Some(4096));
        assert_eq!(size("1.5MB"), Some(1_500_000));
        assert_eq!(size("4"), None);
        assert_eq!(bandwidth("100MB/s"), Some(100_000_000));
        assert_eq!(bandwidth("0B/s"), None);
    }
}
