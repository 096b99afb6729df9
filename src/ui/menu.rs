//! A button that opens a list of things to do.

use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlElement, Node};
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::ui::markup::html;

use super::icons::{self, Icon};
use super::part::Part;

/// Something to do.
#[derive(Clone, PartialEq)]
pub struct Choice {
    /// Its name.
    pub text: String,
    /// Why it cannot be done now.
    pub obstacle: Option<String>,
    /// Does it.
    pub act: Callback<()>,
}

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// Name of the button.
    pub name: String,
    /// Drawn instead of the name.
    pub icon: Option<&'static Icon>,
    /// What can be done.
    pub choices: Vec<Choice>,
}

impl Part for Props {
    const NAME: &'static str = "menu";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_menu(self).run(hooks)
    }
}

/// The button with its list.
#[hook]
fn use_menu(props: &Props) -> Html {
    let open = use_state_eq(|| false);
    let list = use_node_ref();
    {
        let list = list.clone();
        use_effect_with(*open, move |open| {
            if *open {
                focus_beside(&list, None, true);
            }
        });
    }
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let onfocusout = {
        let open = open.clone();
        Callback::from(move |event: FocusEvent| {
            let inside =
                event.current_target().zip(event.related_target()).is_some_and(|(own, to)| {
                    let own: Node = own.unchecked_into();
                    own.contains(to.dyn_ref::<Node>())
                });
            if !inside {
                open.set(false);
            }
        })
    };
    let onkeydown = {
        let (open, list) = (open.clone(), list.clone());
        Callback::from(move |event: KeyboardEvent| {
            let forward = match event.key().as_str() {
                "ArrowDown" => true,
                "ArrowUp" => false,
                "Escape" => return open.set(false),
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            focus_beside(&list, event.target_dyn_into::<HtmlElement>(), forward);
        })
    };
    html! {
        <div class="menu" {onfocusout} {onkeydown}>
            if let Some(icon) = props.icon {
                <button class="menu-opener" onclick={toggle} aria-haspopup="menu"
                    aria-expanded={open.to_string()} aria-label={props.name.clone()}>
                    { icon.draw() }
                </button>
            } else {
                <button class="small-button" onclick={toggle} aria-haspopup="menu"
                    aria-expanded={open.to_string()}>
                    { props.name.clone() }{ icons::DOWN.draw() }
                </button>
            }
            if *open {
                <ul class="menu-list" role="menu" aria-label={props.name.clone()} ref={list}>
                    { for props.choices.iter().map(|choice| item(choice, &open)) }
                </ul>
            }
        </div>
    }
}

fn item(choice: &Choice, open: &UseStateHandle<bool>) -> Html {
    let (open, act) = (open.clone(), choice.act.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        open.set(false);
        act.emit(());
    });
    html! {
        <li role="none">
            <button role="menuitem" {onclick} disabled={choice.obstacle.is_some()}
                title={choice.obstacle.clone()}>
                { choice.text.clone() }
            </button>
        </li>
    }
}

/// Moves the focus to the choice after or before the present one.
fn focus_beside(list: &NodeRef, from: Option<HtmlElement>, forward: bool) {
    let Some(list) = list.cast::<web_sys::Element>() else { return };
    let Ok(found) = list.query_selector_all("button:not(:disabled)") else { return };
    let buttons: Vec<HtmlElement> =
        (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect();
    let at = from.and_then(|from| buttons.iter().position(|button| *button == from));
    let count = buttons.len().max(1);
    let to = match (at, forward) {
        (None, _) => 0,
        (Some(at), true) => (at + 1) % count,
        (Some(at), false) => (at + count - 1) % count,
    };
    if let Some(button) = buttons.get(to) {
        let _hidden = button.focus();
    }
}
