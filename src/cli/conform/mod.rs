//! `rocketscope conform`: recordings of a real RocketMQ, and whether we do the same.
//!
//! What a file is follows from what it holds. Each kind of file knows how to check itself; here
//! they are found, counted and printed.

mod clients;
mod difference;
mod files;
mod kind;
mod trace;
mod vectors;

use std::io::Write;
use std::path::Path;

use crate::scenario::Scenario;
use crate::wire::json::Json;

use super::{Outcome, Trouble};
use super::{args, source};
use difference::Difference;
use kind::FileKind;

/// How a file came out.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    first: Option<Difference>,
    /// What is told on lines of their own.
    told: Vec<Difference>,
    /// Numbers of the steps that failed.
    steps_failed: Vec<u64>,
}

impl Tally {
    /// Counts a case or a step.
    fn count(&mut self, difference: Option<Difference>) {
        match difference {
            None => self.passed += 1,
            Some(difference) => {
                self.failed += 1;
                self.first.get_or_insert(difference);
            }
        }
    }
}

pub(super) fn conform(wanted: &args::Conform, out: &mut impl Write) -> Result<Outcome, Trouble> {
    if let Some(show) = &wanted.show {
        return self::show(show, out);
    }
    let (mut passed, mut failed) = (0, 0);
    for file in files::find(&wanted.paths)? {
        let kind = FileKind::read(&file)?;
        let scenario = program(wanted.scenario.as_deref(), &file)?;
        let tally = kind.check(scenario.as_ref()).ok_or_else(|| {
            Trouble::Input(format!(
                "{file}: is a time line of clients; write the scenario that says the same \
                 program, as `--scenario first-program`"
            ))
        })?;
        write!(out, "{file}: {} passed, {} failed", tally.passed, tally.failed)?;
        if !tally.steps_failed.is_empty() {
            let steps: Vec<String> = tally.steps_failed.iter().map(u64::to_string).collect();
            write!(out, " (steps {})", steps.join(" "))?;
        }
        if let Some(first) = tally.first.as_ref().filter(|_| tally.told.is_empty()) {
            write!(out, "; first: {first}")?;
        }
        writeln!(out)?;
        for difference in &tally.told {
            writeln!(out, "  {difference}")?;
        }
        passed += tally.passed;
        failed += tally.failed;
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    Ok(if failed == 0 { Outcome::Fine } else { Outcome::Differs })
}

/// The scenario that says what the clients of a recording were programmed to do: the one that was
/// named, or one that stands beside it under its name.
fn program(named: Option<&str>, recording: &str) -> Result<Option<Scenario>, Trouble> {
    let beside = Path::new(recording).with_extension("toml");
    let beside = beside.is_file().then(|| beside.to_string_lossy().into_owned());
    let source = named.map(str::to_owned).or(beside);
    source.map(|source| Ok(source::read(&source, &[])?.scenario)).transpose()
}

/// Prints both sides of one case or step.
fn show(place: &str, out: &mut impl Write) -> Result<Outcome, Trouble> {
    let bad = || Trouble::Input(format!("--show {place}: write a file, `:` and a number"));
    let (file, number) = place.rsplit_once(':').ok_or_else(bad)?;
    let number: usize = number.parse().map_err(|_| bad())?;
    let sides = FileKind::read(file)?.sides(number);
    let sides = sides.ok_or_else(|| Trouble::Input(format!("{file}: holds no number {number}")))?;
    let (expected, found) = (pretty(&sides.expected), pretty(&sides.found));
    writeln!(out, "expected\n{expected}\n\nfound\n{found}")?;
    Ok(if sides.difference("").is_none() { Outcome::Fine } else { Outcome::Differs })
}

/// JSON over several lines; what only RocketMQ's JSON can say, on one.
fn pretty(json: &Json) -> String {
    let plain = json.to_string();
    let value: Result<serde_json::Value, _> = serde_json::from_str(&plain);
    value.map_or(plain, |value| format!("{value:#}"))
}
