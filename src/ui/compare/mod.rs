//! The Compare view: lanes on one clock.

use std::rc::Rc;

use yew::prelude::*;

use crate::session::frame::Frame;
use crate::session::protocol::{Position, Selection, Tweak};

/// Properties of [`CompareStage`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// What is drawn.
    pub frame: Rc<Frame>,
    /// Selects something, or nothing.
    pub on_select: Callback<Option<Selection>>,
    /// Moves to a position.
    pub on_seek: Callback<Position>,
}

/// The Compare view: lanes on one clock.
#[component]
pub fn CompareStage(_props: &Props) -> Html {
    html! {}
}

/// Properties of [`QuestionCard`].
#[derive(PartialEq, Properties)]
pub struct QuestionProps {
    /// What is asked about.
    pub frame: Rc<Frame>,
    /// Changes settings and runs again at the present position.
    pub on_tweak: Callback<Vec<Tweak>>,
    /// Starts the run.
    pub on_play: Callback<()>,
}

/// The questions before the run and their answers after it, in the left panel.
#[component]
pub fn QuestionCard(_props: &QuestionProps) -> Html {
    html! {}
}
