//! The legend of a chart: names with their values, now or under the reading line.

use yew::prelude::*;

use crate::ui::markup::{classes, html, text};
use crate::view::format;

/// One value of a legend.
pub(super) struct Entry {
    /// Its name.
    pub name: String,
    /// The value as written.
    pub value: Option<String>,
    /// Class of the topic's colour, shown where names have no room.
    pub tone: Option<String>,
}

impl Entry {
    /// A value with its name.
    pub(super) fn new(name: impl Into<String>, value: Option<String>) -> Self {
        Self { name: name.into(), value, tone: None }
    }
}

/// The values, and the time they are read at.
pub(super) fn legend(entries: Vec<Entry>, at: Option<u64>) -> Html {
    html! {
        <span class="legend">
            if let Some(at) = at {
                <span class="legend-at">{ text("charts.at") }<b>{ format::moment(at) }</b></span>
            }
            for entry in entries {
                <span class="legend-entry">
                    if let Some(tone) = entry.tone {
                        <i class={classes!("swatch", tone)}></i>
                    }
                    <span class="legend-name">{ entry.name }</span>
                    <b>{ entry.value.unwrap_or_else(|| format::NOTHING.to_owned()) }</b>
                </span>
            }
        </span>
    }
}
