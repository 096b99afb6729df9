//! The place: a name server, a broker, and outsiders that ask by hand.

use crate::facts::MsgKey;
use crate::kernel::actor::NodeId;
use crate::kernel::life::{End, Life};
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::time::{SimSpan, SimTime};
use crate::kernel::world::{Intervention, World};
use crate::rocketmq::protocol::{Mq, Order};
use crate::rocketmq::remoting::{Packet, Request};
use crate::scenario::Scenario;

const PLACE: &str = r#"
title = "Requests"
end = "1h"
network = { latency = "100us" }
namesrv = [{ name = "ns-1", starts = "-9s" }]
broker = [{ name = "broker-a", starts = "-8s", send_time = "20us", pull_time = "20us" }]
topic = [{ name = "Orders", queues = 3 }, { name = "Bills", queues = 1 }]
client = [{ name = "Nobody", role = "producer", group = "Nobody", starts = "1h", workload = {
  rate = "1/s", message = [{ topic = "Orders", size = "1B" }] } }]
"#;

/// A world with a broker that is asked from outside.
pub(super) struct Site {
    pub(super) world: World<Mq>,
    pub(super) broker: NodeId,
    namesrv: NodeId,
    outsider: NodeId,
    conn: Option<ConnId>,
    next: u32,
    /// It was told to end in order.
    told_to_stop: bool,
}

impl Site {
    pub(super) fn new(seed: u64) -> Self {
        let scenario = Scenario::parse(PLACE, &[]).unwrap_or_else(|error| panic!("{error}"));
        let lane = &scenario.lanes()[0];
        let mut world = lane.build(seed);
        let node = |name| world.nodes().find(|node| world.name(*node) == Name::new(name));
        let [namesrv, broker] = ["ns-1", "broker-a"].map(|name| node(name).expect("it is there"));
        let outsider = world.add_outsider(Name::new("outsider"));
        let mut site =
            Self { world, broker, namesrv, outsider, conn: None, next: 1, told_to_stop: false };
        site.run_to(lane.zero);
        site
    }

    pub(super) fn run(&mut self, span: SimSpan) {
        self.run_to(self.world.now() + span);
    }

    fn run_to(&mut self, end: SimTime) {
        // An event at the end keeps the world's clock from staying behind it.
        self.world.intervene(end, Intervention::Mend(self.namesrv, self.broker));
        self.world.run_until(end, &mut ());
    }

    /// At once.
    pub(super) fn intervene(&mut self, intervention: Intervention<Mq>) {
        let now = self.world.now();
        self.world.intervene(now, intervention);
        self.world.run_until(now, &mut ());
    }

    pub(super) fn is_up(&self) -> bool {
        self.world.life(self.broker).is_up()
    }

    /// It is on its way to an orderly end.
    pub(super) fn is_stopping(&self) -> bool {
        self.told_to_stop && self.is_up()
    }

    /// The broker's wall clock, ms since 1970.
    pub(super) fn wall(&self) -> i64 {
        self.world.wall(self.broker)
    }

    pub(super) fn end(&mut self, end: End) {
        self.conn = None;
        match end {
            End::Stopped => {
                self.told_to_stop = true;
                self.intervene(Intervention::Tell(self.broker, Order::Shutdown));
            }
            End::Crashed | End::PowerLost => {
                self.intervene(Intervention::Kill(self.broker, end));
            }
        }
    }

    /// The outsider closes its connection; answers that are still to come are lost.
    pub(super) fn hang_up(&mut self) {
        if let Some(conn) = self.conn.take() {
            self.intervene(Intervention::Disconnect { from: self.outsider, conn });
        }
    }

    pub(super) fn start(&mut self) {
        if matches!(self.world.life(self.broker), Life::Down { .. }) {
            (self.conn, self.told_to_stop) = (None, false);
            self.intervene(Intervention::Start(self.broker));
        }
    }

    /// The identity of the next message.
    pub(super) fn key(&self) -> MsgKey {
        MsgKey { producer: self.outsider, seq: self.next }
    }

    /// Sends a request; its number.
    pub(super) fn ask(&mut self, request: Request, oneway: bool) -> u32 {
        let opaque = self.next;
        self.next += 1;
        let from = self.outsider;
        if self.conn.is_none() {
            self.intervene(Intervention::Connect { from, to: self.broker });
            self.run(SimSpan::millis(1));
            self.conn = self.world.newest_connection(from);
        }
        let conn = self.conn.expect("it was just asked for");
        let packet = Packet::Request { opaque, oneway, request };
        self.intervene(Intervention::Packet { from, conn, packet });
        opaque
    }
}
