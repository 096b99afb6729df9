//! The transport bar: play and steps, the timeline, the clock, speed and tempo.

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::driver::Driver;
use super::icons;
use super::menu::{self, Choice};
use super::part::{Part, part};
use super::shown::Shown;
use super::timeline;
use crate::session::protocol::{Condition, Position, Selection};
use crate::ui::markup::{classes, html, text};
use crate::view::narrate::step_of;
use crate::view::pilot::Pilot;
use crate::view::words::{self, fill, name};
use crate::view::{format, pace::Pace};

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// The run.
    pub shown: Shown,
    /// Runs the page.
    pub driver: Driver,
}

impl Part for Props {
    const NAME: &'static str = "transport";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_transport(self).run(hooks)
    }
}

/// The bar.
#[hook]
fn use_transport(props: &Props) -> Html {
    let tempo_open = use_state_eq(|| false);
    let driver = props.driver.clone();
    let on_seek = Callback::from(move |to: Position| driver.act(|pilot| pilot.seek(to)));
    html! {
        <footer class="foot" aria-label={text("transport.name")}>
            { buttons(props) }
            { steps(props) }
            { part(timeline::Props { frame: props.shown.frame.clone(), on_seek }) }
            { clock(props) }
            { speed(props, &tempo_open) }
            <div class={classes!("tempo", tempo_open.then_some("is-open"))}>
                { tempo(props) }
                { until(props) }
                <button class="small-button" disabled={true} title={text("transport.fork.title")}>
                    { icons::FORK.draw() }{ text("transport.fork") }
                </button>
            </div>
        </footer>
    }
}

/// A click that wants something of the run.
fn wish(props: &Props, intent: fn(&mut Pilot)) -> Callback<MouseEvent> {
    let driver = props.driver.clone();
    Callback::from(move |_: MouseEvent| driver.act(intent))
}

/// A step that leads nowhere from here is disabled.
fn button(
    props: &Props,
    key: &str,
    icon: Html,
    intent: fn(&mut Pilot),
    class: &'static str,
) -> Html {
    let frame = &props.shown.frame;
    let disabled = match class {
        "to-first" | "to-previous" => frame.now == 0,
        _ => frame.ended,
    };
    let label = text(key);
    let onclick = wish(props, intent);
    html! {
        <button class={classes!("step-button", class)} {disabled} {onclick}
            aria-label={label} title={label}>
            { icon }
        </button>
    }
}

fn buttons(props: &Props) -> Html {
    let playing = props.shown.playing;
    let label = text(if playing { "pause" } else { "play" });
    let icon = if playing { icons::PAUSE.draw() } else { icons::PLAY.draw() };
    let first = |pilot: &mut Pilot| pilot.seek(Position::Ordinal(0));
    let last = |pilot: &mut Pilot| pilot.seek(Position::End);
    html! {
        <div class="buttons">
            { button(props, "transport.first", icons::FIRST.draw(), first, "to-first") }
            { button(props, "transport.previous", icons::PREVIOUS.draw(), |pilot| pilot.step(false), "to-previous") }
            <button class="play" onclick={wish(props, Pilot::toggle)} aria-label={label} title={label}>
                { icon }
            </button>
            { button(props, "transport.next", icons::NEXT.draw(), |pilot| pilot.step(true), "to-next") }
            { button(props, "transport.last", icons::LAST.draw(), last, "to-last") }
        </div>
    }
}

/// Steps of the selected message.
fn steps(props: &Props) -> Html {
    let shown = &props.shown;
    let number = match shown.selection {
        Some(Selection::Message { number, .. }) => Some(format!("m{number}")),
        Some(Selection::Node { .. } | Selection::Queue { .. } | Selection::Link { .. }) | None => {
            None
        }
    };
    let said =
        step_of(&shown.frame, shown.selection).unwrap_or_else(|| words::text("transport.none"));
    let step = |key: &str, icon: Html, intent: fn(&mut Pilot), class: &'static str| {
        let label = text(key);
        let disabled = number.is_none();
        let title = if disabled { text("transport.select_first") } else { label };
        let onclick = wish(props, intent);
        html! {
            <button class={classes!("step-button", class)} {disabled} aria-label={label} {title} {onclick}>
                { icon }
                <span class="step-number" data-number={number.clone()} />
            </button>
        }
    };
    html! {
        <div class="message-steps">
            { step("transport.step.previous", icons::LEFT.draw(), |pilot| pilot.step_message(false), "back") }
            <span class="step-of">{ said }</span>
            { step("transport.step.next", icons::RIGHT.draw(), |pilot| pilot.step_message(true), "forth") }
        </div>
    }
}

fn clock(props: &Props) -> Html {
    let frame = &props.shown.frame;
    html! {
        <div class="clock-box">
            <time class="clock" data-testid="clock" data-ns={frame.now.to_string()}
                data-ordinal={frame.ordinal.to_string()} data-ended={frame.ended.to_string()}>
                { format::clock(frame.now) }
            </time>
            <span class="reached">{ reached(&props.shown) }</span>
        </div>
    }
}

/// How fast the clock runs, or why it does not.
fn reached(shown: &Shown) -> String {
    let frame = &shown.frame;
    if let Some(thousandths) = frame.working {
        let share = name(format::share(u64::from(thousandths), 1_000));
        return fill("transport.working", &[("share", share)]);
    }
    match (shown.playing, frame.ended) {
        (true, _) => fill("transport.reached", &[("rate", name(format::speed(frame.rate)))]),
        (false, true) => words::text("transport.ended"),
        (false, false) => words::text("transport.paused"),
    }
}

fn speed(props: &Props, tempo_open: &UseStateHandle<bool>) -> Html {
    let pace = props.shown.pace;
    let slower: fn(&mut Pilot) = |pilot| pilot.set_pace(pilot.pace().slower());
    let faster: fn(&mut Pilot) = |pilot| pilot.set_pace(pilot.pace().faster());
    let toggle = {
        let open = tempo_open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let value = format::speed(pace.speed());
    html! {
        <div class="speed" role="group" aria-label={text("transport.speed")}>
            <button onclick={wish(props, slower)} disabled={!pace.can_fall()}
                aria-label={text("transport.slower")} title={text("transport.slower")}>
                { icons::MINUS.draw() }
            </button>
            <output>{ value.clone() }</output>
            <button onclick={wish(props, faster)} disabled={!pace.can_rise()}
                aria-label={text("transport.faster")} title={text("transport.faster")}>
                { icons::PLUS.draw() }
            </button>
            <button class="tempo-opener" onclick={toggle} aria-expanded={tempo_open.to_string()}
                aria-label={fill("transport.tempo.now", &[("speed", name(&*value))])}>
                { value.clone() }{ icons::DOWN.draw() }
            </button>
        </div>
    }
}

fn tempo(props: &Props) -> Html {
    let choice = |follow: bool, key: &str| {
        let driver = props.driver.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            driver.act(|pilot| {
                let pace: Pace = pilot.pace().following(follow);
                pilot.set_pace(pace);
            });
        });
        let pressed = (props.shown.pace.follow == follow).to_string();
        html! { <button {onclick} aria-pressed={pressed}>{ text(key) }</button> }
    };
    html! {
        <div class="segments" role="group" aria-label={text("transport.tempo")}>
            { choice(true, "transport.follow") }
            { choice(false, "transport.fixed") }
        </div>
    }
}

fn until(props: &Props) -> Html {
    let until = |key: &str, condition: Condition| {
        let driver = props.driver.clone();
        let act = Callback::from(move |()| driver.act(|pilot| pilot.run_until(condition)));
        Choice { text: words::text(key), obstacle: None, act }
    };
    let mut selected = until("until.selected", Condition::SelectedConsumed);
    if !matches!(props.shown.selection, Some(Selection::Message { .. })) {
        selected.obstacle = Some(words::text("transport.select_first"));
    }
    let driver = props.driver.clone();
    let end = Callback::from(move |()| driver.act(|pilot| pilot.seek(Position::End)));
    let choices = vec![
        until("until.marker", Condition::Marker { forward: true }),
        until("until.rebalance", Condition::Rebalance),
        until("until.consumed", Condition::NextConsumed),
        selected,
        until("until.marker_back", Condition::Marker { forward: false }),
        Choice { text: words::text("until.end"), obstacle: None, act: end },
    ];
    part(menu::Props { name: words::text("transport.until"), icon: None, choices })
}
