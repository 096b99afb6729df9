//! Layers: the wire protocol compiles with the engine, and with nothing that runs or shows it.
//!
//! An import of anything below does not compile here. That it compiles is the whole test.

#![allow(dead_code, unused_imports, reason = "a layer is mounted to be compiled, not to be called")]

#[path = "../../src/facts/mod.rs"]
pub mod facts;
#[path = "../../src/kernel/mod.rs"]
pub mod kernel;
#[path = "../../src/rocketmq/mod.rs"]
pub mod rocketmq;
#[path = "../../src/wire/mod.rs"]
pub mod wire;

fn main() {}
