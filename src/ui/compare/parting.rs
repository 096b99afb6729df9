//! Where the runs first part: the same event in each lane, and what it led to.

use yew::prelude::*;

use crate::session::frame::{Arg, Frame, Lane, Parting};
use crate::session::protocol::Position;
use crate::ui::markup::{html, text};
use crate::view::words::{self, fill, say};

/// The card beside the waits.
pub(super) fn card(frame: &Frame, on_seek: &Callback<Position>) -> Html {
    let parted: Vec<(&Lane, &Parting)> = frame
        .lanes
        .iter()
        .filter_map(|lane| lane.asking.parting.as_ref().map(|parting| (lane, parting)))
        .collect();
    html! {
        <section class="parting">
            <h3>{ text("compare.part") }</h3>
            if parted.is_empty() {
                <p class="parting-lead">{ text("compare.part.none") }</p>
            } else {
                { told(&parted, on_seek) }
            }
        </section>
    }
}

fn told(parted: &[(&Lane, &Parting)], on_seek: &Callback<Position>) -> Html {
    let first = parted.iter().map(|(_, parting)| parting.at).min().unwrap_or(0);
    let onclick = on_seek.reform(move |_: MouseEvent| Position::Time(first));
    html! {
        <>
            <p class="parting-lead">{ lead(first) }</p>
            <dl>{ for parted.iter().map(|(lane, parting)| entry(lane, parting)) }</dl>
            <button class="button" type="button" {onclick}>
                { fill("compare.part.go", &[("at", Arg::Time(first))]) }
            </button>
        </>
    }
}

fn lead(first: u64) -> String {
    match first {
        0 => words::text("compare.part.at_once"),
        at => fill("compare.part.lead", &[("at", Arg::Time(at))]),
    }
}

fn entry(lane: &Lane, parting: &Parting) -> Html {
    html! {
        <div>
            <dt>{ &lane.title }</dt>
            <dd>
                { say(&parting.words) }
                if let Some((name, value)) = &parting.setting {
                    <span class="setting">{ name }{ " " }<b>{ value }</b></span>
                }
            </dd>
        </div>
    }
}
