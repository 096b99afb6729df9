//! What a scenario claims about its outcome, as written.

use crate::facts::measure::{Condition, Limit, Measure};
use crate::kernel::time::SimSpan;

use super::error::Fault;
use super::measures::{Names, condition, lane};
use super::reader::Table;

/// A claim: a number, and what it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The claim as a sentence.
    pub says: String,
    /// When, after the scenario's time 0; `None`: at its end.
    pub at: Option<SimSpan>,
    /// In which lane; `None`: in all.
    pub lane: Option<usize>,
    /// The number, and what it shall be.
    pub claim: Condition,
}

impl Assertion {
    /// What has to be measured for it in a lane.
    pub(super) fn measures_in(&self, lane: usize) -> impl Iterator<Item = Measure> + '_ {
        let own = self.lane.is_none_or(|own| own == lane);
        let others = self.claim.bounds.iter().filter_map(move |bound| match bound.to {
            Limit::Of { lane: of, measure, .. } => {
                (of.map_or(own, |of| of == lane)).then_some(measure)
            }
            Limit::Fixed(_) => None,
        });
        own.then_some(self.claim.measure).into_iter().chain(others)
    }
}

pub(super) fn assertions(
    t: &mut Table<'_>,
    names: &Names,
    end: SimSpan,
) -> Result<Vec<Assertion>, Fault> {
    let tables = t.tables("assert", "an assertion")?;
    tables.into_iter().map(|table| assertion(table, names, end)).collect()
}

fn assertion(mut t: Table<'_>, names: &Names, end: SimSpan) -> Result<Assertion, Fault> {
    let says = t.need_text("says")?.into_inner();
    let at = t.span_of("at")?;
    if at.is_some_and(|at| at > end) {
        return Err(t.fault("`at` lies behind the scenario's end", "write an earlier time"));
    }
    let (lane, claim) = (lane(&mut t, names)?, condition(&mut t, names)?);
    t.done()?;
    Ok(Assertion { says, at, lane, claim })
}
