//! From a seed that fails to the smallest scenario that still breaks the same rule: whatever can be
//! left out is left out, and whatever can be halved is halved, until nothing more can, or the time
//! is over. Big parts go first, and each try ends where the violation would have been.

use std::io::{IsTerminal, Write};
use std::ops::Range;
use std::sync::Mutex;

use toml::{Table, Value};

use super::doc::{self, span};
use super::play::Broken;
use super::source::Source;
use super::tally::Tally;
use super::{healing, on_all_processors, play_caught};
use crate::cli::args;
use crate::cli::bench::watch::Clock;
use crate::cli::{Outcome, Trouble};

/// Lists of a scenario, those first that go most easily.
const LISTS: [&str; 5] = ["intervention", "client", "topic", "namesrv", "broker"];
/// What nodes and topics are not themselves without.
const NEEDED: [&str; 19] = [
    "name",
    "role",
    "group",
    "topic",
    "subscribe",
    "workload",
    "brokerName",
    "brokerRole",
    "brokerId",
    "interval",
    "queues",
    "starts",
    "stops",
    "assign",
    "assign_topics",
    "orderly",
    "enableControllerMode",
    "enableControllerInNamesrv",
    "messageModel",
];
/// Rules about the end of a run, which has to have had the time for it.
const NEED_THE_END: [&str; 1] = ["did_not_end"];
/// ns.
const SECOND: u64 = 1_000_000_000;

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

/// A scenario that fails, and how it is made smaller.
struct Shrinking {
    doc: Table,
    broken: Broken,
    tried: u64,
    /// No try may go on for longer than this many events.
    most: u64,
    clock: Clock,
}

/// Shrinks the scenario of a seed, and prints what is left.
pub(in crate::cli) fn shrink(
    wanted: &args::Shrink,
    out: &mut impl Write,
) -> Result<Outcome, Trouble> {
    let source = Source::new(wanted.scenario.as_deref())?;
    let found = Mutex::new(None);
    on_all_processors(|| {
        let mut found = found.lock().expect("panics are caught");
        if found.is_none() {
            plant(bug_of(wanted));
            *found = Some(shrunk(&source, wanted));
        }
    });
    let found = found.into_inner().expect("panics are caught").flatten();
    let seed = wanted.seed;
    let Some(left) = found else {
        writeln!(out, "# seed {seed} breaks no rule")?;
        return Ok(Outcome::Fine);
    };
    let tries = left.tried;
    writeln!(
        out,
        "# What is left of seed {seed} after {tries} tries. It breaks {}:",
        left.broken.rule
    )?;
    writeln!(out, "# {}", left.broken.words)?;
    if left.is_late() {
        writeln!(out, "# The time was over: more of it may go (`--seconds`).")?;
    }
    write!(out, "{}", doc::text(&left.doc))?;
    Ok(Outcome::Violated)
}

#[cfg(any(debug_assertions, feature = "planted"))]
fn bug_of(wanted: &args::Shrink) -> Option<usize> {
    wanted.planted
}

#[cfg(any(debug_assertions, feature = "planted"))]
fn plant(bug: Option<usize>) {
    use crate::rocketmq::planted::{Bug, plant};
    plant(bug.and_then(|place| Bug::ALL.get(place)).map(|(bug, _)| *bug));
}

/// No bug is planted in builds for people.
#[cfg(not(any(debug_assertions, feature = "planted")))]
fn bug_of(_: &args::Shrink) -> Option<usize> {
    None
}

#[cfg(not(any(debug_assertions, feature = "planted")))]
fn plant(_: Option<usize>) {}

fn shrunk(source: &Source, wanted: &args::Shrink) -> Option<Shrinking> {
    let doc = source.doc(wanted.seed);
    let first = play_caught(&doc, source.most(), &mut Tally::new());
    let (broken, most) = (first.broken?, first.events * 2 + 100_000);
    let clock = Clock::of(wanted.seconds);
    let mut left = Shrinking { doc, broken, tried: 0, most, clock };
    loop {
        let before = left.doc.clone();
        left.end_early();
        left.leave_out_parts();
        left.leave_out_singly();
        left.halve();
        if left.doc == before || left.is_late() {
            return Some(left);
        }
    }
}

impl Shrinking {
    fn is_late(&self) -> bool {
        self.clock.is_over()
    }

    /// Keeps a smaller scenario if it breaks the same rule.
    fn attempt(&mut self, candidate: Table) -> bool {
        if candidate == self.doc || self.is_late() || !is_fair(&candidate, &self.broken.rule) {
            return false;
        }
        self.tried += 1;
        let played = play_caught(&candidate, self.most, &mut Tally::new());
        match played.broken {
            Some(other) if other.rule == self.broken.rule => {
                (self.doc, self.broken) = (candidate, other);
                self.tell();
                true
            }
            Some(_) | None => false,
        }
    }

    /// Says how far it is.
    fn tell(&self) {
        let lines = doc::text(&self.doc).lines().count();
        let (tried, rule) = (self.tried, &self.broken.rule);
        if std::io::stderr().is_terminal() {
            eprint!("{tried} tries, {lines} lines still break {rule}\x1b[K\r");
        } else if tried.is_power_of_two() {
            eprintln!("{tried} tries, {lines} lines still break {rule}");
        }
    }

    /// What comes after the violation need not be played: each later try takes less time.
    fn end_early(&mut self) {
        let end = if NEED_THE_END.contains(&self.broken.rule.as_str()) {
            healing::healed_at(&self.doc).max(self.broken.at.div_ceil(SECOND) + 1)
                + healing::bound(&self.doc)
        } else {
            self.broken.at.div_ceil(SECOND)
        };
        let now = span(&self.doc, "end").map_or(0, |end| end.as_nanos() / SECOND);
        if end > 0 && end < now {
            let mut candidate = self.doc.clone();
            candidate.insert("end".to_owned(), Value::from(format!("{end}s")));
            self.attempt(candidate);
        }
    }

    /// Big parts go first: halves of lists, quarters and so on, then all settings of a node.
    fn leave_out_parts(&mut self) {
        for key in LISTS {
            let mut size = doc::list(&self.doc, key).count().div_ceil(2);
            while size > 1 {
                let mut from = 0;
                while from < doc::list(&self.doc, key).count() {
                    let goes = self.attempt(without(&self.doc, key, from..from + size));
                    from += if goes { 0 } else { size };
                }
                size /= 2;
            }
        }
        for key in LISTS {
            for entry in 0..doc::list(&self.doc, key).count() {
                self.attempt(plain(&self.doc, key, entry));
            }
        }
    }

    fn leave_out_singly(&mut self) {
        let mut place = 0;
        while let Some(path) = removable(&self.doc).into_iter().nth(place) {
            let candidate = changed(&self.doc, &Change::LeaveOut(path));
            let goes = candidate.is_some_and(|it| self.attempt(it));
            place += usize::from(!goes);
        }
    }

    fn halve(&mut self) {
        for (path, value) in halved(&self.doc) {
            if let Some(candidate) = changed(&self.doc, &Change::Put(path, value)) {
                self.attempt(candidate);
            }
        }
    }
}

/// A list without some of its entries.
fn without(doc: &Table, key: &str, which: Range<usize>) -> Table {
    let mut doc = doc.clone();
    if let Some(Value::Array(list)) = doc.get_mut(key) {
        let end = which.end.min(list.len());
        list.drain(which.start..end);
        if list.is_empty() {
            doc.remove(key);
        }
    }
    doc
}

/// An entry of a list with nothing but what it has to say.
fn plain(doc: &Table, key: &str, entry: usize) -> Table {
    let mut doc = doc.clone();
    if let Some(table) = doc.get_mut(key).and_then(|it| it.get_mut(entry)?.as_table_mut())
        && key != "intervention"
    {
        table.retain(|key, _| NEEDED.contains(&key));
    }
    doc
}

/// What does not end has to have had the time for it.
fn is_fair(doc: &Table, rule: &str) -> bool {
    let end = span(doc, "end").map_or(0, |end| end.as_nanos() / 1_000_000_000);
    !NEED_THE_END.contains(&rule)
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
