//! Layers: the kernel compiles with nothing else in scope; it has never heard of RocketMQ.
//!
//! An import of anything below does not compile here. That it compiles is the whole test.

#![allow(dead_code, unused_imports, reason = "a layer is mounted to be compiled, not to be called")]

#[path = "../../src/kernel/mod.rs"]
pub mod kernel;

fn main() {}
