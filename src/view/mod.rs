//! From frames to shapes and words: pure, no DOM, tested natively.

pub mod address;
pub mod charts;
pub mod compare;
pub mod flow;
pub mod format;
pub mod guide;
pub mod inspector;
pub mod ledger;
pub mod narrate;
pub mod pace;
pub mod pilot;
#[cfg(test)]
pub mod sample;
pub mod sheet;
pub mod sorted;
pub mod timeline;
pub mod tone;
pub mod turn;
pub mod words;
