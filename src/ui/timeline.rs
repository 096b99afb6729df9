//! The timeline: a slider over the whole run, scrubbed back and forth by pointer and keys.

use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::charts::use_size;
use super::part::{Part, Shot};
use crate::session::frame::Frame;
use crate::session::protocol::Position;
use crate::ui::markup::{html, text};
use crate::view::charts::axis::TimeAxis;
use crate::view::charts::px;
use crate::view::format;
use crate::view::timeline::{Label, Mark, Timeline, timeline};
use crate::view::words::{fill, name};

/// Middle of the track, and base of the two rows of labels, in a bar of 92.
const TRACK: f64 = 31.0;
const UPPER: f64 = 48.0;
const LOWER: f64 = 64.0;

/// The same where there are no labels.
const LOW_TRACK: f64 = 9.0;

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// What is drawn.
    pub frame: Shot,
    /// Moves to a position.
    pub on_seek: Callback<Position>,
}

impl Part for Props {
    const NAME: &'static str = "timeline";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_timeline_bar(self).run(hooks)
    }
}

/// The timeline.
#[hook]
fn use_timeline_bar(props: &Props) -> Html {
    let node = use_node_ref();
    let size = use_size(&node);
    let is_low = size.height < 60.0;
    let laid = timeline(&props.frame, size.width);
    let (onpointerdown, onpointermove) = scrubbing(laid.axis, &props.on_seek);
    let frame = &props.frame;
    let middle = if is_low { LOW_TRACK } else { TRACK };
    html! {
        <div class="timeline" ref={node} role="slider" tabindex="0"
            aria-label={text("timeline.name")}
            aria-valuemin="0" aria-valuemax={(frame.run.end / format::MILLI).to_string()}
            aria-valuenow={(frame.now / format::MILLI).to_string()}
            aria-valuetext={format::clock(frame.now)} {onpointerdown} {onpointermove}>
            <svg width="100%" height="100%" aria-hidden="true">
                if !is_low { { ticks(&laid) } }
                <g transform={format!("translate(0 {})", px(middle))}>{ track(&laid) }</g>
                if !is_low { { labels(&laid, frame) } }
            </svg>
        </div>
    }
}

/// Pointer down and moves with the button held seek to the time below.
fn scrubbing(
    axis: TimeAxis,
    on_seek: &Callback<Position>,
) -> (Callback<PointerEvent>, Callback<PointerEvent>) {
    let seek = {
        let on_seek = on_seek.clone();
        move |event: &PointerEvent| {
            let Some(bar) = event.current_target() else { return };
            let bar: Element = bar.unchecked_into();
            let x = f64::from(event.client_x()) - bar.get_bounding_client_rect().left();
            on_seek.emit(Position::Time(axis.time(x)));
        }
    };
    let also = seek.clone();
    let down = Callback::from(move |event: PointerEvent| {
        if event.button() == 0 {
            if let Some(bar) = event.current_target() {
                let bar: Element = bar.unchecked_into();
                let _lost = bar.set_pointer_capture(event.pointer_id());
            }
            seek(&event);
        }
    });
    let moved = Callback::from(move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            also(&event);
        }
    });
    (down, moved)
}

fn ticks(laid: &Timeline) -> Html {
    let right = laid.axis.right;
    let tick = |(x, label): &(f64, String)| {
        // The last label ends with the axis.
        let anchor = if right - x < 2.0 { "end" } else { "middle" };
        html! {
            <>
                <line class="tick-line" x1={*x} x2={*x} y1="0" y2="4" />
                <text class="tick" x={*x} y="18" text-anchor={anchor}>{ label.clone() }</text>
            </>
        }
    };
    html! { <>{ for laid.ticks.iter().map(tick) }</> }
}

/// The track around y 0: what is to come, what was played, quiet spans, markers, the knob.
fn track(laid: &Timeline) -> Html {
    let played = |&(from, to): &(f64, f64)| {
        html! {
            <rect class="time-played" x={from} y="-3" width={(to - from).max(0.0)}
                height="6" />
        }
    };
    let axis = &laid.axis;
    html! {
        <>
            <rect class="time-rest" x={laid.now} y="-2.5" height="5" rx="2.5"
                width={(axis.right - laid.now).max(0.0)} />
            { for laid.played.iter().map(played) }
            for quiet in laid.quiet.iter() {
                <path class="time-quiet" d={quiet.path.clone()} />
            }
            { for laid.marks.iter().map(mark) }
            <circle class="time-knob" cx={laid.now} cy="0" r="7.5" />
        </>
    }
}

fn mark(mark: &Mark) -> Html {
    let class = if mark.past { "time-mark" } else { "time-mark time-expected" };
    html! {
        <line {class} x1={mark.x} x2={mark.x} y1="-6"
            y2={if mark.past { "8" } else { "10" }}>
            <title>{ mark.name.clone() }</title>
        </line>
    }
}

fn labels(laid: &Timeline, frame: &Frame) -> Html {
    if let Some(window) = shown_window(frame) {
        return html! { <>{ bracket(laid, window) }{ for laid.marks.last().map(end_label) }</> };
    }
    let label = |label: &Label, y: f64, class: &'static str| {
        html! {
            <text {class} x={label.x} y={y} dy="0.36em" text-anchor={label.anchor}>
                { label.text.clone() }
            </text>
        }
    };
    let of_mark = |mark: &Mark| {
        let class = if mark.past { "time-label" } else { "time-label time-label-expected" };
        html! {
            <>
                { for mark.label.as_ref().map(|text| label(text, UPPER, class)) }
                { for mark.due.as_ref().map(|text| {
                    label(text, LOWER, "time-label time-label-expected")
                }) }
            </>
        }
    };
    let quiet = laid.quiet.iter().filter_map(|quiet| quiet.label.as_ref());
    html! {
        <>
            { for laid.marks.iter().map(of_mark) }
            { for quiet.map(|text| label(text, LOWER, "time-label time-label-expected")) }
        </>
    }
}

fn end_label(mark: &Mark) -> Html {
    html! {
        <text class="time-label" x={mark.x} y={UPPER} dy="0.36em" text-anchor="end">
            { mark.name.clone() }
        </text>
    }
}

/// The part of the run that lanes show.
fn shown_window(frame: &Frame) -> Option<(u64, u64)> {
    let window = frame.lanes.first()?.asking.window;
    (frame.lanes.len() > 1 && window.1 > window.0).then_some(window)
}

fn bracket(laid: &Timeline, (from, to): (u64, u64)) -> Html {
    let (left, right) = (laid.axis.x(from), laid.axis.x(to));
    let (from, to) = (("from", name(format::axis(from))), ("to", name(format::axis(to))));
    let words = fill("timeline.shown", &[from, to]);
    html! {
        <>
            <path class="time-window" d={format!("M{} 42v6H{}v-6", px(left), px(right))} />
            <text class="time-label time-shown" x={f64::midpoint(left, right)} y={UPPER}
                dy="0.36em" text-anchor="middle">
                { words }
            </text>
        </>
    }
}
