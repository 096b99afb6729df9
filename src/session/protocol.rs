//! The language between page and worker: commands in, updates out, both plain data.
//!
//! One envelope goes each way, encoded with nanoserde. A request is answered by exactly one reply
//! with the same number; one request is in flight at a time. Times are nanoseconds of virtual time
//! since the start of the scenario. Nothing here is a handle into the simulation.

use nanoserde::{DeBin, SerBin};

use super::frame::Frame;

/// Version of this language; a worker that speaks another one is replaced by the page.
pub const PROTOCOL_VERSION: u32 = 1;

/// A command with its number.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Request {
    /// [`PROTOCOL_VERSION`] of the sender.
    pub version: u32,
    /// Counts the workers of one page; a reply of an older one is dropped.
    pub generation: u32,
    /// Counts the requests of one generation.
    pub number: u32,
    /// What is wanted.
    pub command: Command,
    /// What the page shows, so that the answer holds that and no more.
    pub want: Want,
}

/// An update with the number of the request that it answers.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Reply {
    /// [`PROTOCOL_VERSION`] of the sender.
    pub version: u32,
    /// The generation of the request.
    pub generation: u32,
    /// The number of the request.
    pub number: u32,
    /// The answer.
    pub update: Update,
}

/// What the page shows now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub struct Want {
    /// Series have at most this many points.
    pub points: u16,
    /// Flights and other marks: at most this many singly.
    pub marks: u16,
    /// Compute the state digest too (costs time in large states).
    pub state_digest: bool,
    /// Figures and claims are shown.
    pub figures: bool,
}

impl Default for Want {
    fn default() -> Self {
        Self { points: 360, marks: 2000, state_digest: false, figures: false }
    }
}

/// Everything that makes a run: the same recipe gives the same history, bit for bit.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct Recipe {
    /// Where the scenario comes from.
    pub source: Source,
    /// Replaces the scenario's own seed.
    pub seed: Option<u64>,
    /// Settings that the person changed, by the path of the scenario's key, as written in TOML.
    pub tweaks: Vec<Tweak>,
}

/// A scenario by name or by text.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub enum Source {
    /// One of the shipped scenarios, by its file name without the ending.
    Shipped(String),
    /// A scenario file's text.
    Text(String),
}

impl Default for Source {
    fn default() -> Self {
        Self::Shipped("first-program".to_owned())
    }
}

/// One changed setting: `path` as `client.Producer.workload.pause`, `value` as TOML (`"1s"`, `10`,
/// `true`).
#[derive(Clone, Debug, PartialEq, Eq, SerBin, DeBin)]
pub struct Tweak {
    /// Dotted path in the scenario file; a list entry is named by its `name`.
    pub path: String,
    /// The value as TOML text.
    pub value: String,
}

/// How fast virtual time follows wall time.
#[derive(Clone, Copy, Debug, PartialEq, SerBin, DeBin)]
pub enum Tempo {
    /// A flight takes 0.3 to 1 s, a quiet span 0.5 s; `speed` multiplies that.
    Follow {
        /// 1.0 is the pace above.
        speed: f64,
    },
    /// So many virtual seconds a wall second.
    Fixed {
        /// Virtual seconds a wall second.
        rate: f64,
    },
}

/// What is selected on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub enum Selection {
    /// A message by its number (1, 2, … in order of sending) in lane `lane`.
    Message { lane: u8, number: u32 },
    /// A node by its id.
    Node { lane: u8, node: u32 },
    /// A queue by its index in [`super::frame::Lane::queues`].
    Queue { lane: u8, queue: u32 },
    /// The link between two nodes.
    Link { lane: u8, from: u32, to: u32 },
}

/// A position in the history: an event's ordinal, or the first position at or after a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub enum Position {
    /// After so many events (of the leading lane).
    Ordinal(u64),
    /// Everything up to and including this time (ns) has happened.
    Time(u64),
    /// The end of the scenario.
    End,
}

/// What ends a `RunUntil`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub enum Condition {
    /// The next marker on the timeline (`true`: forward; `false`: back to the one before).
    Marker { forward: bool },
    /// The next rebalance.
    Rebalance,
    /// The selected message was consumed.
    SelectedConsumed,
    /// The next message was consumed.
    NextConsumed,
}

/// Page to worker: intentions, in the words of the person at the page.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub enum Command {
    /// Start a run, at a position (replayed in slices; the reply is the first frame).
    Load { recipe: Recipe, position: Position },
    /// Advance by `wall_ns` of wall time at a tempo. The answer says the rate that was reached.
    Play { wall_ns: u64, tempo: Tempo },
    /// One event forward or back.
    Step { forward: bool },
    /// To the next or previous step of the selected message's journey.
    StepMessage { forward: bool },
    /// Anywhere.
    Seek { to: Position },
    /// Forward (or back) to a condition, or to the end.
    RunUntil { condition: Condition },
    /// Go on with a seek or run that did not end within one slice.
    Continue,
    /// Select something, or nothing.
    Select { selection: Option<Selection> },
    /// The frame of now again.
    Look,
    /// Test only: breaks an assumption in the worker on purpose.
    Panic,
}

/// Worker to page.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub enum Update {
    /// The worker is ready to take commands.
    Ready,
    /// The state after the command.
    Frame(Box<Frame>),
    /// The command could not be carried out; the run on screen goes on.
    Rejected(Rejection),
}

/// A person's input that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, SerBin, DeBin)]
pub struct Rejection {
    /// Where: file, line and column, or the part of the link.
    pub place: String,
    /// What was found.
    pub finding: String,
    /// What would be right.
    pub cure: String,
}
