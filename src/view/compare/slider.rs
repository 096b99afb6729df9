//! How a slider's value is written into the scenario.

use crate::session::frame::Slider;
use crate::session::protocol::Tweak;

/// The scenario's settings for a value, each as TOML text.
pub fn tweaks(slider: &Slider, value: f64) -> Vec<Tweak> {
    let written = toml(&slider.unit, value);
    let tweak = |path: &String| Tweak { path: path.clone(), value: written.clone() };
    slider.paths.iter().map(tweak).collect()
}

/// A number, or text with the slider's own unit, which the scenario's reader expects to find again.
fn toml(unit: &str, value: f64) -> String {
    let number = format!("{value:.3}");
    let number = number.trim_end_matches('0').trim_end_matches('.');
    match unit {
        "" => number.to_owned(),
        unit => format!("\"{number}{unit}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_written_as_toml_with_their_unit() {
        let rows = [("", 10.0, "10"), ("s", 5.0, "\"5s\""), ("s", 0.5, "\"0.5s\"")];
        for (unit, value, written) in rows {
            assert_eq!(toml(unit, value), written);
        }
        assert_eq!(toml("/s", 50.0), "\"50/s\"");
    }
}
