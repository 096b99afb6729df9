//! From frames to shapes and words: pure, no DOM, tested natively.

pub mod charts;
pub mod compare;
pub mod format;
pub mod inspector;
pub mod ledger;
pub mod pace;
pub mod pilot;
pub mod sample;
pub mod tone;
pub mod words;
