//! The page in the browser: Yew components, the canvas painter, the worker client. wasm only.

pub mod app;
pub mod charts;
pub mod compare;
pub mod inspector;
pub mod ledger;
pub mod worker;

/// Mounts the application.
pub fn start() {
    console_error_panic_hook::set_once();
    yew::Renderer::<app::App>::new().render();
}
