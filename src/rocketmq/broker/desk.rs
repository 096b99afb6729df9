//! What administrators leave with a broker, and what it asks others on their behalf.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::rocketmq::remoting::RequestMode;

use super::processor::{KnownRoutes, PendingCall};

/// Everything that only administrators and their questions need.
#[derive(Clone, Debug, Default)]
pub(super) struct Desk {
    pub(super) kept: Kept,
    /// Limits of cold reads by group; in memory only, as upstream.
    pub(super) cold_limits: Vec<(Name, i64)>,
    /// Questions that consumers have not answered.
    pub(super) calls: Vec<PendingCall>,
    pub(super) routes: KnownRoutes,
}

/// What is written to the disk whenever it changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// Groups that may not read a topic (`SubscriptionGroupManager.forbiddenTable`).
    pub(super) forbidden: Vec<(Name, Name)>,
    /// How groups get messages (`MessageRequestModeManager`).
    pub(super) modes: Vec<RequestMode>,
}

impl Desk {
    /// What a new process finds.
    pub(super) fn reborn(kept: Kept) -> Self {
        Self { kept, ..Self::default() }
    }
}

/// A desk on which nothing was ever left adds nothing.
impl Digestible for Desk {
    fn digest(&self, digest: &mut Digest) {
        for (group, topic) in &self.kept.forbidden {
            digest.put(group);
            digest.put(topic);
        }
        for mode in &self.kept.modes {
            digest.put(&mode.group);
            digest.put(&mode.topic);
            digest.word(u64::from(mode.share.cast_unsigned()) << 1 | u64::from(mode.pops));
        }
        self.cold_limits.iter().for_each(|(_, bytes)| digest.word(bytes.cast_unsigned()));
        digest.all(self.calls.iter());
        digest.put(&self.routes);
    }
}
