//! A scenario as a tree that can be looked into and changed, and written as a file.

use toml::{Table, Value};

use crate::kernel::time::SimSpan;
use crate::scenario::duration;

/// A table of keys and values.
macro_rules! table {
    ($($key:literal : $value:expr),* $(,)?) => {{
        let mut table = toml::Table::new();
        $(table.insert($key.to_owned(), toml::Value::from($value));)*
        table
    }};
}
pub(super) use table;

/// The text of a scenario.
pub(super) fn text(doc: &Table) -> String {
    toml::to_string(doc).expect("a table of strings and numbers can be written")
}

/// The tables of a list.
pub(super) fn list<'a>(doc: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    doc.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

/// A text.
pub(super) fn word<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Value::as_str)
}

/// A whole number.
pub(super) fn number(table: &Table, key: &str) -> Option<i64> {
    table.get(key).and_then(Value::as_integer)
}

/// A switch that is on.
pub(super) fn is_on(table: &Table, key: &str, usual: bool) -> bool {
    table.get(key).and_then(Value::as_bool).unwrap_or(usual)
}

/// A duration, or a moment that is not before time 0; those are 0.
pub(super) fn span(table: &Table, key: &str) -> Option<SimSpan> {
    let text = word(table, key)?;
    if text.starts_with('-') { Some(SimSpan::ZERO) } else { duration(text) }
}
