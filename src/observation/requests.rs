//! Requests of clients by kind: how many, how they ended, how long answers took.

use crate::facts::CallEnd;
use crate::kernel::time::SimSpan;

use super::graded::Parts;
use super::latency::Percentiles;

/// Requests of one kind.
#[derive(Clone, Debug, Default)]
pub struct Kind {
    /// Nobody answers them.
    pub one_way: u64,
    /// Answers with an error; they count among those whose time was taken, too.
    pub refused: u64,
    /// No answer came.
    pub failed: u64,
    took: Parts,
}

/// Requests by their code.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    kinds: Vec<(u32, Kind)>,
}

impl Requests {
    /// A request came to its end.
    #[inline]
    pub fn ended(&mut self, code: u32, took: SimSpan, end: CallEnd) {
        let known = self.kinds.iter().position(|(known, _)| *known == code);
        let place = known.unwrap_or_else(|| self.open(code));
        let kind = &mut self.kinds[place].1;
        match end {
            CallEnd::Answered | CallEnd::Refused => {
                kind.refused += u64::from(end == CallEnd::Refused);
                kind.took.record(took.as_nanos());
            }
            CallEnd::OneWay => kind.one_way += 1,
            CallEnd::Unanswered => kind.failed += 1,
        }
    }

    /// By code, in the order of their first ends.
    pub fn kinds(&self) -> impl Iterator<Item = &(u32, Kind)> + '_ {
        self.kinds.iter()
    }

    #[inline(never)]
    fn open(&mut self, code: u32) -> usize {
        self.kinds.push((code, Kind::default()));
        self.kinds.len() - 1
    }
}

impl Kind {
    /// How long answers took.
    pub fn took(&self) -> Percentiles {
        self.took.percentiles()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_apart() {
        let mut requests = Requests::default();
        requests.ended(310, SimSpan::millis(2), CallEnd::Answered);
        requests.ended(11, SimSpan::secs(15), CallEnd::Answered);
        requests.ended(310, SimSpan::secs(3), CallEnd::Unanswered);
        requests.ended(310, SimSpan::millis(4), CallEnd::Refused);
        requests.ended(15, SimSpan::ZERO, CallEnd::OneWay);
        let figures = requests.kinds().map(|(code, kind)| {
            let took = kind.took();
            let ends = [took.count, kind.refused, kind.failed, kind.one_way];
            (*code, ends, took.mean, took.max)
        });
        let figures: Vec<_> = figures.collect();
        assert_eq!(figures[0], (310, [2, 1, 1, 0], 3_000_000, 4_000_000));
        assert_eq!(figures[1], (11, [1, 0, 0, 0], 15_000_000_000, 15_000_000_000));
        assert_eq!(figures[2], (15, [0, 0, 0, 1], 0, 0));
    }
}
