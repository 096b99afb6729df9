//! What push consumers can be told beyond the usual, with RocketMQ's defaults.

use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;

use super::client::MessageQueue;
use super::client::rebalance::Strategy;
use super::listener::{AnswerRule, Rest, SideEffect};

/// What else a push consumer is told (`DefaultMQPushConsumer`), and what its listener answers.
#[derive(Clone, Debug, PartialEq)]
pub struct PushRules {
    /// `consumeThreadMax`: without effect, because the queue of the threads has no limit.
    pub threads_max: u32,
    /// `consumeMessageBatchMaxSize`.
    pub batch_max: u32,
    /// `maxReconsumeTimes`; -1: 16 for a concurrent listener.
    pub max_reconsume: i32,
    /// What the listener answers where it is not success.
    pub answers: Vec<AnswerRule>,
    /// What the listener does besides.
    pub side_effect: SideEffect,
    /// Processors of its machine: so many listeners work at the same time, others wait for one.
    pub processors: Option<u32>,
    /// The listener sleeps now and then; what it does not sleep over takes no time.
    pub rest: Option<Rest>,
    /// A `MessageListenerOrderly`.
    pub orderly: bool,
    /// `autoCommit` of its context.
    pub auto_commit: bool,
    /// `suspendCurrentQueueTimeMillis`.
    pub suspend_queue: SimSpan,
    /// `messageModel` is `BROADCASTING`.
    pub broadcasting: bool,
    /// `allocateMessageQueueStrategy`.
    pub strategy: Strategy,
    /// `consumeTimeout`.
    pub consume_timeout: SimSpan,
    /// `pullThresholdSizeForQueue`, MiB.
    pub threshold_size: u32,
    /// `pullThresholdForTopic`.
    pub threshold_topic: Option<u32>,
    /// `pullThresholdSizeForTopic`, MiB.
    pub threshold_size_topic: Option<u32>,
    /// `consumeTimestamp`, ms since 1970.
    pub consume_timestamp: i64,
    /// `clientRebalance`: members share queues out themselves, not their broker.
    pub client_rebalance: bool,
    /// `popInvisibleTime`.
    pub pop_invisible: SimSpan,
    /// `popBatchNums`.
    pub pop_batch: u32,
    /// `popThresholdForQueue`.
    pub pop_threshold: u32,
    /// The listener answers requests with replies.
    pub replies: bool,
    /// Topics that the program subscribes later, when it is told so.
    pub later: Vec<Name>,
    /// What it is for is a lite pull consumer: no retries, and its rebalance tells nobody.
    pub lite: bool,
    /// Offsets in the file of a broadcast's member (`LocalFileOffsetStore`).
    pub file: Vec<(MessageQueue, u64)>,
}

impl Default for PushRules {
    fn default() -> Self {
        Self {
            threads_max: 20,
            batch_max: 1,
            max_reconsume: -1,
            answers: Vec::new(),
            side_effect: SideEffect::None,
            processors: None,
            rest: None,
            orderly: false,
            auto_commit: true,
            suspend_queue: SimSpan::secs(1),
            broadcasting: false,
            strategy: Strategy::Average,
            consume_timeout: SimSpan::secs(900),
            threshold_size: 100,
            threshold_topic: None,
            threshold_size_topic: None,
            client_rebalance: true,
            pop_invisible: SimSpan::secs(60),
            pop_batch: 32,
            pop_threshold: 96,
            consume_timestamp: 0,
            replies: false,
            later: Vec::new(),
            lite: false,
            file: Vec::new(),
        }
    }
}
