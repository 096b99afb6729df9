//! The ledger strip above the charts.

mod bar;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::part::{Part, Shot};
use crate::session::protocol::{Position, Selection};
use crate::ui::markup::{classes, html, text};
use crate::view::format;
use crate::view::ledger::{self, Figure, Tone};

pub use bar::bar;

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

impl Part for Props {
    const NAME: &'static str = "ledger";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_ledger_strip(self).run(hooks)
    }
}

/// The ledger strip above the charts; on a phone the problems are one number that opens into five.
#[hook]
fn use_ledger_strip(props: &Props) -> Html {
    let open = use_state_eq(|| false);
    let toggle = use_callback(open.clone(), |_: MouseEvent, open| open.set(!**open));
    let frame = &props.frame;
    let ledger = frame.lanes.first().map(|lane| lane.ledger).unwrap_or_default();
    let counts = ledger::counts(&ledger, frame.run.planned_messages);
    html! {
        <section class={classes!("ledger", open.then_some("is-open"))}
            aria-label={text("ledger.name")}>
            <dl class="counts">{ for counts.iter().map(entry) }</dl>
            { sum(&ledger::problem_sum(&ledger), *open, toggle) }
            <dl class="problems" id="ledger-problems">
                { for ledger::problems(&ledger).iter().map(entry) }
            </dl>
        </section>
    }
}

fn entry(figure: &Figure) -> Html {
    html! {
        <div class="figure" data-figure={figure.key}>
            <dt>{ text(figure.key) }</dt>
            <dd class={tone(figure.tone)}>
                <span class="number">{ format::count(figure.value) }</span>
                if let Some(whole) = figure.of {
                    { bar(figure.value, whole) }
                }
            </dd>
        </div>
    }
}

fn sum(figure: &Figure, open: bool, toggle: Callback<MouseEvent>) -> Html {
    html! {
        <button class="figure problem-sum" type="button" aria-expanded={open.to_string()}
            aria-controls="ledger-problems" onclick={toggle}>
            <span class={classes!("number", tone(figure.tone))}>
                { format::count(figure.value) }
            </span>
            <span class="name">{ text(figure.key) }</span>
        </button>
    }
}

/// The class of a number's tone.
pub fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "is-plain",
        Tone::Zero => "is-zero",
        Tone::Alert => "is-alert",
    }
}
