//! The page in the browser: Yew components, the canvas painter, the worker client. wasm only.

mod alert;
pub mod app;
pub mod charts;
pub mod compare;
pub mod dom;
pub mod driver;
pub mod flow;
pub mod guide;
pub mod help;
mod icons;
pub mod inspector;
pub mod ledger;
mod link;
pub mod markup;
pub mod menu;
mod more;
pub mod painter;
mod palette;
pub mod part;
mod share;
pub mod sheet;
pub mod shell;
pub mod shortcuts;
pub mod shown;
pub mod timeline;
pub mod topbar;
pub mod transport;
pub mod worker;

/// Mounts the application.
pub fn start() {
    console_error_panic_hook::set_once();
    shell::apply_remembered();
    yew::Renderer::<part::Component>::with_props(part::root(app::App)).render();
}
