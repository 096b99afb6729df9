//! A stage laid out: items to draw, back to front, and where nodes, queues and their ports are.

use super::curve::{Cubic, Point};
use super::shape::{Place, Shape};
use crate::session::frame::{Lane, Role};
use crate::session::protocol::Selection;
use crate::view::charts::{Size, within};
use crate::view::sorted::Sorted;

/// A thing on the stage that has a name; one that can be selected takes the focus.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Unlike that of any other item, and the same as long as it is the same thing.
    pub key: String,
    /// What a click or Enter selects.
    pub select: Option<Selection>,
    /// Its name, read aloud.
    pub label: String,
    /// It is what is selected.
    pub selected: bool,
    /// Where the outline of the focus goes; nothing for wires, which show the focus by their
    /// stroke.
    pub outline: Option<Place>,
    /// Drawn in this order.
    pub shapes: Vec<Shape>,
}

/// The stage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Size of the stage.
    pub size: Size,
    /// Back to front.
    pub items: Vec<Item>,
    /// Where the invitation to play stands.
    pub empty: Option<Place>,
    /// Centres of the numbers 1, 2, 3 beside the nodes that the sentences speak of.
    pub numbers: Vec<Point>,
    /// Lines of the queue table that do not fit.
    pub hidden: usize,
    /// The stage flows from top to bottom.
    pub upright: bool,
    /// There is room for the legend: below the left column, below the right one.
    pub legend: (bool, bool),
    pub(super) ports: Ports,
}

/// Where things are joined.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ports {
    /// Boxes of the nodes.
    pub nodes: Sorted<u32, Place>,
    /// Tops of the badges above them.
    pub badges: Sorted<u32, f64>,
    /// Which of them are name servers.
    pub name_servers: Vec<u32>,
    /// Which of them are brokers.
    pub brokers: Vec<u32>,
    /// Where a queue's port to producers and to consumers is.
    pub queues: Sorted<u32, (Point, Point)>,
    /// Where the ribbon of a queue ends at its owner.
    pub owners: Sorted<(u32, u32), Point>,
}

impl Ports {
    /// Ports of a lane whose boxes are still to come.
    pub(super) fn of(lane: &Lane) -> Self {
        let ids = |wanted: fn(&Role) -> bool| {
            lane.nodes.iter().filter(|node| wanted(&node.role)).map(|node| node.id).collect()
        };
        Self {
            name_servers: ids(|role| matches!(role, Role::NameServer { .. })),
            brokers: ids(|role| matches!(role, Role::Broker { .. })),
            ..Self::default()
        }
    }
}

impl Scene {
    /// The way of a packet from node to node, from or to a queue.
    pub fn curve(&self, from: u32, to: u32, queue: Option<u32>) -> Option<Cubic> {
        let forward = self.forward(from, to, queue);
        forward.or_else(|| self.forward(to, from, queue).map(|curve| curve.reversed()))
    }

    /// Ways are known in one direction: client to queue is a ribbon's or a producer's, name servers
    /// first.
    fn forward(&self, from: u32, to: u32, queue: Option<u32>) -> Option<Cubic> {
        let ports = &self.ports;
        let (start, end) = (ports.nodes.get(&from)?, ports.nodes.get(&to)?);
        if ports.name_servers.contains(&from) {
            return Some(self.to_name_server(start, end, ports.badges.get(&to).copied()));
        }
        if !ports.brokers.contains(&from) || ports.name_servers.contains(&to) {
            return None;
        }
        let (to_producer, to_consumer) = match queue.and_then(|queue| ports.queues.get(&queue)) {
            Some(&ports) => ports,
            None => self.sides(start),
        };
        let owner = queue.and_then(|queue| ports.owners.get(&(to, queue)));
        Some(match owner {
            Some(&port) => self.bend(to_consumer, port),
            None if self.is_before(end, start) => self.bend(to_producer, self.sides(end).1),
            None => self.bend(to_consumer, self.sides(end).0),
        })
    }

    /// From a name server to any other node.
    fn to_name_server(&self, server: &Place, node: &Place, badge: Option<f64>) -> Cubic {
        if self.upright {
            return phone_wire(server, node);
        }
        let top = (node.mid_x(), badge.unwrap_or(node.y) - 2.0);
        if node.x <= server.mid_x() && server.mid_x() <= node.right() {
            return Cubic::upright(
                (server.mid_x(), server.bottom() + 2.0),
                (server.mid_x(), top.1),
            );
        }
        let side = if top.0 < server.mid_x() { server.x - 5.0 } else { server.right() + 5.0 };
        Cubic::quarter((side, server.mid_y()), top)
    }

    /// The middles of the two edges that face the clients: before and behind in the direction of
    /// flow.
    pub(super) fn sides(&self, place: &Place) -> (Point, Point) {
        if self.upright {
            ((place.mid_x(), place.y), (place.mid_x(), place.bottom()))
        } else {
            ((place.x, place.mid_y()), (place.right(), place.mid_y()))
        }
    }

    pub(super) fn bend(&self, from: Point, to: Point) -> Cubic {
        if self.upright { Cubic::upright(from, to) } else { Cubic::level(from, to) }
    }

    fn is_before(&self, place: &Place, other: &Place) -> bool {
        if self.upright { place.y < other.y } else { place.x < other.x }
    }
}

/// On a narrow stage name servers stand beside the producers, above all else.
fn phone_wire(server: &Place, node: &Place) -> Cubic {
    if node.y < server.bottom() {
        let (from, to) =
            if node.x < server.x { (server.x, node.right()) } else { (server.right(), node.x) };
        return Cubic::level((from, server.mid_y()), (to, server.mid_y()));
    }
    let x = within(server.right() - 32.0, node.x, node.right());
    Cubic::upright((x, server.bottom()), (x, node.y))
}
