//! The same information as the picture in tables: nodes, queues, and what is on its way.

use super::{client, queue};
use crate::session::frame::{FlightKind, Lane, Role};
use crate::session::protocol::Selection;
use crate::view::format;
use crate::view::words::{say, text};

/// A table with a name; each row may be selected.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Key of its caption.
    pub caption: &'static str,
    /// Keys of its column heads.
    pub heads: &'static [&'static str],
    /// Rows: what it selects, and the cells.
    pub rows: Vec<(Option<Selection>, Vec<String>)>,
}

/// Nodes, queues and flights of a lane.
pub fn tables(lane: &Lane, now: u64) -> [Table; 3] {
    [nodes(lane), queues(lane, now), flights(lane)]
}

fn nodes(lane: &Lane) -> Table {
    let rows = lane.nodes.iter().map(|node| {
        let (kind, figures) = match &node.role {
            Role::NameServer { .. } => ("flow.read.namesrv", client::knows(node)),
            Role::Broker { log_bytes, .. } => ("flow.read.broker", format::bytes(*log_bytes)),
            Role::Producer { .. } => ("flow.read.producer", client::sent(node)),
            Role::Consumer { consumed, .. } => (
                "flow.read.consumer",
                super::listed([client::owns(node), super::counted("flow.consumed", *consumed)]),
            ),
        };
        let waits = node.badge.as_ref().map_or_else(|| format::NOTHING.to_owned(), say);
        let group = node.group.clone().unwrap_or_else(|| format::NOTHING.to_owned());
        let state = client::doing(node);
        let cells = vec![node.name.clone(), text(kind), group, figures, state, waits];
        (Some(Selection::Node { lane: 0, node: node.id }), cells)
    });
    Table {
        caption: "flow.table.nodes",
        heads: &[
            "flow.table.name",
            "flow.table.kind",
            "flow.table.group",
            "flow.table.figures",
            "flow.table.state",
            "flow.table.waits",
        ],
        rows: rows.collect(),
    }
}

fn queues(lane: &Lane, now: u64) -> Table {
    let owner = |index: u32| {
        let owner = lane.ribbons.iter().find(|(_, queue)| *queue == index).map(|(owner, _)| owner);
        let node = owner.and_then(|owner| lane.nodes.iter().find(|node| node.id == *owner));
        node.map_or_else(|| format::NOTHING.to_owned(), |node| node.name.clone())
    };
    let rows = (0_u32..).zip(&lane.queues).map(|(index, queue)| {
        let pull = match queue.pull {
            crate::session::frame::Pull::Held { since, until } => {
                let (_, left) = queue::hold_left(now, since, until);
                format!("{} {}", queue::pull_text(queue.pull), format::span(left))
            }
            crate::session::frame::Pull::None
            | crate::session::frame::Pull::OnItsWay
            | crate::session::frame::Pull::BeingRead
            | crate::session::frame::Pull::Answered
            | crate::session::frame::Pull::Received => queue::pull_text(queue.pull),
        };
        let committed = queue.committed.map_or_else(|| format::NOTHING.to_owned(), format::count);
        let cells = vec![
            queue::name(lane, queue),
            format::count(queue.stored),
            format::count(queue.handed_out),
            format::count(queue.consumed),
            queue::waits(lane, queue).0,
            committed,
            pull,
            owner(index),
        ];
        (Some(Selection::Queue { lane: 0, queue: index }), cells)
    });
    Table {
        caption: "flow.table.queues",
        heads: &[
            "flow.table.queue",
            "flow.table.stored",
            "flow.table.handed",
            "flow.table.consumed",
            "flow.table.waiting",
            "flow.table.committed",
            "flow.table.pull",
            "flow.table.owner",
        ],
        rows: rows.collect(),
    }
}

fn flights(lane: &Lane) -> Table {
    /// More lines than anybody reads are left to the picture.
    const MOST: usize = 50;
    let named = |id: u32| {
        let node = lane.nodes.iter().find(|node| node.id == id);
        node.map_or_else(|| id.to_string(), |node| node.name.clone())
    };
    let rows = lane.flights.iter().take(MOST).map(|flight| {
        let kind = text(match flight.kind {
            FlightKind::Messages => "flow.table.messages",
            FlightKind::Retry => "flow.legend.retry",
            FlightKind::Ask => "flow.legend.ask",
            FlightKind::Answer => "flow.table.answer",
            FlightKind::Control => "flow.table.control",
        });
        let messages = match flight.count {
            0 => format::NOTHING.to_owned(),
            count => format::count(u64::from(count)),
        };
        let due = format::stamp(flight.due);
        (None, vec![kind, named(flight.from), named(flight.to), messages, due])
    });
    Table {
        caption: "flow.table.flights",
        heads: &[
            "flow.table.kind",
            "flow.table.from",
            "flow.table.to",
            "flow.table.count",
            "flow.table.due",
        ],
        rows: rows.collect(),
    }
}
