//! Producers, consumers and name servers: cards with their state, full or compact.

use super::broker::look;
use super::scene::Item;
use super::shape::{Place, Shape, dots, line, line_mid, rect, rule, runs};
use super::{Stage, counted, listed};
use crate::session::frame::{Arg, Node, NodeLife, Role};
use crate::session::protocol::Selection;
use crate::view::format;
use crate::view::tone::tone;
use crate::view::words::{fill, say, text};

/// A card's height when it has all its lines, or only two.
pub(super) const COMPACT: f64 = 48.0;
const PRODUCER: f64 = 112.0;
const CONSUMER: f64 = 152.0;
const THREADS: f64 = 27.0;

/// Threads that are drawn one by one.
const MOST_THREADS: usize = 20;

/// Height of a node's full card.
pub(super) fn height(node: &Node) -> f64 {
    match &node.role {
        Role::Producer { .. } => PRODUCER,
        Role::Consumer { threads, .. } if threads.is_empty() => CONSUMER - THREADS,
        Role::Consumer { .. } => CONSUMER,
        Role::NameServer { .. } => 40.0,
        Role::Broker { .. } => unreachable!("brokers have a column of their own"),
    }
}

/// The card of a client.
pub(super) fn card(stage: &Stage, node: &Node, place: Place) -> Item {
    let mut shapes = vec![rect(place.grown(-0.5), 7.5, look(node))];
    shapes.extend(head(node, &place));
    if place.h <= COMPACT {
        shapes.push(line(place.x + 12.0, place.y + 34.0, "small", in_short(node)));
    } else {
        shapes.push(rule(place.x, place.y + 48.0, place.w));
        shapes.extend(body(stage, node, &place));
    }
    shapes.extend(badge(node, &place));
    item(stage, node, place, shapes)
}

/// The card of a name server: two lines, close together.
pub(super) fn name_server(stage: &Stage, node: &Node, place: Place) -> Item {
    let left = place.x + 12.0;
    let mut shapes = vec![
        rect(place.grown(-0.5), 7.5, look(node)),
        line(left, place.y + 12.5, "node-name", node.name.clone()),
        line(left, place.y + 29.0, "small", knows(node)),
    ];
    shapes.extend(dots(place.right() - 12.0, place.y + 14.0));
    item(stage, node, place, shapes)
}

/// A node as a thing that can be selected.
pub(super) fn item(stage: &Stage, node: &Node, place: Place, mut shapes: Vec<Shape>) -> Item {
    let selected = stage.picked.node == Some(node.id);
    if selected {
        shapes.push(rect(place.grown(-0.5), 7.5, "picked-node"));
    }
    Item {
        key: format!("node-{}", node.id),
        select: Some(Selection::Node { lane: 0, node: node.id }),
        label: label(node),
        selected,
        outline: Some(place),
        shapes,
    }
}

fn head(node: &Node, place: &Place) -> Vec<Shape> {
    let left = place.x + 12.0;
    let mut shapes = vec![line(left, place.y + 17.0, "node-name", node.name.clone())];
    shapes.extend(dots(place.right() - 12.0, place.y + 17.0));
    if place.h > COMPACT {
        let group = node.group.clone().unwrap_or_default();
        shapes.push(line(left, place.y + 34.0, "small", group));
    }
    shapes
}

fn body(stage: &Stage, node: &Node, place: &Place) -> Vec<Shape> {
    match &node.role {
        Role::Producer { .. } => producer(node, place),
        Role::Consumer { .. } => consumer(stage, node, place),
        Role::NameServer { .. } => vec![line(place.x + 12.0, place.y + 63.0, "small", knows(node))],
        Role::Broker { .. } => unreachable!("brokers have a column of their own"),
    }
}

fn producer(node: &Node, place: &Place) -> Vec<Shape> {
    let Role::Producer { topics, .. } = &node.role else { unreachable!("a producer") };
    let left = place.x + 12.0;
    vec![
        line(left, place.y + 63.0, "small", counted("flow.producer.sends", u64::from(*topics))),
        line(left, place.y + 80.0, "small state", sent_within(node, letters(place))),
        line(left, place.y + 97.0, "small state strong", doing(node)),
    ]
}

fn consumer(stage: &Stage, node: &Node, place: &Place) -> Vec<Shape> {
    let Role::Consumer { threads, consumed, failed, .. } = &node.role else {
        unreachable!("a consumer")
    };
    let left = place.x + 12.0;
    let mut shapes = vec![line(left, place.y + 63.0, "small", owns(node))];
    let mut y = place.y + 86.0;
    if !threads.is_empty() {
        let pitch = 12.0_f64.min((place.w - 21.0) / 10.0);
        let cells = (pitch - 3.0, pitch, 10);
        shapes.extend(thread_cells(stage, threads, (left, place.y + 77.0), cells));
        y += THREADS;
    }
    shapes.push(line(left, y, "small state", doing(node)));
    let done = (counted("flow.consumed", *consumed), "small state strong");
    let lost = counted("flow.failed", *failed);
    let fits = done.0.chars().count() + lost.chars().count() + 2 < letters(place);
    let lost = if *consumed + *failed == 0 || (*failed == 0 && !fits) {
        (String::new(), "")
    } else {
        let look = if *failed == 0 { "small" } else { "small is-alert" };
        (lost, look)
    };
    shapes.push(runs(left, y + 21.0, [done, lost]));
    shapes
}

/// One cell a thread, filled with the topic that it works on; `(cell, pitch, cells in a row)`.
#[expect(clippy::cast_precision_loss, reason = "at most twenty cells")]
pub(super) fn thread_cells(
    stage: &Stage,
    threads: &[Option<u8>],
    (left, top): (f64, f64),
    (cell, pitch, in_row): (f64, f64, usize),
) -> Vec<Shape> {
    let cells = threads.iter().take(MOST_THREADS).enumerate();
    let cells = cells.map(|(index, topic)| {
        let (column, row) = ((index % in_row) as f64, (index / in_row) as f64);
        let place = Place::new(left + column * pitch, top + row * 12.0, cell, 9.0);
        match topic.and_then(|topic| stage.lane.topics.get(usize::from(topic))) {
            Some(topic) => rect(place, 2.0, format!("thread-busy {}", tone(topic.tone))),
            None => rect(place.grown(-0.5), 2.0, "thread"),
        }
    });
    cells.collect()
}

/// The pill above a node: why it waits.
fn badge(node: &Node, place: &Place) -> Vec<Shape> {
    let words = badge_text(node);
    if words.is_empty() || place.h <= COMPACT {
        return Vec::new();
    }
    let pill = Place::new(place.x, place.y - 28.0, place.w, 20.0);
    vec![
        rect(pill.grown(-0.5), 4.0, "badge"),
        line_mid(pill.mid_x(), pill.mid_y(), "badge-text", words),
    ]
}

/// The badge in words, or nothing.
pub(super) fn badge_text(node: &Node) -> String {
    node.badge.as_ref().map(say).unwrap_or_default()
}

/// Why a node does nothing: it does not run, or stands still. Nothing where it runs.
pub(super) fn standing(node: &Node) -> String {
    match node.life {
        NodeLife::Up => badge_text(node),
        NodeLife::NotYet(_) | NodeLife::Stopped(_) | NodeLife::Crashed(_) => doing(node),
    }
}

/// What a client does now, or that it does not run.
pub(super) fn doing(node: &Node) -> String {
    let at = |key, at| fill(key, &[("at", Arg::Time(at))]);
    match (node.life, &node.role) {
        // What starts with the scenario has no start to wait for.
        (NodeLife::NotYet(0), Role::Consumer { threads, .. }) if !threads.is_empty() => {
            busy(threads)
        }
        (NodeLife::NotYet(from), _) => at("flow.life.not_yet", from),
        (NodeLife::Stopped(since), _) => at("flow.life.stopped", since),
        (NodeLife::Crashed(since), _) => at("flow.life.crashed", since),
        (NodeLife::Up, Role::Consumer { threads, .. }) if !threads.is_empty() => busy(threads),
        (NodeLife::Up, Role::Producer { doing, .. } | Role::Consumer { doing, .. }) => say(doing),
        (NodeLife::Up, Role::NameServer { .. } | Role::Broker { .. }) => String::new(),
    }
}

/// The same where there is little room.
pub(super) fn busy_in_short(node: &Node) -> String {
    match (node.life, &node.role) {
        (NodeLife::Up | NodeLife::NotYet(0), Role::Consumer { threads, .. })
            if !threads.is_empty() =>
        {
            threads_text("flow.threads.short", threads)
        }
        _ => doing(node),
    }
}

fn busy(threads: &[Option<u8>]) -> String {
    threads_text("flow.threads", threads)
}

fn threads_text(key: &str, threads: &[Option<u8>]) -> String {
    let busy = threads.iter().flatten().count() as u64;
    let all = Arg::Count(threads.len() as u64);
    fill(key, &[("n", Arg::Count(busy)), ("all", all)])
}

/// Letters of the small type that a card's line holds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a card's width")]
fn letters(place: &Place) -> usize {
    ((place.w - 24.0) / 5.6) as usize
}

/// What a producer has sent; how much of it was stored only where that fits.
fn sent_within(node: &Node, letters: usize) -> String {
    let whole = sent(node);
    let Role::Producer { sent, failed, .. } = &node.role else { return whole };
    match (whole.chars().count() <= letters, failed) {
        (true, _) => whole,
        (false, 0) => counted("flow.sent", *sent),
        (false, failed) => counted("flow.failed", *failed),
    }
}

/// What a producer has sent.
pub(super) fn sent(node: &Node) -> String {
    let Role::Producer { sent, stored, failed, .. } = &node.role else { return String::new() };
    let count = |key, n: &u64| counted(key, *n);
    match (sent, failed) {
        (0, _) => count("flow.sent", sent),
        (_, 0) => listed([count("flow.sent", sent), count("flow.stored", stored)]),
        _ => listed([count("flow.sent", sent), count("flow.failed", failed)]),
    }
}

/// What a consumer owns, or wants while it owns nothing.
pub(super) fn owns(node: &Node) -> String {
    let Role::Consumer { push, wants, owns, .. } = &node.role else { return String::new() };
    let kind = text(if *push { "flow.consumer.push" } else { "flow.consumer.pull" });
    let has = match owns {
        0 => counted("flow.consumer.wants", u64::from(*wants)),
        owns => counted("flow.consumer.owns", u64::from(*owns)),
    };
    listed([kind, has])
}

/// What a name server knows.
pub(super) fn knows(node: &Node) -> String {
    let Role::NameServer { topics, brokers } = &node.role else { return String::new() };
    let topics = match topics {
        0 => text("flow.namesrv.no_topic"),
        topics => counted("flow.namesrv.topics", u64::from(*topics)),
    };
    listed([topics, counted("flow.namesrv.brokers", u64::from(*brokers))])
}

/// The same for a card that is hardly wider than its name.
pub(super) fn in_few_words(node: &Node) -> String {
    match (&node.role, node.life) {
        (Role::Consumer { owns, .. }, NodeLife::Up) => {
            counted("flow.short.queues", u64::from(*owns))
        }
        (_, NodeLife::Stopped(_)) => text("flow.short.stopped"),
        _ => in_short(node),
    }
}

/// One line for a card that may be too narrow for it: then what was sent, then only how much.
pub(super) fn in_short_where(node: &Node, fits: impl Fn(&str) -> bool) -> String {
    let whole = in_short(node);
    let Role::Producer { sent, .. } = &node.role else { return whole };
    if fits(&whole) || node.life == NodeLife::Up && *sent == 0 {
        return whole;
    }
    let words = match node.life {
        NodeLife::Stopped(_) => text("flow.short.is_stopped"),
        NodeLife::Crashed(_) => text("flow.short.is_crashed"),
        NodeLife::Up | NodeLife::NotYet(_) => counted("flow.sent", *sent),
    };
    if fits(&words) { words } else { format::count(*sent) }
}

/// One line for a compact card.
pub(super) fn in_short(node: &Node) -> String {
    match (&node.role, node.life) {
        (Role::NameServer { .. }, _) => knows(node),
        (Role::Producer { sent, .. }, NodeLife::Stopped(_)) => {
            listed([counted("flow.sent", *sent), text("flow.short.stopped")])
        }
        (Role::Producer { sent, .. }, NodeLife::Up) => counted("flow.sent", *sent),
        (Role::Consumer { .. }, NodeLife::Up) => owns(node),
        (Role::Producer { .. } | Role::Consumer { .. }, _) => doing(node),
        (Role::Broker { .. }, _) => String::new(),
    }
}

/// A client or name server read aloud.
fn label(node: &Node) -> String {
    let group = node.group.clone().unwrap_or_default();
    let kind = match &node.role {
        Role::NameServer { .. } => listed([text("flow.read.namesrv"), knows(node)]),
        Role::Producer { .. } => {
            listed([text("flow.read.producer"), group, sent(node), doing(node)])
        }
        Role::Consumer { consumed, failed, .. } => listed([
            text("flow.read.consumer"),
            group,
            owns(node),
            doing(node),
            counted("flow.consumed", *consumed),
            counted("flow.failed", *failed),
        ]),
        Role::Broker { .. } => unreachable!("brokers have names of their own"),
    };
    listed([node.name.clone(), kind, badge_text(node)])
}
