//! `rocketscope scenarios`.

use std::io::Write;

use serde::Serialize;

use crate::scenario::{Scenario, Shipped, shipped, shipped_text};

use super::args;
use super::table::{Side, columns, span};
use super::{Outcome, Trouble};

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    title: String,
    line: String,
    /// ns.
    end: u64,
    lanes: usize,
}

#[derive(Serialize)]
struct List {
    scenarios: Vec<Entry>,
}

pub(super) fn list(wanted: &args::Scenarios, out: &mut impl Write) -> Result<Outcome, Trouble> {
    let list = List { scenarios: shipped().iter().map(entry).collect() };
    if wanted.json {
        let text = serde_json::to_string_pretty(&list).expect("a list is plain data");
        writeln!(out, "{text}")?;
        return Ok(Outcome::Fine);
    }
    let row = |entry: &Entry| {
        let Entry { name, title, line, end, lanes: _ } = entry;
        vec![(*name).to_owned(), title.clone(), span(*end), line.clone()]
    };
    let rows = list.scenarios.iter().map(row).collect();
    columns(&[Side::Left, Side::Left, Side::Right, Side::Left], rows, out)?;
    Ok(Outcome::Fine)
}

fn entry(shipped: &Shipped) -> Entry {
    let text = shipped_text(shipped.name).expect("it is shipped");
    let scenario = Scenario::parse(text, &[]);
    let scenario = scenario.expect("a test reads every shipped scenario");
    Entry {
        name: shipped.name,
        title: scenario.about.title.clone(),
        line: scenario.about.line.clone(),
        end: scenario.end.as_nanos(),
        lanes: scenario.lanes().len(),
    }
}
