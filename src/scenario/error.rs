//! What is wrong with a scenario: where, what was found, what would be right.

use std::fmt;
use std::ops::Range;

/// Where an error lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the scenario's text; line and column count from 1, columns in characters.
    Text { line: u32, column: u32 },
    /// In a value that was changed from outside, by its path.
    Tweak { path: String },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { line, column } => write!(f, "{line}:{column}"),
            Self::Tweak { path } => write!(f, "{path}"),
        }
    }
}

/// A scenario that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// Where.
    pub place: Place,
    /// What was found.
    pub finding: String,
    /// What would be right.
    pub cure: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.finding, self.cure)
    }
}

impl std::error::Error for ScenarioError {}

/// An error that still knows its place as bytes of the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) span: Range<usize>,
    pub(super) finding: String,
    pub(super) cure: String,
}

impl Fault {
    pub(super) fn new(
        span: Range<usize>,
        finding: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { span, finding: finding.into(), cure: cure.into() }
    }
}

/// The entry that was most likely meant: few letters differ, capitals aside.
pub(super) fn nearest<'a>(
    found: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let found = found.to_ascii_lowercase();
    let rate = |name: &'a str| (distance(&found, &name.to_ascii_lowercase()), name);
    let (letters, name) = known.into_iter().map(rate).min_by_key(|(letters, _)| *letters)?;
    (letters <= 1 + found.chars().count() / 4).then_some(name)
}

/// `a`, `b` and `c`, for messages.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// Letters that one must put in, take out or change (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut corner = row[0];
        row[0] = line + 1;
        for (column, other) in to.iter().enumerate() {
            let changed = corner + usize::from(letter != *other);
            corner = row[column + 1];
            row[column + 1] = changed.min(corner + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_typing_error_away() {
        let known = ["longPollingEnable", "shortPollingTimeMills", "name"];
        let cases = [
            ("longPolingEnable", Some("longPollingEnable")),
            ("longpollingenable", Some("longPollingEnable")),
            ("nmae", Some("name")),
            ("mane-of", None),
            ("nam", Some("name")),
            ("flushDiskType", None),
        ];
        for (found, expected) in cases {
            assert_eq!(nearest(found, known), expected, "{found}");
        }
    }

    #[test]
    fn lists_read_as_a_person_would_write_them() {
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
