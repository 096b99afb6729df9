//! A wide stage: name servers above, producers left, brokers in the middle, consumers right.

use super::scene::{Item, Ports, Scene};
use super::shape::Place;
use super::{Stage, broker, client, wires};
use crate::session::frame::{Node, Role};

/// Around the drawing, and from the stage's top to the brokers and below them.
const MARGIN: f64 = 16.0;
const TOP: f64 = 12.0;
const SERVER: f64 = 40.0;
const HEAD: f64 = 64.0;
const FOOT: f64 = 8.0;

/// Widths: producer, broker, consumer; the second set where the stage is narrow.
const WIDE: [f64; 3] = [140.0, 288.0, 144.0];
const SLIM: [f64; 3] = [132.0, 256.0, 132.0];
const SLIM_BELOW: f64 = 700.0;

/// Gaps between the columns grow up to this, then the drawing is centred.
const MOST_GAP: f64 = 240.0;

/// Between cards of one column, and for a badge above each.
const GAP: f64 = 12.0;
const BADGE: f64 = 28.0;

/// Height of the legend left and right with the margin below it.
const LEGEND: (f64, f64) = (124.0, 104.0);

/// Height of the brokers' column in the smallest stage that shows twelve queues of three topics.
const COLUMN: f64 = 436.0;

/// Lays a wide stage out.
pub(super) fn scene(stage: &Stage) -> Scene {
    let mut scene = Scene { size: stage.size, ports: Ports::of(stage.lane), ..Scene::default() };
    let column = brokers_column(stage);
    let middle = brokers(stage, &column, &mut scene);
    let sides = columns(stage);
    let [left, right] = [false, true].map(|consumers| side(stage, consumers));
    let mut cards = stack(stage, &left, Place { x: sides.0, w: sides.1, ..column }, middle);
    cards.extend(stack(stage, &right, Place { x: sides.2, w: sides.3, ..column }, middle));
    for node in left.iter().chain(&right).filter(|node| node.badge.is_some()) {
        let card = cards.iter().find(|(_, id, _)| *id == node.id);
        let full = card.filter(|(.., place)| place.h > client::COMPACT);
        if let Some((_, id, place)) = full {
            scene.ports.badges.insert(*id, place.y - BADGE);
        }
    }
    let servers = name_servers(stage, &column);
    for (item, id, place) in servers.into_iter().chain(cards) {
        scene.ports.nodes.insert(id, place);
        scene.items.push(item);
    }
    scene.legend =
        (leaves_room(stage, &scene, &left, LEGEND.0), leaves_room(stage, &scene, &right, LEGEND.1));
    wires::owner_ports(stage, &mut scene);
    let mut items = wires::items(stage, &scene);
    items.append(&mut scene.items);
    scene.items = items;
    if stage.opening {
        scene.numbers = numbers(stage, &scene);
    }
    scene
}

/// Whether a column ends above its legend.
fn leaves_room(stage: &Stage, scene: &Scene, nodes: &[&Node], legend: f64) -> bool {
    let boxes = nodes.iter().filter_map(|node| scene.ports.nodes.get(&node.id));
    boxes.fold(0.0, |low: f64, place| low.max(place.bottom())) <= stage.size.height - legend
}

/// x and width of producers and of consumers.
fn columns(stage: &Stage) -> (f64, f64, f64, f64) {
    let [producer, broker, consumer] = widths(stage);
    let middle = stage.size.width / 2.0;
    let left = (middle - broker / 2.0 - MOST_GAP - producer).max(MARGIN);
    let right = middle + broker / 2.0 + MOST_GAP;
    (left, producer, right.min(stage.size.width - MARGIN - consumer), consumer)
}

fn widths(stage: &Stage) -> [f64; 3] {
    if stage.size.width < SLIM_BELOW { SLIM } else { WIDE }
}

/// The box that all brokers share.
fn brokers_column(stage: &Stage) -> Place {
    let width = widths(stage)[1];
    let room = stage.size.height - HEAD - FOOT;
    let ids = stage.lane.nodes.iter().filter(|node| matches!(node.role, Role::Broker { .. }));
    let wanted: f64 = ids.map(|node| broker::height(stage, node.id) + GAP).sum::<f64>() - GAP;
    let height = wanted.max(COLUMN).min(room).max(120.0);
    // A tall stage has the drawing in its middle.
    let top = HEAD + ((room - height) / 2.0).max(0.0);
    Place::new((stage.size.width - width) / 2.0, top, width, height)
}

/// Draws the brokers; gives the middle that the other columns are centred on.
fn brokers(stage: &Stage, column: &Place, scene: &mut Scene) -> f64 {
    let nodes = stage.lane.nodes.iter().filter(|node| matches!(node.role, Role::Broker { .. }));
    let nodes: Vec<&Node> = nodes.collect();
    let mut y = column.y;
    let wanted: Vec<f64> = nodes.iter().map(|node| broker::height(stage, node.id)).collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of brokers")]
    let room = column.h - GAP * nodes.len().saturating_sub(1) as f64;
    let all: f64 = wanted.iter().sum::<f64>().max(1.0);
    for (node, wanted) in nodes.iter().zip(&wanted) {
        let height = room * wanted / all;
        let place = Place { y, h: height, ..*column };
        broker::draw(stage, node, place, scene);
        y += height + GAP;
    }
    column.mid_y()
}

/// Producers (and what else has no place), or consumers.
fn side<'a>(stage: &Stage<'a>, consumers: bool) -> Vec<&'a Node> {
    let wanted = |node: &&Node| match node.role {
        Role::Producer { .. } => !consumers,
        Role::Consumer { .. } => consumers,
        Role::NameServer { .. } | Role::Broker { .. } => false,
    };
    stage.lane.nodes.iter().filter(wanted).collect()
}

type Card = (Item, u32, Place);

/// Cards of one column around its middle, full where they fit, else compact.
fn stack(stage: &Stage, nodes: &[&Node], column: Place, middle: f64) -> Vec<Card> {
    let badge = |node: &Node| if node.badge.is_some() { BADGE } else { 0.0 };
    let full = |node: &Node| client::height(node);
    #[expect(clippy::cast_precision_loss, reason = "a handful of nodes")]
    let gaps = GAP * nodes.len().saturating_sub(1) as f64;
    let needed: f64 = nodes.iter().map(|node| full(node) + badge(node)).sum::<f64>() + gaps;
    let is_full = needed <= column.h + BADGE;
    let height = |node: &Node| if is_full { full(node) } else { client::COMPACT };
    let badge = |node: &Node| if is_full { badge(node) } else { 0.0 };
    let all: f64 = nodes.iter().map(|node| height(node) + badge(node)).sum::<f64>() + gaps;
    // One card keeps its place when its badge comes and goes.
    let first = nodes.first().map_or(0.0, |node| badge(node));
    let all = if nodes.len() == 1 { all - first } else { all };
    let mut y = middle - all / 2.0 - if nodes.len() == 1 { first } else { 0.0 };
    let mut cards = Vec::new();
    for node in nodes {
        y += badge(node);
        let place = Place::new(column.x, y, column.w, height(node));
        cards.push((client::card(stage, node, place), node.id, place));
        y += place.h + GAP;
    }
    cards
}

/// Name servers side by side above the brokers.
#[expect(clippy::cast_precision_loss, reason = "a handful of name servers")]
fn name_servers(stage: &Stage, column: &Place) -> Vec<Card> {
    let nodes = stage.lane.nodes.iter();
    let nodes: Vec<&Node> =
        nodes.filter(|node| matches!(node.role, Role::NameServer { .. })).collect();
    let width = 140.0_f64.min((column.w - GAP) / nodes.len().max(1) as f64);
    let all = nodes.len() as f64 * (width + GAP) - GAP;
    let top = column.y - (HEAD - TOP);
    let cards = nodes.into_iter().enumerate().map(|(index, node)| {
        let x = column.mid_x() - all / 2.0 + index as f64 * (width + GAP);
        let place = Place::new(x, top, width, SERVER);
        (client::name_server(stage, node, place), node.id, place)
    });
    cards.collect()
}

/// The sentences speak of a producer, the broker and a consumer, in this order.
pub(super) fn numbers(stage: &Stage, scene: &Scene) -> Vec<(f64, f64)> {
    let corner = |wanted: fn(&Role) -> bool| {
        let node = stage.lane.nodes.iter().find(|node| wanted(&node.role))?;
        scene.ports.nodes.get(&node.id).map(|place| (place.x, place.y))
    };
    let corners = [
        corner(|role| matches!(role, Role::Producer { .. })),
        corner(|role| matches!(role, Role::Broker { .. })),
        corner(|role| matches!(role, Role::Consumer { .. })),
    ];
    corners.into_iter().flatten().collect()
}
