//! RocketScope: Apache RocketMQ in a browser tab.
//!
//! The modules stand in the order of their layers: each may use those above it and none below.

#![cfg_attr(target_arch = "wasm32", recursion_limit = "512")]

pub mod kernel;

pub mod facts;

pub mod rocketmq;

pub mod wire;

pub mod scenario;

pub mod observation;

pub mod judgement;

pub mod session;

pub mod view;

#[cfg(target_arch = "wasm32")]
pub mod ui;

#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
