//! Who owns which queues: every member of a group computes it for itself from the same lists.
//!
//! Follows `RebalanceImpl` and `RebalancePushImpl`.

mod allocate;
mod apply;
mod assignment;
mod leave;
mod service;
mod start;
mod strategy;
mod walk;

pub use allocate::allocate_averagely;
pub(super) use service::Service;
pub(super) use start::{Asking, Start};
pub use strategy::{NoRoom, Strategy};
pub(super) use walk::Walk;
