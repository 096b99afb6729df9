//! A node, a queue, a link opened: rows of label and value, and what happened last.

use yew::prelude::*;

use super::head::head;
use super::{Acts, events, why};
use crate::session::frame::{Arg, Cell, CellState, Frame, LinkCard, NodeCard, QueueCard, Words};
use crate::session::protocol::Selection;
use crate::ui::markup::{classes, html, text};
use crate::ui::sheet::pools;
use crate::view::format;
use crate::view::words::{self, fill, say};

/// The card of a node.
pub(super) fn node(card: &NodeCard, acts: &Acts) -> Html {
    html! {
        <>
            { head(say(&card.kind), html! { <b>{ &card.name }</b> }, acts) }
            { rows(&card.rows) }
            { pools::card(&card.pools) }
            { expects(&card.expects, acts.frame.now) }
            { settings(&card.settings) }
            { events::list(&card.events, acts) }
        </>
    }
}

/// The card of a queue.
pub(super) fn queue(card: &QueueCard, acts: &Acts) -> Html {
    html! {
        <>
            { head(words::text("inspector.queue"), html! { <b>{ &card.name }</b> }, acts) }
            { rows(&card.rows) }
            { messages(card, acts) }
            { events::list(&card.events, acts) }
        </>
    }
}

/// The card of a link.
pub(super) fn link(card: &LinkCard, frame: &Frame, acts: &Acts) -> Html {
    let lane = frame.lanes.get(usize::from(card.lane));
    let name = |id: u32| {
        let node = lane.and_then(|lane| lane.nodes.iter().find(|node| node.id == id));
        node.map_or_else(|| format!("n{id}"), |node| node.name.clone())
    };
    let ends = [("from", Arg::Text(name(card.from))), ("to", Arg::Text(name(card.to)))];
    let title = fill("inspector.link.ends", &ends);
    html! {
        <>
            { head(words::text("inspector.link.kind"), html! { <b>{ title }</b> }, acts) }
            { rows(&card.rows) }
            { events::list(&card.events, acts) }
        </>
    }
}

/// Rows of label and value.
pub(in crate::ui) fn rows(rows: &[(Words, Words)]) -> Html {
    html! {
        <dl class="card-rows">
            for (label, value) in rows {
                <div><dt>{ say(label) }</dt><dd>{ say(value) }</dd></div>
            }
        </dl>
    }
}

/// Timers that will fire, in the order of their times.
fn expects(expects: &[(u64, Words)], now: u64) -> Html {
    if expects.is_empty() {
        return html! {};
    }
    let wait = |at: u64| fill("inspector.in", &[("span", Arg::Time(at.saturating_sub(now)))]);
    html! {
        <section class="card-part">
            <h3>{ text("inspector.expects") }</h3>
            <dl class="card-rows">
                for (at, words) in expects {
                    <div title={format::exact(*at)}>
                        <dt>{ say(words) }</dt>
                        <dd>{ wait(*at) }</dd>
                    </div>
                }
            </dl>
        </section>
    }
}

fn settings(settings: &[(String, String)]) -> Html {
    if settings.is_empty() {
        return html! {};
    }
    html! {
        <section class="card-part">
            <h3>{ text("inspector.settings") }</h3>
            { for settings.iter().map(why::setting) }
        </section>
    }
}

/// The newest messages of a queue: one cell each, as on the stage; a click opens the message.
fn messages(card: &QueueCard, acts: &Acts) -> Html {
    if card.messages.is_empty() {
        return html! {};
    }
    html! {
        <section class="card-part">
            <h3>{ text("inspector.messages") }</h3>
            <ul class="message-cells">
                { for card.messages.iter().map(|cell| message(card.lane, *cell, acts)) }
            </ul>
        </section>
    }
}

fn message(lane: u8, cell: Cell, acts: &Acts) -> Html {
    let number = cell.message;
    let (class, key) = match cell.state {
        CellState::Stored => ("is-stored", "inspector.stored"),
        CellState::HandedOut => ("is-handed", "inspector.handed"),
        CellState::Consumed => ("is-consumed", "inspector.consumed"),
    };
    let state = fill(key, &[("n", Arg::Count(u64::from(number)))]);
    let onclick =
        acts.select.reform(move |_: MouseEvent| Some(Selection::Message { lane, number }));
    html! {
        <li>
            <button class={classes!("message-cell", class)} type="button" title={state.clone()}
                aria-label={state} {onclick}>{ format!("m{number}") }</button>
        </li>
    }
}
