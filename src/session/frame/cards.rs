//! The right panel: what is selected, opened.

use nanoserde::{DeBin, SerBin};

use super::{Cell, EventLine, PoolCard, Why, Words};

/// The right panel.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub enum Inspector {
    #[default]
    Nothing,
    Message(Box<MessageCard>),
    Node(NodeCard),
    Queue(QueueCard),
    Link(LinkCard),
}

/// A message opened.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct MessageCard {
    pub lane: u8,
    pub number: u32,
    pub body: String,
    pub topic: String,
    pub tone: u8,
    pub tag: Option<String>,
    pub keys: Option<String>,
    pub unique_key: String,
    /// Broker, queue, queue offset, size, physical offset: once stored.
    pub stored: Option<StoredAt>,
    /// From the call of send to the listener's end, once consumed.
    pub total: Option<u64>,
    /// Where the time went, in order; they sum to `total` (or to now).
    pub phases: Vec<Phase>,
    /// The journey up to the end of the scenario (steps beyond `now` are those of the future: not
    /// shown).
    pub steps: Vec<Step>,
    /// Index of the current step, `None` before the first.
    pub current: Option<u32>,
    pub why: Option<Why>,
}

/// Where a message lies.
#[derive(Clone, Debug, PartialEq, Eq, SerBin, DeBin)]
pub struct StoredAt {
    pub broker: String,
    pub queue: u32,
    pub offset: u64,
    pub size: u32,
    pub physical: u64,
}

/// A part of a message's time.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Phase {
    pub words: Words,
    pub span: u64,
    /// The one that took longest.
    pub longest: bool,
}

/// A step of a journey.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Step {
    /// Events before it; seek there to stand right behind it.
    pub ordinal: u64,
    pub at: u64,
    /// Wait that ended with this step: from the main step before (ns). Side steps have none.
    pub wait: Option<u64>,
    /// Beside the main path (an acknowledgement).
    pub side: bool,
    pub words: Words,
    /// A reason in a line below.
    pub why: Option<Why>,
}

/// A node opened: rows of label and value, what it waits for, its reason.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct NodeCard {
    pub lane: u8,
    pub node: u32,
    pub name: String,
    pub kind: Words,
    pub rows: Vec<(Words, Words)>,
    /// Timers that will fire: time, what for, with the setting.
    pub expects: Vec<(u64, Words)>,
    /// Its pools of threads.
    pub pools: Vec<PoolCard>,
    pub settings: Vec<(String, String)>,
    pub why: Option<Why>,
    pub events: Vec<EventLine>,
}

/// A queue opened.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct QueueCard {
    pub lane: u8,
    pub queue: u32,
    pub name: String,
    pub rows: Vec<(Words, Words)>,
    pub why: Option<Why>,
    /// Messages in it, newest last, at most 32.
    pub messages: Vec<Cell>,
    pub events: Vec<EventLine>,
}

/// A link opened.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct LinkCard {
    pub lane: u8,
    pub from: u32,
    pub to: u32,
    pub rows: Vec<(Words, Words)>,
    pub events: Vec<EventLine>,
}
