//! Where a consumer starts with a queue: what its group committed, else what `consumeFromWhere`
//! says.
//!
//! Follows `RebalancePushImpl.computePullFromWhereWithException`. The rebalance asks for each new
//! queue; of a queue in order the thread that pulls asks once more when it is locked.

use crate::facts::Why;
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::config::ConsumeFrom;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{AdminRequest, Reply, ReplyBody, Request, code};
use crate::rocketmq::topic::retry_topic;

use super::super::calls::{Call, CallError};
use super::super::consumer::{LOCK_TIMEOUT, PushConsumer, locked_queues};
use super::super::queue::MessageQueue;
use super::super::{Thread, Waiter};

/// What is asked about a queue.
#[derive(Clone, Copy, Debug)]
pub(in crate::rocketmq::client) enum Asking {
    /// The broker's lock (`LOCK_BATCH_MQ`).
    Lock(MessageQueue),
    /// What the group committed (`QUERY_CONSUMER_OFFSET`).
    Committed(MessageQueue),
    /// Its end (`GET_MAX_OFFSET`).
    End(MessageQueue),
    /// The offset at `consumeTimestamp` (`SEARCH_OFFSET_BY_TIMESTAMP`).
    Time(MessageQueue),
}

/// What is known of a start.
#[derive(Clone, Copy, Debug)]
pub(in crate::rocketmq::client) enum Start {
    At(u64, Why),
    Ask(Asking),
    /// The lock is refused.
    Refused,
    /// Nobody can say now.
    Unknown,
}

/// Time-out of the questions for committed offsets.
const QUERY_TIMEOUT: SimSpan = SimSpan::secs(5);
/// Time-out of the questions for other offsets.
const OFFSET_TIMEOUT: SimSpan = SimSpan::secs(6);

impl Asking {
    pub(super) fn queue(self) -> MessageQueue {
        let (Self::Lock(queue) | Self::Committed(queue) | Self::End(queue) | Self::Time(queue)) =
            self;
        queue
    }

    /// For digests.
    pub(in crate::rocketmq::client) fn word(self) -> u64 {
        let kind = match self {
            Self::Committed(_) => 1,
            Self::End(_) => 2,
            Self::Lock(_) => 3,
            Self::Time(_) => 4,
        };
        kind | u64::from(self.queue().id) << 8
    }
}

impl PushConsumer {
    /// How looking for a start begins: a group's members share what they did, a broadcast's do not.
    pub(in crate::rocketmq::client) fn begin_start(&mut self, queue: MessageQueue) -> Start {
        if !self.config.rules.broadcasting {
            return Start::Ask(Asking::Committed(queue));
        }
        match self.config.rules.file.iter().find(|(known, _)| *known == queue) {
            Some((_, offset)) => {
                let offset = *offset;
                self.offsets.update(queue, offset, false);
                Start::At(offset, Because::StartLocal.plain())
            }
            None => self.without_commit(queue),
        }
    }

    /// Asks about a queue on behalf of a thread; false where nobody can be asked.
    pub(in crate::rocketmq::client) fn ask_about(
        &mut self,
        asking: Asking,
        thread: Thread,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let (queue, routes) = (asking.queue(), &self.instance.routes);
        let peer = match asking {
            Asking::Committed(_) => routes.reader(queue.broker),
            // Locks and ends of a queue are the master's to tell.
            Asking::Lock(_) | Asking::End(_) | Asking::Time(_) => routes.master(queue.broker),
        };
        let Some(peer) = peer else { return false };
        let (topic, id, group) = (queue.topic, queue.id, self.group());
        let (request, timeout) = match asking {
            Asking::Lock(_) => (self.lock_request(&[queue], true), LOCK_TIMEOUT),
            Asking::Committed(_) => {
                (Request::QueryOffset { group, topic, queue: id, or_zero: true }, QUERY_TIMEOUT)
            }
            Asking::End(_) => (Request::MaxOffset { topic, queue: id }, OFFSET_TIMEOUT),
            Asking::Time(_) => {
                let millis = self.config.rules.consume_timestamp;
                let search = AdminRequest::SearchOffset { topic, queue: id, millis, upper: false };
                (Request::Admin(search.into()), OFFSET_TIMEOUT)
            }
        };
        let waiter = Waiter::Thread(thread);
        self.instance.calls.call(Call { peer, request, timeout, waiter }, fx);
        true
    }

    /// What an answer says of a start.
    pub(in crate::rocketmq::client) fn start_told(
        &mut self,
        asking: Asking,
        result: &Result<Reply, CallError>,
    ) -> Start {
        let queue = asking.queue();
        if let Asking::Lock(_) = asking {
            let name = (queue.topic, queue.broker, queue.id);
            let locked = locked_queues(result).is_some_and(|queues| queues.contains(&name));
            return if locked { self.begin_start(queue) } else { Start::Refused };
        }
        let offset = match result {
            Ok(Reply { code: code::SUCCESS, body: ReplyBody::Offset(offset) }) => *offset,
            Ok(reply) if reply.code == code::QUERY_NOT_FOUND => return self.without_commit(queue),
            Ok(_) | Err(_) => return Start::Unknown,
        };
        let because = match asking {
            Asking::End(_) => Because::StartLast,
            Asking::Time(_) => Because::StartTime,
            Asking::Lock(_) | Asking::Committed(_) => {
                self.offsets.update(queue, offset, false);
                if offset > 0 { Because::StartCommitted } else { Because::StartYoungQueue }
            }
        };
        Start::At(offset, because.plain())
    }

    /// The start of a queue of which the group committed nothing.
    fn without_commit(&self, queue: MessageQueue) -> Start {
        let retry = queue.topic == retry_topic(self.group());
        match (self.config.consume_from, retry) {
            (ConsumeFrom::FirstOffset, _) | (ConsumeFrom::LastOffset, true) => {
                Start::At(0, Because::StartFirst.plain())
            }
            (ConsumeFrom::LastOffset, false) | (ConsumeFrom::Timestamp, true) => {
                Start::Ask(Asking::End(queue))
            }
            (ConsumeFrom::Timestamp, false) => Start::Ask(Asking::Time(queue)),
        }
    }
}
