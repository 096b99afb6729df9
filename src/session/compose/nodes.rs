//! Nodes with their figures, what they do and why they wait.

use crate::facts::{NodeProfile, NodeRole};
use crate::kernel::actor::NodeId;
use crate::kernel::life::End;
use crate::observation::nodes::{Figures, NEWEST};
use crate::session::frame::{Arg, LogCell, Node, NodeLife, Pool, Role, Words};
use crate::session::lane::{LifeLook, NodeLook};

use super::Scene;
use super::say::{reason, say};

/// A badge of something that is over stays for so many ns.
const AFTERGLOW: u64 = 5_000_000_000;

pub(super) fn nodes(scene: &Scene<'_>) -> Vec<Node> {
    let nodes = (0..).zip(&scene.look.nodes);
    nodes.filter_map(|(id, look)| one(scene, NodeId(id), look)).collect()
}

fn one(scene: &Scene<'_>, id: NodeId, look: &NodeLook) -> Option<Node> {
    let (name, profile) = scene.seen.cast().node(id)?;
    let figures = scene.seen.nodes.of(id).cloned().unwrap_or_default();
    let life = life(scene, look.life);
    Some(Node {
        id: id.0,
        name: name.as_str().to_owned(),
        group: profile.group.map(|group| group.as_str().to_owned()),
        life,
        role: role(scene, id, look, (profile, &figures)),
        badge: paused(scene, look).or_else(|| badge(scene, id, (profile, &figures), life)),
    })
}

fn life(scene: &Scene<'_>, life: LifeLook) -> NodeLife {
    match life {
        LifeLook::Planned(at) => NodeLife::NotYet(scene.seen.since_start(at)),
        LifeLook::Up => NodeLife::Up,
        LifeLook::Down(since, End::Stopped) => NodeLife::Stopped(scene.seen.since_start(since)),
        LifeLook::Down(since, End::Crashed | End::PowerLost) => {
            NodeLife::Crashed(scene.seen.since_start(since))
        }
    }
}

fn role(
    scene: &Scene<'_>,
    id: NodeId,
    look: &NodeLook,
    (profile, figures): (&NodeProfile, &Figures),
) -> Role {
    let life = life(scene, look.life);
    match profile.role {
        NodeRole::NameServer => Role::NameServer {
            topics: registered_topics(scene, figures),
            brokers: count(figures.brokers.len()),
        },
        NodeRole::Broker => broker(scene, (id, look), (profile, figures)),
        NodeRole::Producer => Role::Producer {
            topics: count(profile.topics.len()),
            sent: figures.sent,
            stored: figures.acknowledged,
            failed: figures.failed,
            doing: idle(life).unwrap_or_else(|| sending(scene, id, figures)),
        },
        NodeRole::PushConsumer
        | NodeRole::PullConsumer
        | NodeRole::LitePullConsumer
        | NodeRole::SimpleConsumer => consumer(scene, id, (profile, figures), life),
    }
}

/// Planned topics that exist on a broker that is registered.
fn registered_topics(scene: &Scene<'_>, figures: &Figures) -> u32 {
    let places = &scene.seen.places;
    let registered = |topic: &&usize| {
        let mut queues = places.queues_of(**topic).map(|queue| places.queues()[queue].queue.broker);
        let home = |node: &NodeId| scene.seen.cast().home(*node);
        places.topics()[**topic].planned.is_some()
            && queues.any(|broker| figures.brokers.iter().any(|node| home(node) == broker))
    };
    count(places.shown().iter().filter(registered).count())
}

fn broker(
    scene: &Scene<'_>,
    (id, look): (NodeId, &NodeLook),
    (profile, figures): (&NodeProfile, &Figures),
) -> Role {
    let cast = scene.seen.cast();
    let mut modes = profile.modes.clone();
    let mut copies = profile.copies;
    if let Some((leader, _)) = figures.led_by {
        modes[0] = if leader == id { "SYNC_MASTER" } else { "SLAVE" };
        copies = copies.map(|home| if leader == id { home } else { leader });
    }
    let cell =
        |(topic, message): &(usize, u32)| LogCell { topic: scene.topic(*topic), message: *message };
    let mut newest: Vec<LogCell> = figures.newest.iter().rev().take(NEWEST).map(cell).collect();
    newest.reverse();
    let pool = |index: usize| {
        let threads = [profile.threads.0, profile.threads.1][index];
        let idle = Pool { busy: 0, threads, waiting: 0 };
        look.stations.get(index).map_or(idle, |(pool, _)| Pool {
            busy: pool.busy,
            threads: pool.servers,
            waiting: pool.waiting,
        })
    };
    Role::Broker {
        modes: modes.into_iter().map(str::to_owned).collect(),
        copies: copies.map(|broker| cast.name(broker).to_owned()),
        log_bytes: figures.log_bytes,
        records: figures.records,
        newest,
        send_pool: pool(0),
        pull_pool: pool(1),
        flushed: figures.flushed.max(look.flushed),
    }
}

fn consumer(
    scene: &Scene<'_>,
    id: NodeId,
    (profile, figures): (&NodeProfile, &Figures),
    life: NodeLife,
) -> Role {
    let seen = scene.seen;
    let works = seen.threads.of(id).iter().map(|work| work.and_then(|work| work.topic));
    let mut threads: Vec<Option<u8>> =
        works.map(|topic| topic.map(|topic| scene.topic(topic))).collect();
    let all = (profile.threads.0 as usize).max(threads.len());
    threads.resize(all, None);
    let busy = threads.iter().flatten().count() as u64;
    let push = profile.role == NodeRole::PushConsumer;
    let working = if push {
        say("doing.threads", [("busy", Arg::Count(busy)), ("all", Arg::Count(all as u64))])
    } else {
        let key = if busy > 0 { "doing.handles" } else { "doing.asks" };
        say(key, [])
    };
    let owned = seen.ownership.ribbons().filter(|(node, _, _)| *node == id);
    let cached = owned.map(|(_, queue, group)| seen.progress.share(queue, group).out).sum();
    let shown = seen
        .ownership
        .ribbons()
        .filter(|(node, queue, _)| *node == id && scene.queue(*queue).is_some());
    Role::Consumer {
        push,
        wants: count(profile.topics.len()),
        owns: count(shown.count()),
        threads,
        consumed: figures.consumed,
        failed: figures.retried,
        cached,
        doing: idle(life).unwrap_or(working),
    }
}

/// What a node that does not run does.
fn idle(life: NodeLife) -> Option<Words> {
    match life {
        NodeLife::NotYet(at) if at == u64::MAX => Some(say("doing.not_planned", [])),
        NodeLife::NotYet(at) => Some(say("doing.starts", [("at", Arg::Time(at))])),
        NodeLife::Up => None,
        NodeLife::Stopped(at) => Some(say("doing.stopped", [("at", Arg::Time(at))])),
        NodeLife::Crashed(at) => Some(say("doing.crashed", [("at", Arg::Time(at))])),
    }
}

fn sending(scene: &Scene<'_>, id: NodeId, figures: &Figures) -> Words {
    let (sent, over) = figures.of_this_process();
    let open = sent.saturating_sub(over);
    if open > 0 {
        return say("doing.waits_for_answer", [("n", Arg::Count(open))]);
    }
    // What had no route was never sent, and what nobody acknowledges is never over.
    let planned = scene.seen.cast().planned.get(id.index()).copied().flatten();
    let all = planned.is_some_and(|planned| planned <= sent.max(over));
    say(if all { "doing.all_sent" } else { "doing.pauses" }, [])
}

/// That a node stands still.
pub(super) fn paused(scene: &Scene<'_>, look: &NodeLook) -> Option<Words> {
    let until = look.paused_until.filter(|_| look.life == LifeLook::Up)?;
    Some(say("badge.paused_until", [("until", Arg::Time(scene.seen.since_start(until)))]))
}

/// Why a node waits, in at most 24 characters.
pub(super) fn badge(
    scene: &Scene<'_>,
    id: NodeId,
    (profile, figures): (&NodeProfile, &Figures),
    life: NodeLife,
) -> Option<Words> {
    if life != NodeLife::Up {
        return None;
    }
    if let Some((queues, why)) = figures.throttled {
        let asked = reason(scene.seen.cast(), Some(why))?;
        let key = asked.sentence.key.replace("why.", "badge.");
        return Some(say(&key, [("queues", Arg::Count(u64::from(queues)))]));
    }
    let consumes = match profile.role {
        NodeRole::PushConsumer
        | NodeRole::PullConsumer
        | NodeRole::LitePullConsumer
        | NodeRole::SimpleConsumer => true,
        NodeRole::NameServer | NodeRole::Broker | NodeRole::Producer => false,
    };
    let (_, until) = figures.no_route.filter(|_| consumes)?;
    let shown = until.is_none_or(|until| scene.now < until + AFTERGLOW);
    let until = until.or_else(|| next_look(scene, id)).filter(|_| shown);
    Some(match until {
        Some(until) => say("badge.no_route_until", [("until", Arg::Time(until))]),
        None if shown => say("badge.no_route", []),
        None => return None,
    })
}

/// When a consumer will look again.
fn next_look(scene: &Scene<'_>, id: NodeId) -> Option<u64> {
    let mut own = scene.look.expectations.iter().filter(|expected| expected.node == id);
    let rebalance = own.find(|expected| expected.key.contains("rebalance"))?;
    Some(scene.seen.since_start(rebalance.at))
}

fn count(len: usize) -> u32 {
    u32::try_from(len).expect("counts on a page fit in u32")
}
