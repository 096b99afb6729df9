//! From what was written as SCENARIO to a scenario.

use std::fs;
use std::path::Path;

use crate::scenario::{Place, Scenario, ScenarioError, Tweak, shipped, shipped_text};

use super::Trouble;

/// A scenario and how its report calls it.
pub(super) struct Sourced {
    /// The shipped name, or the file's name without its ending.
    pub(super) name: String,
    pub(super) scenario: Scenario,
}

/// Reads a shipped scenario, or a file.
pub(super) fn read(source: &str, changes: &[(String, String)]) -> Result<Sourced, Trouble> {
    let (name, place, text) = match shipped_text(source) {
        Some(text) => (source.to_owned(), format!("{source}.toml"), text.to_owned()),
        None => (stem(source), source.to_owned(), text_of(source)?),
    };
    let tweaks: Vec<Tweak<'_>> =
        changes.iter().map(|(path, value)| Tweak { path, value }).collect();
    let scenario = Scenario::parse(&text, &tweaks);
    let scenario = scenario.map_err(|error| Trouble::Input(message(&place, &error)))?;
    Ok(Sourced { name, scenario })
}

/// The text of a shipped scenario, or of a file, once it was read without an error.
pub(super) fn checked_text(source: &str) -> Result<String, Trouble> {
    read(source, &[])?;
    shipped_text(source).map_or_else(|| text_of(source), |text| Ok(text.to_owned()))
}

fn stem(path: &str) -> String {
    let stem = Path::new(path).file_stem();
    stem.map_or_else(|| path.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn text_of(path: &str) -> Result<String, Trouble> {
    fs::read_to_string(path).map_err(|error| {
        let names: Vec<&str> = shipped().iter().map(|scenario| scenario.name).collect();
        let names = names.join(", ");
        Trouble::Input(format!(
            "{path}: no shipped scenario has this name, and as a file it cannot be read \
             ({error}); shipped are {names}"
        ))
    })
}

/// `file:line:column: finding; cure`, or the path of what was set.
fn message(file: &str, error: &ScenarioError) -> String {
    let ScenarioError { place, finding, cure } = error;
    match place {
        Place::Text { line, column } => format!("{file}:{line}:{column}: {finding}; {cure}"),
        Place::Tweak { path } => format!("--set {path}: {finding}; {cure}"),
    }
}
