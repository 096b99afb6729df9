//! Why an expression does not compile, or gives nothing for a message.

use std::fmt;

/// Why an expression does not compile. RocketMQ's texts begin with "Invalid MessageSelector."
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompileError {
    /// No token begins at this byte.
    Lexical { at: usize },
    /// A token that cannot stand here; empty: the end.
    Unexpected { found: String },
    /// A number, a text or a negation where something must be true or false.
    NotBoolean,
    /// An operand that `<`, `=` or `BETWEEN` cannot take.
    NotComparable,
    /// A number beyond what Java's long or double can hold, or 0.0.
    OutOfRange { number: String },
    /// The bounds of `BETWEEN` stand the wrong way round.
    BoundsReversed,
    /// `IN` needs a property on its left.
    InNeedsProperty,
    /// More nesting than can be evaluated; Java's stack ends there too, at another depth.
    TooDeep,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invalid MessageSelector. ")?;
        match self {
            Self::Lexical { at } => write!(f, "Lexical error at byte {at}"),
            Self::Unexpected { found } if found.is_empty() => f.write_str("Unexpected end"),
            Self::Unexpected { found } => write!(f, "Encountered \"{found}\""),
            Self::NotBoolean => f.write_str("Expression will not result in a boolean value"),
            Self::NotComparable => f.write_str("Value cannot be compared."),
            Self::OutOfRange { number } => write!(f, "{number} is out of range"),
            Self::BoundsReversed => f.write_str(
                "Illegal values of between, left value must less than or equal to right",
            ),
            Self::InNeedsProperty => f.write_str("Expected a property for In expression"),
            Self::TooDeep => f.write_str("Expression is nested too deep"),
        }
    }
}

/// Why an expression gives nothing for a message: Java throws here, and the message does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvaluationError {
    /// A property is not a number of the type that it is compared with.
    NotANumber,
    /// Two texts that are not numbers, compared by order.
    TextsByOrder,
    /// TRUE or FALSE on the left of a property (Java's class cast).
    BooleanBeforeText,
}
