//! The facts: past tense, `Copy`, at most 48 bytes, never kept as a list.

use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::life::End;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;

use super::reason::Why;

/// Who made a message, and the how-manieth of that producer it is: 0, 1, 2 …
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MsgKey {
    /// The producer's node.
    pub producer: NodeId,
    /// Counts that producer's messages from 0.
    pub seq: u32,
}

impl Digestible for MsgKey {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.producer.0) << 32 | u64::from(self.seq));
    }
}

/// A queue of a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueueRef {
    /// Topic.
    pub topic: Name,
    /// Broker's node.
    pub broker: NodeId,
    /// Queue id.
    pub id: u32,
}

impl Digestible for QueueRef {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.topic);
        digest.word(u64::from(self.broker.0) << 32 | u64::from(self.id));
    }
}

/// How a program sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendMode {
    /// It waits for the answer.
    Sync,
    /// A callback takes the answer.
    Async,
    /// There is no answer.
    OneWay,
    /// As one of so many in one request.
    Batch { of: u32 },
    /// It waits for a reply from whoever consumes it.
    Request,
    /// It waits for the answer, then runs a local transaction that decides about the message.
    Transaction,
}

/// What a program says of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionEnd {
    /// The message counts.
    Commit,
    /// It never was.
    RollBack,
    /// It does not know yet.
    Unknown,
    /// It says nothing.
    Never,
}

/// How a send ended, as the client's program sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// Stored; flushed and replicated as far as the settings demand.
    Ok,
    /// Stored, but not flushed in time.
    FlushDiskTimeout,
    /// Stored, but not replicated in time.
    FlushSlaveTimeout,
    /// Stored, but no slave is there.
    SlaveNotAvailable,
}

/// What a request for messages was answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerCode {
    /// Messages.
    Found,
    /// Nothing new.
    NothingNew,
    /// There are messages, but none that matches; ask again from the next offset.
    NothingMatches,
    /// The offset was outside of the queue.
    OffsetMoved,
    /// Refused.
    Refused,
}

/// How a client's request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// With a result.
    Answered,
    /// With an error.
    Refused,
    /// It left, and nobody answers it.
    OneWay,
    /// No answer came in time, or the connection was gone.
    Unanswered,
}

/// Something that happened, at the node that states it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fact {
    /// The process came up.
    ProcessStarted,
    /// The process was told to end in order.
    ProcessStopping,
    /// The process is about to end.
    ProcessStopped,
    /// A connection to `peer` is usable.
    Connected { peer: NodeId },
    /// The connection to `peer` is gone.
    Disconnected { peer: NodeId, why: Why },
    /// Name server: a broker registered (`topics` it carries in this registration).
    BrokerRegistered { broker: NodeId, topics: u32, why: Why },
    /// Name server: a broker is no longer known.
    BrokerForgotten { broker: NodeId, why: Why },
    /// Client: asked a name server for a route.
    RouteAsked { topic: Name, server: NodeId, why: Why },
    /// Client: was told a topic's queues; `queues` 0: there is no route.
    RouteAnswered { topic: Name, queues: u32, why: Why },
    /// Broker: a topic exists from now on.
    TopicCreated { topic: Name, queues: u32, why: Why },
    /// Producer: the program called send.
    Called { msg: MsgKey, topic: Name, mode: SendMode },
    /// Producer: the program has to wait before it may send (`why.value`: the limit).
    Withheld { msg: MsgKey, why: Why },
    /// Producer: send returned, and nobody will know what becomes of the message.
    Unawaited { msg: MsgKey, queue: QueueRef, why: Why },
    /// Producer: the program knows what becomes of a transaction, and says so.
    Decided { msg: MsgKey, end: TransactionEnd, why: Why },
    /// Producer: goes in one request with what other threads send.
    Gathered { msg: MsgKey, why: Why },
    /// Producer: the reply to a request came after so long.
    Replied { msg: MsgKey, waited: SimSpan, why: Why },
    /// Producer: waits no more for the reply to a request.
    Unreplied { msg: MsgKey, why: Why },
    /// Producer: the callback of a request is called before there is a reply.
    CalledBack { msg: MsgKey, why: Why },
    /// Producer: avoids a broker for so long.
    BrokerAvoided { broker: NodeId, wait: SimSpan, why: Why },
    /// Producer: counts with a broker again.
    BrokerTrusted { broker: NodeId, why: Why },
    /// Producer: a queue was chosen (`why.value`: the index of the rotation).
    QueueChosen { msg: MsgKey, queue: QueueRef, why: Why },
    /// Producer: the request left.
    Sent { msg: MsgKey, queue: QueueRef, attempt: u32 },
    /// Broker: a thread took the send after it had waited so long.
    Admitted { msg: MsgKey, waited: SimSpan, why: Why },
    /// Broker: the record is in the log.
    Stored { msg: MsgKey, queue: QueueRef, offset: u64, physical: u64, size: u32 },
    /// Broker: the queue points to it; consumers can see it from now on.
    Dispatched { msg: MsgKey, queue: QueueRef, offset: u64 },
    /// Broker: stored, and not answered before disk or replicas have it.
    SafetyAwaited { msg: MsgKey, queue: QueueRef, why: Why },
    /// Broker: that wait is over, well or not.
    SafetyEnded { msg: MsgKey, queue: QueueRef, waited: SimSpan, outcome: SendOutcome, why: Why },
    /// Broker: refused to store.
    Refused { msg: MsgKey, queue: QueueRef, code: u16, why: Why },
    /// Producer: send returned.
    Acknowledged { msg: MsgKey, queue: QueueRef, offset: u64, outcome: SendOutcome },
    /// Producer: the attempt failed and another one follows.
    Resent { msg: MsgKey, attempt: u32, why: Why },
    /// Producer: send failed for good.
    Failed { msg: MsgKey, why: Why },
    /// Client: told a broker that it lives, and what it wants.
    HeartbeatSent { peer: NodeId, why: Why },
    /// Broker: the members of a group changed.
    MembersChanged { group: Name, members: u32, why: Why },
    /// Consumer: was told that its group changed.
    Notified { group: Name },
    /// Consumer: looks anew at who should own what.
    RebalanceBegan { group: Name, why: Why },
    /// Consumer: could not decide about a topic this time.
    RebalanceSkipped { group: Name, topic: Name, why: Why },
    /// Consumer: decided about a topic.
    Rebalanced { group: Name, topic: Name, owned: u32, members: u32 },
    /// Consumer: owns a queue from now on and will ask from `offset`.
    Owned { queue: QueueRef, group: Name, offset: u64, why: Why },
    /// Consumer: gave a queue up.
    Released { queue: QueueRef, group: Name, why: Why },
    /// Consumer: asked for messages.
    Asked { queue: QueueRef, group: Name, offset: u64, why: Why },
    /// Broker: a request for messages came.
    AskArrived { queue: QueueRef, group: Name, offset: u64 },
    /// Broker: `count` messages of an answer were not all in memory: reading them takes so long.
    ReadFromDisk { queue: QueueRef, group: Name, count: u32, took: SimSpan, why: Why },
    /// Broker: holds the request (`why.value`: ms at most).
    Held { queue: QueueRef, group: Name, offset: u64, why: Why },
    /// Broker: looks at a held request again.
    Woken { queue: QueueRef, group: Name, offset: u64, why: Why },
    /// Broker: passed over messages that do not match.
    Skipped { queue: QueueRef, group: Name, offset: u64, count: u32, why: Why },
    /// Broker: answered a request for messages; `offset` is the first of `count`, else the next to
    /// ask for.
    Answered { queue: QueueRef, group: Name, offset: u64, count: u32, code: AnswerCode, why: Why },
    /// Consumer: the answer came.
    Received { queue: QueueRef, group: Name, offset: u64, count: u32 },
    /// Consumer: one message of an answer passed the filter and waits for a thread.
    Delivered { msg: MsgKey, queue: QueueRef, group: Name, offset: u64 },
    /// Consumer: one message of an answer did not pass the filter.
    FilteredOut { msg: MsgKey, queue: QueueRef, group: Name, offset: u64 },
    /// Consumer: the program's call for messages came back with so many, after so long.
    Polled { group: Name, count: u32, waited: SimSpan, why: Why },
    /// Consumer: its program counts everything before `offset` as done; the broker hears later.
    Noted { queue: QueueRef, group: Name, offset: u64, why: Why },
    /// Consumer: its program cannot go on at `offset` of a queue.
    SeekFailed { queue: QueueRef, group: Name, offset: u64, why: Why },
    /// Consumer: does not ask for now (`why.value`: the limit).
    Throttled { queue: QueueRef, group: Name, why: Why },
    /// Consumer: asks again.
    Unthrottled { queue: QueueRef, group: Name },
    /// Consumer: the listener began, in thread `thread`.
    Consuming { msg: MsgKey, queue: QueueRef, group: Name, thread: u32 },
    /// Consumer: the listener ended well.
    Consumed { msg: MsgKey, queue: QueueRef, group: Name, offset: u64, thread: u32 },
    /// Consumer: the listener had its side effect for a message; `checked`: only where none was
    /// had for the same business key.
    Acted { msg: MsgKey, group: Name, key: Option<Name>, checked: bool },
    /// Consumer: the listener did not end well.
    NotConsumed { msg: MsgKey, queue: QueueRef, group: Name, thread: u32, why: Why },
    /// Consumer: a listener has had a message for too long, which is given back meanwhile.
    Cleaned { msg: MsgKey, queue: QueueRef, group: Name, why: Why },
    /// Consumer: had a message for longer than nobody else could get it; the result is lost.
    PopExpired { msg: MsgKey, queue: QueueRef, group: Name, why: Why },
    /// Consumer: its listener sends a reply to who waits for one.
    ReplySent { msg: MsgKey, group: Name, why: Why },
    /// Consumer: the broker did not take a message back; another way is tried.
    GiveBackFailed { msg: MsgKey, group: Name, why: Why },
    /// Consumer: holds the lock of a queue, which nobody else of its group consumes meanwhile.
    Locked { queue: QueueRef, group: Name },
    /// Consumer: has to do without the lock of a queue.
    NotLocked { queue: QueueRef, group: Name, why: Why },
    /// Consumer: gave the lock of a queue back.
    Unlocked { queue: QueueRef, group: Name },
    /// Consumer: should give a queue up, and waits for its listener.
    ReleaseAwaited { queue: QueueRef, group: Name, why: Why },
    /// Consumer: threw away what it has of a queue, where it will go on at `offset`, and rests
    /// (`why.value`: ms).
    ResetAwaited { queue: QueueRef, group: Name, offset: u64, why: Why },
    /// Consumer: goes on at `offset` of a queue, whatever is done of it.
    OffsetSet { queue: QueueRef, group: Name, offset: u64, why: Why },
    /// Consumer: its listener is called with a message outside its turn.
    HandedDirectly { msg: MsgKey, group: Name, why: Why },
    /// Consumer: a message will come again.
    Retried { msg: MsgKey, group: Name, attempt: u32, why: Why },
    /// Broker: a message was given up.
    Dead { msg: MsgKey, group: Name, why: Why },
    /// Broker: a message waits before its queue gets it; `wait` 0: until somebody decides about it.
    Postponed { msg: MsgKey, queue: QueueRef, wait: SimSpan, why: Why },
    /// Broker: a message that waited goes to its queue now.
    Due { msg: MsgKey, queue: QueueRef, why: Why },
    /// Broker: was told that a group is done with a message.
    Settled { msg: MsgKey, group: Name, why: Why },
    /// Broker: took a group's offset: everything before it is done.
    Committed { queue: QueueRef, group: Name, offset: u64, why: Why },
    /// Broker: everything up to so many bytes of the log is on the disk.
    Flushed { bytes: u64 },
    /// Broker: began with so many bytes of the log; what was behind them is gone.
    Recovered { bytes: u64, end: End, why: Why },
    /// Broker: old files are gone; its log begins at so many bytes.
    Deleted { bytes: u64, why: Why },
    /// Broker: takes no messages for now.
    WritingForbidden { why: Why },
    /// Broker: takes messages again.
    WritingAllowed { why: Why },
    /// Broker: another one copies its log, of which it has so many bytes.
    ReplicaConnected { replica: NodeId, bytes: u64, why: Why },
    /// Broker: the other one has the whole log.
    ReplicaCaughtUp { replica: NodeId, bytes: u64 },
    /// Broker: the other one, which had so many bytes of the log, copies it no more.
    ReplicaLost { replica: NodeId, bytes: u64, why: Why },
    /// Broker: its copy of the log has so many bytes.
    Replicated { bytes: u64 },
    /// Controller: this broker leads those of its name from now on.
    Elected { leader: NodeId, epoch: u32, why: Why },
    /// Controller: nobody leads the brokers of this name.
    Leaderless { broker: Name, epoch: u32, why: Why },
    /// Controller: so many brokers have what their leader has, itself among them.
    InSync { leader: NodeId, members: u32, why: Why },
    /// Broker: leads from now on; its log has so many bytes.
    Leads { epoch: u32, bytes: u64, why: Why },
    /// Broker: follows another one from now on.
    Follows { leader: NodeId, epoch: u32, why: Why },
    /// Broker: cut its log, so that it has so many bytes; `lost` its leader does not have.
    LogCut { leader: NodeId, bytes: u64, lost: u64, why: Why },
    /// Broker: does what needs a leader, as there is none.
    StandsIn { why: Why },
    /// Broker: does so no more.
    StandsBack { why: Why },
    /// Broker: gave a message that was due to another broker.
    Escaped { msg: MsgKey, queue: QueueRef, why: Why },
    /// Broker: took topics, groups and offsets over from the one whose log it copies.
    ConfigCopied { from: NodeId, why: Why },
    /// Client: a request with this code of its protocol ended after so long. Counted alone.
    CallEnded { code: u32, took: SimSpan, end: CallEnd },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_small() {
        assert!(size_of::<Fact>() <= 48, "{} bytes", size_of::<Fact>());
    }
}
