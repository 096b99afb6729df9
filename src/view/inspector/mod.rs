//! The inspector: what is selected, opened into rows whose numbers add up.

pub mod journey;
pub mod keys;
pub mod phases;
