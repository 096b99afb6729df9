//! The slave's side (`DefaultHAClient`): connects to the master that a name server names, takes
//! its log, and says after each batch how far it is.
//!
//! What a slave has counts as soon as it is in memory. A batch that does not begin at the end of
//! its log ends the connection; the next one, 5 s later, ends the same way: nothing is cut.

use crate::facts::{Fact, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;
use crate::rocketmq::broker::{Broker, BrokerTimer, millis};
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Epoch, HaFrame, Packet, Term};
use crate::rocketmq::store::Record;

use super::{Pulse, ReplicationTimer};

/// Pause between two attempts to connect.
const AGAIN: SimSpan = SimSpan::secs(5);

/// The master of a slave.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    /// As a name server last said; kept when it is gone.
    pub(super) master: Option<NodeId>,
    link: Link,
    connect_armed: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Link {
    #[default]
    None,
    Opening(ConnId),
    Open(ConnId, Pulse),
}

impl Source {
    #[inline(always)] // As [`super::Replication::has_source`].
    pub(super) fn pulse(&self) -> Option<Pulse> {
        match self.link {
            Link::None | Link::Opening(_) => None,
            Link::Open(_, pulse) => Some(pulse),
        }
    }

    fn conn(&self) -> Option<ConnId> {
        match self.link {
            Link::None => None,
            Link::Opening(conn) | Link::Open(conn, _) => Some(conn),
        }
    }
}

impl Broker {
    pub(super) fn connect_later(&mut self, fx: &mut Effects<'_, Mq>) {
        if std::mem::replace(&mut self.replication.source.connect_armed, true) {
            return;
        }
        fx.arm(AGAIN, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::Connect)));
    }

    /// A name server told a slave who its master is.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq::broker) fn master_named(
        &mut self,
        master: NodeId,
        fx: &mut Effects<'_, Mq>,
    ) {
        let named = self.config.ha.is_slave().then_some(master);
        let before = std::mem::replace(&mut self.replication.source.master, named);
        // Under a controller a new address is a new master, and wakes who waits for one.
        if self.controlled.is_some() && named.is_some() && named != before {
            self.drop_source(fx);
            self.connect_master(fx);
        }
    }

    /// The connection to the master, if there is one, is not wanted any more.
    pub(super) fn drop_source(&mut self, fx: &mut Effects<'_, Mq>) {
        if let Some(conn) = self.replication.source.conn() {
            self.replication.source.link = Link::None;
            fx.close(conn);
            fx.note(Fact::Disconnected {
                peer: fx.peer(conn),
                why: Because::RoleRegisters.plain(),
            });
        }
    }

    /// The master is gone, as a name server says: nothing of it is tried any more.
    pub(in crate::rocketmq::broker) fn master_gone(&mut self, fx: &mut Effects<'_, Mq>) {
        self.drop_source(fx);
        self.replication.source.master = None;
    }

    /// The master is back: it is copied at once.
    pub(in crate::rocketmq::broker) fn master_back(
        &mut self,
        master: NodeId,
        fx: &mut Effects<'_, Mq>,
    ) {
        self.replication.source.master = Some(master);
        if self.replication.source.conn().is_none() {
            self.connect_master(fx);
        }
    }

    /// It is time to try.
    pub(super) fn connect_again(&mut self, fx: &mut Effects<'_, Mq>) {
        self.replication.source.connect_armed = false;
        if self.config.ha.is_slave() && self.replication.source.conn().is_none() {
            self.connect_master(fx);
        }
    }

    fn connect_master(&mut self, fx: &mut Effects<'_, Mq>) {
        match self.replication.source.master {
            Some(master) => self.replication.source.link = Link::Opening(fx.open(master)),
            None => self.connect_later(fx),
        }
    }

    /// The connection to the master is usable: the slave says how far it is.
    pub(super) fn master_opened(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        if self.replication.source.conn() == Some(conn) {
            fx.note(Fact::Connected { peer: fx.peer(conn) });
            self.replication.source.link = Link::Open(conn, Pulse::new(fx.now()));
            // Under a controller the first report comes with the first heartbeat.
            if !self.greet(conn, fx) {
                self.report(fx);
            }
            self.plan_beat(fx);
        }
    }

    /// The master told its epochs.
    pub(super) fn epochs_came(
        &mut self,
        conn: ConnId,
        told: (u64, &[Epoch]),
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.replication.source.conn() == Some(conn) && !self.align(conn, told, fx) {
            self.leave_master(Because::EpochsDiffer.plain(), fx);
        }
    }

    pub(super) fn batch_came(
        &mut self,
        conn: ConnId,
        (from, bytes, records): (u64, u64, &[Record]),
        term: Option<Term>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Link::Open(known, pulse) = &mut self.replication.source.link else { return };
        if *known != conn {
            return;
        }
        pulse.heard = fx.now();
        let before = self.store.log().end();
        if !self.store.copy(from, bytes, records) {
            return self.leave_master(Because::ReplicaDiffers.plain(), fx);
        }
        if let Some(term) = term {
            self.term_came(term);
            self.arm_reput(fx);
        }
        if bytes == 0 {
            return;
        }
        let end = self.store.log().end();
        fx.write(end - before);
        fx.note(Fact::Replicated { bytes: end });
        self.arm_reput(fx);
        self.arm_flush(fx);
        self.report(fx);
    }

    pub(super) fn master_closed(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        if self.replication.source.conn() == Some(conn) {
            let was_open = self.replication.source.pulse().is_some();
            let because = if was_open { Because::PeerGone } else { Because::ConnectionRefused };
            self.no_master(because.plain(), fx);
        }
    }

    pub(super) fn beat_of_slave(&mut self, fx: &mut Effects<'_, Mq>) {
        let Some(pulse) = self.replication.source.pulse() else { return };
        if self.is_silent(pulse, fx.now()) {
            let why = Because::ReplicaSilent.with(millis(self.config.ha.housekeeping));
            self.leave_master(why, fx);
        } else if self.must_tell(pulse, fx.now()) {
            self.report(fx);
        }
    }

    fn leave_master(&mut self, why: Why, fx: &mut Effects<'_, Mq>) {
        let conn = self.replication.source.conn().expect("there is a connection to leave");
        fx.close(conn);
        self.no_master(why, fx);
    }

    fn no_master(&mut self, why: Why, fx: &mut Effects<'_, Mq>) {
        let conn = self.replication.source.conn().expect("there was a connection");
        fx.note(Fact::Disconnected { peer: fx.peer(conn), why });
        self.replication.source.link = Link::None;
        self.connect_later(fx);
    }

    fn report(&mut self, fx: &mut Effects<'_, Mq>) {
        let Link::Open(conn, pulse) = &mut self.replication.source.link else { return };
        pulse.told = fx.now();
        let boast = if is_planted(Bug::SlaveBoasts) { 100_000 } else { 0 };
        fx.send(*conn, Packet::Ha(HaFrame::Report { end: self.store.log().end() + boast }));
    }
}

impl Digestible for Source {
    fn digest(&self, digest: &mut Digest) {
        if let Some(master) = &self.master {
            digest.put(master);
        }
        match self.link {
            Link::None => (),
            Link::Opening(conn) => digest.put(&conn),
            Link::Open(conn, pulse) => {
                digest.put(&conn);
                digest.put(&pulse);
            }
        }
    }
}
