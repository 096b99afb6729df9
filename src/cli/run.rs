//! `rocketscope run`.

use std::io::Write;

use crate::kernel::time::SimSpan;
use crate::session::load::stage;
use crate::session::stage::{Stage, Stop};

use super::args;
use super::report::Report;
use super::source::{self, Sourced};
use super::{Outcome, Trouble};

pub(super) fn run(wanted: &args::Run, out: &mut impl Write) -> Result<Outcome, Trouble> {
    let Sourced { name, scenario } = source::read(&wanted.scenario, &wanted.set)?;
    let seed = wanted.seed.unwrap_or(scenario.seed);
    let until = wanted.until.unwrap_or(scenario.end);
    let mut stage = played(stage(&scenario, seed), until);
    stage.close();
    let report = Report::new(&name, seed, until, (&scenario, &stage));
    if wanted.json {
        let text = serde_json::to_string_pretty(&report).expect("a report is plain data");
        writeln!(out, "{text}")?;
    } else {
        report.print(out)?;
    }
    Ok(match report {
        Report { verdict: Some(_), .. } => Outcome::Violated,
        _ if report.lost() > 0 => Outcome::Lost,
        _ => Outcome::Fine,
    })
}

/// The stage after everything up to and including `until`.
fn played(mut stage: Stage, until: SimSpan) -> Stage {
    stage.run_in();
    stage.advance(Stop { time: until.as_nanos(), ordinal: u64::MAX }, u64::MAX);
    stage
}
