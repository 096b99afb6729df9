//! What a recording is: told by what it holds, never by its name.

use std::fs;

use crate::cli::Trouble;
use crate::scenario::Scenario;
use crate::wire::json::Json;

use super::difference::Sides;
use super::{Tally, clients, trace, vectors};

/// A file of a known kind.
pub(super) enum FileKind {
    /// Cases of pure functions, under `cases`.
    Vectors(Vec<Json>),
    /// A conversation, under `steps`.
    Trace(Json),
    /// What clients did, under `events`.
    Clients(Json),
}

impl FileKind {
    /// Reads a file and tells its kind.
    pub(super) fn read(file: &str) -> Result<Self, Trouble> {
        let bad = |why: &dyn std::fmt::Display| Trouble::Input(format!("{file}: {why}"));
        let bytes = fs::read(file).map_err(|error| bad(&format!("cannot be read: {error}")))?;
        let json = Json::parse(&bytes).map_err(|error| bad(&error))?;
        Self::of(&json).ok_or_else(|| {
            let Json::Map(pairs) = &json else { return bad(&"is no JSON object") };
            let keys: Vec<String> = pairs.iter().map(|(key, _)| key.to_plain()).collect();
            let keys = keys.join(", ");
            bad(&format!(
                "is no known kind of recording: it holds {keys}, and no list `cases`, `steps` or \
                 `events`"
            ))
        })
    }

    fn of(json: &Json) -> Option<Self> {
        let list = |field| json.get(field).and_then(Json::as_list);
        let cases = list("cases").map(|cases| Self::Vectors(cases.to_vec()));
        let trace = || list("steps").map(|_| Self::Trace(json.clone()));
        let clients = || list("events").map(|_| Self::Clients(json.clone()));
        cases.or_else(trace).or_else(clients)
    }

    /// Checks all of it; what clients did against a scenario, without which it cannot be.
    pub(super) fn check(&self, scenario: Option<&Scenario>) -> Option<Tally> {
        match self {
            Self::Vectors(cases) => Some(vectors::check(cases)),
            Self::Trace(trace) => Some(trace::check(trace)),
            Self::Clients(recording) => {
                scenario.map(|scenario| clients::check(recording, scenario))
            }
        }
    }

    /// Both sides of a case or step.
    pub(super) fn sides(&self, number: usize) -> Option<Sides> {
        match self {
            Self::Vectors(cases) => cases.get(number).map(vectors::sides),
            Self::Trace(trace) => trace::sides(trace, number),
            Self::Clients(_) => None,
        }
    }
}
