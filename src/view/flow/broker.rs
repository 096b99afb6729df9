//! A broker: its name, the strip of its commit log, and the table of its queues by topic.

use super::client::standing;
use super::queue;
use super::scene::{Item, Scene};
use super::shape::{Place, Shape, dots, line, line_to, rect, rule, runs};
use super::{Stage, counted, listed};
use crate::session::frame::{Arg, LogCell, Node, NodeLife, Role};
use crate::session::protocol::Selection;
use crate::view::format;
use crate::view::tone::tone;
use crate::view::words::{fill, text};

/// From the broker's top to the rule, to the first line of the table, and the room below the last.
const RULE: f64 = 60.0;
const TABLE: f64 = 84.0;
const FOOT: f64 = 10.0;

/// Between two topics.
const TOPIC_GAP: f64 = 6.0;

/// Height of a row, and of one where there is little room.
const ROW: f64 = 22.0;
const LOW_ROW: f64 = 18.0;

/// A line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Topic(u8),
    Queue(u32),
}

/// Columns of the table, from the broker's left edge.
struct Columns {
    cells: f64,
    width: f64,
    waiting: f64,
    pull: f64,
}

impl Columns {
    fn of(place: &Place) -> Self {
        if place.w < 280.0 {
            Self { cells: 40.0, width: 70.0, waiting: 145.0, pull: 158.0 }
        } else {
            Self { cells: 40.0, width: 86.0, waiting: 169.0, pull: 186.0 }
        }
    }
}

/// Height that the broker's whole table needs.
pub(super) fn height(stage: &Stage, broker: u32) -> f64 {
    table_height(&lines(stage, broker), ROW)
}

/// Draws a broker into `place`; rows that do not fit are counted in `scene.hidden`.
pub(super) fn draw(stage: &Stage, node: &Node, place: Place, scene: &mut Scene) {
    let lines = lines(stage, node.id);
    let mut shapes = vec![rect(place.grown(-0.5), 7.5, look(node))];
    shapes.extend(header(stage, node, &place));
    shapes.push(rule(place.x, place.y + RULE, place.w));
    if !lines.is_empty() {
        shapes.extend(heads(&place));
    }
    scene.ports.nodes.insert(node.id, place);
    let mut items = Vec::new();
    shapes.extend(table(stage, &lines, &place, (scene, &mut items)));
    scene.items.push(Item {
        key: format!("node-{}", node.id),
        select: Some(Selection::Node { lane: 0, node: node.id }),
        label: label(stage, node),
        selected: stage.picked.node == Some(node.id),
        outline: Some(place),
        shapes,
    });
    scene.items.extend(items);
    if lines.is_empty() && scene.empty.is_none() && copied(node, "flow.copies").is_none() {
        let inner = Place::new(place.x + 12.0, place.y + 72.0, place.w - 24.0, place.h - 85.0);
        scene.empty = Some(inner);
    }
}

pub(super) fn look(node: &Node) -> &'static str {
    match node.life {
        NodeLife::Up | NodeLife::NotYet(_) => "node",
        NodeLife::Stopped(_) | NodeLife::Crashed(_) => "node node-down",
    }
}

fn lines(stage: &Stage, broker: u32) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut topic = None;
    for (index, queue) in (0_u32..).zip(&stage.lane.queues) {
        if queue.broker != broker {
            continue;
        }
        if topic != Some(queue.topic) {
            topic = Some(queue.topic);
            lines.push(Line::Topic(queue.topic));
        }
        lines.push(Line::Queue(index));
    }
    lines
}

#[expect(clippy::cast_precision_loss, reason = "few lines")]
fn table_height(lines: &[Line], row: f64) -> f64 {
    let topics = lines.iter().filter(|line| matches!(line, Line::Topic(_))).count();
    TABLE + lines.len() as f64 * row + topics.saturating_sub(1) as f64 * TOPIC_GAP + FOOT
}

/// As many of the modes as there is room for beside the name.
#[expect(clippy::cast_precision_loss, reason = "short texts")]
fn fitting(name: &str, modes: &[String], width: f64) -> String {
    /// Widths of a letter in a name and in a mode, of the gap between them and of the dots, px.
    const ROOM: [f64; 4] = [8.0, 6.9, 10.0, 16.0];
    let [in_name, in_mode, gap, dots] = ROOM;
    let left = width - in_name * name.chars().count() as f64 - gap - dots;
    let fits = |words: &String| in_mode * words.chars().count() as f64 <= left;
    (0..=modes.len()).rev().map(|many| modes[..many].join(", ")).find(fits).unwrap_or_default()
}

/// Name, modes and the strip of the commit log.
fn header(stage: &Stage, node: &Node, place: &Place) -> Vec<Shape> {
    let (left, right) = (place.x + 12.0, place.right() - 12.0);
    let Role::Broker { modes, log_bytes, newest, .. } = &node.role else {
        unreachable!("only brokers are drawn as brokers")
    };
    let narrow = place.w < 280.0;
    let modes = fitting(&node.name, modes, right - left);
    let state = Some(standing(node)).filter(|state| !state.is_empty());
    let modes = state.unwrap_or(modes);
    let mut shapes =
        vec![runs(left, place.y + 17.0, [(node.name.clone(), "node-name"), (modes, "node-modes")])];
    shapes.extend(dots(right, place.y + 17.0));
    let y = place.y + 42.0;
    shapes.push(line(left, y, "small", text("flow.commit_log")));
    let strip = Place::new(left + 70.0, y - 6.0, if narrow { 106.0 } else { 138.0 }, 12.0);
    shapes.extend(commit_log(stage, newest, strip));
    shapes.push(line_to(right, y, "figure-bytes", format::bytes(*log_bytes)));
    if let Some(words) = copied(node, "flow.copies") {
        shapes.push(line(left, place.y + RULE + 22.0, "small", words));
    }
    shapes
}

/// Whose queues it has copies of, in the words of `key`.
pub(super) fn copied(node: &Node, key: &str) -> Option<String> {
    let Role::Broker { copies, modes, .. } = &node.role else { return None };
    let master = copies.as_ref()?;
    let leads = modes.first().is_some_and(|mode| mode == "SYNC_MASTER");
    let key = if leads { key.replace("copies", "leads") } else { key.to_owned() };
    Some(fill(&key, &[("broker", Arg::Text(master.clone()))]))
}

/// One cell for each of the newest records that fit.
#[expect(clippy::cast_precision_loss, reason = "a few dozen cells")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as above")]
pub(super) fn commit_log(stage: &Stage, newest: &[LogCell], strip: Place) -> Vec<Shape> {
    const CELLS: f64 = 30.0;
    let pitch = if strip.w < 120.0 { 4.6 } else { strip.w / CELLS };
    let fit = (strip.w / pitch).round() as usize;
    let shown = &newest[newest.len().saturating_sub(fit)..];
    let mut shapes = vec![rect(strip, 2.0, "cell-well")];
    let mut ring = None;
    for (index, cell) in shown.iter().enumerate() {
        let x = strip.x + index as f64 * pitch;
        let place = Place::new(x, strip.y, pitch - 1.0, strip.h);
        let topic = stage.lane.topics.get(usize::from(cell.topic));
        let look = topic.map_or_else(|| "log-other".to_owned(), |topic| tone(topic.tone));
        shapes.push(rect(place, 0.0, format!("log-cell {look}")));
        if stage.picked.message == Some(cell.message) {
            ring = Some(rect(place.grown(3.0), 3.0, "picked-ring"));
        }
    }
    shapes.extend(ring);
    shapes
}

fn heads(place: &Place) -> [Shape; 3] {
    let (columns, y) = (Columns::of(place), place.y + 73.0);
    [
        line(place.x + columns.cells, y, "small", text("flow.head.messages")),
        line_to(place.x + columns.waiting, y, "small", text("flow.head.waiting")),
        line(place.x + columns.pull, y, "small", text("flow.head.pull")),
    ]
}

/// Topics and rows from the line that is scrolled to; ports of all queues.
fn table(
    stage: &Stage,
    lines: &[Line],
    place: &Place,
    (scene, items): (&mut Scene, &mut Vec<Item>),
) -> Vec<Shape> {
    let row = if table_height(lines, ROW) <= place.h + 0.5 { ROW } else { LOW_ROW };
    let bottom = place.bottom() - FOOT;
    let overflows = table_height(lines, row) > place.h + 0.5;
    let first = if overflows { stage.scroll.min(lines.len().saturating_sub(1)) } else { 0 };
    let (mut y, mut shapes, mut hidden) = (place.y + TABLE, Vec::new(), 0);
    for (index, line) in lines.iter().enumerate() {
        let gap = matches!(line, Line::Topic(_)) && index > first;
        let top = if gap { y + TOPIC_GAP } else { y };
        let fits = index >= first && top + row <= bottom + 0.5;
        hidden += usize::from(!fits);
        // A row that is scrolled out keeps its ribbon at the edge of the table.
        let area = Place::new(place.x, if fits { top } else { y.min(bottom) }, place.w, row);
        match *line {
            Line::Topic(topic) if fits => shapes.extend(topic_line(stage, topic, &area)),
            Line::Topic(_) => (),
            Line::Queue(queue) => {
                let port = if fits { area.mid_y() } else { area.y };
                let ports = ((place.x, port), (place.right(), port));
                scene.ports.queues.insert(queue, ports);
                if fits {
                    items.push(row_item(stage, queue, &area));
                }
            }
        }
        if fits {
            y = top + row;
        }
    }
    scene.hidden += hidden;
    if hidden > 0 {
        let more = counted("flow.more", hidden as u64);
        shapes.push(line_to(place.right() - 12.0, place.bottom() - 7.0, "more", more));
    }
    shapes
}

fn topic_line(stage: &Stage, topic: u8, area: &Place) -> Vec<Shape> {
    let Some(topic) = stage.lane.topics.get(usize::from(topic)) else { return Vec::new() };
    let (left, y) = (area.x + 12.0, area.mid_y());
    let swatch = Place::new(left, y - 4.0, 8.0, 8.0);
    vec![
        rect(swatch, 2.0, format!("swatch {}", tone(topic.tone))),
        line(left + 14.0, y, "topic-name", topic.name.clone()),
        line_to(area.right() - 12.0, y, "small", counted("flow.stored", topic.stored)),
    ]
}

fn row_item(stage: &Stage, index: u32, area: &Place) -> Item {
    let queue = &stage.lane.queues[index as usize];
    let (columns, y) = (Columns::of(area), area.mid_y());
    let selected = stage.picked.queue == Some(index);
    let look = if selected { "row row-picked" } else { "row" };
    let inner = Place::new(area.x + 0.5, area.y, area.w - 1.0, area.h);
    let (left, right) = (area.x, area.right() - 12.0);
    let well = Place::new(
        left + columns.cells,
        y - queue::CELL_HEIGHT / 2.0,
        columns.width,
        queue::CELL_HEIGHT,
    );
    let mut shapes =
        vec![rect(inner, 0.0, look), line(left + 12.0, y, "row-id", format!("q{}", queue.id))];
    shapes.extend(queue::cells(stage, queue, well));
    let (waits, look) = queue::waits(stage.lane, queue);
    shapes.push(line_to(left + columns.waiting, y, look, waits));
    shapes.extend(queue::pull(stage, queue, left + columns.pull, right, y));
    Item {
        key: format!("queue-{index}"),
        select: Some(Selection::Queue { lane: 0, queue: index }),
        label: queue::label(stage, queue),
        selected,
        outline: Some(inner.grown(-1.0)),
        shapes,
    }
}

/// The broker read aloud.
pub(super) fn label(stage: &Stage, node: &Node) -> String {
    let Role::Broker { modes, log_bytes, records, .. } = &node.role else {
        unreachable!("only brokers are drawn as brokers")
    };
    listed([
        node.name.clone(),
        text("flow.read.broker"),
        modes.join(" "),
        counted("flow.read.records", *records),
        format::bytes(*log_bytes),
        counted("flow.read.queues", stage.lane.queues.len() as u64),
        super::client::badge_text(node),
    ])
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn a_long_name_leaves_room_for_fewer_modes() {
        let modes = ["ASYNC_MASTER", "ASYNC_FLUSH"].map(str::to_owned);
        let beside = |name| fitting(name, &modes, 264.0);
        assert_eq!(beside("broker-a"), "ASYNC_MASTER, ASYNC_FLUSH");
        assert_eq!(beside("10.0.1.1@east"), "ASYNC_MASTER");
        assert_eq!(beside("a-name-that-takes-all-of-it"), "");
    }
}
