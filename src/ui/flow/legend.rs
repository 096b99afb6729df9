//! The legend of the stage: what the shapes mean, and what one mark or bar stands for.

use yew::prelude::*;

use crate::session::frame::Lane;
use crate::ui::markup::{html, text};
use crate::view::flow;

/// Shapes on their way, below the producers.
pub(super) fn marks() -> Html {
    let rows = [
        ("message", html! { <circle cx="7" cy="8" r="4.5" class="legend-fill" /> }),
        ("retry", html! { <path d="M7 2.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z" class="legend-fill" /> }),
        ("dead", html! { <rect x="2.5" y="3.5" width="9" height="9" class="legend-fill" /> }),
        ("held", held()),
        ("ask", html! { <path d="M2.5 8l8 -4.5v9z" class="legend-line" /> }),
    ];
    let row = |(name, icon): (&str, Html)| {
        html! {
            <li>
                <svg width="14" height="16" aria-hidden="true">{ icon }</svg>
                { text(&format!("flow.legend.{name}")) }
            </li>
        }
    };
    html! {
        <ul class="stage-legend stage-legend-marks" aria-label={text("flow.legend")}>
            { for rows.into_iter().map(row) }
        </ul>
    }
}

fn held() -> Html {
    html! {
        <>
            <circle cx="7" cy="8" r="6" class="ring-track" />
            <path d="M13 8A6 6 0 1 1 7 2" class="legend-line" />
            <path d="M7 8h4" class="legend-line" />
        </>
    }
}

/// Cells of the queues, below the consumers.
pub(super) fn cells(lane: &Lane) -> Html {
    let rows = [
        (
            "stored",
            html! { <rect x="0" y="2" width="20" height="12" rx="2" class="legend-fill" /> },
        ),
        (
            "handed",
            html! {
                <rect x="0.75" y="2.75" width="18.5" height="10.5" rx="1.5" class="legend-line"
                    fill="url(#hatch-none)" />
            },
        ),
        (
            "consumed",
            html! {
                <rect x="0.75" y="2.75" width="18.5" height="10.5" rx="1.5"
                    class="legend-line legend-hollow" />
            },
        ),
    ];
    let row = |(name, icon): (&str, Html)| {
        html! {
            <li>
                <svg width="20" height="16" aria-hidden="true">{ icon }</svg>
                { text(&format!("flow.legend.{name}")) }
            </li>
        }
    };
    html! {
        <div class="stage-legend stage-legend-cells">
            <p>{ flow::mark_scale(lane) }</p>
            if let Some(bar) = flow::bar_scale(lane) { <p>{ bar }</p> }
            <ul>{ for rows.into_iter().map(row) }</ul>
        </div>
    }
}
