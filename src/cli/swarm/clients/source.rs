//! Where the swarm's scenarios come from: drawn as a whole from a seed, or one that is given, under
//! faults that are drawn from the seed.

use toml::{Table, Value};

use super::doc::{list, word};
use super::draw;
use crate::cli::Trouble;
use crate::cli::source::checked_text;

/// A drawn one that has not ended after so many events will not.
const MOST_EVENTS: u64 = 30_000_000;

/// From seeds to scenarios.
pub(super) struct Source {
    /// The name and the text of the one that is given.
    given: Option<(String, Table)>,
}

impl Source {
    /// All drawn, or the one of this name or file.
    pub(super) fn new(scenario: Option<&str>) -> Result<Self, Trouble> {
        let read = |name: &str| -> Result<(String, Table), Trouble> {
            let table = checked_text(name)?.parse().expect("it was read as a scenario");
            Ok((name.to_owned(), table))
        };
        Ok(Self { given: scenario.map(read).transpose()? })
    }

    /// The scenario of a seed.
    pub(super) fn doc(&self, seed: u64) -> Table {
        match &self.given {
            None => draw::draw(seed),
            Some((_, given)) => draw::lay_over(one_lane(given, seed), seed),
        }
    }

    /// A run of such a scenario that has not ended after so many events will not.
    pub(super) fn most(&self) -> u64 {
        if self.is_drawn() { MOST_EVENTS } else { 20 * MOST_EVENTS }
    }

    /// Nothing is given.
    pub(super) fn is_drawn(&self) -> bool {
        self.given.is_none()
    }

    /// What a command needs to find the scenarios again.
    pub(super) fn argument(&self) -> String {
        self.given.as_ref().map_or_else(String::new, |(name, _)| format!(" --scenario {name}"))
    }
}

/// The world of one lane, taken in turn by the seed; without what only the page shows.
fn one_lane(given: &Table, seed: u64) -> Table {
    let mut doc = given.clone();
    let lanes = list(given, "lane").count() as u64;
    if lanes > 0 {
        let turn = usize::try_from(seed % lanes).expect("lanes are few");
        let lane = list(given, "lane").nth(turn).expect("there are so many");
        let clients = list(&doc, "client").chain(list(lane, "client")).cloned();
        let clients: Vec<Table> = clients.collect();
        doc.insert("client".to_owned(), Value::from(clients));
        let set = lane.get("set").and_then(Value::as_table);
        for (path, value) in set.into_iter().flatten() {
            put(&mut doc, &segments(path), value);
        }
    }
    for key in ["lane", "assert", "switch", "slider", "question", "view", "look_at"] {
        doc.remove(key);
    }
    doc
}

/// Puts a value at a path; an entry of a list is named by its name.
fn put(table: &mut Table, path: &[String], value: &Value) {
    match path {
        [] => {}
        [last] => drop(table.insert(last.clone(), value.clone())),
        [first, rest @ ..] => {
            let inner = table.entry(first.clone()).or_insert_with(|| Value::from(Table::new()));
            if let Value::Table(inner) = inner {
                return put(inner, rest, value);
            }
            let entries =
                inner.as_array_mut().into_iter().flatten().filter_map(Value::as_table_mut);
            let mut named = entries.filter(|entry| word(entry, "name") == Some(rest[0].as_str()));
            if let Some(entry) = named.next() {
                put(entry, &rest[1..], value);
            }
        }
    }
}

/// The keys of a dotted path, some of them in quotes.
fn segments(path: &str) -> Vec<String> {
    let (mut keys, mut quoted) = (vec![String::new()], false);
    for letter in path.chars() {
        match letter {
            '"' => quoted = !quoted,
            '.' if !quoted => keys.push(String::new()),
            _ => keys.last_mut().expect("there is one").push(letter),
        }
    }
    keys
}
