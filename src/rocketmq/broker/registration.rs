//! Registration with the name servers (`BrokerOuterAPI`, `BrokerController.registerBrokerAll`).
//!
//! At its start a broker registers with each name server that it reaches; then 10 s later and every
//! 30 s, and at once when a topic was created. A name server that it did not reach is tried again
//! at the next period, and registered with as soon as it is reached; upstream tries every 3 s, but
//! registers then too.

use std::rc::Rc;

use crate::facts::{Fact, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Packet, Registration, Reply, ReplyBody, Request};
use crate::rocketmq::topic::TopicConfig;

use super::{Broker, BrokerTimer, millis};

/// The first periodic registration comes so long after the start.
const FIRST: SimSpan = SimSpan::secs(10);
/// Bounds of the period.
const LEAST: SimSpan = SimSpan::secs(10);
const MOST: SimSpan = SimSpan::secs(60);

/// Connections to name servers.
#[derive(Clone, Debug, Default)]
pub(super) struct NameServers {
    /// Asked for or open.
    channels: Vec<(NodeId, ConnId)>,
    next_opaque: u32,
}

impl NameServers {
    fn of(&self, conn: ConnId) -> Option<NodeId> {
        self.channels.iter().find(|(_, known)| *known == conn).map(|(server, _)| *server)
    }
}

impl Digestible for NameServers {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.next_opaque));
        for (server, conn) in &self.channels {
            digest.put(server);
            digest.put(conn);
        }
    }
}

impl Broker {
    pub(super) fn connect_name_servers(&mut self, fx: &mut Effects<'_, Mq>) {
        self.open_missing(fx);
        fx.arm(FIRST, Timer::Broker(BrokerTimer::Register));
    }

    /// A connection to a name server is usable: register at once.
    pub(super) fn opened(&mut self, conn: ConnId, peer: NodeId, fx: &mut Effects<'_, Mq>) {
        if self.name_servers.of(conn).is_none() {
            if self.is_replicated() {
                self.ha_opened(conn, fx);
            }
            return;
        }
        fx.note(Fact::Connected { peer });
        let is_first = fx.now() < self.booted + FIRST;
        let why = if is_first { Because::RegisterAtStart.plain() } else { self.why_period() };
        if !self.is_fenced() && !self.is_isolated() {
            self.register_over(conn, self.topics.all().to_vec(), why, fx);
        }
    }

    /// Tells every name server that is connected of everything.
    pub(super) fn register_all(&mut self, why: Why, fx: &mut Effects<'_, Mq>) {
        for conn in self.open_channels(fx) {
            self.register_over(conn, self.topics.all().to_vec(), why, fx);
        }
    }

    /// A reply: of a name server, which tells a slave who its master is, or of the master. A
    /// registration that was refused is tried again at the next period.
    pub(super) fn replied(
        &mut self,
        conn: ConnId,
        (opaque, reply): (u32, &Reply),
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.name_servers.of(conn).is_none() {
            let is_known = self.controller_answered(conn, reply, fx)
                || self.escape_answered(conn, reply, fx)
                || self.online_answered(conn, reply, fx);
            if !is_known {
                self.config_came(conn, reply, fx);
            }
            return;
        }
        if self.standing.is_some() && self.members_came((opaque, reply), fx) {
            return;
        }
        if let ReplyBody::Registered { master } = reply.body {
            self.master_named(master, fx);
        }
        if self.desk.routes.are_awaited() {
            self.route_came((opaque, reply), fx);
        }
    }

    pub(super) fn name_server_closed(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        let Some(peer) = self.name_servers.of(conn) else { return };
        self.name_servers.channels.retain(|(_, known)| *known != conn);
        fx.note(Fact::Disconnected { peer, why: Because::PeerGone.plain() });
    }

    pub(super) fn register_again(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.stopping {
            return;
        }
        if !self.is_fenced() && !self.is_isolated() {
            self.register_all(self.why_period(), fx);
        }
        self.open_missing(fx);
        fx.arm(self.period(), Timer::Broker(BrokerTimer::Register));
    }

    /// Tells every name server that is connected of a topic that was created.
    pub(super) fn register_topic(&mut self, topic: TopicConfig, fx: &mut Effects<'_, Mq>) {
        let why = Because::RegisterNewTopic.plain();
        for conn in self.open_channels(fx) {
            self.register_over(conn, vec![topic], why, fx);
        }
    }

    pub(super) fn unregister(&mut self, fx: &mut Effects<'_, Mq>) {
        let (cluster, broker) = (self.config.cluster, self.config.name);
        let broker_id = self.config.broker_id;
        for conn in self.open_channels(fx) {
            self.ask(conn, Request::UnregisterBroker { cluster, broker, broker_id }, fx);
        }
    }

    pub(super) fn open_channels(&self, fx: &Effects<'_, Mq>) -> Vec<ConnId> {
        let channels = self.name_servers.channels.iter().map(|(_, conn)| *conn);
        channels.filter(|conn| fx.is_open(*conn)).collect()
    }

    fn open_missing(&mut self, fx: &mut Effects<'_, Mq>) {
        for server in &self.config.namesrvs {
            if !self.name_servers.channels.iter().any(|(known, _)| known == server) {
                let conn = fx.open(*server);
                self.name_servers.channels.push((*server, conn));
            }
        }
    }

    fn register_over(
        &mut self,
        conn: ConnId,
        topics: Vec<TopicConfig>,
        why: Why,
        fx: &mut Effects<'_, Mq>,
    ) {
        let registration = Registration {
            cluster: self.config.cluster,
            broker: self.config.name,
            broker_id: self.config.broker_id,
            data_version: self.topics.version(),
            state_version: self.state_version(),
            acting: self.standing.is_some(),
            expiry: self.standing.is_some().then_some(self.config.ha.replicas.not_active),
            topics,
            named_by: self.config.ha.named_by.unwrap_or(fx.node()),
            why,
        };
        self.ask(conn, Request::RegisterBroker(Rc::new(registration)), fx);
    }

    /// `registerNameServerPeriod`, taken into its bounds.
    fn period(&self) -> SimSpan {
        self.config.register_period.clamp(LEAST, MOST)
    }

    fn why_period(&self) -> Why {
        Because::RegisterPeriod.with(millis(self.period()))
    }

    /// Gives the number of the request.
    pub(super) fn ask(&mut self, conn: ConnId, request: Request, fx: &mut Effects<'_, Mq>) -> u32 {
        let opaque = self.name_servers.next_opaque;
        self.name_servers.next_opaque += 1;
        fx.send(conn, Packet::Request { opaque, oneway: false, request });
        opaque
    }

    /// Says something that gets no answer.
    pub(super) fn tell(&mut self, conn: ConnId, request: Request, fx: &mut Effects<'_, Mq>) {
        let opaque = self.name_servers.next_opaque;
        self.name_servers.next_opaque += 1;
        fx.send(conn, Packet::Request { opaque, oneway: true, request });
    }
}
