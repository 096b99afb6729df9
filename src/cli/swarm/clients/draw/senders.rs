//! Producers and their workloads.

use toml::{Table, Value};

use super::Plan;
use crate::cli::swarm::clients::dice::Dice;
use crate::cli::swarm::clients::doc::table;

/// Tags of messages.
const TAGS: [&str; 3] = ["TagA", "TagB", "TagC"];

pub(super) fn draw(plan: &mut Plan, dice: &mut Dice) -> Vec<Table> {
    let count = dice.between(1, 3);
    let all = dice.between(2_400, 5_000);
    let mut tables = Vec::new();
    for number in 1..=count {
        let name = format!("p{number}");
        let mut client = client(&name, plan, dice);
        client.insert("workload".to_owned(), Value::from(workload(plan, all / count, dice)));
        plan.producers.push(name);
        tables.push(client);
    }
    tables
}

/// A producer that lacks its workload.
pub(super) fn client(name: &str, plan: &Plan, dice: &mut Dice) -> Table {
    let starts = dice.pick(&["0s", "-2s", "3s"]);
    let mut client = table! {
        "name": name,
        "role": "producer",
        "group": dice.pick(&["Senders", "OtherSenders"]),
        "starts": starts,
        "stops": format!("{}s", plan.sends_end),
    };
    settings(&mut client, dice);
    client
}

fn settings(client: &mut Table, dice: &mut Dice) {
    let mut set = |key: &str, value: Value| client.insert(key.to_owned(), value);
    if dice.one_in(3) {
        set("retryTimesWhenSendFailed", Value::from(dice.pick(&[0, 1, 4])));
    }
    if dice.one_in(3) {
        set("sendMsgTimeout", Value::from(dice.pick(&["300ms", "1s", "6s"])));
    }
    if dice.one_in(3) {
        set("sendMsgMaxTimeoutPerRequest", Value::from(dice.pick(&["200ms", "1s"])));
    }
    if dice.one_in(3) {
        set("sendLatencyEnable", Value::from(true));
        set("startDetectorEnable", Value::from(dice.one_in(2)));
    }
    if dice.one_in(4) {
        set("retryAnotherBrokerWhenNotStoreOK", Value::from(true));
    }
    if dice.one_in(4) {
        set("enableBackpressureForAsyncMode", Value::from(true));
        set("backPressureForAsyncSendNum", Value::from(dice.pick(&[10, 1_000])));
        set("backPressureForAsyncSendSize", Value::from(1_048_576));
    }
    if dice.one_in(4) {
        set("pollNameServerInterval", Value::from(dice.pick(&["2s", "10s"])));
    }
    if dice.one_in(8) {
        set("maxMessageSize", Value::from(4_000));
    }
}

/// So many messages until sending ends.
pub(super) fn workload(plan: &Plan, messages: u64, dice: &mut Dice) -> Table {
    let (mut entries, mut a_round) = (Vec::new(), 0);
    for place in 0..dice.pick(&[1, 1, 2, 3]) {
        let (entry, count) = message(place, plan, dice);
        a_round += count;
        entries.push(entry);
    }
    entries.extend(refused(plan, dice));
    let rounds = (messages / a_round).max(1);
    let seconds = plan.sends_end - 20;
    let mut table = table! { "message": entries };
    let mut set = |key: &str, value: Value| table.insert(key.to_owned(), value);
    let per_minute = (rounds * 60).div_ceil(seconds).max(1);
    match dice.between(0, 6) {
        0 => {
            let senders = dice.between(1, 4);
            let millis = seconds * 1000 * senders / rounds;
            set("senders", Value::from(i64::try_from(senders).expect("few")));
            set("pause", Value::from(table! { "exponential": format!("{millis}ms") }));
        }
        1 => {
            let size = dice.between(10, 60).min(per_minute);
            set("burst", Value::from(i64::try_from(size).expect("few")));
            set("gap", Value::from(format!("{}ms", size * 60_000 / per_minute)));
        }
        2 => {
            let to = format!("{}/m", 2 * per_minute);
            let over = format!("{seconds}s");
            set("ramp", Value::from(table! { "from": "0/s", "to": to, "over": over }));
        }
        3 => {
            let high = format!("{}/m", per_minute + per_minute / 2);
            let low = format!("{}/m", per_minute.div_ceil(2));
            let points = [["0s", &low], ["30s", &high], ["40s", &high], ["70s", &low]];
            set("curve", Value::from(points.map(|point| Value::from(point.to_vec())).to_vec()));
            set("curve_repeats", Value::from(true));
        }
        _ => {
            set("rate", Value::from(format!("{per_minute}/m")));
            set("spacing", Value::from(dice.pick(&["even", "uneven", "random"])));
        }
    }
    table
}

/// An entry of a round, and how many messages it makes.
fn message(place: usize, plan: &Plan, dice: &mut Dice) -> (Table, u64) {
    let (topic, queues) = dice.pick(&plan.topics);
    let sizes = ["64B", "256B", "256B", "256B", "2KiB", "2KiB", "8KiB", "8KiB", "64KiB"];
    let size = dice.pick(&sizes);
    let mut entry = table! { "topic": topic, "size": size };
    let mut set = |key: &str, value: Value| entry.insert(key.to_owned(), value);
    if dice.one_in(2) {
        set("tag", Value::from(dice.pick(&TAGS)));
    }
    if dice.one_in(3) {
        let key = match dice.between(0, 2) {
            0 => table! { "prefix": "key-", "count": 20 },
            1 => table! { "prefix": "key-", "count": 100, "hot_per_million": 300_000 },
            _ => table! { "prefix": "key-", "count": 50, "zipf": 1.1 },
        };
        set("key", Value::from(key));
        set("sharding_key", Value::from(dice.one_in(2)));
    }
    if dice.one_in(6) {
        let property = table! { "name": "region", "value": "north" };
        set("properties", Value::from(vec![property]));
    }
    match dice.between(0, 11) {
        0 => {
            let batch = dice.between(2, 12);
            set("batch", Value::from(i64::try_from(batch).expect("few")));
            return (entry, batch);
        }
        1 => transaction(&mut entry, dice),
        2 => delay(plan, &mut entry, dice),
        3 => {
            let id = dice.between(0, queues - 1);
            let broker = dice.pick(&plan.masters);
            let id = i64::try_from(id).expect("few");
            set("queue", Value::from(table! { "broker": broker, "id": id }));
            set("send", Value::from(dice.pick(&["sync", "async", "oneway"])));
        }
        4 => {
            // The last one selects nothing, and its sends fail.
            let selectors =
                ["hash", "random", "message_group", "message_group_proxy", "machine_room"];
            let some = if place == 0 { &selectors[..4] } else { &selectors };
            set("selector", Value::from(dice.pick(some)));
            set("send", Value::from(dice.pick(&["sync", "async", "oneway"])));
        }
        5 | 6 => drop(set("send", Value::from("async"))),
        7 => drop(set("send", Value::from("oneway"))),
        _ => (),
    }
    (entry, 1)
}

/// A message that a broker will not take.
fn refused(plan: &Plan, dice: &mut Dice) -> Option<Table> {
    if let Some(topic) = plan.refused.clone().filter(|_| dice.one_in(2)) {
        return Some(table! { "topic": topic, "size": "64B" });
    }
    let (topic, _) = dice.pick(&plan.topics);
    match dice.between(0, 80) {
        0 => Some(table! { "topic": topic, "size": "64B", "delayTimeSec": "200h" }),
        1 => {
            let property = table! { "name": "blob", "value": "x".repeat(33_000) };
            Some(table! { "topic": topic, "size": "64B", "properties": vec![property] })
        }
        _ => None,
    }
}

fn transaction(entry: &mut Table, dice: &mut Dice) {
    let check = table! { "commit": 2, "rollback": 1, "unknown": dice.pick(&[0, 3]), "never": 1 };
    let rule = table! {
        "commit": 6,
        "rollback": 2,
        "unknown": dice.pick(&[0, 1]),
        "never": dice.pick(&[0, 1]),
        "takes": dice.pick(&["0s", "5ms", "200ms"]),
        "check": check,
    };
    entry.insert("transaction".to_owned(), Value::from(rule));
}

fn delay(plan: &Plan, entry: &mut Table, dice: &mut Dice) {
    let (key, value) = match dice.between(0, 3) {
        0 => ("delayTimeLevel", Value::from(dice.pick(&[1, 2, 3, 4, 5]))),
        1 => ("delayTimeSec", Value::from(dice.secs(1, 40))),
        2 => ("delayTimeMs", Value::from(dice.millis(500, 20_000))),
        _ => ("deliverTimeMs", Value::from(format!("{}s", dice.between(60, plan.sends_end)))),
    };
    entry.insert(key.to_owned(), value);
}
