//! Scenarios as data: text → checked [`Scenario`] → worlds, or an error with place and cure.
//!
//! Whoever holds a `Scenario` may build its worlds without further questions. `docs/SCENARIOS.md`
//! describes the file; names of settings, units and ranges are those of `rocketmq::settings`.

mod actions;
mod arrivals;
mod assertions;
mod bound;
mod clients;
mod error;
mod lane;
mod listeners;
mod lite;
mod measures;
mod model;
mod nodes;
mod page;
mod parse;
mod producer;
mod reader;
mod replication;
mod sharing;
mod shipped;
mod simple;
mod text;
mod tweak;
mod units;
mod way;
mod workload;

pub use assertions::Assertion;
pub use bound::Bound;
pub use error::{Place, ScenarioError};
pub use lane::{Lane, NodeEntry, Plan};
pub use page::{About, Question, Slider, Switch};
pub use parse::Scenario;
pub use shipped::{Shipped, first_text, shipped, shipped_text};
pub use tweak::Tweak;
pub use units::duration;
