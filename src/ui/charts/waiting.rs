//! Messages that wait, stacked by topic.

use yew::prelude::*;

use super::legend::{Entry, legend};
use super::{ChartProps, cursors, figure, ground};
use crate::session::frame::{Arg, Topic};
use crate::ui::markup::{classes, html};
use crate::view::charts::waiting;
use crate::view::format;
use crate::view::tone::tone;
use crate::view::words::{self, fill};

/// The axis shows at least the planned messages where they are this few; more would flatten the
/// rest.
const FEW: u64 = 30;

/// Where nobody knows how many there will be, the axis begins here.
const FEWEST: u64 = 4;

/// The chart of what waits.
pub(super) fn chart(props: &ChartProps) -> Html {
    let Some(charts) = props.charts() else { return html! {} };
    let least = props.frame.run.planned_messages.unwrap_or(FEWEST).min(FEW);
    let drawn = waiting::draw(charts, props.frame.now, least, &props.plot);
    figure(
        "waiting",
        words::text("charts.waiting.note"),
        legend(entries(props), props.reading),
        plot(props, &drawn),
    )
}

fn topics(props: &ChartProps) -> &[Topic] {
    props.frame.lanes.first().map_or(&[], |lane| &lane.topics)
}

fn entries(props: &ChartProps) -> Vec<Entry> {
    let topics = topics(props);
    let values: Option<Vec<u64>> = match props.read() {
        Some(reading) => reading.waiting.map(|counts| counts.into_iter().map(u64::from).collect()),
        None => (!topics.is_empty()).then(|| topics.iter().map(|topic| topic.waiting).collect()),
    };
    // What a topic holds that no client names was counted where it was sent to.
    let is_named = |(_, topic): &(usize, &Topic)| topic.tone != u8::MAX;
    let entry = |(index, topic): (usize, &Topic)| {
        let value = values.as_ref().map(|values| values.get(index).copied().unwrap_or(0));
        Entry {
            name: topic.name.clone(),
            value: value.map(format::count),
            tone: Some(tone(topic.tone)),
        }
    };
    let mut entries: Vec<Entry> = topics.iter().enumerate().filter(is_named).map(entry).collect();
    let all = values.map(|values| format::count(values.iter().sum()));
    entries.push(Entry::new(words::text("charts.all"), all));
    entries
}

fn plot(props: &ChartProps, drawn: &waiting::Drawn) -> Html {
    let ticks = [0, drawn.top / 2, drawn.top].map(format::tick);
    let tones = topics(props).iter().map(|topic| tone(topic.tone));
    html! {
        <svg class="plot" role="img" aria-label={summary(props)}>
            { ground(props, ticks) }
            for (area, tone) in drawn.areas.iter().zip(tones) {
                <path class={classes!("area", tone)} d={area.clone()} />
            }
            { cursors(props) }
        </svg>
    }
}

fn summary(props: &ChartProps) -> String {
    let topics = topics(props);
    if topics.is_empty() {
        return words::text("charts.waiting.none");
    }
    let named = topics.iter().filter(|topic| topic.tone != u8::MAX);
    let each = named.map(|topic| format!("{} {}", topic.name, topic.waiting));
    let all = Arg::Count(topics.iter().map(|topic| topic.waiting).sum());
    let each = Arg::Text(each.collect::<Vec<_>>().join(", "));
    fill("charts.waiting.summary", &[("all", all), ("each", each)])
}
