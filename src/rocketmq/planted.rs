//! Bugs that are planted on purpose, one at a time, to prove that the judges can fail: `rocketscope
//! swarm --planted` has to find each of them.
//!
//! Builds for people lack them: the switch is there in development builds, and in others with the
//! feature `planted`. Without it every question is answered `false` when it is compiled.

#[cfg(any(debug_assertions, feature = "planted"))]
use std::cell::Cell;

macro_rules! bugs {
    ($($(#[doc = $doc:literal])+ $id:ident = $name:literal;)*) => {
        /// A bug.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug {
            $($(#[doc = $doc])+ $id,)*
        }

        impl Bug {
            /// All of them, with what they do.
            pub const ALL: &[(Self, &str)] = &[$((Self::$id, $name)),*];
        }
    };
}

bugs! {
    /// Broker: answers a message that is given back well, and stores no retry.
    SendBackForgotten = "a message that is given back is not stored for its retry";
    /// Broker: gives a message up without a dead letter.
    DeadLetterDropped = "a message that was tried too often is dropped without a word";
    /// Broker: a delay level passes some of its messages over.
    DelayedPassedOver = "some delayed messages are passed over";
    /// Broker: a lock does not keep others out.
    LockForgotten = "a queue's lock is given to whoever asks";
    /// Broker: answers before slaves have the message.
    AckBeforeReplication = "a send is answered before its replicas have it";
    /// Broker: answers before the disk has the message.
    AckBeforeFlush = "a send is answered before it is flushed";
    /// Slave: says that it has more than it has.
    SlaveBoasts = "a slave reports more than it has";
    /// Broker: forgets pulls that it holds when it ends in order.
    HeldPullLost = "held pulls are forgotten at an orderly end";
    /// Broker: a full disk stores nothing, and the send is answered well.
    AckUnstored = "a send that a full disk refuses is answered well";
    /// Broker: a crash of the process loses what was not flushed.
    CrashLosesCache = "a process crash loses what was not flushed";
    /// Broker: a power loss loses some of what was flushed.
    PowerLosesFlushed = "a power loss loses what was flushed";
    /// Broker: a queue leaves positions out.
    PositionSkipped = "some positions of a queue are left out";
    /// Broker: a rollback is a commit.
    RollbackCommits = "a transaction that is rolled back is shown";
    /// Broker: what was popped and not acknowledged is not handed out again.
    ReviveForgotten = "popped messages that nobody acknowledges do not come again";
    /// Broker: members whose connection closed stay members.
    DeadMemberStays = "a member that died keeps its share of the queues";
    /// Consumer: commits the largest offset that is done, not the smallest that is not.
    LargestOffset = "the largest offset that is done is committed";
    /// Consumer: its periodic commits are one too small.
    OffsetGoesBack = "periodic commits are one too small";
    /// Consumer: the last queue belongs to nobody.
    LastQueueForgotten = "the last queue is shared out to nobody";
    /// Consumer: does not ask again after an error.
    PullEndsWithError = "an error ends the pulls of a queue";
    /// Consumer: two threads may work on one queue in order.
    TwoThreads = "an orderly queue has a task for every answer";
    /// Consumer: takes the newest message of a queue in order first.
    NewestFirst = "an orderly listener gets the newest message first";
}

#[cfg(any(debug_assertions, feature = "planted"))]
thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Plants a bug in all worlds that this thread runs, or takes it out.
#[cfg(any(debug_assertions, feature = "planted"))]
pub fn plant(bug: Option<Bug>) {
    PLANTED.with(|planted| planted.set(bug));
}

/// True where this bug is planted.
#[cfg(any(debug_assertions, feature = "planted"))]
#[inline]
pub(super) fn is_planted(bug: Bug) -> bool {
    PLANTED.with(Cell::get) == Some(bug)
}

/// No bug is planted in builds for people.
#[cfg(not(any(debug_assertions, feature = "planted")))]
#[inline(always)]
pub(super) const fn is_planted(_: Bug) -> bool {
    false
}
