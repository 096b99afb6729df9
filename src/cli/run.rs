//! `rocketscope run`.

use std::io::{IsTerminal, Write};

use crate::facts::measure::{Figure, What};
use crate::kernel::time::SimSpan;
use crate::scenario::Scenario;
use crate::session::claims;
use crate::session::load::stage;
use crate::view::format::span;

use super::args;
use super::report::Report;
use super::source::{self, Sourced};
use super::{Outcome, Trouble};

pub(super) fn run(wanted: &args::Run, out: &mut impl Write) -> Result<Outcome, Trouble> {
    let Sourced { name, scenario } = source::read(&wanted.scenario, &wanted.set)?;
    let seed = wanted.seed.unwrap_or(scenario.seed);
    let until = wanted.until.unwrap_or(scenario.end);
    let mut stage = stage(&scenario, seed);
    let findings = claims::play_watched(&mut stage, &scenario, until, &mut progress(until));
    stage.close();
    let report = Report::new(&name, (seed, until), (&scenario, &stage), &findings);
    if wanted.json {
        let text = serde_json::to_string_pretty(&report).expect("a report is plain data");
        writeln!(out, "{text}")?;
    } else {
        report.print(out)?;
    }
    Ok(match report {
        Report { verdict: Some(_), .. } => Outcome::Violated,
        _ if findings.iter().any(|finding| !finding.held) => Outcome::NotAsClaimed,
        // Where the scenario says how many are lost, it is as it says.
        _ if report.lost() > 0 && !speaks_of_losses(&scenario) => Outcome::Lost,
        _ => Outcome::Fine,
    })
}

/// Says on a terminal how far a run is; elsewhere nothing.
fn progress(until: SimSpan) -> impl FnMut(u64) {
    let shows = std::io::stderr().is_terminal();
    move |at| {
        if shows {
            let part = at * 100 / until.as_nanos().max(1);
            // Back to the line's start: what is printed next takes its place.
            eprint!("{part:>3} %: {} of {}\x1b[K\r", span(at), span(until.as_nanos()));
        }
    }
}

/// An assertion is about lost messages.
fn speaks_of_losses(scenario: &Scenario) -> bool {
    let lost = What::Count(Figure::Lost);
    scenario.assertions.iter().any(|assertion| assertion.claim.measure.what == lost)
}
