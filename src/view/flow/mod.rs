//! The Flow view: from a lane and the size of the stage to shapes, names and the tracks that marks
//! move on.
//!
//! Nothing here knows the DOM. A wide stage flows from left to right, a narrow one from top to
//! bottom.

mod broker;
mod client;
mod columns;
pub mod curve;
mod desktop;
pub mod motion;
mod phone;
pub mod picked;
mod queue;
mod ring;
mod scene;
pub mod shape;
pub mod table;
#[cfg(test)]
mod tests;
mod type_width;
mod wires;

pub use picked::Picked;
pub use scene::{Item, Scene};

use super::charts::Size;
use super::format;
use super::words;
use crate::session::frame::{Arg, Lane, RunInfo};

/// Below this width the stage flows from top to bottom.
const NARROW: f64 = 600.0;

/// What the stage is laid out from.
#[derive(Clone, Copy)]
pub struct Stage<'a> {
    /// The world that is drawn.
    pub lane: &'a Lane,
    /// Virtual time, ns.
    pub now: u64,
    /// Size of the stage in pixels.
    pub size: Size,
    /// What is lifted out.
    pub picked: Picked,
    /// Lines of the queue table that are scrolled out at its top.
    pub scroll: usize,
    /// Nothing was played yet: numbers stand beside the nodes, and the invitation in the broker.
    pub opening: bool,
}

/// Lays the stage out.
pub fn scene(stage: &Stage) -> Scene {
    if stage.size.width < NARROW { phone::scene(stage) } else { desktop::scene(stage) }
}

/// What the legend says about marks: one each, or so many together.
pub fn mark_scale(lane: &Lane) -> String {
    let n = Arg::Count(u64::from(lane.mark_scale.max(1)));
    words::fill("flow.scale.mark", &[("n", n)])
}

/// What the legend says about bars, where there are any.
pub fn bar_scale(lane: &Lane) -> Option<String> {
    let n = Arg::Count(queue::scale(lane)?);
    Some(words::fill("flow.scale.bar", &[("n", n)]))
}

/// The facts under the first Play: how many messages, how long.
pub fn invitation(run: &RunInfo) -> String {
    let end = ("end", words::name(format::axis(run.end)));
    let facts = match run.planned_messages {
        Some(n) => words::fill("flow.invite.messages", &[("n", Arg::Count(n)), end]),
        None => words::fill("flow.invite.time", &[end]),
    };
    // How long it takes to watch is known of those that were watched.
    let watch = format!("flow.watch.{}", run.scenario);
    if words::has(&watch) { listed([facts, words::text(&watch)]) } else { facts }
}

/// A text with a count `n`.
fn counted(key: &str, n: u64) -> String {
    words::fill(key, &[("n", Arg::Count(n))])
}

/// Parts of a name, one after the other.
fn listed(parts: impl IntoIterator<Item = String>) -> String {
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    let two = |one, other| {
        words::fill("list.two", &[("one", Arg::Text(one)), ("other", Arg::Text(other))])
    };
    parts.reduce(two).unwrap_or_default()
}
