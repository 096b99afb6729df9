//! One call of `send`: a route, then attempts until one succeeds or the call's time or tries are
//! used up.
//!
//! Follows `DefaultMQProducerImpl.sendDefaultImpl` and `sendKernelImpl` in their synchronous form.
//! Leaves out compression, hooks, `sendMsgMaxTimeoutPerRequest` and
//! `retryAnotherBrokerWhenNotStoreOK` (both off).

use crate::facts::{SendOutcome, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::Message;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, ReplyBody, code};

use super::super::calls::CallError;
use super::super::queue::MessageQueue;

/// A message that a program's thread is sending.
#[derive(Clone, Debug)]
pub(super) struct Send {
    pub(super) message: Message,
    /// When the program called.
    pub(super) begun: SimTime,
    pub(super) stage: Stage,
}

/// Where a send is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Waits for the topic's route, or for that of TBW102.
    Route { default: bool },
    /// Waits for the broker's answer to this attempt, counted from 1.
    Attempt { number: u32, queue: MessageQueue },
}

/// What an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempted {
    /// The program's call returns.
    Stored { queue: u32, offset: u64, outcome: SendOutcome },
    /// Another attempt may follow.
    Again(Why),
    /// The call fails.
    GiveUp(Why),
}

/// `retryResponseCodes`.
const RETRIED: [u16; 8] = [
    code::SYSTEM_ERROR,
    code::SYSTEM_BUSY,
    code::SERVICE_NOT_AVAILABLE,
    code::NO_PERMISSION,
    code::TOPIC_NOT_EXIST,
    code::NO_BUYER_ID,
    code::NOT_IN_CURRENT_UNIT,
    code::GO_AWAY,
];

/// What an answer, or none, means for the call.
pub(super) fn judge(result: &Result<Reply, CallError>, timeout: SimSpan) -> Attempted {
    match result {
        Ok(reply) => judge_reply(reply),
        Err(CallError::Timeout) => {
            Attempted::Again(Because::SendTimeout.with(super::super::calls::millis(timeout)))
        }
        Err(CallError::Connect) => Attempted::Again(Because::ConnectionRefused.plain()),
        Err(CallError::Lost) => Attempted::Again(Because::ConnectionLost.plain()),
    }
}

fn judge_reply(reply: &Reply) -> Attempted {
    if let (Some(outcome), ReplyBody::Sent { queue, offset, .. }) =
        (stored(reply.code), &reply.body)
    {
        return Attempted::Stored { queue: *queue, offset: *offset, outcome };
    }
    let code = u32::from(reply.code);
    if RETRIED.contains(&reply.code) {
        Attempted::Again(Because::RetryableError.with(code))
    } else {
        Attempted::GiveUp(Because::BrokerRefused.with(code))
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

/// Time that the next attempt may take; `None` where the call's time is over. Exactly at its end an
/// attempt is still made, with no time at all, and fails at once.
pub(super) fn budget(begun: SimTime, now: SimTime, timeout: SimSpan) -> Option<SimSpan> {
    let spent = now.since(begun);
    (spent <= timeout).then(|| timeout.saturating_sub(spent))
}

impl Send {
    /// The broker of the attempt that was made last.
    pub(super) fn last_broker(&self) -> Option<Name> {
        match self.stage {
            Stage::Route { .. } => None,
            Stage::Attempt { queue, .. } => Some(queue.broker),
        }
    }

    /// Attempts so far.
    pub(super) fn attempts(&self) -> u32 {
        match self.stage {
            Stage::Route { .. } => 0,
            Stage::Attempt { number, .. } => number,
        }
    }
}

impl Digestible for Send {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.message);
        digest.put(&self.begun);
        match &self.stage {
            Stage::Route { default } => digest.put(default),
            Stage::Attempt { number, queue } => {
                digest.put(number);
                digest.put(queue);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_ends_after_its_last_instant() {
        let (begun, timeout) = (SimTime::from_nanos(5), SimSpan::secs(3));
        let at = |millis| budget(begun, begun + SimSpan::millis(millis), timeout);
        assert_eq!(at(5), Some(SimSpan::millis(2995)));
        assert_eq!(at(3000), Some(SimSpan::ZERO));
        assert_eq!(at(3001), None);
    }

    #[test]
    fn codes_decide_about_another_attempt() {
        let again = |code| matches!(judge_reply(&Reply::code(code)), Attempted::Again(_));
        assert!([1, 2, 14, 16, 17, 204, 205, 1500].into_iter().all(again));
        assert!(![13, 3, 215, 208].into_iter().any(again));
        let body = ReplyBody::Sent { queue: 1, offset: 7, physical: 0 };
        let late = Reply { code: code::FLUSH_DISK_TIMEOUT, body };
        let outcome = SendOutcome::FlushDiskTimeout;
        assert_eq!(judge_reply(&late), Attempted::Stored { queue: 1, offset: 7, outcome });
    }
}
