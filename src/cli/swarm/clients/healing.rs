//! When everything works again, and how long it may take until everything is done then.
//!
//! Both are read from the scenario itself, so that a scenario that was made smaller is judged as
//! the one it was made of.

use toml::Table;

use crate::kernel::time::SimSpan;
use crate::rocketmq::client::consumer::POP_DELAYS;
use crate::rocketmq::config::BrokerRules;

use super::doc::{is_on, list, number, span, word};

/// Locks of the dead (60 s), rebalances, routes (30 s to 60 s), silent members and brokers (120 s):
/// what has to be over before the last messages can be handed out, s.
const REST: u64 = 240;
/// `RECONSUME_LATER` without a level waits by the level of its try, from this one on.
const FIRST_LEVEL: usize = 3;
/// So often a simple consumer is handed a message.
const MOST_TRIES: i64 = 17;

/// The second in which the last intervention happens or the last process starts.
pub(super) fn healed_at(doc: &Table) -> u64 {
    let seconds = |table: &Table, key| span(table, key).map_or(0, up);
    let acts = list(doc, "intervention").map(|act| seconds(act, "at") + seconds(act, "lasts"));
    let starts = ["namesrv", "broker", "client"].into_iter().flat_map(|kind| list(doc, kind));
    let starts = starts.map(|node| seconds(node, "starts"));
    acts.chain(starts).max().unwrap_or(0)
}

/// How long it may take from then on until everything is done, s.
pub(super) fn bound(doc: &Table) -> u64 {
    let age = healed_at(doc) + REST;
    REST + list(doc, "client").map(|client| of_client(client, age)).max().unwrap_or(0)
}

/// All retries of one message, one after the other; it may be so old, s, before the first one.
fn of_client(client: &Table, age: u64) -> u64 {
    if word(client, "role") == Some("simple") {
        return of_simple(client);
    }
    if word(client, "role") != Some("push") || client.contains_key("messageModel") {
        return 0;
    }
    let tries = number(client, "maxReconsumeTimes").unwrap_or(16);
    let tries = usize::try_from(tries).unwrap_or(3);
    let levels = BrokerRules::default().delay_levels;
    let at = |level: usize| levels.get(level - 1).map_or(0, |delay| up(*delay));
    let by_try: u64 = (FIRST_LEVEL..FIRST_LEVEL + tries).map(at).sum();
    let named = list(client, "answers").filter_map(|it| number(it, "delayLevelWhenNextConsume"));
    let named = named.filter_map(|level| usize::try_from(level).ok()).filter(|level| *level > 0);
    let by_name = named.map(|level| at(level) * tries as u64).max().unwrap_or(0);
    // What nobody acknowledges comes again a few seconds after its invisible time.
    let invisible = span(client, "popInvisibleTime").map_or(60, up) + 15;
    let popped = !is_on(client, "clientRebalance", true);
    let popped = if popped { invisible * (tries as u64 + 2) + kept(client, tries, age) } else { 0 };
    let stuck = is_stuck(client);
    let timeout = span(client, "consumeTimeout").map_or(900, up);
    let stuck = if stuck { 2 * timeout } else { 0 };
    by_try.max(by_name) + popped + stuck
}

/// What a program does not acknowledge comes again a few seconds after its invisible time.
fn of_simple(client: &Table) -> u64 {
    let tries = list(client, "answers").map(|it| number(it, "tries").unwrap_or(MOST_TRIES));
    let tries = u64::try_from(tries.max().unwrap_or(0).min(MOST_TRIES)).expect("a few");
    let hidden = list(client, "answers").filter_map(|it| span(it, "invisibleDuration"));
    let invisible = span(client, "invisibleDuration").into_iter().chain(hidden).map(up).max();
    (invisible.unwrap_or(15) + 15) * (tries + 2)
}

/// How long what was popped and failed is kept invisible: by the level that its listener names or
/// by its try; once it was tried often enough by its age, and then no more.
fn kept(client: &Table, tries: usize, age: u64) -> u64 {
    if list(client, "answers").next().is_none() {
        return 0;
    }
    let at = |level: usize| POP_DELAYS[level.min(POP_DELAYS.len() - 1)];
    let named = list(client, "answers").filter_map(|it| number(it, "delayLevelWhenNextConsume"));
    let named = named.filter_map(|level| usize::try_from(level).ok()).filter(|level| *level > 0);
    let named: u64 = named.map(at).max().unwrap_or(0);
    let tried: u64 = (0..tries).map(|tried| at(tried).max(named)).sum();
    let last = POP_DELAYS.iter().find(|step| age + tried < **step);
    tried + last.copied().unwrap_or(at(usize::MAX))
}

/// Seconds, rounded up.
fn up(span: SimSpan) -> u64 {
    span.as_nanos().div_ceil(1_000_000_000)
}

/// Groups, as facts call them, that need not come to an end: their programs do not want it so.
pub(super) fn loose(doc: &Table) -> Vec<String> {
    let consumers = || list(doc, "client").filter(|it| word(it, "role") != Some("producer"));
    let mut loose = Vec::new();
    for client in consumers() {
        let (Some(name), Some(group)) = (word(client, "name"), word(client, "group")) else {
            continue;
        };
        let alone = word(client, "messageModel") == Some("BROADCASTING");
        let alike = |other: &Table| {
            word(other, "group") != Some(group)
                || (other.get("subscribe"), other.get("messageModel"))
                    == (client.get("subscribe"), client.get("messageModel"))
        };
        let members = || consumers().filter(|it| word(it, "group") == Some(group));
        let nobody = !members().any(|it| word(it, "name").is_some_and(|it| is_up(doc, it)));
        let kept = is_stuck(client) && takes_no_sends(doc);
        let otherwise = wants_otherwise(client) || changes(doc, name) || kept;
        if otherwise || !consumers().all(alike) || nobody {
            loose.push(group.to_owned());
            loose.extend(members().flat_map(|it| own(group, it)));
        } else if alone && (client.contains_key("answers") || !is_up(doc, name)) {
            loose.extend(own(group, client));
        }
    }
    loose
}

/// A member of a broadcast stands for itself: by its name, or by that of the client whose instance
/// it shares, and by its `instanceName`, where a lite pull consumer says on what it runs.
fn own(group: &str, member: &Table) -> Vec<String> {
    let instance = word(member, "shares").or_else(|| word(member, "name"));
    let name = instance.map(|name| format!("{group}@{name}"));
    let stream = name.as_ref().map(|name| format!("{name}@STREAM"));
    name.into_iter().chain(stream).collect()
}

/// Its program leaves queues or messages to nobody, or holds them for ever.
fn wants_otherwise(client: &Table) -> bool {
    let strategy = word(client, "allocateMessageQueueStrategy").unwrap_or_default();
    let partial = strategy.ends_with("CONFIG") || strategy.starts_with("MACHINE_ROOM");
    let sql = list(client, "subscribe").any(|it| it.contains_key("sql"));
    let orderly = is_on(client, "orderly", false);
    let endless = number(client, "maxReconsumeTimes").is_none_or(|most| most < 0);
    let holds = |answer: &Table| {
        orderly
            && (word(answer, "answer") == Some("stuck") || endless && !answer.contains_key("tries"))
    };
    // Retries of such a group may lie before its start.
    let late = word(client, "consumeFromWhere") == Some("CONSUME_FROM_TIMESTAMP");
    // What a pop handed out to a listener that never ends counts for `popThresholdForQueue`.
    let pops = !is_on(client, "clientRebalance", true);
    let stuck = is_stuck(client);
    let some = ["assign", "polls", "receives"].iter().any(|key| client.contains_key(*key));
    pops && stuck || some || partial || sql || late || list(client, "answers").any(holds)
}

/// A listener may never come back: its message is given back after `consumeTimeout`.
fn is_stuck(client: &Table) -> bool {
    list(client, "answers").any(|it| word(it, "answer") == Some("stuck"))
}

/// Every broker has no more buffers than its last file and the next one hold: from the first
/// message on it refuses all sends (`isTransientStorePoolDeficient`), and all that is given back.
fn takes_no_sends(doc: &Table) -> bool {
    list(doc, "broker").all(|broker| {
        let buffers = number(broker, "transientStorePoolSize").unwrap_or(5);
        is_on(broker, "transientStorePoolEnable", false) && buffers <= 2
    })
}

/// Groups whose messages are popped.
pub(super) fn pops(doc: &Table) -> Vec<String> {
    let pops = |client: &&Table| {
        word(client, "role") == Some("simple") || !is_on(client, "clientRebalance", true)
    };
    let groups = list(doc, "client").filter(pops).filter_map(|it| word(it, "group"));
    groups.map(str::to_owned).collect()
}

/// Its program wants other messages at some time.
fn changes(doc: &Table, name: &str) -> bool {
    let is_it =
        |act: &Table| ["subscribe", "unsubscribe"].map(|key| word(act, key)).contains(&Some(name));
    list(doc, "intervention").any(is_it)
}

/// What lasts until something else is said.
pub(super) const BREAKS: [(&str, &str); 3] =
    [("cut", "mend"), ("suspend", "resume"), ("pause_queues", "resume_queues")];

/// All is well again at the end: processes are up, links are there, programs go on.
pub(super) fn is_healed(doc: &Table) -> bool {
    let names = |kind| list(doc, kind).filter_map(|node| word(node, "name"));
    let servers = ["namesrv", "broker"].into_iter().flat_map(names);
    let mut acts: Vec<&Table> = list(doc, "intervention").collect();
    // Nobody knows when what waits for something breaks.
    let breaks = ["kill", "stop", "cut", "suspend", "pause_queues", "fill_disk"];
    let waits = |act: &&Table| act.contains_key("when");
    if acts.iter().copied().filter(waits).any(|act| breaks.iter().any(|it| act.contains_key(*it))) {
        return false;
    }
    acts.sort_by_key(|act| span(act, "at"));
    let mut open: Vec<(&str, String)> = Vec::new();
    for act in acts {
        for (breaks, mends) in BREAKS {
            if let Some(what) = act.get(breaks) {
                open.push((breaks, what.to_string()));
            }
            if let Some(what) = act.get(mends) {
                let what = what.to_string();
                open.retain(|(kind, which)| *kind != breaks || *which != what);
            }
        }
        if let Some(broker) = word(act, "fill_disk") {
            open.retain(|(kind, which)| *kind != "fill_disk" || which != broker);
            if number(act, "percent").is_some_and(|percent| percent > 0) {
                open.push(("fill_disk", broker.to_owned()));
            }
        }
    }
    open.is_empty() && servers.into_iter().all(|name| is_up(doc, name))
}

/// The last that is said of a process is that it starts.
fn is_up(doc: &Table, name: &str) -> bool {
    let acts = list(doc, "intervention").filter_map(|act| {
        let is_it = |key| word(act, key) == Some(name);
        let starts = is_it("start");
        (starts || is_it("kill") || is_it("stop")).then_some((span(act, "at"), starts))
    });
    acts.max_by_key(|(at, _)| *at).is_none_or(|(_, starts)| starts)
}
