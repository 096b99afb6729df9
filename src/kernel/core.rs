//! Everything of a world but its actors: what the effects of a step act on.

use super::actor::{NodeId, Protocol};
use super::agenda::Agenda;
use super::disk::Disk;
use super::due::{Due, Parcel};
use super::name::Name;
use super::network::{CloseReason, ConnId, ConnState, Network};
use super::rng::Rng;
use super::sharing::Process;
use super::station::{Station, StationId, Waiting};
use super::time::SimTime;

/// What a node has besides its actor.
#[derive(Clone, Debug)]
pub(super) struct NodeState<P: Protocol> {
    pub(super) name: Name,
    pub(super) rng: Rng,
    pub(super) stations: Vec<Station<P::Job>>,
    pub(super) disk: Disk,
    /// Its wall clock is so many ms ahead.
    pub(super) skew: i64,
    /// Its process stands still until then.
    pub(super) paused_until: SimTime,
    /// The first node of its process: itself, unless it shares one.
    pub(super) process: NodeId,
}

/// Nodes, network and agenda.
pub(super) struct Core<P: Protocol> {
    pub(super) now: SimTime,
    pub(super) agenda: Agenda<Due<P>>,
    pub(super) nodes: Vec<NodeState<P>>,
    pub(super) network: Network,
    /// What the actor that runs now has stated; empty between steps.
    pub(super) facts: Vec<P::Fact>,
    /// Wall clocks without skew show this many ms since 1970 at `zero`.
    pub(super) wall_start: i64,
    pub(super) zero: SimTime,
    /// What travels over cut links, in the order in which it was sent.
    pub(super) parked: Vec<Due<P>>,
    /// No process stands still from then on.
    pub(super) paused_until: SimTime,
    /// What came to outsiders and was not fetched yet.
    pub(super) outbox: Vec<(SimTime, ConnId, P::Packet)>,
    /// Processes with more than one node.
    pub(super) processes: Vec<Process>,
}

impl<P: Protocol> Clone for Core<P> {
    fn clone(&self) -> Self {
        assert!(
            self.facts.is_empty(),
            "a world is cloned between steps, with its facts handed out"
        );
        Self {
            now: self.now,
            agenda: self.agenda.clone(),
            nodes: self.nodes.clone(),
            network: self.network.clone(),
            facts: Vec::new(),
            wall_start: self.wall_start,
            zero: self.zero,
            parked: self.parked.clone(),
            paused_until: self.paused_until,
            outbox: self.outbox.clone(),
            processes: self.processes.clone(),
        }
    }
}

impl<P: Protocol> Core<P> {
    pub(super) fn new(seed: u64, wall_start: i64, zero: SimTime) -> Self {
        Self {
            now: SimTime::START,
            agenda: Agenda::default(),
            nodes: Vec::new(),
            network: Network::new(seed),
            facts: Vec::new(),
            wall_start,
            zero,
            parked: Vec::new(),
            paused_until: SimTime::START,
            outbox: Vec::new(),
            processes: Vec::new(),
        }
    }

    pub(super) fn wall_of(&self, node: NodeId, at: SimTime) -> i64 {
        let millis = |time: SimTime| i64::try_from(time.as_nanos() / 1_000_000).expect("ms fit");
        self.wall_start + millis(at) - millis(self.zero)
            + self.nodes[self.process_of(node).index()].skew
    }

    pub(super) fn station_mut(&mut self, node: NodeId, station: StationId) -> &mut Station<P::Job> {
        &mut self.nodes[node.index()].stations[usize::from(station.0)]
    }

    /// A server begins with a job.
    pub(super) fn serve(&mut self, node: NodeId, station: StationId, entry: Waiting<P::Job>) {
        let waited = self.now.since(entry.since);
        let due = Due::Served { node, station, asked: false, waited, job: entry.job };
        self.agenda.schedule(self.now + entry.service, due);
    }

    /// Sends `parcel` of `bytes` from side `from` of a connection to the other one.
    #[inline]
    pub(super) fn travel(&mut self, conn: ConnId, from: u8, bytes: u64, parcel: Parcel<P>) {
        let due = Due::Travel { conn, side: 1 - from, parcel };
        match self.network.pass(conn, from, bytes, self.now) {
            Some(at) => {
                self.agenda.schedule(at, due);
            }
            None => self.parked.push(due),
        }
    }

    /// Closes a connection at `node`'s end; the other end is told after what flies already.
    pub(super) fn close(&mut self, conn: ConnId, node: NodeId, reason: CloseReason) {
        let ends = self.network.conn_mut(conn);
        let side = ends.side_of(node);
        let (here, there) = (usize::from(side), usize::from(1 - side));
        if ends.states[here] == ConnState::Closed {
            return;
        }
        ends.states[here] = ConnState::Closed;
        if ends.states[there] != ConnState::Closed {
            self.travel(conn, side, 0, Parcel::Close { reason });
        }
    }

    /// Nothing passes from now on. What flies is parked before all that is sent later.
    pub(super) fn cut(&mut self, a: NodeId, b: NodeId) {
        self.network.link_mut(a, b).cut = true;
        let network = &self.network;
        let flies = |due: &Due<P>| due.conn().is_some_and(|conn| network.is_cut(conn));
        // By the time of arrival, what a process that stands still has not taken would come last.
        let flights = self.agenda.extract_as_scheduled(flies);
        self.parked.extend(flights.into_iter().map(|(_, due)| due));
    }

    /// The link works again: what was parked is sent now.
    pub(super) fn mend(&mut self, a: NodeId, b: NodeId) {
        self.network.link_mut(a, b).cut = false;
        for due in std::mem::take(&mut self.parked) {
            let Due::Travel { conn, side, parcel } = due else {
                panic!("only what travels is parked");
            };
            self.travel(conn, 1 - side, 0, parcel);
        }
    }

    /// What was planned for a process that ended happens no more; what its nodes share goes on
    /// where it has others.
    pub(super) fn forget(&mut self, node: NodeId, goes_on: bool) {
        let members = self.members(node);
        self.agenda.extract(|due| match due.process() {
            Some(of) if goes_on => of == node && !due.is_shared(),
            Some(of) => members.contains(&of),
            None => false,
        });
        if !goes_on {
            let process = self.process_of(node);
            self.forget_kept_back(process);
            self.nodes[process.index()].paused_until = SimTime::START;
        }
        let state = &mut self.nodes[node.index()];
        state.stations.clear();
        state.disk.abandon();
    }

    /// Orders that a process which stood still has not taken are nobody's any more.
    fn forget_kept_back(&mut self, node: NodeId) {
        let until = self.nodes[node.index()].paused_until;
        if self.now >= until {
            return;
        }
        let members = self.members(node);
        let is_told = |told: NodeId| members.contains(&told);
        let told = |due: &Due<P>| {
            if let Due::Intervene(outside) = due {
                outside.told().is_some_and(is_told)
            } else {
                false
            }
        };
        for (at, due) in self.agenda.extract(told) {
            if at != until {
                self.agenda.schedule(at, due);
            }
        }
    }
}
