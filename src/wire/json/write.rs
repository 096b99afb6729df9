//! Writing JSON as fastjson does: no blanks, keys that are numbers or objects without quotes.

use std::fmt::{self, Write};

use super::Json;

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Number(text) => f.write_str(text),
            Self::Text(text) => quoted(text, f),
            Self::List(values) => list(values, f),
            Self::Map(pairs) => map(pairs, f),
        }
    }
}

fn list(values: &[Json], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('[')?;
    for (number, value) in values.iter().enumerate() {
        let comma = if number > 0 { "," } else { "" };
        write!(f, "{comma}{value}")?;
    }
    f.write_char(']')
}

fn map(pairs: &[(Json, Json)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('{')?;
    for (number, (key, value)) in pairs.iter().enumerate() {
        let comma = if number > 0 { "," } else { "" };
        write!(f, "{comma}{key}:{value}")?;
    }
    f.write_char('}')
}

fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{C}' => f.write_str("\\f")?,
            '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{2028}' | '\u{2029}' => {
                write!(f, "\\u{:04X}", u32::from(letter))?;
            }
            _ => f.write_char(letter)?,
        }
    }
    f.write_char('"')
}
