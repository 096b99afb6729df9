//! Pools of threads in the words of queueing theory: a table of all, and one in a node's card.

use yew::prelude::*;

use crate::session::frame::{Arg, PoolCard};
use crate::ui::markup::{html, text};
use crate::view::format;
use crate::view::sheet::{mean, percent};
use crate::view::words::{fill, say};

/// Heads of the figures.
const FIGURES: [&str; 8] = [
    "pools.busy",
    "pools.utilisation",
    "pools.waiting",
    "pools.mean",
    "pools.wait",
    "pools.longest",
    "pools.service",
    "pools.jobs",
];

fn figures(pool: &PoolCard) -> [String; 8] {
    let of = |number: u32| Arg::Count(u64::from(number));
    let waiting = |text: fn((u32, u64)) -> String| {
        pool.waiting.map_or_else(|| format::NOTHING.to_owned(), text)
    };
    let wait = |span| if pool.jobs == 0 { format::NOTHING.to_owned() } else { format::span(span) };
    [
        fill("pools.busy.of", &[("busy", of(pool.busy)), ("threads", of(pool.threads))]),
        percent(pool.utilisation),
        waiting(|(now, _)| format::count(u64::from(now))),
        waiting(|(_, all)| mean(all)),
        wait(pool.wait),
        wait(pool.longest),
        wait(pool.service),
        format::count(pool.jobs),
    ]
}

/// The table of all nodes.
pub(super) fn section(pools: &[(String, PoolCard)]) -> Html {
    if pools.is_empty() {
        return html! {};
    }
    let row = |(node, pool): &(String, PoolCard)| {
        html! {
            <tr>
                <th scope="row">{ node }</th>
                <td>{ say(&pool.name) }</td>
                { for figures(pool).map(|figure| html! { <td>{ figure }</td> }) }
            </tr>
        }
    };
    let heads = ["pools.node", "pools.pool"].into_iter().chain(FIGURES);
    html! {
        <section class="sheet-part">
            <h3>{ text("pools.name") }</h3>
            <p>{ text("pools.note") }</p>
            <div class="sheet-scroll" tabindex="0" role="group" aria-label={text("pools.name")}>
                <table class="sheet-table is-named">
                    <thead>
                        <tr>{ for heads.map(|key| html! { <th scope="col">{ text(key) }</th> }) }</tr>
                    </thead>
                    <tbody>{ for pools.iter().map(row) }</tbody>
                </table>
            </div>
        </section>
    }
}

/// The pools of one node beside each other, and the settings of their sizes.
pub fn card(pools: &[PoolCard]) -> Html {
    if pools.is_empty() {
        return html! {};
    }
    let columns: Vec<[String; 8]> = pools.iter().map(figures).collect();
    let is_known =
        |(index, _): &(usize, &str)| columns.iter().any(|column| column[*index] != format::NOTHING);
    let row = |(index, key): (usize, &str)| {
        html! {
            <tr>
                <th scope="row">{ text(key) }</th>
                { for columns.iter().map(|column| html! { <td>{ &column[index] }</td> }) }
            </tr>
        }
    };
    html! {
        <section class="card-part">
            <h3>{ text("pools.name") }</h3>
            <table class="sheet-table">
                <thead>
                    <tr>
                        <td></td>
                        { for pools.iter().map(|pool| html! {
                            <th scope="col">{ say(&pool.name) }</th>
                        }) }
                    </tr>
                </thead>
                <tbody>{ for FIGURES.into_iter().enumerate().filter(is_known).map(row) }</tbody>
            </table>
            { for pools.iter().map(|pool| crate::ui::inspector::setting(&pool.setting)) }
        </section>
    }
}
