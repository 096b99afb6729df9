//! The stage as tables: the same information for those who do not use the picture.

use yew::prelude::*;

use crate::session::frame::Frame;
use crate::session::protocol::Selection;
use crate::ui::markup::{classes, html, text};
use crate::view::flow::table::{Table, tables};

/// All tables of the leading lane.
pub(super) fn draw(
    frame: &Frame,
    selected: Option<Selection>,
    select: &Callback<Option<Selection>>,
) -> Html {
    let Some(lane) = frame.lanes.first() else { return html! {} };
    let tables = tables(lane, frame.now);
    let filled = tables.iter().filter(|table| !table.rows.is_empty());
    html! {
        <div class="stage-tables" tabindex="0" role="region" aria-label={text("flow.table")}>
            { for filled.map(|table| one(table, selected, select)) }
        </div>
    }
}

fn one(table: &Table, selected: Option<Selection>, select: &Callback<Option<Selection>>) -> Html {
    let row = |(selection, cells): &(Option<Selection>, Vec<String>)| {
        let (first, rest) = cells.split_first().expect("a row has a first cell");
        let is_picked = selection.is_some() && *selection == selected;
        let head = match *selection {
            None => html! { { first.clone() } },
            Some(selection) => {
                let onclick = select.reform(move |_: MouseEvent| Some(selection));
                html! {
                    <button class="link" {onclick} aria-pressed={is_picked.to_string()}>
                        { first.clone() }
                    </button>
                }
            }
        };
        html! {
            <tr class={classes!(is_picked.then_some("row-picked"))}>
                <th scope="row">{ head }</th>
                { for rest.iter().map(|cell| html! { <td>{ cell.clone() }</td> }) }
            </tr>
        }
    };
    html! {
        <table class="data">
            <caption>{ text(table.caption) }</caption>
            <thead>
                <tr>
                    for head in table.heads.iter() {
                        <th scope="col">{ text(head) }</th>
                    }
                </tr>
            </thead>
            <tbody>{ for table.rows.iter().map(row) }</tbody>
        </table>
    }
}
