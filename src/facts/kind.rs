//! Kinds of facts, by the names that they have in the source: what assertions and conditions of
//! scenarios name.

use super::fact::Fact;

macro_rules! kinds {
    ($($kind:ident)*) => {
        /// What kind of fact; a new fact is one word more in the list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FactKind {
            $(#[doc = concat!("[`Fact::", stringify!($kind), "`].")] $kind,)*
        }

        impl FactKind {
            /// All, in the order of their declaration.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];
            const NAMES: &[&str] = &[$(stringify!($kind),)*];
        }

        impl Fact {
            /// Its kind.
            #[inline]
            pub fn kind(&self) -> FactKind {
                match self {
                    $(Self::$kind { .. } => FactKind::$kind,)*
                }
            }
        }
    };
}

kinds! {
    ProcessStarted ProcessStopping ProcessStopped Connected Disconnected BrokerRegistered
    BrokerForgotten RouteAsked RouteAnswered TopicCreated Called Withheld Unawaited Decided Gathered
    Replied Unreplied CalledBack BrokerAvoided BrokerTrusted QueueChosen Sent Admitted Stored
    Dispatched SafetyAwaited SafetyEnded Refused Acknowledged Resent Failed HeartbeatSent
    MembersChanged Notified RebalanceBegan RebalanceSkipped Rebalanced Owned Released Asked
    AskArrived ReadFromDisk Held Woken Skipped Answered Received Delivered FilteredOut Polled Noted
    SeekFailed Throttled Unthrottled Consuming Consumed Acted NotConsumed Cleaned PopExpired
    ReplySent GiveBackFailed Locked NotLocked Unlocked ReleaseAwaited ResetAwaited OffsetSet
    HandedDirectly Retried Dead Postponed Due Settled Committed Flushed Recovered Deleted
    WritingForbidden WritingAllowed ReplicaConnected ReplicaCaughtUp ReplicaLost Replicated Elected
    Leaderless InSync Leads Follows LogCut StandsIn StandsBack Escaped ConfigCopied
    CallEnded
}

impl FactKind {
    /// As scenarios write it.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Those that conditions may name: requests are counted by themselves, at less cost.
    pub fn named() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| *kind != Self::CallEnded)
    }

    /// The kind of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::named().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_their_names() {
        assert_eq!(FactKind::of("Stored"), Some(FactKind::Stored));
        assert_eq!(FactKind::of("stored"), None);
        assert_eq!(Fact::ProcessStopped.kind().name(), "ProcessStopped");
        assert!(FactKind::named().all(|kind| FactKind::of(kind.name()) == Some(kind)));
        assert_eq!(FactKind::of("CallEnded"), None);
    }
}
