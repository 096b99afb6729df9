//! Sends against brokers that answer as they are told: which attempts are made when, and how the
//! call ends. "a" is the broker that is asked first, whichever that is.

use std::collections::BTreeMap;
use std::rc::Rc;

use rocketscope::facts::{Fact, SendOutcome};
use rocketscope::kernel::actor::NodeId;
use rocketscope::kernel::disk::DiskProfile;
use rocketscope::kernel::name::Name;
use rocketscope::kernel::network::{ConnId, LinkProfile};
use rocketscope::kernel::spread::Spread;
use rocketscope::kernel::time::{SimSpan, SimTime};
use rocketscope::kernel::world::{Intervention, NodeSpec, World};
use rocketscope::rocketmq::cluster::MqDisk;
use rocketscope::rocketmq::config::ProducerConfig;
use rocketscope::rocketmq::protocol::Mq;
use rocketscope::rocketmq::reasons::Because;
use rocketscope::rocketmq::remoting::{
    Packet, Reply, ReplyBody, Request, Route, RouteBroker, code,
};

use crate::client_kit::{Log, ZERO, client_config, producer_config, rounds};

/// What a broker does with a send.
#[derive(Clone, Copy)]
pub(crate) enum Broker {
    /// Answers after 5 ms.
    Answers(u16),
    Silent,
    /// Is not there: nobody accepts the connection.
    Absent,
}

/// What was asked of whom, and how the call ended.
pub(crate) struct Outcome {
    /// (ms, 0 for a and 1 for b).
    pub(crate) attempts: Vec<(i64, usize)>,
    /// Queue ids of the requests.
    pub(crate) queues: Vec<i32>,
    pub(crate) log: Log,
    pub(crate) producer: NodeId,
}

/// One message is sent, to brokers a and b of which each has one queue.
fn send_one(seed: u64, a: Broker, b: Broker) -> Outcome {
    send_with(seed, [a, b], &|_| {})
}

/// The same by a producer that is configured otherwise.
pub(crate) fn send_with(
    seed: u64,
    [a, b]: [Broker; 2],
    edit: &dyn Fn(&mut ProducerConfig),
) -> Outcome {
    let mut world: World<Mq> = World::new(seed, 0, ZERO);
    let latency = Spread::Fixed(SimSpan::ZERO);
    world.set_default_link(LinkProfile { latency, ..LinkProfile::default() });
    let namesrv = world.add_outsider(Name::new("ns-1"));
    let client = client_config("p1", "PG", namesrv);
    let mut config = producer_config(client, rounds("T", 1, SimSpan::secs(60)));
    edit(&mut config);
    let absent = MqDisk::Producer(Box::new(config.clone()));
    let mut brokers = Vec::new();
    let is_absent = matches!((a, b), (Broker::Absent, _) | (_, Broker::Absent));
    brokers.push(if is_absent {
        world.add_node(spec("broker-a", absent, SimTime::NEVER))
    } else {
        world.add_outsider(Name::new("broker-a"))
    });
    brokers.push(world.add_outsider(Name::new("broker-b")));
    let disk = MqDisk::Producer(Box::new(config));
    let producer = world.add_node(spec("p1", disk, ZERO));
    let mut play = Play { world, brokers, peers: BTreeMap::new(), first: None };
    if is_absent {
        play.first = Some(0);
    }
    play.run([a, b], producer)
}

fn spec(name: &str, disk: MqDisk, boots: SimTime) -> NodeSpec<Mq> {
    let (name, disk_profile) = (Name::new(name), DiskProfile::default());
    NodeSpec { name, disk, disk_profile, boots, skew: 0 }
}

struct Play {
    world: World<Mq>,
    brokers: Vec<NodeId>,
    /// Who is at the other end of the producer's connections.
    peers: BTreeMap<ConnId, NodeId>,
    /// Index of the broker that was asked first.
    first: Option<usize>,
}

impl Play {
    fn run(mut self, script: [Broker; 2], producer: NodeId) -> Outcome {
        let (mut log, mut attempts, mut queues) = (Log::default(), Vec::new(), Vec::new());
        while self.world.step_until(ZERO + SimSpan::secs(30), &mut log).is_some() {
            for packet in self.world.in_flight().filter(|packet| packet.from == producer) {
                self.peers.insert(packet.conn, packet.to);
            }
            for (at, conn, packet) in self.world.take_outbox() {
                let Packet::Request { opaque, request, .. } = packet else { continue };
                let to = self.peers[&conn];
                if let Request::SendMessage(send) = &request {
                    queues.push(send.queue);
                    let index = self.brokers.iter().position(|broker| *broker == to);
                    let index = index.expect("sends go to brokers");
                    let first = *self.first.get_or_insert(index);
                    let millis = at.since(ZERO).as_millis().cast_signed();
                    attempts.push((millis, usize::from(index != first)));
                    self.answer_send(script[usize::from(index != first)], to, (conn, opaque));
                } else {
                    let reply = self.answer(&request);
                    self.reply(SimSpan::ZERO, to, (conn, opaque), reply);
                }
            }
        }
        Outcome { attempts, queues, log, producer }
    }

    fn answer_send(&mut self, broker: Broker, from: NodeId, call: (ConnId, u32)) {
        let Broker::Answers(code) = broker else { return };
        let stored = matches!(code, code::SUCCESS | code::FLUSH_DISK_TIMEOUT);
        let sent = ReplyBody::Sent { queue: 0, offset: 7, physical: 0 };
        let body = if stored { sent } else { ReplyBody::Empty };
        self.reply(SimSpan::millis(5), from, call, Reply { code, body });
    }

    fn answer(&self, request: &Request) -> Reply {
        let Request::GetRoute { .. } = request else { return Reply::code(code::SUCCESS) };
        let names = ["broker-a", "broker-b"].into_iter().zip(&self.brokers);
        let broker = |(name, node): (&str, &NodeId)| RouteBroker {
            name: Name::new(name),
            cluster: Name::new("DefaultCluster"),
            addresses: vec![(0, *node)],
            read_queues: 1,
            write_queues: 1,
            perm: 6,
            named_by: *node,
        };
        let route = Route { brokers: names.map(broker).collect() };
        Reply::success(ReplyBody::Route(Rc::new(route)))
    }

    fn reply(&mut self, after: SimSpan, from: NodeId, (conn, opaque): (ConnId, u32), reply: Reply) {
        let packet = Packet::Reply { opaque, to: 0, reply };
        let at = self.world.now() + after;
        self.world.intervene(at, Intervention::Packet { from, conn, packet });
    }
}

impl Outcome {
    /// How the call ended, and when in ms.
    pub(crate) fn end(&self) -> (i64, Fact) {
        let is_end = |fact: &Fact| matches!(fact, Fact::Acknowledged { .. } | Fact::Failed { .. });
        let ends = self.log.of(self.producer, |fact| is_end(fact).then_some(*fact));
        assert_eq!(ends.len(), 1, "a call ends once");
        ends[0]
    }

    pub(crate) fn stored(&self) -> (i64, SendOutcome) {
        let (at, Fact::Acknowledged { outcome, .. }) = self.end() else { panic!("it failed") };
        (at, outcome)
    }

    pub(crate) fn failed(&self, because: Because) -> i64 {
        let (at, Fact::Failed { why, .. }) = self.end() else { panic!("it succeeded") };
        assert!(because.is(why), "{why:?} is not {because:?}");
        at
    }
}

pub(crate) const OK: Broker = Broker::Answers(code::SUCCESS);
pub(crate) const ERROR: Broker = Broker::Answers(code::SYSTEM_BUSY);

/// Client reference 10.9, rows 1 to 2.
/// Client reference 9, row 12.
#[test]
fn an_error_worth_a_retry_goes_to_the_other_broker_at_once() {
    for seed in 1..=4 {
        let one = send_one(seed, ERROR, OK);
        assert_eq!(one.attempts, [(0, 0), (5, 1)]);
        assert_eq!(one.stored(), (10, SendOutcome::Ok));
        let all = send_one(seed, ERROR, ERROR);
        assert_eq!(all.attempts, [(0, 0), (5, 1), (10, 0)]);
        assert_eq!(all.failed(Because::RetriesExhausted), 15);
    }
}

/// Client reference 10.9, row 3.
#[test]
fn an_error_that_no_retry_mends_ends_the_call() {
    let outcome = send_one(1, Broker::Answers(code::MESSAGE_ILLEGAL), OK);
    assert_eq!(outcome.attempts, [(0, 0)]);
    assert_eq!(outcome.failed(Because::BrokerRefused), 5);
}

/// Client reference 10.9, row 4.
#[test]
fn a_refused_connection_costs_no_time() {
    for seed in 1..=8 {
        let outcome = send_one(seed, Broker::Absent, OK);
        let tried = outcome.log.of(outcome.producer, |fact| {
            if let Fact::QueueChosen { queue, .. } = fact { Some(queue.broker) } else { None }
        });
        assert_eq!(outcome.attempts, [(0, 1)], "the absent one takes no request");
        assert_eq!(outcome.stored(), (5, SendOutcome::Ok));
        assert!(tried.len() <= 2 && tried.iter().all(|(at, _)| *at == 0), "{tried:?}");
    }
}

/// Client reference 10.9, row 5.
/// Client reference 9, row 7.
#[test]
fn a_silent_broker_eats_the_time_of_the_whole_call() {
    let outcome = send_one(1, Broker::Silent, OK);
    assert_eq!(outcome.attempts, [(0, 0)]);
    assert_eq!(outcome.failed(Because::CallTimeout), 3000, "the clock shows more by then");
    let closed = |fact: &Fact| matches!(fact, Fact::Disconnected { .. });
    assert_eq!(outcome.log.times(outcome.producer, closed), [3000], "the connection is closed");
}

/// Client reference 10.9, row 6.
/// Client reference 9, row 8.
#[test]
fn on_an_exact_clock_the_attempts_after_a_full_time_out_have_no_time_at_all() {
    let edit = |config: &mut ProducerConfig| config.rules.after_failure = SimSpan::ZERO;
    let outcome = send_with(1, [Broker::Silent, OK], &edit);
    assert_eq!(outcome.attempts, [(0, 0)], "nothing leaves");
    assert_eq!(outcome.failed(Because::RetriesExhausted), 3000);
    let chosen = |fact: &Fact| matches!(fact, Fact::QueueChosen { .. });
    assert_eq!(outcome.log.times(outcome.producer, chosen), [0, 3000, 3000]);
    let closed = |fact: &Fact| matches!(fact, Fact::Disconnected { .. });
    assert_eq!(outcome.log.times(outcome.producer, closed), [3000], "the connection is closed");
}

/// Client reference 10.9, row 8.
/// Client reference 9, row 14.
#[test]
fn stored_but_not_flushed_in_time_is_a_success() {
    let outcome = send_one(1, Broker::Answers(code::FLUSH_DISK_TIMEOUT), OK);
    assert_eq!(outcome.attempts, [(0, 0)]);
    assert_eq!(outcome.stored(), (5, SendOutcome::FlushDiskTimeout));
}

/// Client reference 10.9, row 7.
#[test]
fn a_limit_for_each_request_leaves_time_for_another_broker() {
    let edit = |config: &mut ProducerConfig| {
        config.rules.max_timeout_per_request = Some(SimSpan::secs(1));
    };
    let outcome = send_with(1, [Broker::Silent, OK], &edit);
    assert_eq!(outcome.attempts, [(0, 0), (1000, 1)]);
    assert_eq!(outcome.stored(), (1005, SendOutcome::Ok));
    let resent = outcome.log.of(outcome.producer, |fact| {
        if let Fact::Resent { why, .. } = fact { Some(*why) } else { None }
    });
    assert!(Because::RequestTimeout.is(resent[0].1) && resent[0].1.value == 1000, "{resent:?}");
    let never = send_with(1, [Broker::Silent; 2], &edit);
    assert_eq!(never.attempts, [(0, 0), (1000, 1), (2000, 0)], "the last try has what is left");
    assert_eq!(never.failed(Because::RetriesExhausted), 3000);
}

/// Client reference 10.9, row 9.
#[test]
fn what_is_not_stored_well_is_stored_elsewhere_too_where_that_is_wanted() {
    let edit = |config: &mut ProducerConfig| config.rules.retry_another_broker = true;
    let late = Broker::Answers(code::FLUSH_DISK_TIMEOUT);
    let twice = send_with(1, [late, OK], &edit);
    assert_eq!(twice.attempts, [(0, 0), (5, 1)]);
    assert_eq!(twice.stored(), (10, SendOutcome::Ok));
    let never = send_with(1, [late, late], &edit);
    assert_eq!(never.attempts.len(), 3);
    assert_eq!(never.stored(), (15, SendOutcome::FlushDiskTimeout), "the last answer is returned");
    let worse = send_with(1, [late, Broker::Answers(code::MESSAGE_ILLEGAL)], &edit);
    assert_eq!(worse.stored(), (10, SendOutcome::FlushDiskTimeout), "it is stored all the same");
}

#[test]
fn the_codes_that_are_worth_a_retry_can_be_others() {
    let edit = |config: &mut ProducerConfig| config.rules.retried_codes = [215].into();
    let own = send_with(1, [Broker::Answers(215), OK], &edit);
    assert_eq!(own.attempts, [(0, 0), (5, 1)]);
    assert_eq!(send_with(1, [ERROR, OK], &edit).failed(Because::BrokerRefused), 5);
}
