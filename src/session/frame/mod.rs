//! A frame: all that the page draws at one moment, as plain data.
//!
//! Frames are made by `session` out of observations and a look into the worlds. Words are keys with
//! arguments ([`Words`]); the page turns them into sentences of its language.

mod cards;
mod figures;
mod lane;
mod run;
mod sheet;

pub use cards::{Inspector, LinkCard, MessageCard, NodeCard, Phase, QueueCard, Step, StoredAt};
pub use figures::{AskMark, Asking, Charts, Ledger, Parting, Percentiles, WaitMark};
pub use lane::{
    Cell, CellState, Flight, FlightKind, Lane, LogCell, Node, NodeLife, Pool, Pull, Queue, Role,
    Topic, Wire,
};
pub use run::{Question, RunInfo, Slider, Switch};
pub use sheet::{Claim, ClaimState, Figures, HeatCell, HeatMap, PoolCard, RequestFigures, Sheet};

use nanoserde::{DeBin, SerBin};

use super::protocol::Selection;

/// A key of the page's text files with the numbers and names that go into it.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct Words {
    /// Key in `static/i18n/en/*.txt`.
    pub key: String,
    /// Arguments by name.
    pub args: Vec<(String, Arg)>,
}

/// One argument of a text; the page formats it.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub enum Arg {
    /// A name as it is.
    Text(String),
    /// A count.
    Count(u64),
    /// A moment, ns since the start.
    Time(u64),
    /// A duration in ns.
    Span(u64),
    /// Bytes.
    Bytes(u64),
}

/// All of one moment.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct Frame {
    /// The run that this frame belongs to.
    pub run: RunInfo,
    /// Virtual time, ns.
    pub now: u64,
    /// Events so far, in the leading lane.
    pub ordinal: u64,
    /// True where the scenario is over.
    pub ended: bool,
    /// A seek or run goes on: send `Continue`; `None` when done, else the share done in
    /// thousandths.
    pub working: Option<u16>,
    /// Virtual ns a wall ns that the last `Play` reached (0 when paused).
    pub rate: f64,
    /// A quiet span is being skipped now.
    pub skipping: bool,
    /// Time of the next event, if any.
    pub next_event: Option<u64>,
    /// One world each.
    pub lanes: Vec<Lane>,
    /// Past and expected markers.
    pub markers: Vec<Marker>,
    /// Quiet spans that were skipped: from, to.
    pub skipped: Vec<(u64, u64)>,
    /// The last events in words, newest last.
    pub recent: Vec<EventLine>,
    /// What is selected, opened.
    pub inspector: Inspector,
    /// A packed [`Sheet`]: where it was asked for, and at the end of the scenario.
    pub sheet: Vec<u8>,
    /// The rule that was broken: the run ends there.
    pub verdict: Option<Verdict>,
    /// History digest of all lanes together, 16 hexadecimal digits.
    pub history_digest: String,
    /// State digest, where asked for.
    pub state_digest: Option<String>,
}

/// A rule that every run must keep, and this one did not.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Verdict {
    /// ns since the start.
    pub at: u64,
    /// The event that broke it.
    pub ordinal: u64,
    /// The rule, with what was found.
    pub words: Words,
    /// Where to look.
    pub selects: Selection,
}

/// A mark on the timeline.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Marker {
    pub at: u64,
    /// False: expected.
    pub past: bool,
    pub words: Words,
}

/// One line of the event list.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct EventLine {
    pub lane: u8,
    pub ordinal: u64,
    pub at: u64,
    pub words: Words,
    /// Reason and setting, where there is one.
    pub why: Option<Why>,
    /// What a click on it selects.
    pub selects: Option<Selection>,
}

/// A reason with the setting behind it.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Why {
    /// The heading, as "Why 19 s in the queue?".
    pub question: Words,
    /// One sentence.
    pub sentence: Words,
    /// Name of the setting and its value as written in RocketMQ's unit.
    pub setting: Option<(String, String)>,
}
