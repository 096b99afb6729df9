//! The code that can wait: worker and page fetch theirs once something was played.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// It is there where `cargo xtask seal` split the module in two.
    #[wasm_bindgen(js_name = fetchMore, catch)]
    fn fetch_more() -> Result<(), JsValue>;
}

/// Begins to fetch it, so that nobody waits for it later.
pub(super) fn fetch() {
    let _whole = fetch_more();
}
