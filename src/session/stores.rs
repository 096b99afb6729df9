//! One broker without a network: requests are handed to it as fast as it takes them. How fast that
//! is the command line measures natively, and the page's budget in a browser.

use std::rc::Rc;

use crate::facts::MsgKey;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::kernel::world::{Intervention, World};
use crate::rocketmq::message::{Body, Message, ProcessIdentity, Template};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{Packet, Request, SendRequest, code};
use crate::rocketmq::topic::TBW102;
use crate::scenario::Scenario;

/// Messages within a virtual millisecond.
const BURST: u32 = 100;

/// A broker alone; a scenario needs a client, which starts too late here.
const BROKER: &str = r#"
title = "A broker"
end = "1h"
network = { latency = "0us" }
topic = [{ name = "Orders", queues = 8 }]
namesrv = [{ name = "ns-1", starts = "-9s" }]
broker = [{ name = "broker-a", starts = "-8s", send_time = "1us" }]
client = [{ name = "Nobody", role = "producer", group = "Nobody", starts = "1h", workload = {
  rate = "1/s", message = [{ topic = "Orders", size = "1B" }] } }]
"#;

/// A broker that nobody has sent to.
#[inline(never)]
pub fn fresh() -> World<Mq> {
    let scenario = Scenario::parse(BROKER, &[]).unwrap_or_else(|error| panic!("{error}"));
    let lane = &scenario.lanes()[0];
    let mut world = lane.build(scenario.seed);
    world.run_until(lane.zero, &mut ());
    world
}

/// Sends so many messages of 128 B; gives how many were acknowledged.
#[inline(never)]
pub fn send_all(world: &mut World<Mq>, sends: u32) -> u64 {
    let broker = world.nodes().find(|node| world.name(*node) == Name::new("broker-a"));
    let (from, to) = (world.add_outsider(Name::new("outside")), broker.expect("it is there"));
    world.intervene(world.now(), Intervention::Connect { from, to });
    world.run_until(world.now(), &mut ());
    let conn = world.newest_connection(from).expect("it was just asked for");
    let (mut time, mut stored) = (world.now(), 0);
    let topic = Name::new("Orders");
    let template = Rc::new(Template { topic, tag: None, keys: None, body: Body::Synthetic(128) });
    let (group, default_topic) = (Name::new("PG"), Name::new(TBW102));
    let maker = ProcessIdentity { ip: [10, 0, 0, 1], pid: 1, loader: 1 };
    for seq in 0..sends {
        let key = MsgKey { producer: from, seq };
        let (template, born) = (Rc::clone(&template), world.wall(broker.expect("it is there")));
        let message = Message { key, template, round: seq, born, maker };
        let request = Request::SendMessage(Rc::new(SendRequest {
            group,
            topic,
            default_topic,
            default_queues: 4,
            queue: (seq % 8).cast_signed(),
            message,
            max_reconsume: None,
            batch: None,
        }));
        let packet = Packet::Request { opaque: seq, oneway: false, request };
        world.intervene(time, Intervention::Packet { from, conn, packet });
        if (seq + 1) % BURST == 0 {
            time += SimSpan::millis(1);
            world.run_until(time, &mut ());
            stored += acknowledged(world);
        }
    }
    stored
}

fn acknowledged(world: &mut World<Mq>) -> u64 {
    let came = world.take_outbox();
    let is_fine = |packet: &Packet| {
        if let Packet::Reply { reply, .. } = packet { reply.code == code::SUCCESS } else { false }
    };
    came.iter().filter(|(_, _, packet)| is_fine(packet)).count() as u64
}
