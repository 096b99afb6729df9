//! Consumers.

mod asked;
mod clean;
mod concurrent;
mod give_back;
mod holding;
mod limits;
mod lite;
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
mod reply;
mod simple;
mod subscribe;
mod threads;

pub use lite::LitePullConsumer;
pub(super) use locks::{TIMEOUT as LOCK_TIMEOUT, locked_queues};
pub use orderly::suspension;
pub use pop::DELAYS as POP_DELAYS;
pub use process_queue::ProcessQueue;
pub use profile::{lite_pull_profile, pull_profile, push_profile, simple_profile};
pub use pull::PullConsumer;
pub use push::PushConsumer;
pub use simple::SimpleConsumer;
