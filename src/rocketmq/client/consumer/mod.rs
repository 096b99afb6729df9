//! Consumers.

mod asked;
mod clean;
mod concurrent;
mod give_back;
mod holding;
mod limits;
mod locks;
mod offsets;
mod orderly;
mod pop;
mod process_queue;
mod profile;
mod pull;
mod pull_loop;
mod puller;
mod push;
mod subscribe;
mod threads;

pub(super) use locks::{TIMEOUT as LOCK_TIMEOUT, locked_queues};
pub use orderly::suspension;
pub use process_queue::ProcessQueue;
pub use profile::{pull_profile, push_profile};
pub use pull::PullConsumer;
pub use push::PushConsumer;
