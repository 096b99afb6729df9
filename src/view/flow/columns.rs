//! The queues of a broker on a narrow stage: topics side by side, each with its queues below each
//! other. A row is the queue's number, its messages, and how many wait or where the request is.

use super::scene::{Item, Scene};
use super::shape::{Place, Shape, line, line_to, rect};
use super::type_width::{Type, fitted, width};
use super::{Stage, queue, ring};
use crate::session::frame::{Pull, Queue};
use crate::session::protocol::Selection;
use crate::view::charts::px;
use crate::view::format;
use crate::view::tone::tone;

/// Queues of one column, and the height of each.
const ROWS: usize = 4;
const ROW: f64 = 22.0;

/// Least and greatest width of a column.
const NARROWEST: f64 = 84.0;
const WIDEST: f64 = 178.0;

/// From a column's left edge to its messages, and the most that they take.
const CELLS: f64 = 20.0;
const WELL: f64 = 96.0;

/// Between messages and figure, and right of the figure.
const GAP: f64 = 6.0;
const AFTER: f64 = 16.0;

/// Width of a ring or a triangle.
const SIGN: f64 = 13.0;

/// Queues of one column: those of a topic, four below each other, more where columns would be too
/// many.
struct Column {
    topic: u8,
    queues: Vec<u32>,
    first: bool,
}

/// Where the parts of a row stand, alike in all rows of a broker.
#[derive(Clone, Copy)]
struct Measure {
    /// From column to column.
    pitch: f64,
    /// Width of the messages.
    well: f64,
    /// Right end of the figure, from the column's left edge.
    right: f64,
}

/// Draws the queues of a broker: topics and rules into the broker's shapes, a row each as an item.
/// True where there are none.
pub(super) fn draw(
    stage: &Stage,
    broker: u32,
    place: &Place,
    (scene, shapes, rows): (&mut Scene, &mut Vec<Shape>, &mut Vec<Item>),
) -> bool {
    let columns = columns(stage, broker, place.w);
    let measure = measure(stage, place, columns.len());
    for (index, column) in columns.iter().enumerate() {
        shapes.extend(heading(stage, column, place, (index, columns.len(), &measure)));
        draw_rows(stage, column, place, (index, &measure), (scene, rows));
    }
    columns.is_empty()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of columns")]
fn columns(stage: &Stage, broker: u32, room: f64) -> Vec<Column> {
    let queues: Vec<(u32, u8)> = (0_u32..)
        .zip(&stage.lane.queues)
        .filter(|(_, queue)| queue.broker == broker)
        .map(|(index, queue)| (index, queue.topic))
        .collect();
    let most = (room / NARROWEST).clamp(1.0, 3.0) as usize;
    let mut rows = ROWS;
    loop {
        let columns = split(&queues, rows);
        if columns.len() <= most || rows >= queues.len() {
            return columns;
        }
        rows += 1;
    }
}

fn split(queues: &[(u32, u8)], rows: usize) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for topic in queues.chunk_by(|(_, one), (_, other)| one == other) {
        for (index, part) in topic.chunks(rows).enumerate() {
            let queues = part.iter().map(|&(queue, _)| queue).collect();
            columns.push(Column { topic: part[0].1, queues, first: index == 0 });
        }
    }
    columns
}

/// The longest figure of all queues leaves the messages their width, so that bars can be compared.
#[expect(clippy::cast_precision_loss, reason = "a handful of columns")]
fn measure(stage: &Stage, place: &Place, columns: usize) -> Measure {
    let pitch = ((place.w - 9.0) / columns.max(1) as f64).min(WIDEST);
    let figures = stage.lane.queues.iter().filter_map(|queue| figure(stage, queue));
    let widths = figures.map(|(words, _)| width(&words, Type::Figure));
    let longest = widths.fold(SIGN, f64::max);
    let well = (pitch - AFTER - longest - GAP - CELLS).clamp(0.0, WELL);
    Measure { pitch, well, right: CELLS + well + GAP + longest }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of columns")]
fn left_of(place: &Place, index: usize, measure: &Measure) -> f64 {
    place.x + 10.0 + index as f64 * measure.pitch
}

/// The topic's name, and a rule to the column before.
fn heading(
    stage: &Stage,
    column: &Column,
    place: &Place,
    (index, count, measure): (usize, usize, &Measure),
) -> Vec<Shape> {
    let left = left_of(place, index, measure);
    let mut shapes = Vec::new();
    if index > 0 {
        let (x, top, bottom) = (left - 8.5, place.y + 36.0, place.bottom() - 6.0);
        let d = format!("M{} {}V{}", px(x), px(top), px(bottom));
        shapes.push(Shape::Path { d, look: "rule".to_owned() });
    }
    if let Some(topic) = stage.lane.topics.get(usize::from(column.topic)).filter(|_| column.first) {
        let y = place.y + 45.0;
        let swatch = Place::new(left - 0.5, y - 4.0, 8.0, 8.0);
        let right = if index + 1 == count { place.right() } else { left + measure.pitch - 8.5 };
        shapes.push(rect(swatch, 2.0, format!("swatch {}", tone(topic.tone))));
        let name = fitted(&topic.name, right - left - 18.0, Type::Topic);
        shapes.push(line(left + 13.0, y, "topic-name", name));
    }
    shapes
}

#[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
fn draw_rows(
    stage: &Stage,
    column: &Column,
    place: &Place,
    (index, measure): (usize, &Measure),
    (scene, items): (&mut Scene, &mut Vec<Item>),
) {
    let (left, pitch) = (left_of(place, index, measure), measure.pitch);
    let rows = column.queues.len();
    let row = ROW.min((place.h - 60.0) / rows as f64);
    for (line, &queue) in column.queues.iter().enumerate() {
        let top = place.y + 55.0 + line as f64 * row;
        let before = if index == 0 { left - place.x } else { 8.0 };
        let area = Place::new(left - before + 0.5, top, pitch - 10.0 + before, row);
        items.push(row_item(stage, queue, area, (left, measure)));
        let port = left + (pitch - 11.0) / rows as f64 * line as f64 + 10.0;
        let ports = ((left + pitch / 2.0 - 12.0, place.y), (port, place.bottom()));
        scene.ports.queues.insert(queue, ports);
    }
}

/// What stands right of a queue's messages, where it is a figure: how many wait, or how many
/// records nobody waits for.
fn figure(stage: &Stage, queue: &Queue) -> Option<(String, &'static str)> {
    if queue::is_kept(stage.lane, queue) {
        return Some((format::count(queue.stored), "figure-zero"));
    }
    let is_sign = match queue.pull {
        Pull::Held { .. } | Pull::OnItsWay => queue::waiting(queue) == 0,
        Pull::None | Pull::BeingRead | Pull::Answered | Pull::Received => false,
    };
    (!is_sign).then(|| queue::waits(stage.lane, queue))
}

fn row_item(stage: &Stage, index: u32, area: Place, (left, measure): (f64, &Measure)) -> Item {
    let queue = &stage.lane.queues[index as usize];
    let selected = stage.picked.queue == Some(index);
    let look = if selected { "row row-picked" } else { "row" };
    let (y, right) = (area.mid_y(), left + measure.right);
    let well = Place::new(left + CELLS, y - queue::CELL_HEIGHT / 2.0, measure.well, 12.0);
    let mut shapes = vec![rect(area, 0.0, look), line(left, y, "row-id", format!("q{}", queue.id))];
    if measure.well > 0.0 {
        shapes.extend(queue::cells(stage, queue, well));
    }
    let tone = tone(queue::tone_of(stage.lane, queue));
    shapes.extend(match (figure(stage, queue), queue.pull) {
        (Some((words, look)), _) => vec![line_to(right, y, look, words)],
        (None, Pull::Held { since, until }) => {
            let (share, _) = queue::hold_left(stage.now, since, until);
            ring::ring((right - SIGN / 2.0, y), 6.0, share, &tone)
        }
        (None, Pull::None | Pull::OnItsWay | Pull::BeingRead | Pull::Answered | Pull::Received) => {
            vec![triangle(right - SIGN / 2.0, y, selected, &tone)]
        }
    });
    Item {
        key: format!("queue-{index}"),
        select: Some(Selection::Queue { lane: 0, queue: index }),
        label: queue::label(stage, queue),
        selected,
        outline: Some(area),
        shapes,
    }
}

/// A request on its way up to the broker.
fn triangle(x: f64, y: f64, selected: bool, tone: &str) -> Shape {
    let look = if selected { "ask ask-picked".to_owned() } else { format!("ask {tone}") };
    Shape::Path { d: format!("M{} {}l4.25 8.5h-8.5z", px(x), px(y - 4.5)), look }
}
