//! Reads the charts: a line under the pointer, moved by arrow keys too; a click goes to that time.

use yew::prelude::*;

use super::ChartProps;
use crate::session::frame::Arg;
use crate::session::protocol::Position;
use crate::ui::markup::{html, text};
use crate::view::charts::reading::{self, Reading};
use crate::view::format;
use crate::view::words::{fill, name};

/// Steps of an arrow key, and with Shift.
const STEPS: (i64, i64) = (1, 10);

/// Properties of the pane.
#[derive(Clone)]
pub(super) struct Props {
    /// The charts.
    pub chart: ChartProps,
    /// The time under the line, or none.
    pub on_read: Callback<Option<u64>>,
    /// Moves to a position.
    pub on_seek: Callback<Position>,
}

/// A pane over all plots that follows pointer and keys.
pub(super) fn reader(props: &Props) -> Html {
    let frame = &props.chart.frame;
    let at = props.chart.reading.unwrap_or(frame.now);
    html! {
        <div class="chart-reader" role="slider" tabindex="0" aria-label={text("charts.read")}
            aria-valuemin="0" aria-valuemax={millis(frame.now)} aria-valuenow={millis(at)}
            aria-valuetext={spoken(&props.chart, at)}
            onpointermove={on_pointer(props, |props, at| props.on_read.emit(Some(at)))}
            onpointerleave={props.on_read.reform(|_| None)}
            onblur={props.on_read.reform(|_| None)}
            onclick={on_click(props)}
            onkeydown={on_key(props)}>
        </div>
    }
}

fn millis(ns: u64) -> String {
    (ns / format::MILLI).to_string()
}

/// The time under the pointer, within what was played; the pane begins where the plots begin.
fn under(chart: &ChartProps, offset: i32) -> u64 {
    let axis = chart.plot.axis;
    axis.time(axis.left + f64::from(offset)).min(chart.frame.now)
}

fn on_pointer(props: &Props, act: fn(&Props, u64)) -> Callback<PointerEvent> {
    let props = props.clone();
    Callback::from(move |event: PointerEvent| act(&props, under(&props.chart, event.offset_x())))
}

fn on_click(props: &Props) -> Callback<MouseEvent> {
    let (chart, on_seek) = (props.chart.clone(), props.on_seek.clone());
    on_seek.reform(move |event: MouseEvent| Position::Time(under(&chart, event.offset_x())))
}

fn on_key(props: &Props) -> Callback<KeyboardEvent> {
    let props = props.clone();
    Callback::from(move |event: KeyboardEvent| {
        let now = props.chart.frame.now;
        let step = if event.shift_key() { STEPS.1 } else { STEPS.0 };
        let moved = |steps| Some(reading::moved(props.chart.reading, now, steps));
        let read = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => moved(-step),
            "ArrowRight" | "ArrowUp" => moved(step),
            "Home" => Some(0),
            "End" => Some(now),
            "Escape" if props.chart.reading.is_some() => None,
            "Enter" => {
                let at = props.chart.reading.unwrap_or(now);
                props.on_seek.emit(Position::Time(at));
                Some(at)
            }
            _ => return,
        };
        // The page's own keys would move the clock.
        event.prevent_default();
        event.stop_propagation();
        props.on_read.emit(read);
    })
}

/// The values under the line in words.
fn spoken(chart: &ChartProps, at: u64) -> String {
    let Some(charts) = chart.charts() else { return String::new() };
    let reading = reading::read(charts, at, chart.frame.run.end);
    fill("charts.read.value", &args(&reading))
}

/// The values of a reading by name; what is not there yet is a dash.
fn args(reading: &Reading) -> [(&'static str, Arg); 5] {
    let written = |value: Option<String>| name(value.unwrap_or_else(|| format::NOTHING.to_owned()));
    [
        ("at", Arg::Time(reading.at)),
        ("in", written(reading.rates.map(|(rate, _)| format::rate(rate)))),
        ("out", written(reading.rates.map(|(_, rate)| format::rate(rate)))),
        ("waiting", written(reading.all_waiting().map(format::count))),
        ("oldest", written(reading.oldest.map(format::span))),
    ]
}
