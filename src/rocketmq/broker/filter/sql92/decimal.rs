//! Decimal text to the nearest double, as Java and Rust both read it.
//!
//! By long division of whole numbers: slow beside the standard library, whose tables would be 10 KB
//! of what every visitor of the page fetches, and as exact.

/// Powers of ten beyond these give infinity, or 0, whatever the digits.
const FARTHEST: i64 = 400;

/// A whole number of any size, the lowest 32 bits first.
#[derive(Clone)]
struct Whole(Vec<u32>);

impl Whole {
    fn times_plus(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = low(carry);
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(low(carry));
        }
    }

    fn bits(&self) -> i64 {
        let bits = self.0.last().map_or(0, |top| self.0.len() * 32 - top.leading_zeros() as usize);
        i64::try_from(bits).expect("a number in memory has few bits")
    }

    fn shift_left(&mut self, by: usize) {
        let mut shifted = vec![0; by / 32];
        shifted.append(&mut self.0);
        self.0 = shifted;
        self.times_plus(1 << (by % 32), 0);
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for limb in self.0.iter_mut().rev() {
            (*limb, carry) = (*limb >> 1 | carry << 31, *limb & 1);
        }
        self.trim();
    }

    fn is_at_least(&self, other: &Self) -> bool {
        self.0
            .len()
            .cmp(&other.0.len())
            .then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
            .is_ge()
    }

    /// `self -= other`, which is no greater.
    fn take(&mut self, other: &Self) {
        let mut borrow = false;
        for (at, limb) in self.0.iter_mut().enumerate() {
            let (less, first) = limb.overflowing_sub(other.0.get(at).copied().unwrap_or(0));
            let (less, second) = less.overflowing_sub(u32::from(borrow));
            (*limb, borrow) = (less, first || second);
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

fn low(wide: u64) -> u32 {
    u32::try_from(wide & u64::from(u32::MAX)).expect("32 bits")
}

/// The double nearest to `12`, `1.5`, `.5`, `5.` or `1.5e-3`; `None` where the text is none of
/// these.
pub(super) fn nearest(text: &str) -> Option<f64> {
    let (digits, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], power(&text[at + 1..])?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut number = Whole(Vec::new());
    for digit in whole.bytes().chain(fraction.bytes()) {
        number.times_plus(10, u32::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?));
    }
    if whole.len() + fraction.len() == 0 {
        return None;
    }
    let decimals = i64::try_from(fraction.len()).ok()?;
    Some(scaled(number, exponent.saturating_sub(decimals)))
}

/// The digits of an exponent; what is out of all reach stays there.
fn power(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let power = digits.parse().unwrap_or(i64::MAX / 2);
    Some(if text.starts_with('-') { -power } else { power })
}

/// `number` × 10^`power`.
fn scaled(mut number: Whole, power: i64) -> f64 {
    let decimal_digits = number.bits() * 30_103 / 100_000;
    if number.0.is_empty() || power + decimal_digits < -FARTHEST {
        return 0.0;
    }
    if power + decimal_digits > FARTHEST {
        return f64::INFINITY;
    }
    let mut divisor = Whole(vec![1]);
    let longer = if power < 0 { &mut divisor } else { &mut number };
    (0..power.unsigned_abs()).for_each(|_| longer.times_plus(10, 0));
    divided(number, divisor)
}

/// The double nearest to `number` / `divisor`; of two the even one.
fn divided(mut number: Whole, mut divisor: Whole) -> f64 {
    // The quotient of `number` × 2^shift has 54 or 55 bits.
    let shift = 54 - (number.bits() - divisor.bits());
    let longer = if shift < 0 { &mut divisor } else { &mut number };
    longer.shift_left(usize::try_from(shift.unsigned_abs()).expect("few bits"));
    divisor.shift_left(55);
    let mut quotient = 0_u64;
    for _ in 0..=55 {
        quotient <<= 1;
        if number.is_at_least(&divisor) {
            number.take(&divisor);
            quotient |= 1;
        }
        divisor.halve();
    }
    let bits = 64 - i64::from(quotient.leading_zeros());
    // Doubles have 53 bits, and none below 2^-1074.
    let dropped = (bits - 53).max(shift - 1074);
    if dropped > 60 {
        return 0.0;
    }
    let (half, kept) = (1_u64 << (dropped - 1), quotient >> dropped);
    let rest = quotient & ((half << 1) - 1);
    let is_beyond = rest > half || rest == half && (!number.0.is_empty() || kept & 1 == 1);
    let exponent = u64::try_from(dropped - shift + 1074).expect("not below the least");
    let double = (exponent << 52) + kept + u64::from(is_beyond);
    f64::from_bits(double.min(f64::INFINITY.to_bits()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(text: &str) -> bool {
        nearest(text).map(f64::to_bits) == text.parse().ok().map(f64::to_bits)
    }

    #[test]
    fn the_ends_and_the_halves_are_read_as_by_the_standard_library() {
        let texts = [
            "0",
            "0.0",
            "1",
            "1.",
            ".5",
            "0.1",
            "123456789012345678901234567890",
            "1e23",
            "9e15",
            "9007199254740993",
            "9007199254740992.5",
            "9007199254740995",
            "4.9e-324",
            "2.5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "1e309",
            "1e-400",
            "1e999999999999999999999",
            "0e99999999999999999999",
            "1e-99999999999999999999",
            "00012.500",
            "1e+5",
        ];
        let wrong: Vec<_> = texts.into_iter().filter(|text| !same(text)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        let none = ["", ".", "e5", ".e5", "1e", "1e+", "-1", "1.2.3", "0x1", "1_0", "inf", "NaN"];
        let read: Vec<_> = none.into_iter().filter(|text| nearest(text).is_some()).collect();
        assert!(read.is_empty(), "{read:?}");
    }

    proptest! {
        #[test]
        fn all_texts_are_read_as_by_the_standard_library(
            text in "[0-9]{0,30}(\\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?",
        ) {
            prop_assert!(same(&text), "{text}");
        }

        #[test]
        fn every_double_is_read_back(bits in 0_u64..0x7FF0_0000_0000_0000) {
            let double = f64::from_bits(bits);
            prop_assert_eq!(nearest(&format!("{double:e}")), Some(double));
        }
    }
}
