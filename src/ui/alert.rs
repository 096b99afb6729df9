//! What the person must be told at once: an input that cannot be used, or a dead engine.

use yew::prelude::*;

use crate::session::frame::{Arg, Verdict};
use crate::session::protocol::Rejection;
use crate::ui::markup::{html, text};
use crate::view::format;
use crate::view::pilot::{Alert, Crash};
use crate::view::words::{fill, name, say};

/// The alert over the stage.
pub(super) fn draw(alert: &Alert, seed: u64, on_close: Callback<MouseEvent>) -> Html {
    let body = match alert {
        Alert::Rejected(rejection) => rejected(rejection),
        Alert::Crashed(crash) => crashed(crash),
        Alert::Violated(verdict) => violated(verdict, seed),
    };
    html! {
        <div class="alert" role="alert">
            { body }
            <button class="button" onclick={on_close}>{ text("alert.close") }</button>
        </div>
    }
}

fn violated(verdict: &Verdict, seed: u64) -> Html {
    let place = [
        ("seed", name(seed.to_string())),
        ("at", name(format::clock(verdict.at))),
        ("ordinal", Arg::Text(verdict.ordinal.to_string())),
    ];
    html! {
        <div>
            <p><strong>{ say(&verdict.words) }</strong></p>
            <p>{ fill("alert.violated", &place) }</p>
        </div>
    }
}

fn rejected(rejection: &Rejection) -> Html {
    let finding = [("place", name(&*rejection.place)), ("finding", name(&*rejection.finding))];
    let cure = [("cure", name(&*rejection.cure))];
    html! {
        <div>
            <p><strong>{ fill("alert.rejected", &finding) }</strong></p>
            if !rejection.cure.is_empty() { <p>{ fill("alert.cure", &cure) }</p> }
        </div>
    }
}

fn crashed(crash: &Crash) -> Html {
    let place = [
        ("scenario", name(&*crash.scenario)),
        ("seed", name(crash.seed.to_string())),
        ("at", name(format::clock(crash.now))),
        ("ordinal", Arg::Text(crash.ordinal.to_string())),
    ];
    let next = if crash.given_up { "alert.crashed.given_up" } else { "alert.crashed.fresh" };
    html! {
        <div>
            <p>
                <strong>{ fill("alert.crashed", &[("sentence", name(&*crash.sentence))]) }</strong>
            </p>
            <p>{ fill("alert.crashed.where", &place) }{ " " }{ text(next) }</p>
        </div>
    }
}
