//! What a producer has beside its synchronous sends, where its settings or its workload want it.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::rng::Rng;
use crate::rocketmq::config::ProducerConfig;
use crate::rocketmq::protocol::Mq;

use super::asynchronous::Pool;
use super::draws::Draws;
use super::faults::Faults;
use super::gather::Accumulator;
use super::requests::Requests;
use super::transactions::Checks;

/// Streams, tables and pools.
#[derive(Clone, Debug)]
pub(super) struct Extras {
    pub(super) draws: Draws,
    pub(super) selector: Rng,
    pub(super) faults: Faults,
    pub(super) pool: Pool,
    pub(super) checks: Checks,
    pub(super) requests: Requests,
    pub(super) accumulator: Accumulator,
}

impl Extras {
    /// `None` where all messages are simply sent, and the settings say nothing else.
    pub(super) fn new(config: &ProducerConfig, fx: &Effects<'_, Mq>) -> Option<Box<Self>> {
        let special = config.workload.messages.iter().any(|message| message.way.is_some());
        let rules = &config.rules;
        (special || rules.send_latency || rules.detector || rules.gathering.is_some())
            .then(|| Self::all(config, fx))
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    fn all(config: &ProducerConfig, fx: &Effects<'_, Mq>) -> Box<Self> {
        Box::new(Self {
            draws: Draws::new(fx),
            selector: fx.stream("selector"),
            faults: Faults::default(),
            pool: Pool::new(&config.rules),
            checks: Checks::new(fx.stream("transactions")),
            requests: Requests::new(fx.stream("requests")),
            accumulator: Accumulator::default(),
        })
    }
}

impl Digestible for Extras {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.draws);
        digest.put(&self.selector);
        digest.put(&self.faults);
        digest.put(&self.pool);
        digest.put(&self.checks);
        digest.put(&self.requests);
        digest.put(&self.accumulator);
    }
}
