//! A name server: registration, liveness, route lookup.
//!
//! Follows `RouteInfoManager`, `DefaultRequestProcessor`, `ClientRequestProcessor` and
//! `BrokerHousekeepingService`. Left out: static topics.

mod admin;
mod profile;
mod tables;

pub use profile::{expectation, profile};

use crate::facts::Fact;
use crate::kernel::actor::{Event, NodeId};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;

use super::config::NamesrvConfig;
use super::controller::Controller;
use super::protocol::{Mq, Order, Timer};
use super::reasons::Because;
use super::remoting::{
    AdminReply, AdminRequest, Packet, Registration, ReplicaReply, ReplicaRequest, Reply, ReplyBody,
    Request, code,
};
use admin::Configs;
use tables::{Admittance, Tables};

/// The controller's first look (`BrokerHeartbeatManager`).
const FIRST_REPLICAS: SimSpan = SimSpan::secs(2);

/// Every reason a name server has to wake up by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamesrvTimer {
    /// Looks for brokers that were silent for too long (`scanNotActiveBrokerInterval`, 5 s).
    ScanBrokers,
    /// The controller in the same process does (`scanNotActiveBrokerInterval`, 5 s).
    ScanReplicas,
}

impl Digestible for NamesrvTimer {
    fn digest(&self, digest: &mut Digest) {
        digest.word(*self as u64);
    }
}

/// A name server. Its tables live in memory only and are gone with the process.
#[derive(Clone, Debug)]
pub struct NameServer {
    config: NamesrvConfig,
    controller: Option<Box<Controller>>,
    tables: Tables,
    configs: Configs,
}

impl NameServer {
    /// A name server that knows nothing yet.
    pub fn new(mut config: NamesrvConfig) -> Self {
        let controller = config.controller.take().map(|disk| Box::new(Controller::new(*disk)));
        Self { config, controller, tables: Tables::default(), configs: Configs::default() }
    }

    pub(super) fn into_config(self) -> NamesrvConfig {
        let controller = self.controller.map(|controller| Box::new(controller.into_disk()));
        NamesrvConfig { controller, ..self.config }
    }

    pub(super) fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match event {
            Event::Booted => self.boot(fx),
            Event::Arrived { conn, packet } => self.answer(conn, packet, fx),
            Event::Closed { conn, .. } => self.forget_channel(conn, fx),
            Event::Fired(Timer::Namesrv(NamesrvTimer::ScanBrokers)) => self.scan(fx),
            Event::Fired(Timer::Namesrv(NamesrvTimer::ScanReplicas)) => self.scan_replicas(fx),
            Event::Told(Order::Shutdown) => shut_down(fx),
            Event::Opened { .. } | Event::Told(_) => (),
            Event::Fired(Timer::Broker(_) | Timer::Client(_))
            | Event::Served { .. }
            | Event::DiskDone { .. } => {
                panic!("a name server has no stations, no disk, no such timer")
            }
        }
    }

    pub(super) fn digest(&self, digest: &mut Digest) {
        digest.put(&self.tables);
        self.configs.entries().for_each(|text| digest.put(text));
        self.controller.iter().for_each(|controller| digest.put(&**controller));
    }

    fn boot(&mut self, fx: &mut Effects<'_, Mq>) {
        fx.note(Fact::ProcessStarted);
        fx.arm(self.config.scan_interval, Timer::Namesrv(NamesrvTimer::ScanBrokers));
        if self.controller.is_some() {
            fx.arm(FIRST_REPLICAS, Timer::Namesrv(NamesrvTimer::ScanReplicas));
        }
    }

    fn scan_replicas(&mut self, fx: &mut Effects<'_, Mq>) {
        if let Some(controller) = &mut self.controller {
            controller.scan(fx);
        }
        fx.arm(self.config.scan_interval, Timer::Namesrv(NamesrvTimer::ScanReplicas));
    }

    fn answer(&mut self, conn: ConnId, packet: Packet, fx: &mut Effects<'_, Mq>) {
        let Packet::Request { opaque, oneway, request } = packet else { return };
        let to = request.code();
        let before = self.smallest();
        let reply = match self.process_of_replicas(conn, &request, fx) {
            Some(reply) => reply,
            None => self.process(conn, request, fx),
        };
        self.tell_smallest(&before, fx);
        if !oneway {
            fx.send(conn, Packet::Reply { opaque, to, reply });
        }
    }

    /// What the controller answers.
    fn process_of_replicas(
        &mut self,
        conn: ConnId,
        request: &Request,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        let Request::Admin(request) = request else { return None };
        let AdminRequest::Replica(request) = &**request else { return None };
        let controller = self.controller.as_mut();
        let reply = controller.and_then(|controller| controller.handle(conn, request, fx));
        reply.or_else(|| self.of_members(conn, request, fx))
    }

    /// What the tables answer: who lives (901), and that one does (904).
    #[inline(never)] // Can wait (`xtask/src/split`).
    fn of_members(
        &mut self,
        conn: ConnId,
        request: &ReplicaRequest,
        fx: &Effects<'_, Mq>,
    ) -> Option<Reply> {
        if let ReplicaRequest::Beat(beat) = request {
            self.tables.heard(beat.broker, fx.peer(conn), fx.now());
            return Some(Reply::code(code::SUCCESS));
        }
        let ReplicaRequest::Members { broker } = request else { return None };
        let members = self.tables.members(*broker).into_iter();
        let members = members.map(|(id, node, _)| (id, node)).collect();
        let reply = AdminReply::Replica(ReplicaReply::Members(members));
        Some(Reply::success(ReplyBody::Admin(reply.into())))
    }

    /// Who has the smallest id of each name, where brokers are told of that.
    fn smallest(&self) -> Vec<(Name, u32, NodeId)> {
        if self.config.notify_smallest { self.tables.smallest() } else { Vec::new() }
    }

    /// Tells brokers that another one has the smallest id than before (905), over the connections
    /// that they opened.
    fn tell_smallest(&self, before: &[(Name, u32, NodeId)], fx: &mut Effects<'_, Mq>) {
        for (broker, id, node) in before {
            let members = self.tables.members(*broker);
            let Some((smallest, holder, _)) = members.first().copied() else { continue };
            if smallest == *id {
                continue;
            }
            let gone = (*id < smallest).then_some(*node);
            let request = ReplicaRequest::SmallestId { id: smallest, node: holder, gone };
            let request = Request::Admin(AdminRequest::Replica(request).into());
            for (_, _, conn) in members.iter().filter(|it| gone.is_some() || it.0 != smallest) {
                let request = request.clone();
                fx.send(*conn, Packet::Request { opaque: 0, oneway: true, request });
            }
        }
    }

    fn process(&mut self, conn: ConnId, request: Request, fx: &mut Effects<'_, Mq>) -> Reply {
        match request {
            Request::RegisterBroker(registration) => self.register(conn, &registration, fx),
            Request::UnregisterBroker { broker, broker_id, .. } => {
                if let Some(node) = self.tables.unregister(broker, broker_id) {
                    let why = Because::BrokerUnregistered.plain();
                    fx.note(Fact::BrokerForgotten { broker: node, why });
                }
                Reply::code(code::SUCCESS)
            }
            Request::GetRoute { topic } => {
                match self.tables.route(topic, self.config.support_acting) {
                    Some(route) => Reply::success(ReplyBody::Route(route.into())),
                    None => Reply::code(code::TOPIC_NOT_EXIST),
                }
            }
            Request::Admin(request) => self.administer(&request),
            Request::SendMessage(_)
            | Request::Pull(_)
            | Request::QueryOffset { .. }
            | Request::UpdateOffset { .. }
            | Request::MaxOffset { .. }
            | Request::MinOffset { .. }
            | Request::Heartbeat(_)
            | Request::UnregisterClient { .. }
            | Request::ConsumerList { .. }
            | Request::ConsumerIdsChanged { .. }
            | Request::Unknown { .. } => Reply::code(code::REQUEST_CODE_NOT_SUPPORTED),
        }
    }

    fn register(
        &mut self,
        conn: ConnId,
        registration: &Registration,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let node = fx.peer(conn);
        match self.tables.register(registration, node, conn, fx.now()) {
            Admittance::Refused => Reply::code(code::SYSTEM_ERROR),
            Admittance::Passed => Reply::code(code::SUCCESS),
            Admittance::Taken => {
                let topics = u32::try_from(registration.topics.len()).expect("topics fit in u32");
                let why = registration.why;
                fx.note(Fact::BrokerRegistered { broker: node, topics, why });
                let master = self.tables.master_of(registration);
                master.map_or(Reply::code(code::SUCCESS), |master| {
                    Reply::success(ReplyBody::Registered { master })
                })
            }
        }
    }

    /// A broker whose channel closes is forgotten at once.
    fn forget_channel(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        let before = self.smallest();
        if let Some(broker) = self.tables.forget_channel(conn) {
            fx.note(Fact::BrokerForgotten { broker, why: Because::BrokerClosed.plain() });
        }
        self.tell_smallest(&before, fx);
        if let Some(controller) = &mut self.controller {
            controller.channel_closed(conn, fx);
        }
    }

    fn scan(&mut self, fx: &mut Effects<'_, Mq>) {
        let expiry = self.config.broker_expiry;
        let millis = u32::try_from(expiry.as_millis()).expect("an expiry of ms fits in u32");
        let before = self.smallest();
        for (broker, conn, said) in self.tables.expired(fx.now(), expiry) {
            fx.close(conn);
            self.tables.forget_channel(conn);
            let said = said.and_then(|said| u32::try_from(said.as_millis()).ok());
            let why = said.map_or(Because::BrokerExpired.with(millis), |said| {
                Because::BrokerNotActive.with(said)
            });
            fx.note(Fact::BrokerForgotten { broker, why });
        }
        self.tell_smallest(&before, fx);
        fx.arm(self.config.scan_interval, Timer::Namesrv(NamesrvTimer::ScanBrokers));
    }
}

fn shut_down(fx: &mut Effects<'_, Mq>) {
    fx.note(Fact::ProcessStopping);
    fx.note(Fact::ProcessStopped);
    fx.exit();
}
