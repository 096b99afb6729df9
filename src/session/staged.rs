//! A world of any protocol whose facts are the neutral ones, as a lane.

use std::rc::Rc;

use crate::facts::measure::Measure;
use crate::facts::{
    Carried, Content, Expectation, Fact, MsgKey, NodeProfile, TopicKind, Vocabulary,
};
use crate::judgement::{Judgement, Violation};
use crate::kernel::actor::{NodeId, Protocol};
use crate::kernel::life::Life;
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::kernel::station::StationId;
use crate::kernel::time::SimTime;
use crate::kernel::world::{Intervention, Moment, Observer, World};
use crate::observation::Observations;
use crate::observation::cast::Cast;
use crate::observation::journey::Recorder;
use crate::observation::measure::Watch;
use crate::observation::messages::flag;

use super::lane::{Act, DigestOf, FlightLook, Lane, LifeLook, Look, NodeLook};
use super::plans::{Plan, Plans};

/// What a session has to know of a protocol besides its facts.
pub trait Played: Protocol<Fact = Fact> {
    /// Reasons and settings.
    fn vocabulary() -> Vocabulary;
    /// What kind of node has this disk, for people.
    fn profile(disk: &Self::Disk, starts: SimTime) -> NodeProfile;
    /// What a packet carries.
    fn carried(packet: &Self::Packet, from: NodeId, to: NodeId) -> Carried;
    /// What a timer is for, where that is worth announcing.
    fn expectation(at: SimTime, node: NodeId, timer: Self::Timer) -> Option<Expectation>;
    /// What a message holds, where this process has it.
    fn content(actor: &Self::Actor, key: MsgKey, physical: Option<u64>) -> Option<Content>;
    /// Whose a topic is that no client names.
    fn topic_kind(_name: &str) -> TopicKind {
        TopicKind::Read
    }
    /// The order to end in order.
    fn stop() -> Self::Order;
}

/// A world with its observers.
#[derive(Clone)]
pub struct Staged<P: Played> {
    world: World<P>,
    watched: Watched,
    plans: Plans<P>,
}

/// What watches a world: what was seen of it, and whether that keeps the rules.
#[derive(Clone)]
struct Watched {
    seen: Observations,
    judgement: Judgement,
}

impl<P: Protocol<Fact = Fact>> Observer<P> for Watched {
    #[inline]
    fn see(&mut self, moment: Moment, fact: &Fact) {
        if self.seen.count(fact) {
            return;
        }
        let seen = self.seen.look_up(moment, fact);
        self.judgement.see(&seen, &self.seen);
        self.seen.absorb(&seen);
    }
}

impl<P: Played> Staged<P> {
    /// A world that has not run yet, whose topics have their colours in this order, and whose nodes
    /// send so many messages.
    pub fn new(world: World<P>, topics: &[Name], planned: &[Option<u64>]) -> Self {
        let nodes = world.nodes().map(|node| (world.name(node), profile_of(&world, node)));
        let mut cast = Cast::new(nodes.collect(), topics, P::vocabulary());
        cast.planned = planned.to_vec();
        cast.topic_kind = P::topic_kind;
        let judgement = Judgement::new(&cast);
        let seen = Observations::new(Rc::new(cast), world.zero());
        Self { world, watched: Watched { seen, judgement }, plans: Plans::new(Vec::new()) }
    }

    /// The same with changes from outside that wait for something, and with what they and others
    /// want to know.
    #[must_use]
    pub fn with(mut self, plans: Vec<Plan<P>>, measures: &[Measure]) -> Self {
        self.plans = Plans::new(plans);
        self.watched.seen.watch = Watch::new(measures.iter().copied());
        self
    }

    /// The world.
    pub fn world(&self) -> &World<P> {
        &self.world
    }

    /// What was seen of it.
    pub fn observations(&self) -> &Observations {
        &self.watched.seen
    }

    fn node_look(&self, node: NodeId) -> NodeLook {
        let life = match self.world.life(node) {
            Life::Planned { at, .. } => LifeLook::Planned(*at),
            Life::Up { .. } | Life::Outside => LifeLook::Up,
            Life::Down { since, end, .. } => LifeLook::Down(*since, *end),
        };
        let station = |id: u8| self.world.station(node, StationId(id));
        let now = self.world.now();
        let stations = (0..).map_while(station);
        let stations = stations.map(|station| (station.pool(now), *station.usage()));
        NodeLook {
            life,
            paused_until: self.world.paused_until(node),
            stations: stations.collect(),
            flushed: self.world.disk(node).flushed(),
        }
    }

    /// The actor of a node that runs.
    fn actor(&self, node: NodeId) -> Option<&P::Actor> {
        if node.index() >= self.watched.seen.cast().nodes.len() {
            return None;
        }
        match self.world.life(node) {
            Life::Up { actor } => Some(actor),
            Life::Planned { .. } | Life::Down { .. } | Life::Outside => None,
        }
    }
}

impl<P: Played> Lane for Staged<P> {
    fn run(&mut self, until: SimTime, budget: u64, before: u64) -> u64 {
        self.watched.seen.before = before;
        let mut events = 0;
        while events < budget
            && self.watched.judgement.violation().is_none()
            && self.world.step_until(until, &mut self.watched).is_some()
        {
            events += 1;
            if !self.plans.is_done() {
                self.plans.look(&mut self.world, &self.watched.seen);
            }
        }
        events
    }

    fn next_at(&mut self) -> Option<SimTime> {
        match self.watched.judgement.violation() {
            Some(_) => None,
            None => self.world.next_at(),
        }
    }

    fn violation(&self) -> Option<&Violation> {
        self.watched.judgement.violation()
    }

    fn close(&mut self) {
        let seen = &self.watched.seen;
        let end = (seen.since_start(self.world.now()), seen.before + self.world.ordinal());
        self.watched.judgement.close(seen, end);
    }

    fn position(&self) -> (u64, SimTime) {
        (self.world.ordinal(), self.world.now())
    }

    fn fork(&self) -> Box<dyn Lane> {
        Box::new(self.clone())
    }

    fn seen(&self) -> &Observations {
        &self.watched.seen
    }

    fn record(&mut self, recorder: Option<Recorder>) {
        self.watched.seen.recorder = recorder.map(Box::new);
    }

    fn look(&self) -> Look {
        let mut flights: Vec<FlightLook> = self
            .world
            .in_flight()
            .map(|flight| FlightLook {
                from: flight.from,
                to: flight.to,
                sent: flight.sent,
                due: flight.due,
                carried: P::carried(flight.packet, flight.from, flight.to),
            })
            .collect();
        order::by_key(&mut flights, |flight| (flight.due, flight.sent, flight.from, flight.to));
        let timers = self.world.timers();
        let mut expectations: Vec<Expectation> =
            timers.filter_map(|(at, node, timer)| P::expectation(at, node, timer)).collect();
        order::by_key(&mut expectations, |expectation| {
            (expectation.at, expectation.node, expectation.key)
        });
        let cut = self.world.links().filter(|(_, _, cut)| *cut).map(|(a, b, _)| (a, b));
        Look {
            nodes: self.world.nodes().map(|node| self.node_look(node)).collect(),
            flights,
            expectations,
            cut: cut.collect(),
        }
    }

    fn content(&self, key: MsgKey) -> Option<Content> {
        let number = self.watched.seen.numbering.number(key)?;
        let record = self.watched.seen.messages.record(number);
        let stored = record.flags & flag::STORED != 0;
        let queue = self.watched.seen.places.queues().get(record.queue as usize).filter(|_| stored);
        let broker = queue.and_then(|place| self.actor(place.queue.broker));
        broker.and_then(|actor| P::content(actor, key, Some(record.physical))).or_else(|| {
            let producer = self.actor(key.producer)?;
            P::content(producer, key, None)
        })
    }

    fn digest(&self, of: DigestOf) -> u64 {
        match of {
            DigestOf::History => self.world.history_digest(),
            DigestOf::State => self.plans.digest(self.world.state_digest()),
        }
    }

    fn intervene(&mut self, at: SimTime, act: Act) {
        let intervention = match act {
            Act::Stop(node) => Intervention::Tell(node, P::stop()),
            Act::Kill(node, end) => Intervention::Kill(node, end),
            Act::Start(node) => Intervention::Start(node),
            Act::Cut(a, b) => Intervention::Cut(a, b),
            Act::Mend(a, b) => Intervention::Mend(a, b),
        };
        self.world.intervene(at, intervention);
    }
}

fn profile_of<P: Played>(world: &World<P>, node: NodeId) -> NodeProfile {
    match world.life(node) {
        Life::Planned { disk, at } => P::profile(disk, *at),
        Life::Up { .. } | Life::Down { .. } | Life::Outside => {
            panic!("a lane begins before its nodes do, and outsiders come with conversations only")
        }
    }
}
