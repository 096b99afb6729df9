//! What one can see of a world without changing it: lives, queues, what flies and what is planned.

use super::actor::{Actor, NodeId, Protocol};
use super::digest::Digest;
use super::disk::Disk;
use super::due::{Due, Parcel};
use super::life::Life;
use super::name::Name;
use super::network::ConnId;
use super::station::{Station, StationId};
use super::time::SimTime;
use super::world::World;

/// A packet on its way.
#[derive(Clone, Copy, Debug)]
pub struct InFlight<'a, P: Protocol> {
    /// Who sent it.
    pub from: NodeId,
    /// Who will get it.
    pub to: NodeId,
    /// Over which connection.
    pub conn: ConnId,
    /// When it was sent.
    pub sent: SimTime,
    /// When it will arrive.
    pub due: SimTime,
    /// What it is.
    pub packet: &'a P::Packet,
}

/// What happens next.
#[derive(Clone, Copy, Debug)]
pub enum Next<'a, P: Protocol> {
    /// A packet arrives.
    Packet(&'a P::Packet),
    /// A timer fires.
    Timer(P::Timer),
    /// Anything else.
    Other,
}

impl<P: Protocol> World<P> {
    /// A look at the next event.
    pub fn look_ahead(&mut self) -> Option<Next<'_, P>> {
        Some(match self.core.agenda.peek()? {
            Due::Travel { parcel: Parcel::Packet { packet, .. }, .. } => Next::Packet(packet),
            Due::Fired { timer, .. } => Next::Timer(*timer),
            Due::Boot { .. }
            | Due::Travel { .. }
            | Due::Served { .. }
            | Due::DiskDone { .. }
            | Due::Intervene(_) => Next::Other,
        })
    }

    /// A node's life.
    pub fn life(&self, node: NodeId) -> &Life<P> {
        &self.lives[node.index()]
    }

    /// All nodes.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<P> {
        let count = u32::try_from(self.lives.len()).expect("fewer nodes than u32 can count");
        (0..count).map(NodeId)
    }

    /// A node's name.
    pub fn name(&self, node: NodeId) -> Name {
        self.core.nodes[node.index()].name
    }

    /// A station of a node that runs.
    pub fn station(&self, node: NodeId, station: StationId) -> Option<&Station<P::Job>> {
        self.core.nodes[node.index()].stations.get(usize::from(station.0))
    }

    /// A node's disk.
    pub fn disk(&self, node: NodeId) -> &Disk {
        &self.core.nodes[node.index()].disk
    }

    /// When a node's process goes on, where it stands still.
    pub fn paused_until(&self, node: NodeId) -> Option<SimTime> {
        let process = self.core.process_of(node);
        Some(self.core.nodes[process.index()].paused_until).filter(|until| self.core.now < *until)
    }

    /// A node's wall clock in ms since 1970, at the time of the last event.
    pub fn wall(&self, node: NodeId) -> i64 {
        self.core.wall_of(node, self.core.now)
    }

    /// Packets on their way, in no particular order. What a cut link keeps back is not among them.
    pub fn in_flight(&self) -> impl Iterator<Item = InFlight<'_, P>> + '_ {
        self.core.agenda.iter().filter_map(|(due, entry)| {
            let Due::Travel { conn, side, parcel: Parcel::Packet { sent, packet } } = entry else {
                return None;
            };
            let (ends, to) = (self.core.network.conn(*conn).ends, usize::from(*side));
            let (mut from, mut to) = (ends[1 - to], ends[to]);
            if !self.core.processes.is_empty() {
                from = self.whose(from, packet).unwrap_or(from);
                to = self.whose(to, packet).unwrap_or(to);
            }
            Some(InFlight { from, to, conn: *conn, sent: *sent, due, packet })
        })
    }

    /// Timers that will fire, with their nodes, in no particular order.
    pub fn timers(&self) -> impl Iterator<Item = (SimTime, NodeId, P::Timer)> + '_ {
        self.core.agenda.iter().filter_map(|(due, entry)| match entry {
            Due::Fired { node, timer } => Some((due, *node, *timer)),
            Due::Boot { .. }
            | Due::Travel { .. }
            | Due::Served { .. }
            | Due::DiskDone { .. }
            | Due::Intervene(_) => None,
        })
    }

    /// Jobs that stations work on now: node, station, when they will be done, job.
    pub fn in_service(&self) -> impl Iterator<Item = (SimTime, NodeId, StationId, &P::Job)> + '_ {
        self.core.agenda.iter().filter_map(|(due, entry)| match entry {
            Due::Served { node, station, job, .. } => Some((due, *node, *station, job)),
            Due::Boot { .. }
            | Due::Travel { .. }
            | Due::Fired { .. }
            | Due::DiskDone { .. }
            | Due::Intervene(_) => None,
        })
    }

    /// Pairs of nodes whose link was used, and whether it is cut.
    pub fn links(&self) -> impl Iterator<Item = (NodeId, NodeId, bool)> + '_ {
        let links = self.core.network.links().iter();
        links.flat_map(|link| {
            let firsts = self.core.members(link.ends.0).into_iter();
            let of = |first| {
                let seconds = self.core.members(link.ends.1).into_iter();
                seconds.map(move |second| (first, second, link.cut))
            };
            firsts.flat_map(of).collect::<Vec<_>>()
        })
    }

    /// Entries of the agenda.
    pub fn pending(&self) -> usize {
        self.core.agenda.len()
    }

    /// The newest connection that a node asked for.
    pub fn newest_connection(&self, from: NodeId) -> Option<ConnId> {
        self.core.network.newest_of(from)
    }

    /// What came to outsiders since the last call.
    pub fn take_outbox(&mut self) -> Vec<(SimTime, ConnId, P::Packet)> {
        std::mem::take(&mut self.core.outbox)
    }

    /// Every event in order.
    pub fn history_digest(&self) -> u64 {
        self.history.finish()
    }

    /// All that decides the future: actors, stations, disks, connections, agenda, streams.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub fn state_digest(&self) -> u64 {
        let mut digest = Digest::default();
        digest.word(self.ordinal);
        digest.put(&self.core.now);
        for (life, state) in self.lives.iter().zip(&self.core.nodes) {
            digest_life(life, &mut digest);
            digest.put(&state.rng);
            digest.put(&state.disk);
            digest.put(&state.paused_until);
            digest.word(state.skew.cast_unsigned());
            digest.all(state.stations.iter());
        }
        self.core.processes.iter().for_each(|process| digest.put(&process.holder));
        digest.put(&self.core.network);
        self.core.agenda.digest(&mut digest, Due::digest);
        digest.word(self.core.parked.len() as u64);
        self.core.parked.iter().for_each(|due| due.digest(&mut digest));
        digest.finish()
    }
}

fn digest_life<P: Protocol>(life: &Life<P>, digest: &mut Digest) {
    match life {
        Life::Planned { disk, at } => {
            digest.word(1);
            digest.put(at);
            digest.put(disk);
        }
        Life::Up { actor } => {
            digest.word(2);
            actor.digest(digest);
        }
        Life::Down { disk, since, end } => {
            digest.word(3 | (*end as u64) << 8);
            digest.put(since);
            digest.put(disk);
        }
        Life::Outside => digest.word(4),
    }
}
