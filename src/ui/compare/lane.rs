//! One lane: title, rows of queues with their marks, figures.

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::figures::figures;
use super::legend::tick_at;
use crate::session::frame::{Arg, Inspector, Lane, WaitMark};
use crate::session::protocol::Selection;
use crate::ui::markup::{classes, html, text};
use crate::ui::part::{Part, Shot};
use crate::view::compare::bars::{Bars, Scale};
use crate::view::compare::lanes::{self, Drawn, Held, Message, ROOM, ROW};
use crate::view::compare::window::Window;
use crate::view::tone::tone;
use crate::view::words::{self, fill, name};

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// What is drawn.
    pub frame: Shot,
    /// Which of its lanes.
    pub index: usize,
    /// The part of the clock that is shown.
    pub window: Window,
    /// Selects something, or nothing.
    pub on_select: Callback<Option<Selection>>,
}

impl Part for Props {
    const NAME: &'static str = "lane";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_lane_row(self).run(hooks)
    }
}

/// One lane.
#[hook]
fn use_lane_row(props: &Props) -> Html {
    let read = use_state_eq(|| None::<usize>);
    let lane = &props.frame.lanes[props.index];
    let drawn = lanes::draw(lane, &props.window);
    let on_read = use_callback(read.clone(), |at: Option<usize>, read| read.set(at));
    let marked = marked(props, *read);
    html! {
        <section class="lane" aria-label={lane.title.clone()} data-lane={props.index.to_string()}>
            <div class="lane-title">
                <h3>{ &lane.title }</h3>
                <p class="lane-subtitle">{ &lane.subtitle }</p>
                <p class="lane-asked">{ asked(lane) }</p>
                <p class="lane-asked">{ holds(lane) }</p>
                { for drawn.scale.as_ref().map(scale) }
                { for (lane.mark_scale > 1).then(|| marks(lane.mark_scale)) }
            </div>
            <div class="lane-rows">
                { picture(props, &drawn, marked) }
                { reader(props, *read, on_read) }
            </div>
            { figures(&props.frame.lanes, props.index) }
        </section>
    }
}

fn lane_number(index: usize) -> u8 {
    u8::try_from(index).expect("a frame has few lanes")
}

/// The message that is ringed: the one that is read, else the selected one.
fn marked(props: &Props, read: Option<usize>) -> Option<u32> {
    let messages = &props.frame.lanes[props.index].asking.messages;
    let read = read.and_then(|index| messages.get(index)).map(|mark| mark.message);
    let selected = match &props.frame.inspector {
        Inspector::Message(card) => (card.lane == lane_number(props.index)).then_some(card.number),
        Inspector::Nothing | Inspector::Node(_) | Inspector::Queue(_) | Inspector::Link(_) => None,
    };
    read.or(selected)
}

fn asked(lane: &Lane) -> String {
    let args = [("n", Arg::Count(lane.asking.answered)), ("empty", Arg::Count(lane.asking.empty))];
    if lane.asking.answered == 0 { String::new() } else { fill("compare.asked", &args) }
}

fn holds(lane: &Lane) -> String {
    match (lane.asking.answered, lane.asking.held_now) {
        (0, 0) => String::new(),
        (_, 0) => words::text("compare.held.none"),
        (_, n) => fill("compare.held", &[("n", Arg::Count(n))]),
    }
}

fn scale(scale: &Scale) -> Html {
    let args = [
        ("span", Arg::Span(scale.span)),
        ("messages", Arg::Count(u64::from(scale.messages))),
        ("requests", Arg::Count(u64::from(scale.requests))),
    ];
    html! { <p class="lane-scale">{ fill("compare.scale", &args) }</p> }
}

fn marks(count: u32) -> Html {
    html! {
        <p class="lane-scale">{ fill("compare.marks", &[("n", Arg::Count(u64::from(count)))]) }</p>
    }
}

fn picture(props: &Props, drawn: &Drawn, marked: Option<u32>) -> Html {
    let (window, lane) = (&props.window, &props.frame.lanes[props.index]);
    let bottom = drawn.height - 8.0;
    let select = |number: u32| {
        let selection = Selection::Message { lane: lane_number(props.index), number };
        props.on_select.reform(move |_: MouseEvent| Some(selection))
    };
    html! {
        <svg class="plot lane-plot" height={drawn.height} role="img" aria-label={summary(lane)}>
            { ground(drawn, window) }
            { for drawn.held.iter().map(held) }
            { bars(&drawn.bars) }
            { for drawn.messages.iter().map(wait) }
            { for drawn.ticks.iter().map(|tick| {
                tick_at(if tick.found { "tick-found" } else { "tick-empty" }, tick.x, tick.y)
            }) }
            { for drawn.messages.iter().map(|mark| {
                message(mark, marked == Some(mark.number), select(mark.number))
            }) }
            { for window.playhead().map(|x| html! {
                <line class="playhead" x1={x} x2={x} y1="8" y2={bottom} />
            }) }
            { for drawn.held.iter().map(ring) }
        </svg>
    }
}

/// Shaded rows with their names, and the lines of the time axis.
fn ground(drawn: &Drawn, window: &Window) -> Html {
    let bottom = drawn.height - 8.0;
    html! {
        <>
            for row in &drawn.rows {
                if row.shaded {
                    <rect class="zebra" x={window.left} y={row.y}
                        width={window.right - window.left} height={ROW} />
                }
                <text class="tick" x={window.left - 11.0} y={row.y + ROOM + 4.0}
                    text-anchor="end">{ &row.name }</text>
            }
            for at in window.ticks() {
                <line class="grid" x1={window.x(at)} x2={window.x(at)} y1="8"
                    y2={bottom} />
            }
        </>
    }
}

fn held(held: &Held) -> Html {
    html! {
        <rect class="held" x={held.x} y={held.y - 3.5} width={held.width} height="7"
            rx="3.5" />
    }
}

fn ring(held: &Held) -> Html {
    let Some(ring) = &held.ring else { return html! {} };
    html! {
        <>
            <circle class="ring-track" cx={held.x + held.width} cy={held.y} r="7" />
            <path class="ring-arc" d={ring.arc.clone()} />
            <path class="ring-hand" d={ring.hand.clone()} />
        </>
    }
}

fn wait(mark: &Message) -> Html {
    html! { <path class={classes!("wait", tone(mark.tone))} d={mark.wait.clone()} /> }
}

fn message(mark: &Message, marked: bool, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <g class={classes!("message-mark", tone(mark.tone))} {onclick}>
            if marked {
                <circle class="message-ring" cx={mark.x} cy={mark.y} r="8.5" />
            }
            <circle class="message" cx={mark.x} cy={mark.y} r="4.5" />
            // A mark of nine pixels is hard to hit.
            <circle class="message-hit" cx={mark.x} cy={mark.y} r="12" />
        </g>
    }
}

fn bars(bars: &Bars) -> Html {
    html! {
        <>
            <path class="bar-message" d={bars.messages.clone()} />
            <path class="bar-found" d={bars.found.clone()} />
            <path class="bar-empty" d={bars.empty.clone()} />
        </>
    }
}

fn summary(lane: &Lane) -> String {
    let args = [
        ("lane", name(lane.title.as_str())),
        ("messages", Arg::Count(lane.asking.messages.len() as u64)),
        ("n", Arg::Count(lane.asking.answered)),
        ("empty", Arg::Count(lane.asking.empty)),
    ];
    fill("compare.lane.summary", &args)
}

/// Goes from message to message by keys, says each one's wait, and selects it with Enter.
fn reader(props: &Props, read: Option<usize>, on_read: Callback<Option<usize>>) -> Html {
    let messages = &props.frame.lanes[props.index].asking.messages;
    if messages.is_empty() {
        return html! {};
    }
    let last = messages.len() - 1;
    let at = read.unwrap_or(last).min(last);
    html! {
        <div class="lane-reader" role="slider" tabindex="0" aria-label={text("compare.read")}
            aria-valuemin="1" aria-valuemax={(last + 1).to_string()}
            aria-valuenow={(at + 1).to_string()} aria-valuetext={spoken(&messages[at])}
            onblur={on_read.reform(|_| None)}
            onkeydown={on_key(props, at, read.is_some(), on_read)}>
        </div>
    }
}

fn on_key(
    props: &Props,
    at: usize,
    reading: bool,
    on_read: Callback<Option<usize>>,
) -> Callback<KeyboardEvent> {
    let messages = &props.frame.lanes[props.index].asking.messages;
    let last = messages.len() - 1;
    let number = messages[at].message;
    let selection = Selection::Message { lane: lane_number(props.index), number };
    let on_select = props.on_select.clone();
    Callback::from(move |event: KeyboardEvent| {
        let read = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => Some(if reading { at.saturating_sub(1) } else { at }),
            "ArrowRight" | "ArrowUp" => Some((at + 1).min(last)),
            "Home" => Some(0),
            "End" => Some(last),
            "Escape" if reading => None,
            "Enter" => {
                on_select.emit(Some(selection));
                Some(at)
            }
            _ => return,
        };
        // The page's own keys would move the clock.
        event.prevent_default();
        event.stop_propagation();
        on_read.emit(read);
    })
}

fn spoken(mark: &WaitMark) -> String {
    let number = ("n", Arg::Count(u64::from(mark.message)));
    let stored = ("stored", Arg::Time(mark.stored));
    match mark.delivered {
        Some(at) => {
            let wait = ("wait", Arg::Span(at.saturating_sub(mark.stored)));
            fill("compare.waited", &[number, stored, wait])
        }
        None => fill("compare.waits", &[number, stored]),
    }
}
