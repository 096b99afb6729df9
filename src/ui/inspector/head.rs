//! The head of a card: what kind it is, its name, and what can be done with it.

use wasm_bindgen::prelude::*;
use yew::prelude::*;

use super::Acts;
use crate::ui::markup::{html, text};

/// A cross, and two links of a chain, in a box of 16.
const CROSS: &str = "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5";
const CHAIN: &str = "M6.7 9.3a2.6 2.6 0 0 0 3.7 0l2.6-2.6a2.6 2.6 0 0 0-3.7-3.7L8.2 4.1M9.3 6.7\
                     a2.6 2.6 0 0 0-3.7 0L3 9.3A2.6 2.6 0 0 0 6.7 13l1.1-1.1";

/// Kind, actions and title.
pub(super) fn head(kind: String, title: Html, acts: &Acts) -> Html {
    let close = acts.select.reform(|_: MouseEvent| None);
    html! {
        <header class="card-head">
            <p class="card-kind">{ kind }</p>
            <div class="card-acts">
                { icon("inspector.link", CHAIN, Callback::from(|_| copy_address())) }
                { icon("inspector.close", CROSS, close) }
            </div>
            <h2 class="card-title">{ title }</h2>
        </header>
    }
}

fn icon(key: &str, path: &'static str, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button class="icon-act" type="button" title={text(key)} aria-label={text(key)} {onclick}>
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
                <path d={path} />
            </svg>
        </button>
    }
}

/// Puts the address, which holds scenario, position and selection, on the clipboard where there is
/// one.
fn copy_address() {
    let Some(window) = web_sys::window() else { return };
    let (board, address) = (window.navigator().clipboard(), window.location().href());
    // Pages that were not fetched safely have no clipboard.
    let (false, Ok(address)) = (board.is_undefined(), address) else { return };
    let refused = Closure::<dyn FnMut(JsValue)>::new(|_| ());
    let _ = board.write_text(&address).catch(&refused);
    refused.forget();
}
