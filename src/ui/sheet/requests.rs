//! Requests by kind: how many, how they ended, how long answers took.

use yew::prelude::*;

use crate::session::frame::RequestFigures;
use crate::ui::markup::{html, text};
use crate::view::format;

const HEADS: [&str; 9] = [
    "requests.kind",
    "requests.count",
    "requests.answered",
    "requests.refused",
    "requests.one_way",
    "requests.failed",
    "requests.mean",
    "requests.p99",
    "requests.max",
];

/// The table.
pub(super) fn section(requests: &[RequestFigures]) -> Html {
    html! {
        <section class="sheet-part">
            <h3>{ text("requests.name") }</h3>
            <p>{ text("requests.note") }</p>
            if requests.is_empty() {
                <p>{ text("figures.none") }</p>
            } else {
                <div class="sheet-scroll" tabindex="0" role="group" aria-label={text("requests.name")}>
                    <table class="sheet-table">
                        <thead>
                            <tr>{ for HEADS.map(|key| html! {
                                <th scope="col">{ text(key) }</th>
                            }) }</tr>
                        </thead>
                        <tbody>{ for requests.iter().map(row) }</tbody>
                    </table>
                </div>
            }
        </section>
    }
}

fn row(kind: &RequestFigures) -> Html {
    let count =
        |number| if number == 0 { format::NOTHING.to_owned() } else { format::count(number) };
    let span =
        |span| if kind.answered == 0 { format::NOTHING.to_owned() } else { format::span(span) };
    let cells = [
        count(kind.count),
        count(kind.answered),
        count(kind.refused),
        count(kind.one_way),
        count(kind.failed),
        span(kind.took.mean),
        span(kind.took.p99),
        span(kind.took.max),
    ];
    html! {
        <tr>
            <th scope="row">{ &kind.name }</th>
            { for cells.map(|cell| html! { <td>{ cell }</td> }) }
        </tr>
    }
}
