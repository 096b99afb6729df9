//! What the live region says after a step.

use super::format;
use super::words::{fill, name, say};
use crate::session::frame::{Arg, Frame, Inspector};
use crate::session::protocol::Selection;

/// The step of the selected message, or the newest event.
pub fn narrate(frame: &Frame, selection: Option<Selection>) -> String {
    let by_message = match (&frame.inspector, selection) {
        (Inspector::Message(card), Some(Selection::Message { .. })) => {
            card.current.and_then(|current| {
                let step = card.steps.get(current as usize)?;
                Some((step.at, say(&step.words)))
            })
        }
        _ => None,
    };
    let newest = || frame.recent.last().map(|line| (line.at, say(&line.words)));
    let Some((at, words)) = by_message.or_else(newest) else { return String::new() };
    fill("say.step", &[("at", name(format::stamp(at))), ("words", Arg::Text(words))])
}

/// Which step of the selected message is shown: `Step of m1: 16 of 16`.
pub fn step_of(frame: &Frame, selection: Option<Selection>) -> Option<String> {
    let Some(Selection::Message { number, .. }) = selection else { return None };
    let number = name(format!("m{number}"));
    let Inspector::Message(card) = &frame.inspector else {
        return Some(fill("transport.step.none", &[("message", number)]));
    };
    let current = card.current.map_or(0, |current| u64::from(current) + 1);
    let (n, all) = (("n", Arg::Count(current)), ("all", Arg::Count(card.steps.len() as u64)));
    Some(fill("transport.step", &[("message", number), n, all]))
}
