//! The left panel: how far its sentences are, settings as sliders show them, small and large steps
//! in time.

use super::charts::within;
use super::format;
use super::words::{fill, name};
use crate::session::frame::{Frame, RunInfo, Slider};

/// How far a sentence that says what to look at is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sentence {
    /// Nothing was played yet.
    Open,
    /// To be looked at later.
    Later,
    /// To be looked at now.
    Current,
    /// Has been seen.
    Done,
}

/// How far each sentence is: sent, handed out, consumed where there are three and the workload ends
/// by itself; else by the share of the time.
pub fn sentences(frame: &Frame, opening: bool) -> Vec<Sentence> {
    let count = frame.run.look_at.len();
    if opening {
        return vec![Sentence::Open; count];
    }
    let done: Vec<bool> = match (count, frame.run.planned_messages) {
        (3, Some(planned)) => by_ledger(frame, planned).into(),
        _ => by_time(frame, count),
    };
    let current = done.iter().position(|done| !done).unwrap_or(count);
    let state = |index: usize| match index.cmp(&current) {
        std::cmp::Ordering::Less => Sentence::Done,
        std::cmp::Ordering::Equal => Sentence::Current,
        std::cmp::Ordering::Greater => Sentence::Later,
    };
    (0..count).map(state).collect()
}

fn by_ledger(frame: &Frame, planned: u64) -> [bool; 3] {
    let Some(ledger) = frame.lanes.first().map(|lane| lane.ledger) else { return [false; 3] };
    let all = ledger.stored >= planned && ledger.consumed >= ledger.expected;
    [ledger.sent >= planned, ledger.delivered > 0, all]
}

fn by_time(frame: &Frame, count: usize) -> Vec<bool> {
    let part = frame.run.end / (count.max(1) as u64);
    (1..=count as u64).map(|index| frame.now >= part * index && frame.now > 0).collect()
}

/// A scenario's title as the picker shows it: without the article.
pub fn short_title(title: &str) -> String {
    let Some(rest) = title.strip_prefix("The ") else { return title.to_owned() };
    let mut letters = rest.chars();
    letters.next().map_or_else(String::new, |first| {
        std::iter::once(first.to_ascii_uppercase()).chain(letters).collect()
    })
}

/// The other shipped scenarios: name, title, one line.
pub fn others(run: &RunInfo) -> impl Iterator<Item = &(String, String, String)> {
    run.shipped.iter().filter(|(name, ..)| *name != run.scenario)
}

/// A slider's value with its unit, in the decimals of its step.
pub fn slider_value(slider: &Slider) -> String {
    let number = number(slider, slider.value);
    match slider.unit.as_str() {
        // Rates are named by their label.
        "" | "/s" => number,
        unit => fill("guide.value", &[("number", name(number)), ("unit", name(unit))]),
    }
}

/// A slider's value as TOML for the scenario: a number, or a duration in quotes.
pub fn toml_value(slider: &Slider, value: f64) -> String {
    let number = number(slider, value).replace(format::GROUP, "");
    match slider.unit.as_str() {
        "" => number,
        unit => format!("\"{number}{unit}\""),
    }
}

fn number(slider: &Slider, value: f64) -> String {
    let decimals = match slider.step {
        // From ten on a tenth is finer than the knob of a logarithmic slider.
        step if step >= 1.0 || (slider.logarithmic && value >= 10.0) => 0,
        step if step >= 0.1 => 1,
        step if step >= 0.01 => 2,
        _ => 3,
    };
    format::fixed(value, decimals)
}

/// Steps in which a slider moves: evenly, or by even factors where it is logarithmic.
const LOG_STEPS: f64 = 100.0;

/// Where the value stands on the control: the value itself, or 0 to 100 on a logarithmic one.
pub fn slider_place(slider: &Slider, value: f64) -> f64 {
    if !slider.logarithmic {
        return value;
    }
    let whole = libm::log(slider.max / slider.min);
    (libm::log(value.max(slider.min) / slider.min) / whole * LOG_STEPS).round()
}

/// The value at a place of the control.
pub fn slider_at(slider: &Slider, place: f64) -> f64 {
    if !slider.logarithmic {
        return place;
    }
    let whole = libm::log(slider.max / slider.min);
    let exact = slider.min * libm::exp(whole * place / LOG_STEPS);
    let steps = (exact / slider.step).round().max(1.0);
    within(steps * slider.step, slider.min, slider.max)
}

/// Small and large steps in time, ns: about a 450th and a 45th of the run, as a round number.
pub fn time_step(end: u64, large: bool) -> u64 {
    let wanted = end / if large { 45 } else { 450 };
    let powers = (0..13).map(|exponent| 10_u64.pow(exponent) * format::MICRO);
    powers.rev().find(|&power| power <= wanted.max(format::MICRO)).unwrap_or(format::MICRO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample;

    #[test]
    fn sentences_are_done_in_order() {
        let frame = sample::first_program();
        let states = sentences(&frame, false);
        assert_eq!(states, [Sentence::Done, Sentence::Done, Sentence::Current]);
        assert_eq!(sentences(&frame, true), [Sentence::Open; 3]);
    }

    #[test]
    fn titles_lose_their_article() {
        assert_eq!(short_title("The first program"), "First program");
        assert_eq!(short_title("Rebalance"), "Rebalance");
    }

    fn slider(unit: &str, step: f64, logarithmic: bool) -> Slider {
        Slider {
            label: String::new(),
            paths: Vec::new(),
            unit: unit.to_owned(),
            min: 0.1,
            max: 50.0,
            step,
            value: 1.0,
            logarithmic,
            load: false,
        }
    }

    #[test]
    fn values_are_shown_and_written_with_their_unit() {
        let pause = slider("s", 0.1, false);
        assert_eq!(slider_value(&pause).replace(format::UNIT, " "), "1.0 s");
        assert_eq!(toml_value(&pause, 2.5), "\"2.5s\"");
        assert_eq!(toml_value(&slider("", 1.0, false), 10.0), "10");
    }

    #[test]
    fn a_logarithmic_slider_goes_there_and_back() {
        let load = slider("/s", 0.1, true);
        for value in [0.1, 0.5, 50.0] {
            let back = slider_at(&load, slider_place(&load, value));
            assert!((back - value).abs() < 0.11, "{value} came back as {back}");
        }
        assert!((slider_place(&load, 0.1) - 0.0).abs() < 1e-9);
    }

    #[test]
    fn steps_in_time_are_round() {
        assert_eq!(time_step(45 * format::SECOND, false), 100 * format::MILLI);
        assert_eq!(time_step(45 * format::SECOND, true), format::SECOND);
    }
}
