//! Not there yet.
use crate::run::Outcome;
pub(crate) fn budget() -> Outcome<()> {
    Ok(())
}
