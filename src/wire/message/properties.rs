//! Properties as one text: name, 1, value, 2, again and again.
//!
//! Follows `messageProperties2String` and `string2messageProperties`.

use std::collections::BTreeMap;

/// Between a name and its value (`NAME_VALUE_SEPARATOR`).
pub const NAME_END: char = '\u{1}';
/// Behind a value (`PROPERTY_SEPARATOR`).
pub const VALUE_END: char = '\u{2}';

/// The text of properties, in the order in which they are given.
pub fn encode<'a>(properties: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in properties {
        text.extend([name, "\u{1}", value, "\u{2}"]);
    }
    text
}

/// The properties of a text, in its order. One without a name or a value is dropped.
pub fn entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = text.split(VALUE_END).filter_map(|part| part.split_once(NAME_END));
    parts.filter(|(name, value)| !name.is_empty() && !value.is_empty())
}

/// The properties of a text by name; of two with one name the later one stays.
pub fn decode(text: &str) -> BTreeMap<&str, &str> {
    entries(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_name_or_no_value_is_dropped() {
        let kept: Vec<_> =
            entries("a\u{1}b\u{2}\u{1}b\u{2}c\u{1}\u{2}d\u{2}e\u{1}f\u{1}g").collect();
        assert_eq!(kept, [("a", "b"), ("e", "f\u{1}g")]);
        assert_eq!(decode("a\u{1}b\u{2}a\u{1}c\u{2}"), BTreeMap::from([("a", "c")]));
        assert_eq!(encode([("a", "b"), ("c", "")]), "a\u{1}b\u{2}c\u{1}\u{2}");
    }
}
