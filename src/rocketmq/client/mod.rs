//! Client processes: one instance each, with a producer or a consumer in it.
//!
//! Java's blocking threads are small state machines here: each `Waiter` is a thread that waits
//! for something, and is resumed with what it waited for.

mod calls;
mod channels;
pub mod consumer;
mod heartbeat;
mod inner_producer;
mod instance;
mod java_order;
mod names;
pub mod producer;
mod queue;
pub mod rebalance;
mod routes;
mod sharing;
mod shutdown;
mod timer;

pub use queue::MessageQueue;
pub(super) use sharing::{hand_over, whose};
pub use timer::{ClientTimer, ProducerTimer, ProgramTimer, expectation};

/// Who waits for the end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiter {
    /// The thread that holds the lock of the routes.
    Route,
    /// The thread that holds the lock of the heartbeats.
    Heartbeat,
    /// A thread, for a call of its own.
    Thread(Thread),
    /// Nobody: the answer is handled when it comes. By the number of the queue that is owned.
    Pull(u32),
    /// A timer of an orderly listener, by its ticket.
    Lock(u32),
    /// Nobody: a callback takes the answer to this asynchronous send.
    Callback(u32),
    /// Nobody, and nothing is done with the answer.
    Nobody,
}

/// Threads of a client process that wait for replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thread {
    /// `MQClientFactoryScheduledThread`: refreshes routes, sends heartbeats, persists offsets.
    Scheduler,
    /// `NettyEventExecutor`: greets brokers on new connections.
    Events,
    /// The program: starts and ends the client.
    Program,
    /// `RebalanceService`.
    Rebalance,
    /// The program's thread that pulls.
    Polling,
    /// A thread that pulls one queue, by the number of what it asked.
    Task(u32),
    /// One of the program's sending threads, or a send that a thread of the pool for asynchronous
    /// ones works on.
    Sender(u32),
    /// A consuming thread, which gives messages back.
    Consumer(u32),
    /// `PullMessageService`.
    Puller,
    /// Asks brokers that could not be reached (`startDetectorEnable`).
    Detector,
}

impl Waiter {
    /// For digests.
    fn word(self) -> u64 {
        match self {
            Self::Route => 1,
            Self::Heartbeat => 2,
            Self::Thread(thread) => 3 | thread.word() << 8,
            Self::Pull(queue) => 4 | u64::from(queue) << 8,
            Self::Lock(ticket) => 5 | u64::from(ticket) << 8,
            Self::Callback(send) => 6 | u64::from(send) << 8,
            Self::Nobody => 7,
        }
    }
}

impl Thread {
    /// For digests.
    fn word(self) -> u64 {
        match self {
            Self::Scheduler => 1,
            Self::Events => 2,
            Self::Program => 3,
            Self::Rebalance => 4,
            Self::Polling => 5,
            Self::Sender(number) => 6 | u64::from(number) << 8,
            Self::Consumer(number) => 7 | u64::from(number) << 8,
            Self::Puller => 8,
            Self::Detector => 9,
            Self::Task(number) => 10 | u64::from(number) << 8,
        }
    }

    /// Whose rotation of queues a send uses: each thread has one of its own.
    fn sender(self) -> u32 {
        match self {
            Self::Sender(number) | Self::Consumer(number) => number,
            Self::Scheduler
            | Self::Events
            | Self::Program
            | Self::Rebalance
            | Self::Polling
            | Self::Task(_)
            | Self::Puller
            | Self::Detector => 0,
        }
    }
}
