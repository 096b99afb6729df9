//! RocketMQ 5.3.3 as actors: no I/O, no clock, no text for people.
//!
//! Each module names the upstream class that it follows and what it leaves out. [`protocol::Mq`] is
//! the protocol that the kernel runs; [`cluster`] is the enum of all roles.

pub mod broker;
pub mod client;
pub mod cluster;
pub mod config;
pub mod controller;
pub mod extra_info;
pub mod filter;
pub mod group;
pub mod hashes;
pub mod listener;
pub mod lite_rules;
pub mod message;
pub mod namesrv;
pub mod planted;
pub mod properties;
pub mod protocol;
mod push_rules;
pub mod reasons;
pub mod remoting;
pub mod retry_policy;
pub mod sending;
pub mod settings;
pub mod simple_rules;
pub mod store;
pub mod topic;
pub mod topic_names;
