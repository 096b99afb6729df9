//! The journey of a message: a row per step, and a click on it goes there.

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::Acts;
use crate::session::frame::{Arg, Inspector};
use crate::session::protocol::Position;
use crate::ui::markup::{classes, html, text};
use crate::ui::part::Part;
use crate::view::format;
use crate::view::inspector::journey::{Grain, Journey, Row, journey};
use crate::view::words::{self, fill, name, say};

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// The frame that holds the message, and what a click does.
    pub acts: Acts,
}

impl Part for Props {
    const NAME: &'static str = "journey";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_journey_list(self).run(hooks)
    }
}

/// The list with its heading; the step at which the clock stands is kept in sight.
#[hook]
fn use_journey_list(props: &Props) -> Html {
    let node = use_node_ref();
    let acts = &props.acts;
    let card = match &acts.frame.inspector {
        Inspector::Message(card) => Some(card),
        Inspector::Nothing | Inspector::Node(_) | Inspector::Queue(_) | Inspector::Link(_) => None,
    };
    use_effect_with(card.map(|card| (card.number, card.current)), {
        let node = node.clone();
        move |_| reveal_current(&node)
    });
    let all = use_state_eq(|| false);
    let toggle = use_callback(all.clone(), |_: MouseEvent, all| all.set(!**all));
    let Some(card) = card else { return html! {} };
    let journey = journey(card);
    let fine = (journey.grain == Grain::Micros).then_some("is-fine");
    html! {
        <section class="journey" ref={node}>
            <h3>{ text("inspector.journey") }<span class="journey-sum">{ sum(&journey) }</span></h3>
            <ol class={classes!("steps", fine, all.then_some("is-told"))}>
                { for journey.rows.iter().map(|row| step(row, acts)) }
            </ol>
            if journey.rows.iter().any(|row| row.step.why.is_some()) {
                <button class="journey-reasons" type="button" aria-pressed={all.to_string()}
                    onclick={toggle}>{ text("inspector.journey.reasons") }</button>
            }
        </section>
    }
}

/// Scrolls the card, and nothing around it, so far that the current step is seen.
fn reveal_current(journey: &NodeRef) {
    let Some(journey) = journey.cast::<web_sys::Element>() else { return };
    let step = journey.query_selector(".step.is-current").ok().flatten();
    let card = journey.closest(".inspector-card").ok().flatten();
    let (Some(step), Some(card)) = (step, card) else { return };
    let (step, view) = (step.get_bounding_client_rect(), card.get_bounding_client_rect());
    let (above, below) = (view.top() - step.top(), step.bottom() - view.bottom());
    let by = if above > 0.0 { -above } else { below.max(0.0) };
    card.set_scroll_top(card.scroll_top() + pixels(by));
}

#[expect(clippy::cast_possible_truncation, reason = "pixels of a page")]
fn pixels(by: f64) -> i32 {
    by.ceil() as i32
}

fn sum(journey: &Journey) -> String {
    if journey.rows.is_empty() {
        return words::text("inspector.journey.none");
    }
    let args = [("n", Arg::Count(journey.rows.len() as u64)), ("sum", name(journey.sum.as_str()))];
    fill("inspector.journey.sum", &args)
}

fn step(row: &Row, acts: &Acts) -> Html {
    let step = row.step;
    let onclick = acts.seek.reform({
        let ordinal = step.ordinal;
        move |_: MouseEvent| Position::Ordinal(ordinal)
    });
    let class = classes!(
        "step",
        row.long.then_some("is-long"),
        step.side.then_some("is-side"),
        row.current.then_some("is-current"),
    );
    html! {
        <li {class}>
            <button type="button" {onclick} aria-current={row.current.then_some("step")}
                title={format::exact(step.at)}>
                <time class="step-time">{ &row.time }</time>
                <span class="step-words">{ say(&step.words) }</span>
                { wait(row) }
                { for step.why.as_ref().map(|why| html! {
                    <span class="step-why">{ say(&why.sentence) }</span>
                }) }
            </button>
        </li>
    }
}

/// The wait that ended here, in the figures that add up; in full as its value and on hover.
fn wait(row: &Row) -> Html {
    let (Some(ns), Some((number, unit))) = (row.step.wait, &row.wait) else { return html! {} };
    let class = classes!("step-wait", row.zero.then_some("is-zero"));
    html! {
        <data {class} value={ns.to_string()} title={format::exact(ns)}>
            { number }<span class="unit">{ format::UNIT }{ *unit }</span>
        </data>
    }
}
