//! A narrow stage: producers and name servers above, brokers with topics side by side, consumers
//! below.

use super::scene::{Item, Ports, Scene};
use super::shape::{Place, Shape, dots, line, line_to, rect, rule};
use super::type_width::{Type, fitted, width};
use super::{Stage, broker, client, columns, desktop, wires};
use crate::session::frame::{Node, Role};
use crate::session::protocol::Selection;
use crate::view::format;
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
    /// Room for the wire, and the same and a name server's width where producers need the room.
    const BETWEEN: f64 = 78.0;
    const CROWDED: (f64, f64) = (28.0, 122.0);
    let (top, height) = (CLIENTS.0 + below_tools(stage), CLIENTS.1);
    let producers = of(stage, |role| matches!(role, Role::Producer { .. }));
    let servers = of(stage, |role| matches!(role, Role::NameServer { .. }));
    let half = (width - BETWEEN) / 2.0;
    let (left, right) = match (producers.len(), servers.len()) {
        (2.., ..2) => (width - CROWDED.0 - CROWDED.1, CROWDED.1),
        _ => (half, half),
    };
    let mut cards = in_row(&producers, Place::new(MARGIN, top, left, height));
    let right = Place::new(MARGIN + width - right, top, right, height);
    cards.extend(in_row(&servers, right));
    cards
}

/// Shares a row among its nodes.
#[expect(clippy::cast_precision_loss, reason = "a handful of nodes")]
fn in_row<'a>(nodes: &[&'a Node], row: Place) -> Vec<(&'a Node, Place)> {
    let count = nodes.len().max(1) as f64;
    let gap = if nodes.len() > 4 { GAP / 2.0 } else { GAP };
    let width = (row.w - gap * (count - 1.0)) / count;
    let place = |index: usize| Place { x: row.x + index as f64 * (width + gap), w: width, ..row };
    nodes.iter().enumerate().map(|(index, node)| (*node, place(index))).collect()
}

/// Where the words of a card begin, and how wide they may be.
fn within(place: &Place) -> (f64, f64) {
    let (before, after) = match place.w {
        100.0.. => (MARGIN, MARGIN),
        60.0.. => (7.0, 5.0),
        _ => (5.0, 4.0),
    };
    (place.x + before, place.w - before - after)
}

/// Name and one line.
fn small_card(stage: &Stage, node: &Node, place: Place) -> Item {
    let (left, room) = within(&place);
    let fits = |words: &str| width(words, Type::Small) <= room;
    let state = fitted(&client::in_short_where(node, fits), room, Type::Small);
    let mut shapes = vec![
        rect(place.grown(-0.5), 7.5, broker::look(node)),
        line(left, place.y + 17.0, "node-name", fitted(&node.name, room, Type::Name)),
        line(left, place.y + 36.0, "small state", state),
    ];
    if place.w > 120.0 {
        shapes.extend(dots(place.right() - 13.0, place.y + 17.0));
    }
    client::item(stage, node, place, shapes)
}

fn consumer(stage: &Stage, node: &Node, place: Place) -> Item {
    let Role::Consumer { threads, .. } = &node.role else { unreachable!("a consumer") };
    let (left, room) = within(&place);
    let (first, second) = (place.y + 14.0, place.y + 32.0);
    let mut shapes = vec![
        rect(place.grown(-0.5), 7.5, broker::look(node)),
        line(left, first, "node-name", fitted(&node.name, room, Type::Name)),
    ];
    if place.w < 300.0 {
        let words = fitted(&client::in_few_words(node), room, Type::Small);
        shapes.push(line(left, second, "small", words));
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
    let mut rows = Vec::new();
    let is_empty = columns::draw(stage, node.id, &place, (scene, &mut shapes, &mut rows));
    if let Some(words) = broker::copied(node, "flow.copies.short") {
        let words = fitted(&words, place.w - 2.0 * MARGIN, Type::Small);
        shapes.push(line(place.x + MARGIN, place.y + 50.0, "small", words));
    } else if is_empty {
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
    let name = fitted(&node.name, place.w - 2.0 * MARGIN, Type::Name);
    let mut shapes = vec![line(place.x + MARGIN, y, "node-name", name)];
    if place.w > 330.0 {
        shapes.push(line(place.x + 88.0, y, "small", text("flow.commit_log")));
        let strip = Place::new(place.x + 156.0, y - 6.0, 121.0, 12.0);
        shapes.extend(broker::commit_log(stage, newest, strip));
        shapes.push(line_to(place.right() - 34.0, y, "figure-bytes", format::bytes(*log_bytes)));
        shapes.extend(dots(place.right() - 13.0, y));
    }
    shapes
}
