//! What the page shows on demand: claims and figures. Packed within the frame, so that the part of
//! the page that is fetched first need not know it.

use nanoserde::{DeBin, SerBin};

use super::{Arg, Percentiles, Words};

/// Claims and figures.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct Sheet {
    /// What the scenario claims, in its order.
    pub claims: Vec<Claim>,
    /// By lane; empty where only claims are shown.
    pub lanes: Vec<Figures>,
}

/// A claim, in one lane where it is about one.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Claim {
    /// As a sentence.
    pub says: String,
    /// The lane, where there are several.
    pub lane: Option<u8>,
    /// When it is looked at, ns.
    pub at: u64,
    /// How it stands.
    pub state: ClaimState,
    /// The number; `None`: nothing was measured, or not yet.
    pub found: Option<Arg>,
    /// What the number shall be.
    pub wanted: Vec<Words>,
}

/// How a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub enum ClaimState {
    /// Its time has not come.
    Open,
    Holds,
    Fails,
}

/// Figures of a lane.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct Figures {
    /// The parts of a message's way, and all of it.
    pub spans: Vec<HeatMap>,
    /// Pools of threads, by node.
    pub pools: Vec<(String, PoolCard)>,
    /// Requests by kind.
    pub requests: Vec<RequestFigures>,
}

/// How long something took over virtual time.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct HeatMap {
    /// Key of its name.
    pub key: String,
    /// ns that a column stands for; the first one begins at 0.
    pub width: u64,
    /// Where rows begin, the shortest spans first, and where the last one ends, ns.
    pub bounds: Vec<u64>,
    /// Counts that are not 0, by column, then by row.
    pub cells: Vec<HeatCell>,
    /// Over all time.
    pub all: Percentiles,
}

/// How many ended in a column and took as long as a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub struct HeatCell {
    pub column: u32,
    /// Place in [`HeatMap::bounds`].
    pub row: u32,
    pub count: u32,
}

/// Threads with a queue in front, since their process began.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct PoolCard {
    /// What the threads do.
    pub name: Words,
    /// The setting that says how many there are, with its value.
    pub setting: (String, String),
    pub busy: u32,
    pub threads: u32,
    /// Share of the time that threads work, in 1/100 000.
    pub utilisation: u64,
    /// Waiting now, and on average in 1/1000; `None` where only waits are known.
    pub waiting: Option<(u32, u64)>,
    /// Jobs so far.
    pub jobs: u64,
    /// Mean service, mean wait and longest wait in ns.
    pub service: u64,
    pub wait: u64,
    pub longest: u64,
}

/// Requests of one kind.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct RequestFigures {
    /// RocketMQ's name for its code.
    pub name: String,
    /// All that ended, or that nobody answers.
    pub count: u64,
    pub answered: u64,
    pub one_way: u64,
    /// Of those that were answered, how many with an error.
    pub refused: u64,
    pub failed: u64,
    /// How long answers took.
    pub took: Percentiles,
}
