//! The three charts on the time axis of the timeline.

use std::rc::Rc;

use yew::prelude::*;

use crate::session::frame::Frame;
use crate::session::protocol::{Position, Selection};

/// Properties of [`Charts`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// What is drawn.
    pub frame: Rc<Frame>,
    /// Selects something, or nothing.
    pub on_select: Callback<Option<Selection>>,
    /// Moves to a position.
    pub on_seek: Callback<Position>,
}

/// The three charts on the time axis of the timeline.
#[component]
pub fn Charts(_props: &Props) -> Html {
    html! {}
}
