//! A name server: registration, liveness, route lookup.
//!
//! Follows `RouteInfoManager`, `DefaultRequestProcessor`, `ClientRequestProcessor` and
//! `BrokerHousekeepingService`. Left out: acting master, static topics.

mod admin;
mod profile;
mod tables;

pub use profile::{expectation, profile};

use crate::facts::Fact;
use crate::kernel::actor::Event;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;

use super::config::NamesrvConfig;
use super::protocol::{Mq, Order, Timer};
use super::reasons::Because;
use super::remoting::{Packet, Registration, Reply, ReplyBody, Request, code};
use admin::Configs;
use tables::{Admittance, Tables};

/// Every reason a name server has to wake up by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamesrvTimer {
    /// Looks for brokers that were silent for too long (`scanNotActiveBrokerInterval`, 5 s).
    ScanBrokers,
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
    tables: Tables,
    configs: Configs,
}

impl NameServer {
    /// A name server that knows nothing yet.
    pub fn new(config: NamesrvConfig) -> Self {
        Self { config, tables: Tables::default(), configs: Configs::default() }
    }

    pub(super) fn into_config(self) -> NamesrvConfig {
        self.config
    }

    pub(super) fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match event {
            Event::Booted => self.boot(fx),
            Event::Arrived { conn, packet } => self.answer(conn, packet, fx),
            Event::Closed { conn, .. } => self.forget_channel(conn, fx),
            Event::Fired(Timer::Namesrv(NamesrvTimer::ScanBrokers)) => self.scan(fx),
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
    }

    fn boot(&mut self, fx: &mut Effects<'_, Mq>) {
        fx.note(Fact::ProcessStarted);
        fx.arm(self.config.scan_interval, Timer::Namesrv(NamesrvTimer::ScanBrokers));
    }

    fn answer(&mut self, conn: ConnId, packet: Packet, fx: &mut Effects<'_, Mq>) {
        let Packet::Request { opaque, oneway, request } = packet else { return };
        let to = request.code();
        let reply = self.process(conn, request, fx);
        if !oneway {
            fx.send(conn, Packet::Reply { opaque, to, reply });
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
            Request::GetRoute { topic } => match self.tables.route(topic) {
                Some(route) => Reply::success(ReplyBody::Route(route.into())),
                None => Reply::code(code::TOPIC_NOT_EXIST),
            },
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
        if let Some(broker) = self.tables.forget_channel(conn) {
            fx.note(Fact::BrokerForgotten { broker, why: Because::BrokerClosed.plain() });
        }
    }

    fn scan(&mut self, fx: &mut Effects<'_, Mq>) {
        let expiry = self.config.broker_expiry;
        let millis = u32::try_from(expiry.as_millis()).expect("an expiry of ms fits in u32");
        for (broker, conn) in self.tables.expired(fx.now(), expiry) {
            fx.close(conn);
            self.tables.forget_channel(conn);
            let why = Because::BrokerExpired.with(millis);
            fx.note(Fact::BrokerForgotten { broker, why });
        }
        fx.arm(self.config.scan_interval, Timer::Namesrv(NamesrvTimer::ScanBrokers));
    }
}

fn shut_down(fx: &mut Effects<'_, Mq>) {
    fx.note(Fact::ProcessStopping);
    fx.note(Fact::ProcessStopped);
    fx.exit();
}
