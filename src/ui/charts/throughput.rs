//! Messages a second, in and out.

use yew::prelude::*;

use super::legend::{Entry, legend};
use super::{ChartProps, cursors, figure, ground};
use crate::session::frame::Arg;
use crate::ui::markup::{html, text};
use crate::view::charts::{Label, throughput};
use crate::view::format;
use crate::view::words::{self, fill, name};

/// The throughput chart.
pub(super) fn chart(props: &ChartProps) -> Html {
    let Some(charts) = props.charts() else { return html! {} };
    let now = (!charts.throughput.is_empty()).then_some(charts.rate_now);
    let rates = match props.read() {
        Some(reading) => reading.rates,
        None => now,
    };
    let (inbound, outbound) =
        (rates.map(|(rate, _)| format::rate(rate)), rates.map(|(_, rate)| format::rate(rate)));
    let entries = vec![
        Entry::new(words::text("charts.in"), inbound),
        Entry::new(words::text("charts.out"), outbound),
    ];
    figure(
        "throughput",
        words::text("charts.throughput.note"),
        legend(entries, props.reading),
        plot(props, &throughput::draw(charts, &props.plot), now),
    )
}

fn plot(props: &ChartProps, drawn: &throughput::Drawn, now: Option<(f32, f32)>) -> Html {
    let ticks = [0.0, drawn.top / 2.0, drawn.top].map(short);
    html! {
        <svg class="plot" role="img" aria-label={summary(now)}>
            { ground(props, ticks) }
            <polyline class="line-in" points={drawn.inbound.clone()} />
            <polyline class="line-out" points={drawn.outbound.clone()} />
            { cursors(props) }
            { for drawn.end.map(|(x, y)| html! {
                <circle class="line-end" cx={x} cy={y} r="3" />
            }) }
            { for drawn.inbound_label.as_ref().map(|label| named("label-in", "charts.in", label)) }
            { for drawn.outbound_label.as_ref().map(|label| {
                named("label-out", "charts.out", label)
            }) }
        </svg>
    }
}

fn named(class: &'static str, key: &str, label: &Label) -> Html {
    let anchor = if label.ends { "end" } else { "start" };
    html! {
        <text {class} x={label.x} y={label.y} text-anchor={anchor}>{ text(key) }</text>
    }
}

fn summary(now: Option<(f32, f32)>) -> String {
    match now {
        None => words::text("charts.throughput.none"),
        Some((inbound, outbound)) => {
            let (inbound, outbound) = (name(format::rate(inbound)), name(format::rate(outbound)));
            let args: [(&str, Arg); 2] = [("in", inbound), ("out", outbound)];
            fill("charts.throughput.summary", &args)
        }
    }
}

/// A number of the value axis: without decimals where it has none.
pub(super) fn short(value: f64) -> String {
    if value >= 10_000.0 {
        return format!("{}k", short(value / 1_000.0));
    }
    let text = format::figures(value);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
