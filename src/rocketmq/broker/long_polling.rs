//! Held pulls (`PullRequestHoldService`, `NotifyMessageArrivingListener`).
//!
//! A new message wakes a pull whose tags match (with long polling). A sweep every 5 s (1 s without)
//! looks at all: it finds new messages whatever their tags, and pulls that were held long enough. A
//! time-out is noticed only there, so up to one period late.

use crate::facts::{Fact, QueueRef, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::Message;
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::{Job, Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{PullRequest, Reply, TagExpression, code};
use crate::rocketmq::store::PropertyFilter;
use crate::rocketmq::topic::java_hash;

use super::call::Call;
use super::{Broker, BrokerTimer, millis, pools};

/// Period of the sweep with long polling.
const SWEEP: SimSpan = SimSpan::secs(5);

/// A pull that waits at the broker.
#[derive(Clone, Copy, Debug)]
struct HeldPull {
    call: Call,
    pull: PullRequest,
    tags: TagExpression,
    since: SimTime,
    timeout: SimSpan,
}

/// All held pulls, by number in the order of their holding.
#[derive(Clone, Debug, Default)]
pub(super) struct HeldPulls {
    waiting: OrderedMap<u64, HeldPull>,
    /// Woken, with the reason, and waiting for a pull thread.
    woken: OrderedMap<u64, (HeldPull, Why)>,
    next: u64,
    sweep_armed: bool,
}

impl Digestible for HeldPulls {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.next);
        let woken = self.woken.iter().map(|(number, (held, _))| (number, held));
        for (number, held) in self.waiting.iter().chain(woken) {
            digest.word(*number);
            digest.put(&held.call);
            digest.put(&held.pull);
            digest.put(&held.tags);
            digest.put(&held.since);
            digest.put(&held.timeout);
        }
    }
}

impl Broker {
    pub(super) fn hold(
        &mut self,
        call: Call,
        pull: &PullRequest,
        tags: TagExpression,
        fx: &mut Effects<'_, Mq>,
    ) {
        let timeout = if self.config.long_polling {
            SimSpan::millis(u64::from(pull.suspend_timeout))
        } else {
            self.config.short_polling_time
        };
        let because = if self.config.long_polling { Because::HeldLong } else { Because::HeldShort };
        let why = because.with(millis(timeout));
        let queue = self.queue_ref(pull.topic, pull.queue, fx);
        let (group, offset) = (pull.group, pull.offset);
        fx.note(Fact::Held { queue, group, offset, why });
        let held = HeldPull { call, pull: *pull, tags, since: fx.now(), timeout };
        self.held.waiting.insert(self.held.next, held);
        self.held.next += 1;
        self.arm_sweep(fx);
    }

    /// A message was dispatched: wakes the pulls of its queue that want it.
    pub(super) fn wake_for(
        &mut self,
        queue: QueueRef,
        offset: u64,
        message: &Message,
        fx: &mut Effects<'_, Mq>,
    ) {
        if !self.config.long_polling || self.held.waiting.is_empty() {
            return;
        }
        let hash = message.template.tag.map_or(0, |tag| i64::from(java_hash(tag.as_str())));
        let of_queue =
            |held: &HeldPull| held.pull.topic == queue.topic && held.pull.queue == queue.id;
        let wanted = |held: &HeldPull| {
            let tags = held.tags;
            offset >= held.pull.offset
                && tags.matches_hash(hash)
                && (!tags.is_sql() || PropertyFilter::of(tags).passes(message))
        };
        let now = fx.now();
        let woken = self.held.waiting.iter().filter(|(_, held)| of_queue(held));
        let woken: Vec<_> = woken
            .filter_map(|(number, held)| match (wanted(held), held.is_over(now)) {
                (true, _) => Some((*number, Because::WokenByMessage.with(1))),
                (false, true) => Some((*number, Because::HoldTimeout.with(millis(held.timeout)))),
                (false, false) => None,
            })
            .collect();
        self.wake(woken, fx);
    }

    /// Looks at all held pulls; tags do not count here.
    pub(super) fn sweep_held(&mut self, timer: BrokerTimer, fx: &mut Effects<'_, Mq>) {
        self.held.sweep_armed = false;
        let now = fx.now();
        let verdict = |(number, held): (&u64, &HeldPull)| {
            let newest = self.store.max_offset(held.pull.topic, held.pull.queue);
            let why = if newest > held.pull.offset {
                self.found_by(timer)
            } else if held.is_over(now) {
                self.held_long_enough(held)
            } else {
                return None;
            };
            Some((*number, why))
        };
        let woken: Vec<_> = self.held.waiting.iter().filter_map(verdict).collect();
        self.wake(woken, fx);
        self.arm_sweep(fx);
    }

    /// A pull thread took a woken pull.
    pub(super) fn look_again(&mut self, number: u64, fx: &mut Effects<'_, Mq>) {
        let (held, why) = self.take_woken(number);
        self.pull_again(held.call, &held.pull, why, fx);
    }

    /// No pull thread may take a woken pull.
    pub(super) fn refuse_woken(&mut self, number: u64, why: Why, fx: &mut Effects<'_, Mq>) {
        let (held, _) = self.take_woken(number);
        self.state_refusal(&held.pull, why, fx);
        held.call.answer(Reply::code(code::SYSTEM_BUSY), fx);
    }

    fn take_woken(&mut self, number: u64) -> (HeldPull, Why) {
        self.held.woken.remove(&number).expect("a woken pull waits for its thread")
    }

    /// The broker ends: nobody is left without an answer.
    pub(super) fn answer_all_held(&mut self, fx: &mut Effects<'_, Mq>) {
        if is_planted(Bug::HeldPullLost) {
            return;
        }
        let why = Because::BrokerStops.plain();
        for (_, held) in std::mem::take(&mut self.held.waiting) {
            self.state_woken(&held.pull, why, fx);
            self.pull_again(held.call, &held.pull, why, fx);
        }
    }

    fn wake(&mut self, woken: Vec<(u64, Why)>, fx: &mut Effects<'_, Mq>) {
        for (number, why) in woken {
            let held = self.held.waiting.remove(&number).expect("it was just seen waiting");
            self.state_woken(&held.pull, why, fx);
            self.held.woken.insert(number, (held, why));
            let service = self.config.pull_time.draw(fx.rng());
            self.submit(pools::PULL, Job::Recheck { pull: number }, service, fx);
        }
    }

    fn arm_sweep(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.held.sweep_armed || self.held.waiting.is_empty() {
            return;
        }
        self.held.sweep_armed = true;
        let (timer, period) = if self.config.long_polling {
            (BrokerTimer::SweepHeld, SWEEP)
        } else {
            (BrokerTimer::SweepShort, self.config.short_polling_time)
        };
        let next = fx.now() + SimSpan::nanos(1);
        let at = next.next_phase(self.booted, period);
        fx.arm_at(at, Timer::Broker(timer));
    }

    fn state_woken(&self, pull: &PullRequest, why: Why, fx: &mut Effects<'_, Mq>) {
        let queue = self.queue_ref(pull.topic, pull.queue, fx);
        fx.note(Fact::Woken { queue, group: pull.group, offset: pull.offset, why });
    }

    fn found_by(&self, timer: BrokerTimer) -> Why {
        if timer == BrokerTimer::SweepHeld {
            return Because::WokenBySweep.with(millis(SWEEP));
        }
        Because::WokenByShortSweep.with(millis(self.config.short_polling_time))
    }

    fn held_long_enough(&self, held: &HeldPull) -> Why {
        let because =
            if self.config.long_polling { Because::HoldTimeout } else { Because::HoldTimeoutShort };
        because.with(millis(held.timeout))
    }
}

impl HeldPull {
    fn is_over(&self, now: SimTime) -> bool {
        now.since(self.since) >= self.timeout
    }
}
