//! What a scenario says to the person in front of it: words, sliders, switches and questions.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Fault, nearest};
use super::reader::{Table, number, wrong};
use super::text::Sources;
use super::tweak::{look, same};
use super::units;

/// Words about the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Title.
    pub title: String,
    /// One line for lists.
    pub line: String,
    /// What it is, in one or two sentences.
    pub summary: String,
    /// Sentences that say what to look at.
    pub look_at: Vec<String>,
    /// The view that opens first: `flow` or `compare`.
    pub view: String,
}

/// A value that a person can slide.
#[derive(Clone, Debug, PartialEq)]
pub struct Slider {
    /// Text on the page.
    pub label: String,
    /// Paths that it changes.
    pub paths: Vec<String>,
    /// What stands behind the number: nothing, `s`, `ms` or `/s`.
    pub unit: String,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// Distance of two values.
    pub step: f64,
    /// The value now, tweaks included.
    pub value: f64,
    /// Equal ratios are equally far apart.
    pub logarithmic: bool,
    /// Belongs to the load rather than to the settings.
    pub load: bool,
}

/// A change in one respect that can be switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// Text on the page.
    pub label: String,
    /// Paths with TOML values.
    pub tweaks: Vec<(String, String)>,
    /// All of them are in force.
    pub on: bool,
}

/// A question that is asked before its answer is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Heading.
    pub heading: String,
    /// The question.
    pub text: String,
    /// One option for each lane.
    pub options: Vec<String>,
    /// `mean_wait` (the least is right) or `requests_per_message` (the most is right).
    pub measure: String,
    /// Asked when the load slider comes to this value; `None`: at the start.
    pub at_load: Option<f64>,
}

/// Measures that a question can ask about.
const MEASURES: [&str; 2] = ["mean_wait", "requests_per_message"];

pub(super) fn about(t: &mut Table<'_>) -> Result<About, Fault> {
    let title = t.need_text("title")?.into_inner();
    let line = t.text("line")?.map_or_else(String::new, Spanned::into_inner);
    let summary = t.text("summary")?.map_or_else(|| line.clone(), Spanned::into_inner);
    let look_at = t.texts("look_at")?.into_iter().map(Spanned::into_inner).collect();
    let view = one_of(t, "view", &["flow", "compare"])?;
    Ok(About { title, line, summary, look_at, view: view.unwrap_or("flow").to_owned() })
}

/// The sliders with their values in `root`, the file with its tweaks.
pub(super) fn sliders(t: &mut Table<'_>, root: &DeTable<'_>) -> Result<Vec<Slider>, Fault> {
    t.tables("slider", "a slider")?.into_iter().map(|table| slider(table, root)).collect()
}

fn slider(mut t: Table<'_>, root: &DeTable<'_>) -> Result<Slider, Fault> {
    let label = t.need_text("label")?.into_inner();
    let paths = t.texts("paths")?;
    let first = paths.first().ok_or_else(|| t.missing("paths"))?;
    let unit = one_of(&mut t, "unit", &["s", "ms", "/s"])?.unwrap_or_default();
    let value = value_at(first, unit, root)?;
    for path in &paths {
        value_at(path, unit, root)?;
    }
    let slider = Slider {
        label,
        paths: paths.into_iter().map(Spanned::into_inner).collect(),
        unit: unit.to_owned(),
        min: t.number("min")?,
        max: t.number("max")?,
        step: t.number("step")?,
        value,
        logarithmic: t.flag("logarithmic", false)?,
        load: t.flag("load", false)?,
    };
    if slider.min >= slider.max || slider.step <= 0.0 {
        return Err(t.fault("the slider has no room", "`min` lies below `max`, `step` above 0"));
    }
    t.done()?;
    Ok(slider)
}

/// The number at a path without its unit.
fn value_at(path: &Spanned<String>, unit: &str, root: &DeTable<'_>) -> Result<f64, Fault> {
    let value = look(root, path.get_ref(), &path.span())?.ok_or_else(|| {
        let finding = format!("there is nothing at `{}`", path.get_ref());
        Fault::new(path.span(), finding, "write the value there that the slider begins with")
    })?;
    let found = match (unit, value.get_ref().as_str()) {
        ("", _) => number(value.get_ref()),
        (unit, Some(text)) => text.strip_suffix(unit).and_then(units::number),
        (_, None) => None,
    };
    let like = format!("a number with the slider's unit, as `\"1{unit}\"`");
    found.ok_or_else(|| wrong(path.get_ref(), value, &like))
}

pub(super) fn switches(
    t: &mut Table<'_>,
    root: &DeTable<'_>,
    sources: &Sources<'_>,
) -> Result<Vec<Switch>, Fault> {
    let tables = t.tables("switch", "a switch")?;
    tables.into_iter().map(|table| switch(table, root, sources)).collect()
}

fn switch(mut t: Table<'_>, root: &DeTable<'_>, sources: &Sources<'_>) -> Result<Switch, Fault> {
    let label = t.need_text("label")?.into_inner();
    let value = t.take("set").ok_or_else(|| t.missing("set"))?;
    let DeValue::Table(set) = value.get_ref() else {
        return Err(wrong("set", &value, "a table of paths and values"));
    };
    let (mut tweaks, mut on) = (Vec::new(), true);
    for (path, value) in set {
        let now = look(root, path.get_ref(), &path.span())?;
        on &= now.is_some_and(|now| same(now.get_ref(), value.get_ref()));
        let written = sources.written(&value.span()).to_owned();
        tweaks.push((path.get_ref().clone().into_owned(), written));
    }
    t.done()?;
    Ok(Switch { label, tweaks, on })
}

pub(super) fn questions(t: &mut Table<'_>) -> Result<Vec<Question>, Fault> {
    t.tables("question", "a question")?.into_iter().map(question).collect()
}

fn question(mut t: Table<'_>) -> Result<Question, Fault> {
    let at_load = if t.has("at_load") { Some(t.number("at_load")?) } else { None };
    let heading = t.text("heading")?;
    let question = Question {
        heading: heading.map_or_else(|| "Before you play".to_owned(), Spanned::into_inner),
        text: t.need_text("text")?.into_inner(),
        options: t.texts("options")?.into_iter().map(Spanned::into_inner).collect(),
        measure: one_of(&mut t, "measure", &MEASURES)?
            .ok_or_else(|| t.missing("measure"))?
            .to_owned(),
        at_load,
    };
    t.done()?;
    Ok(question)
}

/// One of a few words.
fn one_of(
    t: &mut Table<'_>,
    key: &'static str,
    words: &[&'static str],
) -> Result<Option<&'static str>, Fault> {
    let Some(written) = t.text(key)? else { return Ok(None) };
    let found = words.iter().find(|word| *word == written.get_ref());
    found.copied().map(Some).ok_or_else(|| {
        let finding = format!("`{key}` is `{}`", written.get_ref());
        let cure = match nearest(written.get_ref(), words.iter().copied()) {
            Some(near) => format!("write `{near}`"),
            None => format!("write one of {}", super::error::listed(words.iter().copied())),
        };
        Fault::new(written.span(), finding, cure)
    })
}
