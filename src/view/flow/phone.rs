//! A narrow stage: producers and name servers above, brokers with topics side by side, consumers
//! below.

use super::scene::{Item, Ports, Scene};
use super::shape::{Place, Shape, dots, line, line_to, rect, rule};
use super::{Stage, broker, client, desktop, queue, ring, wires};
use crate::session::frame::{Node, Pull, Role};
use crate::session::protocol::Selection;
use crate::view::charts::px;
use crate::view::format;
use crate::view::tone::tone;
use crate::view::words::text;

/// Around the drawing and between cards of one row.
const MARGIN: f64 = 12.0;
const GAP: f64 = 8.0;

/// Top and height of the three rows in a stage of 336.
const CLIENTS: (f64, f64) = (8.0, 52.0);
const BROKERS: f64 = 92.0;
const CONSUMERS: f64 = 44.0;
const FOOT: f64 = 8.0;

/// Between brokers and consumers, for ribbons.
const RIBBONS: f64 = 44.0;

/// Columns of queues side by side, and rows of one.
const COLUMNS: usize = 3;
const ROWS: usize = 4;
const ROW: f64 = 22.0;

/// Lays a narrow stage out.
pub(super) fn scene(stage: &Stage) -> Scene {
    let mut scene =
        Scene { size: stage.size, upright: true, ports: Ports::of(stage.lane), ..Scene::default() };
    let width = stage.size.width - 2.0 * MARGIN;
    let down = below_tools(stage);
    let bottom = stage.size.height - FOOT - CONSUMERS;
    let top = BROKERS + down;
    let brokers = Place::new(MARGIN, top, width, (bottom - RIBBONS - top).max(90.0));
    let nodes = of(stage, |role| matches!(role, Role::Broker { .. }));
    for (node, place) in in_row(&nodes, brokers) {
        draw_broker(stage, node, place, &mut scene);
    }
    let mut items = Vec::new();
    for (node, place) in upper(stage, width) {
        items.push(small_card(stage, node, place));
        scene.ports.nodes.insert(node.id, place);
    }
    let consumers = of(stage, |role| matches!(role, Role::Consumer { .. }));
    for (node, place) in in_row(&consumers, Place::new(MARGIN, bottom, width, CONSUMERS)) {
        items.push(consumer(stage, node, place));
        scene.ports.nodes.insert(node.id, place);
    }
    wires::owner_ports(stage, &mut scene);
    let mut all = wires::items(stage, &scene);
    all.append(&mut scene.items);
    all.append(&mut items);
    scene.items = all;
    if stage.opening {
        let numbers = desktop::numbers(stage, &scene).into_iter();
        // The topmost one is not cut by the edge.
        scene.numbers = numbers.map(|(x, y)| (x, y.max(11.0))).collect();
    }
    scene
}

/// A stage that is narrow but not low has its tools above the drawing.
fn below_tools(stage: &Stage) -> f64 {
    if stage.size.height > 400.0 { 36.0 } else { 0.0 }
}

fn of<'a>(stage: &Stage<'a>, wanted: fn(&Role) -> bool) -> Vec<&'a Node> {
    stage.lane.nodes.iter().filter(|node| wanted(&node.role)).collect()
}

/// Producers from the left, name servers from the right, with room for a wire between them.
fn upper<'a>(stage: &Stage<'a>, width: f64) -> Vec<(&'a Node, Place)> {
    const BETWEEN: f64 = 78.0;
    let (top, height) = (CLIENTS.0 + below_tools(stage), CLIENTS.1);
    let half = (width - BETWEEN) / 2.0;
    let producers = of(stage, |role| matches!(role, Role::Producer { .. }));
    let servers = of(stage, |role| matches!(role, Role::NameServer { .. }));
    let right = MARGIN + half + BETWEEN;
    let mut cards = in_row(&producers, Place::new(MARGIN, top, half, height));
    cards.extend(in_row(&servers, Place::new(right, top, half, height)));
    cards
}

/// A name in so many px, with an ellipsis where it is longer.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of letters")]
fn fitted(name: &str, width: f64) -> String {
    /// Width of a letter in a name, px.
    const LETTER: f64 = 7.4;
    let room = (width / LETTER).max(2.0) as usize;
    if name.chars().count() <= room {
        return name.to_owned();
    }
    name.chars().take(room - 1).chain(['…']).collect()
}

/// Shares a row among its nodes.
#[expect(clippy::cast_precision_loss, reason = "a handful of nodes")]
fn in_row<'a>(nodes: &[&'a Node], row: Place) -> Vec<(&'a Node, Place)> {
    let count = nodes.len().max(1) as f64;
    let width = (row.w - GAP * (count - 1.0)) / count;
    let place = |index: usize| Place { x: row.x + index as f64 * (width + GAP), w: width, ..row };
    nodes.iter().enumerate().map(|(index, node)| (*node, place(index))).collect()
}

/// Name and one line.
fn small_card(stage: &Stage, node: &Node, place: Place) -> Item {
    let left = place.x + MARGIN;
    let mut shapes = vec![
        rect(place.grown(-0.5), 7.5, broker::look(node)),
        line(left, place.y + 17.0, "node-name", fitted(&node.name, place.w - 2.0 * MARGIN)),
        line(left, place.y + 36.0, "small state", client::in_short(node)),
    ];
    if place.w > 100.0 {
        shapes.extend(dots(place.right() - 13.0, place.y + 17.0));
    }
    client::item(stage, node, place, shapes)
}

fn consumer(stage: &Stage, node: &Node, place: Place) -> Item {
    let Role::Consumer { threads, .. } = &node.role else { unreachable!("a consumer") };
    let (left, first, second) = (place.x + MARGIN, place.y + 14.0, place.y + 32.0);
    let mut shapes = vec![
        rect(place.grown(-0.5), 7.5, broker::look(node)),
        line(left, first, "node-name", node.name.clone()),
    ];
    if place.w < 300.0 {
        shapes.push(line(left, second, "small", client::in_few_words(node)));
        return client::item(stage, node, place, shapes);
    }
    let middle = place.x + 138.0;
    shapes.push(line(left, second, "small", node.group.clone().unwrap_or_default()));
    shapes.extend(client::thread_cells(stage, threads, (middle, place.y + 10.0), (7.6, 9.6, 20)));
    shapes.push(line(middle, second, "small state", client::busy_in_short(node)));
    let right = place.right() - 36.0;
    shapes.push(line_to(right, second, "badge-line", client::badge_text(node)));
    shapes.extend(dots(place.right() - 13.0, place.mid_y()));
    client::item(stage, node, place, shapes)
}

fn draw_broker(stage: &Stage, node: &Node, place: Place, scene: &mut Scene) {
    let mut shapes = vec![rect(place.grown(-0.5), 7.5, broker::look(node))];
    shapes.extend(header(stage, node, &place));
    shapes.push(rule(place.x, place.y + 31.0, place.w));
    scene.ports.nodes.insert(node.id, place);
    let columns = columns(stage, node.id);
    let mut rows = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        shapes.extend(draw_column(
            stage,
            column,
            &place,
            (index, columns.len()),
            (scene, &mut rows),
        ));
    }
    if let Some(words) = broker::copied(node, "flow.copies.short") {
        let words = fitted(&words, place.w - 2.0 * MARGIN);
        shapes.push(line(place.x + MARGIN, place.y + 50.0, "small", words));
    } else if columns.is_empty() {
        scene.empty =
            Some(Place::new(place.x + 8.0, place.y + 37.0, place.w - 16.0, place.h - 45.0));
    }
    let mut item = client_like(stage, node, place, shapes);
    item.label = broker::label(stage, node);
    scene.items.push(item);
    scene.items.extend(rows);
}

fn client_like(stage: &Stage, node: &Node, place: Place, shapes: Vec<Shape>) -> Item {
    Item {
        key: format!("node-{}", node.id),
        select: Some(Selection::Node { lane: 0, node: node.id }),
        label: String::new(),
        selected: stage.picked.node == Some(node.id),
        outline: Some(place),
        shapes,
    }
}

fn header(stage: &Stage, node: &Node, place: &Place) -> Vec<Shape> {
    let Role::Broker { log_bytes, newest, .. } = &node.role else { unreachable!("a broker") };
    let y = place.y + 16.0;
    let mut shapes = vec![line(place.x + MARGIN, y, "node-name", node.name.clone())];
    if place.w > 330.0 {
        shapes.push(line(place.x + 88.0, y, "small", text("flow.commit_log")));
        let strip = Place::new(place.x + 156.0, y - 6.0, 121.0, 12.0);
        shapes.extend(broker::commit_log(stage, newest, strip));
        shapes.push(line_to(place.right() - 34.0, y, "figure-bytes", format::bytes(*log_bytes)));
        shapes.extend(dots(place.right() - 13.0, y));
    }
    shapes
}

/// Queues of one column: those of a topic, four below each other, more where columns would be too
/// many.
struct Column {
    topic: u8,
    queues: Vec<u32>,
    first: bool,
}

fn columns(stage: &Stage, broker: u32) -> Vec<Column> {
    let queues: Vec<(u32, u8)> = (0_u32..)
        .zip(&stage.lane.queues)
        .filter(|(_, queue)| queue.broker == broker)
        .map(|(index, queue)| (index, queue.topic))
        .collect();
    let mut rows = ROWS;
    loop {
        let columns = split(&queues, rows);
        if columns.len() <= COLUMNS || rows >= queues.len() {
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

#[expect(clippy::cast_precision_loss, reason = "a handful of columns and rows")]
fn draw_column(
    stage: &Stage,
    column: &Column,
    place: &Place,
    (index, count): (usize, usize),
    (scene, items): (&mut Scene, &mut Vec<Item>),
) -> Vec<Shape> {
    let pitch = (place.w - 9.0) / count.max(COLUMNS) as f64;
    let left = place.x + 10.0 + index as f64 * pitch;
    let mut shapes = Vec::new();
    if index > 0 {
        let (x, top, bottom) = (left - 8.5, place.y + 36.0, place.bottom() - 6.0);
        shapes.push(Shape::Path {
            d: format!("M{} {}V{}", px(x), px(top), px(bottom)),
            look: "rule".to_owned(),
        });
    }
    if let Some(topic) = stage.lane.topics.get(usize::from(column.topic)).filter(|_| column.first) {
        let y = place.y + 45.0;
        let swatch = Place::new(left - 0.5, y - 4.0, 8.0, 8.0);
        let room = if index + 1 == count { place.right() - left - 16.0 } else { pitch - 24.0 };
        shapes.push(rect(swatch, 2.0, format!("swatch {}", tone(topic.tone))));
        shapes.push(line(left + 13.0, y, "topic-name", fitted(&topic.name, room)));
    }
    let rows = column.queues.len();
    let row = ROW.min((place.h - 60.0) / rows as f64);
    for (line, &queue) in column.queues.iter().enumerate() {
        let top = place.y + 55.0 + line as f64 * row;
        let wide = if index == 0 { left - place.x } else { 8.0 };
        let area = Place::new(left - wide + 0.5, top, pitch - 10.0 + wide, row);
        items.push(row_item(stage, queue, area, left));
        let port = left + (pitch - 11.0) / rows as f64 * line as f64 + 10.0;
        let ports = ((left + pitch / 2.0 - 12.0, place.y), (port, place.bottom()));
        scene.ports.queues.insert(queue, ports);
    }
    shapes
}

fn row_item(stage: &Stage, index: u32, area: Place, left: f64) -> Item {
    let queue = &stage.lane.queues[index as usize];
    let selected = stage.picked.queue == Some(index);
    let look = if selected { "row row-picked" } else { "row" };
    let (y, right) = (area.mid_y(), left + 100.0);
    let well = Place::new(left + 20.0, y - 6.0, 64.0, 12.0);
    let mut shapes = vec![rect(area, 0.0, look), line(left, y, "row-id", format!("q{}", queue.id))];
    shapes.extend(queue::cells(stage, queue, well));
    let tone = tone(queue::tone_of(stage.lane, queue));
    shapes.extend(match queue.pull {
        Pull::Held { since, until } if queue::waiting(queue) == 0 => {
            let (share, _) = queue::hold_left(stage.now, since, until);
            ring::ring((left + 94.5, y), 6.0, share, &tone)
        }
        Pull::OnItsWay if queue::waiting(queue) == 0 => {
            vec![triangle(left + 96.0, y, selected, &tone)]
        }
        Pull::None
        | Pull::OnItsWay
        | Pull::BeingRead
        | Pull::Held { .. }
        | Pull::Answered
        | Pull::Received => vec![queue::waits(queue, right, y)],
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

#[cfg(test)]
mod tests {
    use super::fitted;

    #[test]
    fn a_name_that_is_too_long_ends_with_an_ellipsis() {
        assert_eq!(fitted("Orders", 90.0), "Orders");
        assert_eq!(fitted("SCHEDULE_TOPIC_XXXX", 90.0), "SCHEDULE_TO…");
        assert_eq!(fitted("c1", 1.0), "c1");
    }
}
