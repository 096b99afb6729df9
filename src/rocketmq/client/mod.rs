//! Client processes: one instance each, with a producer or a consumer in it.

pub mod consumer;
pub mod producer;

use crate::facts::Expectation;
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::time::SimTime;

/// Every reason a client process has to wake up by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientTimer {
    /// Refreshes the routes of all known topics (`pollNameServerInterval`, 30 s).
    RefreshRoutes,
}

impl Digestible for ClientTimer {
    fn digest(&self, digest: &mut Digest) {
        digest.word(*self as u64);
    }
}

/// What a timer is for, where that is worth announcing.
pub fn expectation(_at: SimTime, _node: NodeId, timer: ClientTimer) -> Option<Expectation> {
    match timer {
        ClientTimer::RefreshRoutes => None,
    }
}
