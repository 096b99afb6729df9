//! The keys of the page, as they are listed beside the first picture.

/// What stands on the keys, and the text that says what they do.
pub struct KeyLine {
    /// Caps, in the order in which the text names what they do.
    pub caps: &'static [&'static str],
    /// Key of the text.
    pub does: &'static str,
}

const fn line(caps: &'static [&'static str], does: &'static str) -> KeyLine {
    KeyLine { caps, does }
}

/// All keys, the most used first.
pub const KEYS: [KeyLine; 9] = [
    line(&["Space", "K"], "keys.play"),
    line(&[",", "."], "keys.event"),
    line(&["p", "n"], "keys.step"),
    line(&["←", "→"], "keys.time"),
    line(&["[", "]"], "keys.marker"),
    line(&["Home", "End"], "keys.ends"),
    line(&["-", "+"], "keys.speed"),
    line(&["Esc"], "keys.deselect"),
    line(&["?"], "keys.help"),
];
