//! The three charts on the time axis of the timeline, with one reading line through all of them.

mod latency;
mod legend;
mod measure;
mod reader;
mod table;
mod throughput;
mod waiting;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::part::{Part, Shot};
use crate::session::frame;
use crate::session::protocol::{Position, Selection};
use crate::ui::markup::{classes, html, text};
use crate::view::charts::{Plot, Size, reading};

pub use measure::use_size;

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

/// What one chart is drawn from.
#[derive(Clone)]
pub struct ChartProps {
    /// What is drawn.
    pub frame: Shot,
    /// The box of its plot.
    pub plot: Plot,
    /// The time under the reading line.
    pub reading: Option<u64>,
}

impl ChartProps {
    /// The leading lane's series.
    pub fn charts(&self) -> Option<&frame::Charts> {
        self.frame.lanes.first().map(|lane| &lane.charts)
    }

    /// What the legend says: the values under the reading line, else those of now.
    pub fn read(&self) -> Option<reading::Reading> {
        let at = self.reading?;
        self.charts().map(|charts| reading::read(charts, at, self.frame.run.end))
    }
}

impl Part for Props {
    const NAME: &'static str = "charts";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_charts(self).run(hooks)
    }
}

/// The three charts on the time axis of the timeline.
#[hook]
fn use_charts(props: &Props) -> Html {
    let node = use_node_ref();
    let size = use_size(&node);
    let reading = use_state_eq(|| None::<u64>);
    let frame = &props.frame;
    let plot = Plot::new(frame.run.end, size);
    // After a seek back the line may stand in what is not played any more.
    let at = reading.map(|at| at.min(frame.now));
    let on_read = use_callback(reading, |at: Option<u64>, reading| reading.set(at));
    let chart = ChartProps { frame: frame.clone(), plot, reading: at };
    html! {
        <section class="charts" aria-label={text("charts.name")}>
            { throughput::chart(&chart) }
            { waiting::chart(&chart) }
            { latency::chart(&chart) }
            <div class="chart-measure" ref={node}></div>
            { reader::reader(&reader_props(props, &chart, on_read)) }
            <div class="chart-axis" aria-hidden="true">{ time_axis(&plot, size) }</div>
            { table::table(frame) }
        </section>
    }
}

fn reader_props(
    props: &Props,
    chart: &ChartProps,
    on_read: Callback<Option<u64>>,
) -> reader::Props {
    reader::Props { chart: chart.clone(), on_read, on_seek: props.on_seek.clone() }
}

/// Time labels below the last chart, on a phone, where the timeline has none.
fn time_axis(plot: &Plot, size: Size) -> Html {
    let axis = plot.axis;
    html! {
        <svg width={size.width} height="16">
            for at in axis.ticks() {
                <text class="tick" x={axis.x(at)} y="12" text-anchor="middle">
                    { crate::view::format::axis(at) }
                </text>
            }
        </svg>
    }
}

/// What all plots have: what is not played, grid lines with their numbers, playhead and reading
/// line.
pub fn ground(chart: &ChartProps, ticks: [String; 3]) -> Html {
    let Plot { axis, top, bottom } = chart.plot;
    let now = axis.x(chart.frame.now);
    let ys = [bottom, (top + bottom) / 2.0, top];
    html! {
        <>
            <rect class="unplayed" x={now} y={top} width={axis.right - now}
                height={bottom - top} />
            for (y, tick) in ys.into_iter().zip(ticks) {
                <line class="grid" x1={axis.left} x2={axis.right} y1={y} y2={y} />
                <text class="tick" x={axis.left - 6.0} y={y + 4.0} text-anchor="end">
                    { tick }
                </text>
            }
        </>
    }
}

/// The lines in front of a plot: the playhead, and the one that reads.
pub fn cursors(chart: &ChartProps) -> Html {
    let Plot { axis, top, bottom } = chart.plot;
    let line = |class: &'static str, at: u64| {
        let x = axis.x(at);
        html! { <line {class} x1={x} x2={x} y1={top} y2={bottom + 2.0} /> }
    };
    html! {
        <>
            { line("playhead", chart.frame.now) }
            { for chart.reading.map(|at| line("reading", at)) }
        </>
    }
}

/// The frame of a chart: its title with what it shows, its legend, its plot.
pub fn figure(name: &'static str, note: String, legend: Html, plot: Html) -> Html {
    html! {
        <figure class={classes!("chart", format!("chart-{name}"))}>
            <figcaption>
                <strong class="chart-title">{ text(&format!("charts.{name}")) }</strong>
                <span class="chart-note">{ note }</span>
                { legend }
            </figcaption>
            { plot }
        </figure>
    }
}
