//! The reason: a question, one sentence, and the setting behind it with its value.

use yew::prelude::*;

use crate::session::frame::Why;
use crate::ui::markup::html;
use crate::view::words::say;

/// The panel at the bottom of a card.
pub(super) fn panel(why: &Why) -> Html {
    html! {
        <section class="why" aria-live="off">
            <h3>{ say(&why.question) }</h3>
            <p>{ say(&why.sentence) }</p>
            { for why.setting.as_ref().map(setting) }
        </section>
    }
}

/// A setting's name with its value as RocketMQ writes it.
pub(in crate::ui) fn setting((name, value): &(String, String)) -> Html {
    html! {
        <p class="setting"><span class="setting-name">{ name }</span>{ " " }<b>{ value }</b></p>
    }
}
