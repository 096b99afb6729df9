//! What the worker does, still pure: commands in, updates out; wall time is an argument.

mod checkpoints;
pub mod claims;
mod compose;
pub mod frame;
mod handle;
mod journeys;
pub mod lane;
pub mod load;
pub mod plans;
mod play;
mod promised;
pub mod protocol;
mod rocketmq;
pub mod run;
mod seek;
mod select;
pub mod stage;
pub mod staged;
mod step;
pub mod stores;

pub use compose::{ledger, verdict};
pub use handle::Session;
