//! The wait of each message, a row per lane on a logarithmic axis.

use yew::functional::HookContext;
use yew::prelude::*;

use crate::session::frame::{Arg, Lane};
use crate::ui::markup::{html, text};
use crate::ui::part::{Part, Shot};
use crate::view::compare::waits::{self, LogAxis, Mean, Place};
use crate::view::format;
use crate::view::words::{self, fill, name};

/// Distance of the rows, and what is above the first and below the last.
const PITCH: f64 = 44.0;
const FOOT: f64 = 44.0;

/// The axis begins this far right of the lanes' own, for the names of the rows.
const NAMES: f64 = 64.0;

/// Height of the highest bar.
const BAR: f64 = 18.0;

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// What is drawn.
    pub frame: Shot,
    /// Where the lanes' plots begin and end.
    pub left: f64,
    pub right: f64,
}

impl Part for Props {
    const NAME: &'static str = "waits";

    fn draw(&self, _: &mut HookContext) -> Html {
        draw(self)
    }
}

/// The strip below the lanes.
fn draw(props: &Props) -> Html {
    let lanes = &props.frame.lanes;
    let axis = LogAxis::of(lanes, props.left + NAMES, props.right);
    let height = PITCH * rows(lanes) + FOOT;
    let many = (0..lanes.len()).any(|index| !waits::row(lanes, index, &axis).bars.is_empty());
    html! {
        <section class="waits">
            <div class="lane-title">
                <h3>{ text("compare.waits.title") }</h3>
                <p class="lane-asked">{ text("compare.waits.note") }</p>
                if many {
                    <p class="lane-scale">{ text("compare.waits.many") }</p>
                }
            </div>
            <svg class="plot" height={height} role="img" aria-label={summary(lanes)}>
                for (x, label) in axis.ticks() {
                    <line class="grid" x1={x} x2={x} y1="14" y2={height - 32.0} />
                    <text class="tick" x={x} y={height - 12.0} text-anchor="middle">
                        { label }
                    </text>
                }
                { for (0..lanes.len()).map(|index| row(lanes, index, &axis)) }
            </svg>
        </section>
    }
}

#[expect(clippy::cast_precision_loss, reason = "a frame has few lanes")]
fn rows(lanes: &[Lane]) -> f64 {
    lanes.len() as f64
}

#[expect(clippy::cast_precision_loss, reason = "a frame has few lanes")]
fn row(lanes: &[Lane], index: usize, axis: &LogAxis) -> Html {
    let y = PITCH * (index as f64 + 1.0);
    let row = waits::row(lanes, index, axis);
    html! {
        <g class="tone-0">
            <line class="grid" x1={axis.left} x2={axis.right} y1={y} y2={y} />
            <text class="wait-name" x={axis.left - 18.0} y={y + 4.0} text-anchor="end">
                { &lanes[index].title }
            </text>
            for (x, share) in row.bars {
                <rect class="bar-message" x={x} y={y - share * BAR} width="5"
                    height={(share * BAR).max(1.0)} />
            }
            for x in row.dots {
                <circle class="message" cx={x} cy={y} r="4.5" />
            }
            { for row.mean.map(|found| mean(lanes, found, y)) }
        </g>
    }
}

fn mean(lanes: &[Lane], mean: Mean, y: f64) -> Html {
    let (x, dy, anchor) = match mean.words {
        (x, Place::AboveEnding) => (x, -10.0, "end"),
        (x, Place::AboveBeginning) => (x, -10.0, "start"),
        (x, Place::Behind) => (x, 4.0, "start"),
    };
    html! {
        <>
            <line class="mean" x1={mean.x} x2={mean.x} y1={y - 9.0} y2={y + 9.0} />
            <text class="mean-words" x={x} y={y + dy} text-anchor={anchor}>
                { words(lanes, &mean) }
            </text>
        </>
    }
}

fn words(lanes: &[Lane], mean: &Mean) -> String {
    let span = ("mean", Arg::Span(mean.span));
    match mean.against {
        None => fill("compare.mean.words", &[span]),
        Some((best, shortest)) => {
            let times = ("times", name(format::ratio(mean.span, shortest)));
            let lane = ("lane", name(lanes[best].title.to_ascii_lowercase()));
            fill("compare.mean.against", &[span, times, lane])
        }
    }
}

fn summary(lanes: &[Lane]) -> String {
    let told = lanes.iter().filter(|lane| lane.asking.wait.count > 0).map(|lane| {
        let args =
            [("lane", name(lane.title.as_str())), ("mean", Arg::Span(lane.asking.wait.mean))];
        fill("compare.waits.lane", &args)
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { words::text("compare.waits.none") } else { told.join("; ") }
}
