//! Brokers whose wall clocks are so far ahead of their clients' that pops seem to be over when they
//! come.

use toml::{Table, Value};

use super::doc::{list, span, word};
use super::healing::pops;
use crate::kernel::time::SimSpan;
use crate::scenario::duration;

/// A pop that is older than it may wait by so much is not answered, ms.
const TOO_MUCH: i64 = 500;
/// One whose time to wait is up but for so much is answered at once, ms.
const EARLY: i64 = 50;

/// Groups that pop, each with a broker that answers none of their pops at the end, whatever it has
/// for them (`PopMessageRequestHeader.isTimeoutTooMuch`).
pub(super) fn deaf(doc: &Table) -> Vec<(String, String)> {
    let mut deaf = Vec::new();
    for group in pops(doc) {
        let members = || list(doc, "client").filter(|it| word(it, "group") == Some(&*group));
        for broker in list(doc, "broker").filter_map(|broker| word(broker, "name")) {
            let over = |member: &Table| {
                let name = word(member, "name").unwrap_or_default();
                let ahead = jumps(doc, broker).sum::<i64>() - jumps(doc, name).sum::<i64>();
                ahead >= held(member) + TOO_MUCH
            };
            if members().all(over) {
                deaf.push((group.clone(), broker.to_owned()));
            }
        }
    }
    deaf
}

/// A simple consumer whose calls a broker answers at once makes pauses: without one it would call
/// thousands of times a second, for ever.
pub(super) fn pauses(doc: &mut Table) {
    let brokers = list(doc, "broker").filter_map(|broker| word(broker, "name"));
    let most = brokers.map(|broker| most_ahead(doc, broker)).max().unwrap_or(0);
    let clients = doc.get_mut("client").and_then(Value::as_array_mut).into_iter().flatten();
    for client in clients.filter_map(Value::as_table_mut) {
        let is_simple = word(client, "role") == Some("simple");
        if is_simple && !client.contains_key("pause") && most >= held(client) - EARLY {
            client.insert("pause".to_owned(), Value::from("100ms"));
        }
    }
}

/// How far a process's clock is ever ahead of where it was, ms.
fn most_ahead(doc: &Table, name: &str) -> i64 {
    let sum = |sum: &mut i64, jump| {
        *sum += jump;
        Some(*sum)
    };
    jumps(doc, name).scan(0, sum).max().unwrap_or(0)
}

/// How far a process's clock jumps, one time after the other, ms.
fn jumps<'a>(doc: &'a Table, name: &str) -> impl Iterator<Item = i64> + use<'a> {
    let mut acts: Vec<&Table> =
        list(doc, "intervention").filter(|act| word(act, "clock") == Some(name)).collect();
    acts.sort_by_key(|act| span(act, "at"));
    acts.into_iter().filter_map(|act| {
        let text = word(act, "jumps")?;
        let span = duration(text.trim_start_matches('-'))?;
        let millis = i64::try_from(span.as_nanos() / 1_000_000).ok()?;
        Some(if text.starts_with('-') { -millis } else { millis })
    })
}

/// So long a pop waits, ms.
fn held(member: &Table) -> i64 {
    let simple = word(member, "role") == Some("simple");
    let most = if simple { span(member, "awaitDuration") } else { Some(SimSpan::secs(15)) };
    let millis = most.unwrap_or(SimSpan::secs(20)).as_nanos() / 1_000_000;
    i64::try_from(millis).expect("a call ends some day").clamp(5_000, 20_000)
}
