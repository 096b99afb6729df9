//! The run loop. A world is its recipe's function: the same nodes, seed and interventions give the same
//! history. `clone` is a checkpoint.

use super::actor::{Actor, Event, NodeId, Protocol};
use super::agenda::Agenda;
use super::digest::Digest;
use super::disk::{Disk, DiskProfile};
use super::effects::Effects;
use super::life::{End, Life};
use super::name::Name;
use super::network::{CloseReason, ConnId, ConnState, LinkProfile, Network};
use super::rng::Rng;
use super::station::{Station, StationId, Waiting};
use super::time::{SimSpan, SimTime};

/// Where and when a fact was stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Simulation time.
    pub at: SimTime,
    /// Events before this one.
    pub ordinal: u64,
    /// Who stated it.
    pub node: NodeId,
}

/// Takes facts as they come.
pub trait Observer<P: Protocol> {
    /// One fact.
    fn see(&mut self, moment: Moment, fact: &P::Fact);
}

/// Sees nothing.
impl<P: Protocol> Observer<P> for () {
    fn see(&mut self, _: Moment, _: &P::Fact) {}
}

/// A change from outside, at a time.
#[derive(Clone, Debug)]
pub enum Intervention<P: Protocol> {
    /// Gives an order to a node that runs.
    Tell(NodeId, P::Order),
    /// Ends a process without warning.
    Kill(NodeId, End),
    /// Starts a process that is down.
    Start(NodeId),
    /// Nothing passes between two nodes until `Mend`.
    Cut(NodeId, NodeId),
    /// The link works again; what waited is sent now.
    Mend(NodeId, NodeId),
    /// Changes how a link behaves from now on.
    Link(NodeId, NodeId, LinkProfile),
    /// No flush of this node's disk ends within this span.
    Stall(NodeId, SimSpan),
    /// Something outside asks for a connection; its id is the next one.
    Connect { from: NodeId, to: NodeId },
    /// Something outside sends a packet.
    Packet { from: NodeId, conn: ConnId, packet: P::Packet },
    /// Something outside closes a connection.
    Disconnect { from: NodeId, conn: ConnId },
}

/// What is going to happen.
#[derive(Clone, Debug)]
pub(super) enum Due<P: Protocol> {
    Boot { node: NodeId },
    Opened { conn: ConnId, side: usize },
    Arrive { conn: ConnId, side: usize, sent: SimTime, packet: P::Packet },
    Close { conn: ConnId, side: usize, reason: CloseReason },
    Fired { node: NodeId, incarnation: u32, timer: P::Timer },
    Served { node: NodeId, incarnation: u32, station: StationId, waited: SimSpan, job: P::Job },
    DiskDone { node: NodeId, incarnation: u32, token: u64, flushed: u64 },
    Intervene(Box<Intervention<P>>),
}

#[derive(Clone, Debug)]
pub(super) struct NodeState<P: Protocol> {
    pub(super) name: Name,
    pub(super) incarnation: u32,
    pub(super) rng: Rng,
    pub(super) stations: Vec<Station<P::Job>>,
    pub(super) disk: Disk,
    /// Its wall clock is so many ms ahead.
    pub(super) skew: i64,
}

/// Everything but the actors: what effects act on.
pub(super) struct Core<P: Protocol> {
    pub(super) now: SimTime,
    pub(super) agenda: Agenda<Due<P>>,
    pub(super) nodes: Vec<NodeState<P>>,
    pub(super) network: Network,
    pub(super) facts: Vec<P::Fact>,
    wall_start: i64,
    zero: SimTime,
    /// What travels over cut links, in order.
    parked: Vec<Due<P>>,
    outbox: Vec<(SimTime, ConnId, P::Packet)>,
}

/// A packet on its way.
#[derive(Clone, Copy, Debug)]
pub struct InFlight<'a, P: Protocol> {
    pub from: NodeId,
    pub to: NodeId,
    pub conn: ConnId,
    pub sent: SimTime,
    pub due: SimTime,
    pub packet: &'a P::Packet,
}

/// How to make a node.
#[derive(Clone, Debug)]
pub struct NodeSpec<P: Protocol> {
    pub name: Name,
    pub disk: P::Disk,
    pub disk_profile: DiskProfile,
    /// When it boots; `NEVER`: only an intervention starts it.
    pub boots: SimTime,
    /// Its wall clock is so many ms ahead.
    pub skew: i64,
}

/// A world of actors.
pub struct World<P: Protocol> {
    core: Core<P>,
    lives: Vec<Life<P>>,
    seed: u64,
    ordinal: u64,
    history: Digest,
}

impl<P: Protocol> Clone for World<P> {
    fn clone(&self) -> Self {
        let core = &self.core;
        assert!(
            core.facts.is_empty(),
            "a world is cloned between steps, when its facts are handed out"
        );
        let core = Core {
            now: core.now,
            agenda: core.agenda.clone(),
            nodes: core.nodes.clone(),
            network: core.network.clone(),
            facts: Vec::new(),
            wall_start: core.wall_start,
            zero: core.zero,
            parked: core.parked.clone(),
            outbox: core.outbox.clone(),
        };
        let (seed, ordinal, history) = (self.seed, self.ordinal, self.history);
        Self { core, lives: self.lives.clone(), seed, ordinal, history }
    }
}

impl<P: Protocol> World<P> {
    /// An empty world. Its wall clocks show `wall_start` (ms since 1970) at the time `zero`, which is the
    /// scenario's time 0: nodes may start before it.
    pub fn new(seed: u64, wall_start: i64, zero: SimTime) -> Self {
        let core = Core {
            now: SimTime::START,
            agenda: Agenda::default(),
            nodes: Vec::new(),
            network: Network::new(seed),
            facts: Vec::new(),
            wall_start,
            zero,
            parked: Vec::new(),
            outbox: Vec::new(),
        };
        Self { core, lives: Vec::new(), seed, ordinal: 0, history: Digest::default() }
    }

    /// Adds a node, now or later in the run.
    pub fn add_node(&mut self, spec: NodeSpec<P>) -> NodeId {
        let boots = spec.boots;
        let node = self.push_node(spec.name, spec.disk_profile, spec.skew);
        self.lives.push(Life::Planned { disk: spec.disk, at: boots });
        if boots < SimTime::NEVER {
            self.core.agenda.schedule(boots, Due::Boot { node });
        }
        node
    }

    /// Adds something outside the simulation that packets come from and go to.
    pub fn add_outsider(&mut self, name: Name) -> NodeId {
        let node = self.push_node(name, DiskProfile::default(), 0);
        self.lives.push(Life::Outside);
        node
    }

    /// How links behave that nothing else is said about; before the first connection.
    pub fn set_default_link(&mut self, profile: LinkProfile) {
        self.core.network.set_default(profile);
    }

    /// How the link between two nodes behaves.
    pub fn set_link(&mut self, a: NodeId, b: NodeId, profile: LinkProfile) {
        self.core.network.link_mut(a, b).profile = profile;
    }

    /// Plans a change from outside at a time that is not past.
    pub fn intervene(&mut self, at: SimTime, intervention: Intervention<P>) {
        assert!(at >= self.core.now, "{intervention:?} at {at} would change the past");
        self.core.agenda.schedule(at, Due::Intervene(Box::new(intervention)));
    }

    /// One event; `None` where nothing is left to happen until `end`.
    pub fn step_until(&mut self, end: SimTime, observer: &mut impl Observer<P>) -> Option<SimTime> {
        let (at, due) = self.core.agenda.pop_until(end)?;
        assert!(self.core.now <= at, "time ran backwards from {} to {at}", self.core.now);
        self.core.now = at;
        self.ordinal += 1;
        self.happen(due, observer);
        Some(at)
    }

    /// Everything up to and including `end`; gives the number of events.
    pub fn run_until(&mut self, end: SimTime, observer: &mut impl Observer<P>) -> u64 {
        let before = self.ordinal;
        while self.step_until(end, observer).is_some() {}
        self.ordinal - before
    }

    /// Time of the last event.
    pub fn now(&self) -> SimTime {
        self.core.now
    }

    /// The scenario's time 0.
    pub fn zero(&self) -> SimTime {
        self.core.zero
    }

    /// Events so far: the position in the history.
    pub fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Time of the next event.
    pub fn next_at(&mut self) -> Option<SimTime> {
        self.core.agenda.next_at()
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

    /// A node's wall clock in ms since 1970, at the time of the last event.
    pub fn wall(&self, node: NodeId) -> i64 {
        self.core.wall_of(node, self.core.now)
    }

    /// Packets on their way, in no particular order.
    pub fn in_flight(&self) -> impl Iterator<Item = InFlight<'_, P>> + '_ {
        self.core.agenda.iter().filter_map(|(due, entry)| match entry {
            Due::Arrive { conn, side, sent, packet } => {
                let ends = self.core.network.conn(*conn).ends;
                let (from, to) = (ends[1 - side], ends[*side]);
                Some(InFlight { from, to, conn: *conn, sent: *sent, due, packet })
            }
            Due::Boot { .. }
            | Due::Opened { .. }
            | Due::Close { .. }
            | Due::Fired { .. }
            | Due::Served { .. }
            | Due::DiskDone { .. }
            | Due::Intervene(_) => None,
        })
    }

    /// Timers that will fire, with their nodes, in no particular order.
    pub fn timers(&self) -> impl Iterator<Item = (SimTime, NodeId, P::Timer)> + '_ {
        self.core.agenda.iter().filter_map(|(due, entry)| match entry {
            Due::Fired { node, incarnation, timer } => (self.core.nodes[node.index()].incarnation
                == *incarnation)
                .then_some((due, *node, *timer)),
            Due::Boot { .. }
            | Due::Opened { .. }
            | Due::Arrive { .. }
            | Due::Close { .. }
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
            | Due::Opened { .. }
            | Due::Arrive { .. }
            | Due::Close { .. }
            | Due::Fired { .. }
            | Due::DiskDone { .. }
            | Due::Intervene(_) => None,
        })
    }

    /// Pairs of nodes whose link was used, and whether it is cut.
    pub fn links(&self) -> impl Iterator<Item = (NodeId, NodeId, bool)> + '_ {
        self.core.network.links().iter().map(|link| (link.ends.0, link.ends.1, link.cut))
    }

    /// Entries of the agenda.
    pub fn pending(&self) -> usize {
        self.core.agenda.len()
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
    pub fn state_digest(&self) -> u64 {
        let mut digest = Digest::default();
        digest.word(self.ordinal);
        digest.put(&self.core.now);
        for (life, state) in self.lives.iter().zip(&self.core.nodes) {
            digest_life(life, &mut digest);
            digest.word(u64::from(state.incarnation));
            digest.put(&state.rng);
            digest.put(&state.disk);
            digest.all(state.stations.iter());
        }
        digest.put(&self.core.network);
        self.core.agenda.digest(&mut digest, Due::digest);
        self.core.parked.iter().for_each(|due| due.digest(&mut digest));
        digest.finish()
    }

    fn push_node(&mut self, name: Name, disk: DiskProfile, skew: i64) -> NodeId {
        let id = u32::try_from(self.lives.len()).expect("fewer nodes than u32 can count");
        let rng = Rng::stream(self.seed, &format!("node {name}"));
        let disk = Disk::new(disk);
        let stations = Vec::new();
        self.core.nodes.push(NodeState { name, incarnation: 0, rng, stations, disk, skew });
        NodeId(id)
    }

    #[inline]
    fn happen(&mut self, due: Due<P>, observer: &mut impl Observer<P>) {
        self.history.word(self.core.now.as_nanos());
        due.digest(&mut self.history);
        match due {
            Due::Boot { node } => self.boot(node, observer),
            Due::Opened { conn, side } if self.parks(conn) => {
                self.core.parked.push(Due::Opened { conn, side });
            }
            Due::Arrive { conn, side, packet, .. } if self.parks(conn) => {
                let sent = self.core.now;
                self.core.parked.push(Due::Arrive { conn, side, sent, packet });
            }
            Due::Close { conn, side, reason } if self.parks(conn) => {
                self.core.parked.push(Due::Close { conn, side, reason });
            }
            Due::Opened { conn, side } => self.opened(conn, side, observer),
            Due::Arrive { conn, side, packet, .. } => self.arrived(conn, side, packet, observer),
            Due::Close { conn, side, reason } => self.closed(conn, side, reason, observer),
            Due::Fired { node, incarnation, timer } => {
                if self.core.nodes[node.index()].incarnation == incarnation {
                    self.step(node, Event::Fired(timer), observer);
                }
            }
            Due::Served { node, incarnation, station, waited, job } => {
                if self.core.nodes[node.index()].incarnation == incarnation {
                    if let Some(next) = self.core.station_mut(node, station).release() {
                        self.core.serve(node, station, next);
                    }
                    self.step(node, Event::Served { station, job, waited }, observer);
                }
            }
            Due::DiskDone { node, incarnation, token, flushed } => {
                if self.core.nodes[node.index()].incarnation == incarnation {
                    self.core.nodes[node.index()].disk.end_flush(flushed);
                    self.step(node, Event::DiskDone { token, flushed }, observer);
                }
            }
            Due::Intervene(intervention) => self.carry_out(*intervention, observer),
        }
    }

    fn parks(&self, conn: ConnId) -> bool {
        self.core.network.is_cut(conn)
    }

    /// Lets an actor handle one event, then hands its facts to the observer.
    #[inline]
    fn step(&mut self, node: NodeId, event: Event<P>, observer: &mut impl Observer<P>) {
        let Life::Up { actor } = &mut self.lives[node.index()] else { return };
        let mut fx = Effects { core: &mut self.core, node, exit: false };
        actor.handle(event, &mut fx);
        let exit = fx.exit;
        let moment = Moment { at: self.core.now, ordinal: self.ordinal, node };
        for fact in self.core.facts.drain(..) {
            observer.see(moment, &fact);
        }
        if exit {
            self.end(node, End::Stopped);
        }
    }

    fn boot(&mut self, node: NodeId, observer: &mut impl Observer<P>) {
        if self.lives[node.index()].is_up() {
            return;
        }
        let life = std::mem::replace(&mut self.lives[node.index()], Life::Outside).boot();
        if let Life::Up { actor } = &life {
            self.core.nodes[node.index()].stations = actor.stations();
        }
        self.lives[node.index()] = life;
        self.step(node, Event::Booted, observer);
    }

    fn end(&mut self, node: NodeId, end: End) {
        if !self.lives[node.index()].is_up() {
            return;
        }
        let life = std::mem::replace(&mut self.lives[node.index()], Life::Outside);
        self.lives[node.index()] = life.end(end, self.core.now);
        let state = &mut self.core.nodes[node.index()];
        state.incarnation += 1;
        state.stations.clear();
        if end == End::PowerLost {
            state.disk.lose_power();
        }
        let reason = if end == End::Stopped { CloseReason::Ended } else { CloseReason::Reset };
        for conn in self.core.network.ids() {
            if self.core.network.conn(conn).ends.contains(&node) {
                self.core.close(conn, node, reason);
            }
        }
    }

    fn opened(&mut self, conn: ConnId, side: usize, observer: &mut impl Observer<P>) {
        let ends = self.core.network.conn(conn).ends;
        let state = self.core.network.conn(conn).states[side];
        if state != ConnState::Opening {
            return;
        }
        if side == 1 {
            let listens = matches!(self.lives[ends[1].index()], Life::Up { .. } | Life::Outside);
            if !listens {
                self.core.network.conn_mut(conn).states[1] = ConnState::Closed;
                let reason = CloseReason::Refused;
                return self.core.travel(conn, 1, 0, |_| Due::Close { conn, side: 0, reason });
            }
            self.core.travel(conn, 1, 0, |_| Due::Opened { conn, side: 0 });
        }
        self.core.network.conn_mut(conn).states[side] = ConnState::Open;
        self.step(ends[side], Event::Opened { conn, peer: ends[1 - side] }, observer);
    }

    fn arrived(
        &mut self,
        conn: ConnId,
        side: usize,
        packet: P::Packet,
        observer: &mut impl Observer<P>,
    ) {
        let ends = self.core.network.conn(conn);
        let node = ends.ends[side];
        if ends.states[side] != ConnState::Open {
            return;
        }
        if matches!(self.lives[node.index()], Life::Outside) {
            return self.core.outbox.push((self.core.now, conn, packet));
        }
        self.step(node, Event::Arrived { conn, packet }, observer);
    }

    fn closed(
        &mut self,
        conn: ConnId,
        side: usize,
        reason: CloseReason,
        observer: &mut impl Observer<P>,
    ) {
        let ends = self.core.network.conn_mut(conn);
        if ends.states[side] == ConnState::Closed {
            return;
        }
        ends.states[side] = ConnState::Closed;
        let node = ends.ends[side];
        self.step(node, Event::Closed { conn, reason }, observer);
    }

    fn carry_out(&mut self, intervention: Intervention<P>, observer: &mut impl Observer<P>) {
        match intervention {
            Intervention::Tell(node, order) => self.step(node, Event::Told(order), observer),
            Intervention::Kill(node, end) => self.end(node, end),
            Intervention::Start(node) => self.boot(node, observer),
            Intervention::Cut(a, b) => self.core.network.link_mut(a, b).cut = true,
            Intervention::Mend(a, b) => self.mend(a, b),
            Intervention::Link(a, b, profile) => self.core.network.link_mut(a, b).profile = profile,
            Intervention::Stall(node, span) => {
                let until = self.core.now + span;
                self.core.nodes[node.index()].disk.stall(until);
            }
            Intervention::Connect { from, to } => {
                Effects { core: &mut self.core, node: from, exit: false }.open(to);
            }
            Intervention::Packet { from, conn, packet } => {
                Effects { core: &mut self.core, node: from, exit: false }.send(conn, packet);
            }
            Intervention::Disconnect { from, conn } => {
                self.core.close(conn, from, CloseReason::Ended);
            }
        }
    }

    fn mend(&mut self, a: NodeId, b: NodeId) {
        self.core.network.link_mut(a, b).cut = false;
        for due in std::mem::take(&mut self.core.parked) {
            let conn = due.conn().expect("only what travels is parked");
            if self.parks(conn) {
                self.core.parked.push(due);
            } else {
                self.core.travel_again(conn, due);
            }
        }
    }
}

impl<P: Protocol> Core<P> {
    pub(super) fn wall_of(&self, node: NodeId, at: SimTime) -> i64 {
        let millis = |time: SimTime| i64::try_from(time.as_nanos() / 1_000_000).expect("ms fit");
        self.wall_start + millis(at) - millis(self.zero) + self.nodes[node.index()].skew
    }

    pub(super) fn station_mut(&mut self, node: NodeId, station: StationId) -> &mut Station<P::Job> {
        &mut self.nodes[node.index()].stations[usize::from(station.0)]
    }

    /// A server begins with a job.
    pub(super) fn serve(&mut self, node: NodeId, station: StationId, entry: Waiting<P::Job>) {
        let incarnation = self.nodes[node.index()].incarnation;
        let waited = self.now.since(entry.since);
        let due = Due::Served { node, incarnation, station, waited, job: entry.job };
        self.agenda.schedule(self.now + entry.service, due);
    }

    /// Sends something from side `side` of a connection.
    #[inline]
    pub(super) fn travel(
        &mut self,
        conn: ConnId,
        side: usize,
        bytes: u64,
        due: impl FnOnce(SimTime) -> Due<P>,
    ) {
        let due = due(self.now);
        if self.network.is_cut(conn) {
            return self.parked.push(due);
        }
        let at = self.network.due(conn, side, bytes, self.now);
        self.agenda.schedule(at, due);
    }

    fn travel_again(&mut self, conn: ConnId, due: Due<P>) {
        let side = 1 - due.side();
        self.travel(conn, side, 0, |_| due);
    }

    /// Closes a connection at `node`'s end; the other end is told after what flies already.
    pub(super) fn close(&mut self, conn: ConnId, node: NodeId, reason: CloseReason) {
        let ends = self.network.conn_mut(conn);
        let side = ends.side_of(node);
        if ends.states[side] == ConnState::Closed {
            return;
        }
        ends.states[side] = ConnState::Closed;
        if ends.states[1 - side] != ConnState::Closed {
            self.travel(conn, side, 0, |_| Due::Close { conn, side: 1 - side, reason });
        }
    }
}

impl<P: Protocol> Due<P> {
    fn conn(&self) -> Option<ConnId> {
        match self {
            Self::Opened { conn, .. } | Self::Arrive { conn, .. } | Self::Close { conn, .. } => {
                Some(*conn)
            }
            Self::Boot { .. }
            | Self::Fired { .. }
            | Self::Served { .. }
            | Self::DiskDone { .. }
            | Self::Intervene(_) => None,
        }
    }

    /// The side that it comes to.
    fn side(&self) -> usize {
        match self {
            Self::Opened { side, .. } | Self::Arrive { side, .. } | Self::Close { side, .. } => {
                *side
            }
            Self::Boot { .. }
            | Self::Fired { .. }
            | Self::Served { .. }
            | Self::DiskDone { .. }
            | Self::Intervene(_) => panic!("only what travels comes to a side"),
        }
    }

    #[inline]
    fn digest(&self, digest: &mut Digest) {
        let mut head = |kind: u64, who: u32, what: u64| {
            digest.word(kind | u64::from(who) << 8 | what << 40);
        };
        match self {
            Self::Boot { node } => head(1, node.0, 0),
            Self::Opened { conn, side } => head(2, conn.0, *side as u64),
            Self::Arrive { conn, side, packet, .. } => {
                head(3, conn.0, *side as u64);
                digest.put(packet);
            }
            Self::Close { conn, side, reason } => {
                head(4, conn.0, *side as u64 | (*reason as u64) << 1);
            }
            Self::Fired { node, timer, .. } => {
                head(5, node.0, 0);
                digest.put(timer);
            }
            Self::Served { node, station, job, .. } => {
                head(6, node.0, u64::from(station.0));
                digest.put(job);
            }
            Self::DiskDone { node, token, .. } => head(7, node.0, *token & 0xFF_FFFF),
            Self::Intervene(_) => head(8, 0, 0),
        }
    }
}

fn digest_life<P: Protocol>(life: &Life<P>, digest: &mut Digest) {
    match life {
        Life::Planned { disk, at } => {
            digest.put(at);
            digest.put(disk);
        }
        Life::Up { actor } => actor.digest(digest),
        Life::Down { disk, since, end } => {
            digest.word(*end as u64);
            digest.put(since);
            digest.put(disk);
        }
        Life::Outside => digest.word(u64::MAX),
    }
}
