//! Settings with a slider: the load in a block of its own, the others under "Try it".

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::session::frame::{Frame, Slider};
use crate::session::protocol::Tweak;
use crate::view::charts::px;
use crate::view::compare::slider::{self, PLACES};
use crate::view::words::text;

/// Properties of [`LoadSlider`] and [`TryIt`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// Its sliders are shown.
    pub frame: Rc<Frame>,
    /// Changes settings and runs again at the present position.
    pub on_tweak: Callback<Vec<Tweak>>,
}

/// The load, where the scenario has such a slider.
#[component]
pub fn LoadSlider(props: &Props) -> Html {
    block(props, "compare.load", true)
}

/// All other sliders.
#[component]
pub fn TryIt(props: &Props) -> Html {
    block(props, "compare.try", false)
}

fn block(props: &Props, heading: &str, load: bool) -> Html {
    let sliders: Vec<&Slider> =
        props.frame.run.sliders.iter().filter(|slider| slider.load == load).collect();
    if sliders.is_empty() {
        return html! {};
    }
    html! {
        <section class="left-part sliders">
            <h3>{ text(heading) }</h3>
            for slider in sliders {
                <SliderRow key={slider.label.clone()} slider={slider.clone()}
                    on_tweak={props.on_tweak.clone()} />
            }
        </section>
    }
}

/// Properties of [`SliderRow`].
#[derive(PartialEq, Properties)]
pub struct RowProps {
    /// The setting.
    pub slider: Slider,
    /// Changes settings and runs again at the present position.
    pub on_tweak: Callback<Vec<Tweak>>,
}

/// Label, value, slider. While it is dragged only the value moves; the run is changed when it is
/// let go.
#[component]
pub fn SliderRow(props: &RowProps) -> Html {
    let dragged = use_state_eq(|| None::<u32>);
    let node = use_node_ref();
    let slider = &props.slider;
    let place = dragged.unwrap_or_else(|| slider::place(slider, slider.value));
    let value = dragged.map_or(slider.value, |place| slider::value(slider, place));
    use_effect_with((node.clone(), place), |(node, place)| fill_track(node, *place));
    let oninput = {
        let dragged = dragged.clone();
        Callback::from(move |event: InputEvent| dragged.set(place_of(&event)))
    };
    let onchange = {
        let (slider, on_tweak, dragged) = (slider.clone(), props.on_tweak.clone(), dragged.clone());
        Callback::from(move |event: Event| {
            if let Some(place) = place_of(&event) {
                on_tweak.emit(slider::tweaks(&slider, slider::value(&slider, place)));
            }
            dragged.set(None);
        })
    };
    html! {
        <label class="slider">
            <span class="slider-label">{ &slider.label }</span>
            <b class="slider-value">{ slider::text(slider, value) }</b>
            <input ref={node} type="range" min="0" max={PLACES.to_string()} step={step(slider)}
                value={place.to_string()} aria-label={slider.label.clone()}
                aria-valuetext={slider::text(slider, value)}
                {oninput} {onchange} />
            if slider.logarithmic { { ticks(slider) } }
        </label>
    }
}

/// One key press moves by one step of the setting, on a logarithmic slider by a fiftieth.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 1..=PLACES")]
fn step(slider: &Slider) -> String {
    let steps = (slider.max - slider.min) / slider.step.max(f64::MIN_POSITIVE);
    let places = if slider.logarithmic { 20.0 } else { f64::from(PLACES) / steps.max(1.0) };
    (places.floor().max(1.0) as u32).to_string()
}

fn place_of(event: &Event) -> Option<u32> {
    event.target_dyn_into::<HtmlInputElement>().and_then(|input| input.value().parse().ok())
}

/// The part left of the knob is darker; its width is a style property, set as the policy allows.
fn fill_track(node: &NodeRef, place: u32) {
    let Some(input) = node.cast::<HtmlInputElement>() else { return };
    let share = f64::from(place) * 100.0 / f64::from(PLACES);
    // A browser that refuses the property shows the slider without its filled part.
    let _ = input.style().set_property("--part", &format!("{share}%"));
}

/// Ticks under the way of the knob's middle, which the style sheet insets by half a knob.
fn ticks(slider: &Slider) -> Html {
    let at = |place: u32| format!("{}%", px(f64::from(place) * 100.0 / f64::from(PLACES)));
    html! {
        <svg class="slider-ticks" height="20" aria-hidden="true">
            for (place, label) in slider::ticks(slider) {
                <line x1={at(place)} x2={at(place)} y1="0" y2="4" />
                <text class="tick" x={at(place)} y="16" text-anchor="middle">{ label }</text>
            }
        </svg>
    }
}
