//! Pop consumption: who waits, what was handed out in order, and the loops that hand out again.
//!
//! Follows `PopLongPollingService`. Checkpoints and acknowledgements are timed records of the
//! revive topic (`checkpoint`), as upstream keeps them without its merge buffer
//! (`enablePopBufferMerge` is off). The offset of what was handed out is committed at once, where
//! upstream's scan does it within 5 ms. A pop that is woken takes no thread.

mod checkpoint;
mod order;
mod revive;

pub(super) use checkpoint::{CheckPoint, PopId};
pub(super) use order::{Next, Orders};

use crate::facts::{Fact, QueueRef};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::extra_info::RetryKind;
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{PopKind, PopRequest};
use crate::rocketmq::store::PropertyFilter;
use crate::rocketmq::topic::java_hash;

use super::call::Call;
use super::{Broker, BrokerTimer};
use revive::Reviver;

/// `reviveQueueNum`.
pub(super) const REVIVE_QUEUES: u32 = 8;
/// Period of the look for pops that waited long enough, and how much earlier they count as such.
const LOOK: SimSpan = SimSpan::millis(20);
const EARLY_MILLIS: i64 = 50;
/// No request waits for longer, whatever it says: 100 days.
const LONGEST_MILLIS: i64 = 8_640_000_000;
/// `popPollingSize`: so many may wait for the same queue of a group.
const MOST_WAITING: usize = 1024;
/// `popLongPollingForceNotifyInterval`: every so many messages one that waits is woken whatever
/// its filter says.
const FORCE: u64 = 800;

/// Who waits, what was handed out in order, and the loops that hand out again.
#[derive(Clone, Debug, Default)]
pub(super) struct Pops {
    held: Vec<HeldPop>,
    pub(super) orders: Orders,
    revivers: Vec<Reviver>,
    /// Counts pops: which revive queue they name (`ckMessageNumber`).
    pub(super) turn: u32,
}

/// A pop, or a question whether there is something, that waits.
#[derive(Clone, Copy, Debug)]
struct HeldPop {
    call: Call,
    pop: PopRequest,
}

impl HeldPop {
    /// ms since 1970.
    fn until(&self) -> i64 {
        self.pop.born.saturating_add(self.pop.poll_millis)
    }
}

/// Why a request was not held.
pub(super) enum NotHeld {
    Full,
    TimedOut,
}

impl Pops {
    /// In a new process: nobody waits.
    pub(super) fn reborn(orders: Orders) -> Self {
        Self { orders, ..Self::default() }
    }

    /// Nothing is revived any more.
    pub(super) fn rest(&mut self) {
        self.revivers.clear();
    }
}

impl Digestible for Pops {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.turn));
        self.held.iter().for_each(|held| digest.put(&held.call));
        digest.all(self.revivers.iter());
        digest.put(&self.orders);
    }
}

/// The topic to which messages of a pop group go that were not acknowledged in time.
pub(super) fn retry_topic_of(group: Name, topic: Name) -> Name {
    Name::new(&RetryKind::V1.topic(topic.as_str(), group.as_str()))
}

/// Where a pop looks; all queues are queue 0 in a fact.
pub(super) fn place_of(pop: &PopRequest, fx: &Effects<'_, Mq>) -> QueueRef {
    QueueRef { topic: pop.topic, broker: fx.node(), id: u32::try_from(pop.queue).unwrap_or(0) }
}

impl Broker {
    /// Nothing is there: the request waits (`polling`).
    pub(super) fn hold_pop(
        &mut self,
        call: Call,
        pop: &PopRequest,
        fx: &mut Effects<'_, Mq>,
    ) -> Result<(), NotHeld> {
        let held = HeldPop { call, pop: *pop };
        let left = held.until().saturating_sub(fx.wall()).saturating_sub(EARLY_MILLIS);
        if pop.poll_millis <= 0 || left < 0 || self.stopping {
            return Err(NotHeld::TimedOut);
        }
        let same = |other: &&HeldPop| key(&other.pop) == key(pop);
        if self.pops.held.iter().filter(same).count() > MOST_WAITING {
            return Err(NotHeld::Full);
        }
        self.pops.held.push(held);
        let millis = u32::try_from(pop.poll_millis).unwrap_or(u32::MAX);
        let (queue, group, why) = (place_of(pop, fx), pop.group, Because::HeldPop.with(millis));
        fx.note(Fact::Held { queue, group, offset: 0, why });
        let over = fx.now() + span_of(left + 1);
        let at = over.next_phase(self.booted, LOOK);
        fx.arm_at(at, Timer::Broker(BrokerTimer::PopExpiry));
        Ok(())
    }

    /// How many wait for the same as this.
    pub(super) fn waiting_as(&self, pop: &PopRequest) -> usize {
        let same =
            |held: &&HeldPop| key(&held.pop) == key(&PopRequest { kind: PopKind::Pops, ..*pop });
        self.pops.held.iter().filter(same).count()
    }

    /// A message came into a queue: of each group one that waits for all queues, and one that
    /// waits for this one, looks again.
    pub(super) fn wake_pops(
        &mut self,
        (topic, queue): (Name, u32),
        (offset, message): (u64, &Message),
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.pops.held.iter().all(|held| held.pop.topic != topic) {
            return;
        }
        let of_topic = self.pops.held.iter().filter(|held| held.pop.topic == topic);
        let mut groups: Vec<Name> = of_topic.map(|held| held.pop.group).collect();
        groups.dedup();
        let forced = offset.is_multiple_of(FORCE);
        for (at, group) in groups.iter().enumerate() {
            if groups[..at].contains(group) {
                continue;
            }
            for queue in [-1, queue.cast_signed()] {
                for asks in [false, true] {
                    let matching = (!forced).then_some(message);
                    self.wake_pop((topic, *group, queue, asks), matching, fx);
                }
            }
        }
    }

    /// One that waits for a queue of a group looks again; true where one did. With a message: only
    /// where the message is what it wants.
    pub(super) fn wake_pop(
        &mut self,
        wanted: (Name, Name, i32, bool),
        message: Option<&Message>,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        // Whoever is gone is passed over, and waits no more (`pollRemotingCommands`).
        let gone = |held: &HeldPop, fx: &Effects<'_, Mq>| {
            key(&held.pop) == wanted && !fx.is_open(held.call.conn)
        };
        while let Some(at) = self.pops.held.iter().position(|held| gone(held, fx)) {
            let pop = self.pops.held.remove(at).pop;
            let (queue, group, why) = (place_of(&pop, fx), pop.group, Because::PeerGone.plain());
            fx.note(Fact::Woken { queue, group, offset: 0, why });
        }
        let same = |(_, held): &(usize, &HeldPop)| key(&held.pop) == wanted;
        let waiting = self.pops.held.iter().enumerate().filter(same);
        // Pops are woken by the nearest end, questions by the farthest.
        let order = |(at, held): &(usize, &HeldPop)| (held.until(), *at);
        let found = if wanted.3 { waiting.max_by_key(order) } else { waiting.min_by_key(order) };
        let Some((at, held)) = found else { return false };
        if message.is_some_and(|message| !wants(&held.pop, message)) {
            return false;
        }
        self.look_again_for(at, Because::WokenPop, fx);
        true
    }

    /// Those that waited long enough look a last time.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn expire_pops(&mut self, fx: &mut Effects<'_, Mq>) {
        let wall = fx.wall();
        let is_over = |held: &HeldPop| wall > held.until().saturating_sub(EARLY_MILLIS);
        while let Some(at) = self.pops.held.iter().position(is_over) {
            self.look_again_for(at, Because::PopTimeout, fx);
        }
    }

    /// The broker ends: nobody is left without an answer.
    pub(super) fn answer_all_pops(&mut self, fx: &mut Effects<'_, Mq>) {
        while !self.pops.held.is_empty() {
            self.look_again_for(0, Because::BrokerStops, fx);
        }
    }

    fn look_again_for(&mut self, at: usize, because: Because, fx: &mut Effects<'_, Mq>) {
        let HeldPop { call, pop } = self.pops.held.remove(at);
        let millis = u32::try_from(pop.poll_millis).unwrap_or(u32::MAX);
        let (queue, group, why) = (place_of(&pop, fx), pop.group, because.with(millis));
        fx.note(Fact::Woken { queue, group, offset: 0, why });
        if let Some(reply) = self.process_pop(call, &pop, fx) {
            call.answer(reply, fx);
        }
    }
}

/// A span of so many ms, at most [`LONGEST_MILLIS`].
pub(super) fn span_of(millis: i64) -> SimSpan {
    SimSpan::millis(millis.clamp(0, LONGEST_MILLIS).unsigned_abs())
}

/// What those that wait are found by: topic, group, queue (-1: all), and whether they only ask.
fn key(pop: &PopRequest) -> (Name, Name, i32, bool) {
    (pop.topic, pop.group, pop.queue.max(-1), pop.kind == PopKind::Asks)
}

fn wants(pop: &PopRequest, message: &Message) -> bool {
    let hash = message.template.tag.map_or(0, |tag| i64::from(java_hash(tag.as_str())));
    pop.kind == PopKind::Asks
        || pop.tags.matches_hash(hash) && PropertyFilter::of(pop.tags).passes(message)
}
