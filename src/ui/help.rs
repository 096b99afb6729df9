//! The help sheet: all keys, and what identifies the run.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::driver::Driver;
use super::icons;
use super::part::{Part, Shot, use_while_there};
use crate::session::frame::Frame;
use crate::ui::markup::{html, text};
use crate::view::format;
use crate::view::inspector::keys::{KEYS, KeyLine};

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// The run.
    pub frame: Shot,
    /// Runs the page.
    pub driver: Driver,
    /// Test only: a button that breaks the engine.
    pub drill: bool,
    /// Closes the sheet.
    pub on_close: Callback<()>,
}

impl Part for Props {
    const NAME: &'static str = "help";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_help(self).run(hooks)
    }
}

/// The sheet; while it is open, frames hold the state digest.
#[hook]
fn use_help(props: &Props) -> Html {
    let sheet = use_node_ref();
    {
        let (sheet, driver) = (sheet.clone(), props.driver.clone());
        use_while_there(Box::new(move || {
            want_digest(&driver, true);
            if let Some(sheet) = sheet.cast::<HtmlElement>() {
                let _hidden = sheet.focus();
            }
            Box::new(move || want_digest(&driver, false))
        }));
    }
    let close = props.on_close.reform(|_: MouseEvent| ());
    let outside = props.on_close.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        if event.target() == event.current_target() {
            outside.emit(());
        }
    });
    html! {
        <div class="curtain" {onclick}>
            <div class="sheet" role="dialog" aria-modal="true" aria-label={text("help.title")}
                tabindex="-1" ref={sheet} onkeydown={keep_inside()}>
                <div class="sheet-head">
                    <h2>{ text("help.title") }</h2>
                    <button class="quiet icon-only" onclick={close} aria-label={text("help.close")}>
                        { icons::CLOSE.draw() }
                    </button>
                </div>
                <p>{ text("help.about") }</p>
                <div class="sheet-columns">
                    <section>
                        <h3>{ text("help.keys") }</h3>
                        <dl class="key-list">{ for KEYS.iter().map(key_line) }</dl>
                        <p class="block-note">{ text("help.not_yet") }</p>
                    </section>
                    <section>
                        <h3>{ text("help.run") }</h3>
                        { run(&props.frame) }
                        if props.drill { { drill(props) } }
                    </section>
                </div>
            </div>
        </div>
    }
}

fn want_digest(driver: &Driver, state_digest: bool) {
    driver.act(|pilot| {
        let want = pilot.want();
        pilot.set_want(crate::session::protocol::Want { state_digest, ..want });
    });
}

/// Tab goes round inside the sheet.
fn keep_inside() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        if event.key() != "Tab" {
            return;
        }
        let Some(sheet) = event.current_target() else { return };
        let sheet: web_sys::Element = sheet.unchecked_into();
        let Ok(found) = sheet.query_selector_all("button") else { return };
        let buttons: Vec<HtmlElement> =
            (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect();
        let (Some(first), Some(last)) = (buttons.first(), buttons.last()) else { return };
        let at = event.target_dyn_into::<HtmlElement>();
        let turn = match event.shift_key() {
            true if at.as_ref() == Some(first) => Some(last),
            false if at.as_ref() == Some(last) => Some(first),
            true | false => None,
        };
        if let Some(button) = turn {
            event.prevent_default();
            let _hidden = button.focus();
        }
    })
}

fn key_line(line: &KeyLine) -> Html {
    html! {
        <div>
            <dt>{ for line.caps.iter().map(|cap| html! { <kbd>{ *cap }</kbd> }) }</dt>
            <dd>{ text(line.does) }</dd>
        </div>
    }
}

fn run(frame: &Frame) -> Html {
    let nothing = || format::NOTHING.to_owned();
    let rows = [
        ("scenario", "help.run.scenario", frame.run.scenario.clone()),
        ("seed", "help.run.seed", frame.run.seed.to_string()),
        ("ordinal", "help.run.events", frame.ordinal.to_string()),
        ("history-digest", "help.run.history", frame.history_digest.clone()),
        ("state-digest", "help.run.state", frame.state_digest.clone().unwrap_or_else(nothing)),
    ];
    let row = |(id, key, value): (&'static str, &'static str, String)| {
        html! {
            <div><dt>{ text(key) }</dt><dd data-testid={id}>{ value }</dd></div>
        }
    };
    html! { <dl class="facts">{ for rows.into_iter().map(row) }</dl> }
}

fn drill(props: &Props) -> Html {
    let driver = props.driver.clone();
    let close = props.on_close.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        driver.act(crate::view::pilot::Pilot::panic);
        close.emit(());
    });
    html! { <button class="button" {onclick}>{ text("help.drill") }</button> }
}
