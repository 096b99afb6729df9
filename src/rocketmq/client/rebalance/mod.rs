//! Who owns which queues: every member of a group computes it for itself from the same lists.
//!
//! Follows `RebalanceImpl` and `RebalancePushImpl` for clustering. Leaves out broadcasting, queue
//! locks and assignment by brokers.

mod allocate;
mod apply;
mod service;
mod strategy;
mod walk;

pub use allocate::allocate_averagely;
pub(super) use service::Service;
pub use strategy::{NoRoom, Strategy};
pub(super) use walk::Walk;
