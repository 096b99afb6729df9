//! The invitation in the empty broker: what will appear there, and the big Play.

use yew::prelude::*;

use crate::session::frame::RunInfo;
use crate::ui::icons;
use crate::ui::markup::{classes, html, text};
use crate::view::flow;
use crate::view::flow::shape::Place;

const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// A place with less height than this has room for the button and its name only.
const LOW: f64 = 240.0;

/// Draws the invitation into its place; without Play after the first one.
pub(super) fn invite(place: Place, run: &RunInfo, on_play: Option<&Callback<()>>) -> Html {
    let is_low = place.h < LOW;
    let onclick = on_play.map(|on_play| on_play.reform(|_: MouseEvent| ()));
    html! {
        <>
            <rect class="invite-frame" rx="6" x={place.x} y={place.y} width={place.w}
                height={place.h} />
            <foreignObject x={place.x} y={place.y} width={place.w} height={place.h}>
                <div xmlns={XHTML} class={classes!("invite", is_low.then_some("invite-low"))}>
                    if !is_low || onclick.is_none() { <p>{ text("flow.empty") }</p> }
                    if let Some(onclick) = onclick {
                        <button class="big-play" {onclick} aria-label={text("play")}>
                            { icons::PLAY.draw() }
                        </button>
                        <p class="invite-name">{ text("play") }<kbd>{ "Space" }</kbd></p>
                        if !is_low { <p>{ flow::invitation(run) }</p> }
                    }
                </div>
            </foreignObject>
        </>
    }
}
