//! Every reason a client process has to wake up by itself, and which of them are worth announcing.

use crate::facts::{Expectation, Setting, TransactionEnd};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::network::ConnId;
use crate::kernel::time::SimTime;
use crate::rocketmq::settings;

/// Every reason a client process has to wake up by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientTimer {
    /// Refreshes the routes of all known topics (`pollNameServerInterval`, 30 s).
    RefreshRoutes,
    /// Tells all brokers that it lives (`heartbeatBrokerInterval`, 30 s).
    Heartbeat,
    /// Tells the brokers what is done (`persistConsumerOffsetInterval`, 5 s).
    PersistOffsets,
    /// The rebalance thread's wait is over (20 s, or what is missing to 1 s after a wake-up).
    Rebalance,
    /// A reply did not come in time.
    CallTimeout { opaque: u32 },
    /// A connection did not open in time (3 s).
    ConnectTimeout { conn: ConnId },
    /// A sender begins its next round.
    NextRound { sender: u32 },
    /// Asks again for messages of an owned queue, by its number.
    PullAgain { queue: u32 },
    /// A plain pull consumer asks all its queues.
    PullRound,
    /// A listener comes back; its thread.
    Listened { thread: u32 },
    /// What could not be given back is tried again (5 s), by its ticket.
    ConsumeLater { ticket: u32 },
    /// A queue that is consumed in order gets a new task.
    ConsumeQueue { queue: u32 },
    /// The locks of owned queues are renewed (20 s).
    LockQueues,
    /// A queue's task has no lock and asks for it.
    TryLock { queue: u32 },
    /// A rebalance waited long enough for a listener (500 ms).
    GiveUpWaiting,
    /// A lock was refused: the next rebalance (500 ms).
    WakeLater,
    /// Looks for messages that listeners have had for too long (`consumeTimeout`).
    CleanExpired,
    /// A reset has rested (10 s): offsets are set.
    ResetRested,
    /// A listener is done with a message that a broker handed over, by its ticket.
    ConsumedDirectly { ticket: u32 },
    /// A program's thread asks for more time for its message.
    Renew { thread: u32 },
    /// The program ends, as planned.
    Stop,
    /// Something came for a client that shares its instance with the one that was at work.
    Woken,
    /// Of what a producer has beside its synchronous sends.
    Producer(ProducerTimer),
    /// Of a program that calls for messages itself.
    Program(ProgramTimer),
}

/// Reasons of a program that calls for messages itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramTimer {
    /// It calls again (`pause`).
    Next,
    /// Its call waited long enough (`pollTimeoutMillis`).
    CallOver,
    /// It is done with a message.
    Handled,
    /// It looks whether its topics have other queues (`topicMetadataCheckIntervalMillis`, 30 s).
    CheckTopics,
}

/// Reasons of a producer beside its synchronous sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProducerTimer {
    /// A round of the detector (`startDetectorEnable`, 3 s).
    Detect,
    /// A program's thread waited too long for room for its asynchronous send.
    PermitTimeout { send: u32 },
    /// The local transaction of a sender's message is over.
    LocalEnded { sender: u32, end: TransactionEnd },
    /// The check listener has an answer.
    Checked { end: TransactionEnd },
    /// The program has waited long enough for a reply (`request`).
    ReplyTimeout { send: u32 },
    /// The accumulator's guard looks for batches to be sent (half of `batchMaxDelayMs`).
    Gathered,
}

impl ClientTimer {
    /// True for the timers of an instance, which clients of a process may share.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub fn is_of_instance(self) -> bool {
        matches!(
            self,
            Self::RefreshRoutes
                | Self::Heartbeat
                | Self::PersistOffsets
                | Self::CallTimeout { .. }
                | Self::ConnectTimeout { .. }
        )
    }
}

impl Digestible for ClientTimer {
    fn digest(&self, digest: &mut Digest) {
        let (kind, which) = match self {
            Self::RefreshRoutes => (1, 0),
            Self::Heartbeat => (2, 0),
            Self::PersistOffsets => (3, 0),
            Self::Rebalance => (4, 0),
            Self::CallTimeout { opaque } => (5, *opaque),
            Self::ConnectTimeout { conn } => (6, conn.0),
            Self::NextRound { sender } => (7, *sender),
            Self::PullAgain { queue } => (8, *queue),
            Self::PullRound => (9, 0),
            Self::Stop => (10, 0),
            Self::Woken => (29, 0),
            Self::Listened { thread } => (11, *thread),
            Self::ConsumeLater { ticket } => (12, *ticket),
            Self::ConsumeQueue { queue } => (13, *queue),
            Self::LockQueues => (14, 0),
            Self::TryLock { queue } => (15, *queue),
            Self::GiveUpWaiting => (16, 0),
            Self::WakeLater => (17, 0),
            Self::CleanExpired => (18, 0),
            Self::ResetRested => (23, 0),
            Self::ConsumedDirectly { ticket } => (24, *ticket),
            Self::Producer(ProducerTimer::Detect) => (19, 0),
            Self::Producer(ProducerTimer::PermitTimeout { send }) => (20, *send),
            Self::Producer(ProducerTimer::LocalEnded { sender, end }) => {
                (21, *sender << 2 | *end as u32)
            }
            Self::Producer(ProducerTimer::Checked { end }) => (22, *end as u32),
            Self::Renew { thread } => (28, *thread),
            Self::Program(timer) => (25, *timer as u32),
            Self::Producer(ProducerTimer::ReplyTimeout { send }) => (26, *send),
            Self::Producer(ProducerTimer::Gathered) => (27, 0),
        };
        digest.word(kind | u64::from(which) << 8);
    }
}

/// What a timer is for, where that is worth announcing.
pub fn expectation(at: SimTime, node: NodeId, timer: ClientTimer) -> Option<Expectation> {
    let expect = |key, setting: Option<&'static Setting>, marker| {
        Some(Expectation { at, node, key, setting, marker })
    };
    match timer {
        ClientTimer::RefreshRoutes => {
            expect("refresh_routes", Some(&settings::POLL_NAME_SERVER_INTERVAL), false)
        }
        ClientTimer::Heartbeat => {
            expect("heartbeat", Some(&settings::HEARTBEAT_BROKER_INTERVAL), false)
        }
        ClientTimer::PersistOffsets => {
            expect("persist_offsets", Some(&settings::PERSIST_CONSUMER_OFFSET_INTERVAL), true)
        }
        ClientTimer::Rebalance => {
            expect("rebalance", Some(&settings::REBALANCE_WAIT_INTERVAL), true)
        }
        ClientTimer::NextRound { .. } => expect("next_round", None, false),
        ClientTimer::PullAgain { .. } | ClientTimer::PullRound => expect("pull_again", None, false),
        ClientTimer::ConsumeLater { .. } => {
            expect("consume_later", Some(&settings::CONSUME_LATER), false)
        }
        ClientTimer::LockQueues => {
            expect("lock_queues", Some(&settings::REBALANCE_LOCK_INTERVAL), false)
        }
        ClientTimer::CleanExpired => {
            expect("clean_expired", Some(&settings::CONSUME_TIMEOUT), false)
        }
        ClientTimer::ConsumeQueue { .. } => {
            expect("consume_queue", Some(&settings::SUSPEND_CURRENT_QUEUE_TIME_MILLIS), false)
        }
        ClientTimer::ResetRested => {
            expect("reset_rested", Some(&settings::USE_SERVER_SIDE_RESET_OFFSET), true)
        }
        ClientTimer::Program(ProgramTimer::CheckTopics) => {
            expect("check_topics", Some(&settings::TOPIC_METADATA_CHECK_INTERVAL_MILLIS), false)
        }
        ClientTimer::Program(ProgramTimer::CallOver) => {
            expect("call_over", Some(&settings::POLL_TIMEOUT_MILLIS), false)
        }
        ClientTimer::Program(ProgramTimer::Next | ProgramTimer::Handled)
        | ClientTimer::TryLock { .. }
        | ClientTimer::ConsumedDirectly { .. }
        | ClientTimer::Renew { .. }
        | ClientTimer::GiveUpWaiting
        | ClientTimer::WakeLater
        | ClientTimer::CallTimeout { .. }
        | ClientTimer::Listened { .. }
        | ClientTimer::ConnectTimeout { .. }
        | ClientTimer::Producer(_)
        | ClientTimer::Woken
        | ClientTimer::Stop => None,
    }
}
