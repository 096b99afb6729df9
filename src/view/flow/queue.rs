//! A queue's row: its messages one by one or as a bar of three parts, what waits, and the pull.

use super::ring::ring;
use super::shape::{Place, Shape, line, line_to, rect};
use super::{Stage, counted, listed};
use crate::session::frame::{Cell, CellState, Lane, Pull, Queue};
use crate::view::format;
use crate::view::tone::tone;
use crate::view::words::text;

/// Height of a message's cell, and the gap between two.
pub(super) const CELL_HEIGHT: f64 = 12.0;
pub(super) const GAP: f64 = 2.0;

/// The tone of a queue's topic.
pub(super) fn tone_of(lane: &Lane, queue: &Queue) -> u8 {
    lane.topics.get(usize::from(queue.topic)).map_or(0, |topic| topic.tone)
}

/// The queue as people call it: topic and number.
pub(super) fn name(lane: &Lane, queue: &Queue) -> String {
    let topic = lane.topics.get(usize::from(queue.topic)).map_or("", |topic| &topic.name);
    format!("{topic} q{}", queue.id)
}

/// Messages that nobody has consumed yet.
pub(super) fn waiting(queue: &Queue) -> u64 {
    queue.stored.saturating_sub(queue.consumed)
}

/// Messages that a full bar stands for, where a queue has more than cells can show: a round number
/// that all queues share.
pub(super) fn scale(lane: &Lane) -> Option<u64> {
    let most = lane.queues.iter().filter(|queue| is_bar(queue)).map(|queue| queue.stored).max()?;
    let rounds = [1_u64, 2, 5].map(|digit| move |power: u64| digit.saturating_mul(power));
    let powers = (0..19).map(|exponent| 10_u64.pow(exponent));
    powers.flat_map(|power| rounds.map(|round| round(power))).find(|&round| most <= round)
}

fn is_bar(queue: &Queue) -> bool {
    queue.cells.is_empty() && queue.stored > 0
}

/// The well with cells or a bar in it; `message` gets a ring.
pub(super) fn cells(stage: &Stage, queue: &Queue, well: Place) -> Vec<Shape> {
    let mut shapes = vec![rect(well, 2.0, "cell-well")];
    let tone = tone_of(stage.lane, queue);
    if is_bar(queue) {
        let scale = scale(stage.lane).expect("a bar has a scale");
        shapes.extend(bar(queue, well, scale, tone));
        return shapes;
    }
    let width = cell_width(well, queue.cells.len());
    let mut x = well.x;
    for cell in &queue.cells {
        let place = Place::new(x, well.y, width, well.h);
        shapes.push(mark(place, cell.state, tone));
        x += width + GAP;
    }
    shapes.extend(selected_ring(stage, &queue.cells, well));
    shapes
}

/// Cells are as wide as in a well that they fill, narrower where there are more.
#[expect(clippy::cast_precision_loss, reason = "a handful of cells")]
fn cell_width(well: Place, cells: usize) -> f64 {
    let least = if well.w < 70.0 { 3 } else { 4 };
    let cells = cells.max(least) as f64;
    (well.w - GAP * (cells - 1.0)) / cells
}

#[expect(clippy::cast_precision_loss, reason = "a handful of cells")]
fn selected_ring(stage: &Stage, cells: &[Cell], well: Place) -> Option<Shape> {
    let message = stage.picked.message?;
    let index = cells.iter().position(|cell| cell.message == message)?;
    let width = cell_width(well, cells.len());
    let x = well.x + index as f64 * (width + GAP);
    Some(rect(Place::new(x, well.y, width, well.h).grown(3.0), 4.0, "picked-ring"))
}

/// A cell or a part of a bar by how far its messages are.
fn mark(place: Place, state: CellState, of: u8) -> Shape {
    let inner = place.grown(-0.75);
    match state {
        CellState::Stored => rect(place, 2.0, format!("cell-stored {}", tone(of))),
        CellState::HandedOut => {
            let look = format!("cell-handed {}", tone(of));
            Shape::Hatched { place: inner, radius: 1.5, look, tone: of }
        }
        CellState::Consumed => rect(inner, 1.5, format!("cell-consumed {}", tone(of))),
    }
}

/// One bar of the same three parts, oldest messages left.
#[expect(clippy::cast_precision_loss, reason = "a pixel is far wider than 2^-53 of a queue")]
fn bar(queue: &Queue, well: Place, scale: u64, of: u8) -> Vec<Shape> {
    let full = queue.stored as f64 / scale as f64 * well.w;
    let untouched = waiting(queue).saturating_sub(queue.handed_out);
    let parts = [
        (CellState::Consumed, queue.consumed),
        (CellState::HandedOut, queue.handed_out),
        (CellState::Stored, untouched),
    ];
    let mut x = well.x;
    let mut shapes = Vec::new();
    for (state, count) in parts.into_iter().filter(|&(_, count)| count > 0) {
        // A part that is there is seen, however small its share.
        let width = (count as f64 / queue.stored as f64 * full).max(2.5);
        let width = width.min(well.right() - x);
        shapes.push(mark(Place::new(x, well.y, width, well.h), state, of));
        x += width;
    }
    shapes
}

/// A broker keeps the queue's topic for itself.
pub(super) fn is_kept(lane: &Lane, queue: &Queue) -> bool {
    lane.topics.get(usize::from(queue.topic)).is_some_and(|topic| topic.kept)
}

/// How many wait, in figures; nothing where nobody reads.
pub(super) fn waits(lane: &Lane, queue: &Queue) -> (String, &'static str) {
    match waiting(queue) {
        _ if is_kept(lane, queue) => (format::NOTHING.to_owned(), "figure-zero"),
        0 => (format::count(0), "figure-zero"),
        waiting => (format::count(waiting), "figure-waits"),
    }
}

/// Where the pull is, in words.
pub(super) fn pull_text(pull: Pull) -> String {
    match pull {
        Pull::None => format::NOTHING.to_owned(),
        Pull::OnItsWay => text("flow.pull.on_its_way"),
        Pull::BeingRead => text("flow.pull.being_read"),
        Pull::Held { .. } => text("flow.pull.held"),
        Pull::Answered => text("flow.pull.answered"),
        Pull::Received => text("flow.pull.received"),
    }
}

/// Share of a hold that is left, and the time.
#[expect(clippy::cast_precision_loss, reason = "a ring has few pixels")]
pub(super) fn hold_left(now: u64, since: u64, until: u64) -> (f64, u64) {
    let left = until.saturating_sub(now);
    let whole = until.saturating_sub(since).max(1);
    (left as f64 / whole as f64, left)
}

/// The pull column: a word, or a ring with the time left.
pub(super) fn pull(stage: &Stage, queue: &Queue, left: f64, right: f64, y: f64) -> Vec<Shape> {
    let quiet = matches!(queue.pull, Pull::None | Pull::Received);
    let look = if quiet { "pull pull-quiet" } else { "pull" };
    let Pull::Held { since, until } = queue.pull else {
        return vec![line(left, y, look, pull_text(queue.pull))];
    };
    let (share, rest) = hold_left(stage.now, since, until);
    let mut shapes = ring((left + 6.0, y), 6.0, share, &tone(tone_of(stage.lane, queue)));
    shapes.push(line(left + 18.0, y, look, pull_text(queue.pull)));
    shapes.push(line_to(right, y, "pull-time", format::span(rest)));
    shapes
}

/// The row read aloud.
pub(super) fn label(stage: &Stage, queue: &Queue) -> String {
    let pull = match queue.pull {
        Pull::None => text("flow.read.nobody"),
        Pull::Held { since, until } => {
            let (_, left) = hold_left(stage.now, since, until);
            let left = ("left", crate::session::frame::Arg::Span(left));
            crate::view::words::fill("flow.read.held", &[left])
        }
        Pull::OnItsWay | Pull::BeingRead | Pull::Answered | Pull::Received => {
            let pull = ("state", crate::session::frame::Arg::Text(pull_text(queue.pull)));
            crate::view::words::fill("flow.read.pull", &[pull])
        }
    };
    if is_kept(stage.lane, queue) {
        let kept = counted("flow.read.kept", queue.stored);
        return listed([name(stage.lane, queue), kept]);
    }
    listed([
        name(stage.lane, queue),
        counted("flow.read.stored", queue.stored),
        counted("flow.read.handed", queue.handed_out),
        counted("flow.read.consumed", queue.consumed),
        counted("flow.read.waiting", waiting(queue)),
        pull,
    ])
}
