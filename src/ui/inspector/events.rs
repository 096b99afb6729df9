//! The last events of what is selected; a click selects what an event is about, or goes there.

use yew::prelude::*;

use super::Acts;
use crate::session::frame::EventLine;
use crate::session::protocol::Position;
use crate::ui::markup::{html, text};
use crate::view::format;
use crate::view::words::say;

/// The list with its heading; nothing where nothing happened.
pub(super) fn list(events: &[EventLine], acts: &Acts) -> Html {
    if events.is_empty() {
        return html! {};
    }
    html! {
        <section class="card-part">
            <h3>{ text("inspector.events") }</h3>
            <ol class="event-list">{ for events.iter().map(|event| line(event, acts)) }</ol>
        </section>
    }
}

fn line(event: &EventLine, acts: &Acts) -> Html {
    let (acts, selects, ordinal) = (acts.clone(), event.selects, event.ordinal);
    let onclick = Callback::from(move |_: MouseEvent| match selects {
        Some(selection) => acts.select.emit(Some(selection)),
        None => acts.seek.emit(Position::Ordinal(ordinal)),
    });
    html! {
        <li>
            <button class="event" type="button" {onclick}>
                <time title={format::exact(event.at)}>{ format::stamp(event.at) }</time>
                <span>{ say(&event.words) }</span>
            </button>
        </li>
    }
}
