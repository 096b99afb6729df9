//! The right panel: what is selected, opened.

use std::rc::Rc;

use yew::prelude::*;

use crate::session::frame::Frame;
use crate::session::protocol::{Position, Selection};

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

/// The right panel: what is selected, opened.
#[component]
pub fn InspectorPanel(_props: &Props) -> Html {
    html! {}
}
