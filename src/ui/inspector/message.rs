//! A message opened: what it is, where it lies, where its time went, its journey.

use yew::prelude::*;

use super::head::head;
use super::{Acts, journey, phases};
use crate::session::frame::{Arg, MessageCard, StoredAt};
use crate::ui::markup::{classes, html};
use crate::ui::part::part;
use crate::view::tone::tone;
use crate::view::words::{self, fill, name};

/// The card of a message.
pub(super) fn card(card: &MessageCard, acts: &Acts) -> Html {
    let title = html! { <><b>{ format!("m{}", card.number) }</b><span>{ &card.body }</span></> };
    html! {
        <>
            { head(words::text("inspector.message"), title, acts) }
            <ul class="chips">{ for chips(card) }</ul>
            <p class="card-key">{ &card.unique_key }</p>
            <p class="card-place">{ place(card.stored.as_ref()) }</p>
            { phases::bar(card) }
            { part(journey::Props { acts: acts.clone() }) }
        </>
    }
}

fn chips(card: &MessageCard) -> Vec<Html> {
    let topic = html! {
        <li class={classes!("chip", tone(card.tone))}><i class="swatch"></i>{ &card.topic }</li>
    };
    let chip = |text: String| html! { <li class="chip">{ text }</li> };
    let keys = |keys: &String| fill("inspector.keys", &[("keys", name(keys.as_str()))]);
    let rest = [card.tag.clone(), card.keys.as_ref().map(keys)];
    std::iter::once(topic).chain(rest.into_iter().flatten().map(chip)).collect()
}

fn place(stored: Option<&StoredAt>) -> String {
    let Some(stored) = stored else { return words::text("inspector.not_stored") };
    let args = [
        ("broker", name(stored.broker.as_str())),
        ("queue", Arg::Count(u64::from(stored.queue))),
        ("offset", Arg::Count(stored.offset)),
        ("size", Arg::Bytes(u64::from(stored.size))),
        ("at", Arg::Count(stored.physical)),
    ];
    fill("inspector.place", &args)
}
