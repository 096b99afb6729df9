//! Short names for what the browser always has.

use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlElement, Window};

/// The window of the page.
pub fn window() -> Window {
    web_sys::window().expect("the page runs in a window")
}

/// The document of the page.
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// The `html` element, which carries the theme.
pub fn root() -> HtmlElement {
    let root = document().document_element().expect("a document has a root");
    root.unchecked_into()
}

/// Milliseconds since the page was opened, as the animation frames count them.
pub fn wall_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Whether a media query holds now.
pub fn prefers(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// A remembered choice of the person, if the browser keeps any.
pub fn remembered(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Remembers a choice; a browser that keeps nothing forgets it with the page.
pub fn remember(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _full = storage.set_item(key, value);
    }
}
