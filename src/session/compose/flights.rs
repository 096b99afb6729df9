//! Packets on their way, and the wires that control traffic goes over.

use crate::facts::{Carried, CarriedKind, NodeRole};
use crate::kernel::actor::NodeId;
use crate::session::frame::{Flight, FlightKind, Wire};
use crate::session::lane::FlightLook;

use super::Scene;

/// Flights as single marks, and how many packets one mark stands for when there are more than the
/// page wants.
pub(super) fn flights(scene: &Scene<'_>) -> (Vec<Flight>, u32) {
    let most = usize::from(scene.want.marks).max(1);
    let scale = scene.look.flights.len().div_ceil(most).max(1);
    let shown = scene.look.flights.iter().step_by(scale).map(|flight| one(scene, flight));
    (shown.collect(), u32::try_from(scale).expect("flights are counted by a u32"))
}

fn one(scene: &Scene<'_>, flight: &FlightLook) -> Flight {
    let Carried { kind, queue, message, count } = flight.carried;
    let queue = queue.and_then(|queue| scene.seen.places.queue(queue));
    let topic = queue.map_or(u8::MAX, |queue| scene.topic(scene.seen.places.queues()[queue].topic));
    let number = message.and_then(|key| scene.seen.numbering.number(key));
    Flight {
        from: flight.from.0,
        to: flight.to.0,
        sent: scene.seen.since_start(flight.sent),
        due: scene.seen.since_start(flight.due),
        queue: queue.and_then(|queue| scene.queue(queue)),
        kind: kind_of(kind),
        message: number.unwrap_or(0),
        count,
        topic,
    }
}

fn kind_of(kind: CarriedKind) -> FlightKind {
    match kind {
        CarriedKind::Messages => FlightKind::Messages,
        CarriedKind::Retry => FlightKind::Retry,
        CarriedKind::Ask => FlightKind::Ask,
        CarriedKind::Answer => FlightKind::Answer,
        CarriedKind::Control => FlightKind::Control,
    }
}

/// A wire from every node to every name server, and every link that is cut.
pub(super) fn wires(scene: &Scene<'_>) -> Vec<Wire> {
    let nodes = || (0..).map(NodeId).zip(&scene.seen.cast().nodes);
    let is_server = |role: NodeRole| role == NodeRole::NameServer;
    let servers = || nodes().filter(|(_, (_, profile))| is_server(profile.role));
    let others = || nodes().filter(|(_, (_, profile))| !is_server(profile.role));
    let pairs = others().flat_map(|(from, _)| servers().map(move |(to, _)| (from, to)));
    let cut = |from: NodeId, to: NodeId| {
        scene.look.cut.iter().any(|ends| *ends == (from, to) || *ends == (to, from))
    };
    let active = |from: NodeId, to: NodeId| {
        let between = |flight: &FlightLook| {
            (flight.from, flight.to) == (from, to) || (flight.from, flight.to) == (to, from)
        };
        scene.look.flights.iter().any(between)
    };
    let known: Vec<(NodeId, NodeId)> = pairs.collect();
    let further = scene
        .look
        .cut
        .iter()
        .filter(|(a, b)| !known.contains(&(*a, *b)) && !known.contains(&(*b, *a)));
    let wire = |(from, to): (NodeId, NodeId)| Wire {
        from: from.0,
        to: to.0,
        active: active(from, to),
        cut: cut(from, to),
    };
    known.iter().chain(further).copied().map(wire).collect()
}
