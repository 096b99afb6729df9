//! A little bar: how much of what can be reached was reached.

use yew::prelude::*;

use crate::ui::markup::html;
use crate::view::ledger::filled;

/// A track, and filled what was reached of what can be; the number beside it says the same, so it
/// is not read out.
pub fn bar(part: u64, whole: u64) -> Html {
    html! {
        <svg class="bar" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-track" width="1000" height="1" />
            <rect class="bar-part" width={filled(part, whole).to_string()} height="1" />
        </svg>
    }
}
