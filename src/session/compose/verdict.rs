//! The rule that was broken, in words.

use crate::judgement::Violation;
use crate::observation::Observations;
use crate::session::frame::{Arg, Verdict};
use crate::session::protocol::Selection;
use crate::session::stage::Stage;

use super::say::{message, say, text};

/// The first violation of a run, as data of the page.
pub fn verdict(stage: &Stage) -> Option<Verdict> {
    let (lane, violation) = stage.violation()?;
    Some(told(stage, lane, violation))
}

#[inline(never)] // Can wait (`xtask/src/split`).
fn told(stage: &Stage, lane: usize, violation: &Violation) -> Verdict {
    let seen = stage.lanes()[lane].seen();
    let lane = u8::try_from(lane).expect("fewer lanes than u8 can count");
    let Violation { rule, at, ordinal, node, expected, found, .. } = *violation;
    let args = [
        ("node", text(seen.cast().name(node))),
        ("message", message(violation.message)),
        ("queue", queue(seen, violation.queue)),
        ("group", text(group(seen, violation.group))),
        ("expected", Arg::Count(expected)),
        ("found", Arg::Count(found)),
    ];
    let words = say(&format!("rule.{}", rule.key()), args);
    let selects = match violation.message {
        Some(number) => Selection::Message { lane, number },
        None => Selection::Node { lane, node: node.0 },
    };
    Verdict { at, ordinal, words, selects }
}

/// `Orders q3 on broker-a`.
fn queue(seen: &Observations, queue: Option<usize>) -> Arg {
    let Some(place) = queue.map(|queue| seen.places.queues()[queue].queue) else {
        return text("–");
    };
    let broker = seen.cast().name(place.broker);
    Arg::Text(format!("{} q{} on {broker}", place.topic.as_str(), place.id))
}

fn group(seen: &Observations, group: Option<usize>) -> &'static str {
    group.map_or("–", |group| seen.cast().groups[group].0.as_str())
}
