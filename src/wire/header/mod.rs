//! The fields of a code's own header, read with their types.
//!
//! Follows `RemotingCommand.decodeCommandCustomHeader` and `FastCodesHeader`. RocketMQ logs a
//! missing field and stumbles over it later; here whoever reads it gets the message at once.

mod send;

use std::fmt;

use super::command::ExtFields;

pub use send::SendHeader;

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// A field that must be there is not.
    Missing(&'static str),
    /// A field that must be a number is none.
    NotANumber { field: &'static str, text: String },
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(field) => write!(f, "the custom field <{field}> is null"),
            Self::NotANumber { field: _, text } => write!(f, "For input string: \"{text}\""),
        }
    }
}

/// Reads fields by name.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(&'a ExtFields);

impl<'a> Fields<'a> {
    /// The fields of a command.
    pub fn of(ext: &'a ExtFields) -> Self {
        Self(ext)
    }

    /// A text.
    pub fn text(self, field: &'static str) -> Option<&'a str> {
        self.0.get(field).map(String::as_str)
    }

    /// A text that must be there.
    ///
    /// # Errors
    ///
    /// Where it is not.
    pub fn needed_text(self, field: &'static str) -> Result<&'a str, HeaderError> {
        self.text(field).ok_or(HeaderError::Missing(field))
    }

    /// A whole number (`Integer.parseInt`, `Long.parseLong`).
    ///
    /// # Errors
    ///
    /// Where it is there and no number of this size.
    pub fn number<T: std::str::FromStr>(
        self,
        field: &'static str,
    ) -> Result<Option<T>, HeaderError> {
        let parsed = |text: &str| {
            let text_of = || text.to_owned();
            text.parse().map_err(|_| HeaderError::NotANumber { field, text: text_of() })
        };
        self.text(field).map(parsed).transpose()
    }

    /// A whole number that must be there.
    ///
    /// # Errors
    ///
    /// Where it is not, or is no number of this size.
    pub fn needed_number<T: std::str::FromStr>(
        self,
        field: &'static str,
    ) -> Result<T, HeaderError> {
        self.number(field)?.ok_or(HeaderError::Missing(field))
    }

    /// True or false: anything but "true" is false (`Boolean.parseBoolean`).
    pub fn truth(self, field: &'static str) -> Option<bool> {
        self.text(field).map(|text| text.eq_ignore_ascii_case("true"))
    }
}
