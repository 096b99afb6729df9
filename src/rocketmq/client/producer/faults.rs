//! Brokers that were slow or failed, and are avoided for a while (`sendLatencyEnable`).
//!
//! Follows `MQFaultStrategy` and `LatencyFaultToleranceImpl`: how long a broker is avoided depends
//! on how long its last answer took; the detector (`startDetectorEnable`) asks brokers that could
//! not be reached.

use std::collections::VecDeque;

use crate::facts::{Fact, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Request, code};

use super::super::calls::{Call, CallError, millis};
use super::super::instance::Woken;
use super::super::queue::MessageQueue;
use super::super::timer::{ClientTimer, ProducerTimer};
use super::super::{Thread, Waiter};
use super::Producer;

/// `latencyMax` and `notAvailableDuration`, in ms: from which latency on, for how long.
const DURATIONS: [(u64, u64); 6] =
    [(15_000, 30_000), (5000, 10_000), (3000, 6000), (1800, 5000), (550, 2000), (0, 0)];
/// An error counts as a latency of so much.
const ISOLATION: SimSpan = SimSpan::secs(10);
/// The detector's first round after the start, and its period.
const DETECTOR: SimSpan = SimSpan::secs(3);

/// What is known of brokers.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    items: OrderedMap<Name, Item>,
    /// Brokers that this round of the detector still asks; the first one is being asked.
    round: VecDeque<Name>,
}

/// `FaultItem`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    /// Available from here on.
    start: SimTime,
    reachable: bool,
    /// The detector leaves it alone before.
    check: SimTime,
}

/// How an attempt ended, for the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) isolation: bool,
    pub(super) reachable: bool,
}

impl Verdict {
    /// Answered well, or failed on this side.
    pub(super) const FINE: Self = Self { isolation: false, reachable: true };
    /// An asynchronous send failed.
    pub(super) const BAD: Self = Self { isolation: true, reachable: true };
    /// The broker answered with an error.
    pub(super) const REFUSED: Self = Self { isolation: true, reachable: false };
}

/// For how long a broker is avoided after a latency.
fn avoided_for(latency: SimSpan) -> SimSpan {
    let row = DURATIONS.iter().find(|(from, _)| *from <= latency.as_millis());
    SimSpan::millis(row.map_or(0, |(_, wait)| *wait))
}

impl Faults {
    /// Whether a broker may be sent to now.
    fn is_available(&self, broker: Name, now: SimTime) -> bool {
        self.items.get(&broker).is_none_or(|item| item.start <= now)
    }

    /// Whether a broker answered when it was asked last.
    fn is_reachable(&self, broker: Name) -> bool {
        self.items.get(&broker).is_none_or(|item| item.reachable)
    }

    /// Takes a latency down; gives for how long the broker is avoided from now on, where that
    /// changes. A time that is over later is never brought forward.
    fn update(&mut self, broker: Name, wait: SimSpan, now: SimTime, reachable: bool) -> bool {
        let fresh = || Item { start: SimTime::START, reachable, check: SimTime::START };
        let item = self.items.get_or_insert_with(broker, fresh);
        item.reachable = reachable;
        let later = wait > SimSpan::ZERO && item.start < now + wait;
        if later {
            item.start = now + wait;
        }
        later
    }
}

impl Producer {
    /// An attempt at a broker ended (`updateFaultItem`).
    pub(super) fn judged(
        &mut self,
        (broker, since): (Name, SimTime),
        verdict: Verdict,
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.config.rules.send_latency {
            self.update_faults((broker, fx.now().since(since)), verdict, fx);
        }
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    fn update_faults(
        &mut self,
        (broker, latency): (Name, SimSpan),
        Verdict { isolation, reachable }: Verdict,
        fx: &mut Effects<'_, Mq>,
    ) {
        let wait = avoided_for(if isolation { ISOLATION } else { latency });
        if !self.extras().faults.update(broker, wait, fx.now(), reachable) {
            return;
        }
        let because = if isolation { Because::BrokerFailed } else { Because::BrokerSlow };
        let why = because.with(millis(latency));
        if let Some(broker) = self.instance.routes.shown(broker) {
            fx.note(Fact::BrokerAvoided { broker, wait, why });
        }
    }

    /// The next queue of a thread's rotation (`MQFaultStrategy.selectOneMessageQueue`).
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn rotate_around(
        &mut self,
        (topic, thread): (Name, u32),
        avoid: Option<Name>,
        reset: bool,
        fx: &mut Effects<'_, Mq>,
    ) -> (MessageQueue, Why) {
        let now = fx.now();
        let faults = &self.extras.as_ref().expect("the producer has tables").faults;
        let publish = self.instance.routes.publish(topic);
        if reset {
            publish.reset(thread, fx.rng());
        }
        let other = |broker| avoid != Some(broker);
        let available = |broker| other(broker) && faults.is_available(broker, now);
        if let Some((queue, index)) = publish.pick(thread, fx.rng(), available) {
            return (queue, Because::RotationAvailable.with(index));
        }
        let reachable = |broker| other(broker) && faults.is_reachable(broker);
        if let Some((queue, index)) = publish.pick(thread, fx.rng(), reachable) {
            return (queue, Because::RotationReachable.with(index));
        }
        let any = publish.pick(thread, fx.rng(), |_| true);
        let (queue, index) = any.expect("a usable topic has queues");
        (queue, Because::Rotation.with(index))
    }

    /// The detector's thread begins with the producer.
    pub(super) fn start_detector(&self, fx: &mut Effects<'_, Mq>) {
        if self.config.rules.detector {
            fx.arm(DETECTOR, Timer::Client(ClientTimer::Producer(ProducerTimer::Detect)));
        }
    }

    /// A round of the detector: one broker after the other. A round that comes while the last one
    /// is not over waits for it.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn detect(&mut self, fx: &mut Effects<'_, Mq>) {
        fx.arm(DETECTOR, Timer::Client(ClientTimer::Producer(ProducerTimer::Detect)));
        let (now, interval) = (fx.now(), self.config.rules.detect.1);
        let faults = &mut self.extras().faults;
        if !faults.round.is_empty() {
            return;
        }
        let due = faults.items.iter().filter(|(_, item)| item.check <= now);
        faults.round = due.map(|(broker, _)| *broker).collect();
        for item in faults.items.values_mut().filter(|item| item.check <= now) {
            item.check = now + interval;
        }
        self.detect_next(fx);
    }

    fn detect_next(&mut self, fx: &mut Effects<'_, Mq>) {
        while let Some(broker) = self.extras().faults.round.front().copied() {
            let topic = self.instance.routes.first_published();
            match (self.instance.routes.master(broker), topic) {
                (Some(peer), Some(topic)) => {
                    let request = Request::MaxOffset { topic, queue: 0 };
                    let waiter = Waiter::Thread(Thread::Detector);
                    let timeout = self.config.rules.detect.0;
                    return self.instance.calls.call(Call { peer, request, timeout, waiter }, fx);
                }
                (None, _) => {
                    self.extras().faults.items.remove(&broker);
                }
                (Some(_), None) => {}
            }
            self.extras().faults.round.pop_front();
        }
    }

    /// The broker that the detector asked answered, or not.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn detected(&mut self, woken: &Woken, fx: &mut Effects<'_, Mq>) {
        let Some(broker) = self.extras().faults.round.pop_front() else { return };
        if let Woken::Reply(Ok(reply)) = woken
            && reply.code == code::SUCCESS
            && let Some(item) = self.extras().faults.items.get_mut(&broker)
            && !item.reachable
        {
            item.reachable = true;
            let why = Because::BrokerDetected.plain();
            if let Some(broker) = self.instance.routes.shown(broker) {
                fx.note(Fact::BrokerTrusted { broker, why });
            }
        }
        self.detect_next(fx);
    }

    /// What an error says to the tables.
    pub(super) fn verdict_on(&self, error: CallError) -> Verdict {
        match error {
            CallError::Connect | CallError::Lost | CallError::Timeout => {
                Verdict { isolation: true, reachable: !self.config.rules.detector }
            }
        }
    }
}

impl Digestible for Faults {
    fn digest(&self, digest: &mut Digest) {
        for (broker, item) in self.items.iter() {
            digest.put(broker);
            digest.put(&item.start);
            digest.put(&item.reachable);
            digest.put(&item.check);
        }
        self.round.iter().for_each(|broker| digest.put(broker));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Client reference 10.3, row 1.
    #[test]
    fn latencies_give_the_durations_of_the_worked_example() {
        let latencies = [
            (0, 0),
            (49, 0),
            (50, 0),
            (99, 0),
            (100, 0),
            (549, 0),
            (550, 2000),
            (1799, 2000),
            (1800, 5000),
            (2999, 5000),
            (3000, 6000),
            (4999, 6000),
            (5000, 10_000),
            (14_999, 10_000),
            (15_000, 30_000),
        ];
        for (latency, wait) in latencies {
            assert_eq!(avoided_for(SimSpan::millis(latency)), SimSpan::millis(wait), "{latency}");
        }
        assert_eq!(avoided_for(ISOLATION), SimSpan::secs(10));
    }

    /// Client reference 10.3, row 2.
    #[test]
    fn a_time_is_never_brought_forward() {
        let (mut faults, broker) = (Faults::default(), Name::new("a"));
        let at = |millis| SimTime::START + SimSpan::millis(millis);
        let mut slow = |now, latency| {
            faults.update(broker, avoided_for(SimSpan::millis(latency)), at(now), true);
            faults.items[&broker].start
        };
        assert_eq!(slow(0, 20_000), at(30_000));
        assert_eq!(slow(1000, 600), at(30_000));
        assert_eq!(slow(29_500, 600), at(31_500));
        assert!(
            !faults.is_available(broker, at(31_499)) && faults.is_available(broker, at(31_500))
        );
    }
}
