//! Consumers.

mod pull;
mod push;

pub use pull::{PullConsumer, pull_profile};
pub use push::{PushConsumer, push_profile};
