//! The whole page: bars, panels and the stage in their fixed regions.

use std::rc::Rc;

use yew::prelude::*;

use super::charts::Charts;
use super::compare::{CompareStage, QuestionCard};
use super::inspector::InspectorPanel;
use super::ledger::LedgerStrip;
use crate::view::sample;

/// The page.
#[component]
pub fn App() -> Html {
    let frame = use_memo((), |()| sample::first_program());
    let frame: Rc<_> = frame.clone();
    let compare = frame.run.view == "compare";
    html! {
        <div class="app">
            <div class="left"><QuestionCard frame={frame.clone()} on_tweak={Callback::noop()} on_play={Callback::noop()} /></div>
            if compare {
                <CompareStage frame={frame.clone()} on_select={Callback::noop()} on_seek={Callback::noop()} />
            } else {
                <div class="centre">
                    <div class="stage"></div>
                    <LedgerStrip frame={frame.clone()} on_select={Callback::noop()} on_seek={Callback::noop()} />
                    <Charts frame={frame.clone()} on_select={Callback::noop()} on_seek={Callback::noop()} />
                </div>
                <InspectorPanel frame={frame.clone()} on_select={Callback::noop()} on_seek={Callback::noop()} />
            }
        </div>
    }
}
