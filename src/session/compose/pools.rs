//! Pools of threads: how much they work, and how long jobs wait for them.

use crate::facts::NodeRole;
use crate::kernel::actor::NodeId;
use crate::kernel::time::SimTime;
use crate::kernel::usage::{Load, Pool, Usage};
use crate::session::frame::PoolCard;
use crate::session::lane::LifeLook;

use super::Scene;
use super::say::say;

/// A broker's pools in the order of its stations, each with the setting of its size.
const BROKER: [(&str, &str); 2] =
    [("pool.send", "sendMessageThreadPoolNums"), ("pool.pull", "pullMessageThreadPoolNums")];
const CONSUMER: (&str, &str) = ("pool.consume", "consumeThreadMin");

/// The pools of a node whose process runs; a name server has none.
#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn pools(scene: &Scene<'_>, node: NodeId) -> Vec<PoolCard> {
    let Some((_, profile)) = scene.seen.cast().node(node) else { return Vec::new() };
    let life = scene.look.nodes.get(node.index()).map(|look| look.life);
    if life != Some(LifeLook::Up) {
        return Vec::new();
    }
    match profile.role {
        NodeRole::Broker => of_broker(scene, node),
        NodeRole::PushConsumer => of_consumer(scene, node, profile.threads.0).into_iter().collect(),
        NodeRole::NameServer
        | NodeRole::Producer
        | NodeRole::PullConsumer
        | NodeRole::LitePullConsumer
        | NodeRole::SimpleConsumer => Vec::new(),
    }
}

fn of_broker(scene: &Scene<'_>, node: NodeId) -> Vec<PoolCard> {
    let now = SimTime::from_nanos(scene.seen.zero().as_nanos() + scene.now);
    let stations = scene.look.nodes.get(node.index()).map(|look| &look.stations);
    let card = |(named, (pool, usage)): (_, &(Pool, Usage))| {
        let load = usage.read(now, pool);
        let waiting = Some((pool.waiting, load.waiting));
        card(named, (pool.busy, pool.servers), waiting, load)
    };
    BROKER.into_iter().zip(stations.into_iter().flatten()).map(card).collect()
}

/// How many wait is not counted: what a consumer has in its memory says it.
fn of_consumer(scene: &Scene<'_>, node: NodeId, threads: u32) -> Option<PoolCard> {
    let load = scene.seen.threads.load(node, threads, scene.now)?;
    let works = scene.seen.threads.of(node).iter();
    let busy = works.filter(|work| work.is_some()).count();
    let busy = u32::try_from(busy).expect("threads are counted by a u32");
    Some(card(CONSUMER, (busy, threads), None, load))
}

fn card(
    (name, setting): (&str, &str),
    (busy, threads): (u32, u32),
    waiting: Option<(u32, u64)>,
    load: Load,
) -> PoolCard {
    let Load { utilisation, jobs, service, wait, longest, .. } = load;
    let setting = (setting.to_owned(), threads.to_string());
    let name = say(name, []);
    PoolCard { name, setting, busy, threads, utilisation, waiting, jobs, service, wait, longest }
}
