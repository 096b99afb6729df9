//! The network and the interventions as written.

use toml::Spanned;

use crate::facts::measure::{Condition, What};
use crate::kernel::actor::NodeId;
use crate::kernel::life::End;
use crate::kernel::network::LinkProfile;
use crate::kernel::order;
use crate::kernel::time::{SimSpan, SimTime};
use crate::kernel::world::Intervention;
use crate::rocketmq::protocol::{Mq, Order};

use super::clients::tags;
use super::error::Fault;
use super::lane::Plan;
use super::lite;
use super::measures;
use super::model::{Known, ZERO, moment};
use super::nodes::disk_speed;
use super::reader::{Table, Value};
use super::units;

/// The usual link and those that differ from it.
type Links = (LinkProfile, Vec<(NodeId, NodeId, LinkProfile)>);

pub(super) fn network(value: Option<Value<'_>>, known: &Known) -> Result<Links, Fault> {
    let Some(value) = value else { return Ok((LinkProfile::default(), Vec::new())) };
    let mut table = Table::new("a network", value)?;
    let usual = profile(&mut table, &LinkProfile::default())?;
    let mut links = Vec::new();
    for mut link in table.tables("link", "a link")? {
        let (a, b) = pair(&mut link, "between", known)?;
        links.push((a, b, profile(&mut link, &usual)?));
        link.done()?;
    }
    table.done()?;
    Ok((usual, links))
}

fn profile(table: &mut Table<'_>, usual: &LinkProfile) -> Result<LinkProfile, Fault> {
    let loss = table.count("loss_per_million")?;
    if let Some(much) = loss.as_ref().filter(|loss| *loss.get_ref() > 900_000) {
        let finding = "`loss_per_million` is out of range";
        return Err(Fault::new(much.span(), finding, "write `0` to `900000`, or cut the link"));
    }
    let like = "bytes a second, as `\"100MB/s\"`";
    let speed = table.quantity("bandwidth", units::bandwidth, like)?;
    Ok(LinkProfile {
        latency: table.spread("latency")?.unwrap_or_else(|| usual.latency.clone()),
        loss_per_million: loss.map_or(usual.loss_per_million, Spanned::into_inner),
        bytes_per_second: speed.unwrap_or(usual.bytes_per_second),
    })
}

/// What happens from outside: in order of time, and when something in the run does.
#[derive(Default)]
pub(super) struct Happening {
    pub(super) interventions: Vec<(SimTime, Intervention<Mq>)>,
    pub(super) plans: Vec<Plan>,
}

pub(super) fn interventions(tables: Vec<Table<'_>>, known: &Known) -> Result<Happening, Fault> {
    let mut all = Happening::default();
    for table in tables {
        intervention(table, known, &mut all)?;
    }
    order::by_key(&mut all.interventions, |(at, _)| *at);
    Ok(all)
}

#[inline(never)] // Can wait (`xtask/src/split`).
fn intervention(mut table: Table<'_>, known: &Known, all: &mut Happening) -> Result<(), Fault> {
    let at = moment(&mut table, "at")?;
    let when = table.take("when").map(|when| condition_of(when, known)).transpose()?;
    let after = table.span_of("after")?;
    let action = action(&mut table, known)?.ok_or_else(|| {
        let cure = "add one of `stop`, `start`, `kill`, `pause`, `clock`, `cut`, `mend`, `link`, \
                    `stall`, `slow_disk`, `fill_disk`, `suspend`, `resume`, `subscribe`, \
                    `unsubscribe`, `seek`, `pause_queues`, `resume_queues` and `commit`";
        table.fault("an intervention does nothing", cure)
    })?;
    match (at, when) {
        (None, None) => return Err(table.missing("at")),
        (Some(_), None) if after.is_some() => {
            return Err(table.fault("`after` belongs to `when`", "write a later `at`"));
        }
        (Some(at), None) => all.interventions.push((at, action)),
        (from, Some(when)) => {
            let (from, after) = (from.unwrap_or(ZERO), after.unwrap_or(SimSpan::ZERO));
            all.plans.push(Plan { from, when, after, then: action });
        }
    }
    table.done()
}

/// What something waits for.
fn condition_of(value: Value<'_>, known: &Known) -> Result<Condition, Fault> {
    let mut table = Table::new("a condition", value)?;
    let condition = measures::condition(&mut table, &known.names())?;
    if condition.measures().any(|measure| matches!(measure.what, What::Latency(_) | What::Wait(_)))
    {
        let cure = "wait for a number of messages or facts, or for a lag";
        return Err(table.fault("nothing can wait for a percentile", cure));
    }
    table.done()?;
    Ok(condition)
}

fn action(t: &mut Table<'_>, known: &Known) -> Result<Option<Intervention<Mq>>, Fault> {
    if let Some(name) = t.text("stop")? {
        return Ok(Some(Intervention::Tell(known.node(&name)?, Order::Shutdown)));
    }
    if let Some(name) = t.text("start")? {
        return Ok(Some(Intervention::Start(known.node(&name)?)));
    }
    if let Some(name) = t.text("kill")? {
        return Ok(Some(Intervention::Kill(known.node(&name)?, how(t)?)));
    }
    if let Some(name) = t.text("pause")? {
        let span = t.span_of("lasts")?.ok_or_else(|| t.missing("lasts"))?;
        return Ok(Some(Intervention::Pause(known.node(&name)?, span)));
    }
    if let Some(name) = t.text("clock")? {
        let like = "how far it jumps, as `\"2s\"` or `\"-500ms\"`";
        let jump = t.quantity("jumps", units::signed_duration, like)?;
        let (is_back, span) = jump.ok_or_else(|| t.missing("jumps"))?;
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let millis = if is_back { -millis } else { millis };
        return Ok(Some(Intervention::Clock(known.node(&name)?, millis)));
    }
    if let Some(name) = t.text("slow_disk")? {
        return Ok(Some(Intervention::Disk(known.node(&name)?, disk_speed(t)?)));
    }
    if let Some(name) = t.text("fill_disk")? {
        let percent = t.count("percent")?.ok_or_else(|| t.missing("percent"))?;
        if *percent.get_ref() > 100 {
            let finding = "a disk is filled by more than 100 per cent";
            return Err(Fault::new(percent.span(), finding, "write `0` to `100`"));
        }
        let order = Order::FillDisk { percent: percent.into_inner() };
        return Ok(Some(Intervention::Tell(known.broker(&name)?, order)));
    }
    if let Some(name) = t.text("stall")? {
        let span = t.span_of("lasts")?.ok_or_else(|| t.missing("lasts"))?;
        return Ok(Some(Intervention::Stall(known.node(&name)?, span)));
    }
    if let Some(order) = consumer_order(t, known)? {
        return Ok(Some(order));
    }
    if let Some(order) = lite::order(t, known)? {
        return Ok(Some(order));
    }
    link_action(t, known)
}

/// What a program does with its push consumer while that runs.
fn consumer_order(t: &mut Table<'_>, known: &Known) -> Result<Option<Intervention<Mq>>, Fault> {
    let tell = |name, order| Ok(Some(Intervention::Tell(known.push_consumer(name)?, order)));
    if let Some(name) = t.text("suspend")? {
        return tell(&name, Order::Suspend);
    }
    if let Some(name) = t.text("resume")? {
        return tell(&name, Order::Resume);
    }
    if let Some(name) = t.text("subscribe")? {
        let topic = known.topic(&t.need_text("topic")?)?;
        let tags = tags(t)?;
        return tell(&name, Order::Subscribe { topic, tags });
    }
    if let Some(name) = t.text("unsubscribe")? {
        let topic = known.topic(&t.need_text("topic")?)?;
        return tell(&name, Order::Unsubscribe { topic });
    }
    Ok(None)
}

fn link_action(t: &mut Table<'_>, known: &Known) -> Result<Option<Intervention<Mq>>, Fault> {
    if t.has("cut") {
        return pair(t, "cut", known).map(|(a, b)| Some(Intervention::Cut(a, b)));
    }
    if t.has("mend") {
        return pair(t, "mend", known).map(|(a, b)| Some(Intervention::Mend(a, b)));
    }
    if t.has("link") {
        let (a, b) = pair(t, "link", known)?;
        return Ok(Some(Intervention::Link(a, b, profile(t, &LinkProfile::default())?)));
    }
    Ok(None)
}

fn how(t: &mut Table<'_>) -> Result<End, Fault> {
    let Some(how) = t.text("how")? else { return Ok(End::Crashed) };
    match how.get_ref().as_str() {
        "process" => Ok(End::Crashed),
        "power" => Ok(End::PowerLost),
        other => Err(Fault::new(
            how.span(),
            format!("`how` is `{other}`"),
            "write `process` (the page cache stays) or `power` (only what was flushed stays)",
        )),
    }
}

/// Two nodes.
fn pair(t: &mut Table<'_>, key: &'static str, known: &Known) -> Result<(NodeId, NodeId), Fault> {
    let names = t.texts(key)?;
    match names.as_slice() {
        [a, b] if a.get_ref() != b.get_ref() => Ok((known.node(a)?, known.node(b)?)),
        _ => {
            let finding = format!("`{key}` does not name two nodes");
            Err(t.fault(finding, "write two names, as `[\"Producer\", \"broker-a\"]`"))
        }
    }
}
