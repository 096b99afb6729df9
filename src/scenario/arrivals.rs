//! Rounds whose rate changes, as written: ramps, curves that may repeat every day, lists of times.

use std::rc::Rc;

use crate::kernel::curve::Curve;
use crate::kernel::time::SimSpan;
use crate::rocketmq::sending::Pace;

use super::error::Fault;
use super::reader::{Table, Value, span, wrong};
use super::units;

const KEYS: [&str; 3] = ["ramp", "curve", "replay"];
/// Keys of paces that do not change.
const STEADY: [&str; 5] = ["rate", "gap", "burst", "senders", "pause"];
const RATE: &str = "a rate, as `\"0.5/s\"` or `\"30/m\"`";
const POINTS: &str = "points from `\"0s\"` on, as `[[\"0s\", \"1/s\"], [\"12h\", \"50/s\"]]`";

/// A pace that changes, where one is written.
#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn arrivals(table: &mut Table<'_>) -> Result<Option<Pace>, Fault> {
    if !KEYS.iter().any(|key| table.has(key)) {
        KEYS.iter().for_each(|key| drop(table.take(key)));
        return Ok(None);
    }
    if let Some(other) = STEADY.iter().find(|key| table.has(key)) {
        let finding = format!("a pace that changes has no `{other}`");
        return Err(table.fault(finding, "take one kind out"));
    }
    let (ramp, curve) = (table.take("ramp"), table.take("curve"));
    let times = table.list("replay")?;
    let curve = match (ramp, curve) {
        (Some(ramp), None) if times.is_empty() => ramp_of(ramp)?,
        (None, Some(curve)) if times.is_empty() => curve_of(table, &curve)?,
        (None, None) if !times.is_empty() => return replay(table, &times).map(Some),
        (Some(_) | None, _) => {
            let finding = "a workload has more than one of `ramp`, `curve` and `replay`";
            return Err(table.fault(finding, "take the others out, and leave one that says when"));
        }
    };
    let random = match table.text("spacing")? {
        None => false,
        Some(spacing) => match spacing.get_ref().as_str() {
            "even" => false,
            "random" => true,
            other => {
                let finding = format!("`spacing` is `{other}` where the rate changes");
                return Err(Fault::new(spacing.span(), finding, "write `even` or `random`"));
            }
        },
    };
    Ok(Some(Pace::Curve { curve: Rc::new(curve), random }))
}

fn ramp_of(value: Value<'_>) -> Result<Curve, Fault> {
    let mut table = Table::new("a ramp", value)?;
    let rate = |table: &mut Table<'_>, key| {
        table.quantity(key, units::rate, RATE)?.ok_or_else(|| table.missing(key))
    };
    let (from, to) = (rate(&mut table, "from")?, rate(&mut table, "to")?);
    let over = table.span_of("over")?.ok_or_else(|| table.missing("over"))?;
    let curve = Curve::new(vec![(SimSpan::ZERO, from), (over, to)], false);
    let curve = curve.ok_or_else(|| table.fault("`over` is 0", "write at least `\"1ms\"`"))?;
    table.done()?;
    Ok(curve)
}

fn curve_of(table: &mut Table<'_>, value: &Value<'_>) -> Result<Curve, Fault> {
    let repeats = table.flag("curve_repeats", false)?;
    let like = || wrong("curve", value, POINTS);
    let mut points = Vec::new();
    for point in value.get_ref().as_array().ok_or_else(like)? {
        let pair = point.get_ref().as_array().filter(|pair| pair.len() == 2).ok_or_else(like)?;
        let rate = pair[1].get_ref().as_str().and_then(units::rate);
        let rate = rate.ok_or_else(|| wrong("curve", &pair[1], RATE))?;
        points.push((span("curve", &pair[0])?, rate));
    }
    Curve::new(points, repeats).ok_or_else(like)
}

fn replay(table: &Table<'_>, times: &[Value<'_>]) -> Result<Pace, Fault> {
    let times = times.iter().map(|time| span("replay", time)).collect::<Result<Vec<_>, _>>()?;
    if !times.is_sorted() {
        return Err(table.fault("a time of `replay` lies before the one in front", "sort them"));
    }
    Ok(Pace::Replay(times.into()))
}
