//! The address: read when the page is opened, written while it is used, copied when it is shared.

use wasm_bindgen::prelude::*;
use yew::prelude::*;

use super::dom;
use super::driver::Driver;
use super::part::use_while_there;
use crate::session::protocol::{Position, Rejection};
use crate::view::address::{self, Address, View};
use crate::view::pilot::Pilot;

/// What the address of the page says now.
pub(super) fn read() -> (Address, Option<Rejection>) {
    let location = dom::window().location();
    let (mut address, wrong) = address::read(&location.hash().unwrap_or_default());
    let search = location.search().unwrap_or_default();
    address.drill |= search.trim_start_matches('?').split('&').any(|part| part == "panic");
    (address, wrong)
}

/// The address of this moment.
pub(super) fn hash(pilot: &Pilot, view: Option<View>, drill: bool) -> String {
    let mut recipe = pilot.recipe().clone();
    recipe.seed = Some(pilot.frame().run.seed);
    let position = Position::Ordinal(pilot.frame().ordinal);
    let selection = pilot.selection();
    address::write(&Address { recipe, position, selection, view, drill })
}

/// Writes the address into the browser's bar, without a new entry in its history.
pub(super) fn keep(hash: &str) {
    let window = dom::window();
    if window.location().hash().is_ok_and(|now| now == hash) {
        return;
    }
    if let Ok(history) = window.history() {
        let _too_often = history.replace_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

/// Goes where the address leads when somebody puts another one into the bar of the open page.
#[hook]
pub(super) fn use_pasted_address(driver: &Driver) {
    let driver = driver.clone();
    use_while_there(Box::new(move || {
        let on_change = Closure::<dyn FnMut()>::new(move || {
            let (address, wrong) = read();
            driver.act(|pilot| match wrong {
                Some(wrong) => pilot.complain(wrong),
                None => pilot.visit(address.recipe, address.position, address.selection),
            });
        });
        let listener = on_change.as_ref().unchecked_ref();
        let _added = dom::window().add_event_listener_with_callback("hashchange", listener);
        Box::new(move || {
            let listener = on_change.as_ref().unchecked_ref();
            let window = dom::window();
            let _removed = window.remove_event_listener_with_callback("hashchange", listener);
        })
    }));
}

/// Puts the address of this moment onto the clipboard.
pub(super) fn copy(driver: &Driver, view: Option<View>) {
    keep(&driver.look(|pilot| hash(pilot, view, false)));
    let window = dom::window();
    let Ok(link) = window.location().href() else { return };
    // Without a secure origin there is no clipboard; the link still stands in the bar.
    let navigator = JsValue::from(window.navigator());
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).unwrap_or(JsValue::NULL);
    let write = js_sys::Reflect::get(&clipboard, &"writeText".into()).ok();
    if let Some(write) = write.and_then(|write| write.dyn_into::<js_sys::Function>().ok()) {
        let promise = write.call1(&clipboard, &link.into()).ok();
        let promise = promise.and_then(|promise| promise.dyn_into::<js_sys::Promise>().ok());
        if let Some(promise) = promise {
            let refused = Closure::<dyn FnMut(JsValue)>::new(|_| ());
            let _handled = promise.catch(&refused);
            refused.forget();
        }
    }
}
