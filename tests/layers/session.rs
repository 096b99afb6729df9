//! Layers: the session compiles without the page.
//!
//! An import of anything below does not compile here. That it compiles is the whole test.

#![allow(dead_code, unused_imports, reason = "a layer is mounted to be compiled, not to be called")]

#[path = "../../src/facts/mod.rs"]
pub mod facts;
#[path = "../../src/judgement/mod.rs"]
pub mod judgement;
#[path = "../../src/kernel/mod.rs"]
pub mod kernel;
#[path = "../../src/observation/mod.rs"]
pub mod observation;
#[path = "../../src/rocketmq/mod.rs"]
pub mod rocketmq;
#[path = "../../src/scenario/mod.rs"]
pub mod scenario;
#[path = "../../src/session/mod.rs"]
pub mod session;

fn main() {}
