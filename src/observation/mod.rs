//! Folds over facts: every number on the page. Each fold has a file of its own.
//!
//! [`Observations`] looks the names in a fact up once and hands it to the folds that it concerns.
//! All of it is cheap to clone (shared pages and chunks), and nothing in it decides what happens or
//! is digested.

pub mod asking;
pub mod cast;
pub mod depth;
pub mod graded;
pub mod heat;
pub mod journal;
pub mod journey;
pub mod latency;
pub mod ledger;
pub mod markers;
pub mod measure;
pub mod messages;
pub mod nodes;
pub mod numbering;
pub mod ownership;
pub mod pages;
pub mod places;
mod processes;
pub mod progress;
pub mod recent;
pub mod requests;
mod route;
pub mod seen;
pub mod series;
pub mod since;
mod skipped;
pub mod spans;
pub mod threads;
pub mod throughput;
mod twice;

use std::rc::Rc;

use crate::facts::Fact;
use crate::kernel::actor::{NodeId, Protocol};
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::SimTime;
use crate::kernel::world::{Moment, Observer};

use asking::Asking;
use cast::Cast;
use depth::Depth;
use journal::Journal;
use journey::Recorder;
use latency::Latency;
use ledger::Books;
use markers::Markers;
use measure::Watch;
use messages::Messages;
use nodes::Nodes;
use numbering::Numbering;
use ownership::Ownership;
use places::Places;
use progress::Progress;
use requests::Requests;
use seen::{Seen, parts};
use spans::Spans;
use threads::Threads;
use throughput::Throughput;
use twice::Twice;

/// What was seen of one world.
#[derive(Clone, Debug)]
pub struct Observations {
    /// The scenario's time 0 on the world's clock.
    zero: SimTime,
    /// Events of other lanes that came before what comes next.
    pub before: u64,
    /// Topics, queues and groups.
    pub places: Places,
    /// Message numbers.
    pub numbering: Numbering,
    /// What is known of each message.
    pub messages: Messages,
    /// The ledger.
    pub books: Books,
    /// What side effects were had for: a group's business keys, or messages without one.
    deeds: OrderedMap<(usize, Option<Name>, u32), ()>,
    /// What was stored more than once.
    twice: Twice,
    /// How far each queue is.
    pub progress: Progress,
    /// What copies of a broker left out before it showed it itself: queue, offset and group.
    early: Vec<(usize, u64, usize)>,
    /// Who owns which queue.
    pub ownership: Ownership,
    /// What threads work on.
    pub threads: Threads,
    /// Messages a second.
    pub throughput: Throughput,
    /// Waiting messages.
    pub depth: Depth,
    /// Stored to consumed.
    pub latency: Latency,
    /// Stored to delivered.
    pub wait: Latency,
    /// Parts of a message's way, over time.
    pub spans: Spans,
    /// Requests of clients.
    pub requests: Requests,
    /// How consumers asked.
    pub asking: Asking,
    /// Figures of nodes.
    pub nodes: Nodes,
    /// Marks on the timeline.
    pub markers: Markers,
    /// The newest facts.
    pub journal: Journal,
    /// Facts that somebody asks for.
    pub watch: Watch,
    /// Takes down one message's journey, where that is wanted.
    pub recorder: Option<Box<Recorder>>,
}

impl Observations {
    /// Nothing was seen yet of a world with this cast, whose scenario begins at `zero`.
    pub fn new(cast: Rc<Cast>, zero: SimTime) -> Self {
        let groups = cast.groups.len();
        Self {
            zero,
            before: 0,
            places: Places::new(cast),
            numbering: Numbering::default(),
            messages: Messages::new(groups),
            books: Books::new(groups),
            deeds: OrderedMap::new(),
            twice: Twice::default(),
            progress: Progress::new(groups),
            early: Vec::new(),
            ownership: Ownership::default(),
            threads: Threads::default(),
            throughput: Throughput::default(),
            depth: Depth::default(),
            latency: Latency::default(),
            wait: Latency::default(),
            spans: Spans::new(groups),
            requests: Requests::default(),
            asking: Asking::default(),
            nodes: Nodes::default(),
            markers: Markers::default(),
            journal: Journal::default(),
            watch: Watch::default(),
            recorder: None,
        }
    }

    /// Who takes part.
    pub fn cast(&self) -> &Rc<Cast> {
        self.places.cast()
    }

    /// The scenario's time 0 on the world's clock.
    pub fn zero(&self) -> SimTime {
        self.zero
    }

    /// A moment of the world in ns since the scenario's start; what came before it is at 0.
    pub fn since_start(&self, at: SimTime) -> u64 {
        at.as_nanos().saturating_sub(self.zero.as_nanos())
    }

    /// Groups that consumed a message.
    pub fn groups_done_with(&self, number: u32) -> u64 {
        let groups = 0..self.cast().groups.len();
        let consumed =
            |group: &usize| self.messages.marks(number, *group) & messages::mark::CONSUMED != 0;
        groups.filter(consumed).count() as u64
    }

    /// One fact, its names looked up.
    #[inline]
    pub fn look_up<'a>(&mut self, moment: Moment, fact: &'a Fact) -> Seen<'a> {
        self.places.see(moment.node, fact);
        let parts = parts(fact);
        let message = if let Fact::Called { msg, .. } = fact {
            Some(self.numbering.call(*msg))
        } else {
            parts.msg.and_then(|key| self.numbering.number(key))
        };
        Seen {
            at: self.since_start(moment.at),
            ordinal: self.before + moment.ordinal,
            node: moment.node,
            fact,
            message,
            queue: parts.queue.and_then(|queue| self.places.queue(queue)),
            group: parts.group.and_then(|group| self.places.group(group)),
            why: parts.why,
        }
    }

    /// A broker that led still takes itself for the leader, and another one leads since: what it
    /// stores is cut from its log when it learns of that.
    pub fn is_outlived(&self, node: NodeId) -> bool {
        self.led_by(node).is_some_and(|(leader, epoch)| leader == node && self.is_over(node, epoch))
    }

    /// A broker whose queues others have too, and of those another one leads, as far as any of them
    /// knows.
    pub fn follows(&self, node: NodeId) -> bool {
        if !self.cast().has_copies(node) {
            return false;
        }
        let nodes = (0..).map(NodeId).take(self.cast().nodes.len());
        let alike = nodes.filter(|other| self.cast().home(*other) == self.cast().home(node));
        let newest = alike.filter_map(|other| self.led_by(other)).max_by_key(|(_, epoch)| *epoch);
        newest.is_some_and(|(leader, _)| leader != node)
    }

    #[inline]
    fn led_by(&self, node: NodeId) -> Option<(NodeId, u32)> {
        self.nodes.of(node).and_then(|figures| figures.led_by)
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    fn is_over(&self, node: NodeId, epoch: u32) -> bool {
        let nodes = (0..).map(NodeId).take(self.cast().nodes.len());
        let alike = |other: &NodeId| self.cast().home(*other) == self.cast().home(node);
        let mut later = nodes.filter(alike).filter_map(|other| self.led_by(other));
        later.any(|(_, other)| other > epoch)
    }

    /// Takes in what is counted and nothing else is done with; true where it was that.
    #[inline]
    pub fn count(&mut self, fact: &Fact) -> bool {
        if let Fact::CallEnded { code, took, end } = *fact {
            self.requests.ended(code, took, end);
            return true;
        }
        false
    }

    /// Takes a fact in.
    pub fn take(&mut self, moment: Moment, fact: &Fact) {
        if self.count(fact) {
            return;
        }
        let seen = self.look_up(moment, fact);
        self.absorb(&seen);
    }

    /// Takes a fact in whose names are looked up.
    #[inline]
    pub fn absorb(&mut self, seen: &Seen<'_>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.see(seen);
        }
        self.route(seen);
        if let (Some(why), figures) = (seen.why, self.nodes.of_mut(seen.node)) {
            figures.why = Some(why);
        }
        self.journal.keep(seen);
        if !self.watch.is_idle() {
            let cast = Rc::clone(self.cast());
            self.watch.see(seen, &cast);
        }
    }
}

impl<P: Protocol<Fact = Fact>> Observer<P> for Observations {
    fn see(&mut self, moment: Moment, fact: &Fact) {
        self.take(moment, fact);
    }
}
