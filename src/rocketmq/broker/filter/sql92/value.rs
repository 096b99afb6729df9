//! Values of SQL92 and how Java compares them.
//!
//! Follows `ComparisonExpression.__compare`: a text is read with the parser of the other side's
//! exact type, and whole numbers widen.

use std::cmp::Ordering;

use super::decimal::nearest;
use super::error::EvaluationError;

/// A value; null is `None` around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Bool(bool),
    Int(i32),
    Long(i64),
    Double(f64),
    Text(&'a str),
}

impl Value<'_> {
    /// `-` in front of it; null for what is no number.
    pub(super) fn negated(self) -> Option<Self> {
        match self {
            Self::Int(number) => Some(Self::Int(number.wrapping_neg())),
            Self::Long(number) => Some(Self::Long(number.wrapping_neg())),
            Self::Double(number) => Some(Self::Double(-number)),
            Self::Bool(_) | Self::Text(_) => None,
        }
    }

    /// True for the types of `Number`.
    pub(super) fn is_number(self) -> bool {
        match self {
            Self::Int(_) | Self::Long(_) | Self::Double(_) => true,
            Self::Bool(_) | Self::Text(_) => false,
        }
    }
}

/// The order of two values; types that never meet give "less", as in Java.
pub(super) fn compare(left: Value<'_>, right: Value<'_>) -> Result<Ordering, EvaluationError> {
    use Value::{Bool, Double, Int, Long, Text};
    Ok(match (left, right) {
        (Bool(left), Bool(right)) => left.cmp(&right),
        (Int(left), Int(right)) => left.cmp(&right),
        (Long(left), Long(right)) => left.cmp(&right),
        (Int(left), Long(right)) => i64::from(left).cmp(&right),
        (Long(left), Int(right)) => left.cmp(&i64::from(right)),
        (Double(left), Double(right)) => doubles(left, right),
        (Int(left), Double(right)) => doubles(f64::from(left), right),
        (Double(left), Int(right)) => doubles(left, f64::from(right)),
        (Long(left), Double(right)) => doubles(widened(left), right),
        (Double(left), Long(right)) => doubles(left, widened(right)),
        (Text(left), Text(right)) => left.cmp(right),
        (Text(left), Bool(right)) => left.eq_ignore_ascii_case("true").cmp(&right),
        (Text(left), Int(right)) => int(left)?.cmp(&right),
        (Int(left), Text(right)) => left.cmp(&int(right)?),
        (Text(left), Long(right)) => long(left)?.cmp(&right),
        (Long(left), Text(right)) => left.cmp(&long(right)?),
        (Text(left), Double(right)) => doubles(double(left)?, right),
        (Double(left), Text(right)) => doubles(left, double(right)?),
        (Bool(_), Text(_)) => return Err(EvaluationError::BooleanBeforeText),
        (Bool(_), Int(_) | Long(_) | Double(_)) | (Int(_) | Long(_) | Double(_), Bool(_)) => {
            Ordering::Less
        }
    })
}

/// The order of two values for `<` and its kin: two texts are compared as doubles.
pub(super) fn order(left: Value<'_>, right: Value<'_>) -> Result<Ordering, EvaluationError> {
    let (Value::Text(one), Value::Text(other)) = (left, right) else {
        return compare(left, right);
    };
    let read = |text| double(text).map_err(|_| EvaluationError::TextsByOrder);
    Ok(doubles(read(one)?, read(other)?))
}

#[expect(clippy::cast_precision_loss, reason = "Java widens a long to a double in the same way")]
fn widened(number: i64) -> f64 {
    number as f64
}

/// `Double.compareTo`: a total order, in which -0.0 is less than 0.0 and NaN is the greatest.
fn doubles(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).filter(|order| order.is_ne()).unwrap_or_else(|| {
        let bits =
            |number: f64| if number.is_nan() { i64::MAX } else { number.to_bits().cast_signed() };
        bits(left).cmp(&bits(right))
    })
}

fn int(text: &str) -> Result<i32, EvaluationError> {
    text.parse().map_err(|_| EvaluationError::NotANumber)
}

fn long(text: &str) -> Result<i64, EvaluationError> {
    text.parse().map_err(|_| EvaluationError::NotANumber)
}

/// `Double.valueOf`: spaces around it, a sign, `NaN`, `Infinity` and a type suffix are fine.
fn double(text: &str) -> Result<f64, EvaluationError> {
    let text = text.trim_matches(|letter| letter <= ' ');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned {
        "NaN" => return Ok(f64::NAN),
        "Infinity" => return Ok(sign * f64::INFINITY),
        _ => (),
    }
    let digits = unsigned.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(unsigned);
    let number = nearest(digits);
    number.map(|number| sign * number).ok_or(EvaluationError::NotANumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_read_and_ordered_as_in_java() {
        for (text, number) in [("5", 5.0), (" -1.5e3f\n", -1500.0), (".5D", 0.5), ("5.", 5.0)] {
            assert_eq!(double(text), Ok(number), "{text}");
        }
        for text in ["", "inf", "nan", "infinity", "+-5", "1f2", "e5", ".", "5 5", "f"] {
            assert!(double(text).is_err(), "{text}");
        }
        assert_eq!(doubles(-0.0, 0.0), Ordering::Less);
        assert_eq!(doubles(f64::NAN, f64::INFINITY), Ordering::Greater);
        assert_eq!(doubles(f64::NAN, -f64::NAN), Ordering::Equal);
    }
}
