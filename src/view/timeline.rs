//! The timeline: ticks, what is played, quiet spans, past and expected markers with room for their
//! words.

use super::charts::axis::TimeAxis;
use super::charts::px;
use super::format;
use super::sorted::insert_by;
use super::words::{fill, say};
use crate::session::frame::{Arg, Frame, Words};

/// Widths of letters in the small type, with a fifth to spare.
const LETTER: f64 = 6.2;

/// Between two labels of one row.
const BETWEEN: f64 = 14.0;

/// A wave of a zigzag, and how far it goes up and down.
const WAVE: f64 = 12.0;
const SWING: f64 = 4.0;

/// A label below the track.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Its left edge or its middle, see `anchor`.
    pub x: f64,
    /// `start`, `middle` or `end`.
    pub anchor: &'static str,
    /// Words.
    pub text: String,
}

/// A marker on the track.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub x: f64,
    /// Has happened; else it is expected.
    pub past: bool,
    /// Its words, for a title.
    pub name: String,
    /// The same where there is room.
    pub label: Option<Label>,
    /// When it is expected.
    pub due: Option<Label>,
}

/// A quiet span that was skipped.
#[derive(Clone, Debug, PartialEq)]
pub struct Quiet {
    /// Zigzag around y 0.
    pub path: String,
    /// How long it was.
    pub label: Option<Label>,
}

/// All of the timeline in pixels, around the middle of its track.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    pub axis: TimeAxis,
    /// Ticks above the track.
    pub ticks: Vec<(f64, String)>,
    /// Played parts: from, to.
    pub played: Vec<(f64, f64)>,
    pub quiet: Vec<Quiet>,
    pub marks: Vec<Mark>,
    /// Where the clock stands.
    pub now: f64,
}

/// Lays the timeline out in a column of `width`.
pub fn timeline(frame: &Frame, width: f64) -> Timeline {
    let axis = TimeAxis::new(frame.run.end, width);
    let mut rows = Rows { axis, upper: Vec::new(), lower: Vec::new() };
    let marks = marks(frame, &mut rows);
    let quiet = frame.skipped.iter().filter_map(|&span| quiet(span, frame.now, &mut rows));
    Timeline {
        axis,
        ticks: axis.ticks().into_iter().map(|at| (axis.x(at), format::axis(at))).collect(),
        played: played(frame, &axis),
        quiet: quiet.collect(),
        marks,
        now: axis.x(frame.now),
    }
}

/// What lies before the clock, without the zigzags.
fn played(frame: &Frame, axis: &TimeAxis) -> Vec<(f64, f64)> {
    let mut parts = Vec::new();
    let mut from = 0;
    for &(start, end) in frame.skipped.iter().filter(|&&(start, end)| end > start) {
        let (start, end) = (start.min(frame.now), end.min(frame.now));
        if axis.x(end) - axis.x(start) >= WAVE && start >= from {
            parts.push((axis.x(from), axis.x(start)));
            from = end;
        }
    }
    parts.push((axis.x(from), axis.x(frame.now)));
    parts
}

fn quiet((start, end): (u64, u64), now: u64, rows: &mut Rows) -> Option<Quiet> {
    let (from, to) = (rows.axis.x(start.min(now)), rows.axis.x(end.min(now)));
    if to - from < WAVE {
        return None;
    }
    let words = fill("timeline.quiet", &[("span", Arg::Span(end - start))]);
    let label = rows.lower_label(f64::midpoint(from, to), words);
    Some(Quiet { path: zigzag(from, to), label })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "waves on a screen")]
fn zigzag(from: f64, to: f64) -> String {
    let waves = ((to - from) / WAVE).round().max(1.0) as u32;
    let quarter = (to - from) / f64::from(waves) / 4.0;
    let mut path = format!("M{} 0", px(from));
    for _ in 0..waves {
        path.push_str(&format!(
            "l{q} {up}l{h} {down}l{q} {up}",
            q = px(quarter),
            h = px(quarter * 2.0),
            up = px(-SWING),
            down = px(SWING * 2.0)
        ));
    }
    path
}

fn marks(frame: &Frame, rows: &mut Rows) -> Vec<Mark> {
    let end = frame.run.end;
    let mut all: Vec<(u64, bool, String)> =
        frame.markers.iter().map(|mark| (mark.at, mark.past, say(&mark.words))).collect();
    if all.iter().all(|&(at, ..)| at != end) {
        let words = Words { key: "timeline.end".to_owned(), args: Vec::new() };
        all.push((end, frame.now >= end, say(&words)));
    }
    // What starts with the scenario is nothing to wait for.
    all.retain(|&(at, past, _)| past || at > 0);
    let mut in_order = Vec::with_capacity(all.len());
    for mark in all {
        insert_by(&mut in_order, mark, |&(at, ..)| at);
    }
    let marks = in_order.into_iter().map(|(at, past, name)| {
        let x = rows.axis.x(at);
        let label = rows.upper_label(x, name.clone());
        let due = label.as_ref().filter(|_| !past && at < end).and_then(|label| {
            let span = ("span", Arg::Text(format::moment(at.saturating_sub(frame.now))));
            rows.below(label, fill("timeline.in", &[span]))
        });
        Mark { x, past, name, label, due }
    });
    marks.collect()
}

/// Two rows of labels with what is taken in each.
struct Rows {
    axis: TimeAxis,
    upper: Vec<(f64, f64)>,
    lower: Vec<(f64, f64)>,
}

impl Rows {
    fn upper_label(&mut self, x: f64, text: String) -> Option<Label> {
        place(&self.axis, &mut self.upper, x, text)
    }

    /// Below a label of the upper row, from the same edge or middle.
    fn below(&mut self, upper: &Label, text: String) -> Option<Label> {
        let width = width(&text);
        let from = match upper.anchor {
            "middle" => upper.x - width / 2.0,
            "end" => upper.x - width,
            _ => upper.x,
        };
        let to = from + width;
        let free = self.lower.iter().all(|&(a, b)| to + BETWEEN <= a || b + BETWEEN <= from);
        free.then(|| {
            self.lower.push((from, to));
            Label { x: upper.x, anchor: upper.anchor, text }
        })
    }

    fn lower_label(&mut self, x: f64, text: String) -> Option<Label> {
        place(&self.axis, &mut self.lower, x, text)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of letters")]
fn width(text: &str) -> f64 {
    text.chars().count() as f64 * LETTER
}

/// In the middle below its mark, or beginning there; nothing where others stand.
fn place(axis: &TimeAxis, taken: &mut Vec<(f64, f64)>, x: f64, text: String) -> Option<Label> {
    let width = width(&text);
    let half = width / 2.0;
    let (left, right) = (axis.left, axis.right + 4.0);
    let middle = (x, "middle", x - half);
    let start = (x, "start", x);
    let end = (x, "end", x - width);
    let options = if x - half < left {
        [start, start]
    } else if x + half > right {
        [end, end]
    } else {
        [middle, start]
    };
    let free = |&(_, _, from): &(f64, &str, f64)| {
        let to = from + width;
        to <= right + 1.0 && taken.iter().all(|&(a, b)| to + BETWEEN <= a || b + BETWEEN <= from)
    };
    let (x, anchor, from) = options.into_iter().find(free)?;
    taken.push((from, from + width));
    Some(Label { x, anchor, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample;

    #[test]
    fn the_picture_has_two_played_parts_and_a_zigzag_between() {
        let timeline = timeline(&sample::first_program(), 824.0);
        assert_eq!((timeline.played.len(), timeline.quiet.len()), (2, 1));
        assert!(timeline.quiet[0].path.starts_with("M256.22 0l"));
        let labels: Vec<&str> = timeline
            .marks
            .iter()
            .filter_map(|mark| mark.label.as_ref())
            .map(|l| l.text.as_str())
            .collect();
        assert_eq!(labels.first(), Some(&"Consumer starts"));
        assert!(labels.contains(&"Offsets saved") && labels.contains(&"End"));
        let saved =
            timeline.marks.iter().find(|mark| mark.name == "Offsets saved").expect("expected");
        let due =
            saved.due.as_ref().expect("there is room for when").text.replace(format::UNIT, " ");
        assert_eq!(due, "In 3.3 s");
    }

    #[test]
    fn labels_never_overlap_on_a_phone() {
        let timeline = timeline(&sample::first_program(), 390.0);
        let mut spans: Vec<(f64, f64)> = Vec::new();
        for label in timeline.marks.iter().filter_map(|mark| mark.label.as_ref()) {
            let width = label.text.chars().count() as f64 * LETTER;
            let from = match label.anchor {
                "start" => label.x,
                "middle" => label.x - width / 2.0,
                _ => label.x - width,
            };
            assert!(spans.iter().all(|&(a, b)| from + width <= a || b <= from));
            spans.push((from, from + width));
        }
        assert!(spans.len() >= 2);
    }
}
