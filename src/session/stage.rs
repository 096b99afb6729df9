//! Several lanes on one clock. Events of all lanes are merged by time, then by the order of the
//! lanes, so a position in the whole is one number.

use crate::kernel::digest::Digest;
use crate::kernel::time::SimTime;

use crate::judgement::Violation;

use super::lane::{DigestOf, Lane};

/// Lanes at one position.
pub struct Stage {
    lanes: Vec<Box<dyn Lane>>,
    zero: SimTime,
}

/// Where to stop: at whichever comes first.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// Events at this time (ns since the scenario's start) still happen.
    pub time: u64,
    /// After so many events of all lanes.
    pub ordinal: u64,
}

impl Clone for Stage {
    fn clone(&self) -> Self {
        Self { lanes: self.lanes.iter().map(|lane| lane.fork()).collect(), zero: self.zero }
    }
}

impl Stage {
    /// Lanes that have not run yet.
    pub fn new(lanes: Vec<Box<dyn Lane>>) -> Self {
        let zero = lanes.first().map_or(SimTime::START, |lane| lane.seen().zero());
        let alike = lanes.iter().all(|lane| lane.seen().zero() == zero);
        assert!(alike, "the lanes of one scenario share its time 0");
        Self { lanes, zero }
    }

    /// The lanes.
    pub fn lanes(&self) -> &[Box<dyn Lane>] {
        &self.lanes
    }

    /// The lanes, to be changed.
    pub fn lanes_mut(&mut self) -> &mut [Box<dyn Lane>] {
        &mut self.lanes
    }

    /// The first rule that a lane broke, with the lane's index: there everything stands still.
    pub fn violation(&self) -> Option<(usize, &Violation)> {
        self.lanes.iter().enumerate().find_map(|(index, lane)| Some((index, lane.violation()?)))
    }

    /// The run is over: judges its sums.
    pub fn close(&mut self) {
        self.lanes.iter_mut().for_each(|lane| lane.close());
    }

    /// Events of all lanes so far.
    pub fn ordinal(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.position().0).sum()
    }

    /// Time of the last event, ns since the scenario's start.
    pub fn last_at(&self) -> u64 {
        let latest = self.lanes.iter().map(|lane| lane.position().1).max();
        latest.map_or(0, |at| at.as_nanos().saturating_sub(self.zero.as_nanos()))
    }

    /// Time of the next event, ns since the scenario's start.
    pub fn next_at(&mut self) -> Option<u64> {
        let zero = self.zero.as_nanos();
        self.next().map(|(at, _)| at.as_nanos().saturating_sub(zero))
    }

    /// Runs what comes before the scenario's time 0.
    pub fn run_in(&mut self) {
        if let Some(last) = self.zero.as_nanos().checked_sub(1) {
            self.run(SimTime::from_nanos(last), u64::MAX, u64::MAX);
        }
    }

    /// Runs to where it shall stop, `budget` events at most; gives their number.
    pub fn advance(&mut self, stop: Stop, budget: u64) -> u64 {
        let until = SimTime::from_nanos(self.zero.as_nanos().saturating_add(stop.time));
        self.run(until, stop.ordinal, budget)
    }

    /// A digest over the lanes' digests, as 16 hexadecimal digits.
    pub fn digest(&self, of: DigestOf) -> String {
        digest_of(self.lanes.iter().map(|lane| lane.digest(of)))
    }

    fn run(&mut self, until: SimTime, ordinal: u64, budget: u64) -> u64 {
        let start = self.ordinal();
        let budget = budget.min(ordinal.saturating_sub(start));
        let mut done = 0;
        while done < budget {
            let Some((at, index)) = self.next().filter(|(at, _)| *at <= until) else { break };
            let limit = self.limit(index).min(until);
            debug_assert!(at <= limit, "the lane that is next has at least one event to go");
            let before = start + done - self.lanes[index].position().0;
            done += self.lanes[index].run(limit, budget - done, before);
        }
        done
    }

    fn next(&mut self) -> Option<(SimTime, usize)> {
        if self.violation().is_some() {
            return None;
        }
        let times = self.lanes.iter_mut().enumerate();
        times.filter_map(|(index, lane)| Some((lane.next_at()?, index))).min()
    }

    /// How far a lane can run before it is another one's turn.
    fn limit(&mut self, index: usize) -> SimTime {
        let others = self.lanes.iter_mut().enumerate().filter(|(other, _)| *other != index);
        let turns = others.filter_map(|(other, lane)| {
            let at = lane.next_at()?;
            Some(if other < index { SimTime::from_nanos(at.as_nanos() - 1) } else { at })
        });
        turns.min().unwrap_or(SimTime::NEVER)
    }
}

/// The digest of several worlds together, as 16 hexadecimal digits: what frames and `rocketscope
/// run` show.
pub fn digest_of(lanes: impl Iterator<Item = u64>) -> String {
    let mut digest = Digest::default();
    lanes.for_each(|lane| digest.word(lane));
    format!("{:016x}", digest.finish())
}
