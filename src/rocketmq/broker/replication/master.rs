//! The master's side (`DefaultHAConnection`): what its slaves have, and what they get next.
//!
//! A look for new records comes every 100 ms, or at once where a send waits for its copies. As many
//! batches fly as a socket takes; the slave's reports make room for more.

use std::rc::Rc;

use crate::facts::{Fact, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::broker::{Broker, BrokerTimer, millis};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{HaFrame, Packet};

use super::{Pulse, ReplicationTimer};

/// `allWaitForRunning`.
const LOOK: SimSpan = SimSpan::millis(100);
/// Bytes that a socket holds.
const SOCKET: u64 = 1 << 20;

/// A slave that is connected.
#[derive(Clone, Debug)]
pub(super) struct Replica {
    conn: ConnId,
    node: NodeId,
    /// Bytes of the log that it has, as it said.
    pub(super) has: u64,
    /// Where its first batch began.
    began: u64,
    /// Where the next batch begins.
    next: u64,
    pub(super) pulse: Pulse,
    /// Looks have their phase from here.
    phase: SimTime,
    armed: bool,
    caught_up: bool,
    /// Its id, under a controller.
    id: Option<u32>,
    /// When it last had everything, and how far the log was when it last got something.
    near: SimTime,
    sent: (SimTime, u64),
}

impl Broker {
    /// A slave said how far its log is; the first time that is where it wants to go on.
    pub(super) fn report_came(&mut self, conn: ConnId, end: u64, fx: &mut Effects<'_, Mq>) {
        let now = fx.now();
        let known = self.replication.replicas.iter().position(|replica| replica.conn == conn);
        let at = known.unwrap_or_else(|| {
            let node = fx.peer(conn);
            let (pulse, phase) = (Pulse::new(now), now);
            let id = self.id_of_replica(conn);
            let next = match id {
                _ if end > 0 => end,
                Some(_) => self.store.start_of_log(),
                None => self.store.start_of_copy(),
            };
            let replica = Replica {
                conn,
                node,
                has: end,
                began: next,
                next,
                pulse,
                phase,
                armed: false,
                caught_up: false,
                id,
                near: now,
                sent: (now, 0),
            };
            let why = Because::ReplicaAsks.plain();
            fx.note(Fact::ReplicaConnected { replica: node, bytes: end, why });
            self.replication.replicas.push(replica);
            self.online_copied(node, fx);
            self.replication.replicas.len() - 1
        });
        let all = self.committed();
        let replica = &mut self.replication.replicas[at];
        (replica.has, replica.pulse.heard) = (end, now);
        let is_caught_up = end >= replica.sent.1;
        if is_caught_up {
            let since = if all == end { now } else { replica.sent.0 };
            replica.near = replica.near.max(since);
        }
        let id = replica.id;
        if !replica.caught_up && all <= end {
            replica.caught_up = true;
            fx.note(Fact::ReplicaCaughtUp { replica: replica.node, bytes: end });
        }
        if let Some(id) = id {
            self.replica_is_at(id, (end, is_caught_up), fx);
        }
        self.transfer(at, fx);
        self.plan_beat(fx);
        self.settle_waits(fx);
    }

    /// Slaves that have the first `end` bytes of the log, by their ids.
    pub(in crate::rocketmq::broker) fn replicas_with(&self, end: u64) -> Vec<u32> {
        let ends = self.replica_ends().into_iter();
        ends.filter(|(_, has)| *has >= end).map(|(id, _)| id).collect()
    }

    /// Ids of the slaves with what they have.
    pub(in crate::rocketmq::broker) fn replica_ends(&self) -> Vec<(u32, u64)> {
        let replicas = self.replication.replicas.iter();
        replicas.filter_map(|replica| Some((replica.id?, replica.has))).collect()
    }

    /// Slaves that had everything within `haMaxTimeSlaveNotCatchup`; who is sent everything counts.
    pub(in crate::rocketmq::broker) fn replicas_caught_up(&mut self, now: SimTime) -> Vec<u32> {
        let (end, most) = (self.store.log().end(), self.config.ha.replicas.most_behind);
        let replicas = &mut self.replication.replicas;
        for replica in replicas.iter_mut().filter(|replica| replica.next >= end) {
            replica.near = now;
        }
        let near = replicas.iter().filter(|replica| now.since(replica.near) <= most);
        near.filter_map(|replica| replica.id).collect()
    }

    /// Everybody who copies this log has to come again.
    pub(in crate::rocketmq::broker) fn drop_replicas(&mut self, fx: &mut Effects<'_, Mq>) {
        for conn in self.replication.replicas.iter().map(|it| it.conn).collect::<Vec<_>>() {
            self.lose_replica(conn, Because::RoleRegisters.plain(), fx);
            fx.close(conn);
        }
    }

    /// Something was appended: the next look finds it.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq::broker) fn plan_transfers(&mut self, fx: &mut Effects<'_, Mq>) {
        let next = fx.now() + SimSpan::nanos(1);
        for replica in self.replication.replicas.iter_mut().filter(|replica| !replica.armed) {
            replica.armed = true;
            let timer = ReplicationTimer::Transfer { conn: replica.conn };
            let at = next.next_phase(replica.phase, LOOK);
            fx.arm_at(at, Timer::Broker(BrokerTimer::Replication(timer)));
        }
    }

    /// A send waits: all slaves get what they have not.
    pub(in crate::rocketmq::broker) fn transfer_now(&mut self, fx: &mut Effects<'_, Mq>) {
        (0..self.replication.replicas.len()).for_each(|at| self.transfer(at, fx));
    }

    pub(super) fn look_for_more(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        let mut replicas = self.replication.replicas.iter();
        if let Some(at) = replicas.position(|replica| replica.conn == conn) {
            self.replication.replicas[at].armed = false;
            self.transfer(at, fx);
        }
    }

    /// How many brokers have the first `end` bytes of the log, this one among them.
    pub(in crate::rocketmq::broker) fn copies_of(&self, end: u64) -> u32 {
        let have = self.replication.replicas.iter().filter(|replica| replica.has >= end).count();
        1 + u32::try_from(have).expect("slaves are few")
    }

    pub(super) fn beat_of_master(&mut self, fx: &mut Effects<'_, Mq>) {
        let now = fx.now();
        let lost = self.replication.replicas.iter().filter(|it| self.is_silent(it.pulse, now));
        for conn in lost.map(|replica| replica.conn).collect::<Vec<_>>() {
            let why = Because::ReplicaSilent.with(millis(self.config.ha.housekeeping));
            self.lose_replica(conn, why, fx);
            fx.close(conn);
        }
        for at in 0..self.replication.replicas.len() {
            if self.must_tell(self.replication.replicas[at].pulse, now) {
                self.send_batch(at, 0, Vec::new(), fx);
            }
        }
    }

    pub(super) fn replica_closed(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        self.lose_replica(conn, Because::PeerGone.plain(), fx);
    }

    fn lose_replica(&mut self, conn: ConnId, why: Why, fx: &mut Effects<'_, Mq>) {
        let replicas = &mut self.replication.replicas;
        if let Some(at) = replicas.iter().position(|replica| replica.conn == conn) {
            let replica = replicas.remove(at);
            fx.note(Fact::ReplicaLost { replica: replica.node, bytes: replica.has, why });
            if let Some(id) = replica.id.filter(|_| self.leads()) {
                self.replica_left(id, fx);
            }
        }
    }

    /// Sends batches until the slave has all, or its socket is full.
    fn transfer(&mut self, at: usize, fx: &mut Effects<'_, Mq>) {
        loop {
            let all = self.committed();
            let replica = &mut self.replication.replicas[at];
            replica.phase = fx.now();
            let flies = replica.next.saturating_sub(replica.has.max(replica.began));
            if replica.next >= all || flies >= SOCKET {
                return;
            }
            let from = replica.next;
            let left = self.term_at(from).map_or(u64::MAX, |(_, left)| left);
            let least = (all - from).min(left).min(u64::from(self.config.ha.transfer_batch));
            let (bytes, records) = self.store.piece(from, least);
            if bytes == 0 {
                return;
            }
            self.replication.replicas[at].sent = (fx.now(), self.store.log().end());
            self.send_batch(at, bytes, records, fx);
        }
    }

    fn send_batch(
        &mut self,
        at: usize,
        bytes: u64,
        records: Vec<crate::rocketmq::store::Record>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let term = self.term_at(self.replication.replicas[at].next).map(|(term, _)| term);
        let replica = &mut self.replication.replicas[at];
        let frame = HaFrame::Batch { from: replica.next, bytes, records: Rc::from(records), term };
        fx.send(replica.conn, Packet::Ha(frame));
        replica.next += bytes;
        replica.pulse.told = fx.now();
    }
}

impl Digestible for Replica {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.conn);
        digest.word(self.has);
        digest.word(self.next);
        digest.put(&self.pulse);
        digest.put(&self.phase);
        digest.word(u64::from(self.armed) | u64::from(self.caught_up) << 1);
    }
}
