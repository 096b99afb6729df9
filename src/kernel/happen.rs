//! What each entry of the agenda does when its time comes.

use super::actor::{Actor, Event, NodeId, Protocol};
use super::core::Core;
use super::due::{Due, Parcel};
use super::effects::Effects;
use super::life::{End, Life};
use super::network::{CloseReason, ConnId, ConnState};
use super::observer::{Moment, Observer};
use super::time::SimSpan;
use super::world::World;

impl<P: Protocol> World<P> {
    #[inline]
    pub(super) fn happen(&mut self, due: Due<P>, observer: &mut impl Observer<P>) {
        match due {
            Due::Boot { node } => self.boot(node, observer),
            Due::Travel { conn, side, parcel } => self.come(conn, side, parcel, observer),
            Due::Fired { node, timer } => self.step(node, Event::Fired(timer), observer),
            Due::Served { node, station, asked, waited, job } => {
                let more = if asked { SimSpan::ZERO } else { self.needs(node, &job, observer) };
                if more > SimSpan::ZERO {
                    let due = Due::Served { node, station, asked: true, waited, job };
                    self.core.agenda.schedule(self.core.now + more, due);
                    return;
                }
                let now = self.core.now;
                if let Some(next) = self.core.station_mut(node, station).release(now) {
                    self.core.serve(node, station, next);
                }
                self.step(node, Event::Served { station, job, waited }, observer);
            }
            Due::DiskDone { node, token, flushed } => {
                let flushed = self.core.nodes[node.index()].disk.end_flush(flushed);
                self.step(node, Event::DiskDone { token, flushed }, observer);
            }
            Due::Intervene(intervention) => self.carry_out(*intervention, observer),
        }
    }

    /// Lets an actor handle one event, then hands its facts to the observer.
    #[inline]
    pub(super) fn step(&mut self, node: NodeId, event: Event<P>, observer: &mut impl Observer<P>) {
        let shares = !self.core.processes.is_empty();
        let node = if shares { self.whose_turn(node, &event) } else { node };
        let Life::Up { actor } = &mut self.lives[node.index()] else { return };
        let process = self.core.process_of(node);
        let mut fx = Effects { core: &mut self.core, node, process, exit: false };
        actor.handle(event, &mut fx);
        let exit = fx.exit;
        self.tell(node, observer);
        if exit {
            self.end(node, End::Stopped);
        }
    }

    /// How much longer a server works on a job.
    #[inline]
    fn needs(&mut self, node: NodeId, job: &P::Job, observer: &mut impl Observer<P>) -> SimSpan {
        let Life::Up { actor } = &mut self.lives[node.index()] else { return SimSpan::ZERO };
        let mut fx = Effects { core: &mut self.core, node, process: node, exit: false };
        let more = actor.needs(job, &mut fx);
        self.tell(node, observer);
        more
    }

    /// Hands over what an actor stated.
    #[inline]
    fn tell(&mut self, node: NodeId, observer: &mut impl Observer<P>) {
        let moment = Moment { at: self.core.now, ordinal: self.ordinal, node };
        self.core.facts.iter().for_each(|fact| observer.see(moment, fact));
        self.core.facts.clear();
    }

    pub(super) fn boot(&mut self, node: NodeId, observer: &mut impl Observer<P>) {
        if self.lives[node.index()].is_up() {
            return;
        }
        let life = std::mem::replace(&mut self.lives[node.index()], Life::Outside).boot();
        if let Life::Up { actor } = &life {
            let (mut stations, now) = (actor.stations(), self.core.now);
            stations.iter_mut().for_each(|station| station.open(now));
            self.core.nodes[node.index()].stations = stations;
        }
        self.lives[node.index()] = life;
        self.step(node, Event::Booted, observer);
    }

    /// Starts a node; one whose process is down, with all that ran when that died.
    pub(super) fn start(&mut self, node: NodeId, observer: &mut impl Observer<P>) {
        if self.core.processes.is_empty() || self.has_company(node) {
            return self.boot(node, observer);
        }
        for member in self.core.members(node) {
            let life = &self.lives[member.index()];
            let died = matches!(life, Life::Down { end: End::Crashed | End::PowerLost, .. });
            if member == node || died {
                self.boot(member, observer);
            }
        }
    }

    /// A node ends in order, or its process otherwise.
    pub(super) fn end(&mut self, node: NodeId, end: End) {
        if end == End::Stopped || self.core.processes.is_empty() {
            return self.end_node(node, end);
        }
        self.core.members(node).into_iter().for_each(|member| self.end_node(member, end));
        self.end_unbegun(node, end);
    }

    fn end_node(&mut self, node: NodeId, end: End) {
        if !self.lives[node.index()].is_up() {
            return;
        }
        let goes_on = !self.core.processes.is_empty() && self.has_company(node);
        if goes_on {
            self.leave_to_others(node);
        }
        let life = std::mem::replace(&mut self.lives[node.index()], Life::Outside);
        self.lives[node.index()] = life.end(end, self.core.now);
        self.core.forget(node, goes_on);
        if end == End::PowerLost {
            self.core.nodes[node.index()].disk.lose_power();
        }
        if goes_on {
            return;
        }
        let reason = if end == End::Stopped { CloseReason::Ended } else { CloseReason::Reset };
        let process = self.core.process_of(node);
        for conn in self.core.network.ids() {
            if self.core.network.conn(conn).ends.contains(&process) {
                self.core.close(conn, process, reason);
            }
        }
    }

    /// Something comes over a connection to one of its sides.
    #[inline]
    fn come(&mut self, conn: ConnId, side: u8, parcel: Parcel<P>, observer: &mut impl Observer<P>) {
        match parcel {
            Parcel::Packet { packet, .. } => self.arrived(conn, side, packet, observer),
            Parcel::Opened => self.opened(conn, side, observer),
            Parcel::Close { reason } => {
                let ends = self.core.network.conn_mut(conn);
                let state = &mut ends.states[usize::from(side)];
                if std::mem::replace(state, ConnState::Closed) != ConnState::Closed {
                    let node = ends.ends[usize::from(side)];
                    self.step(node, Event::Closed { conn, reason }, observer);
                }
            }
        }
    }

    #[inline]
    fn arrived(
        &mut self,
        conn: ConnId,
        side: u8,
        packet: P::Packet,
        observer: &mut impl Observer<P>,
    ) {
        let ends = self.core.network.conn(conn);
        let node = ends.ends[usize::from(side)];
        if ends.states[usize::from(side)] != ConnState::Open {
            return;
        }
        if matches!(self.lives[node.index()], Life::Outside) {
            return self.core.outbox.push((self.core.now, conn, packet));
        }
        self.step(node, Event::Arrived { conn, packet }, observer);
    }

    fn opened(&mut self, conn: ConnId, side: u8, observer: &mut impl Observer<P>) {
        let here = usize::from(side);
        let ends = self.core.network.conn(conn).ends;
        if self.core.network.conn(conn).states[here] != ConnState::Opening {
            return;
        }
        if side == 1 && !self.accepts(ends[here]) {
            return self.core.refuse(conn);
        }
        if side == 1 {
            self.core.travel(conn, side, 0, Parcel::Opened);
        }
        self.core.network.conn_mut(conn).states[here] = ConnState::Open;
        self.step(ends[here], Event::Opened { conn, peer: ends[1 - here] }, observer);
    }

    /// True where somebody listens.
    fn accepts(&self, node: NodeId) -> bool {
        match self.lives[node.index()] {
            Life::Up { .. } | Life::Outside => true,
            Life::Planned { .. } | Life::Down { .. } => false,
        }
    }
}

impl<P: Protocol> Core<P> {
    /// Nobody listens at side 1.
    fn refuse(&mut self, conn: ConnId) {
        self.network.conn_mut(conn).states[1] = ConnState::Closed;
        self.travel(conn, 1, 0, Parcel::Close { reason: CloseReason::Refused });
    }
}
