//! The left panel: what to look at, what would change it, settings to try, and what happens now.

use web_sys::HtmlInputElement;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::compare::QuestionProps;
use super::driver::Driver;
use super::icons;
use super::inspector::cards;
use super::part::{Part, nth, part};
use super::sheet;
use super::shown::Shown;
use crate::session::frame::{EventLine, Frame, Slider, Switch};
use crate::session::protocol::Tweak;
use crate::ui::markup::{classes, html, text};
use crate::view::charts::{px, within};
use crate::view::guide::{self, Sentence};
use crate::view::words::say;
use crate::view::{format, guide::short_title};

/// Lines of the event list before all are asked for.
const FEW_EVENTS: usize = 4;

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// The run.
    pub shown: Shown,
    /// Runs the page.
    pub driver: Driver,
    /// A scenario was chosen.
    pub on_choose: Callback<String>,
    /// Starts the run.
    pub on_play: Callback<()>,
}

impl Part for Props {
    const NAME: &'static str = "guide";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_guide(self).run(hooks)
    }
}

/// The panel.
#[hook]
fn use_guide(props: &Props) -> Html {
    let all_events = use_state_eq(|| false);
    let shown = &props.shown;
    let run = &shown.frame.run;
    let opening = shown.is_opening();
    let on_tweak = tweak(&props.driver);
    let on_play = props.on_play.clone();
    let (load, sliders): (Vec<&Slider>, Vec<&Slider>) =
        run.sliders.iter().partition(|slider| slider.load);
    html! {
        <aside class="left" tabindex="0" aria-label={text("guide.name")}>
            <section class="block guide-head">
                <p class="overline">{ text("guide.scenario") }</p>
                <h2 class="scenario-title">{ run.title.clone() }</h2>
                if opening || !run.questions.is_empty() {
                    <p class="summary">{ run.summary.clone() }</p>
                }
                { sentences(&shown.frame, opening) }
                if opening && run.questions.is_empty() {
                    <p class="press">
                        { text("guide.press") }<kbd>{ "Space" }</kbd>{ text("guide.press.end") }
                    </p>
                }
            </section>
            if !run.questions.is_empty() {
                { part(QuestionProps { frame: shown.frame.clone(), on_tweak: on_tweak.clone(), on_play }) }
            }
            { bound(&shown.frame) }
            if shown.frame.ended && !shown.frame.sheet.is_empty() {
                { sheet::block(&shown.frame, !shown.recipe.tweaks.is_empty()) }
            }
            if !run.switches.is_empty() && !opening { { switches(&run.switches, &props.driver) } }
            { slider_block("guide.load", &load, &on_tweak) }
            { slider_block("guide.try", &sliders, &on_tweak) }
            if opening && run.questions.is_empty() { { next_block(props) } }
            if !opening && shown.frame.lanes.len() < 2 { { events(props, &all_events) } }
        </aside>
    }
}

/// What bounds the run, where that can be said.
fn bound(frame: &Frame) -> Html {
    let rows = frame.lanes.first().map(|lane| &*lane.bound).unwrap_or_default();
    if rows.is_empty() {
        return html! {};
    }
    html! {
        <section class="block bound">
            <h3 class="overline">{ text("guide.bound") }</h3>
            { cards::rows(rows) }
        </section>
    }
}

fn tweak(driver: &Driver) -> Callback<Vec<Tweak>> {
    let driver = driver.clone();
    Callback::from(move |set| driver.act(|pilot| pilot.tweak(set, &[])))
}

/// The sentences with their numbers, or checks.
fn sentences(frame: &Frame, opening: bool) -> Html {
    let states = guide::sentences(frame, opening);
    let is_plain = frame.run.view == "compare";
    let one = |(index, (sentence, state)): (usize, (&String, Sentence))| {
        let (class, mark, said) = match state {
            Sentence::Open => ("is-open", html! { { index + 1 } }, None),
            Sentence::Later => ("is-later", html! { { index + 1 } }, None),
            Sentence::Current => ("is-current", html! { { index + 1 } }, Some("guide.now_look")),
            Sentence::Done => ("is-done", icons::CHECK.draw(), Some("guide.done")),
        };
        html! {
            <li {class}>
                <span class="sentence-mark" aria-hidden="true">{ mark }</span>
                <span>
                    { for said.map(|said| html! {
                        <span class="hidden">{ text(said) }{ ". " }</span>
                    }) }
                    { sentence.clone() }
                </span>
            </li>
        }
    };
    // Once it runs, the answers to the questions stand where the sentences were.
    if frame.run.look_at.is_empty() || (is_plain && !opening && !frame.run.questions.is_empty()) {
        return html! {};
    }
    let class = classes!("sentences", is_plain.then_some("sentences-plain"));
    html! { <ol {class}>{ for frame.run.look_at.iter().zip(states).enumerate().map(one) }</ol> }
}

/// Switches that start another run.
fn switches(switches: &[Switch], driver: &Driver) -> Html {
    let one = |switch: &Switch| {
        let driver = driver.clone();
        let (on, tweaks) = (switch.on, switch.tweaks.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            let paths: Vec<String> = tweaks.iter().map(|(path, _)| path.clone()).collect();
            let set = tweaks
                .iter()
                .map(|(path, value)| Tweak { path: path.clone(), value: value.clone() });
            let set = if on { Vec::new() } else { set.collect() };
            driver.act(|pilot| pilot.tweak(set, &paths));
        });
        html! {
            <li>
                <button class="switch" role="switch" aria-checked={on.to_string()} {onclick}>
                    <span>{ switch.label.clone() }</span>
                    <span class="switch-track"><span class="switch-knob"></span></span>
                </button>
            </li>
        }
    };
    html! {
        <section class="block">
            <h3>{ text("guide.change") }</h3>
            <ul class="switches">{ for switches.iter().map(one) }</ul>
            <p class="block-note">{ text("guide.change.note") }</p>
        </section>
    }
}

fn slider_block(title: &str, sliders: &[&Slider], on_tweak: &Callback<Vec<Tweak>>) -> Html {
    if sliders.is_empty() {
        return html! {};
    }
    html! {
        <section class="block">
            <h3>{ text(title) }</h3>
            for (index, slider) in sliders.iter().copied().enumerate() {
                { nth(SliderProps { slider: slider.clone(), on_tweak: on_tweak.clone() }, index) }
            }
        </section>
    }
}

#[derive(PartialEq)]
struct SliderProps {
    slider: Slider,
    on_tweak: Callback<Vec<Tweak>>,
}

impl Part for SliderProps {
    const NAME: &'static str = "slider";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_slider(self).run(hooks)
    }
}

/// A setting: its value follows the hand, the run follows when the hand lets go.
#[hook]
fn use_slider(props: &SliderProps) -> Html {
    let held = use_state_eq(|| None::<f64>);
    let slider = &props.slider;
    let value = held.unwrap_or(slider.value);
    let place = move |slider: &Slider, value| guide::slider_place(slider, value);
    let (min, max) = (place(slider, slider.min), place(slider, slider.max));
    let step = if slider.logarithmic { 1.0 } else { slider.step };
    let oninput = {
        let (held, slider) = (held.clone(), slider.clone());
        Callback::from(move |event: InputEvent| {
            let at = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
            held.set(Some(guide::slider_at(&slider, at)));
        })
    };
    let onchange = {
        let (held, slider, on_tweak) = (held.clone(), slider.clone(), props.on_tweak.clone());
        Callback::from(move |event: Event| {
            let at = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
            let value = guide::toml_value(&slider, guide::slider_at(&slider, at));
            let paths = slider.paths.iter().cloned();
            on_tweak.emit(paths.map(|path| Tweak { path, value: value.clone() }).collect());
            held.set(None);
        })
    };
    let figure = guide::slider_value(&Slider { value, ..slider.clone() });
    let share = (place(slider, value) - min) / (max - min).max(f64::MIN_POSITIVE);
    // What a hand moves has a value of its own, which Yew sets beside the attributes.
    let input = yew::html! {
        <input type="range" min={plain(min)} max={plain(max)} step={plain(step)}
            value={plain(place(slider, value))} aria-valuetext={figure.clone()} {oninput}
            {onchange} />
    };
    html! {
        <div class="try">
            <label>
                <span>{ slider.label.clone() }</span>
                <b>{ figure }</b>
                { input }
            </label>
            { track(share) }
            if slider.logarithmic { { scale(slider) } }
        </div>
    }
}

/// A number of the control, exact for whatever step a slider has.
fn plain(number: f64) -> String {
    format::places(number, 6)
}

/// The line of a slider with its part below the value, drawn: the browser's own differs everywhere.
fn track(share: f64) -> Html {
    let share = within(share, 0.0, 1.0) * 100.0;
    html! {
        <svg class="try-track" aria-hidden="true" width="100%" height="16">
            <line class="try-line" x1="0" x2="100%" y1="8" y2="8" />
            <line class="try-part" x1="0" x2={px(share) + "%"} y1="8" y2="8" />
            <circle class="try-knob" cx={px(share) + "%"} cy="8" r="5.25" />
        </svg>
    }
}

/// Powers of ten below a logarithmic slider.
fn scale(slider: &Slider) -> Html {
    let powers = [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0];
    let inner = powers.into_iter().filter(|&at| at > slider.min * 1.01 && at < slider.max * 0.99);
    let marks = std::iter::once(slider.min).chain(inner).chain([slider.max]);
    let (from, to) =
        (guide::slider_place(slider, slider.min), guide::slider_place(slider, slider.max));
    let mark = |at: f64| {
        let share = (guide::slider_place(slider, at) - from) / (to - from).max(f64::MIN_POSITIVE);
        let x = px(share * 100.0) + "%";
        html! {
            <>
                <line class="tick-line" x1={x.clone()} x2={x.clone()} y1="0" y2="4" />
                <text class="tick" {x} y="16" text-anchor="middle">{ plain(at) }</text>
            </>
        }
    };
    html! {
        <svg class="try-scale" aria-hidden="true" width="100%" height="20">
            { for marks.map(mark) }
        </svg>
    }
}

/// The other scenarios.
fn next_block(props: &Props) -> Html {
    let one = |(file, title, line): &(String, String, String)| {
        let file = file.clone();
        let onclick = props.on_choose.reform(move |_: MouseEvent| file.clone());
        html! {
            <li>
                <button class="go-on" {onclick}>
                    <span><b>{ short_title(title) }</b><span>{ line.clone() }</span></span>
                    { icons::RIGHT.draw() }
                </button>
            </li>
        }
    };
    html! {
        <section class="block">
            <h3>{ text("guide.next") }</h3>
            <ul class="go-on-list">{ for guide::others(&props.shown.frame.run).map(one) }</ul>
        </section>
    }
}

/// The last events; a click selects what one speaks of.
fn events(props: &Props, all: &UseStateHandle<bool>) -> Html {
    let recent = &props.shown.frame.recent;
    let count = if **all { recent.len() } else { FEW_EVENTS.min(recent.len()) };
    let lines = &recent[recent.len() - count..];
    let newest = recent.last().map(|line| line.ordinal);
    let one = |line: &EventLine| {
        let driver = props.driver.clone();
        let selects = line.selects;
        let is_newest = newest == Some(line.ordinal);
        let onclick = Callback::from(move |_: MouseEvent| {
            driver.act(|pilot| pilot.select(selects));
        });
        html! {
            <li class={classes!(is_newest.then_some("is-newest"))}>
                <button {onclick} disabled={selects.is_none()}>
                    <time>{ format::stamp(line.at) }</time>
                    <span>{ say(&line.words) }</span>
                </button>
            </li>
        }
    };
    let toggle = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(!*all))
    };
    html! {
        <section class="block now">
            <header>
                <h3>{ text("guide.now") }</h3>
                <button class="link" onclick={toggle}>
                    { text(if **all { "guide.fewer_events" } else { "guide.all_events" }) }
                </button>
            </header>
            if lines.is_empty() { <p class="block-note">{ text("guide.no_events") }</p> }
            <ol class="events">{ for lines.iter().map(one) }</ol>
        </section>
    }
}
