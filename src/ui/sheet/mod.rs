//! The Figures view: what the scenario claims, latency over time, threads, requests. All of it is
//! fetched later than the rest (`xtask/src/split`).

mod claims;
mod heat;
pub mod pools;
mod requests;

use yew::functional::HookContext;
use yew::prelude::*;

use super::part::{Part, Shot, nth};
use crate::session::frame::{Figures, Sheet};
use crate::ui::markup::{html, text};
use crate::view::sheet;

pub use claims::block;

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// What is drawn.
    pub frame: Shot,
    /// Settings of the scenario were changed.
    pub changed: bool,
}

impl Part for Props {
    const NAME: &'static str = "sheet";

    fn draw(&self, _: &mut HookContext) -> Html {
        draw(self)
    }
}

fn draw(props: &Props) -> Html {
    let sheet = sheet::unpacked(&props.frame).unwrap_or_default();
    html! {
        <main class="compare figures-view" aria-label={text("figures.name")} tabindex="0">
            { claims::section(&sheet.claims, props) }
            for (index, figures) in sheet.lanes.iter().enumerate() {
                { lane(props, &sheet, index, figures) }
            }
        </main>
    }
}

/// The figures of a lane; its title where there are several.
fn lane(props: &Props, sheet: &Sheet, index: usize, figures: &Figures) -> Html {
    let title = props.frame.lanes.get(index).map(|lane| lane.title.clone());
    let title = title.filter(|_| sheet.lanes.len() > 1);
    let first = index * figures.spans.len();
    html! {
        <>
            { for title.as_ref().map(|title| html! { <h2 class="sheet-lane">{ title }</h2> }) }
            <section class="sheet-part">
                <h3>{ text("spans.name") }</h3>
                <p>{ text("spans.note") }</p>
                <div class="heats">
                    for (place, map) in figures.spans.iter().enumerate() {
                        { nth(heat::Props { frame: props.frame.clone(), map: map.clone() },
                            first + place) }
                    }
                </div>
            </section>
            { pools::section(&figures.pools) }
            { requests::section(&figures.requests) }
        </>
    }
}
