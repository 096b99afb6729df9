//! Traces: recorded conversations with brokers and name servers, replayed through the wire bytes.

mod check;
mod compare;
mod driver;
mod mask;
mod setup;

use crate::wire::json::Json;

use super::Tally;
use super::difference::{Difference, Sides};
use check::Checker;
use driver::Driver;

/// How long a replay goes on after its last step, ms: for what was expected later than that.
const LINGERS: i64 = 7000;

/// Replays a trace and compares all steps.
pub(super) fn check(trace: &Json) -> Tally {
    let mut tally = Tally::default();
    match replay(trace) {
        Ok(mut checker) => {
            for step in steps(trace) {
                let found = checker.difference(step);
                if found.is_some() {
                    tally.steps_failed.push(number(step).unsigned_abs());
                }
                tally.count(found);
            }
        }
        Err(why) => {
            for _ in steps(trace) {
                let (expected, found) = (Some(Json::text("a trace")), Some(Json::text(&why)));
                tally.count(Some(Difference::new("trace", expected, found)));
            }
        }
    }
    tally
}

/// Both sides of one step.
pub(super) fn sides(trace: &Json, wanted: usize) -> Option<Sides> {
    let wanted = i64::try_from(wanted).ok()?;
    let step = steps(trace).iter().find(|step| number(step) == wanted)?;
    match replay(trace) {
        Ok(checker) => Some(checker.sides(step)),
        Err(why) => Some(Sides { expected: Json::text("a trace"), found: Json::text(why) }),
    }
}

fn replay(trace: &Json) -> Result<Checker, String> {
    let mut driver = Driver::new(trace)?;
    let mut last = 0;
    for step in steps(trace) {
        driver.take(step)?;
        last = last.max(latest(step));
    }
    driver.run_to(last + LINGERS);
    Ok(Checker::new(driver))
}

/// When a step is over at the latest.
fn latest(step: &Json) -> i64 {
    let at = step.get("at").and_then(Json::as_int).unwrap_or(0);
    let within = step.get("reply").and_then(|reply| reply.get("within")).and_then(Json::as_list);
    at + within.and_then(|within| within.get(1)?.as_int()).unwrap_or(0)
}

fn steps(trace: &Json) -> &[Json] {
    trace.get("steps").and_then(Json::as_list).unwrap_or_default()
}

fn number(step: &Json) -> i64 {
    step.get("step").and_then(Json::as_int).unwrap_or(0)
}
