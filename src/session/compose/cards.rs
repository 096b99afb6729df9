//! The cards of a node, a queue and a link: rows, what is expected, the last events.

use crate::facts::{NodeRole, QueueRef, TopicKind};
use crate::kernel::actor::NodeId;
use crate::observation::journal::Entry;
use crate::observation::seen::parts;
use crate::session::frame::{Arg, Inspector, LinkCard, NodeCard, QueueCard, Why, Words};

use super::events::newest;
use super::queues::{cells, first_group};
use super::say::{reason, say, text, why};
use super::{Scene, pools};

/// Lines of a card's event list.
const LINES: usize = 8;
/// Messages of a queue's card.
const MESSAGES: u64 = 32;

type Row = (Words, Words);

#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn node(scene: &Scene<'_>, id: u32) -> Inspector {
    let node = NodeId(id);
    let Some((name, profile)) = scene.seen.cast().node(node) else { return Inspector::Nothing };
    let own = scene.look.expectations.iter().filter(|expected| expected.node == node);
    let expects = own.filter(|expected| scene.seen.since_start(expected.at) <= scene.end);
    let expects = expects.map(|expected| {
        (scene.seen.since_start(expected.at), say(&format!("expect.{}", expected.key), []))
    });
    let settings = profile.settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Inspector::Node(NodeCard {
        lane: scene.lane,
        node: id,
        name: name.as_str().to_owned(),
        kind: say(kind(profile.role), []),
        rows: node_rows(scene, node),
        expects: expects.take(LINES).collect(),
        pools: pools::pools(scene, node),
        settings: settings.collect(),
        why: node_why(scene, node),
        events: newest(scene, |entry| entry.node == node, LINES),
    })
}

fn kind(role: NodeRole) -> &'static str {
    match role {
        NodeRole::NameServer => "kind.name_server",
        NodeRole::Broker => "kind.broker",
        NodeRole::Producer => "kind.producer",
        NodeRole::PushConsumer => "kind.push_consumer",
        NodeRole::PullConsumer => "kind.pull_consumer",
        NodeRole::LitePullConsumer => "kind.lite_pull_consumer",
        NodeRole::SimpleConsumer => "kind.simple_consumer",
    }
}

fn node_rows(scene: &Scene<'_>, node: NodeId) -> Vec<Row> {
    let Some((_, profile)) = scene.seen.cast().node(node) else { return Vec::new() };
    let figures = scene.seen.nodes.of(node).cloned().unwrap_or_default();
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(profile.group.map(|group| words("row.group", text(group.as_str()))));
    match profile.role {
        NodeRole::NameServer => {
            rows.push(count("row.brokers", figures.brokers.len() as u64));
        }
        NodeRole::Broker => {
            rows.push(count("row.records", figures.records));
            rows.push(words("row.log", Arg::Bytes(figures.log_bytes)));
            rows.push(words("row.flushed", Arg::Bytes(figures.flushed)));
            if let Some((leader, epoch)) = figures.led_by {
                let leads = leader == node;
                let role = if leads { "value.leads" } else { "value.follows" };
                rows.push((say("row.role", []), say(role, [])));
                rows.push(count("row.epoch", u64::from(epoch)));
                rows.extend(leads.then(|| count("row.in_sync", u64::from(figures.in_sync))));
            }
        }
        NodeRole::Producer => {
            rows.push(count("row.sent", figures.sent));
            rows.push(count("row.acknowledged", figures.acknowledged));
            rows.push(count("row.failed", figures.failed));
        }
        NodeRole::PushConsumer
        | NodeRole::PullConsumer
        | NodeRole::LitePullConsumer
        | NodeRole::SimpleConsumer => {
            rows.push(count("row.owns", scene.seen.ownership.owned_by(node) as u64));
            rows.push(count("row.consumed", figures.consumed));
            rows.push(count("row.sent_back", figures.retried));
        }
    }
    rows
}

fn node_why(scene: &Scene<'_>, node: NodeId) -> Option<Why> {
    let figures = scene.seen.nodes.of(node)?;
    let cast = scene.seen.cast();
    if let Some((_, throttled)) = figures.throttled {
        return Some(why(cast, throttled, say("question.throttled", [])));
    }
    let last = scene.seen.journal.entries().rev().find_map(|entry| {
        let told = parts(&entry.fact).why.filter(|_| entry.node == node)?;
        reason(cast, Some(told)).filter(|why| why.setting.is_some())
    });
    last.map(|told| Why { question: say("question.node", []), ..told })
}

#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn queue(scene: &Scene<'_>, queue: Option<QueueRef>) -> Inspector {
    let found = queue.and_then(|queue| Some((queue, scene.seen.places.queue(queue)?)));
    let Some((queue, index)) = found else { return Inspector::Nothing };
    let Some(place) = scene.queue(index) else { return Inspector::Nothing };
    let about = |entry: &Entry| entry.queue.is_some_and(|queue| queue as usize == index);
    let broker = scene.seen.cast().name(queue.broker);
    Inspector::Queue(QueueCard {
        lane: scene.lane,
        queue: place,
        name: format!("{}, {broker} q{}", queue.topic, queue.id),
        rows: queue_rows(scene, index),
        why: queue_why(scene, index),
        messages: cells(scene.seen, index, MESSAGES),
        events: newest(scene, about, LINES),
    })
}

fn queue_rows(scene: &Scene<'_>, index: usize) -> Vec<Row> {
    let seen = scene.seen;
    let group = first_group(seen, index);
    let share = group.map(|group| seen.progress.share(index, group)).unwrap_or_default();
    let stored = seen.progress.stored(index);
    if seen.places.kind(seen.places.queues()[index].topic) == TopicKind::Kept {
        let owner = (say("row.owner", []), say("value.broker_alone", []));
        return vec![count("row.stored", stored), owner];
    }
    let owner = group.and_then(|group| seen.ownership.owner(index, group));
    let mut rows = vec![
        count("row.stored", stored),
        count("row.waiting", stored.saturating_sub(share.done)),
        count("row.handed_out", share.out),
        count("row.consumed", share.done),
    ];
    rows.extend(share.committed.map(|offset| count("row.committed", offset)));
    rows.extend(owner.map(|owner| words("row.owner", text(seen.cast().name(owner)))));
    if owner.is_none() {
        rows.push((say("row.owner", []), say("value.nobody", [])));
    }
    rows
}

/// The newest reason that somebody gave about this queue.
fn queue_why(scene: &Scene<'_>, index: usize) -> Option<Why> {
    let entries = scene.seen.journal.entries().rev();
    let mut own = entries.filter(|entry| entry.queue.is_some_and(|queue| queue as usize == index));
    let told = own.find_map(|entry| parts(&entry.fact).why)?;
    let told = reason(scene.seen.cast(), Some(told))?;
    Some(Why { question: say("question.queue", []), ..told })
}

#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn link(scene: &Scene<'_>, from: u32, to: u32) -> Inspector {
    let ends = (NodeId(from), NodeId(to));
    let cast = scene.seen.cast();
    if cast.node(ends.0).is_none() || cast.node(ends.1).is_none() {
        return Inspector::Nothing;
    }
    let between = |a: NodeId, b: NodeId| (a, b) == ends || (b, a) == ends;
    let flights = scene.look.flights.iter().filter(|flight| between(flight.from, flight.to));
    let cut = scene.look.cut.iter().any(|(a, b)| between(*a, *b));
    let state = if cut { "value.cut" } else { "value.open" };
    let rows =
        vec![(say("row.link", []), say(state, [])), count("row.in_flight", flights.count() as u64)];
    let about = |entry: &Entry| {
        let peer = parts(&entry.fact).queue.map(|queue| queue.broker);
        peer.is_some_and(|peer| between(entry.node, peer))
    };
    let events = newest(scene, about, LINES);
    Inspector::Link(LinkCard { lane: scene.lane, from, to, rows, events })
}

fn count(key: &str, number: u64) -> Row {
    words(key, Arg::Count(number))
}

fn words(key: &str, value: Arg) -> Row {
    (say(key, []), say("value", [("value", value)]))
}
