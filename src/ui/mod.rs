//! The page in the browser: Yew components, the canvas painter, the worker client. wasm only.

pub mod worker;

/// Mounts the application.
pub fn start() {}
