//! What a producer's program does, as written: messages, how many rounds, and when rounds begin.

use std::rc::Rc;

use toml::Spanned;

use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::kernel::time::SimSpan;
use crate::rocketmq::message::{Body, Template};
use crate::rocketmq::sending::{Outgoing, Pace, Way, Workload};

use super::arrivals;
use super::error::Fault;
use super::model::Known;
use super::reader::Table;
use super::units;
use super::way;

/// A workload, and how many messages it sends where that is a fixed number.
pub(super) fn workload(
    mut table: Table<'_>,
    known: &Known,
) -> Result<(Workload, Option<u64>), Fault> {
    let mut messages = Vec::new();
    for message in table.tables("message", "a message")? {
        messages.push(outgoing(message, known)?);
    }
    if messages.is_empty() {
        return Err(table.missing("message"));
    }
    let mut rounds = table.count("rounds")?.map(Spanned::into_inner);
    let first_after = table.span_of("first_after")?.unwrap_or(SimSpan::ZERO);
    let pace = match arrivals::arrivals(&mut table)? {
        Some(pace) => pace,
        None => pace(&mut table)?,
    };
    if let Pace::Replay(times) = &pace {
        let times = u32::try_from(times.len()).expect("a list is shorter than u32");
        rounds = Some(rounds.map_or(times, |rounds| rounds.min(times)));
    }
    table.done()?;
    let sent =
        |message: &Outgoing| u64::from(message.way.as_ref().map_or(1, |way| way.batch.max(1)));
    let a_round: u64 = messages.iter().map(sent).sum();
    let planned = rounds.map(|rounds| u64::from(rounds) * a_round);
    Ok((Workload { messages, first_after, pace, rounds }, planned))
}

fn outgoing(mut table: Table<'_>, known: &Known) -> Result<Outgoing, Fault> {
    let way = way::way(&mut table, known)?;
    let topic = match &way {
        Some(Way { topics, .. }) if !topics.is_empty() => topics[0],
        Some(_) | None => known.topic(&table.need_text("topic")?)?,
    };
    let name = |text: Spanned<String>| Name::new(text.get_ref());
    let template = Template {
        topic,
        tag: table.text("tag")?.map(name),
        keys: table.text("keys")?.map(name),
        body: body(&mut table)?,
    };
    table.done()?;
    Ok(Outgoing { template: Rc::new(template), way: way.map(Rc::new) })
}

fn body(table: &mut Table<'_>) -> Result<Body, Fault> {
    let bytes = table.quantity("size", units::size, "a size, as `\"128B\"` or `\"4KiB\"`")?;
    match (table.text("body")?, bytes) {
        (Some(text), None) => Ok(Body::Text(text.into_inner())),
        (None, Some(bytes)) => match u32::try_from(bytes) {
            Ok(bytes) => Ok(Body::Synthetic(bytes)),
            Err(_) => Err(table.fault("`size` is out of range", "write less than `\"4GiB\"`")),
        },
        (Some(_), Some(_)) => {
            Err(table.fault("a message has both `body` and `size`", "take one of them out"))
        }
        (None, None) => Err(table.missing("body")),
    }
}

/// Closed loop where nothing says how often rounds begin.
fn pace(table: &mut Table<'_>) -> Result<Pace, Fault> {
    let gap = gap(table)?;
    let burst = table.count("burst")?;
    let is_closed = table.has("pause") || table.has("senders");
    match (gap, burst) {
        (Some(_), _) if is_closed => Err(table.fault(
            "`pause` and `senders` make a closed loop, `rate` and `gap` an open one",
            "take one kind out",
        )),
        (Some(gap), None) => Ok(Pace::Open { gap }),
        (Some(gap), Some(size)) => Ok(Pace::Bursts { size: at_least_one("burst", &size)?, gap }),
        (None, Some(size)) => {
            Err(Fault::new(size.span(), "`burst` says nothing about when", "add `gap` or `rate`"))
        }
        (None, None) => {
            let senders = table.count("senders")?;
            let senders = senders.map_or(Ok(1), |count| at_least_one("senders", &count))?;
            let pause = table.spread("pause")?.unwrap_or(Spread::ZERO);
            Ok(Pace::Closed { senders, pause })
        }
    }
}

/// The gap between rounds of an open loop.
fn gap(table: &mut Table<'_>) -> Result<Option<Spread>, Fault> {
    let like = "a rate, as `\"0.5/s\"` or `\"30/m\"`";
    let mean = table.quantity("rate", units::gap_of_rate, like)?;
    let gap = table.spread("gap")?;
    let spacing = table.text("spacing")?;
    match (mean, gap, spacing) {
        (None, gap, None) => Ok(gap),
        (Some(mean), None, None) => Ok(Some(Spread::Fixed(mean))),
        (Some(mean), None, Some(spacing)) => spaced(mean, &spacing).map(Some),
        (Some(_), Some(_), _) => {
            Err(table.fault("a workload has both `rate` and `gap`", "take one of them out"))
        }
        (None, _, Some(spacing)) => {
            Err(Fault::new(spacing.span(), "`spacing` belongs to a rate", "add `rate`"))
        }
    }
}

fn spaced(mean: SimSpan, spacing: &Spanned<String>) -> Result<Spread, Fault> {
    match spacing.get_ref().as_str() {
        "even" => Ok(Spread::Fixed(mean)),
        "uneven" => Ok(Spread::Uniform(mean / 2, mean + mean / 2)),
        "random" => Ok(Spread::Exponential(mean)),
        other => Err(Fault::new(
            spacing.span(),
            format!("`spacing` is `{other}`"),
            "write `even`, `uneven` (half to one and a half times the mean) or `random`",
        )),
    }
}

fn at_least_one(key: &str, count: &Spanned<u32>) -> Result<u32, Fault> {
    match count.get_ref() {
        0 => Err(Fault::new(count.span(), format!("`{key}` is 0"), "write at least `1`")),
        count => Ok(*count),
    }
}
