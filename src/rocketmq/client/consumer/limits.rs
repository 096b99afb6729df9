//! How much of a queue a consumer holds before it stops asking.
//!
//! Follows the flow control of `DefaultMQPushConsumerImpl.pullMessage`, and how
//! `RebalancePushImpl.messageQueueChanged` shares what is set for a topic among all owned queues.

use crate::facts::Why;
use crate::rocketmq::config::PushConsumerConfig;
use crate::rocketmq::reasons::Because;

use super::process_queue::ProcessQueue;

/// Limits in force for each queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rocketmq::client) struct Limits {
    /// `pullThresholdForQueue`.
    pub(super) messages: u32,
    /// `pullThresholdSizeForQueue`, MiB.
    pub(super) mebibytes: u32,
}

impl Limits {
    pub(super) fn new(config: &PushConsumerConfig) -> Self {
        Self { messages: config.pull_threshold, mebibytes: config.rules.threshold_size }
    }

    /// So many queues are owned now: what is set for a topic is shared among all of them.
    pub(in crate::rocketmq::client) fn share(&mut self, config: &PushConsumerConfig, owned: u32) {
        if owned > 0 {
            let (rules, share) = (&config.rules, |all: u32| share(all, owned));
            self.messages = rules.threshold_topic.map_or(self.messages, share);
            self.mebibytes = rules.threshold_size_topic.map_or(self.mebibytes, share);
        }
    }

    /// Why a queue is not asked for now. All limits may be reached, none exceeded; the span does
    /// not count where messages are done in order.
    pub(super) fn exceeded(self, process: &ProcessQueue, span: u32, in_order: bool) -> Option<Why> {
        if process.len() > u64::from(self.messages) {
            Some(Because::TooManyCached.with(self.messages))
        } else if process.bytes() >> 20 > u64::from(self.mebibytes) {
            Some(Because::TooManyBytes.with(self.mebibytes))
        } else if !in_order && process.span() > u64::from(span) {
            Some(Because::SpanTooWide.with(span))
        } else {
            None
        }
    }
}

/// The share of one queue of so many, one at least.
fn share(all: u32, owned: u32) -> u32 {
    (all / owned).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Client reference 10.10, row 5.
    #[test]
    fn a_topics_limit_is_shared_as_in_the_worked_example() {
        assert_eq!((share(1000, 3), share(1000, 2000)), (333, 1));
    }
}
