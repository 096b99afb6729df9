//! A log and its copies: master and slave (`DefaultHAService`), and sends that wait until enough
//! brokers, or the disk, have them.
//!
//! A slave connects to its master, says how far its log is, and gets what follows in batches; what
//! it says after each batch is what the master counts. Left out: the speed limit
//! (`haFlowControlEnable`).

mod copy;
mod master;
mod slave;
mod waits;

use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::remoting::HaFrame;

use super::{Broker, BrokerTimer};
use copy::Copying;
use master::Replica;
use slave::Source;
use waits::Wait;

pub(super) use waits::may_wait;

/// Why replication wakes a broker up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplicationTimer {
    /// A slave tries to reach its master (every 5 s).
    Connect,
    /// A master looks for what its slave has not got (every 100 ms while nobody wakes it).
    Transfer { conn: ConnId },
    /// One end tells the other that it lives (`haSendHeartbeatInterval`), or gives it up
    /// (`haHousekeepingInterval`).
    Beat,
    /// A slave copies topics, groups and offsets (`SlaveSynchronize`).
    Copy,
    /// A send has waited long enough for the disk or for slaves.
    WaitOver,
    /// A broker asks a controller again to let it join.
    Join,
    /// Tells controllers that it lives (`brokerHeartbeatInterval`, 1 s).
    ControllerBeat,
    /// Asks a controller who leads (`syncBrokerMetadataPeriod`).
    Look,
    /// A master looks who is in sync (`checkSyncStateSetPeriod`).
    CheckSet,
    /// Tells name servers that it lives, and asks who of its name does (every second).
    Members,
    /// A message that another broker did not take is offered again.
    Escape,
}

/// What a broker knows of its copies, or of its master.
#[derive(Clone, Debug, Default)]
pub(super) struct Replication {
    replicas: Vec<Replica>,
    source: Source,
    copying: Copying,
    /// Sends that are stored and not answered, in the order of their places in the log.
    waits: Vec<Wait>,
    wait_armed: bool,
    beat_armed: bool,
}

impl Replication {
    #[inline(always)] // What asks cannot wait (`xtask/src/split`), what is asked can.
    pub(super) fn has_replicas(&self) -> bool {
        !self.replicas.is_empty()
    }

    /// A slave can copy its master's log.
    #[inline(always)] // What asks cannot wait (`xtask/src/split`).
    pub(super) fn has_source(&self) -> bool {
        self.source.pulse().is_some()
    }
}

/// When something last went each way over a connection between master and slave.
#[derive(Clone, Copy, Debug)]
struct Pulse {
    heard: SimTime,
    told: SimTime,
}

impl Pulse {
    fn new(now: SimTime) -> Self {
        Self { heard: now, told: now }
    }
}

impl Broker {
    /// Something came over a connection between master and slave.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn ha_frame(&mut self, conn: ConnId, frame: HaFrame, fx: &mut Effects<'_, Mq>) {
        match frame {
            HaFrame::Report { end } => self.report_came(conn, end, fx),
            HaFrame::Batch { from, bytes, records, term } => {
                self.batch_came(conn, (from, bytes, &records), term, fx);
            }
            HaFrame::Greeting { id } => self.greeting_came(conn, id, fx),
            HaFrame::Epochs { end, epochs } => self.epochs_came(conn, (end, &epochs), fx),
        }
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn ha_fired(&mut self, timer: ReplicationTimer, fx: &mut Effects<'_, Mq>) {
        match timer {
            ReplicationTimer::Connect => self.connect_again(fx),
            ReplicationTimer::Transfer { conn } => self.look_for_more(conn, fx),
            ReplicationTimer::Beat => self.beat(fx),
            ReplicationTimer::Copy => self.copy_config(fx),
            ReplicationTimer::WaitOver => {
                self.replication.wait_armed = false;
                self.settle_waits(fx);
            }
            ReplicationTimer::Join => self.join_again(fx),
            ReplicationTimer::ControllerBeat => self.controller_beat(fx),
            ReplicationTimer::Look => self.look_at_leadership(fx),
            ReplicationTimer::CheckSet => self.check_set(fx),
            ReplicationTimer::Members => self.look_at_members(fx),
            ReplicationTimer::Escape => self.escape_again(fx),
        }
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn ha_closed(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        self.replica_closed(conn, fx);
        self.master_closed(conn, fx);
        self.copy_closed(conn);
        self.controller_closed(conn);
        self.escape_closed(conn, fx);
        self.online_closed(conn, fx);
    }

    /// A connection that is none to a name server is usable.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn ha_opened(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        if !self.controller_opened(conn, fx) {
            self.master_opened(conn, fx);
            self.copy_opened(conn, fx);
            self.escape_opened(conn, fx);
            self.online_opened(conn, fx);
        }
    }

    /// A slave begins: the first attempt to connect knows no address yet.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn begin_as_slave(&mut self, fx: &mut Effects<'_, Mq>) {
        self.connect_later(fx);
        self.copy_later(fx);
    }

    /// Who copies this log, and whose log it copied, is another one's from now on.
    pub(super) fn drop_copies(&mut self, fx: &mut Effects<'_, Mq>) {
        self.drop_replicas(fx);
        self.drop_source(fx);
        self.drop_copying(fx);
        self.replication.source.master = None;
    }

    /// The master as a slave knows it.
    pub(super) fn replication_master(&self) -> Option<NodeId> {
        self.replication.source.master
    }

    /// Slaves that copy its log.
    pub(super) fn replica_count(&self) -> u32 {
        u32::try_from(self.replication.replicas.len()).expect("slaves are few")
    }

    /// The next moment at which a connection must have said something, or be given up.
    fn plan_beat(&mut self, fx: &mut Effects<'_, Mq>) {
        let (beat, silence) = (self.config.ha.heartbeat, self.config.ha.housekeeping);
        let replicas = self.replication.replicas.iter().map(|replica| replica.pulse);
        let pulses = replicas.chain(self.replication.source.pulse());
        let due = |pulse: Pulse| (pulse.told + beat).min(pulse.heard + silence);
        let Some(next) = pulses.map(due).min().filter(|_| !self.replication.beat_armed) else {
            return;
        };
        self.replication.beat_armed = true;
        // Both limits have to be passed, on clocks of whole milliseconds.
        let at = (next + SimSpan::millis(1)).max(fx.now() + SimSpan::millis(1));
        fx.arm_at(at, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::Beat)));
    }

    fn beat(&mut self, fx: &mut Effects<'_, Mq>) {
        self.replication.beat_armed = false;
        self.beat_of_master(fx);
        self.beat_of_slave(fx);
        self.plan_beat(fx);
    }

    fn is_silent(&self, pulse: Pulse, now: SimTime) -> bool {
        now.since(pulse.heard) > self.config.ha.housekeeping
    }

    fn must_tell(&self, pulse: Pulse, now: SimTime) -> bool {
        now.since(pulse.told) > self.config.ha.heartbeat
    }
}

impl Digestible for ReplicationTimer {
    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::Connect => digest.word(0),
            Self::Transfer { conn } => digest.word(1 | u64::from(conn.0) << 8),
            Self::Beat => digest.word(2),
            Self::WaitOver => digest.word(3),
            Self::Copy => digest.word(4),
            Self::Join => digest.word(5),
            Self::ControllerBeat => digest.word(6),
            Self::Look => digest.word(7),
            Self::CheckSet => digest.word(8),
            Self::Members => digest.word(9),
            Self::Escape => digest.word(10),
        }
    }
}

impl Digestible for Pulse {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.heard);
        digest.put(&self.told);
    }
}

/// A broker without copies and without waits adds nothing.
impl Digestible for Replication {
    fn digest(&self, digest: &mut Digest) {
        self.replicas.iter().for_each(|replica| digest.put(replica));
        digest.put(&self.source);
        digest.put(&self.copying);
        self.waits.iter().for_each(|wait| digest.put(wait));
    }
}
