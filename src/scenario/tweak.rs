//! Values that are changed from outside: a dotted path in the file and what to put there.
//!
//! Paths are written as TOML keys; an entry of a list is named by its `name`:
//! `client.Producer.workload.pause`, `lane."Short poll".client.Consumer.handling`.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Fault, listed, nearest};
use super::reader::Value;
use super::text::Sources;

/// One changed value: `value` as TOML (`"1s"`, `10`, `true`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tweak<'a> {
    /// Dotted path in the scenario file.
    pub path: &'a str,
    /// The value as TOML text.
    pub value: &'a str,
}

/// Puts all tweaks into the file as read.
pub(super) fn apply<'a>(root: &mut DeTable<'a>, sources: &Sources<'a>) -> Result<(), Fault> {
    for (start, tweak) in sources.tweaks() {
        let span = start..start + tweak.value.len();
        let value = read(tweak.value, start).map_err(|finding| {
            let cure = "write a TOML value: `\"1s\"`, `10`, `true`";
            Fault::new(span.clone(), finding, cure)
        })?;
        put(root, tweak.path, &span, value)?;
    }
    Ok(())
}

/// Puts a value at a path; errors lie at `place`.
pub(super) fn put<'a>(
    root: &mut DeTable<'a>,
    path: &str,
    place: &Range<usize>,
    value: Value<'a>,
) -> Result<(), Fault> {
    let mut segments = segments(path, place)?;
    let last = segments.pop().expect("a path has a segment at least");
    let mut table = root;
    let mut walked = segments.iter().map(String::as_str);
    while let Some(segment) = walked.next() {
        let inner = enter(table, segment, place);
        table = match inner.get_mut() {
            DeValue::Table(inner) => inner,
            DeValue::Array(entries) => {
                let name = walked.next().ok_or_else(|| whole_list(segment, place))?;
                entry_mut(entries, segment, name, place)?
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => return Err(no_table(segment, place)),
        };
    }
    table.remove(last.as_str());
    table.insert(Spanned::new(place.clone(), last.into()), value);
    Ok(())
}

/// The value at a path, if there is one.
pub(super) fn look<'t, 'a>(
    root: &'t DeTable<'a>,
    path: &str,
    place: &Range<usize>,
) -> Result<Option<&'t Value<'a>>, Fault> {
    let segments = segments(path, place)?;
    let mut walked = segments.iter().map(String::as_str);
    let first = walked.next().expect("a path has a segment at least");
    let mut found = root.get(first);
    for segment in walked {
        found = match found.map(Spanned::get_ref) {
            Some(DeValue::Table(table)) => table.get(segment),
            Some(DeValue::Array(entries)) => {
                entries.iter().find(|entry| name_of(entry) == Some(segment))
            }
            Some(
                DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_),
            )
            | None => None,
        };
    }
    Ok(found)
}

/// True where two values say the same.
pub(super) fn same(one: &DeValue<'_>, other: &DeValue<'_>) -> bool {
    match (one, other) {
        (DeValue::Array(one), DeValue::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(a, b)| same(a.get_ref(), b.get_ref()))
        }
        (DeValue::Table(one), DeValue::Table(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|((key, a), (name, b))| {
                    key.get_ref() == name.get_ref() && same(a.get_ref(), b.get_ref())
                })
        }
        (DeValue::String(one), DeValue::String(other)) => one == other,
        (DeValue::Boolean(one), DeValue::Boolean(other)) => one == other,
        (DeValue::Integer(one), DeValue::Integer(other)) => one.to_string() == other.to_string(),
        (DeValue::Float(one), DeValue::Float(other)) => one.as_str() == other.as_str(),
        (
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_),
            _,
        ) => false,
    }
}

/// A value whose place in the sources begins at `start`.
fn read(text: &str, start: usize) -> Result<Value<'_>, String> {
    let value = DeValue::parse(text).map_err(|error| error.message().to_owned())?;
    Ok(moved(value, start))
}

fn moved(value: Value<'_>, by: usize) -> Value<'_> {
    let span = value.span().start + by..value.span().end + by;
    let inner = match value.into_inner() {
        DeValue::Array(entries) => {
            DeValue::Array(entries.into_iter().map(|entry| moved(entry, by)).collect())
        }
        DeValue::Table(table) => {
            let entries = table.into_iter().map(|(key, value)| {
                let span = key.span().start + by..key.span().end + by;
                (Spanned::new(span, key.into_inner()), moved(value, by))
            });
            DeValue::Table(entries.collect())
        }
        plain @ (DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)) => plain,
    };
    Spanned::new(span, inner)
}

/// The value of a key, or a new table.
fn enter<'t, 'a>(table: &'t mut DeTable<'a>, key: &str, place: &Range<usize>) -> &'t mut Value<'a> {
    if !table.contains_key(key) {
        let empty = Spanned::new(place.clone(), DeValue::Table(DeTable::new()));
        table.insert(Spanned::new(place.clone(), key.to_owned().into()), empty);
    }
    table.get_mut(key).expect("the key was put in above")
}

fn entry_mut<'t, 'a>(
    entries: &'t mut [Value<'a>],
    list: &str,
    name: &str,
    place: &Range<usize>,
) -> Result<&'t mut DeTable<'a>, Fault> {
    let index = entries.iter().position(|entry| name_of(entry) == Some(name));
    let Some(index) = index else {
        let known: Vec<&str> = entries.iter().filter_map(name_of).collect();
        return Err(Fault::new(
            place.clone(),
            format!("`{list}` has no entry with the name `{name}`"),
            match nearest(name, known.iter().copied()) {
                Some(near) => format!("write `{near}`"),
                None => format!("its entries are {}", listed(known)),
            },
        ));
    };
    match entries[index].get_mut() {
        DeValue::Table(table) => Ok(table),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => panic!("an entry with a name is a table"),
    }
}

/// The `name` of a list's entry.
fn name_of<'t>(entry: &'t Value<'_>) -> Option<&'t str> {
    entry.get_ref().as_table()?.get("name")?.get_ref().as_str()
}

/// The keys of a path.
fn segments(path: &str, place: &Range<usize>) -> Result<Vec<String>, Fault> {
    let line = format!("{path} = 0");
    let bad = || {
        Fault::new(
            place.clone(),
            format!("`{path}` is no path"),
            "write keys with dots between them, in quotes where they hold a dot or a space: \
             `lane.\"Short poll\".set`",
        )
    };
    if path.contains(['=', '#', '\n']) {
        return Err(bad());
    }
    let mut table = DeTable::parse(&line).map_err(|_| bad())?.into_inner();
    let mut segments = Vec::new();
    while let Some((key, value)) = table.into_iter().next() {
        segments.push(key.into_inner().into_owned());
        match value.into_inner() {
            DeValue::Table(inner) => table = inner,
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => break,
        }
    }
    Ok(segments)
}

fn whole_list(list: &str, place: &Range<usize>) -> Fault {
    let finding = format!("`{list}` is a list");
    Fault::new(place.clone(), finding, "go on with the name of an entry")
}

fn no_table(key: &str, place: &Range<usize>) -> Fault {
    let finding = format!("the path goes on below `{key}`, which is one value");
    Fault::new(place.clone(), finding, format!("end the path at `{key}`"))
}
