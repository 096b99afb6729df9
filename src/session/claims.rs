//! Whether a run is as its scenario claims: assertions, looked at when their time has come.

use crate::facts::measure::{Figure, Measure, What};
use crate::kernel::time::SimSpan;
use crate::scenario::{Assertion, Scenario};

use super::lane::Lane;
use super::ledger;
use super::stage::{Stage, Stop};

/// Events between two looks at how far a run is.
const SLICE: u64 = 250_000;

/// What became of one assertion in one lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its place in the file.
    pub assertion: usize,
    /// The lane.
    pub lane: usize,
    /// When it was looked at, ns since the scenario's start.
    pub at: u64,
    /// What was found; `None`: there was nothing to measure.
    pub found: Option<u64>,
    /// The limits of its bounds, in their order.
    pub limits: Vec<Option<u64>>,
    /// It is as claimed.
    pub held: bool,
}

/// Plays to `until`, everything at that time included, and looks at the assertions on the way: in
/// the order of their times.
pub fn play(stage: &mut Stage, scenario: &Scenario, until: SimSpan) -> Vec<Finding> {
    play_watched(stage, scenario, until, &mut |_| ())
}

/// The same; `watch` hears now and then how far it is, in ns since the scenario's start.
pub fn play_watched(
    stage: &mut Stage,
    scenario: &Scenario,
    until: SimSpan,
    watch: &mut impl FnMut(u64),
) -> Vec<Finding> {
    let time = |assertion: &Assertion| assertion.at.unwrap_or(scenario.end).as_nanos();
    let times = scenario.assertions.iter().map(time).zip(0..);
    let mut due: Vec<(u64, usize)> = times.filter(|(at, _)| *at <= until.as_nanos()).collect();
    crate::kernel::order::naturally(&mut due);
    let mut findings = Vec::new();
    stage.run_in();
    for (at, index) in due {
        advance(stage, at, watch);
        findings.extend(look(stage, (index, &scenario.assertions[index]), at));
    }
    advance(stage, until.as_nanos(), watch);
    findings
}

fn advance(stage: &mut Stage, time: u64, watch: &mut impl FnMut(u64)) {
    while stage.advance(Stop { time, ordinal: u64::MAX }, SLICE) == SLICE {
        watch(stage.last_at());
    }
}

/// Looks at one assertion, in each lane that it is about.
pub(super) fn look(
    stage: &Stage,
    (index, assertion): (usize, &Assertion),
    at: u64,
) -> Vec<Finding> {
    let lanes = 0..stage.lanes().len();
    let about = lanes.filter(|lane| assertion.lane.is_none_or(|wanted| wanted == *lane));
    let finding = |own: usize| {
        let measured = |lane: Option<usize>, measure: &Measure| {
            value(stage.lanes()[lane.unwrap_or(own)].as_ref(), measure, at)
        };
        let limits = assertion.claim.bounds.iter().map(|bound| bound.limit(measured));
        Finding {
            assertion: index,
            lane: own,
            at,
            found: measured(None, &assertion.claim.measure),
            limits: limits.collect(),
            held: assertion.claim.holds(measured),
        }
    };
    about.map(finding).collect()
}

fn value(lane: &dyn Lane, measure: &Measure, at: u64) -> Option<u64> {
    if measure.what == What::Count(Figure::Lost) {
        return Some(ledger(lane.seen(), &lane.look()).lost);
    }
    measure.value(lane.seen(), at)
}
