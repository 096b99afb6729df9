//! A little bar: how much of what can be reached was reached.

use yew::prelude::*;

use crate::view::ledger::filled;

/// Properties of [`Bar`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// What was reached, and what can be.
    pub part: u64,
    pub whole: u64,
}

/// A track with its filled part; the number beside it says the same, so it is not read out.
#[component]
pub fn Bar(props: &Props) -> Html {
    html! {
        <svg class="bar" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-track" width="1000" height="1" />
            <rect class="bar-part" width={filled(props.part, props.whole).to_string()} height="1" />
        </svg>
    }
}
