//! Subscription groups: what a broker allows them (`SubscriptionGroupConfig`).
//!
//! Leaves out attributes, static topics' subscriptions and retry policies.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;

/// Groups that every broker has from the start (`SubscriptionGroupManager.init`).
pub const SYSTEM_GROUPS: [&str; 8] = [
    "TOOLS_CONSUMER",
    "FILTERSRV_CONSUMER",
    "SELF_TEST_C_GROUP",
    "CID_ONS-HTTP-PROXY",
    "CID_ONSAPI_PULL",
    "CID_ONSAPI_PERMISSION",
    "CID_ONSAPI_OWNER",
    "CID_RMQ_SYS_TRANS",
];

/// A group on one broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupConfig {
    pub name: Name,
    /// `consumeEnable`.
    pub may_consume: bool,
    /// `consumeFromMinEnable`.
    pub from_min: bool,
    /// `consumeBroadcastEnable`.
    pub may_broadcast: bool,
    /// `consumeMessageOrderly`.
    pub orderly: bool,
    /// `retryQueueNums`.
    pub retry_queues: i32,
    /// `retryMaxTimes`: so many times a message is tried again before it is given up.
    pub retry_most: i32,
    /// `notifyConsumerIdsChangedEnable`.
    pub tells_members: bool,
}

impl GroupConfig {
    /// A group with the defaults.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            may_consume: true,
            from_min: true,
            may_broadcast: true,
            orderly: false,
            retry_queues: 1,
            retry_most: 16,
            tells_members: true,
        }
    }
}

impl Digestible for GroupConfig {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.name);
        let switches = [self.may_consume, self.from_min, self.may_broadcast, self.orderly];
        digest.all(switches.iter());
        digest.word(u64::from(self.retry_most.cast_unsigned()));
    }
}
