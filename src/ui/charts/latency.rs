//! Stored to consumed: dots, the oldest that waits, and the span in which nothing was consumed.

use yew::prelude::*;

use super::legend::{Entry, legend};
use super::throughput::short;
use super::{ChartProps, cursors, figure, ground};
use crate::session::frame::{Arg, Charts};
use crate::ui::markup::{html, text};
use crate::view::charts::latency::{self, Unit};
use crate::view::charts::reading;
use crate::view::format;
use crate::view::words::{self, fill, name};

/// The label of a span needs this much room between its ends; where there is less, the line is
/// named instead.
const LABEL: f64 = 200.0;

/// The latency chart.
pub(super) fn chart(props: &ChartProps) -> Html {
    let Some(charts) = props.charts() else { return html! {} };
    let drawn = latency::draw(charts, &props.plot);
    let unit = match drawn.unit {
        Unit::Seconds => words::text("charts.seconds"),
        Unit::Millis => words::text("charts.millis"),
    };
    figure(
        "latency",
        fill("charts.latency.note", &[("unit", name(unit))]),
        legend(entries(props, charts), props.reading),
        plot(props, charts, &drawn),
    )
}

fn entries(props: &ChartProps, charts: &Charts) -> Vec<Entry> {
    match props.read() {
        Some(reading) => vec![
            Entry::new(words::text("charts.took"), reading.dot.map(|(_, span)| format::span(span))),
            Entry::new(words::text("charts.oldest"), reading.oldest.map(format::span)),
        ],
        None => reading::legend(&charts.percentiles)
            .map(|(name, value)| Entry::new(name, value.map(format::span)))
            .into(),
    }
}

fn plot(props: &ChartProps, charts: &Charts, drawn: &latency::Drawn) -> Html {
    let ticks = [0.0, drawn.top / 2.0, drawn.top].map(short);
    html! {
        <svg class="plot" role="img" aria-label={summary(charts)}>
            { ground(props, ticks) }
            <polyline class="line-in" points={drawn.oldest.clone()} />
            { named(props, drawn) }
            { cursors(props) }
            <path class="dots-halo" d={drawn.dots.clone()} />
            <path class="dots" d={drawn.dots.clone()} />
        </svg>
    }
}

/// The span in which nothing was consumed, or the name of the line.
fn named(props: &ChartProps, drawn: &latency::Drawn) -> Html {
    let plot = props.plot;
    match drawn.gap {
        Some((from, to, y, span)) if to - from > LABEL => gap(from, to, y, span),
        Some(_) if !drawn.oldest.is_empty() => html! {
            <text class="label-in" x={plot.axis.left + 30.0} y={plot.top + 12.0}>
                { text("charts.line") }
            </text>
        },
        Some(_) | None => html! {},
    }
}

/// A line with ends, and its length in the middle.
fn gap(from: f64, to: f64, y: f64, span: u64) -> Html {
    html! {
        <g class="gap">
            <line x1={from} x2={to} y1={y} y2={y} />
            for x in [from, to] {
                <line x1={x} x2={x} y1={y - 4.0} y2={y + 4.0} />
            }
            <text x={(from + to) / 2.0} y={y + 4.0} text-anchor="middle">
                { fill("charts.gap", &[("span", Arg::Span(span))]) }
            </text>
        </g>
    }
}

fn summary(charts: &Charts) -> String {
    let percentiles = &charts.percentiles;
    if percentiles.count == 0 {
        return words::text("charts.latency.none");
    }
    let args = [
        ("count", Arg::Count(percentiles.count)),
        ("p50", Arg::Span(percentiles.p50)),
        ("p99", Arg::Span(percentiles.p99)),
        ("max", Arg::Span(percentiles.max)),
    ];
    fill("charts.latency.summary", &args)
}
