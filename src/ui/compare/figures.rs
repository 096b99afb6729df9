//! The figures of a lane, each with a bar that compares it with the others, and its ledger.

use yew::prelude::*;

use crate::session::frame::{Lane, Ledger};
use crate::ui::ledger::{bar, tone};
use crate::ui::markup::{html, text};
use crate::view::compare::figures::{self, Exact, Figure};
use crate::view::format;
use crate::view::ledger;
use crate::view::words;

/// Figures and ledger of one of these lanes.
pub(super) fn figures(lanes: &[Lane], index: usize) -> Html {
    let problems = ledger::problems(&lanes[index].ledger);
    html! {
        <div class="lane-figures">
            <dl class="figures">{ for figures::figures(lanes, index).iter().map(figure) }</dl>
            <p class="lane-ledger">{ counts(&lanes[index].ledger) }</p>
            <p class="lane-ledger is-quiet">{ entries(&problems) }</p>
        </div>
    }
}

fn figure(figure: &Figure) -> Html {
    let (part, whole) = figure.bar;
    let (value, ns) = match figure.exact {
        None => (None, None),
        Some(Exact::Ratio(part, whole)) => (Some(quotient(part, whole)), None),
        Some(Exact::Span(ns)) => (None, Some(ns.to_string())),
    };
    let title = ns.as_ref().map(|ns| format!("{ns}{}ns", format::UNIT));
    html! {
        <div data-figure={figure.key} data-value={value} data-ns={ns} {title}>
            <dt>{ text(figure.key) }</dt>
            <dd>{ &figure.text }{ bar(part, whole) }</dd>
        </div>
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
fn quotient(part: u64, whole: u64) -> String {
    format::places(part as f64 / whole as f64, 9)
}

fn counts(ledger: &Ledger) -> Html {
    entries(&ledger::counts(ledger, None))
}

/// `Sent 15, stored 15`: the first name as it is, the others in the middle of a sentence.
fn entries(figures: &[ledger::Figure]) -> Html {
    let entry = |(index, figure): (usize, &ledger::Figure)| {
        let name = words::text(figure.key);
        let (name, comma) = if index == 0 { (name, "") } else { (name.to_ascii_lowercase(), ", ") };
        let class = (figure.tone == ledger::Tone::Alert).then_some(tone(figure.tone));
        html! {
            <>
                { comma }
                <span {class} data-figure={figure.key}>
                    { name }{ " " }{ format::count(figure.value) }
                </span>
            </>
        }
    };
    figures.iter().enumerate().map(entry).collect()
}
