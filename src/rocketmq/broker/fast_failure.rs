//! Refuses sends whose head of the queue waited too long (`BrokerFastFailure`).
//!
//! The loop of 10 ms is armed only while something waits, at the phase in which the head will be too old.

use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;

use super::pools::SEND;
use super::{Broker, BrokerTimer};

/// Period of the loop; it starts 1 s after the broker.
const PERIOD: SimSpan = SimSpan::millis(10);
const FIRST: SimSpan = SimSpan::secs(1);

impl Broker {
    pub(super) fn arm_fast_failure(&mut self, fx: &mut Effects<'_, Mq>) {
        let head = fx.station(SEND).waiting().next().map(|head| head.since);
        let Some(since) = head.filter(|_| !self.fast_failure_armed) else { return };
        self.fast_failure_armed = true;
        let too_old = (since + self.config.wait_in_send_queue).max(fx.now() + SimSpan::nanos(1));
        let at = too_old.next_phase(self.booted + FIRST, PERIOD);
        fx.arm_at(at, Timer::Broker(BrokerTimer::FastFailure));
    }

    pub(super) fn fail_fast(&mut self, fx: &mut Effects<'_, Mq>) {
        self.fast_failure_armed = false;
        let (now, limit) = (fx.now(), self.config.wait_in_send_queue);
        while let Some(head) = fx.evict_head(SEND, |head| now.since(head.since) >= limit) {
            let millis = u32::try_from(limit.as_millis()).expect("a limit of ms fits in u32");
            self.refuse_busy(head.job, Because::SendQueueTimeout.with(millis), fx);
        }
        self.arm_fast_failure(fx);
    }
}
