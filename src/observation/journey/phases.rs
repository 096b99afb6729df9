//! Where the time of a journey went: spans between main steps, added up by what was waited for.

use super::{Journey, StepKind};

/// What was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseKind {
    /// From the call of send until consumers can see the message.
    Sending,
    /// No consumer had a route to the topic.
    NoRoute,
    /// The consumer had a route, and no queue yet; or a request of its own brought the message.
    Joining,
    /// In the queue: the owner did not ask, or its request was not answered.
    InQueue,
    /// In the consumer: no thread took it.
    InConsumer,
    /// It was not to be in its queue yet: delayed, timed, or undecided.
    Waiting,
    /// The listener worked on it.
    Listening,
}

/// A part of a journey's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// What was waited for.
    pub kind: PhaseKind,
    /// ns.
    pub span: u64,
}

/// Parts shorter than this share of the whole join the one before.
const LEAST_PERCENT: u64 = 1;

/// The parts of a journey up to `now`, in order; they sum to the time from the call to its end or
/// to `now`.
pub fn phases(journey: &Journey, now: u64) -> Vec<Phase> {
    let Some(called) = journey.called.filter(|called| *called <= now) else { return Vec::new() };
    let mut parts: Vec<Phase> = Vec::new();
    let mut last = called;
    for step in journey.steps.iter().filter(|step| !step.kind.is_side()) {
        let until = step.at.min(now).max(last);
        add(&mut parts, kind_of(&step.kind), until - last);
        last = until;
        if step.at > now {
            break;
        }
    }
    let ended = journey.total().is_some_and(|total| called + total <= now);
    if !ended && last < now {
        let kind = parts.last().map_or(PhaseKind::Sending, |part| part.kind);
        let in_queue = journey.steps.iter().any(|step| reached(&step.kind));
        add(&mut parts, if in_queue { PhaseKind::InQueue } else { kind }, now - last);
    }
    join_short(parts)
}

fn reached(kind: &StepKind) -> bool {
    matches!(kind, StepKind::Dispatched { .. })
}

fn add(parts: &mut Vec<Phase>, kind: PhaseKind, span: u64) {
    match parts.last_mut().filter(|last| last.kind == kind) {
        Some(last) => last.span += span,
        None => parts.push(Phase { kind, span }),
    }
}

fn join_short(parts: Vec<Phase>) -> Vec<Phase> {
    let whole: u64 = parts.iter().map(|part| part.span).sum();
    let mut kept: Vec<Phase> = Vec::new();
    for part in parts {
        let short = part.span * 100 < whole * LEAST_PERCENT;
        match kept.last_mut() {
            Some(last) if short || last.kind == part.kind => last.span += part.span,
            Some(_) | None => kept.push(part),
        }
    }
    kept
}

/// What a wait that ended with this step was for.
fn kind_of(kind: &StepKind) -> PhaseKind {
    match kind {
        StepKind::Route { .. }
        | StepKind::Connected { .. }
        | StepKind::QueueChosen { .. }
        | StepKind::Admitted { .. }
        | StepKind::Refused { .. }
        | StepKind::Resent { .. }
        | StepKind::Stored { again: false, .. }
        | StepKind::Safe { .. }
        | StepKind::Acknowledged { .. }
        | StepKind::Failed
        | StepKind::Unawaited
        | StepKind::Dispatched { .. } => PhaseKind::Sending,
        StepKind::ConsumerRoute { .. } => PhaseKind::NoRoute,
        StepKind::Rebalance { .. } | StepKind::Owned { .. } => PhaseKind::Joining,
        StepKind::Asked { first: true, .. } => PhaseKind::Joining,
        StepKind::Asked { first: false, .. }
        | StepKind::Stored { again: true, .. }
        | StepKind::Released
        | StepKind::Locked { .. }
        | StepKind::Decided { .. }
        | StepKind::Unthrottled
        | StepKind::Woken
        | StepKind::ReadFromDisk { .. }
        | StepKind::Skipped
        | StepKind::Answered { .. }
        | StepKind::Delivered
        | StepKind::FilteredOut => PhaseKind::InQueue,
        StepKind::Consuming { .. }
        | StepKind::Dead
        | StepKind::GiveBackFailed
        | StepKind::Postponed { .. }
        | StepKind::Retried { .. } => PhaseKind::InConsumer,
        StepKind::Due { .. } => PhaseKind::Waiting,
        StepKind::NotConsumed
        | StepKind::Cleaned
        | StepKind::PopExpired
        | StepKind::Consumed
        | StepKind::Committed { .. } => PhaseKind::Listening,
    }
}
