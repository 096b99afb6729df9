//! The ledger strip: four counts with bars, five that tell of problems.

use crate::session::frame::Ledger;

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As any number.
    Plain,
    /// A zero: quiet.
    Zero,
    /// It must be zero and is not.
    Alert,
}

/// One number of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Key of its name.
    pub key: &'static str,
    /// The number.
    pub value: u64,
    /// What it can reach, where that makes a bar.
    pub of: Option<u64>,
    /// How it is written.
    pub tone: Tone,
}

/// Sent, stored, delivered, consumed; `planned`: messages that the workloads will send, where
/// known.
pub fn counts(ledger: &Ledger, planned: Option<u64>) -> [Figure; 4] {
    let all = planned.unwrap_or(ledger.sent).max(ledger.sent);
    let pairs = match (ledger.stored, ledger.expected) {
        (0, _) => all,
        // Groups are the same for all messages, so what is expected grows with what is planned.
        (stored, expected) => (expected / stored).max(1) * all.max(stored),
    };
    let figure = |key, value, of: u64| Figure { key, value, of: Some(of), tone: tone(value) };
    [
        figure("ledger.sent", ledger.sent, all),
        figure("ledger.stored", ledger.stored, all),
        figure("ledger.delivered", ledger.delivered, pairs),
        figure("ledger.consumed", ledger.consumed, pairs),
    ]
}

/// In retry, dead, lost, duplicated, out of order; sends that failed only where there are any.
///
/// A message that is lost, dead or was never stored is a failure. Retries, duplicates and messages
/// out of order are what RocketMQ allows itself, so they are shown without alarm.
pub fn problems(ledger: &Ledger) -> Vec<Figure> {
    let figure = |key, value, tone| Figure { key, value, of: None, tone };
    let must_be_zero =
        |key, value| figure(key, value, if value == 0 { Tone::Zero } else { Tone::Alert });
    let mut figures = vec![
        figure("ledger.retrying", ledger.retrying, tone(ledger.retrying)),
        must_be_zero("ledger.dead", ledger.dead),
        must_be_zero("ledger.lost", ledger.lost),
        figure("ledger.duplicated", ledger.duplicated, tone(ledger.duplicated)),
        figure("ledger.out_of_order", ledger.out_of_order, tone(ledger.out_of_order)),
    ];
    if ledger.failed > 0 {
        figures.push(must_be_zero("ledger.failed", ledger.failed));
    }
    figures
}

/// The problems in one number, for narrow screens: alarming as soon as one of them is.
pub fn problem_sum(ledger: &Ledger) -> Figure {
    let problems = problems(ledger);
    let value = problems.iter().map(|figure| figure.value).sum();
    let alert = problems.iter().any(|figure| figure.tone == Tone::Alert);
    let tone = if alert { Tone::Alert } else { tone(value) };
    Figure { key: "ledger.problems", value, of: None, tone }
}

fn tone(value: u64) -> Tone {
    if value == 0 { Tone::Zero } else { Tone::Plain }
}

/// Width of a bar's filled part in thousandths; what is not zero is visible.
pub fn filled(part: u64, whole: u64) -> u64 {
    match (part, whole) {
        (0, _) | (_, 0) => 0,
        (part, whole) => (part.min(whole) * 1_000 / whole).max(20),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_measured_against_what_will_be_sent() {
        let ledger =
            Ledger { sent: 15, stored: 15, delivered: 10, expected: 30, ..Ledger::default() };
        let bars = counts(&ledger, Some(30)).map(|figure| (figure.value, figure.of));
        assert_eq!(bars, [(15, Some(30)), (15, Some(30)), (10, Some(60)), (0, Some(60))]);
        let bars = counts(&ledger, None).map(|figure| figure.of);
        assert_eq!(bars, [Some(15), Some(15), Some(30), Some(30)]);
    }

    #[test]
    fn what_must_be_zero_and_is_not_alarms() {
        let ledger = Ledger { retrying: 2, lost: 1, ..Ledger::default() };
        let tones: Vec<Tone> = problems(&ledger).into_iter().map(|figure| figure.tone).collect();
        assert_eq!(tones, [Tone::Plain, Tone::Zero, Tone::Alert, Tone::Zero, Tone::Zero]);
        assert_eq!((problem_sum(&ledger).value, problem_sum(&ledger).tone), (3, Tone::Alert));
        assert_eq!(problem_sum(&Ledger::default()).tone, Tone::Zero);
        assert_eq!(problems(&Ledger { failed: 1, ..ledger }).len(), 6);
    }

    #[test]
    fn bars_fill_by_share_and_show_the_smallest() {
        let rows = [(0, 10, 0), (10, 10, 1_000), (1, 1_000_000, 20), (5, 10, 500), (20, 10, 1_000)];
        for (part, whole, width) in rows {
            assert_eq!(filled(part, whole), width, "{part} of {whole}");
        }
    }
}
