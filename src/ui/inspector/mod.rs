//! The right panel: what is selected, opened.

mod cards;
mod events;
mod head;
pub mod journey;
mod message;
mod nothing;
mod phases;
mod why;

use std::rc::Rc;

use yew::prelude::*;

use crate::session::frame::{Frame, Inspector};
use crate::session::protocol::{Position, Selection};
use crate::view::words::text;

/// Properties of [`InspectorPanel`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// What is drawn.
    pub frame: Rc<Frame>,
    /// Selects something, or nothing.
    pub on_select: Callback<Option<Selection>>,
    /// Moves to a position.
    pub on_seek: Callback<Position>,
}

/// What the cards can do.
#[derive(Clone, PartialEq)]
pub struct Acts {
    /// The moment that the frame shows, ns.
    pub now: u64,
    /// Selects something, or nothing.
    pub select: Callback<Option<Selection>>,
    /// Moves to a position.
    pub seek: Callback<Position>,
}

/// The right panel: head and journey scroll, the reason sticks to its bottom.
#[component]
pub fn InspectorPanel(props: &Props) -> Html {
    let acts =
        Acts { now: props.frame.now, select: props.on_select.clone(), seek: props.on_seek.clone() };
    let (card, why) = match &props.frame.inspector {
        Inspector::Nothing => (nothing::card(), None),
        Inspector::Message(card) => (message::card(card, &acts), card.why.as_ref()),
        Inspector::Node(card) => (cards::node(card, &acts), card.why.as_ref()),
        Inspector::Queue(card) => (cards::queue(card, &acts), card.why.as_ref()),
        Inspector::Link(card) => (cards::link(card, &props.frame, &acts), None),
    };
    html! {
        <aside class="right inspector" aria-label={text("inspector.name")}>
            // Scrolls on its own, so it takes the focus for those who scroll by keys.
            <div class="inspector-card" tabindex="0">{ card }</div>
            { for why.map(why::panel) }
        </aside>
    }
}
