//! What a run is, and what can be changed about it.

use nanoserde::{DeBin, SerBin};

/// What a run is; changes only at a load.
#[derive(Clone, Debug, Default, PartialEq, SerBin, DeBin)]
pub struct RunInfo {
    /// File name of the scenario without its ending, or `custom`.
    pub scenario: String,
    /// Title as written in the file.
    pub title: String,
    /// The summary as written in the file.
    pub summary: String,
    /// Sentences that say what to look at.
    pub look_at: Vec<String>,
    /// The seed in force.
    pub seed: u64,
    /// End of the scenario, ns.
    pub end: u64,
    /// Messages that the workloads will send, where that is a fixed number.
    pub planned_messages: Option<u64>,
    /// The view that opens first: `flow` or `compare`.
    pub view: String,
    /// Sliders.
    pub sliders: Vec<Slider>,
    /// Switches that say "what would change it".
    pub switches: Vec<Switch>,
    /// Questions before the run, and before a higher load.
    pub questions: Vec<Question>,
    /// All shipped scenarios: name, title, one line.
    pub shipped: Vec<(String, String, String)>,
}

/// A setting with a slider.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Slider {
    /// Text on the page.
    pub label: String,
    /// Paths in the scenario that it changes.
    pub paths: Vec<String>,
    /// Unit as shown and as written behind the number in TOML: ``, `s`, `ms`, `/s`.
    pub unit: String,
    /// Range, step and the value now.
    pub min: f64,
    pub max: f64,
    pub step: f64,
    pub value: f64,
    /// Logarithmic.
    pub logarithmic: bool,
    /// Stands in a block of its own headed `Load`.
    pub load: bool,
}

/// A switch that changes the scenario in one respect.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Switch {
    /// Text on the page.
    pub label: String,
    /// Tweaks (path, TOML value) that it sets when on.
    pub tweaks: Vec<(String, String)>,
    /// On now.
    pub on: bool,
}

/// A question that is asked before its answer is shown.
#[derive(Clone, Debug, PartialEq, SerBin, DeBin)]
pub struct Question {
    /// Heading, as "Before you play".
    pub heading: String,
    /// The question.
    pub text: String,
    /// The options (lane titles).
    pub options: Vec<String>,
    /// Index of the right option by what this run measured so far; `None` before there is a
    /// measure.
    pub right: Option<u8>,
    /// The measure behind the answer: `mean_wait` (least) or `requests_per_message` (most).
    pub measure: String,
    /// Asked at this load only (the value of the load slider), `None`: at the start.
    pub at_load: Option<f64>,
}
