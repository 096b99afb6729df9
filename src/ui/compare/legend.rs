//! The head of the Compare view: how much is sent, what the marks mean, and names of the figures.

use yew::prelude::*;

use crate::session::frame::Frame;
use crate::ui::markup::{html, text};
use crate::view::compare::{figures, load_words, questions, ring};
use crate::view::words::{fill, name};

/// The row above all lanes.
pub(super) fn head(frame: &Frame) -> Html {
    html! {
        <header class="compare-head">
            <h2 class="compare-load">{ load(frame) }</h2>
            <ul class="compare-legend">
                { entry("compare.legend.message", "28", message()) }
                { entry("compare.legend.found", "8", tick("tick-found")) }
                { entry("compare.legend.empty", "8", tick("tick-empty")) }
                { entry("compare.legend.held", "28", held()) }
                { entry("compare.legend.left", "16", clock()) }
            </ul>
            <ul class="figure-names" aria-hidden="true">
                { for figures::KEYS.map(|key| html! { <li>{ text(key) }</li> }) }
            </ul>
        </header>
    }
}

fn load(frame: &Frame) -> String {
    let Some(load) = questions::load(frame) else { return frame.run.title.clone() };
    let (key, number) = load_words(load);
    fill(key, &[("n", name(number))])
}

fn entry(key: &str, width: &'static str, mark: Html) -> Html {
    html! {
        <li>
            <svg {width} height="16" aria-hidden="true">{ mark }</svg>
            { text(key) }
        </li>
    }
}

fn message() -> Html {
    html! {
        <g class="tone-0">
            <path class="wait" d="M5,8H27" />
            <circle class="message" cx="5" cy="8" r="4.5" />
        </g>
    }
}

/// A request's mark around its middle.
pub(super) fn tick_at(class: &'static str, x: f64, y: f64) -> Html {
    let inset = if class == "tick-empty" { 0.5 } else { 0.0 };
    html! {
        <rect {class} x={x - 2.5 + inset} y={y - 7.0 + inset} width={5.0 - 2.0 * inset}
            height={14.0 - 2.0 * inset} rx="1.5" />
    }
}

fn tick(class: &'static str) -> Html {
    tick_at(class, 4.0, 8.0)
}

fn held() -> Html {
    html! { <rect class="held" x="0.5" y="4.5" width="27" height="7" rx="3.5" /> }
}

fn clock() -> Html {
    let ring = ring::ring(8.0, 8.0, 6.0, 0.65);
    html! {
        <>
            <circle class="ring-track" cx="8" cy="8" r="6" />
            <path class="ring-arc" d={ring.arc} />
            <path class="ring-hand" d={ring.hand} />
        </>
    }
}
