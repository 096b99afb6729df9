//! The journey of a message: a row per step, and a click on it goes there.

use yew::prelude::*;

use super::Acts;
use crate::session::frame::{Arg, MessageCard};
use crate::session::protocol::Position;
use crate::view::format;
use crate::view::inspector::journey::{Grain, Journey, Row, journey};
use crate::view::words::{fill, name, say, text};

/// The list with its heading.
pub(super) fn list(card: &MessageCard, acts: &Acts) -> Html {
    let journey = journey(card);
    let fine = (journey.grain == Grain::Micros).then_some("is-fine");
    html! {
        <section class="journey">
            <h3>{ text("inspector.journey") }<span class="journey-sum">{ sum(&journey) }</span></h3>
            <ol class={classes!("steps", fine)}>
                { for journey.rows.iter().map(|row| step(row, acts)) }
            </ol>
        </section>
    }
}

fn sum(journey: &Journey) -> String {
    if journey.rows.is_empty() {
        return text("inspector.journey.none");
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
