//! A fact with its names looked up once, so that every fold works with dense numbers.

use crate::facts::{Fact, MsgKey, QueueRef, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;

/// A fact as folds see it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// ns since the scenario's start; what came before it is at 0.
    pub at: u64,
    /// Events up to and including the one that stated it, of all lanes together.
    pub ordinal: u64,
    /// Who stated it.
    pub node: NodeId,
    /// The fact.
    pub fact: &'a Fact,
    /// Number of its message: 1, 2, … in order of sending.
    pub message: Option<u32>,
    /// Its queue's index in [`super::places::Places`].
    pub queue: Option<usize>,
    /// Its group's index in the cast.
    pub group: Option<usize>,
    /// Its reason.
    pub why: Option<Why>,
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    /// Message.
    pub msg: Option<MsgKey>,
    /// Queue.
    pub queue: Option<QueueRef>,
    /// Group.
    pub group: Option<Name>,
    /// Topic, where there is no queue.
    pub topic: Option<Name>,
    /// Reason.
    pub why: Option<Why>,
}

/// Takes a fact apart.
#[inline]
#[expect(clippy::too_many_lines, reason = "one list of all facts")]
pub fn parts(fact: &Fact) -> Parts {
    let none = Parts::default();
    let placed = |msg, queue| Parts { msg: Some(msg), queue: Some(queue), ..none };
    let of_group = |msg, group| Parts { msg: Some(msg), group: Some(group), ..none };
    let within = |group, topic| Parts { group: Some(group), topic: Some(topic), ..none };
    let about = |topic| Parts { topic: Some(topic), ..none };
    let shared = |queue, group| Parts { queue: Some(queue), group: Some(group), ..none };
    let because = |parts, why| Parts { why: Some(why), ..parts };
    match *fact {
        Fact::ProcessStarted | Fact::ProcessStopping | Fact::ProcessStopped => none,
        Fact::Connected { .. }
        | Fact::CallEnded { .. }
        | Fact::Flushed { .. }
        | Fact::Replicated { .. }
        | Fact::ReplicaCaughtUp { .. } => none,
        Fact::Deleted { why, .. }
        | Fact::Recovered { why, .. }
        | Fact::WritingForbidden { why }
        | Fact::WritingAllowed { why }
        | Fact::Disconnected { why, .. }
        | Fact::ReplicaConnected { why, .. }
        | Fact::ReplicaLost { why, .. }
        | Fact::StandsIn { why }
        | Fact::StandsBack { why }
        | Fact::Elected { why, .. }
        | Fact::Leaderless { why, .. }
        | Fact::InSync { why, .. }
        | Fact::Leads { why, .. }
        | Fact::Follows { why, .. }
        | Fact::LogCut { why, .. }
        | Fact::ConfigCopied { why, .. }
        | Fact::BrokerRegistered { why, .. }
        | Fact::BrokerForgotten { why, .. }
        | Fact::BrokerAvoided { why, .. }
        | Fact::BrokerTrusted { why, .. }
        | Fact::HeartbeatSent { why, .. } => Parts { why: Some(why), ..none },
        Fact::RouteAsked { topic, why, .. }
        | Fact::RouteAnswered { topic, why, .. }
        | Fact::TopicCreated { topic, why, .. } => because(about(topic), why),
        Fact::Called { msg, topic, .. } => Parts { msg: Some(msg), topic: Some(topic), ..none },
        Fact::QueueChosen { msg, queue, why }
        | Fact::Refused { msg, queue, why, .. }
        | Fact::Unawaited { msg, queue, why }
        | Fact::Postponed { msg, queue, why, .. }
        | Fact::Due { msg, queue, why }
        | Fact::Escaped { msg, queue, why }
        | Fact::SafetyAwaited { msg, queue, why }
        | Fact::SafetyEnded { msg, queue, why, .. } => because(placed(msg, queue), why),
        Fact::Sent { msg, queue, .. }
        | Fact::Stored { msg, queue, .. }
        | Fact::Dispatched { msg, queue, .. }
        | Fact::Acknowledged { msg, queue, .. } => placed(msg, queue),
        Fact::Admitted { msg, why, .. }
        | Fact::Resent { msg, why, .. }
        | Fact::Withheld { msg, why }
        | Fact::Gathered { msg, why }
        | Fact::Replied { msg, why, .. }
        | Fact::Unreplied { msg, why }
        | Fact::CalledBack { msg, why }
        | Fact::Decided { msg, why, .. }
        | Fact::Failed { msg, why } => Parts { msg: Some(msg), why: Some(why), ..none },
        Fact::MembersChanged { group, why, .. } | Fact::RebalanceBegan { group, why } => {
            Parts { group: Some(group), why: Some(why), ..none }
        }
        Fact::Polled { group, why, .. } => Parts { group: Some(group), why: Some(why), ..none },
        Fact::Notified { group } => Parts { group: Some(group), ..none },
        Fact::RebalanceSkipped { group, topic, why } => because(within(group, topic), why),
        Fact::Rebalanced { group, topic, .. } => within(group, topic),
        Fact::Owned { queue, group, why, .. }
        | Fact::Released { queue, group, why }
        | Fact::Asked { queue, group, why, .. }
        | Fact::Held { queue, group, why, .. }
        | Fact::Woken { queue, group, why, .. }
        | Fact::ReadFromDisk { queue, group, why, .. }
        | Fact::Skipped { queue, group, why, .. }
        | Fact::Answered { queue, group, why, .. }
        | Fact::Throttled { queue, group, why }
        | Fact::NotLocked { queue, group, why }
        | Fact::ReleaseAwaited { queue, group, why }
        | Fact::ResetAwaited { queue, group, why, .. }
        | Fact::OffsetSet { queue, group, why, .. }
        | Fact::Noted { queue, group, why, .. }
        | Fact::SeekFailed { queue, group, why, .. }
        | Fact::Committed { queue, group, why, .. } => {
            Parts { queue: Some(queue), group: Some(group), why: Some(why), ..none }
        }
        Fact::AskArrived { queue, group, .. }
        | Fact::Received { queue, group, .. }
        | Fact::Locked { queue, group }
        | Fact::Unlocked { queue, group }
        | Fact::Unthrottled { queue, group } => shared(queue, group),
        Fact::Delivered { msg, queue, group, .. }
        | Fact::FilteredOut { msg, queue, group, .. }
        | Fact::Consuming { msg, queue, group, .. }
        | Fact::Consumed { msg, queue, group, .. } => {
            Parts { group: Some(group), ..placed(msg, queue) }
        }
        Fact::NotConsumed { msg, queue, group, why, .. }
        | Fact::PopExpired { msg, queue, group, why }
        | Fact::Cleaned { msg, queue, group, why } => {
            Parts { group: Some(group), why: Some(why), ..placed(msg, queue) }
        }
        Fact::Acted { msg, group, .. } => of_group(msg, group),
        Fact::Retried { msg, group, why, .. }
        | Fact::GiveBackFailed { msg, group, why }
        | Fact::ReplySent { msg, group, why }
        | Fact::HandedDirectly { msg, group, why }
        | Fact::Settled { msg, group, why }
        | Fact::Dead { msg, group, why } => because(of_group(msg, group), why),
    }
}
