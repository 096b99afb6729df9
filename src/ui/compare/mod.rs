//! The Compare view: lanes on one clock, their waits, and where they first part.

mod figures;
pub mod lane;
mod legend;
mod parting;
mod question;
pub mod waits;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::charts::use_size;
use super::part::{Part, Shot, nth, part};
use crate::session::protocol::{Position, Selection};
use crate::ui::markup::{html, text};
use crate::view::compare::window::Window;
use crate::view::format;

pub use question::QuestionProps;

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

/// Room left of the lanes for their titles, and on a phone for the queues' names alone.
const TITLES: (f64, f64) = (176.0, 40.0);

/// Below this width titles stand above their lanes; the style sheet has the same number.
const NARROW: f64 = 900.0;

impl Part for Props {
    const NAME: &'static str = "compare";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_compare_stage(self).run(hooks)
    }
}

/// The Compare view: lanes on one clock.
#[hook]
fn use_compare_stage(props: &Props) -> Html {
    let (whole, node) = (use_node_ref(), use_node_ref());
    let is_narrow = use_size(&whole).width < NARROW;
    let size = use_size(&node);
    let frame = &props.frame;
    let (left, right) = if is_narrow { (TITLES.1, 24.0) } else { (TITLES.0, 16.0) };
    let right = (size.width - right).max(left + 1.0);
    let shown = frame.lanes.first().map_or((0, frame.run.end), |lane| lane.asking.window);
    let window = Window { from: shown.0, to: shown.1, left, right, now: frame.now };
    html! {
        <main class="compare" aria-label={text("compare.name")} ref={whole}>
            { legend::head(frame) }
            for index in 0..frame.lanes.len() {
                { nth(lane::Props { frame: frame.clone(), index, window,
                    on_select: props.on_select.clone() }, index) }
            }
            <div class="lane-axis">
                <div class="lane-measure" ref={node}>{ axis(&window) }</div>
            </div>
            <div class="compare-foot">
                { part(waits::Props { frame: frame.clone(), left, right }) }
                { parting::card(frame, &props.on_seek) }
            </div>
        </main>
    }
}

fn axis(window: &Window) -> Html {
    html! {
        <svg class="plot" height="28" aria-hidden="true">
            for at in window.ticks() {
                <text class="tick" x={window.x(at)} y="18" text-anchor="middle">
                    { format::axis(at) }
                </text>
            }
        </svg>
    }
}
