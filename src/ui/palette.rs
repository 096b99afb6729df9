//! Colours for the canvas, read from the style sheet that all else is drawn with.

use super::dom;

/// Colours of marks.
#[derive(Clone, Debug, Default)]
pub(super) struct Palette {
    topics: [String; 3],
    /// Of retries.
    pub(super) retry: String,
    /// Of control traffic.
    wire: String,
    /// Of what is selected.
    pub(super) accent: String,
    /// Behind marks.
    pub(super) ground: String,
}

impl Palette {
    /// The colours of the theme in force.
    pub(super) fn read() -> Self {
        let style = dom::window().get_computed_style(&dom::root()).ok().flatten();
        let colour = |name: &str| {
            let value = style.as_ref().and_then(|style| style.get_property_value(name).ok());
            value.map(|value| value.trim_ascii().to_owned()).unwrap_or_default()
        };
        Self {
            topics: ["--topic1", "--topic2", "--topic3"].map(colour),
            retry: colour("--retry"),
            wire: colour("--wire"),
            accent: colour("--accent"),
            ground: colour("--bg"),
        }
    }

    /// The colour of a topic, or of traffic without one.
    pub(super) fn tone(&self, tone: Option<u8>) -> &str {
        match tone {
            None => &self.wire,
            Some(u8::MAX) => &self.retry,
            Some(tone) => &self.topics[usize::from(tone) % self.topics.len()],
        }
    }
}
