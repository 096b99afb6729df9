//! What the scenario claims, and whether the run is so.

use yew::prelude::*;

use super::Props;
use crate::session::frame::{Arg, Claim, Frame, Verdict};
use crate::ui::markup::{classes, html, text};
use crate::view::sheet;
use crate::view::sheet::claims::{lane, sum, told};
use crate::view::words::{fill, say};

/// The block of the scenario's card, at the end of a run.
pub fn block(frame: &Frame, changed: bool) -> Html {
    let claims = sheet::unpacked(frame).unwrap_or_default().claims;
    if claims.is_empty() && frame.verdict.is_none() {
        return html! {};
    }
    html! {
        <section class="block claims-block" data-testid="claims">
            <h3>{ text("claims.name") }</h3>
            { body(&claims, frame, changed) }
        </section>
    }
}

/// The same at the head of the Figures view.
pub(super) fn section(claims: &[Claim], props: &Props) -> Html {
    html! {
        <section class="sheet-part">
            <h3>{ text("claims.name") }</h3>
            { body(claims, &props.frame, props.changed) }
        </section>
    }
}

fn body(claims: &[Claim], frame: &Frame, changed: bool) -> Html {
    html! {
        <>
            <p class="claims-sum" role="status">{ sum(claims) }</p>
            <ul class="claims">
                { for frame.verdict.as_ref().map(broken) }
                { for claims.iter().map(|claim| one(claim, frame)) }
            </ul>
            if changed { <p class="block-note">{ text("claims.changed") }</p> }
        </>
    }
}

/// The rule that ended the run.
fn broken(verdict: &Verdict) -> Html {
    let ordinal = Arg::Text(verdict.ordinal.to_string());
    let args = [("at", Arg::Time(verdict.at)), ("ordinal", ordinal)];
    html! {
        <li class="claim is-failed">
            <b>{ text("claims.rule") }</b>
            <span>{ say(&verdict.words) }</span>
            <small>{ fill("claims.rule.at", &args) }</small>
        </li>
    }
}

fn one(claim: &Claim, frame: &Frame) -> Html {
    let told = told(claim);
    let lane = lane(claim, frame).map(|title| format!("{title}: "));
    html! {
        <li class={classes!("claim", told.class)}>
            <b>{ told.state }</b>
            <span>{ for lane }{ &claim.says }</span>
            <small>{ told.figures }</small>
        </li>
    }
}
