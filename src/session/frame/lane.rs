//! One world at one moment: nodes, queues, packets.

use nanoserde::{DeBin, SerBin};

use super::{Asking, Charts, Ledger, Words};

/// One world.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct Lane {
    /// Title and subtitle of the lane (compare view).
    pub title: String,
    pub subtitle: String,
    /// All nodes.
    pub nodes: Vec<Node>,
    /// All queues that the page shows, by topic and id.
    pub queues: Vec<Queue>,
    /// Topics in order of their colour.
    pub topics: Vec<Topic>,
    /// Who owns what: (consumer node, index into `queues`).
    pub ribbons: Vec<(u32, u32)>,
    /// Links that carry something or are worth drawing: control wires between nodes.
    pub wires: Vec<Wire>,
    /// Packets on their way now.
    pub flights: Vec<Flight>,
    /// What one mark stands for, when there are more than fit.
    pub mark_scale: u32,
    /// The ledger.
    pub ledger: Ledger,
    /// Series on the time axis.
    pub charts: Charts,
    /// How consumers asked (compare view).
    pub asking: Asking,
    /// What bounds the run beside what it took; empty where that cannot be said beforehand.
    pub bound: Vec<(Words, Words)>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Node {
    /// Its id; never used twice.
    pub id: u32,
    /// Name as in the scenario.
    pub name: String,
    /// Group of a client.
    pub group: Option<String>,
    /// Life.
    pub life: NodeLife,
    /// What it is, with its figures.
    pub role: Role,
    /// A short reason why it waits, for the pill above the node.
    pub badge: Option<Words>,
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub enum NodeLife {
    /// Starts at this time.
    NotYet(u64),
    /// Runs.
    Up,
    /// Ended in order at this time.
    Stopped(u64),
    /// Crashed at this time.
    Crashed(u64),
}

/// What a node is, with its figures.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub enum Role {
    /// Name server.
    NameServer { topics: u32, brokers: u32 },
    /// Broker.
    Broker {
        /// `ASYNC_MASTER`, `ASYNC_FLUSH`.
        modes: Vec<String>,
        /// The broker whose queues it has copies of.
        copies: Option<String>,
        /// End of the commit log in bytes.
        log_bytes: u64,
        /// Records in the log.
        records: u64,
        /// Topics (index) of the newest records, oldest first, at most 48; `u8::MAX`: none of the
        /// shown.
        newest: Vec<LogCell>,
        /// Send and pull threads: busy, all, waiting.
        send_pool: Pool,
        pull_pool: Pool,
        /// Bytes that reached the disk.
        flushed: u64,
    },
    /// Producer.
    Producer {
        topics: u32,
        sent: u64,
        stored: u64,
        failed: u64,
        /// What it does now.
        doing: Words,
    },
    /// Consumer.
    Consumer {
        /// Push (true) or plain pull.
        push: bool,
        wants: u32,
        owns: u32,
        /// Per thread the topic that it works on.
        threads: Vec<Option<u8>>,
        consumed: u64,
        failed: u64,
        /// Messages in its client queues.
        cached: u64,
        doing: Words,
    },
}

/// One record of the commit log strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub struct LogCell {
    /// Topic index, `u8::MAX` for none of the shown.
    pub topic: u8,
    /// Message number.
    pub message: u32,
}

/// Threads with a queue in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, SerBin, DeBin)]
pub struct Pool {
    pub busy: u32,
    pub threads: u32,
    pub waiting: u32,
}

/// A topic of a lane.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Topic {
    /// Name.
    pub name: String,
    /// Colour 0, 1, 2 …; 255: retry colour.
    pub tone: u8,
    /// Messages stored; of a topic that no client names its records.
    pub stored: u64,
    /// Messages stored and not yet consumed by all groups.
    pub waiting: u64,
    /// A broker keeps it for itself: nobody reads it, and nothing waits for being read.
    pub kept: bool,
}

/// A queue of a broker.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Queue {
    /// Broker's node id.
    pub broker: u32,
    /// Index into [`Lane::topics`].
    pub topic: u8,
    /// Queue id.
    pub id: u32,
    /// Stored (dispatched) messages.
    pub stored: u64,
    /// Handed out, not yet consumed (by the first group).
    pub handed_out: u64,
    /// Consumed (by the first group).
    pub consumed: u64,
    /// Offset that the broker holds for the first group.
    pub committed: Option<u64>,
    /// The newest messages, oldest first, at most 4; empty where there are 5 or more (draw a bar).
    pub cells: Vec<Cell>,
    /// The pull of its owner.
    pub pull: Pull,
}

/// One message of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub struct Cell {
    pub message: u32,
    pub state: CellState,
}

/// How far a stored message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub enum CellState {
    Stored,
    HandedOut,
    Consumed,
}

/// Where the pull of a queue's owner is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, SerBin, DeBin)]
pub enum Pull {
    /// Nobody asks.
    #[default]
    None,
    /// The request flies to the broker.
    OnItsWay,
    /// A pull thread works on it, or it waits for one.
    BeingRead,
    /// Held since, until.
    Held { since: u64, until: u64 },
    /// The answer flies to the client.
    Answered,
    /// The client has it and has not asked again.
    Received,
}

/// A wire between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub struct Wire {
    pub from: u32,
    pub to: u32,
    /// Carried something within the last moments.
    pub active: bool,
    /// Cut by an intervention.
    pub cut: bool,
}

/// A packet on its way; its place is a function of the two times and the clock.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Flight {
    pub from: u32,
    pub to: u32,
    pub sent: u64,
    pub due: u64,
    /// The queue (index into [`Lane::queues`]) that it comes from or goes to.
    pub queue: Option<u32>,
    /// What it is.
    pub kind: FlightKind,
    /// Messages in it: first number and count (0 for none).
    pub message: u32,
    pub count: u32,
    /// Topic index for the colour, `u8::MAX` for none.
    pub topic: u8,
}

/// What flies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub enum FlightKind {
    /// A message to the broker, or messages to a consumer: circles.
    Messages,
    /// A retried message: diamond.
    Retry,
    /// A request for messages: hollow triangle.
    Ask,
    /// An answer without messages.
    Answer,
    /// Heartbeats, routes, registrations.
    Control,
}
