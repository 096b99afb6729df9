//! Keys of the page. While somebody types they are letters, and a focused control keeps its own.

use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::dom;
use super::driver::Driver;
use super::part::use_while_there;
use super::shell::{Shell, Turn};
use crate::session::protocol::{Condition, Position};
use crate::view::address::View;
use crate::view::guide::time_step;
use crate::view::pilot::Pilot;

/// Listens to the keys of the whole page.
#[hook]
pub fn use_shortcuts(driver: &Driver, shell: &UseReducerHandle<Shell>) {
    let (driver, shell) = (driver.clone(), shell.dispatcher());
    use_while_there(Box::new(move || {
        let on_key = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            if !is_taken(&event) && press(&event, &driver, &shell) {
                event.prevent_default();
            }
        });
        let target = dom::document();
        let listener = on_key.as_ref().unchecked_ref();
        let _added = target.add_event_listener_with_callback("keydown", listener);
        Box::new(move || {
            let listener = on_key.as_ref().unchecked_ref();
            let _removed = dom::document().remove_event_listener_with_callback("keydown", listener);
        })
    }));
}

/// Somebody types, a menu or slider has the key, or it belongs to the browser.
fn is_taken(event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return true;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    else {
        return false;
    };
    let tag = target.tag_name().to_ascii_lowercase();
    let types = matches!(tag.as_str(), "input" | "select" | "textarea");
    let key = event.key();
    let is_editable = target.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable);
    if types || is_editable {
        return key != "Escape";
    }
    let is_control = tag == "button"
        || target
            .get_attribute("role")
            .is_some_and(|role| matches!(role.as_str(), "button" | "menuitem" | "tab" | "radio"));
    is_control && matches!(key.as_str(), " " | "Enter")
}

/// Does what the key stands for; false if it stands for nothing.
fn press(event: &KeyboardEvent, driver: &Driver, shell: &UseReducerDispatcher<Shell>) -> bool {
    let large = event.shift_key();
    let key = event.key();
    let turn = match key.as_str() {
        "?" => Some(Turn::Help(true)),
        "f" => Some(Turn::Fit),
        "1" => Some(Turn::View(Some(View::Flow))),
        "5" => Some(Turn::View(Some(View::Compare))),
        "6" => Some(Turn::View(Some(View::Figures))),
        _ => None,
    };
    if let Some(turn) = turn {
        shell.dispatch(turn);
        return true;
    }
    if key == "Escape" {
        shell.dispatch(Turn::Help(false));
        shell.dispatch(Turn::Drawer(false));
    }
    let Some(act) = act(&key, large) else { return false };
    driver.act(act);
    true
}

type Act = Box<dyn FnOnce(&mut Pilot)>;

fn act(key: &str, large: bool) -> Option<Act> {
    let nudge = move |forward: bool| -> Act {
        Box::new(move |pilot| {
            let step = time_step(pilot.frame().run.end, large);
            pilot.nudge(forward, step);
        })
    };
    Some(match key {
        " " | "k" | "K" => Box::new(Pilot::toggle),
        "." => Box::new(|pilot| pilot.step(true)),
        "," => Box::new(|pilot| pilot.step(false)),
        "n" => Box::new(|pilot| pilot.step_message(true)),
        "p" => Box::new(|pilot| pilot.step_message(false)),
        "ArrowRight" => nudge(true),
        "ArrowLeft" => nudge(false),
        "Home" => Box::new(|pilot| pilot.seek(Position::Ordinal(0))),
        "End" => Box::new(|pilot| pilot.seek(Position::End)),
        "]" => Box::new(|pilot| pilot.run_until(Condition::Marker { forward: true })),
        "[" => Box::new(|pilot| pilot.run_until(Condition::Marker { forward: false })),
        "-" | "_" => Box::new(|pilot| pilot.set_pace(pilot.pace().slower())),
        "+" | "=" => Box::new(|pilot| pilot.set_pace(pilot.pace().faster())),
        "Escape" => Box::new(|pilot| pilot.select(None)),
        _ => return None,
    })
}
