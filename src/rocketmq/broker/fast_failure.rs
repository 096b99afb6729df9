//! Answers code 2 to sends and pulls that waited too long for a thread (`BrokerFastFailure`).
//!
//! The loop of 10 ms is armed only while something waits, at the phase in which a head will be too
//! old. Left out: a busy page cache, the limits of the other pools (they never fill up here).

use crate::kernel::effects::Effects;
use crate::kernel::station::StationId;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;

use super::pools::{PULL, SEND};
use super::{Broker, BrokerTimer, millis};

/// Period of the loop; it starts 1 s after the broker.
const PERIOD: SimSpan = SimSpan::millis(10);
const FIRST: SimSpan = SimSpan::secs(1);

impl Broker {
    pub(super) fn arm_fast_failure(&mut self, fx: &mut Effects<'_, Mq>) {
        let too_old = |station: StationId| {
            let head = fx.station(station).waiting().next()?;
            Some(head.since + self.wait_limit(station))
        };
        let first = [SEND, PULL].into_iter().filter_map(too_old).min();
        let Some(first) = first.filter(|_| !self.fast_failure_armed) else { return };
        self.fast_failure_armed = true;
        let from = first.max(fx.now() + SimSpan::nanos(1));
        let at = from.next_phase(self.booted + FIRST, PERIOD);
        fx.arm_at(at, Timer::Broker(BrokerTimer::FastFailure));
    }

    pub(super) fn fail_fast(&mut self, fx: &mut Effects<'_, Mq>) {
        self.fast_failure_armed = false;
        for (station, because) in
            [(SEND, Because::SendQueueTimeout), (PULL, Because::PullQueueTimeout)]
        {
            let (now, limit) = (fx.now(), self.wait_limit(station));
            while let Some(head) = fx.evict_head(station, |head| now.since(head.since) >= limit) {
                self.refuse_busy(head.job, because.with(millis(limit)), fx);
            }
        }
        self.arm_fast_failure(fx);
    }

    fn wait_limit(&self, station: StationId) -> SimSpan {
        let config = &self.config;
        if station == SEND { config.wait_in_send_queue } else { config.wait_in_pull_queue }
    }
}
