//! Where a message's time went: one bar of all phases, and a word for each.

use super::journey::{self, Grain};
use crate::session::frame::{MessageCard, Phase};
use crate::view::format::{self, SECOND};

/// A phase without a visible width would be missed.
const LEAST: u64 = 8;

/// Width of the whole bar.
pub const WHOLE: u64 = 1_000;

/// A phase as a part of the bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Part<'a> {
    /// The phase.
    pub phase: &'a Phase,
    /// Left edge and width in thousandths of the bar.
    pub from: u64,
    pub width: u64,
    /// Its length as written.
    pub span: String,
    /// Its share, for the longest.
    pub share: Option<String>,
}

/// The parts of the bar, in order; phases without any length are left out.
pub fn parts<'a>(phases: &'a [Phase]) -> Vec<Part<'a>> {
    let shown: Vec<&Phase> = phases.iter().filter(|phase| phase.span > 0).collect();
    let all: u64 = shown.iter().map(|phase| phase.span).sum();
    let widths = widths(&shown.iter().map(|phase| phase.span).collect::<Vec<_>>());
    let mut from = 0;
    let part = |(phase, width): (&'a Phase, u64)| {
        let part = Part {
            phase,
            from,
            width,
            span: if all >= SECOND { tenths(phase.span) } else { format::span(phase.span) },
            share: phase.longest.then(|| format::share(phase.span, all)),
        };
        from += width;
        part
    };
    shown.into_iter().zip(widths).map(part).collect()
}

/// A phase as a row of a short journey.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseRow<'a> {
    /// The phase.
    pub phase: &'a Phase,
    /// When it began, in seconds.
    pub time: String,
    /// Its length: number and unit; the rows add up to the total as written.
    pub span: (String, &'static str),
}

/// The phases that have a length as rows, from the call of send on.
pub fn rows<'a>(card: &'a MessageCard) -> Vec<PhaseRow<'a>> {
    let shown: Vec<&Phase> = card.phases.iter().filter(|phase| phase.span > 0).collect();
    let spans: Vec<u64> = shown.iter().map(|phase| phase.span).collect();
    let grain = Grain::of(spans.iter().sum());
    let first = card.steps.first().map_or(0, |step| step.at - step.wait.unwrap_or(0).min(step.at));
    let starts = spans.iter().scan(first, |at, span| {
        let start = *at;
        *at += span;
        Some(start)
    });
    let units = journey::rounded(&spans, grain.nanos());
    let row = |((phase, start), units)| PhaseRow {
        phase,
        time: grain.moment(start),
        span: grain.amount(units),
    };
    shown.into_iter().zip(starts).zip(units).map(row).collect()
}

/// Beside phases of seconds all are written in tenths, so that they can be compared at a glance.
fn tenths(ns: u64) -> String {
    if ns < SECOND / 20 { format::span(ns) } else { format::moment(ns.max(SECOND / 10)) }
}

/// Widths in thousandths: each at least [`LEAST`], taken from the widest, and together the whole.
fn widths(spans: &[u64]) -> Vec<u64> {
    let all: u128 = spans.iter().copied().map(u128::from).sum();
    let share = |&span: &u64| {
        let share = u128::from(span) * u128::from(WHOLE) / all;
        u64::try_from(share).expect("at most the whole").max(LEAST)
    };
    let mut widths: Vec<u64> = spans.iter().map(share).collect();
    let widest = (0..widths.len()).max_by_key(|&index| widths[index]);
    if let Some(widest) = widest {
        let others = widths.iter().sum::<u64>() - widths[widest];
        widths[widest] = WHOLE.saturating_sub(others).max(LEAST);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::frame::Words;
    use crate::view::format::MILLI;
    use crate::view::sample;

    fn phase(span: u64, longest: bool) -> Phase {
        Phase { words: Words::default(), span, longest }
    }

    #[test]
    fn parts_fill_the_bar_and_none_is_invisible() {
        let phases = [phase(627, false), phase(19_318, true), phase(0, false), phase(1, false)];
        let phases = phases.map(|phase| Phase { span: phase.span * MILLI, ..phase });
        let parts = parts(&phases);
        let edges: Vec<(u64, u64)> = parts.iter().map(|part| (part.from, part.width)).collect();
        assert_eq!(edges, [(0, 31), (31, 961), (992, 8)]);
        let spans: Vec<&str> = parts.iter().map(|part| part.span.as_str()).collect();
        assert_eq!(spans, ["0.6\u{a0}s", "19.3\u{a0}s", "1.0\u{a0}ms"]);
        assert_eq!(parts[1].share.as_deref(), Some("97\u{a0}%"));
    }

    #[test]
    fn rows_begin_with_the_call_of_send_and_add_up() {
        let crate::session::frame::Inspector::Message(card) = sample::first_program().inspector
        else {
            panic!("the sample has a message open");
        };
        let rows: Vec<(String, String)> =
            rows(&card).into_iter().map(|row| (row.time, row.span.0)).collect();
        let told: Vec<(&str, &str)> =
            rows.iter().map(|(time, span)| (time.as_str(), span.as_str())).collect();
        assert_eq!(told, [("0.182", "627"), ("0.809", "19.318"), ("20.127", "1.707")]);
    }

    #[test]
    fn a_message_without_any_time_has_no_bar() {
        assert_eq!(parts(&[phase(0, true)]), []);
    }
}
