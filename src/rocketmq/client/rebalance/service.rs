//! When a consumer rebalances: every 20 s, and when it is woken; two rounds are at least 1 s apart.
//!
//! Follows `RebalanceService` and `ServiceThread`. The time since the last round counts from its
//! end, before the first one from the construction of the instance.

use crate::facts::Why;
use crate::kernel::agenda::Slot;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;

use super::super::calls::millis;
use super::super::timer::ClientTimer;

/// The thread that rebalances.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Service {
    /// `rocketmq.client.rebalance.waitInterval`.
    wait: SimSpan,
    /// `rocketmq.client.rebalance.minInterval`.
    least: SimSpan,
    last: SimTime,
    /// Why the next round comes.
    why: Why,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// Not started, or stopped.
    Idle,
    Waiting(Slot),
    /// Rebalances; woken again meanwhile?
    Busy {
        woken: bool,
    },
}

impl Service {
    pub(in crate::rocketmq::client) fn new(wait: SimSpan, least: SimSpan) -> Self {
        let why = Because::RebalancePeriod.with(millis(wait));
        Self { wait, least, last: SimTime::START, why, state: State::Idle }
    }

    /// The instance starts.
    pub(in crate::rocketmq::client) fn start(&mut self, fx: &mut Effects<'_, Mq>) {
        self.last = fx.now();
        self.sleep(self.wait, fx);
    }

    /// The instance ends.
    pub(in crate::rocketmq::client) fn stop(&mut self, fx: &mut Effects<'_, Mq>) {
        if let State::Waiting(slot) = self.state {
            fx.cancel(slot);
        }
        self.state = State::Idle;
    }

    /// Somebody wants a round; gives its reason where it begins now.
    pub(in crate::rocketmq::client) fn wake(&mut self, fx: &mut Effects<'_, Mq>) -> Option<Why> {
        match &mut self.state {
            State::Idle => None,
            State::Busy { woken } => {
                *woken = true;
                None
            }
            State::Waiting(slot) => {
                fx.cancel(*slot);
                self.why = Because::RebalanceWoken.with(millis(self.least));
                self.look(fx)
            }
        }
    }

    /// The same for a caller that rebalances itself, whenever the last round was.
    pub(in crate::rocketmq::client) fn wake_at_once(
        &mut self,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Why> {
        self.last = SimTime::START;
        self.wake(fx)
    }

    /// The wait is over; gives the reason of the round that begins, if one does.
    pub(in crate::rocketmq::client) fn fired(&mut self, fx: &mut Effects<'_, Mq>) -> Option<Why> {
        match self.state {
            State::Waiting(_) => self.look(fx),
            State::Idle | State::Busy { .. } => None,
        }
    }

    /// A round is over; `settled` where it came to its end for every topic.
    pub(in crate::rocketmq::client) fn done(&mut self, settled: bool, fx: &mut Effects<'_, Mq>) {
        let State::Busy { woken } = self.state else { return };
        self.last = fx.now();
        if woken {
            self.why = Because::RebalanceWoken.with(millis(self.least));
            self.sleep(self.least, fx);
        } else if settled {
            self.why = Because::RebalancePeriod.with(millis(self.wait));
            self.sleep(self.wait, fx);
        } else {
            self.why = Because::RebalanceAgain.with(millis(self.least));
            self.sleep(self.least, fx);
        }
    }

    fn look(&mut self, fx: &mut Effects<'_, Mq>) -> Option<Why> {
        let since = fx.now().since(self.last);
        if since < self.least {
            self.sleep(self.least.saturating_sub(since), fx);
            return None;
        }
        self.state = State::Busy { woken: false };
        Some(self.why)
    }

    fn sleep(&mut self, span: SimSpan, fx: &mut Effects<'_, Mq>) {
        self.state = State::Waiting(fx.arm(span, Timer::Client(ClientTimer::Rebalance)));
    }
}

impl Digestible for Service {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.last);
        digest.word(match self.state {
            State::Idle => 0,
            State::Waiting(_) => 1,
            State::Busy { woken } => 2 | u64::from(woken) << 8,
        });
    }
}
