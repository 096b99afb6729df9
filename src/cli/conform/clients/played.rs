//! A scenario played, and its time line: facts for what programs see, packets in flight for what
//! clients ask. As in a recording, requests before time 0 are not in it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};

use crate::facts::{Fact, MsgKey, QueueRef, TransactionEnd};
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::time::{SimSpan, SimTime};
use crate::kernel::world::{Moment, Observer, World};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::Packet;
use crate::scenario::Scenario;
use crate::wire::packets::{self, Places};

use super::timeline::{Asked, Begun, Held, Queue, Sent, Timeline};

/// Plays the first lane of a scenario until so many ms after its time 0.
pub(super) fn timeline(scenario: &Scenario, until: i64) -> Timeline {
    let lane = &scenario.lanes()[0];
    let mut world = lane.build(scenario.seed);
    let names = lane.nodes.iter().map(|node| node.name).collect();
    let mut watch = Watch { zero: lane.zero, names, ..Watch::default() };
    let end = lane.zero + SimSpan::millis(u64::try_from(until).unwrap_or(0));
    let mut known = BTreeSet::new();
    while world.step_until(end, &mut watch).is_some() {
        write_down(&world, &mut known, &mut watch);
    }
    watch.timeline.requests.retain(|asked| 0 <= asked.at);
    watch.timeline
}

/// Requests that began to fly in this step.
fn write_down(world: &World<Mq>, known: &mut BTreeSet<(ConnId, NodeId, u32)>, watch: &mut Watch) {
    let now = world.now();
    let mut new: Vec<(u32, Asked)> = Vec::new();
    for flight in world.in_flight().filter(|flight| flight.sent == now) {
        if let Packet::Request { opaque, request, .. } = flight.packet
            && known.insert((flight.conn, flight.from, *opaque))
        {
            let command = packets::command(request, *opaque, flight.from, &Nowhere);
            let ext = command.ext.iter().map(|(name, value)| (name.to_string(), value.to_string()));
            let (who, peer) = ends(watch, (flight.from, flight.to), request.code());
            let asked = Asked {
                at: watch.millis(now),
                who,
                peer,
                request: name_of(request.code()).to_owned(),
                ext: ext.collect(),
            };
            new.push((*opaque, asked));
        }
    }
    new.sort_by_key(|(opaque, _)| *opaque);
    watch.timeline.requests.extend(new.into_iter().map(|(_, asked)| asked));
}

/// The client, and whom it talks with: a request of a broker is written at its client.
fn ends(watch: &Watch, (from, to): (NodeId, NodeId), code: u32) -> (String, String) {
    let (from, to) = (watch.name(from), watch.name(to));
    if matches!(code, 39 | 40) { (to, from) } else { (from, to) }
}

/// Addresses are not compared.
struct Nowhere;

impl Places for Nowhere {
    fn address(&self, _: NodeId) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, 0).into()
    }
}

/// Writes facts down as a program would.
#[derive(Default)]
struct Watch {
    zero: SimTime,
    names: Vec<Name>,
    timeline: Timeline,
    /// Where a message came to lie first.
    places: BTreeMap<MsgKey, (QueueRef, u64)>,
    /// So often a group was told to take a message again.
    again: BTreeMap<(MsgKey, Name), i64>,
    holds: BTreeMap<NodeId, BTreeSet<Queue>>,
}

impl Watch {
    fn millis(&self, at: SimTime) -> i64 {
        let nanos = |at: SimTime| i64::try_from(at.as_nanos()).expect("a run is shorter than 2^63");
        (nanos(at) - nanos(self.zero)).div_euclid(1_000_000)
    }

    fn name(&self, node: NodeId) -> String {
        self.names[node.index()].as_str().to_owned()
    }

    fn queue(&self, queue: QueueRef) -> Queue {
        (queue.topic.as_str().to_owned(), self.name(queue.broker), i64::from(queue.id))
    }

    fn hold(&mut self, moment: Moment, queue: QueueRef, owns: bool) {
        let (at, who, queue) = (self.millis(moment.at), self.name(moment.node), self.queue(queue));
        let held = self.holds.entry(moment.node).or_default();
        if owns {
            held.insert(queue);
        } else {
            held.remove(&queue);
        }
        let queues = held.clone();
        self.timeline.held.push(Held { at, who, queues });
    }

    fn begin(&mut self, moment: Moment, (msg, group): (MsgKey, Name)) {
        let Some((queue, offset)) = self.places.get(&msg).copied() else { return };
        let begun = Begun {
            at: self.millis(moment.at),
            who: self.name(moment.node),
            queue: self.queue(queue),
            offset: i64::try_from(offset).unwrap_or(i64::MAX),
            times: self.again.get(&(msg, group)).copied().unwrap_or(0),
        };
        self.timeline.begun.push(begun);
    }
}

impl Observer<Mq> for Watch {
    fn see(&mut self, moment: Moment, fact: &Fact) {
        if let Fact::Stored { msg, queue, offset, .. } = fact {
            self.places.entry(*msg).or_insert((*queue, *offset));
        } else if let Fact::Acknowledged { queue, .. } = fact {
            let (at, who) = (self.millis(moment.at), self.name(moment.node));
            let queue = self.queue(*queue);
            self.timeline.sent.push(Sent { at, who, queue, keyed: false });
        } else if let Fact::Failed { .. } = fact {
            self.timeline.failed.push(self.millis(moment.at));
        } else if let Fact::Decided { msg, end, why } = fact {
            let entry = (self.millis(moment.at), called(*msg), state(*end).to_owned());
            if Because::CheckAnswered.is(*why) {
                self.timeline.answered.push(entry);
            } else {
                self.timeline.decided.push(entry);
            }
        } else if let Fact::Polled { count, .. } = fact {
            let (at, who) = (self.millis(moment.at), self.name(moment.node));
            self.timeline.polled.push((at, who, i64::from(*count)));
        } else if let Fact::Owned { queue, .. } = fact {
            self.hold(moment, *queue, true);
        } else if let Fact::Released { queue, .. } = fact {
            self.hold(moment, *queue, false);
        } else if let Fact::Consuming { msg, group, .. } = fact {
            self.timeline.handed.push(called(*msg));
            self.begin(moment, (*msg, *group));
        } else if let Fact::NotConsumed { msg, group, .. } = fact {
            *self.again.entry((*msg, *group)).or_default() += 1;
        }
    }
}

/// What a message is called here.
fn called(msg: MsgKey) -> String {
    format!("{}:{}", msg.producer.0, msg.seq)
}

/// `LocalTransactionState`.
fn state(end: TransactionEnd) -> &'static str {
    match end {
        TransactionEnd::Commit => "COMMIT_MESSAGE",
        TransactionEnd::RollBack => "ROLLBACK_MESSAGE",
        TransactionEnd::Unknown => "UNKNOW",
        TransactionEnd::Never => "",
    }
}

/// `RequestCode`, as recordings write it.
fn name_of(code: u32) -> &'static str {
    match code {
        11 => "PULL_MESSAGE",
        14 => "QUERY_CONSUMER_OFFSET",
        15 => "UPDATE_CONSUMER_OFFSET",
        30 => "GET_MAX_OFFSET",
        31 => "GET_MIN_OFFSET",
        34 => "HEART_BEAT",
        35 => "UNREGISTER_CLIENT",
        36 => "CONSUMER_SEND_MSG_BACK",
        37 => "END_TRANSACTION",
        38 => "GET_CONSUMER_LIST_BY_GROUP",
        39 => "CHECK_TRANSACTION_STATE",
        40 => "NOTIFY_CONSUMER_IDS_CHANGED",
        41 => "LOCK_BATCH_MQ",
        42 => "UNLOCK_BATCH_MQ",
        105 => "GET_ROUTEINFO_BY_TOPIC",
        310 => "SEND_MESSAGE_V2",
        320 => "SEND_BATCH_MESSAGE",
        361 => "LITE_PULL_MESSAGE",
        _ => "",
    }
}
