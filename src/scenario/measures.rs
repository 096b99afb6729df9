//! Measures and bounds as written: the one vocabulary of assertions and conditions.
//!
//! A table says what is measured with one key (`count`, `lag`, `facts` …), of whom with `group`,
//! `topic`, `queue` and `node`, and what its number shall be with `equals`, `at_least` and
//! `at_most`.

use toml::Spanned;
use toml::de::DeValue;

use crate::facts::measure::{
    Bound, Condition, Figure, Kind, Limit, Measure, Order, Rank, Scope, What,
};
use crate::facts::{FactKind, ReasonId};
use crate::kernel::name::Name;
use crate::rocketmq::reasons::VOCABULARY;

use super::error::{Fault, listed, nearest};
use super::lane::Lane;
use super::reader::{Table, Value, span, whole, wrong};

/// What a measure may name.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) nodes: Vec<Name>,
    pub(super) groups: Vec<Name>,
    pub(super) topics: Vec<Name>,
    /// Lanes by their titles; one without a name where there are none.
    pub(super) lanes: Vec<String>,
}

/// Words for figures of the ledger, of requests and of nodes.
pub(super) const FIGURES: &[(&str, Figure)] = &[
    ("sent", Figure::Sent),
    ("acknowledged", Figure::Acknowledged),
    ("failed", Figure::Failed),
    ("stored", Figure::Stored),
    ("lost", Figure::Lost),
    ("expected", Figure::Expected),
    ("delivered", Figure::Delivered),
    ("consumed", Figure::Consumed),
    ("retrying", Figure::Retrying),
    ("dead", Figure::Dead),
    ("duplicated", Figure::Duplicated),
    ("out_of_order", Figure::OutOfOrder),
    ("overtaken", Figure::Overtaken),
    ("overtaken_in_queue", Figure::OvertakenInQueue),
    ("effects", Figure::Effects),
    ("repeated_effects", Figure::RepeatedEffects),
    ("spared_effects", Figure::SparedEffects),
    ("requests", Figure::Requests),
    ("empty_requests", Figure::EmptyRequests),
    ("held_requests", Figure::HeldRequests),
];

/// Words for one of many spans.
pub(super) const RANKS: &[(&str, Rank)] = &[
    ("mean", Rank::Mean),
    ("p50", Rank::P50),
    ("p90", Rank::P90),
    ("p99", Rank::P99),
    ("p999", Rank::P999),
    ("max", Rank::Max),
];

/// What can be measured, by its key.
pub(super) const KEYS: [&str; 10] =
    ["count", "lag", "diff", "latency", "wait", "facts", "first", "last", "owned", "standstill"];

/// What is measured, and what its number shall be.
pub(super) fn condition(t: &mut Table<'_>, names: &Names) -> Result<Condition, Fault> {
    let found = optional(t, names)?;
    let none = || t.fault("nothing is measured", format!("add one of {}", listed(KEYS)));
    let measure = found.ok_or_else(none)?;
    let bounds = bounds(t, &measure, names)?;
    Ok(Condition { measure, bounds })
}

fn optional(t: &mut Table<'_>, names: &Names) -> Result<Option<Measure>, Fault> {
    let written: Vec<&str> = KEYS.into_iter().filter(|key| t.has(key)).collect();
    if let [first, second, ..] = written[..] {
        let finding = format!("`{first}` and `{second}` are two measures");
        return Err(t.fault(finding, "take one of them out, or write two entries"));
    }
    let mut scope = Scope::default();
    let mut what = None;
    if let Some(figure) = word(t, "count", FIGURES)? {
        what = Some(What::Count(figure));
    }
    for (key, measured) in [("lag", What::Lag), ("diff", What::Diff)] {
        if let Some(group) = t.text(key)? {
            scope.group = Some(known("group", &group, &names.groups)?);
            what = Some(measured);
        }
    }
    what = what.or(word(t, "latency", RANKS)?.map(What::Latency));
    what = what.or(word(t, "wait", RANKS)?.map(What::Wait));
    if let Some(node) = t.text("owned")? {
        scope.node = Some(known("node", &node, &names.nodes)?);
        what = Some(What::Owned);
    }
    if t.flag("standstill", false)? {
        what = Some(What::Standstill);
    }
    let why = t.text("why")?;
    let kinds =
        [("facts", What::Facts as fn(Kind) -> What), ("first", What::First), ("last", What::Last)];
    for (key, of) in kinds {
        if let Some(kind) = t.text(key)? {
            what = Some(of(kind_of(&kind, why.as_ref())?));
        }
    }
    scoped(t, &mut scope, names)?;
    let Some(what) = what else { return Ok(None) };
    let measure = Measure { what, scope };
    check(t, &measure, why.is_some())?;
    Ok(Some(measure))
}

fn scoped(t: &mut Table<'_>, scope: &mut Scope, names: &Names) -> Result<(), Fault> {
    if let Some(group) = t.text("group")? {
        scope.group = Some(known("group", &group, &names.groups)?);
    }
    if let Some(topic) = t.text("topic")? {
        scope.topic = Some(topic_of(&topic, names)?);
    }
    scope.queue = t.count("queue")?.map(Spanned::into_inner);
    if let Some(node) = t.text("node")? {
        scope.node = Some(known("node", &node, &names.nodes)?);
    }
    Ok(())
}

/// What a scope cannot be said of is refused rather than passed over.
fn check(t: &Table<'_>, measure: &Measure, why: bool) -> Result<(), Fault> {
    let Measure { what, scope } = measure;
    let (group, place) = (scope.group.is_some(), scope.topic.is_some() || scope.queue.is_some());
    let node = scope.node.is_some();
    let of_facts = measure.kind().is_some();
    let fits = match what {
        What::Facts(_) | What::First(_) | What::Last(_) | What::Lag | What::Diff => true,
        What::Owned => !group && scope.queue.is_none(),
        What::Latency(_) | What::Wait(_) | What::Standstill => !group && !place && !node,
        What::Count(figure) => match figure {
            Figure::Stored => !group,
            Figure::Sent | Figure::Acknowledged | Figure::Failed => !group && !place,
            Figure::Lost | Figure::Requests | Figure::EmptyRequests | Figure::HeldRequests => {
                !group && !place && !node
            }
            Figure::Consumed => !(place || group && node),
            Figure::Expected
            | Figure::Delivered
            | Figure::Retrying
            | Figure::Dead
            | Figure::Duplicated
            | Figure::OutOfOrder
            | Figure::Effects
            | Figure::RepeatedEffects
            | Figure::SparedEffects
            | Figure::Overtaken
            | Figure::OvertakenInQueue => !place && !node,
        },
    };
    if !fits {
        let cure = "take `group`, `topic`, `queue` or `node` out, or count facts";
        return Err(t.fault("this cannot be measured of so small a part", cure));
    }
    if why && !of_facts {
        return Err(t.fault("`why` belongs to `facts`, `first` and `last`", "take it out"));
    }
    Ok(())
}

/// Bounds of a measure; none where nothing is written.
fn bounds(t: &mut Table<'_>, measure: &Measure, names: &Names) -> Result<Vec<Bound>, Fault> {
    let orders =
        [("equals", Order::Equals), ("at_least", Order::AtLeast), ("at_most", Order::AtMost)];
    let mut bounds = Vec::new();
    for (key, order) in orders {
        if let Some(value) = t.take(key) {
            bounds.push(Bound { order, to: limit(key, value, measure, names)? });
        }
    }
    if bounds.is_empty() && measure.kind().is_some() && !measure.is_span() {
        bounds.push(Bound { order: Order::AtLeast, to: Limit::Fixed(1) });
    }
    if bounds.is_empty() {
        return Err(
            t.fault("nothing is said about the number", "add `equals`, `at_least` or `at_most`")
        );
    }
    Ok(bounds)
}

fn limit(
    key: &'static str,
    value: Value<'_>,
    measured: &Measure,
    names: &Names,
) -> Result<Limit, Fault> {
    match value.get_ref() {
        DeValue::Table(_) => other(value, measured, names),
        DeValue::String(_) if measured.is_span() => {
            span(key, &value).map(|span| Limit::Fixed(span.as_nanos()))
        }
        DeValue::Integer(_) if !measured.is_span() => {
            let number = whole(value.get_ref()).and_then(|number| u64::try_from(number).ok());
            let like = "a whole number that is not negative, as `10`";
            number.map(Limit::Fixed).ok_or_else(|| wrong(key, &value, like))
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => Err(wrong(
            key,
            &value,
            match measured.is_span() {
                true => "a duration with its unit, as `\"20ms\"`, or `{ lane = \"…\", times = 2 }`",
                false => "a whole number, as `10`, or another measure, as `{ count = \"stored\" }`",
            },
        )),
    }
}

/// Another measure as the limit: what is not written is as in the first one.
fn other(value: Value<'_>, measured: &Measure, names: &Names) -> Result<Limit, Fault> {
    let mut t = Table::new("a limit", value)?;
    let lane = lane(&mut t, names)?;
    let thousandths = match t.has("times") {
        true => factor(&mut t)?,
        false => 1000,
    };
    let measure = optional(&mut t, names)?.unwrap_or(*measured);
    if measure.is_span() != measured.is_span() {
        return Err(t.fault("a count is compared with a time", "compare two of one kind"));
    }
    t.done()?;
    Ok(Limit::Of { lane, measure, thousandths })
}

fn factor(t: &mut Table<'_>) -> Result<u64, Fault> {
    let times = t.number("times")?;
    if !(0.001..=1_000_000.0).contains(&times) {
        return Err(t.fault("`times` is out of range", "write `0.001` to `1000000`"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number of thousandths in a range that was looked at"
    )]
    Ok((times * 1000.0).round() as u64)
}

/// The lane that a table names.
pub(super) fn lane(t: &mut Table<'_>, names: &Names) -> Result<Option<usize>, Fault> {
    let Some(written) = t.text("lane")? else { return Ok(None) };
    let place = names.lanes.iter().position(|lane| lane == written.get_ref());
    let all = || names.lanes.iter().map(String::as_str);
    place.map(Some).ok_or_else(|| unknown("lane", &written, all()))
}

/// One of a few words.
fn word<T: Copy>(
    t: &mut Table<'_>,
    key: &'static str,
    words: &[(&'static str, T)],
) -> Result<Option<T>, Fault> {
    let Some(written) = t.text(key)? else { return Ok(None) };
    let found = words.iter().find(|(word, _)| *word == written.get_ref());
    let all = words.iter().map(|(word, _)| *word);
    found.map(|(_, value)| Some(*value)).ok_or_else(|| unknown(key, &written, all))
}

fn kind_of(kind: &Spanned<String>, why: Option<&Spanned<String>>) -> Result<Kind, Fault> {
    let found = FactKind::of(kind.get_ref());
    let names = FactKind::named().map(FactKind::name);
    let kind = found.ok_or_else(|| unknown("kind of facts", kind, names))?;
    let Some(why) = why else { return Ok(Kind { kind, why: None }) };
    let keys = || VOCABULARY.reasons.iter().map(|reason| reason.key);
    let place = keys().position(|key| key == why.get_ref());
    let place = place.ok_or_else(|| unknown("reason", why, keys()))?;
    let id = u16::try_from(place).expect("reasons are counted by a u16");
    Ok(Kind { kind, why: Some(ReasonId(id)) })
}

fn known(what: &str, name: &Spanned<String>, names: &[Name]) -> Result<Name, Fault> {
    let wanted = name.get_ref().as_str();
    // Members of a broadcast are called by their group and themselves.
    let is = |known: &&Name| {
        known.as_str() == wanted
            || known.as_str().split_once('@').is_some_and(|(group, _)| group == wanted)
    };
    let all = names.iter().map(|name| name.as_str());
    let found = names.iter().find(is).map(|_| Name::new(wanted));
    found.ok_or_else(|| unknown(what, name, all))
}

/// A topic of the file, or one that a group has for what failed.
fn topic_of(name: &Spanned<String>, names: &Names) -> Result<Name, Fault> {
    let text = name.get_ref().as_str();
    let group = text.strip_prefix("%RETRY%").or_else(|| text.strip_prefix("%DLQ%"));
    match group {
        Some(group) if names.groups.iter().any(|known| known.as_str() == group) => {
            Ok(Name::new(text))
        }
        Some(_) | None => known("topic", name, &names.topics),
    }
}

/// The error for a word that means nothing here.
fn unknown<'a>(what: &str, found: &Spanned<String>, known: impl Iterator<Item = &'a str>) -> Fault {
    let known: Vec<&str> = known.collect();
    let finding = format!("there is no {what} `{}`", found.get_ref());
    let cure = match nearest(found.get_ref(), known.iter().copied()) {
        Some(near) => format!("write `{near}`"),
        None if known.is_empty() => "take it out".to_owned(),
        None => format!("there are {}", listed(known)),
    };
    Fault::new(found.span(), finding, cure)
}

impl Names {
    /// What all lanes together have.
    pub(super) fn of(lanes: &[Lane]) -> Self {
        let mut names = Self::default();
        for lane in lanes {
            names.nodes.extend(lane.nodes.iter().map(|node| node.name));
            names.groups.extend(&lane.groups);
            names.topics.extend(&lane.topics);
        }
        if lanes.len() > 1 {
            names.lanes = lanes.iter().map(|lane| lane.title.clone()).collect();
        }
        names
    }
}
