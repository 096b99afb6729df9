//! From a seed that fails to the smallest scenario that still breaks the same rule: whatever can be
//! left out is left out, and whatever can be halved is halved, until nothing more can.

use std::io::Write;
use std::sync::Mutex;

use toml::{Table, Value};

use super::doc::{self, span};
use super::play::Broken;
use super::tally::Tally;
use super::{draw, healing, on_all_processors, play_caught};
use crate::cli::{Outcome, Trouble};

/// Where something stands in a scenario.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Entry(usize),
}

/// A change to try.
enum Change {
    LeaveOut(Vec<Step>),
    Put(Vec<Step>, Value),
}

/// Shrinks the scenario of a seed, and prints what is left.
pub(in crate::cli) fn shrink(
    seed: u64,
    bug: Option<usize>,
    out: &mut impl Write,
) -> Result<Outcome, Trouble> {
    let found = Mutex::new(None);
    on_all_processors(|| {
        let mut found = found.lock().expect("panics are caught");
        if found.is_none() {
            plant(bug);
            *found = Some(shrunk(seed));
        }
    });
    let found = found.into_inner().expect("panics are caught").flatten();
    let Some((doc, broken, tried)) = found else {
        writeln!(out, "# seed {seed} breaks no rule")?;
        return Ok(Outcome::Fine);
    };
    writeln!(out, "# What is left of seed {seed} after {tried} tries. It breaks {}:", broken.rule)?;
    writeln!(out, "# {}", broken.words)?;
    write!(out, "{}", doc::text(&doc))?;
    Ok(Outcome::Violated)
}

#[cfg(any(debug_assertions, feature = "planted"))]
fn plant(bug: Option<usize>) {
    use crate::rocketmq::planted::{Bug, plant};
    plant(bug.and_then(|place| Bug::ALL.get(place)).map(|(bug, _)| *bug));
}

/// No bug is planted in builds for people.
#[cfg(not(any(debug_assertions, feature = "planted")))]
fn plant(_: Option<usize>) {}

fn shrunk(seed: u64) -> Option<(Table, Broken, u64)> {
    let mut doc = draw::draw(seed);
    let first = play_caught(&doc, &mut Tally::new());
    let mut broken = first.broken?;
    let mut tried = 0;
    let mut attempt = |doc: &mut Table, change: &Change, broken: &mut Broken| {
        let Some(candidate) = changed(doc, change) else { return false };
        if !is_fair(&candidate, &broken.rule) {
            return false;
        }
        tried += 1;
        match play_caught(&candidate, &mut Tally::new()).broken {
            Some(other) if other.rule == broken.rule => {
                (*doc, *broken) = (candidate, other);
                true
            }
            Some(_) | None => false,
        }
    };
    loop {
        let mut is_smaller = false;
        let mut place = 0;
        while let Some(path) = removable(&doc).into_iter().nth(place) {
            let goes = attempt(&mut doc, &Change::LeaveOut(path), &mut broken);
            is_smaller |= goes;
            place += usize::from(!goes);
        }
        for (path, value) in halved(&doc) {
            is_smaller |= attempt(&mut doc, &Change::Put(path, value), &mut broken);
        }
        if !is_smaller {
            return Some((doc, broken, tried));
        }
    }
}

/// What does not end has to have had the time for it.
fn is_fair(doc: &Table, rule: &str) -> bool {
    let end = span(doc, "end").map_or(0, |end| end.as_nanos() / 1_000_000_000);
    rule != "did_not_end"
        || healing::is_healed(doc) && healing::healed_at(doc) + healing::bound(doc) <= end
}

fn changed(doc: &Table, change: &Change) -> Option<Table> {
    let mut root = Value::Table(doc.clone());
    let (path, value) = match change {
        Change::LeaveOut(path) => (path, None),
        Change::Put(path, value) => (path, Some(value.clone())),
    };
    let (last, way) = path.split_last()?;
    let mut at = &mut root;
    for step in way {
        at = match step {
            Step::Key(key) => at.get_mut(key.as_str())?,
            Step::Entry(index) => at.get_mut(*index)?,
        };
    }
    match (at, last, value) {
        (Value::Table(table), Step::Key(key), Some(value)) => {
            drop(table.insert(key.clone(), value))
        }
        (Value::Table(table), Step::Key(key), None) => drop(table.remove(key)?),
        (Value::Array(list), Step::Entry(index), None) if *index < list.len() => {
            drop(list.remove(*index));
        }
        _ => return None,
    }
    if let Value::Table(table) = root { Some(table) } else { None }
}

/// Everything that could be left out, the largest first.
fn removable(doc: &Table) -> Vec<Vec<Step>> {
    let mut all = Vec::new();
    walk(&Value::Table(doc.clone()), &mut Vec::new(), &mut |path, value| {
        all.push((weight(value), path.to_vec()));
    });
    all.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    all.into_iter().map(|(_, path)| path).collect()
}

/// Everything that could be half as much.
fn halved(doc: &Table) -> Vec<(Vec<Step>, Value)> {
    let mut all = Vec::new();
    walk(&Value::Table(doc.clone()), &mut Vec::new(), &mut |path, value| {
        let half = match value {
            Value::Integer(number) if *number > 1 => Some(Value::Integer(number / 2)),
            Value::String(text) => half_of(text).map(Value::String),
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_)
            | Value::Table(_) => None,
        };
        all.extend(half.map(|half| (path.to_vec(), half)));
    });
    all
}

/// Half of a whole number with a unit.
fn half_of(text: &str) -> Option<String> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok()?;
    (number > 1).then(|| format!("{}{}", number / 2, &text[digits..]))
}

fn walk(value: &Value, path: &mut Vec<Step>, see: &mut impl FnMut(&[Step], &Value)) {
    if !path.is_empty() {
        see(path, value);
    }
    match value {
        Value::Table(table) => {
            for (key, inner) in table {
                path.push(Step::Key(key.clone()));
                walk(inner, path, see);
                path.pop();
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                path.push(Step::Entry(index));
                walk(inner, path, see);
                path.pop();
            }
        }
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_) => (),
    }
}

/// Values within.
fn weight(value: &Value) -> usize {
    match value {
        Value::Table(table) => 1 + table.values().map(weight).sum::<usize>(),
        Value::Array(list) => 1 + list.iter().map(weight).sum::<usize>(),
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_) => 1,
    }
}
