//! What an actor can do within one step. Nothing of it is seen by another actor before the step is
//! over.

use super::actor::{NodeId, Protocol};
use super::agenda::Slot;
use super::core::Core;
use super::disk::Disk;
use super::due::{Due, Parcel};
use super::name::Name;
use super::network::{CloseReason, ConnId, ConnState};
use super::rng::Rng;
use super::station::{Admission, Station, StationId, Waiting};
use super::time::{SimSpan, SimTime};

/// Handed to an actor for one step.
pub struct Effects<'a, P: Protocol> {
    pub(super) core: &'a mut Core<P>,
    pub(super) node: NodeId,
    /// The node whose connections its process has.
    pub(super) process: NodeId,
    pub(super) exit: bool,
}

impl<P: Protocol> Effects<'_, P> {
    /// Simulation time.
    pub fn now(&self) -> SimTime {
        self.core.now
    }

    /// This node's wall clock in ms since 1970: what timestamps are made of.
    pub fn wall(&self) -> i64 {
        self.core.wall_of(self.node, self.core.now)
    }

    /// This node.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The name of a node.
    pub fn name_of(&self, node: NodeId) -> Name {
        self.core.nodes[node.index()].name
    }

    /// This node's own stream.
    pub fn rng(&mut self) -> &mut Rng {
        &mut self.core.nodes[self.node.index()].rng
    }

    /// A stream of this node for one purpose, from its beginning: what is drawn from it does not
    /// reshuffle anything else.
    pub fn stream(&self, purpose: &str) -> Rng {
        let name = self.core.nodes[self.node.index()].name;
        Rng::stream(self.core.network.seed(), &format!("{purpose} of {name}"))
    }

    /// Asks for a connection. `Opened` or `Closed` follows; packets may be sent from `Opened` on.
    pub fn open(&mut self, peer: NodeId) -> ConnId {
        let conn = self.core.network.open(self.process, peer);
        self.core.travel(conn, 0, 0, Parcel::Opened);
        conn
    }

    /// True where the connection can carry packets from here.
    pub fn is_open(&self, conn: ConnId) -> bool {
        self.core.network.conn(conn).state_at(self.process) == ConnState::Open
    }

    /// Who is at the other end.
    pub fn peer(&self, conn: ConnId) -> NodeId {
        let conn = self.core.network.conn(conn);
        conn.ends[usize::from(1 - conn.side_of(self.process))]
    }

    /// Sends a packet; false where the connection is closed at this end (the packet goes nowhere).
    #[inline]
    pub fn send(&mut self, conn: ConnId, packet: P::Packet) -> bool {
        let ends = self.core.network.conn(conn);
        if ends.state_at(self.process) != ConnState::Open {
            return false;
        }
        let (from, sent, bytes) =
            (ends.side_of(self.process), self.core.now, P::wire_bytes(&packet));
        self.core.travel(conn, from, bytes, Parcel::Packet { sent, packet });
        true
    }

    /// Closes a connection; the other end learns it after what was sent before.
    pub fn close(&mut self, conn: ConnId) {
        self.core.close(conn, self.process, CloseReason::Ended);
    }

    /// Wakes this node up after a while.
    pub fn arm(&mut self, after: SimSpan, timer: P::Timer) -> Slot {
        self.arm_at(self.core.now + after, timer)
    }

    /// Wakes this node up at a time that is not in the past.
    pub fn arm_at(&mut self, at: SimTime, timer: P::Timer) -> Slot {
        assert!(at >= self.core.now, "a timer was armed for {at}, which is past");
        self.core.agenda.schedule(at, Due::Fired { node: self.node, timer })
    }

    /// Wakes another node of this process up at once.
    pub fn wake(&mut self, node: NodeId, timer: P::Timer) {
        assert_eq!(self.core.process_of(node), self.process, "nodes wake others of their process");
        self.core.agenda.schedule(self.core.now, Due::Fired { node, timer });
    }

    /// Forgets a timer; false where it fired already.
    pub fn cancel(&mut self, slot: Slot) -> bool {
        self.core.agenda.cancel(slot).is_some()
    }

    /// Gives a job to a station of this node; `Served` follows unless the station is full.
    pub fn submit(&mut self, station: StationId, job: P::Job, service: SimSpan) -> Admission {
        let now = self.core.now;
        let entry = Waiting { since: now, service, job };
        match self.core.station_mut(self.node, station).admit(entry) {
            Ok(entry) => {
                self.core.serve(self.node, station, entry);
                Admission::Serving
            }
            Err(admission) => admission,
        }
    }

    /// Looks into a station of this node.
    pub fn station(&self, station: StationId) -> &Station<P::Job> {
        &self.core.nodes[self.node.index()].stations[usize::from(station.0)]
    }

    /// Takes the head of a station's queue out if it satisfies `unwanted`.
    pub fn evict_head(
        &mut self,
        station: StationId,
        unwanted: impl FnOnce(&Waiting<P::Job>) -> bool,
    ) -> Option<Waiting<P::Job>> {
        let now = self.core.now;
        self.core.station_mut(self.node, station).evict_head(now, unwanted)
    }

    /// This node's disk.
    pub fn disk(&self) -> &Disk {
        &self.core.nodes[self.node.index()].disk
    }

    /// Appends bytes to this node's page cache.
    pub fn write(&mut self, bytes: u64) {
        self.core.nodes[self.node.index()].disk.write(bytes);
    }

    /// Cuts off what lies behind `bytes` on this node's disk.
    pub fn cut(&mut self, bytes: u64) {
        self.core.nodes[self.node.index()].disk.cut(bytes);
    }

    /// Flushes all that is written; `DiskDone` with the token follows.
    pub fn flush(&mut self, token: u64) {
        let now = self.core.now;
        let (done, flushed) = self.core.nodes[self.node.index()].disk.begin_flush(now);
        let due = Due::DiskDone { node: self.node, token, flushed };
        self.core.agenda.schedule(done, due);
    }

    /// Reads so many bytes in so many places of this node's disk: how long that takes from now on.
    pub fn read(&mut self, bytes: u64, places: u32) -> SimSpan {
        let now = self.core.now;
        self.core.nodes[self.node.index()].disk.begin_read(now, bytes, places).since(now)
    }

    /// States that something happened. Facts are for observers; no actor ever reads one.
    #[inline]
    pub fn note(&mut self, fact: P::Fact) {
        self.core.facts.push(fact);
    }

    /// Ends this process in order, after this step.
    pub fn exit(&mut self) {
        self.exit = true;
    }
}
