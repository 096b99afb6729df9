//! Consumers.

mod concurrent;
mod give_back;
mod holding;
mod offsets;
mod process_queue;
mod profile;
mod pull;
mod pull_loop;
mod push;
mod threads;

pub use process_queue::ProcessQueue;
pub use profile::{pull_profile, push_profile};
pub use pull::PullConsumer;
pub use push::PushConsumer;
