//! Items of a scene as SVG: each that can be selected is a button with a name.

use yew::prelude::*;

use crate::session::protocol::Selection;
use crate::ui::markup::{classes, html};
use crate::view::flow::Item;
use crate::view::flow::shape::{Anchor, Run, Shape};

/// Draws an item; `select` gets what it stands for.
pub(super) fn item(item: &Item, select: &Callback<Option<Selection>>) -> Html {
    let shapes: Html = item.shapes.iter().map(shape).collect();
    let Some(selection) = item.select else {
        return html! { <g key={item.key.clone()} aria-hidden="true">{ shapes }</g> };
    };
    let onclick = {
        let select = select.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            select.emit(Some(selection));
        })
    };
    let onkeydown = {
        let select = select.clone();
        Callback::from(move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                event.stop_propagation();
                select.emit(Some(selection));
            }
        })
    };
    let class = classes!(
        "item",
        item.outline.is_none().then_some("item-link"),
        item.selected.then_some("is-picked")
    );
    // The button is an area without text above what it stands for, so that its name is its label
    // alone.
    let (label, pressed) = (item.label.clone(), item.selected.to_string());
    let button = match item.outline {
        Some(place) => html! {
            <rect class="hit" role="button" tabindex="0" data-item={item.key.clone()}
                aria-label={label} aria-pressed={pressed} x={place.x} y={place.y}
                width={place.w} height={place.h} rx="8" {onclick} {onkeydown} />
        },
        None => html! {
            <path class="hit" role="button" tabindex="0" data-item={item.key.clone()}
                aria-label={label} aria-pressed={pressed} d={way(item)} {onclick} {onkeydown} />
        },
    };
    html! {
        <g key={item.key.clone()} {class}>
            <g aria-hidden="true">{ shapes }</g>
            { button }
        </g>
    }
}

/// All lines of a link as one path, to be clicked on.
fn way(item: &Item) -> String {
    let lines = item.shapes.iter().filter_map(|shape| match shape {
        Shape::Path { d, .. } => Some(d.as_str()),
        Shape::Rect { .. } | Shape::Hatched { .. } | Shape::Circle { .. } | Shape::Text { .. } => {
            None
        }
    });
    lines.collect()
}

fn shape(shape: &Shape) -> Html {
    match shape {
        Shape::Rect { place, radius, look } => html! {
            <rect x={place.x} y={place.y} width={place.w.max(0.0)}
                height={place.h.max(0.0)} rx={*radius} class={look.clone()} />
        },
        Shape::Hatched { place, radius, look, tone } => html! {
            <rect x={place.x} y={place.y} width={place.w.max(0.0)}
                height={place.h.max(0.0)} rx={*radius} class={look.clone()}
                fill={format!("url(#{})", hatch(*tone))} />
        },
        Shape::Circle { x, y, r, look } => html! {
            <circle cx={*x} cy={*y} r={*r} class={look.clone()} />
        },
        Shape::Path { d, look } => html! { <path d={d.clone()} class={look.clone()} /> },
        Shape::Text { x, y, anchor, look, runs } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            html! {
                <text x={*x} y={*y} dy="0.36em" text-anchor={anchor} class={*look}>
                    { for runs.iter().enumerate().map(run) }
                </text>
            }
        }
    }
}

/// A run after another keeps a little distance.
fn run((index, run): (usize, &Run)) -> Html {
    if run.look.is_empty() {
        return html! { { run.text.clone() } };
    }
    let dx = (index > 0 && !run.text.is_empty()).then_some("8");
    html! { <tspan class={run.look} {dx}>{ run.text.clone() }</tspan> }
}

/// The id of a tone's hatching.
fn hatch(tone: u8) -> String {
    match tone {
        u8::MAX => "hatch-retry".to_owned(),
        tone => format!("hatch-{}", tone % 3),
    }
}

/// Hatchings of all tones: 2 px of colour, 2 px of nothing, at 45°.
pub(super) fn hatchings() -> Html {
    let tones =
        [("0", "tone-0"), ("1", "tone-1"), ("2", "tone-2"), ("retry", "tone-retry"), ("none", "")];
    let pattern = |(name, tone): (&'static str, &'static str)| {
        html! {
            <pattern id={format!("hatch-{name}")} width="4" height="4" patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)">
                <rect class="hatch-ground" width="4" height="4" />
                <rect class={classes!("hatch-line", tone)} width="2" height="4" />
            </pattern>
        }
    };
    html! { <defs>{ for tones.into_iter().map(pattern) }</defs> }
}
