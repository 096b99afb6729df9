//! One message's journey: from the call of send to the listener's end, and the commit behind it.
//!
//! A recorder takes facts as they come, in a replay with recording on; nothing of it runs while the
//! page plays. It follows one group. What the owner of the message's queue does becomes a step only
//! when it turns out to have led somewhere: the last rebalance before the queue was owned, the
//! request that brought the message.

mod phases;
mod recorder;

pub use phases::{Phase, PhaseKind, phases};
pub use recorder::Recorder;

use crate::facts::{QueueRef, SendOutcome, TransactionEnd, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;

/// One step. Times in ns since the scenario's start.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub at: u64,
    /// Position behind the event.
    pub ordinal: u64,
    /// Whose.
    pub node: NodeId,
    /// What.
    pub kind: StepKind,
    /// Reason.
    pub why: Option<Why>,
}

/// What a step is.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// The producer was told a route; `queues` 0: there is none.
    Route { topic: Name, queues: u32 },
    /// The producer's connection to the broker is usable.
    Connected { peer: NodeId },
    /// The producer chose a queue.
    QueueChosen { queue: QueueRef },
    /// A thread of the broker took the send after it had waited so many ns.
    Admitted { waited: u64 },
    /// The broker refused to store it.
    Refused { code: u16 },
    /// The producer tries again.
    Resent { attempt: u32 },
    /// The record is in the log; `created`: the topic came into being with it.
    Stored { created: bool, again: bool },
    /// Disk or replicas have it, or were too late; so long it took. Beside the main path.
    Safe { waited: u64 },
    /// Consumers can see it.
    Dispatched { queue: QueueRef, offset: u64 },
    /// Send returned. Beside the main path.
    Acknowledged { outcome: SendOutcome },
    /// Send failed for good.
    Failed,
    /// A consumer without a route to the topic asked for one, and got it.
    ConsumerRoute { topic: Name },
    /// It was sent one-way: no answer comes.
    Unawaited,
    /// The program said what becomes of its transaction.
    Decided { end: TransactionEnd },
    /// The consumer began the rebalance that gave it the queue.
    Rebalance { group: Name },
    /// The consumer owns the queue, with these ids of the topic, and will ask from `offset`.
    Owned { ids: Vec<u32>, offset: u64 },
    /// The consumer gave the queue up before it had the message.
    Released,
    /// The consumer got the lock of the queue, which it had to wait for.
    Locked { queue: QueueRef },
    /// The consumer asks again after it had stopped.
    Unthrottled,
    /// The consumer asked; `first`: for the first time since it owns the queue.
    Asked { queue: QueueRef, first: bool },
    /// The broker looks at the held request again.
    Woken,
    /// The broker read from the disk what the request is for, which took so many ns.
    ReadFromDisk { took: u64 },
    /// The broker answered with so many messages.
    Answered { count: u32 },
    /// The consumer has it, and it passed the filter.
    Delivered,
    /// It did not pass the filter of the consumer.
    FilteredOut,
    /// The broker passed over it: it does not match.
    Skipped,
    /// The listener began, in this thread.
    Consuming { thread: u32 },
    /// The listener ended well.
    Consumed,
    /// The listener did not end well.
    NotConsumed,
    /// The listener has had it for too long, and goes on.
    Cleaned,
    /// The consumer had it for longer than nobody else could get it.
    PopExpired,
    /// The broker did not take it back; another way is tried.
    GiveBackFailed,
    /// It waits so many ns before its queue gets it; 0: until somebody decides about it.
    Postponed { queue: QueueRef, wait: u64 },
    /// That wait is over.
    Due { queue: QueueRef },
    /// It will come again.
    Retried { attempt: u32 },
    /// It was given up.
    Dead,
    /// The group's offset is behind it. Beside the main path: the listener's end is the end.
    Committed { offset: u64 },
}

impl StepKind {
    /// Beside the main path: no wait ends with it.
    pub fn is_side(&self) -> bool {
        match self {
            Self::Safe { .. }
            | Self::Acknowledged { .. }
            | Self::Unawaited
            | Self::Committed { .. } => true,
            Self::Route { .. }
            | Self::Connected { .. }
            | Self::QueueChosen { .. }
            | Self::Admitted { .. }
            | Self::Refused { .. }
            | Self::Resent { .. }
            | Self::Stored { .. }
            | Self::Dispatched { .. }
            | Self::Failed
            | Self::Decided { .. }
            | Self::ConsumerRoute { .. }
            | Self::Rebalance { .. }
            | Self::Owned { .. }
            | Self::Released
            | Self::Locked { .. }
            | Self::Unthrottled
            | Self::Asked { .. }
            | Self::Woken
            | Self::ReadFromDisk { .. }
            | Self::Answered { .. }
            | Self::Delivered
            | Self::FilteredOut
            | Self::Skipped
            | Self::Consuming { .. }
            | Self::Consumed
            | Self::NotConsumed
            | Self::Cleaned
            | Self::PopExpired
            | Self::GiveBackFailed
            | Self::Postponed { .. }
            | Self::Due { .. }
            | Self::Retried { .. }
            | Self::Dead => false,
        }
    }
}

/// The journey as far as it was recorded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journey {
    /// When the program called send; `None`: it did not yet.
    pub called: Option<u64>,
    /// Position behind the call.
    pub called_ordinal: u64,
    /// Steps in order.
    pub steps: Vec<Step>,
    /// Nothing more will come.
    pub complete: bool,
}

impl Journey {
    /// For each step the wait that ended with it, from the main step before; side steps have none.
    pub fn waits(&self) -> Vec<Option<u64>> {
        let mut last = self.called.unwrap_or(0);
        let wait = |step: &Step| {
            if step.kind.is_side() {
                return None;
            }
            let wait = step.at - last;
            last = step.at;
            Some(wait)
        };
        self.steps.iter().map(wait).collect()
    }

    /// From the call of send to the last end of a listener, or to where it was given up.
    pub fn total(&self) -> Option<u64> {
        let end = self.steps.iter().rev().find(|step| {
            matches!(step.kind, StepKind::Consumed | StepKind::Dead | StepKind::Failed)
        })?;
        Some(end.at - self.called?)
    }
}
