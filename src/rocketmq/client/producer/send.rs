//! One call of `send`: a route, then attempts until one succeeds or the call's time or tries are
//! used up.
//!
//! Follows `DefaultMQProducerImpl.sendDefaultImpl`, `sendSelectImpl` and `sendKernelImpl`. Leaves
//! out compression and hooks.

use std::rc::Rc;

use crate::facts::{MsgKey, SendOutcome, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::Message;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, ReplyBody, bytes_in_batch, code};
use crate::rocketmq::sending::{Mode, Place, Way};

use super::super::calls::{CallError, millis};
use super::super::queue::MessageQueue;
use super::batch;

/// A message that a program's thread is sending.
#[derive(Clone, Debug)]
pub(super) struct Send {
    pub(super) message: Message,
    /// When the program called.
    pub(super) begun: SimTime,
    pub(super) stage: Stage,
    /// Where it is not simply sent.
    pub(super) way: Option<Rc<Way>>,
    /// Time for the whole call (`sendMsgTimeout`).
    pub(super) timeout: SimSpan,
    /// Time that the last attempt may take, whether that is cut by `sendMsgMaxTimeoutPerRequest`,
    /// and when it began.
    pub(super) budget: SimSpan,
    pub(super) capped: bool,
    pub(super) tried: SimTime,
    /// All messages of a batch, of which `message` is the first.
    pub(super) batch: Option<Rc<[Message]>>,
    /// The accumulator made the batch, from what several threads send.
    pub(super) gathered: bool,
    /// The program's thread is still to choose the queue (`invokeMessageQueueSelector`).
    pub(super) selecting: bool,
    /// Why each message goes to its queue, where that was chosen before.
    pub(super) chosen: Option<Rc<[Why]>>,
    /// Stored, but not as well as it should be: returned where nothing better comes.
    pub(super) kept: Option<Kept>,
}

/// Where a message is stored, and how that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) queue: MessageQueue,
    pub(super) offset: u64,
    /// Its place in the log.
    pub(super) physical: u64,
    pub(super) outcome: SendOutcome,
}

/// Where a send is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Waits for the topic's route, or for that of TBW102.
    Route { default: bool },
    /// Waits for the broker's answer to this attempt, counted from 1.
    Attempt { number: u32, queue: MessageQueue },
    /// The half message is stored, and the local transaction runs.
    Local,
}

/// What an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempted {
    /// The program's call returns.
    Stored(Placed),
    /// Another attempt may follow.
    Again(Why),
    /// The call fails.
    GiveUp(Why),
}

/// What an answer says of a message that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    queue: u32,
    offset: u64,
    physical: u64,
    pub(super) outcome: SendOutcome,
}

impl Placed {
    /// In a queue of this broker.
    pub(super) fn at(self, tried: MessageQueue) -> Kept {
        let Self { queue: id, offset, physical, outcome } = self;
        Kept { queue: MessageQueue { id, ..tried }, offset, physical, outcome }
    }
}

/// What an answer, or none, means for the call.
pub(super) fn judge(result: &Result<Reply, CallError>, call: &Send, retried: &[u16]) -> Attempted {
    match result {
        Ok(reply) => judge_reply(reply, retried),
        Err(error) => Attempted::Again(failure(*error, call)),
    }
}

/// Why there is no answer.
pub(super) fn failure(error: CallError, call: &Send) -> Why {
    match error {
        CallError::Timeout if call.budget < call.timeout && call.capped => {
            Because::RequestTimeout.with(millis(call.budget))
        }
        CallError::Timeout => Because::SendTimeout.with(millis(call.timeout)),
        CallError::Connect => Because::ConnectionRefused.plain(),
        CallError::Lost => Because::ConnectionLost.plain(),
    }
}

fn judge_reply(reply: &Reply, retried: &[u16]) -> Attempted {
    if let Some(placed) = placed(reply) {
        return Attempted::Stored(placed);
    }
    let code = u32::from(reply.code);
    if retried.contains(&reply.code) {
        Attempted::Again(Because::RetryableError.with(code))
    } else {
        Attempted::GiveUp(Because::BrokerRefused.with(code))
    }
}

/// Where the message is, if an answer says that it is stored.
pub(super) fn placed(reply: &Reply) -> Option<Placed> {
    let outcome = stored(reply.code)?;
    match &reply.body {
        ReplyBody::Sent { queue, offset, physical } => {
            Some(Placed { queue: *queue, offset: *offset, physical: *physical, outcome })
        }
        ReplyBody::SentWired { queue, offset, places, .. } => {
            let physical = places.first().map_or(0, |(physical, _)| *physical);
            Some(Placed { queue: *queue, offset: *offset, physical, outcome })
        }
        ReplyBody::Empty
        | ReplyBody::Route(_)
        | ReplyBody::SendRefused
        | ReplyBody::Forbidden(_)
        | ReplyBody::Pulled(_)
        | ReplyBody::Offset(_)
        | ReplyBody::Consumers(_)
        | ReplyBody::HeartbeatTaken
        | ReplyBody::Registered { .. }
        | ReplyBody::Admin(_) => None,
    }
}

/// Codes with which a message is stored.
fn stored(code: u16) -> Option<SendOutcome> {
    match code {
        code::SUCCESS => Some(SendOutcome::Ok),
        code::FLUSH_DISK_TIMEOUT => Some(SendOutcome::FlushDiskTimeout),
        code::FLUSH_SLAVE_TIMEOUT => Some(SendOutcome::FlushSlaveTimeout),
        code::SLAVE_NOT_AVAILABLE => Some(SendOutcome::SlaveNotAvailable),
        _ => None,
    }
}

/// Time that the next attempt may take; `None` where the call's time is over once the thread looks
/// at its clock, `lag` later. Exactly at its end an attempt is still made, with no time at all, and
/// fails at once.
pub(super) fn budget(spent: SimSpan, lag: SimSpan, timeout: SimSpan) -> Option<SimSpan> {
    (spent + lag <= timeout).then(|| timeout.saturating_sub(spent))
}

impl Send {
    /// A call of `send`.
    pub(super) fn new(
        message: Message,
        way: Option<Rc<Way>>,
        timeout: SimSpan,
        now: SimTime,
    ) -> Self {
        let stage = Stage::Route { default: false };
        Self {
            message,
            begun: now,
            stage,
            way,
            timeout,
            budget: timeout,
            capped: false,
            tried: now,
            batch: None,
            gathered: false,
            selecting: false,
            chosen: None,
            kept: None,
        }
    }

    /// The message, or all of a batch.
    pub(super) fn keys(&self) -> impl Iterator<Item = MsgKey> + '_ {
        let batch = self.batch.as_deref().unwrap_or_default();
        let rest = batch.iter().skip(1).map(|message| message.key);
        [self.message.key].into_iter().chain(rest)
    }

    /// Bytes of the body.
    pub(super) fn body_bytes(&self) -> u32 {
        let Some(batch) = &self.batch else { return self.message.body_bytes() };
        batch.iter().map(bytes_in_batch).sum()
    }

    /// The message with this key, if it is being sent here.
    pub(super) fn carried(&self, key: MsgKey) -> Option<&Message> {
        let batch = self.batch.as_deref().unwrap_or_default();
        [&self.message].into_iter().chain(batch).find(|message| message.key == key)
    }

    /// What the request carries: of a batch, what its messages have in common.
    pub(super) fn request_message(&self) -> Message {
        match &self.batch {
            None => self.message.clone(),
            Some(all) if self.gathered => batch::common_of(all, self.mode() == Mode::Sync),
            Some(_) => batch::common(&self.message),
        }
    }

    /// How the program sends it.
    pub(super) fn mode(&self) -> Mode {
        self.way.as_ref().map_or(Mode::Sync, |way| way.mode)
    }

    /// How long the program waits for a reply, where it wants one; and whether a callback does.
    pub(super) fn request(&self) -> Option<(SimSpan, bool)> {
        let way = self.way.as_ref()?;
        way.request.map(|timeout| (timeout, way.callback))
    }

    /// True where the producer chooses queues, and may try others.
    pub(super) fn is_free(&self) -> bool {
        self.way.as_ref().is_none_or(|way| way.place == Place::Rotation)
    }

    /// The broker of the attempt that was made last.
    pub(super) fn last_broker(&self) -> Option<Name> {
        match self.stage {
            Stage::Route { .. } | Stage::Local => None,
            Stage::Attempt { queue, .. } => Some(queue.broker),
        }
    }

    /// Attempts so far.
    pub(super) fn attempts(&self) -> u32 {
        match self.stage {
            Stage::Route { .. } | Stage::Local => 0,
            Stage::Attempt { number, .. } => number,
        }
    }
}

impl Digestible for Send {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.message);
        digest.put(&self.begun);
        digest.put(&self.tried);
        match &self.stage {
            Stage::Route { default } => digest.put(default),
            Stage::Attempt { number, queue } => {
                digest.put(number);
                digest.put(queue);
            }
            Stage::Local => digest.word(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rocketmq::sending::RETRIED_CODES;

    #[test]
    fn the_budget_ends_after_its_last_instant() {
        let at =
            |spent, lag| budget(SimSpan::millis(spent), SimSpan::millis(lag), SimSpan::secs(3));
        assert_eq!(at(5, 1), Some(SimSpan::millis(2995)));
        assert_eq!(at(3000, 0), Some(SimSpan::ZERO));
        assert_eq!((at(3001, 0), at(3000, 1)), (None, None));
    }

    #[test]
    fn codes_decide_about_another_attempt() {
        let again =
            |code| matches!(judge_reply(&Reply::code(code), &RETRIED_CODES), Attempted::Again(_));
        assert!([1, 2, 14, 16, 17, 204, 205, 1500].into_iter().all(again));
        assert!(![13, 3, 215, 208].into_iter().any(again));
        let body = ReplyBody::Sent { queue: 1, offset: 7, physical: 0 };
        let late = Reply { code: code::FLUSH_DISK_TIMEOUT, body };
        let outcome = SendOutcome::FlushDiskTimeout;
        assert_eq!(
            judge_reply(&late, &RETRIED_CODES),
            Attempted::Stored(Placed { queue: 1, offset: 7, physical: 0, outcome })
        );
    }
}
