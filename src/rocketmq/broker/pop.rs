//! Pop consumption: what was handed out, until when it is invisible, and who waits.
//!
//! Follows `PopMessageProcessor`, `PopLongPollingService` and `PopReviveService`. Checkpoints and
//! acknowledgements are kept as a table here, where upstream writes them as timed records into the
//! log: the places of later records in the log differ by those. Left out: orderly pop, and asking
//! retry topics first now and then.

use crate::facts::QueueRef;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::Wired;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::PopRequest;
use crate::rocketmq::topic::TopicConfig;

use super::call::Call;
use super::{Broker, BrokerTimer};

/// `PROPERTY_FIRST_POP_TIME`.
const FIRST_POP: &str = "1ST_POP_TIME";
/// `reviveInterval`, and how long after its end an invisible time is looked at.
const REVIVE: SimSpan = SimSpan::secs(1);
const GRACE_MILLIS: i64 = 2000;

/// Messages of one queue that were handed out together (`PopCheckPoint`).
#[derive(Clone, Debug)]
pub(super) struct CheckPoint {
    pub(super) group: Name,
    /// The topic that was asked for.
    pub(super) topic: Name,
    /// Where the messages are: the topic, or the group's retry topic for it.
    pub(super) from: Name,
    pub(super) queue: u32,
    /// Offsets that were not acknowledged.
    pub(super) open: Vec<u64>,
    /// ms since 1970.
    pub(super) popped: i64,
    pub(super) invisible: i64,
}

/// What was handed out, and who waits.
#[derive(Clone, Debug, Default)]
pub(super) struct Pops {
    pub(super) points: Vec<CheckPoint>,
    held: Vec<(Call, PopRequest, SimTime)>,
    armed: bool,
    /// Counts pops: which revive queue they name.
    pub(super) turn: u32,
}

impl Pops {
    /// The same in a new process: nobody waits.
    pub(super) fn reborn(self) -> Self {
        Self { points: self.points, ..Self::default() }
    }
}

impl Digestible for Pops {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.turn));
        for point in &self.points {
            digest.put(&point.from);
            digest.all(point.open.iter());
            digest.word(point.popped.cast_unsigned());
        }
        self.held.iter().for_each(|(call, ..)| digest.put(call));
    }
}

/// The topic to which messages of a pop group go that were not acknowledged in time.
pub(super) fn pop_retry_topic(group: Name, topic: Name) -> Name {
    Name::new(&format!("%RETRY%{group}_{topic}"))
}

impl Broker {
    /// Nothing is there: the request waits.
    pub(super) fn hold_pop(
        &mut self,
        call: Call,
        pop: &PopRequest,
        until: SimTime,
        fx: &mut Effects<'_, Mq>,
    ) {
        self.pops.held.push((call, *pop, until));
        fx.arm_at(until, Timer::Broker(BrokerTimer::PopExpiry));
    }

    /// A message came into a topic: those that wait for it look again.
    pub(super) fn wake_pops(&mut self, topic: Name, fx: &mut Effects<'_, Mq>) {
        let wants =
            |pop: &PopRequest| pop.topic == topic || pop_retry_topic(pop.group, pop.topic) == topic;
        let held = std::mem::take(&mut self.pops.held);
        for (call, pop, until) in held {
            match if wants(&pop) { self.pop_now(&pop, fx) } else { None } {
                Some(reply) => drop(call.answer(reply, fx)),
                None => self.pops.held.push((call, pop, until)),
            }
        }
    }

    /// Those that waited long enough get nothing.
    pub(super) fn expire_pops(&mut self, fx: &mut Effects<'_, Mq>) {
        let now = fx.now();
        let held = std::mem::take(&mut self.pops.held);
        let (over, kept): (Vec<_>, Vec<_>) =
            held.into_iter().partition(|(_, _, until)| *until <= now);
        self.pops.held = kept;
        for (call, pop, _) in over {
            let reply = self.pop_nothing(&pop, fx);
            call.answer(reply, fx);
        }
    }

    /// Arms the next look for invisible times that are over.
    pub(super) fn arm_revive(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.pops.armed || self.pops.points.is_empty() {
            return;
        }
        self.pops.armed = true;
        let at = (fx.now() + SimSpan::nanos(1)).next_phase(self.booted, REVIVE);
        fx.arm_at(at, Timer::Broker(BrokerTimer::Revive));
    }

    /// What nobody acknowledged goes to the retry topic.
    pub(super) fn revive(&mut self, fx: &mut Effects<'_, Mq>) {
        self.pops.armed = false;
        let wall = fx.wall();
        let is_over = |point: &CheckPoint| wall - point.popped - point.invisible > GRACE_MILLIS;
        let points = std::mem::take(&mut self.pops.points);
        let (over, kept): (Vec<_>, Vec<_>) = points.into_iter().partition(is_over);
        self.pops.points = kept;
        for point in over {
            for offset in &point.open {
                self.try_again(&point, *offset, fx);
            }
        }
        self.arm_revive(fx);
    }

    fn try_again(&mut self, point: &CheckPoint, offset: u64, fx: &mut Effects<'_, Mq>) {
        let record = self.store.record_in(point.from, point.queue, offset);
        let Some(message) = record.map(|record| record.message) else { return };
        let Some(wired) = message.wired() else { return };
        let mut wired = Wired::clone(wired);
        wired.reconsume_times += 1;
        if wired.properties.get(FIRST_POP).is_none() {
            wired.properties.set(FIRST_POP, &point.popped.to_string());
        }
        let retry = pop_retry_topic(point.group, point.topic);
        if self.topics.get(retry).is_none() {
            self.create_topic(TopicConfig::new(retry, 1), Because::RetryTopicCreated, fx);
        }
        self.append(&message.rewired(wired).under(retry), 0, fx);
    }

    /// Moves a group's offset in a queue past what was handed out.
    pub(super) fn pass(&mut self, point: &CheckPoint, next: u64, fx: &mut Effects<'_, Mq>) {
        let queue = QueueRef { topic: point.from, broker: fx.node(), id: point.queue };
        self.commit(point.group, (queue, next), Because::CommitWithPull.plain(), fx);
    }
}
