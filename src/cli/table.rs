//! Reports and lists as aligned tables of plain text.

use std::io::{self, Write};

use crate::facts::measure::{Bound, Order};

use super::report::{Claim, LaneReport, Lanes, Ledger, Percentiles, Report, Verdict};

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// A whole run.
pub(super) fn report(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let Report { scenario, seed, until, events, outcome, assertions, verdict, digest } = report;
    writeln!(out, "{scenario}, seed {seed}, until {}, {} events", span(*until), count(*events))?;
    match outcome {
        Lanes::One(only) => lane(only, out)?,
        Lanes::Several { lanes } => {
            for titled in lanes {
                writeln!(out, "\n== {} ({})", titled.title, titled.subtitle)?;
                lane(&titled.report, out)?;
            }
        }
    }
    claims(assertions, out)?;
    if let Some(broken) = verdict {
        writeln!(out, "\nA rule is broken at {}: {}", span(broken.at), broken.sentence)?;
        let Verdict { rule, event, .. } = broken;
        writeln!(out, "  {rule}; event {event} of {scenario} with seed {seed}")?;
    }
    writeln!(out, "\nDigests")?;
    writeln!(out, "  history  {}\n  state    {}", digest.history, digest.state)
}

fn claims(claims: &[Claim], out: &mut impl Write) -> io::Result<()> {
    if claims.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nAssertions")?;
    let row = |claim: &Claim| {
        let word = if claim.held { "held" } else { "FAILED" };
        let lane = claim.lane.iter().map(|lane| format!("{lane}: "));
        let found = claim.found.map_or_else(none, |number| figure(number, claim.is_time));
        let number = format!("{found}, wanted {}", claim.wanted);
        let says = lane.chain(std::iter::once(claim.says.clone())).collect();
        vec![word.to_owned(), says, number]
    };
    columns(&[Side::Left; 3], claims.iter().map(row).collect(), out)
}

/// `at least 10 and at most 20`.
pub(super) fn wanted(bounds: &[Bound], limits: &[Option<u64>], is_time: bool) -> String {
    let one = |(bound, limit): (&Bound, &Option<u64>)| {
        let limit = limit.map_or_else(none, |number| figure(number, is_time));
        match bound.order {
            Order::AtLeast => format!("at least {limit}"),
            Order::AtMost => format!("at most {limit}"),
            Order::Equals => limit,
        }
    };
    let all: Vec<String> = bounds.iter().zip(limits).map(one).collect();
    all.join(" and ")
}

fn figure(number: u64, is_time: bool) -> String {
    if is_time { span(number) } else { count(number) }
}

fn lane(lane: &LaneReport, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\nLedger")?;
    ledger(&lane.ledger, out)?;
    groups(lane, out)?;
    writeln!(out, "\nTimes")?;
    times(lane, out)?;
    let asked = &lane.requests;
    let (answered, empty, held) = (count(asked.answered), count(asked.empty), count(asked.held));
    writeln!(
        out,
        "\nRequests for messages\n  {answered} answered, {empty} empty, {held} held now"
    )?;
    queues(lane, out)
}

fn ledger(ledger: &Ledger, out: &mut impl Write) -> io::Result<()> {
    let head = [
        "sent",
        "acknowledged",
        "stored",
        "delivered",
        "consumed",
        "expected",
        "retrying",
        "dead",
        "lost",
        "duplicated",
        "out of order",
        "failed",
    ];
    let figures = [
        ledger.sent,
        ledger.acknowledged,
        ledger.stored,
        ledger.delivered,
        ledger.consumed,
        ledger.expected,
        ledger.retrying,
        ledger.dead,
        ledger.lost,
        ledger.duplicated,
        ledger.out_of_order,
        ledger.failed,
    ];
    let rows =
        head.iter().zip(figures).map(|(name, figure)| vec![(*name).to_owned(), count(figure)]);
    columns(&[Side::Left, Side::Right], rows.collect(), out)
}

fn groups(lane: &LaneReport, out: &mut impl Write) -> io::Result<()> {
    let head = ["group", "expected", "delivered", "consumed", "lag", "duplicated", "out of order"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (name, group) in &lane.groups {
        let figures = [
            group.expected,
            group.delivered,
            group.consumed,
            group.lag,
            group.duplicated,
            group.out_of_order,
        ];
        rows.push(std::iter::once(name.clone()).chain(figures.map(count)).collect());
    }
    writeln!(out, "\nGroups")?;
    columns(&[Side::Left], rows, out)
}

fn times(lane: &LaneReport, out: &mut impl Write) -> io::Result<()> {
    let head = ["", "count", "mean", "p50", "p90", "p99", "p99.9", "max"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (name, times) in [("stored to delivered", lane.wait), ("stored to consumed", lane.latency)]
    {
        rows.push(time_row(name, &times));
    }
    columns(&[Side::Left], rows, out)?;
    let Some(taken) = lane.taken else { return Ok(()) };
    writeln!(out, "  {} from the first send to the last message consumed", span(taken))?;
    let Some(bound) = lane.bound else { return Ok(()) };
    let needs = [bound.sending, bound.storing, bound.consuming].map(span);
    let [sending, storing, consuming] = needs;
    writeln!(
        out,
        "  at least {sending} for sending, {storing} for storing, {consuming} for consuming"
    )
}

fn time_row(name: &str, times: &Percentiles) -> Vec<String> {
    let Percentiles { count: samples, mean, p50, p90, p99, p999, max } = *times;
    let shown = |time| if samples == 0 { "-".to_owned() } else { span(time) };
    let spans = [mean, p50, p90, p99, p999, max].map(shown);
    [name.to_owned(), count(samples)].into_iter().chain(spans).collect()
}

fn queues(lane: &LaneReport, out: &mut impl Write) -> io::Result<()> {
    let head = ["topic", "broker", "queue", "stored", "depth", "committed"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for queue in &lane.queues {
        let committed = queue.groups.values().map(|share| share.committed.map_or_else(none, count));
        let committed: Vec<String> = committed.collect();
        rows.push(vec![
            queue.topic.to_owned(),
            queue.broker.to_owned(),
            queue.queue.to_string(),
            count(queue.stored),
            count(queue.depth),
            if committed.is_empty() { none() } else { committed.join(" ") },
        ]);
    }
    writeln!(out, "\nQueues")?;
    columns(&[Side::Left, Side::Left], rows, out)
}

fn none() -> String {
    "-".to_owned()
}

/// Rows in columns that are as wide as their widest cell; columns that are not named stand right.
pub(super) fn columns(
    sides: &[Side],
    rows: Vec<Vec<String>>,
    out: &mut impl Write,
) -> io::Result<()> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..count).map(|column| width(column).unwrap_or(0)).collect();
    for row in &rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            line.push_str("  ");
            line += &match sides.get(column).unwrap_or(&Side::Right) {
                Side::Left => format!("{cell:<width$}"),
                Side::Right => format!("{cell:>width$}"),
            };
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Digits in groups of three.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A duration in the unit that fits, with three decimals at most.
pub(super) fn span(nanos: u64) -> String {
    let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs")];
    let Some((unit, name)) = units.into_iter().find(|(unit, _)| nanos >= *unit) else {
        return if nanos == 0 { "0".to_owned() } else { format!("{nanos} ns") };
    };
    let thousandths = nanos % unit * 1000 / unit;
    let decimals = format!(".{thousandths:03}");
    let decimals = decimals.trim_end_matches('0').trim_end_matches('.');
    format!("{}{decimals} {name}", count(nanos / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([count(0), count(999), count(1_234_567)], ["0", "999", "1 234 567"]);
        let spans = [0, 999, 1_500, 2_000_000, 45_000_000_000, 12_345_678_901];
        let expected = ["0", "999 ns", "1.5 µs", "2 ms", "45 s", "12.345 s"];
        assert_eq!(spans.map(span), expected);
    }

    #[test]
    fn columns_stand_in_line() {
        let rows = [["a", "1"], ["bcd", "20"]].map(|row| row.map(str::to_owned).to_vec());
        let mut out = Vec::new();
        columns(&[Side::Left], rows.to_vec(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "  a     1\n  bcd  20\n");
    }
}
