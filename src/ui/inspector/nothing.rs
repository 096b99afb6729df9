//! Nothing selected: what can be asked, who is who, and the keys.

use yew::prelude::*;

use crate::ui::markup::{html, text};
use crate::view::inspector::keys::{KEYS, KeyLine};

/// The parts that a newcomer meets.
const WHO: [&str; 4] = ["producer", "namesrv", "broker", "consumer"];

/// The card of nothing.
pub(super) fn card() -> Html {
    html! {
        <>
            <header class="card-head">
                <p class="card-kind">{ text("inspector.nothing") }</p>
                <h2 class="card-title"><b>{ text("inspector.ask") }</b></h2>
                <p class="card-lead">{ text("inspector.ask.more") }</p>
            </header>
            <section class="card-part who">
                <h3>{ text("inspector.who") }</h3>
                for who in WHO {
                    <p>
                        <b>{ text(&format!("inspector.who.{who}")) }</b>
                        { " " }
                        { text(&format!("inspector.who.{who}.does")) }
                    </p>
                }
            </section>
            <section class="card-part">
                <h3>{ text("inspector.keys.title") }</h3>
                <dl class="key-list">{ for KEYS.iter().map(line) }</dl>
            </section>
        </>
    }
}

fn line(line: &KeyLine) -> Html {
    html! {
        <div>
            <dt>{ for line.caps.iter().map(|cap| html! { <kbd>{ *cap }</kbd> }) }</dt>
            <dd>{ text(line.does) }</dd>
        </div>
    }
}
