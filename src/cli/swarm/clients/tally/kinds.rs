//! Names of everything that can occur. The lists are exhaustive: what is new does not compile
//! before it is named here.

use crate::facts::Fact;
use crate::rocketmq::broker::{BrokerTimer, ReplicationTimer};
use crate::rocketmq::client::{ClientTimer, ProducerTimer, ProgramTimer};
use crate::rocketmq::namesrv::NamesrvTimer;
use crate::rocketmq::protocol::Timer;
use crate::rocketmq::remoting::{HaFrame, Packet};

/// The kinds of an enum: their names in order, and the place of a value among them.
macro_rules! kinds {
    ($names:ident, $place:ident of $type:ident: $($kind:ident)*) => {
        pub(super) static $names: &[&str] = &[$(stringify!($kind)),*];
        #[inline]
        pub(super) fn $place(value: &$type) -> usize {
            enum Place { $($kind),* }
            match value { $($type::$kind { .. } => Place::$kind as usize),* }
        }
    };
}

kinds! { FACTS, fact of Fact:
    ProcessStarted ProcessStopping ProcessStopped Connected Disconnected BrokerRegistered
    BrokerForgotten RouteAsked RouteAnswered TopicCreated Called Withheld Unawaited Decided
    BrokerAvoided BrokerTrusted QueueChosen Sent Admitted Stored Dispatched SafetyAwaited
    SafetyEnded Refused Acknowledged Resent Failed HeartbeatSent MembersChanged Notified
    RebalanceBegan RebalanceSkipped Rebalanced Owned Released Asked AskArrived ReadFromDisk Held
    Woken Skipped Answered Received Delivered FilteredOut Throttled Unthrottled Consuming Consumed
    NotConsumed Cleaned PopExpired GiveBackFailed Locked NotLocked Unlocked ReleaseAwaited
    ResetAwaited OffsetSet HandedDirectly Retried Dead Postponed Due Settled Committed Flushed
    Recovered Deleted WritingForbidden WritingAllowed ReplicaConnected ReplicaCaughtUp ReplicaLost
    Replicated Elected Leaderless InSync Leads Follows LogCut StandsIn StandsBack Escaped
    ConfigCopied Replied Unreplied CalledBack Polled Noted SeekFailed Acted ReplySent
    Gathered CallEnded
}

kinds! { OF_NAMESRV, of_namesrv of NamesrvTimer: ScanBrokers ScanReplicas }

kinds! { OF_BROKER, of_broker of BrokerTimer:
    Register Reput Flush Commit SweepHeld SweepShort FastFailure FlushOffsets ScanClients WriteOps
    CheckTransactions PopExpiry Revive OrderFree ReplyTimeout SaveOrders Wheel FlushWheel SaveDelays
    Schedule TopicMade Clean Replication
}

kinds! { OF_REPLICATION, of_replication of ReplicationTimer:
    Connect Transfer Beat Copy WaitOver Join ControllerBeat Look CheckSet Members Escape
}

kinds! { OF_CLIENT, of_client of ClientTimer:
    RefreshRoutes Heartbeat PersistOffsets Rebalance CallTimeout ConnectTimeout NextRound PullAgain
    PullRound Listened ConsumeLater ConsumeQueue LockQueues TryLock GiveUpWaiting WakeLater
    CleanExpired ResetRested ConsumedDirectly Renew Stop Woken Producer Program
}

kinds! { OF_PROGRAM, of_program of ProgramTimer: Next CallOver Handled CheckTopics }

kinds! { OF_PRODUCER, of_producer of ProducerTimer:
    Detect PermitTimeout LocalEnded Checked ReplyTimeout Gathered
}

kinds! { OF_HA, of_ha of HaFrame: Report Batch Greeting Epochs }

/// All lists of timers, with the owner's name; a timer's place is in one list behind the other.
pub(super) static TIMERS: [(&str, &[&str]); 6] = [
    ("namesrv", OF_NAMESRV),
    ("broker", OF_BROKER),
    ("replication", OF_REPLICATION),
    ("client", OF_CLIENT),
    ("producer", OF_PRODUCER),
    ("program", OF_PROGRAM),
];

/// The list of a timer, and its place there.
pub(super) fn timer(timer: Timer) -> (usize, usize) {
    match timer {
        Timer::Namesrv(timer) => (0, of_namesrv(&timer)),
        Timer::Broker(BrokerTimer::Replication(timer)) => (2, of_replication(&timer)),
        Timer::Broker(timer) => (1, of_broker(&timer)),
        Timer::Client(ClientTimer::Producer(timer)) => (4, of_producer(&timer)),
        Timer::Client(ClientTimer::Program(timer)) => (5, of_program(&timer)),
        Timer::Client(timer) => (3, of_client(&timer)),
    }
}

/// Requests that processes of a cluster send each other, by RocketMQ's numbers. All others come
/// from administrators, whom no scenario has.
pub(super) static REQUESTS: [u32; 43] = [
    11, 14, 15, 21, 29, 30, 31, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 45, 103, 104, 105, 201,
    310, 325, 326, 361, 400, 402, 901, 904, 905, 906, 1001, 1002, 1003, 1004, 1005, 1008, 1012,
    1013, 200_050, 200_051, 200_053,
];

/// A packet: what kind it is (0 request, 1 reply, 2 between brokers), and which.
pub(super) fn packet(packet: &Packet) -> (usize, u32) {
    match packet {
        Packet::Request { request, .. } => (0, request.code()),
        Packet::Reply { to, .. } => (1, *to),
        Packet::Ha(frame) => (2, u32::try_from(of_ha(frame)).expect("few")),
    }
}

/// Nobody answers these.
pub(super) fn is_oneway(code: u32) -> bool {
    [15, 37, 39, 40, 42, 904, 905, 906, 1008].contains(&code)
}
