//! The charts as a table, for those who do not see them.

use yew::prelude::*;

use crate::session::frame::Frame;
use crate::ui::markup::{html, text};
use crate::view::charts::reading::Reading;
use crate::view::charts::table::rows;
use crate::view::format;

/// Values at the ticks that were played, and now.
pub(super) fn table(frame: &Frame) -> Html {
    let Some(lane) = frame.lanes.first() else { return html! {} };
    let heads = ["charts.time", "charts.in", "charts.out", "charts.waiting", "charts.oldest"];
    html! {
        <table class="chart-table">
            <caption>{ text("charts.table") }</caption>
            <thead>
                <tr>{ for heads.map(|key| html! { <th scope="col">{ text(key) }</th> }) }</tr>
            </thead>
            <tbody>
                for reading in rows(&lane.charts, frame.now, frame.run.end) {
                    { row(&reading) }
                }
            </tbody>
        </table>
    }
}

fn row(reading: &Reading) -> Html {
    let cells = [
        reading.rates.map(|(rate, _)| format::rate(rate)),
        reading.rates.map(|(_, rate)| format::rate(rate)),
        reading.all_waiting().map(format::count),
        reading.oldest.map(format::span),
    ];
    html! {
        <tr>
            <th scope="row">{ format::moment(reading.at) }</th>
            { for cells.map(|cell| html! {
                <td>{ cell.unwrap_or_else(|| format::NOTHING.to_owned()) }</td>
            }) }
        </tr>
    }
}
