//! Where a message's time went: one bar and a word for each part.

use yew::prelude::*;

use crate::session::frame::MessageCard;
use crate::ui::markup::{classes, html, text};
use crate::view::format;
use crate::view::inspector::journey::total;
use crate::view::inspector::phases::{Part, PhaseRow, parts, rows};
use crate::view::words::say;

/// Heading with the total, bar, and the words below it.
pub(super) fn bar(card: &MessageCard) -> Html {
    let parts = parts(&card.phases);
    if parts.is_empty() {
        return html! {};
    }
    let heading = if card.total.is_some() { "inspector.total" } else { "inspector.so_far" };
    let all = card.total.unwrap_or_else(|| card.phases.iter().map(|phase| phase.span).sum());
    html! {
        <section class="phases">
            <h3>
                { text(heading) }
                <data class="phases-total" value={all.to_string()} title={format::exact(all)}>
                    { total(all) }
                </data>
            </h3>
            <svg class="phase-bar" viewBox="0 0 1000 8" preserveAspectRatio="none"
                aria-hidden="true">
                { for segments(&parts) }
            </svg>
            <ul class="phase-words">{ for parts.iter().map(word) }</ul>
            <ul class="phase-rows">{ for rows(card).iter().map(row) }</ul>
        </section>
    }
}

/// The longest in the accent, the others in two greys in turn.
fn segments(parts: &[Part]) -> Vec<Html> {
    let mut greys = ["phase", "phase is-second"].into_iter().cycle();
    let mut segment = |(index, part): (usize, &Part)| {
        let longest = part.phase.longest.then_some("phase is-longest");
        let class = longest.or_else(|| greys.next());
        // A seam of three thousandths parts neighbours.
        let width = part.width.saturating_sub(if index == 0 { 0 } else { 3 }).max(2);
        let from = part.from + part.width - width;
        html! { <rect {class} x={from.to_string()} width={width.to_string()} height="8" /> }
    };
    parts.iter().enumerate().map(&mut segment).collect()
}

fn word(part: &Part) -> Html {
    let class = part.phase.longest.then_some("is-longest");
    html! {
        <li {class} title={format::exact(part.phase.span)}>
            { say(&part.phase.words) }{ " " }{ &part.span }
            { for part.share.as_ref().map(|share| html! { <>{ ", " }{ share }</> }) }
        </li>
    }
}

/// On a phone a phase is a row, as the steps are.
fn row(row: &PhaseRow) -> Html {
    let class = classes!("phase-row", row.phase.longest.then_some("is-longest"));
    let (number, unit) = &row.span;
    html! {
        <li {class} title={format::exact(row.phase.span)}>
            <time class="step-time">{ &row.time }</time>
            <span>{ say(&row.phase.words) }</span>
            <span class="step-wait">
                { number }<span class="unit">{ format::UNIT }{ *unit }</span>
            </span>
        </li>
    }
}
