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
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{HaFrame, Packet};
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
}

#[derive(Clone, Copy, Debug, Default)]
enum Link {
    #[default]
    None,
    Opening(ConnId),
    Open(ConnId, Pulse),
}

impl Source {
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
    pub(super) fn connect_later(&self, fx: &mut Effects<'_, Mq>) {
        fx.arm(AGAIN, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::Connect)));
    }

    /// A name server told a slave who its master is.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq::broker) fn master_named(&mut self, master: NodeId) {
        self.replication.source.master = self.config.ha.is_slave().then_some(master);
    }

    pub(super) fn connect_master(&mut self, fx: &mut Effects<'_, Mq>) {
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
            self.report(fx);
            self.plan_beat(fx);
        }
    }

    pub(super) fn batch_came(
        &mut self,
        conn: ConnId,
        (from, bytes, records): (u64, u64, &[Record]),
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
        fx.send(*conn, Packet::Ha(HaFrame::Report { end: self.store.log().end() }));
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
