//! Sliders: where the knob stands, what its value reads, and how it is written into the scenario.

use crate::session::frame::Slider;
use crate::session::protocol::Tweak;
use crate::view::format::UNIT;

/// Places of a knob.
pub const PLACES: u32 = 1_000;

/// Where the knob stands for a value, in 0..=[`PLACES`].
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0..=PLACES")]
pub fn place(slider: &Slider, value: f64) -> u32 {
    let value = value.clamp(slider.min, slider.max);
    let share = if slider.logarithmic {
        libm::log(value / slider.min) / libm::log(slider.max / slider.min)
    } else {
        (value - slider.min) / (slider.max - slider.min)
    };
    (share.clamp(0.0, 1.0) * f64::from(PLACES)).round() as u32
}

/// The value under a place: a multiple of the step, on a logarithmic slider with two figures.
pub fn value(slider: &Slider, place: u32) -> f64 {
    let share = f64::from(place.min(PLACES)) / f64::from(PLACES);
    let value = if slider.logarithmic {
        two_figures(slider.min * libm::pow(slider.max / slider.min, share))
    } else {
        slider.min + share * (slider.max - slider.min)
    };
    // Steps are decimal, so the product is rounded once more to drop what binary fractions leave.
    let step = if slider.step > 0.0 { slider.step } else { 1.0 };
    let stepped = ((value / step).round() * step * 1e6).round() / 1e6;
    stepped.clamp(slider.min, slider.max)
}

fn two_figures(value: f64) -> f64 {
    let mut unit = 1.0;
    while value / unit < 10.0 {
        unit /= 10.0;
    }
    while value / unit >= 100.0 {
        unit *= 10.0;
    }
    (value / unit).round() * unit
}

/// The value as the page shows it: as many decimals as the step has, and the unit.
pub fn text(slider: &Slider, value: f64) -> String {
    let number = if slider.logarithmic && value >= 10.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.*}", decimals(slider.step))
    };
    // Rates are named by their label.
    match slider.unit.as_str() {
        "" | "/s" => number,
        unit => format!("{number}{UNIT}{unit}"),
    }
}

/// Decimals that multiples of a step have, at most three.
fn decimals(step: f64) -> usize {
    let whole = |times: f64| (step * times - (step * times).round()).abs() < 1e-6;
    [1.0, 10.0, 100.0].into_iter().position(whole).unwrap_or(3)
}

/// The scenario's settings for a value, each as TOML text.
pub fn tweaks(slider: &Slider, value: f64) -> Vec<Tweak> {
    let written = toml(&slider.unit, value);
    let tweak = |path: &String| Tweak { path: path.clone(), value: written.clone() };
    slider.paths.iter().map(tweak).collect()
}

/// A number, or text with the slider's own unit, which the scenario's reader expects to find again.
fn toml(unit: &str, value: f64) -> String {
    match unit {
        "" => trimmed(value),
        unit => format!("\"{}{unit}\"", trimmed(value)),
    }
}

/// Without decimals that say nothing.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Places and labels of the ticks below a logarithmic slider: its ends and the powers of ten
/// between.
pub fn ticks(slider: &Slider) -> Vec<(u32, String)> {
    let mut values = vec![slider.min];
    let mut power = 1e-6;
    while power < slider.max {
        if power > slider.min * 1.01 {
            values.push(power);
        }
        power *= 10.0;
    }
    values.push(slider.max);
    values.into_iter().map(|value| (place(slider, value), trimmed(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slider(unit: &str, [min, max, step]: [f64; 3], logarithmic: bool) -> Slider {
        Slider {
            label: String::new(),
            paths: vec!["a.b".to_owned()],
            unit: unit.to_owned(),
            min,
            max,
            step,
            value: min,
            logarithmic,
            load: false,
        }
    }

    #[test]
    fn a_knob_comes_back_to_its_value() {
        let load = slider("/s", [0.1, 50.0, 0.1], true);
        for shown in [0.1, 0.5, 1.0, 4.0, 10.0, 50.0] {
            let back = value(&load, place(&load, shown));
            assert!((back - shown).abs() < 1e-9, "{shown} came back as {back}");
        }
        let pause = slider("s", [0.1, 3.0, 0.1], false);
        for shown in [0.1, 1.0, 2.7, 3.0] {
            let back = value(&pause, place(&pause, shown));
            assert!((back - shown).abs() < 1e-9, "{shown} came back as {back}");
        }
    }

    #[test]
    fn values_read_as_on_the_page() {
        let plain = |unit, range, logarithmic, value| {
            text(&slider(unit, range, logarithmic), value).replace(UNIT, " ")
        };
        assert_eq!(plain("", [1.0, 50.0, 1.0], false, 10.0), "10");
        assert_eq!(plain("s", [0.1, 3.0, 0.1], false, 1.0), "1.0 s");
        assert_eq!(plain("s", [1.0, 30.0, 1.0], false, 20.0), "20 s");
        assert_eq!(plain("/s", [0.1, 50.0, 0.1], true, 0.5), "0.5");
        assert_eq!(plain("/s", [0.1, 50.0, 0.1], true, 50.0), "50");
    }

    #[test]
    fn settings_are_written_as_toml() {
        let rows = [
            ("", 10.0, "10"),
            ("s", 5.0, "\"5s\""),
            ("s", 0.5, "\"0.5s\""),
            ("/s", 0.5, "\"0.5/s\""),
        ];
        for (unit, value, written) in rows {
            let tweaks = tweaks(&slider(unit, [0.1, 50.0, 0.1], false), value);
            assert_eq!((tweaks[0].path.as_str(), tweaks[0].value.as_str()), ("a.b", written));
        }
    }

    #[test]
    fn ticks_are_the_ends_and_the_powers_between() {
        let labels: Vec<String> = ticks(&slider("/s", [0.1, 50.0, 0.1], true))
            .into_iter()
            .map(|(_, label)| label)
            .collect();
        assert_eq!(labels, ["0.1", "1", "10", "50"]);
    }
}
