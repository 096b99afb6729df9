//! Pop consumption: requests and what they get.

use crate::kernel::name::Name;

use super::reply::PulledMessage;
use super::request::TagExpression;

/// What is asked of a topic's queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PopKind {
    /// For messages (200050).
    Pops,
    /// For messages, which others can pop all the same (200052).
    Peeks,
    /// Whether there is something (200054).
    Asks,
    /// How many wait (200055).
    Counts,
}

/// `PopMessageRequestHeader`, and the smaller headers of the questions around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PopRequest {
    pub group: Name,
    pub topic: Name,
    /// Negative: all queues.
    pub queue: i32,
    pub most: u32,
    /// ms for which nobody else gets the messages.
    pub invisible: i64,
    /// ms for which the broker may hold the request, counted from `born`.
    pub poll_millis: i64,
    /// ms since 1970.
    pub born: i64,
    pub tags: TagExpression,
    /// `initMode` 1: a group without an offset starts at the end.
    pub from_last: bool,
    /// `order`: nobody gets more of a queue before this is done.
    pub in_order: bool,
    /// `attemptId`: the same attempt may get the same messages again.
    pub attempt: Option<Name>,
    pub kind: PopKind,
}

/// What a handle says of its pop (`extraInfo`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PopHandle {
    /// Where the read began.
    pub start: u64,
    /// ms since 1970.
    pub popped: i64,
    /// ms.
    pub invisible: i64,
    /// Queue of the revive topic; 999: popped in order.
    pub revive: u32,
    pub broker: Name,
}

/// Which messages are acknowledged, or kept longer (`AckMessageRequestHeader`, `BatchAck`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AckRequest {
    pub group: Name,
    /// The topic that the messages lie in: the group's retry topic for what came from there.
    pub topic: Name,
    pub queue: u32,
    /// One, where it is no batch.
    pub offsets: Vec<u64>,
    pub handle: PopHandle,
}

/// Messages of one queue in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoppedQueue {
    pub is_retry: bool,
    pub queue: u32,
    pub start: u64,
    pub offsets: Vec<u64>,
}

/// How often a message of a queue, or the whole queue, was handed out before.
pub type OrderCount = (u32, Option<u64>, u32);

/// An answered pop (`PopMessageResponseHeader`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Popped {
    /// ms since 1970.
    pub at: i64,
    pub invisible: i64,
    pub revive: u32,
    pub rest: u64,
    /// Of refusals and peeks: nothing is said of the queues.
    pub is_bare: bool,
    pub queues: Vec<PoppedQueue>,
    /// Of orderly pops.
    pub counts: Option<Vec<OrderCount>>,
    pub messages: Vec<PulledMessage>,
}
