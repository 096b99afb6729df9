//! Messages with a time of their own (`TimerMessageStore`, `HookUtils.transformTimerMessage`).
//!
//! A message waits in the timer topic. Every 100 ms what is new there is put into the slot of its
//! second, and slots whose second is over are delivered; both only when there is work. How far this
//! is goes to the disk every second: a process that crashes delivers what it delivered since then
//! again. Left out: the wheel's own files and limits, and putters that overtake each other within a
//! slot.

use crate::facts::Fact;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::life::End;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::{Message, Wired};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::store::MessageStore;

use super::schedule::{DELAY, REAL_TOPIC, moved, restored};
use super::{Broker, BrokerTimer};

/// Topic of messages that wait (`TimerMessageStore.TIMER_TOPIC`).
pub(super) const TIMER: &str = "rmq_sys_wheel_timer";
/// A message that takes another one back names it so (`PROPERTY_TIMER_DEL_UNIQKEY`).
pub(super) const DELETES: &str = "TIMER_DEL_UNIQKEY";
/// `timerPrecisionMs`.
const PRECISION: i64 = 1000;
/// `timerMaxDelaySec`: three days.
pub(super) const MOST_MILLIS: i64 = 259_200_000;
/// `timerRollWindowSlot`: what is farther away is put in again on the way.
const ROLL_MILLIS: i64 = 172_800_000;
/// Pause of the loops that find nothing.
const LOOK: SimSpan = SimSpan::millis(100);
/// `timerFlushIntervalMs`.
const FLUSH: SimSpan = SimSpan::secs(1);
/// For so long after something was put in the wheel counts as behind where that was stored a
/// second ago.
const BEHIND_MILLIS: i64 = 2000;
const OUT: &str = "TIMER_OUT_MS";
const ENQUEUED: &str = "TIMER_ENQUEUE_MS";
const DEQUEUED: &str = "TIMER_DEQUEUE_MS";
const ROLLED: &str = "TIMER_ROLL_TIMES";

/// The slots, and how far the timer queue is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Wheel {
    /// In the order of their slots; those that were delivered stay until the next flush.
    units: Vec<Unit>,
    /// The next of the timer queue.
    next: u64,
    /// Slots before it are delivered, ms since 1970.
    read: i64,
    /// `next` and `read` as they are on the disk.
    saved: (u64, i64),
    armed: Option<SimTime>,
    flush_armed: bool,
    /// When something was put in last, and when that had been stored, ms since 1970.
    last: (i64, i64),
}

/// What waits in a slot (`TimerLog`).
#[derive(Clone, Copy, Debug)]
struct Unit {
    /// The second after whose end it is due, ms since 1970.
    slot: i64,
    /// Place in the timer queue.
    offset: u64,
    /// The second in which it was put in.
    entered: i64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Message,
    /// Goes into the timer queue again.
    Rolls,
    /// Takes another message back.
    Deletes,
}

/// What a message's own time means.
pub(super) enum When {
    Now,
    /// ms since 1970.
    At(i64),
    /// Too far away, or no time at all.
    Illegal,
}

impl Wheel {
    /// It stands still.
    pub(super) fn rest(&mut self) {
        self.armed = None;
    }

    /// What the end of a process leaves, of what a store has.
    pub(super) fn left(mut self, end: End, store: &MessageStore) -> Self {
        let max = store.max_offset(Name::new(TIMER), 0);
        if end == End::Stopped {
            self.saved = (self.next, self.read);
        } else if end == End::PowerLost {
            self.units.retain(|unit| unit.offset < self.saved.0.min(max));
        }
        let (next, read) = self.saved;
        self.units.retain(|unit| unit.slot >= read);
        let next = next.min(max);
        Self { units: self.units, next, read, saved: (next, read), ..Self::default() }
    }

    /// What was put in lately had been stored a second before (`getEnqueueBehind`).
    pub(super) fn is_behind(&self, wall: i64) -> bool {
        let (put, stored) = self.last;
        wall - put < BEHIND_MILLIS && wall - stored >= 1000
    }

    /// Units that wait (`getAllCongestNum`).
    pub(super) fn waiting(&self) -> usize {
        self.units.iter().filter(|unit| unit.slot >= self.read).count()
    }

    fn put(&mut self, unit: Unit) {
        let at = self.units.partition_point(|known| known.slot <= unit.slot);
        self.units.insert(at, unit);
    }

    /// The first slot that is not delivered.
    fn first(&self) -> Option<i64> {
        let waiting = self.units.partition_point(|unit| unit.slot < self.read);
        self.units.get(waiting).map(|unit| unit.slot)
    }
}

impl Digestible for Wheel {
    fn digest(&self, digest: &mut Digest) {
        for unit in &self.units {
            digest.word(unit.slot.cast_unsigned());
            digest.word(unit.offset);
        }
        digest.word(self.next);
        digest.word(self.read.cast_unsigned());
        digest.word(self.saved.0);
    }
}

/// When a message is to be delivered; the first property that is there counts, and none where it
/// has a delay level.
pub(super) fn when(message: &Message, wall: i64) -> When {
    let Some(wired) = message.wired() else { return When::Now };
    let level = wired.properties.get(DELAY).and_then(|level| level.parse::<i64>().ok());
    if level.is_some_and(|level| level > 0) || wired.properties.get(OUT).is_some() {
        return When::Now;
    }
    let kinds =
        [("TIMER_DELAY_SEC", wall, 1000), ("TIMER_DELAY_MS", wall, 1), ("TIMER_DELIVER_MS", 0, 1)];
    let text = |name| wired.properties.get(name);
    let given = kinds.iter().find_map(|(name, from, unit)| Some((text(name)?, from, unit)));
    let Some((text, from, unit)) = given else { return When::Now };
    let Ok(number) = text.parse::<i64>() else { return When::Illegal };
    let at = number.saturating_mul(*unit).saturating_add(*from);
    match at.saturating_sub(wall) {
        ..=0 if wired.properties.get(DELETES).is_some() => When::Illegal,
        ..=0 => When::Now,
        1..=MOST_MILLIS => When::At(at),
        _ => When::Illegal,
    }
}

impl Broker {
    /// The message as it waits, and for how long, where it has a time of its own.
    pub(super) fn timed(
        &self,
        message: &Message,
        queue: u32,
        wall: i64,
    ) -> Option<(Message, SimSpan)> {
        let When::At(at) = when(message, wall) else { return None };
        let mut wired = Wired::clone(message.wired()?);
        // The second before a whole one, so that the whole one is met.
        let out = second(at - 1);
        wired.properties.set(OUT, &out.to_string());
        let wait = SimSpan::millis((at - wall).unsigned_abs());
        Some((moved(message, wired, (message.template.topic, queue), Name::new(TIMER)), wait))
    }

    /// What is in the timer queue and not put in yet (`getEnqueueBehindMessages`).
    pub(super) fn wheel_is_behind(&self) -> u64 {
        self.store.max_offset(Name::new(TIMER), 0).saturating_sub(self.wheel.next)
    }

    /// Arms the wheel for what is new, or for its first slot.
    pub(super) fn arm_wheel(&mut self, fx: &mut Effects<'_, Mq>) {
        let soon = fx.now() + SimSpan::nanos(1);
        let at = if self.wheel.next < self.store.max_offset(Name::new(TIMER), 0) {
            soon
        } else {
            let Some(slot) = self.wheel.first() else { return };
            let wait = u64::try_from(slot + PRECISION - fx.wall()).unwrap_or(0);
            (fx.now() + SimSpan::millis(wait)).max(soon)
        };
        let at = at.next_phase(self.booted, LOOK);
        if self.wheel.armed.is_none_or(|armed| at < armed) {
            self.wheel.armed = Some(at);
            fx.arm_at(at, Timer::Broker(BrokerTimer::Wheel));
        }
    }

    /// Puts in what is new, and delivers what is due.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn turn_wheel(&mut self, fx: &mut Effects<'_, Mq>) {
        // A process that stood still is late, and takes it all the same.
        if self.wheel.armed.is_none_or(|at| fx.now() < at) {
            return;
        }
        self.wheel.armed = None;
        let timer = Name::new(TIMER);
        while self.wheel.next < self.store.max_offset(timer, 0) {
            self.enter_wheel(fx);
        }
        let now = second(fx.wall()).max(self.wheel.read);
        while let Some(slot) = self.wheel.first().filter(|slot| *slot < now) {
            self.deliver_slot(slot, fx);
            self.wheel.read = slot + PRECISION;
        }
        self.wheel.read = now;
        self.arm_wheel(fx);
        self.arm_wheel_flush(fx);
    }

    /// Puts one message of the timer queue into its slot; what is over already is delivered.
    fn enter_wheel(&mut self, fx: &mut Effects<'_, Mq>) {
        let offset = self.wheel.next;
        self.wheel.next += 1;
        let Some(record) = self.store.record_in(Name::new(TIMER), 0, offset) else { return };
        self.wheel.last = (fx.wall(), record.store_time);
        let property = |name| record.message.wired().and_then(|wired| wired.properties.get(name));
        let out = property(OUT).and_then(|out| out.parse::<i64>().ok());
        // Half of all times lies beyond every use, and leaves room to compute with.
        let Some(out) = out.map(|out| out.clamp(0, i64::MAX / 2)) else { return };
        let deletes = property(DELETES).is_some();
        let entered = second(fx.wall()).max(self.wheel.read);
        let ahead = out - entered;
        let (slot, kind) = match ahead {
            ..ROLL_MILLIS if deletes => (out, Kind::Deletes),
            ..ROLL_MILLIS => (out, Kind::Message),
            _ if ahead - ROLL_MILLIS < ROLL_MILLIS / 3 => (entered + ROLL_MILLIS / 2, Kind::Rolls),
            _ => (entered + ROLL_MILLIS, Kind::Rolls),
        };
        let unit = Unit { slot, offset, entered, kind };
        if out < entered {
            return self.deliver_timed(Unit { entered: i64::MAX, ..unit }, fx);
        }
        self.wheel.put(unit);
    }

    /// Delivers what is in a slot, but for what was taken back.
    fn deliver_slot(&mut self, slot: i64, fx: &mut Effects<'_, Mq>) {
        let begin = self.wheel.units.partition_point(|unit| unit.slot < slot);
        let due = self.wheel.units[begin..].iter().take_while(|unit| unit.slot == slot);
        let due: Vec<Unit> = due.copied().collect();
        let deletes = due.iter().filter(|unit| unit.kind == Kind::Deletes);
        let gone: Vec<String> = deletes.filter_map(|unit| self.deleted_by(unit)).collect();
        for unit in due.into_iter().filter(|unit| unit.kind != Kind::Deletes) {
            if !gone.is_empty() && self.key_of(&unit).is_some_and(|key| gone.contains(&key)) {
                self.state_recalled(&unit, fx);
            } else {
                self.deliver_timed(unit, fx);
            }
        }
    }

    fn state_recalled(&self, unit: &Unit, fx: &mut Effects<'_, Mq>) {
        if let Some(record) = self.store.record_in(Name::new(TIMER), 0, unit.offset) {
            let group = record.message.wired().and_then(|wired| wired.properties.get("PGROUP"));
            let (msg, group) = (record.message.key, Name::new(group.unwrap_or_default()));
            fx.note(Fact::Settled { msg, group, why: Because::TimerRecalled.with(1) });
        }
    }

    fn deleted_by(&self, unit: &Unit) -> Option<String> {
        let record = self.store.record_in(Name::new(TIMER), 0, unit.offset)?;
        record.message.wired()?.properties.get(DELETES).map(str::to_owned)
    }

    /// By what a message can be taken back (`buildDeleteKey`).
    fn key_of(&self, unit: &Unit) -> Option<String> {
        let message = &self.store.record_in(Name::new(TIMER), 0, unit.offset)?.message;
        let topic = message.wired()?.properties.get(REAL_TOPIC)?;
        Some(format!("{topic}+{}", message.unique_key()))
    }

    fn deliver_timed(&mut self, unit: Unit, fx: &mut Effects<'_, Mq>) {
        let record = self.store.record_in(Name::new(TIMER), 0, unit.offset);
        let Some(record) = record else { return };
        let Some(wired) = record.message.wired() else { return };
        let mut wired = Wired::clone(wired);
        let properties = &mut wired.properties;
        properties.set(ENQUEUED, &unit.entered.to_string());
        if unit.kind == Kind::Rolls {
            let times = properties.get(ROLLED).and_then(|times| times.parse::<u32>().ok());
            properties.set(ROLLED, &(times.unwrap_or(0) + 1).to_string());
        } else if properties.get(DELETES).is_some() {
            return;
        }
        properties.set(DEQUEUED, &fx.wall().to_string());
        let message = record.message.rewired(wired);
        if unit.kind == Kind::Rolls {
            self.append(&message, 0, fx);
        } else if let Some((message, queue)) = restored(&message) {
            self.due(&message, queue, Because::TimerOver, fx);
        }
    }

    fn arm_wheel_flush(&mut self, fx: &mut Effects<'_, Mq>) {
        let wheel = &mut self.wheel;
        let has_delivered = wheel.units.first().is_some_and(|unit| unit.slot < wheel.read);
        if !wheel.flush_armed && (has_delivered || wheel.saved.0 != wheel.next) {
            wheel.flush_armed = true;
            let at = (fx.now() + SimSpan::nanos(1)).next_phase(self.booted, FLUSH);
            fx.arm_at(at, Timer::Broker(BrokerTimer::FlushWheel));
        }
    }

    /// `TimerCheckpoint`: how far it is goes to the disk, and what is delivered is forgotten.
    pub(super) fn flush_wheel(&mut self) {
        let wheel = &mut self.wheel;
        wheel.flush_armed = false;
        wheel.saved = (wheel.next, wheel.read);
        let read = wheel.read;
        wheel.units.retain(|unit| unit.slot >= read);
    }
}

/// The begin of a time's second.
pub(super) fn second(millis: i64) -> i64 {
    millis.div_euclid(PRECISION) * PRECISION
}
