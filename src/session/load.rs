//! From a recipe to a run: the scenario's text, its tweaks, its worlds, and what the page says
//! about it.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::rocketmq::protocol::Mq;
use crate::scenario::{self, Scenario, ScenarioError, shipped, shipped_text};

use super::frame::{Question, RunInfo, Slider, Switch};
use super::lane::Lane;
use super::plans::Plan;
use super::promised::Promised;
use super::protocol::{Recipe, Rejection, Source};
use super::run::Run;
use super::stage::Stage;
use super::staged::Staged;

/// Name of a run whose scenario is not one of the shipped.
const CUSTOM: &str = "custom";

/// Where the texts of shipped scenarios come from.
pub type Texts = fn(&str) -> Option<Cow<'static, str>>;

/// A run at its beginning.
pub fn load(recipe: &Recipe) -> Result<Run, Rejection> {
    load_with(recipe, own_texts, own_texts)
}

/// The texts that were compiled in.
pub(super) fn own_texts(name: &str) -> Option<Cow<'static, str>> {
    shipped_text(name).map(Cow::Borrowed)
}

/// The same with texts from elsewhere; `whole` has those whose claims `texts` leaves out.
pub(super) fn load_with(recipe: &Recipe, texts: Texts, whole: Texts) -> Result<Run, Rejection> {
    let (name, text) = match &recipe.source {
        Source::Shipped(name) => (name.as_str(), texts(name).ok_or_else(|| unknown(name))?),
        Source::Text(text) => (CUSTOM, Cow::Borrowed(text.as_str())),
    };
    let tweaks: Vec<scenario::Tweak<'_>> = recipe
        .tweaks
        .iter()
        .map(|tweak| scenario::Tweak { path: &tweak.path, value: &tweak.value })
        .collect();
    let scenario = Scenario::parse(&text, &tweaks).map_err(|error| rejection(name, &error))?;
    let seed = recipe.seed.unwrap_or(scenario.seed);
    let titles = scenario.lanes().iter().map(|lane| (lane.title.clone(), lane.subtitle.clone()));
    let run = Run::new(info(name, &scenario, seed), titles.collect(), stage(&scenario, seed));
    let bounds = scenario.lanes().iter().map(|lane| lane.bound).collect();
    let claims_nothing = scenario.assertions.is_empty() && name != CUSTOM;
    let promised =
        if claims_nothing { Promised::later(recipe, whole) } else { Promised::of(&scenario) };
    Ok(Run { bounds, promised, ..run })
}

/// The worlds of a scenario, before anything happened.
pub fn stage(scenario: &Scenario, seed: u64) -> Stage {
    let lane = |lane: &scenario::Lane| {
        let staged = Staged::new(lane.build(seed), &lane.topics, lane.planned());
        let staged = staged.with(lane.plans().iter().map(plan).collect(), &lane.measures);
        Box::new(staged) as Box<dyn Lane>
    };
    Stage::new(scenario.lanes().iter().map(lane).collect())
}

fn plan(from: &scenario::Plan) -> Plan<Mq> {
    let scenario::Plan { from, when, after, then } = from.clone();
    Plan { from, when, after, then }
}

fn info(name: &str, scenario: &Scenario, seed: u64) -> RunInfo {
    let about = &scenario.about;
    RunInfo {
        scenario: name.to_owned(),
        title: about.title.clone(),
        summary: about.summary.clone(),
        look_at: about.look_at.clone(),
        seed,
        end: scenario.end.as_nanos(),
        planned_messages: scenario.lanes().first().and_then(|lane| lane.planned_messages),
        view: about.view.clone(),
        sliders: scenario.sliders.iter().map(slider).collect(),
        switches: scenario.switches.iter().map(switch).collect(),
        questions: scenario.questions.iter().map(question).collect(),
        shipped: lines().to_vec(),
    }
}

fn slider(from: &scenario::Slider) -> Slider {
    Slider {
        label: from.label.clone(),
        paths: from.paths.clone(),
        unit: from.unit.clone(),
        min: from.min,
        max: from.max,
        step: from.step,
        value: from.value,
        logarithmic: from.logarithmic,
        load: from.load,
    }
}

fn switch(from: &scenario::Switch) -> Switch {
    Switch { label: from.label.clone(), tweaks: from.tweaks.clone(), on: from.on }
}

fn question(from: &scenario::Question) -> Question {
    Question {
        heading: from.heading.clone(),
        text: from.text.clone(),
        options: from.options.clone(),
        right: None,
        measure: from.measure.clone(),
        at_load: from.at_load,
    }
}

/// Name, title and one line of each shipped scenario.
fn lines() -> &'static [(String, String, String)] {
    static LINES: OnceLock<Vec<(String, String, String)>> = OnceLock::new();
    LINES.get_or_init(|| shipped().iter().map(line).collect())
}

fn line(from: &scenario::Shipped) -> (String, String, String) {
    (from.name.to_owned(), from.title.to_owned(), from.line.to_owned())
}

fn unknown(name: &str) -> Rejection {
    let known: Vec<&str> = shipped().iter().map(|scenario| scenario.name).collect();
    if known.contains(&name) {
        return Rejection {
            place: format!("scenarios/{name}.toml"),
            finding: "the file of this scenario cannot be fetched".to_owned(),
            cure: "look at the connection and open it again".to_owned(),
        };
    }
    Rejection {
        place: "the scenario's name".to_owned(),
        finding: format!("there is no shipped scenario `{name}`"),
        cure: format!("one of {}", known.join(", ")),
    }
}

fn rejection(name: &str, error: &ScenarioError) -> Rejection {
    Rejection {
        place: format!("{name}, {}", error.place),
        finding: error.finding.clone(),
        cure: error.cure.clone(),
    }
}
