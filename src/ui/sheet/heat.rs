//! A heat map: how long something took, over time. A cell is read with the pointer or the arrow
//! keys; a table beside it says the same.

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::session::frame::{Arg, HeatMap};
use crate::ui::charts::use_size;
use crate::ui::markup::{classes, html, text};
use crate::ui::part::{Part, Shot};
use crate::view::charts::{Plot, Size, px};
use crate::view::format;
use crate::view::sheet::heat::{self, Place};
use crate::view::words::{self, fill, name};

/// Height of the picture.
const HEIGHT: f64 = 168.0;

/// Properties of the part.
#[derive(PartialEq)]
pub(super) struct Props {
    /// Of which the time is shown.
    pub(super) frame: Shot,
    /// What is drawn.
    pub(super) map: HeatMap,
}

impl Part for Props {
    const NAME: &'static str = "heat";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_heat(self).run(hooks)
    }
}

#[hook]
fn use_heat(props: &Props) -> Html {
    let node = use_node_ref();
    let width = use_size(&node).width;
    let read = use_state_eq(|| None::<Place>);
    let (map, frame) = (&props.map, &props.frame);
    let plot = Plot::new(frame.run.end, Size { width, height: HEIGHT });
    // After a seek back the place may lie in what is not played any more.
    let place = read.filter(|(column, _)| u64::from(*column) * map.width <= frame.now);
    let own = words::text(&map.key);
    html! {
        <figure class="heat" data-heat={map.key.clone()}>
            <figcaption><b>{ &own }</b><span>{ summary(map) }</span></figcaption>
            <div class="heat-plot" ref={node}>
                { picture(map, &plot, frame.now, place) }
                { pane(props, plot, &own, &read) }
            </div>
            <p class="heat-read">{ place.map_or_else(String::new, |place| said(map, place)) }</p>
            { legend(map) }
            { table(map, &own) }
        </figure>
    }
}

/// Percentiles over all time.
fn summary(map: &HeatMap) -> String {
    let all = &map.all;
    if all.count == 0 {
        return words::text("figures.none");
    }
    let ranks = [("p50", all.p50), ("p90", all.p90), ("p99", all.p99), ("p99.9", all.p999)];
    let ranks = ranks.map(|(rank, span)| format!("{rank}\u{a0}{}", format::span(span)));
    let args = [("count", Arg::Count(all.count)), ("mean", Arg::Span(all.mean))];
    let most = format!("max\u{a0}{}", format::span(all.max));
    format!("{}, {}, {most}", fill("spans.sum", &args), ranks.join(", "))
}

fn picture(map: &HeatMap, plot: &Plot, now: u64, place: Option<Place>) -> Html {
    let (axis, drawn) = (plot.axis, heat::draw(map, plot));
    let shown = axis.x(now);
    let ring = place.map(|place| heat::box_of(map, plot, place).map(px));
    html! {
        <svg class="plot" height={px(HEIGHT + 16.0)} aria-hidden="true">
            <rect class="unplayed" x={px(shown)} y={px(plot.top)} width={px(axis.right - shown)}
                height={px(plot.bottom - plot.top)} />
            <line class="grid" x1={px(axis.left)} x2={px(axis.right)} y1={px(plot.bottom)}
                y2={px(plot.bottom)} />
            for (y, label) in &drawn.labels {
                <line class="grid" x1={px(axis.left)} x2={px(axis.right)} y1={px(*y)} y2={px(*y)} />
                <text class="tick" x={px(axis.left - 6.0)} y={px(*y + 4.0)} text-anchor="end">
                    { label }
                </text>
            }
            for (shade, path) in drawn.shades.iter().enumerate() {
                <path class={classes!(format!("heat-{shade}"))} d={path.clone()} />
            }
            { for ring.map(|[x, y, width, height]| html! {
                <rect class="heat-ring" {x} {y} {width} {height} />
            }) }
            for at in axis.ticks() {
                <text class="tick" x={px(axis.x(at))} y={px(HEIGHT + 8.0)} text-anchor="middle">
                    { format::axis(at) }
                </text>
            }
        </svg>
    }
}

/// What a cell says.
fn said(map: &HeatMap, place: Place) -> String {
    let [from, to, low, high, count] = heat::read(map, place);
    let args = [
        ("from", Arg::Time(from)),
        ("to", Arg::Time(to)),
        ("low", Arg::Span(low)),
        ("high", Arg::Span(high)),
        ("n", Arg::Count(count)),
    ];
    fill("spans.cell", &args)
}

/// A pane over the picture that follows pointer and keys.
fn pane(props: &Props, plot: Plot, own: &str, read: &UseStateHandle<Option<Place>>) -> Html {
    let now = props.frame.now;
    let leave = |read: &UseStateHandle<Option<Place>>| {
        let read = read.clone();
        move || read.set(None)
    };
    let (left, blurred) = (leave(read), leave(read));
    let onpointermove = {
        let (map, read) = (props.map.clone(), read.clone());
        Callback::from(move |event: PointerEvent| {
            let point = (f64::from(event.offset_x()), f64::from(event.offset_y()));
            read.set(heat::under(&map, &plot, point, now));
        })
    };
    let onkeydown = {
        let (map, read) = (props.map.clone(), read.clone());
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowLeft" => (-1, 0),
                "ArrowRight" => (1, 0),
                "ArrowUp" => (0, 1),
                "ArrowDown" => (0, -1),
                _ => return,
            };
            // The page's own keys would move the clock.
            event.prevent_default();
            event.stop_propagation();
            read.set(Some(heat::moved(&map, *read, by, now)));
        })
    };
    let (column, most) = (read.map_or(0, |(column, _)| column), now / props.map.width.max(1));
    let value = read.map_or_else(|| summary(&props.map), |place| said(&props.map, place));
    html! {
        <div class="heat-pane" role="slider" tabindex="0"
            aria-label={fill("spans.read", &[("name", name(own))])} aria-valuemin="0"
            aria-valuemax={most.to_string()} aria-valuenow={u64::from(column).min(most).to_string()}
            aria-valuetext={value} {onpointermove}
            onpointerleave={Callback::from(move |_: PointerEvent| left())}
            onblur={Callback::from(move |_: FocusEvent| blurred())} {onkeydown}>
        </div>
    }
}

/// How many messages a shade stands for.
fn legend(map: &HeatMap) -> Html {
    let entry = |(shade, words): (usize, String)| {
        html! {
            <li>
                <svg width="12" height="12" aria-hidden="true">
                    <rect class={classes!(format!("heat-{shade}"))} width="12" height="12" />
                </svg>
                { words }
            </li>
        }
    };
    html! {
        <ul class="heat-legend" aria-label={text("spans.legend")}>
            { for heat::legend(map).into_iter().map(entry) }
        </ul>
    }
}

fn table(map: &HeatMap, own: &str) -> Html {
    let heads = ["spans.time", "spans.count", "spans.half", "spans.most"];
    let row = |row: &heat::Row| {
        let (from, to) = row.time;
        html! {
            <tr>
                <th scope="row">{ format!("{} – {}", format::moment(from), format::moment(to)) }</th>
                <td>{ format::count(row.count) }</td>
                <td>{ format::span(row.half.1) }</td>
                <td>{ format::span(row.most) }</td>
            </tr>
        }
    };
    html! {
        <table class="chart-table">
            <caption>{ fill("spans.table", &[("name", name(own))]) }</caption>
            <thead>
                <tr>{ for heads.map(|key| html! { <th scope="col">{ text(key) }</th> }) }</tr>
            </thead>
            <tbody>{ for heat::table(map).iter().map(row) }</tbody>
        </table>
    }
}
