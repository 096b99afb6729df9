//! Figures of a lane: the ledger, the series of the charts, how its consumers asked.

use nanoserde::{DeBin, SerBin};

use super::Words;

/// The ledger. Delivered and consumed count (message, group) pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, SerBin, DeBin)]
pub struct Ledger {
    pub sent: u64,
    pub acknowledged: u64,
    pub stored: u64,
    pub delivered: u64,
    pub consumed: u64,
    pub retrying: u64,
    pub dead: u64,
    pub lost: u64,
    pub duplicated: u64,
    pub out_of_order: u64,
    /// Sends that failed for good.
    pub failed: u64,
    /// Stored × groups: what delivered and consumed can reach.
    pub expected: u64,
}

/// Series of a lane over the whole time axis.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct Charts {
    /// (time ns, messages a second in, out), smoothed with 2.5 s.
    pub throughput: Vec<(u64, f32, f32)>,
    /// Rates now: in, out.
    pub rate_now: (f32, f32),
    /// (time ns, waiting per topic).
    pub waiting: Vec<(u64, Vec<u32>)>,
    /// Latency dots: (consumed at ns, stored to consumed ns).
    pub latency: Vec<(u64, u64)>,
    /// Age of the oldest message that waits: (time ns, age ns).
    pub oldest: Vec<(u64, u64)>,
    /// Stored to consumed.
    pub percentiles: Percentiles,
    /// First and last moment without any consumption while messages waited, where over 5 s.
    pub nothing_consumed: Option<(u64, u64)>,
}

/// Nearest-rank percentiles in ns; `count` 0 means there is nothing yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, SerBin, DeBin)]
pub struct Percentiles {
    pub count: u64,
    pub mean: u64,
    pub p50: u64,
    pub p90: u64,
    pub p99: u64,
    pub p999: u64,
    pub max: u64,
}

/// How a lane's consumers asked.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct Asking {
    /// Answered requests, of them empty, held at the broker now.
    pub answered: u64,
    pub empty: u64,
    pub held_now: u64,
    /// Stored to delivered.
    pub wait: Percentiles,
    /// Per queue (index into [`super::Lane::queues`]) requests within the shown window.
    pub requests: Vec<AskMark>,
    /// Messages within the shown window.
    pub messages: Vec<WaitMark>,
    /// The window: from, to (ns).
    pub window: (u64, u64),
    /// Where this lane first parted from the others.
    pub parting: Option<Parting>,
}

/// One request on its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub struct AskMark {
    pub queue: u32,
    /// Arrived at the broker.
    pub arrived: u64,
    /// Answered, `None`: still held.
    pub answered: Option<u64>,
    /// Until when it is held at most, where held.
    pub until: Option<u64>,
    /// Messages in the answer.
    pub found: u32,
}

/// One message on its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerBin, DeBin)]
pub struct WaitMark {
    pub queue: u32,
    pub message: u32,
    pub stored: u64,
    pub delivered: Option<u64>,
}

/// How a lane answered where the runs first part.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Parting {
    /// Time (ns) of that event in this lane.
    pub at: u64,
    pub words: Words,
    /// Setting and its value, as written.
    pub setting: Option<(String, String)>,
}
