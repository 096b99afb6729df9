//! Pop consumption: requests and what they get.

use crate::kernel::name::Name;

use super::reply::PulledMessage;
use super::request::TagExpression;

/// `PopMessageRequestHeader`.
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
}

/// Which message is acknowledged, or kept longer (`AckMessageRequestHeader`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AckRequest {
    pub group: Name,
    pub topic: Name,
    pub queue: u32,
    pub offset: u64,
    /// When it was popped, as the handle says, ms since 1970.
    pub popped: i64,
    /// It came from the group's retry topic.
    pub is_retry: bool,
}

impl AckRequest {
    /// The topic that the message lies in.
    pub fn from(&self) -> Name {
        if self.is_retry {
            return Name::new(&format!("%RETRY%{}_{}", self.group, self.topic));
        }
        self.topic
    }
}

/// Messages of one queue in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoppedQueue {
    pub is_retry: bool,
    pub queue: u32,
    pub start: u64,
    pub offsets: Vec<u64>,
}

/// An answered pop (`PopMessageResponseHeader`).
#[derive(Clone, Debug, PartialEq)]
pub struct Popped {
    /// ms since 1970.
    pub at: i64,
    pub invisible: i64,
    pub revive: u32,
    pub rest: u64,
    pub queues: Vec<PoppedQueue>,
    pub messages: Vec<PulledMessage>,
}
