//! What can be measured of a run, in words: assertions and conditions of scenarios are made of
//! these. How each is measured is the folds' business.

use crate::kernel::name::Name;

use super::kind::FactKind;
use super::reason::ReasonId;

/// A number of the ledger, of requests or of a node's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    Sent,
    Acknowledged,
    Failed,
    Stored,
    Lost,
    Expected,
    Delivered,
    Consumed,
    Retrying,
    Dead,
    Duplicated,
    OutOfOrder,
    Overtaken,
    OvertakenInQueue,
    Effects,
    RepeatedEffects,
    SparedEffects,
    Requests,
    EmptyRequests,
    HeldRequests,
}

/// Which of many spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    Mean,
    P50,
    P90,
    P99,
    P999,
    Max,
}

/// A kind of fact, with one reason or any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Kind.
    pub kind: FactKind,
    /// `None`: whatever the reason.
    pub why: Option<ReasonId>,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A number of the ledger.
    Count(Figure),
    /// Messages that a group is not done with.
    Lag,
    /// Messages behind what a group committed.
    Diff,
    /// Stored to consumed.
    Latency(Rank),
    /// Stored to delivered.
    Wait(Rank),
    /// How many facts there were.
    Facts(Kind),
    /// When the first one was.
    First(Kind),
    /// When the last one was.
    Last(Kind),
    /// Queues that a node owns.
    Owned,
    /// The longest time in which messages waited and none was consumed.
    Standstill,
}

/// Of whom; what is not said does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Group of consumers.
    pub group: Option<Name>,
    /// Topic.
    pub topic: Option<Name>,
    /// Queue id.
    pub queue: Option<u32>,
    /// Node: the one that states a fact, the broker of a queue, or the client that did something.
    pub node: Option<Name>,
}

/// Something to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// What.
    pub what: What,
    /// Of whom.
    pub scope: Scope,
}

impl Measure {
    /// True where its number is a span in ns, or a time in ns since the scenario's start.
    pub fn is_span(&self) -> bool {
        match self.what {
            What::Count(_) | What::Lag | What::Diff | What::Facts(_) | What::Owned => false,
            What::Latency(_)
            | What::Wait(_)
            | What::First(_)
            | What::Last(_)
            | What::Standstill => true,
        }
    }

    /// The kind of facts that has to be counted for it.
    pub fn kind(&self) -> Option<Kind> {
        match self.what {
            What::Facts(kind) | What::First(kind) | What::Last(kind) => Some(kind),
            What::Count(_)
            | What::Lag
            | What::Diff
            | What::Latency(_)
            | What::Wait(_)
            | What::Owned
            | What::Standstill => None,
        }
    }
}

/// What a number shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// How the two compare.
    pub order: Order,
    /// The other number.
    pub to: Limit,
}

/// How a number compares with its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    AtLeast,
    AtMost,
    Equals,
}

/// Something that may be so or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What is measured.
    pub measure: Measure,
    /// What its number shall be: all of these.
    pub bounds: Vec<Bound>,
}

/// The other number of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// As written: a count, or ns.
    Fixed(u64),
    /// Something else that is measured, times so many thousandths; in another lane where one is
    /// named.
    Of { lane: Option<usize>, measure: Measure, thousandths: u64 },
}

impl Condition {
    /// All that has to be measured for it.
    pub fn measures(&self) -> impl Iterator<Item = Measure> + '_ {
        let others = self.bounds.iter().filter_map(|bound| match bound.to {
            Limit::Fixed(_) => None,
            Limit::Of { measure, .. } => Some(measure),
        });
        std::iter::once(self.measure).chain(others)
    }

    /// Whether numbers are as they shall be; `value` gives one, of a lane where that is named.
    pub fn holds(&self, value: impl Fn(Option<usize>, &Measure) -> Option<u64>) -> bool {
        let Some(number) = value(None, &self.measure) else { return false };
        self.bounds.iter().all(|bound| {
            let limit = bound.limit(&value);
            limit.is_some_and(|limit| bound.order.holds(number, limit))
        })
    }
}

impl Bound {
    /// The number that it names.
    pub fn limit(&self, value: impl Fn(Option<usize>, &Measure) -> Option<u64>) -> Option<u64> {
        match self.to {
            Limit::Fixed(number) => Some(number),
            Limit::Of { lane, measure, thousandths } => {
                let scaled = u128::from(value(lane, &measure)?) * u128::from(thousandths) / 1000;
                Some(u64::try_from(scaled).unwrap_or(u64::MAX))
            }
        }
    }
}

impl Order {
    /// Whether two numbers compare so.
    pub fn holds(self, number: u64, limit: u64) -> bool {
        match self {
            Self::AtLeast => number >= limit,
            Self::AtMost => number <= limit,
            Self::Equals => number == limit,
        }
    }
}
