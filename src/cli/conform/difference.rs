//! Two JSON values, and the first place where they differ.

use std::fmt;

use crate::wire::json::Json;

/// Most characters of a value in a line.
const MOST_CHARS: usize = 120;

/// What a recording says, and what we say.
pub(super) struct Sides {
    pub(super) expected: Json,
    pub(super) found: Json,
}

/// Where two values differ; `None` is nothing at all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    path: String,
    expected: Option<Json>,
    found: Option<Json>,
}

impl Difference {
    pub(super) fn new(path: &str, expected: Option<Json>, found: Option<Json>) -> Self {
        Self { path: path.to_owned(), expected, found }
    }
}

impl Sides {
    /// The first difference; objects are compared without order.
    pub(super) fn difference(&self, path: &str) -> Option<Difference> {
        differ(Some(&self.expected), Some(&self.found), path)
    }
}

fn differ(expected: Option<&Json>, found: Option<&Json>, path: &str) -> Option<Difference> {
    match (expected, found) {
        (Some(Json::Map(one)), Some(Json::Map(other))) => maps(one, other, path),
        (Some(Json::List(one)), Some(Json::List(other))) => lists(one, other, path),
        _ if expected == found => None,
        _ => {
            let (expected, found) = (expected.cloned(), found.cloned());
            Some(Difference { path: path.to_owned(), expected, found })
        }
    }
}

fn lists(expected: &[Json], found: &[Json], path: &str) -> Option<Difference> {
    let longer = expected.len().max(found.len());
    let at = |at: usize| differ(expected.get(at), found.get(at), &format!("{path}[{at}]"));
    (0..longer).find_map(at)
}

fn maps(expected: &[(Json, Json)], found: &[(Json, Json)], path: &str) -> Option<Difference> {
    let keys = expected.iter().chain(found).map(|(key, _)| key);
    let value = |pairs: &[(Json, Json)], key: &Json| {
        pairs.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    };
    keys.into_iter().find_map(|key| {
        let below =
            if path.is_empty() { key.to_plain() } else { format!("{path}.{}", key.to_plain()) };
        differ(value(expected, key).as_ref(), value(found, key).as_ref(), &below)
    })
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, expected, found } = self;
        write!(f, "{path}: expected {}, found {}", short(expected), short(found))
    }
}

fn short(value: &Option<Json>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    let text = value.to_string();
    if text.chars().count() <= MOST_CHARS {
        return text;
    }
    text.chars().take(MOST_CHARS).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(expected: &str, found: &str) -> Option<String> {
        let json = |text: &str| Json::parse(text.as_bytes()).expect("JSON");
        let sides = Sides { expected: json(expected), found: json(found) };
        sides.difference("cases[3]").map(|difference| difference.to_string())
    }

    #[test]
    fn the_first_difference_names_its_place() {
        assert_eq!(difference(r#"{"a":1,"b":[2]}"#, r#"{"b":[2],"a":1}"#), None);
        let told = difference(r#"{"b":[2,3]}"#, r#"{"b":[2]}"#);
        assert_eq!(told.as_deref(), Some("cases[3].b[1]: expected 3, found nothing"));
        let told = difference("{}", r#"{"c":"x"}"#);
        assert_eq!(told.as_deref(), Some(r#"cases[3].c: expected nothing, found "x""#));
    }
}
