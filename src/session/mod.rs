//! What the worker does, still pure: commands in, updates out; wall time is an argument.

pub mod frame;
pub mod protocol;
