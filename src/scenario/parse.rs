//! From text to a checked scenario, in one function.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::kernel::time::SimSpan;

use super::assertions::{self, Assertion};
use super::error::{Fault, ScenarioError};
use super::lane::Lane;
use super::measures::Names;
use super::model::{Model, twice};
use super::page::{self, About, Question, Slider, Switch};
use super::reader::{Table, Value};
use super::text::Sources;
use super::tweak::{self, Tweak};

/// A scenario that can be built: every name resolves and every number is in range.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Words for people.
    pub about: About,
    /// The seed where nobody gives another one.
    pub seed: u64,
    /// When it ends, after its time 0.
    pub end: SimSpan,
    /// Values to slide.
    pub sliders: Vec<Slider>,
    /// Changes to switch on.
    pub switches: Vec<Switch>,
    /// Questions to ask.
    pub questions: Vec<Question>,
    /// Claims about the outcome.
    pub assertions: Vec<Assertion>,
    lanes: Vec<Lane>,
}

/// Keys that describe the cluster; each lane reads them anew.
const CLUSTER: [&str; 6] = ["topic", "namesrv", "broker", "client", "network", "intervention"];

impl Scenario {
    /// Reads a scenario file with values changed from outside.
    pub fn parse(text: &str, tweaks: &[Tweak<'_>]) -> Result<Self, ScenarioError> {
        let sources = Sources::new(text, tweaks);
        read(text, &sources).map_err(|fault| sources.error(fault))
    }

    /// Its worlds; one at least.
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }
}

fn read<'a>(text: &'a str, sources: &Sources<'a>) -> Result<Scenario, Fault> {
    let mut root = DeTable::parse(text).map_err(|error| syntax(&error))?.into_inner();
    tweak::apply(&mut root, sources)?;
    let (mut cluster, mut rest) = (DeTable::new(), DeTable::new());
    for (key, value) in root.clone() {
        let part = if CLUSTER.contains(&&**key.get_ref()) { &mut cluster } else { &mut rest };
        part.insert(key, value);
    }
    let mut table = Table::new("a scenario", Spanned::new(0..0, DeValue::Table(rest)))?;
    // The keys of the cluster are known too, for the one that a typing error is nearest to.
    CLUSTER.into_iter().for_each(|key| drop(table.take(key)));
    let about = page::about(&mut table)?;
    let end = end(&mut table)?;
    let mut lanes = lanes(&mut table, &cluster, &about.title)?;
    let assertions = assertions::assertions(&mut table, &Names::of(&lanes), end)?;
    for (index, lane) in lanes.iter_mut().enumerate() {
        lane.ask(assertions.iter().flat_map(|assertion| assertion.measures_in(index)));
    }
    let scenario = Scenario {
        seed: seed(&mut table)?,
        end,
        sliders: page::sliders(&mut table, &root)?,
        switches: page::switches(&mut table, &root, sources)?,
        questions: page::questions(&mut table)?,
        assertions,
        lanes,
        about,
    };
    table.done()?;
    Ok(scenario)
}

fn syntax(error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or(0..0);
    Fault::new(span, error.message().to_owned(), "write it as TOML (https://toml.io)")
}

fn seed(table: &mut Table<'_>) -> Result<u64, Fault> {
    Ok(table.count("seed")?.map_or(1, |seed| u64::from(seed.into_inner())))
}

fn end(table: &mut Table<'_>) -> Result<SimSpan, Fault> {
    match table.span_of("end")? {
        None => Err(table.missing("end")),
        Some(SimSpan::ZERO) => Err(table.fault("`end` is 0", "write when it ends, as `\"60s\"`")),
        Some(end) => Ok(end),
    }
}

fn lanes(table: &mut Table<'_>, cluster: &DeTable<'_>, title: &str) -> Result<Vec<Lane>, Fault> {
    let written = table.tables("lane", "a lane")?;
    if written.is_empty() {
        let model = Model::read(cluster.clone(), 0..0)?;
        return Ok(vec![Lane::new(title.to_owned(), String::new(), model)]);
    }
    let mut lanes: Vec<Lane> = Vec::new();
    for table in written {
        let (name, lane) = lane(table, cluster.clone())?;
        if lanes.iter().any(|other| other.title == lane.title) {
            return Err(twice("lane", &name));
        }
        lanes.push(lane);
    }
    Ok(lanes)
}

/// The cluster with what one lane adds and changes.
fn lane<'a>(
    mut table: Table<'a>,
    mut cluster: DeTable<'a>,
) -> Result<(Spanned<String>, Lane), Fault> {
    let name = table.need_text("name")?;
    let subtitle = table.text("subtitle")?.map_or_else(String::new, Spanned::into_inner);
    if let Some(clients) = table.take("client") {
        append(&mut cluster, "client", clients)?;
    }
    if let Some(value) = table.take("set") {
        for (path, value) in set(value)? {
            tweak::put(&mut cluster, path.get_ref(), &path.span(), value)?;
        }
    }
    let place = table.span();
    table.done()?;
    let lane = Lane::new(name.get_ref().clone(), subtitle, Model::read(cluster, place)?);
    Ok((name, lane))
}

fn set(value: Value<'_>) -> Result<DeTable<'_>, Fault> {
    let span: Range<usize> = value.span();
    match value.into_inner() {
        DeValue::Table(set) => Ok(set),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => Err(Fault::new(span, "`set` is no table", "write paths and values")),
    }
}

/// Puts the entries of a list behind those that are there.
fn append<'a>(cluster: &mut DeTable<'a>, key: &'static str, more: Value<'a>) -> Result<(), Fault> {
    let (span, place) = (more.span(), more.span());
    let mut lists = Vec::new();
    for value in [cluster.remove(key), Some(more)].into_iter().flatten() {
        match value.into_inner() {
            DeValue::Array(entries) => lists.push(entries),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => {
                return Err(Fault::new(span, format!("`{key}` is no list"), "write `[[…]]`"));
            }
        }
    }
    let all = DeValue::Array(lists.into_iter().flatten().collect());
    cluster.insert(Spanned::new(place.clone(), key.into()), Spanned::new(place, all));
    Ok(())
}
