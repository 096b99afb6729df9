//! The right panel: what is selected, opened.

pub(in crate::ui) mod cards;
mod events;
mod head;
pub mod journey;
mod message;
mod nothing;
mod phases;
mod why;

pub(in crate::ui) use why::setting;

use yew::functional::HookContext;
use yew::prelude::*;

use crate::session::frame::Inspector;
use crate::session::protocol::{Position, Selection};
use crate::ui::markup::{html, text};
use crate::ui::part::{Part, Shot};

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// What is drawn.
    pub frame: Shot,
    /// Selects something, or nothing.
    pub on_select: Callback<Option<Selection>>,
    /// Moves to a position.
    pub on_seek: Callback<Position>,
}

/// What the cards can do.
#[derive(Clone, PartialEq)]
pub struct Acts {
    /// The frame whose selection is opened.
    pub frame: Shot,
    /// Selects something, or nothing.
    pub select: Callback<Option<Selection>>,
    /// Moves to a position.
    pub seek: Callback<Position>,
}

impl Part for Props {
    const NAME: &'static str = "inspector";

    fn draw(&self, _: &mut HookContext) -> Html {
        draw(self)
    }
}

/// The right panel: head and journey scroll, the reason sticks to its bottom.
fn draw(props: &Props) -> Html {
    let (frame, select) = (props.frame.clone(), props.on_select.clone());
    let acts = Acts { frame, select, seek: props.on_seek.clone() };
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
