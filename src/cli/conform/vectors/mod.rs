//! Vectors: inputs and outputs of RocketMQ's pure functions, and ours for the same inputs.
//!
//! Which function a case is about follows from its fields.

mod case;
mod hashes;
mod queues;
mod records;
mod subscriptions;
mod wire;

use crate::wire::json::Json;

use super::Tally;
use super::difference::Sides;
use case::{Bad, Case};

/// A function: both sides of a case, or what is wrong with the case.
type Function = fn(Case<'_>) -> Result<Sides, Bad>;

/// Fields that only the cases of one function have; the first that a case has decides.
const FUNCTIONS: [(&str, Function); 12] = [
    ("strategy", queues::allocate),
    ("record", records::commit_log_record),
    ("hashCode", hashes::hashes),
    ("puts", records::index_file),
    ("extraInfo", records::pop_extra_info),
    ("encoded", wire::properties),
    ("frame", wire::remoting_frame),
    ("index", queues::select_by_hash),
    ("compiles", subscriptions::sql92),
    ("valid", subscriptions::topic_name),
    ("msgId", records::message_id),
    ("expression", subscriptions::tags),
];

/// Checks all cases.
pub(super) fn check(cases: &[Json]) -> Tally {
    let mut tally = Tally::default();
    for (number, case) in cases.iter().enumerate() {
        tally.count(sides(case).difference(&format!("cases[{number}]")));
    }
    tally
}

/// Both sides of a case. A case that cannot be read differs from what it should have been.
pub(super) fn sides(case: &Json) -> Sides {
    let function = FUNCTIONS.iter().find(|(field, _)| case.get(field).is_some());
    let sides = match function {
        Some((_, function)) => function(Case::new(case)),
        None => Err(Bad::new("a case of a known function", case)),
    };
    sides.unwrap_or_else(Bad::sides)
}
