//! Wires and ribbons: control traffic, what producers reach, and who owns which queue.

use super::Stage;
use super::curve::Point;
use super::queue;
use super::scene::{Item, Scene};
use super::shape::{Place, Shape};
use crate::session::frame::{Node, NodeLife, Role};
use crate::session::protocol::Selection;
use crate::view::charts::px;
use crate::view::sorted::{Sorted, insert_by};
use crate::view::tone::tone;
use crate::view::words::{fill, name};

/// From a node's edge to its first and last port.
const PORT_MARGIN: f64 = 14.0;

/// Gives each ribbon its port at its owner, in queue order.
pub(super) fn owner_ports(stage: &Stage, scene: &mut Scene) {
    let mut owned: Sorted<u32, Vec<u32>> = Sorted::default();
    for &(owner, queue) in &stage.lane.ribbons {
        let queues = owned.or_insert_with(owner, Vec::new);
        insert_by(queues, queue, |queue| u64::from(*queue));
    }
    for &(owner, ref queues) in owned.iter() {
        let Some(&place) = scene.ports.nodes.get(&owner) else { continue };
        let count = queues.len();
        for (index, &queue) in queues.iter().enumerate() {
            let port = port(&place, scene.upright, (index, count));
            scene.ports.owners.insert((owner, queue), port);
        }
    }
}

/// Ports lie evenly on the edge that faces the broker.
#[expect(clippy::cast_precision_loss, reason = "a handful of ports")]
fn port(place: &Place, upright: bool, (index, count): (usize, usize)) -> Point {
    let share = if count < 2 { 0.5 } else { index as f64 / (count - 1) as f64 };
    if upright {
        let margin = 24.0_f64.min(place.w / 4.0);
        (place.x + margin + share * (place.w - 2.0 * margin), place.y)
    } else {
        let margin = PORT_MARGIN.min(place.h / 4.0);
        (place.x, place.y + margin + share * (place.h - 2.0 * margin))
    }
}

/// All lines of the stage, to be drawn below its nodes.
pub(super) fn items(stage: &Stage, scene: &Scene) -> Vec<Item> {
    let mut items = control(stage, scene);
    for node in &stage.lane.nodes {
        for &broker in &scene.ports.brokers {
            let shapes = match &node.role {
                Role::Producer { .. } => sends(stage, scene, node, broker),
                Role::Consumer { .. } => ribbons(stage, scene, node, broker),
                Role::NameServer { .. } | Role::Broker { .. } => Vec::new(),
            };
            if !shapes.is_empty() {
                items.push(link(stage, node.id, broker, shapes));
            }
        }
    }
    items
}

/// Dotted wires to name servers, and whatever else is a wire without queues.
fn control(stage: &Stage, scene: &Scene) -> Vec<Item> {
    let servers = &scene.ports.name_servers;
    let wires = stage.lane.wires.iter();
    let wires = wires.filter(|wire| servers.contains(&wire.from) || servers.contains(&wire.to));
    let item = |wire: &crate::session::frame::Wire| {
        // From top to bottom the broker stands between consumers and name servers.
        if scene.upright && is_consumer(stage, wire.from) {
            return None;
        }
        let curve = scene.curve(wire.from, wire.to, None)?;
        let look = if wire.cut { "wire-control wire-cut" } else { "wire-control" };
        let mut shapes = vec![Shape::Path { d: curve.path(), look: look.to_owned() }];
        if wire.cut {
            shapes.push(cross(f64::midpoint(curve.bend1.0, curve.bend2.0), curve.bend1.1));
        }
        Some(link(stage, wire.from, wire.to, shapes))
    };
    wires.filter_map(item).collect()
}

fn is_consumer(stage: &Stage, id: u32) -> bool {
    let node = stage.lane.nodes.iter().find(|node| node.id == id);
    node.is_some_and(|node| matches!(node.role, Role::Consumer { .. }))
}

fn cross(x: f64, y: f64) -> Shape {
    let d = format!("M{} {}l9 9m0 -9l-9 9", px(x - 4.5), px(y - 4.5));
    Shape::Path { d, look: "cross".to_owned() }
}

/// One wire to each topic's block, or to the queue in it that is selected; dashed before the first
/// send.
fn sends(stage: &Stage, scene: &Scene, node: &Node, broker: u32) -> Vec<Shape> {
    let (Some(from), Some(to)) = (scene.ports.nodes.get(&node.id), scene.ports.nodes.get(&broker))
    else {
        return Vec::new();
    };
    let Role::Producer { sent, .. } = &node.role else { return Vec::new() };
    let start = scene.sides(from).1;
    let blocks = blocks(stage, scene, broker);
    if *sent == 0 || blocks.is_empty() {
        let end = scene.sides(to).0;
        // Before anything is known the place of the wire is shown, level and dashed.
        let end = if scene.upright { end } else { (end.0, start.1) };
        return vec![Shape::Path {
            d: scene.bend(start, end).path(),
            look: "wire-ghost".to_owned(),
        }];
    }
    let wires = blocks.into_iter().map(|(queue, end)| {
        let picked = queue.is_some() && queue == stage.picked.queue;
        let look = if picked { "wire wire-picked" } else { "wire" };
        Shape::Path { d: scene.bend(start, end).path(), look: look.to_owned() }
    });
    wires.collect()
}

/// Per topic the port that a producer's wire leads to, and the queue where it is a single one's.
#[expect(clippy::cast_precision_loss, reason = "a handful of queues")]
fn blocks(stage: &Stage, scene: &Scene, broker: u32) -> Vec<(Option<u32>, Point)> {
    let mut topics: Sorted<u32, Vec<(u32, Point)>> = Sorted::default();
    for (index, queue) in (0_u32..).zip(&stage.lane.queues) {
        let is_retry = queue::tone_of(stage.lane, queue) == u8::MAX;
        if let Some((port, _)) = scene.ports.queues.get(&index)
            && queue.broker == broker
            && !is_retry
        {
            topics.or_insert_with(u32::from(queue.topic), Vec::new).push((index, *port));
        }
    }
    let block = |(_, ports): &(u32, Vec<(u32, Point)>)| {
        let picked = ports.iter().find(|(index, _)| stage.picked.queue == Some(*index));
        if let Some(&(index, port)) = picked {
            return (Some(index), port);
        }
        let count = ports.len() as f64;
        let (x, y) = ports.iter().fold((0.0, 0.0), |(x, y), (_, port)| (x + port.0, y + port.1));
        (None, (x / count, y / count))
    };
    topics.iter().map(block).collect()
}

/// From each queue to its owner; thicker while something flies on it.
fn ribbons(stage: &Stage, scene: &Scene, node: &Node, broker: u32) -> Vec<Shape> {
    let owned = stage.lane.ribbons.iter().filter(|(owner, _)| *owner == node.id);
    let shapes: Vec<Shape> = owned
        .filter(|(_, queue)| {
            stage.lane.queues.get(*queue as usize).is_some_and(|q| q.broker == broker)
        })
        .filter_map(|&(owner, queue)| ribbon(stage, scene, owner, queue))
        .collect();
    if !shapes.is_empty() || owns_elsewhere(node) || is_over(node) {
        return shapes;
    }
    let (Some(from), Some(to)) = (scene.ports.nodes.get(&broker), scene.ports.nodes.get(&node.id))
    else {
        return Vec::new();
    };
    let (start, end) = (scene.sides(from).1, scene.sides(to).0);
    let start = if scene.upright { start } else { (start.0, end.1) };
    vec![Shape::Path { d: scene.bend(start, end).path(), look: "wire-ghost".to_owned() }]
}

/// What has ended will own nothing any more.
fn is_over(node: &Node) -> bool {
    matches!(node.life, NodeLife::Stopped(_) | NodeLife::Crashed(_))
}

fn owns_elsewhere(node: &Node) -> bool {
    matches!(node.role, Role::Consumer { owns, .. } if owns > 0)
}

fn ribbon(stage: &Stage, scene: &Scene, owner: u32, index: u32) -> Option<Shape> {
    let queue = stage.lane.queues.get(index as usize)?;
    let curve = scene.curve(queue.broker, owner, Some(index))?;
    let flies = |flight: &crate::session::frame::Flight| {
        flight.queue == Some(index) && (flight.from == owner || flight.to == owner)
    };
    let tone = tone(queue::tone_of(stage.lane, queue));
    let look = match stage.picked.queue == Some(index) {
        true => "ribbon ribbon-picked".to_owned(),
        false if stage.lane.flights.iter().any(flies) => format!("ribbon ribbon-active {tone}"),
        false => format!("ribbon {tone}"),
    };
    Some(Shape::Path { d: curve.path(), look })
}

/// Lines between two nodes as a thing that can be selected.
fn link(stage: &Stage, from: u32, to: u32, shapes: Vec<Shape>) -> Item {
    let named = |id: u32| {
        let node = stage.lane.nodes.iter().find(|node| node.id == id);
        name(node.map(|node| node.name.clone()).unwrap_or_default())
    };
    let selected = stage.picked.link == Some((from, to));
    Item {
        key: format!("link-{from}-{to}"),
        select: Some(Selection::Link { lane: 0, from, to }),
        label: fill("flow.read.link", &[("from", named(from)), ("to", named(to))]),
        selected,
        outline: None,
        shapes,
    }
}
