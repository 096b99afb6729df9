//! Registration with the name servers (`BrokerOuterAPI`, `BrokerController.registerBrokerAll`).
//!
//! At its start a broker registers with each name server that it reaches; then 10 s later and every 30 s,
//! and at once when a topic was created.

use std::rc::Rc;

use crate::facts::Fact;
use crate::kernel::actor::NodeId;
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::remoting::{Packet, Registration, Reply, Request};
use crate::rocketmq::topic::TopicConfig;

use super::{Broker, BrokerTimer};

/// The first periodic registration comes so long after the start.
const FIRST: SimSpan = SimSpan::secs(10);

/// Connections to name servers.
#[derive(Clone, Debug, Default)]
pub(super) struct NameServers {
    /// Asked for or open.
    channels: Vec<(NodeId, ConnId)>,
    next_opaque: u32,
}

impl NameServers {
    pub(super) fn forget(&mut self, conn: ConnId) {
        self.channels.retain(|(_, known)| *known != conn);
    }

    fn is_known(&self, conn: ConnId) -> bool {
        self.channels.iter().any(|(_, known)| *known == conn)
    }
}

impl Broker {
    pub(super) fn connect_name_servers(&mut self, fx: &mut Effects<'_, Mq>) {
        self.open_missing(fx);
        fx.arm(FIRST, Timer::Broker(BrokerTimer::Register));
    }

    /// A connection to a name server is usable: register at once.
    pub(super) fn opened(&mut self, conn: ConnId, peer: NodeId, fx: &mut Effects<'_, Mq>) {
        if self.name_servers.is_known(conn) {
            fx.note(Fact::Connected { peer });
            self.register_over(conn, self.topics.all().to_vec(), fx);
        }
    }

    pub(super) fn register_again(&mut self, fx: &mut Effects<'_, Mq>) {
        self.register_topics(self.topics.all().to_vec(), fx);
        self.open_missing(fx);
        fx.arm(self.config.register_period, Timer::Broker(BrokerTimer::Register));
    }

    /// Registers topics with every name server that is connected.
    pub(super) fn register_topics(&mut self, topics: Vec<TopicConfig>, fx: &mut Effects<'_, Mq>) {
        let open = self.name_servers.channels.iter().filter(|(_, conn)| fx.is_open(*conn));
        for conn in open.map(|(_, conn)| *conn).collect::<Vec<_>>() {
            self.register_over(conn, topics.clone(), fx);
        }
    }

    /// A registration that was refused is tried again at the next period.
    pub(super) fn registered(&self, _: ConnId, _: u32, _: &Reply, _: &mut Effects<'_, Mq>) {}

    pub(super) fn unregister(&mut self, fx: &mut Effects<'_, Mq>) {
        let (cluster, broker) = (self.config.cluster, self.config.name);
        let broker_id = self.config.broker_id;
        for (_, conn) in self.name_servers.channels.clone() {
            self.ask(conn, Request::UnregisterBroker { cluster, broker, broker_id }, fx);
        }
    }

    fn open_missing(&mut self, fx: &mut Effects<'_, Mq>) {
        for server in &self.config.namesrvs {
            if !self.name_servers.channels.iter().any(|(known, _)| known == server) {
                let conn = fx.open(*server);
                self.name_servers.channels.push((*server, conn));
            }
        }
    }

    fn register_over(&mut self, conn: ConnId, topics: Vec<TopicConfig>, fx: &mut Effects<'_, Mq>) {
        let registration = Registration {
            cluster: self.config.cluster,
            broker: self.config.name,
            broker_id: self.config.broker_id,
            data_version: self.topics.version(),
            topics,
        };
        self.ask(conn, Request::RegisterBroker(Rc::new(registration)), fx);
    }

    fn ask(&mut self, conn: ConnId, request: Request, fx: &mut Effects<'_, Mq>) {
        let opaque = self.name_servers.next_opaque;
        self.name_servers.next_opaque += 1;
        fx.send(conn, Packet::Request { opaque, oneway: false, request });
    }
}
