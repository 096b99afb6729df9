//! Messages with a time of their own (`TimerMessageStore`, `HookUtils.transformTimerMessage`).
//!
//! A message waits in the timer topic until the second after its own is over. Left out: rolling of
//! times beyond two days, deletion and recall, and the wheel's own files.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::{Message, Wired};
use crate::rocketmq::protocol::{Mq, Timer};

use super::schedule::{DELAY, moved, restored};
use super::{Broker, BrokerTimer};

/// Topic of messages that wait (`TimerMessageStore.TIMER_TOPIC`).
pub(super) const TIMER: &str = "rmq_sys_wheel_timer";
/// `timerPrecisionMs`.
const PRECISION: i64 = 1000;
/// `timerMaxDelaySec`: three days.
const MOST_MILLIS: i64 = 259_200_000;
const OUT: &str = "TIMER_OUT_MS";
const ENQUEUED: &str = "TIMER_ENQUEUE_MS";
const DEQUEUED: &str = "TIMER_DEQUEUE_MS";

/// What waits: the end of its second, ms since 1970, and its place in the timer queue.
#[derive(Clone, Debug, Default)]
pub(super) struct Wheel {
    waiting: Vec<(i64, u64)>,
    armed: Option<SimTime>,
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
    /// The same in a new process: no timer is set.
    pub(super) fn disarmed(self) -> Self {
        Self { armed: None, ..self }
    }
}

impl Digestible for Wheel {
    fn digest(&self, digest: &mut Digest) {
        for (millis, offset) in &self.waiting {
            digest.word(millis.cast_unsigned());
            digest.word(*offset);
        }
    }
}

/// When a message is to be delivered; the first property that is there counts, and none where it
/// has a delay level.
pub(super) fn when(message: &Message, wall: i64) -> When {
    let Some(wired) = message.wired() else { return When::Now };
    let level = wired.properties.get(DELAY).and_then(|level| level.parse::<i64>().ok());
    if level.is_some_and(|level| level > 0) {
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
        ..=0 => When::Now,
        1..=MOST_MILLIS => When::At(at),
        _ => When::Illegal,
    }
}

impl Broker {
    /// The message as it waits, where it has a time of its own.
    pub(super) fn timed(&self, message: &Message, queue: u32, wall: i64) -> Option<Message> {
        let When::At(at) = when(message, wall) else { return None };
        let mut wired = Wired::clone(message.wired()?);
        // The second before a whole one, so that the whole one is met.
        let out = (at - 1).div_euclid(PRECISION) * PRECISION;
        wired.properties.set(OUT, &out.to_string());
        Some(moved(message, wired, (message.template.topic, queue), Name::new(TIMER)))
    }

    /// A message of the timer topic was dispatched.
    pub(super) fn enter_wheel(&mut self, offset: u64, fx: &mut Effects<'_, Mq>) {
        let record = self.store.record_in(Name::new(TIMER), 0, offset);
        let wired = record.as_ref().and_then(|record| record.message.wired());
        let out = wired.and_then(|wired| wired.properties.get(OUT)?.parse::<i64>().ok());
        if let Some(out) = out {
            self.wheel.waiting.push((out + PRECISION, offset));
            order::naturally(&mut self.wheel.waiting);
            self.arm_wheel(fx);
        }
    }

    /// Arms the wheel for its first message.
    pub(super) fn arm_wheel(&mut self, fx: &mut Effects<'_, Mq>) {
        let Some((due, _)) = self.wheel.waiting.first() else { return };
        let wait = u64::try_from(due - fx.wall()).unwrap_or(0);
        let at = fx.now() + SimSpan::millis(wait);
        if self.wheel.armed.is_none_or(|armed| at < armed) {
            self.wheel.armed = Some(at);
            fx.arm_at(at, Timer::Broker(BrokerTimer::Wheel));
        }
    }

    /// Delivers what is due.
    pub(super) fn turn_wheel(&mut self, fx: &mut Effects<'_, Mq>) {
        self.wheel.armed = None;
        let wall = fx.wall();
        let due = self.wheel.waiting.iter().take_while(|(due, _)| *due <= wall).count();
        let due: Vec<(i64, u64)> = self.wheel.waiting.drain(..due).collect();
        for (_, offset) in due {
            self.deliver_timed(offset, fx);
        }
        self.arm_wheel(fx);
    }

    fn deliver_timed(&mut self, offset: u64, fx: &mut Effects<'_, Mq>) {
        let record = self.store.record_in(Name::new(TIMER), 0, offset);
        let Some(record) = record else { return };
        let Some(wired) = record.message.wired() else { return };
        let mut wired = Wired::clone(wired);
        let entered = record.store_time.div_euclid(PRECISION) * PRECISION;
        wired.properties.set(ENQUEUED, &entered.to_string());
        wired.properties.set(DEQUEUED, &fx.wall().to_string());
        if let Some((message, queue)) = restored(&record.message.rewired(wired)) {
            self.append(&message, queue, fx);
        }
    }
}
