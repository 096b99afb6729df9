//! Delayed messages (`ScheduleMessageService`): one queue for each level, delivered in order.
//!
//! A level looks every 100 ms; here only when its first message is due. How far the levels are goes
//! to the disk every 10 s: a process that crashes delivers what it delivered since then again. Left
//! out: waiting behind a failing put.

use crate::facts::Fact;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::life::End;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::{Message, Wired};
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::store::{MessageStore, Put};
use crate::rocketmq::topic_names::SCHEDULE;

use super::{Broker, BrokerTimer};

/// `PROPERTY_DELAY_TIME_LEVEL`.
pub(super) const DELAY: &str = "DELAY";
/// `PROPERTY_REAL_TOPIC` and `PROPERTY_REAL_QUEUE_ID`.
pub(super) const REAL_TOPIC: &str = "REAL_TOPIC";
pub(super) const REAL_QID: &str = "REAL_QID";
/// A level's first look after the start, and the pause between two looks.
const FIRST: SimSpan = SimSpan::secs(1);
const PERIOD: SimSpan = SimSpan::millis(100);
/// `flushDelayOffsetInterval`.
const SAVE: SimSpan = SimSpan::secs(10);
/// A delay level wins over a time of the message's own.
const TIMES: [&str; 3] = ["TIMER_DELIVER_MS", "TIMER_DELAY_SEC", "TIMER_DELAY_MS"];

/// How far each level is.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    /// Next position by level, from level 1.
    next: Vec<u64>,
    /// The same as it is on the disk (`delayOffset.json`).
    saved: Vec<u64>,
    armed: Option<SimTime>,
    save_armed: bool,
}

impl Digestible for Schedule {
    fn digest(&self, digest: &mut Digest) {
        digest.all(self.next.iter());
        digest.all(self.saved.iter());
        digest.put(&self.armed);
    }
}

impl Schedule {
    /// Nothing is delivered any more.
    pub(super) fn rest(&mut self) {
        self.armed = None;
    }

    /// Next position by level.
    pub(super) fn levels(&self) -> Vec<u64> {
        self.next.clone()
    }

    /// Takes the positions of another broker over (`syncDelayOffset`).
    pub(super) fn take_over(&mut self, levels: &[u64]) {
        (self.next, self.saved) = (levels.to_vec(), levels.to_vec());
    }

    /// What the end of a process leaves; no level is beyond what its queue has
    /// (`correctDelayOffset`).
    pub(super) fn left(self, end: End, store: &MessageStore) -> Self {
        let mut next = if end == End::Stopped { self.next } else { self.saved };
        for (level, next) in (0..).zip(&mut next) {
            *next = (*next).min(store.max_offset(Name::new(SCHEDULE), level));
        }
        Self { saved: next.clone(), next, ..Self::default() }
    }
}

impl Broker {
    /// Stores a message, or its delayed form where it has a level.
    pub(super) fn deposit(
        &mut self,
        message: &Message,
        queue: u32,
        fx: &mut Effects<'_, Mq>,
    ) -> Put {
        let (msg, place) = (message.key, self.queue_ref(message.template.topic, queue, fx));
        let (kept, at, wait, why) = match self.delayed(message, queue) {
            Some((delayed, level)) => {
                let wait = self.config.rules.delay_levels[level as usize];
                (delayed, level, wait, Because::DelayLevel.with(level + 1))
            }
            None => match self.timed(message, queue, fx.wall()) {
                Some((timed, wait)) => (timed, 0, wait, Because::TimerSet.plain()),
                None => return self.append(message, queue, fx),
            },
        };
        fx.note(Fact::Postponed { msg, queue: place, wait, why });
        self.append(&kept, at, fx)
    }

    /// The same for what no counter of stored messages sees.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn deposit_uncounted(
        &mut self,
        message: &Message,
        queue: u32,
        fx: &mut Effects<'_, Mq>,
    ) -> Put {
        self.stats.quiet = true;
        let put = self.deposit(message, queue, fx);
        self.stats.quiet = false;
        put
    }

    /// The message as it waits: under the topic of its level, with its real place as properties.
    fn delayed(&self, message: &Message, queue: u32) -> Option<(Message, u32)> {
        let wired = message.wired()?;
        let level: i64 = wired.properties.get(DELAY)?.parse().ok()?;
        let most = u32::try_from(self.config.rules.delay_levels.len()).expect("levels are few");
        let level = u32::try_from(level.min(i64::from(most))).ok().filter(|level| *level > 0)?;
        let mut wired = Wired::clone(wired);
        wired.properties.set(DELAY, &level.to_string());
        TIMES.iter().for_each(|time| wired.properties.remove(time));
        let place = (message.template.topic, queue);
        Some((moved(message, wired, place, Name::new(SCHEDULE)), level - 1))
    }

    /// Arms the next look for the earliest message that waits.
    pub(super) fn arm_schedule(&mut self, fx: &mut Effects<'_, Mq>) {
        let levels = self.config.rules.delay_levels.len();
        let due = (0..levels).filter_map(|level| self.due_of(level, fx.wall())).min();
        let Some(due) = due else { return };
        let wait = u64::try_from(due - fx.wall()).unwrap_or(0);
        let earliest = (fx.now() + SimSpan::millis(wait)).max(fx.now() + SimSpan::nanos(1));
        let at = earliest.next_phase(self.booted + FIRST, PERIOD).max(self.booted + FIRST);
        if self.schedule.armed.is_none_or(|armed| at < armed) {
            self.schedule.armed = Some(at);
            fx.arm_at(at, Timer::Broker(BrokerTimer::Schedule));
        }
    }

    /// Delivers what is due, level by level.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn deliver_delayed(&mut self, fx: &mut Effects<'_, Mq>) {
        // A process that stood still is late, and takes it all the same.
        if self.schedule.armed.is_none_or(|at| fx.now() < at) {
            return;
        }
        self.schedule.armed = None;
        for level in 0..self.config.rules.delay_levels.len() {
            while self.due_of(level, fx.wall()).is_some_and(|due| due <= fx.wall()) {
                if self.stands_in() {
                    return self.offer_next(level, fx);
                }
                self.deliver_next(level, fx);
            }
        }
        self.arm_schedule(fx);
    }

    /// An acting master gives what is due to another broker, and goes on when that took it.
    fn offer_next(&mut self, level: usize, fx: &mut Effects<'_, Mq>) {
        let (at, queue) = (self.next_of(level), queue_of(level));
        let record = self.store.record_in(Name::new(SCHEDULE), queue, at);
        match record.and_then(|record| restored(&record.message)) {
            Some((message, _)) => self.escape(level, message, fx),
            None => self.level_goes_on(level, fx),
        }
    }

    /// The first message of a level is somewhere else.
    pub(super) fn level_goes_on(&mut self, level: usize, fx: &mut Effects<'_, Mq>) {
        let next = self.next_of(level) + 1;
        self.schedule.next[level] = next;
        self.arm_schedule(fx);
    }

    fn deliver_next(&mut self, level: usize, fx: &mut Effects<'_, Mq>) {
        let at = self.next_of(level);
        let record = self.store.record_in(Name::new(SCHEDULE), queue_of(level), at);
        self.schedule.next[level] = at + 1;
        if !self.schedule.save_armed {
            self.schedule.save_armed = true;
            let soon = fx.now() + SimSpan::nanos(1);
            let at = soon.next_phase(self.booted + SAVE, SAVE);
            fx.arm_at(at, Timer::Broker(BrokerTimer::SaveDelays));
        }
        let Some(record) = record else { return };
        if at % 4 == 3 && is_planted(Bug::DelayedPassedOver) {
            return;
        }
        if let Some((message, queue)) = restored(&record.message) {
            self.due(&message, queue, Because::DelayOver, fx);
        }
    }

    /// A message that waited goes to its queue.
    pub(super) fn due(
        &mut self,
        message: &Message,
        queue: u32,
        because: Because,
        fx: &mut Effects<'_, Mq>,
    ) {
        let (msg, why) = (message.key, because.plain());
        let place = self.queue_ref(message.template.topic, queue, fx);
        fx.note(Fact::Due { msg, queue: place, why });
        self.append(message, queue, fx);
    }

    /// How far each level with messages is, and how many it has (`buildRunningStats`).
    pub(super) fn delay_progress(&self) -> Vec<(u64, u64)> {
        let max = |level| self.store.max_offset(Name::new(SCHEDULE), level);
        (0..).zip(&self.schedule.next).map(|(level, next)| (*next, max(level))).collect()
    }

    /// `delayOffset.json`.
    pub(super) fn save_delays(&mut self) {
        self.schedule.save_armed = false;
        self.schedule.saved = self.schedule.next.clone();
    }

    fn next_of(&mut self, level: usize) -> u64 {
        if self.schedule.next.len() <= level {
            self.schedule.next.resize(level + 1, 0);
        }
        self.waiting_of(level)
    }

    /// The first message of a level that waits and is there: what was deleted before it was due is
    /// passed over (`DeliverDelayedMessageTimerTask`, "schedule CQ offset invalid").
    fn waiting_of(&self, level: usize) -> u64 {
        let next = self.schedule.next.get(level).copied().unwrap_or(0);
        next.max(self.store.min_offset(Name::new(SCHEDULE), queue_of(level)))
    }

    /// When a level's first message is due, ms since 1970; at once where the clock went back behind
    /// its time of storing.
    fn due_of(&self, level: usize, wall: i64) -> Option<i64> {
        let (at, queue) = (self.waiting_of(level), queue_of(level));
        let stored = self.store.store_time(Name::new(SCHEDULE), queue, at)?;
        let delay = i64::try_from(self.config.rules.delay_levels[level].as_millis());
        let delay = delay.expect("delays are shorter than ages");
        Some(if stored > wall { wall } else { stored + delay })
    }
}

fn queue_of(level: usize) -> u32 {
    u32::try_from(level).expect("levels are few")
}

/// A message under a system topic, with its real topic and queue as properties.
pub(super) fn moved(
    message: &Message,
    mut wired: Wired,
    (topic, queue): (Name, u32),
    to: Name,
) -> Message {
    wired.properties.set(REAL_TOPIC, topic.as_str());
    wired.properties.set(REAL_QID, &queue.to_string());
    message.rewired(wired).under(to)
}

/// The message under its real topic, and its real queue; the properties still say both.
pub(super) fn restored(message: &Message) -> Option<(Message, u32)> {
    let properties = &message.wired()?.properties;
    let queue = properties.get(REAL_QID)?.parse().ok()?;
    Some((message.under(Name::new(properties.get(REAL_TOPIC)?)), queue))
}
