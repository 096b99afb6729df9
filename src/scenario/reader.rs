//! A strict way to read tables: each key is asked for by name, and what nobody asked for is an
//! error that names the nearest key.
//!
//! Written by hand rather than derived: the keys of settings, their units and ranges come from the
//! one table in `rocketmq::settings`, and every error says what would be right.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::facts::{Setting, Unit};
use crate::kernel::spread::Spread;
use crate::kernel::time::SimSpan;

use super::error::{Fault, listed, nearest};
use super::units;

/// A value with its place.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// A table that is being read.
pub(super) struct Table<'a> {
    /// What it is, for messages: `a broker`.
    what: &'static str,
    span: Range<usize>,
    left: DeTable<'a>,
    known: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub(super) fn new(what: &'static str, value: Value<'a>) -> Result<Self, Fault> {
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(left) => Ok(Self { what, span, left, known: Vec::new() }),
            other @ (DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)) => {
                let finding = format!("{} is {}", what, kind(&other));
                Err(Fault::new(span, finding, "write a table"))
            }
        }
    }

    /// Where it was written.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value of a key.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.known.push(key);
        self.left.remove(key)
    }

    /// True where the key was written and not yet asked for.
    pub(super) fn has(&self, key: &str) -> bool {
        self.left.contains_key(key)
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<Spanned<String>>, Fault> {
        self.take(key).map(|value| text(key, value)).transpose()
    }

    pub(super) fn need_text(&mut self, key: &'static str) -> Result<Spanned<String>, Fault> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Result<Vec<Spanned<String>>, Fault> {
        self.list(key)?.into_iter().map(|value| text(key, value)).collect()
    }

    pub(super) fn flag(&mut self, key: &'static str, default: bool) -> Result<bool, Fault> {
        self.maybe(key).map(|flag| flag.unwrap_or(default))
    }

    /// A flag without a default.
    pub(super) fn maybe(&mut self, key: &'static str) -> Result<Option<bool>, Fault> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let flag = value.get_ref().as_bool();
        flag.map(Some).ok_or_else(|| wrong(key, &value, "`true` or `false`"))
    }

    /// A whole number that is not negative.
    pub(super) fn count(&mut self, key: &'static str) -> Result<Option<Spanned<u32>>, Fault> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let number = whole(value.get_ref()).and_then(|number| u32::try_from(number).ok());
        match number {
            Some(number) => Ok(Some(Spanned::new(value.span(), number))),
            None => Err(wrong(key, &value, "a whole number from 0 to 4294967295, as `10`")),
        }
    }

    /// A list of whole numbers that are not negative.
    pub(super) fn counts(&mut self, key: &'static str) -> Result<Vec<u32>, Fault> {
        let like = "whole numbers from 0 on, as `[0, 3]`";
        let number = |value: Value<'a>| {
            let number = whole(value.get_ref()).and_then(|number| u32::try_from(number).ok());
            number.ok_or_else(|| wrong(key, &value, like))
        };
        self.list(key)?.into_iter().map(number).collect()
    }

    /// A number with or without a fraction; for the page's controls and shares only.
    pub(super) fn number(&mut self, key: &'static str) -> Result<f64, Fault> {
        let value = self.take(key).ok_or_else(|| self.missing(key))?;
        number(value.get_ref()).ok_or_else(|| wrong(key, &value, "a number, as `0.5`"))
    }

    /// The entries of a list; no entry where the key is not there.
    pub(super) fn list(&mut self, key: &'static str) -> Result<Vec<Value<'a>>, Fault> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let span = value.span();
        match value.into_inner() {
            DeValue::Array(entries) => Ok(entries.into_iter().collect()),
            other @ (DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_)) => Err(wrong(key, &Spanned::new(span, other), "a list, as `[…]`")),
        }
    }

    /// The entries of a list of tables.
    pub(super) fn tables(
        &mut self,
        key: &'static str,
        what: &'static str,
    ) -> Result<Vec<Table<'a>>, Fault> {
        self.list(key)?.into_iter().map(|value| Table::new(what, value)).collect()
    }

    /// A duration.
    pub(super) fn span_of(&mut self, key: &'static str) -> Result<Option<SimSpan>, Fault> {
        let Some(value) = self.take(key) else { return Ok(None) };
        span(key, &value).map(Some)
    }

    /// A text that is read by one of [`units`].
    pub(super) fn quantity<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&str) -> Option<T>,
        like: &str,
    ) -> Result<Option<T>, Fault> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let quantity = value.get_ref().as_str().and_then(read);
        quantity.map(Some).ok_or_else(|| wrong(key, &value, like))
    }

    /// A distribution of durations.
    pub(super) fn spread(&mut self, key: &'static str) -> Result<Option<Spread>, Fault> {
        self.take(key).map(|value| spread(key, value)).transpose()
    }

    /// A setting of RocketMQ in its own unit; its default where nothing is written.
    pub(super) fn setting(&mut self, setting: &'static Setting) -> Result<i64, Fault> {
        let Some(value) = self.take(setting.name) else { return Ok(setting.default) };
        let number = setting_value(setting, &value)?;
        let (least, most) = setting.range;
        if number < least || most < number {
            return Err(Fault::new(
                value.span(),
                format!("`{}` is out of range", setting.name),
                format!("write {} to {}", shown(setting, least), shown(setting, most)),
            ));
        }
        Ok(number)
    }

    /// A setting that is a duration.
    pub(super) fn millis(&mut self, setting: &'static Setting) -> Result<SimSpan, Fault> {
        let millis = self.setting(setting)?;
        Ok(SimSpan::millis(u64::try_from(millis).expect("durations of settings are not negative")))
    }

    /// A setting that is a count or a number of bytes.
    pub(super) fn setting_count(&mut self, setting: &'static Setting) -> Result<u32, Fault> {
        let number = self.setting(setting)?;
        Ok(u32::try_from(number).expect("the ranges of counts lie within u32"))
    }

    /// A setting that is a switch.
    pub(super) fn switch(&mut self, setting: &'static Setting) -> Result<bool, Fault> {
        self.setting(setting).map(|value| value != 0)
    }

    /// The error for a key that must be there: a typing error where something like it is left.
    pub(super) fn missing(&self, key: &str) -> Fault {
        let left = self.left.keys().map(|key| key.get_ref().as_ref());
        if let Some(near) = nearest(key, left) {
            return self.unknown(near, Some(key));
        }
        let finding = format!("{} has no `{key}`", self.what);
        Fault::new(self.span(), finding, format!("add `{key}`"))
    }

    /// An error at this table.
    pub(super) fn fault(&self, finding: impl Into<String>, cure: impl Into<String>) -> Fault {
        Fault::new(self.span(), finding, cure)
    }

    /// The end of the table: nothing may be left.
    pub(super) fn done(self) -> Result<(), Fault> {
        let first = self.left.keys().min_by_key(|key| key.span().start);
        match first {
            None => Ok(()),
            Some(key) => {
                let near = nearest(key.get_ref(), self.known.iter().copied());
                Err(self.unknown(key.get_ref(), near))
            }
        }
    }

    fn unknown(&self, found: &str, near: Option<&str>) -> Fault {
        let (key, _) = self.left.get_key_value(found).expect("the key was found in the table");
        let finding = format!("{} has no key `{found}`", self.what);
        let cure = match near {
            Some(near) => format!("write `{near}`"),
            None => format!("its keys are {}", listed(self.known.iter().copied())),
        };
        Fault::new(key.span(), finding, cure)
    }
}

/// The error for a value of the wrong kind.
pub(super) fn wrong(key: &str, value: &Value<'_>, like: &str) -> Fault {
    let finding = format!("`{key}` is {}", kind(value.get_ref()));
    Fault::new(value.span(), finding, format!("write {like}"))
}

/// What a value is, in words.
fn kind(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text `{text}`"),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(flag) => format!("`{flag}`"),
        DeValue::Datetime(moment) => format!("the date {moment}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn text(key: &str, value: Value<'_>) -> Result<Spanned<String>, Fault> {
    let span = value.span();
    match value.get_ref().as_str() {
        Some("") => Err(Fault::new(span, format!("`{key}` is empty"), "write a text")),
        Some(text) => Ok(Spanned::new(span, text.to_owned())),
        None => Err(wrong(key, &value, "a text in quotes")),
    }
}

/// A number of the page's controls.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => units::number(number.as_str()),
        DeValue::Float(number) => units::number(number.as_str()),
        DeValue::String(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    }
}

pub(super) fn whole(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

const DURATION: &str = "a duration with its unit: `\"15s\"`, `\"1ms\"`, `\"20us\"`";

pub(super) fn span(key: &str, value: &Value<'_>) -> Result<SimSpan, Fault> {
    let span = value.get_ref().as_str().and_then(units::duration);
    span.ok_or_else(|| wrong(key, value, DURATION))
}

fn setting_value(setting: &Setting, value: &Value<'_>) -> Result<i64, Fault> {
    let found = value.get_ref();
    let like = match setting.unit {
        Unit::Millis => {
            let span = span(setting.name, value)?;
            if span.as_nanos() % 1_000_000 != 0 {
                return Err(wrong(setting.name, value, "whole milliseconds, as `\"20ms\"`"));
            }
            return Ok(i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
        }
        Unit::Switch => "`true` or `false`",
        Unit::Count => "a whole number, as `8`",
        Unit::Bytes => "bytes, as `65536` or `\"64KiB\"`",
    };
    let number = match setting.unit {
        Unit::Switch => found.as_bool().map(i64::from),
        Unit::Count => whole(found),
        Unit::Bytes | Unit::Millis => whole(found).or_else(|| {
            let bytes = found.as_str().and_then(units::size)?;
            i64::try_from(bytes).ok()
        }),
    };
    number.ok_or_else(|| wrong(setting.name, value, like))
}

/// A setting's number as a scenario writes it.
fn shown(setting: &Setting, number: i64) -> String {
    match setting.unit {
        Unit::Millis => format!("`\"{number}ms\"`"),
        Unit::Switch => format!("`{}`", number != 0),
        Unit::Count | Unit::Bytes => format!("`{number}`"),
    }
}

pub(super) fn spread(key: &'static str, value: Value<'_>) -> Result<Spread, Fault> {
    const LIKE: &str = "a duration, or one of `{ uniform = [\"1ms\", \"3ms\"] }`, \
                        `{ exponential = \"2ms\" }`, \
                        `{ lognormal = { median = \"2ms\", p99 = \"9ms\" } }`";
    match value.get_ref() {
        DeValue::String(_) => return span(key, &value).map(Spread::Fixed),
        DeValue::Table(_) => {}
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => return Err(wrong(key, &value, LIKE)),
    }
    let mut table = Table::new("a distribution", value)?;
    let spread = distribution(&mut table)?;
    let no_kind = table.fault("the distribution has no kind", format!("write {LIKE}"));
    table.done()?;
    spread.ok_or(no_kind)
}

fn distribution(table: &mut Table<'_>) -> Result<Option<Spread>, Fault> {
    if let Some(mean) = table.span_of("exponential")? {
        return Ok(Some(Spread::Exponential(mean)));
    }
    if let Some(value) = table.take("uniform") {
        return uniform(&value).map(Some);
    }
    let Some(value) = table.take("lognormal") else { return Ok(None) };
    let mut inner = Table::new("a lognormal distribution", value)?;
    let median = inner.span_of("median")?.ok_or_else(|| inner.missing("median"))?;
    let p99 = inner.span_of("p99")?.ok_or_else(|| inner.missing("p99"))?;
    let falls = || inner.fault("`p99` is shorter than `median`, or that is 0", "swap them");
    let spread = Spread::lognormal(median, p99).ok_or_else(falls)?;
    inner.done()?;
    Ok(Some(spread))
}

fn uniform(value: &Value<'_>) -> Result<Spread, Fault> {
    let like = "the shortest and the longest, as `[\"1ms\", \"3ms\"]`";
    let ends = value.get_ref().as_array().filter(|ends| ends.len() == 2);
    let ends = ends.ok_or_else(|| wrong("uniform", value, like))?;
    let (low, high) = (span("uniform", &ends[0])?, span("uniform", &ends[1])?);
    if high < low {
        return Err(Fault::new(value.span(), "`uniform` begins with the longest", "swap them"));
    }
    Ok(Spread::Uniform(low, high))
}
