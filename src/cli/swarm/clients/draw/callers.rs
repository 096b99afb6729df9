//! Programs that call for messages themselves (lite pull and simple consumers), and programs that
//! wait for replies or gather what their threads send; and groups in order, or of one that stands
//! still. Each part draws from a stream of its own, so that seeds without it stay as they are.

use toml::{Table, Value};

use super::Plan;
use super::senders;
use crate::cli::swarm::clients::dice::Dice;
use crate::cli::swarm::clients::doc::table;

/// What is hidden anew in the millisecond of its pop has a checkpoint of the same name, and is lost
/// with it, as upstream.
const SEEN_LATER: [&str; 2] = ["3ms", "20ms"];

/// So long brokers take the longest to forget a client, s, and some more.
const SLEEP: u64 = 165;

/// Lite pull consumers: a group that shares queues out, or one program that assigns them.
pub(super) fn lite(plan: &mut Plan, dice: &mut Dice) -> Vec<Table> {
    if !dice.one_in(4) {
        return Vec::new();
    }
    let topics: Vec<String> = plan.topics.iter().map(|(name, _)| name.clone()).collect();
    let topic = dice.pick(&topics);
    let (mut alike, mut members) = (program(dice), 1);
    let mut set = |key: &str, value: Value| alike.insert(key.to_owned(), value);
    match dice.between(0, 9) {
        0 | 1 => {
            set("assign_topics", Value::from(topics));
            set("topicMetadataCheckIntervalMillis", Value::from(dice.pick(&["5s", "30s"])));
            if dice.one_in(2) {
                let only = table! { "topic": topic.clone(), "tags": "TagA || TagB" };
                set("expressions", Value::from(vec![only]));
            }
        }
        2 => {
            let broker = dice.pick(&plan.masters);
            let queue = table! { "topic": topic.clone(), "broker": broker, "id": 0 };
            set("assign", Value::from(vec![queue]));
        }
        kind => {
            members = dice.between(1, 3);
            let mut wanted = table! { "topic": topic.clone() };
            if dice.one_in(4) {
                wanted.insert("tags".to_owned(), Value::from("TagA || TagB"));
            }
            set("subscribe", Value::from(vec![wanted]));
            if kind == 3 {
                set("messageModel", Value::from("BROADCASTING"));
            } else if dice.one_in(4) {
                set("allocateMessageQueueStrategy", Value::from("AVG_BY_CIRCLE"));
            }
        }
    }
    (1..=members)
        .map(|member| {
            let name = format!("lite{member}");
            plan.lite.push((name.clone(), topic.clone()));
            client(&name, "Callers", alike.clone(), dice)
        })
        .collect()
}

/// What a lite pull consumer's program does, and how much it takes.
fn program(dice: &mut Dice) -> Table {
    let mut table = table! {
        "role": "lite-pull",
        "consumeFromWhere": dice.pick(&["CONSUME_FROM_FIRST_OFFSET", "CONSUME_FROM_LAST_OFFSET"]),
        "handling": dice.pick(&["0s", "1ms", "4ms"]),
        "pullBatchSize": dice.pick(&[10, 32]),
        "pollTimeoutMillis": dice.pick(&["500ms", "5s"]),
    };
    let mut set = |key: &str, value: Value| table.insert(key.to_owned(), value);
    if dice.one_in(4) {
        set("pullThreadNums", Value::from(4));
        set("brokerSuspendMaxTimeMillis", Value::from("1s"));
    }
    let limits = ["pullThresholdForQueue", "consumeMaxSpan", "pullThresholdForAll"];
    for (key, limit) in limits.into_iter().zip([8, 100, 64]) {
        if dice.one_in(5) {
            set(key, Value::from(limit));
        }
    }
    if dice.one_in(8) {
        set("pullThresholdSizeForQueue", Value::from(1));
    }
    match dice.between(0, 3) {
        0 => {
            set("autoCommit", Value::from(false));
            set("commits_after", Value::from(dice.pick(&[1, 4])));
            set("persists", Value::from(dice.one_in(2)));
        }
        1 => drop(set("autoCommitIntervalMillis", Value::from("1s"))),
        _ => (),
    }
    if dice.one_in(4) {
        set("pause", Value::from(dice.pick(&["5ms", "50ms"])));
    }
    if dice.one_in(12) {
        set("polls", Value::from(200));
    }
    if dice.one_in(8) {
        let fails = table! { "answer": "exception", "percent": 2 };
        set("answers", Value::from(vec![fails]));
    }
    table
}

/// Simple consumers of 5.x.
pub(super) fn simple(plan: &mut Plan, dice: &mut Dice) -> Vec<Table> {
    if !dice.one_in(5) {
        return Vec::new();
    }
    let first = dice.pick(&plan.topics).0;
    let mut wanted = table! { "topic": first.clone() };
    if dice.one_in(4) {
        wanted.insert("tags".to_owned(), Value::from("TagA || TagB"));
    }
    let mut subscribe = vec![wanted];
    let second = dice.pick(&plan.topics).0;
    if second != first {
        subscribe.push(table! { "topic": second });
    }
    // A call waits for a queue that stays empty, and the others wait meanwhile.
    let await_duration = if subscribe.len() > 1 { "5s" } else { dice.pick(&["5s", "20s"]) };
    let mut alike = table! {
        "role": "simple",
        "receivers": i64::try_from(8 * subscribe.len()).expect("few"),
        "subscribe": subscribe,
        "maxMessageNum": dice.pick(&[8, 16, 32]),
        "invisibleDuration": dice.pick(&["10s", "15s"]),
        "awaitDuration": await_duration,
        "handling": dice.pick(&["0s", "2ms", "20ms"]),
    };
    let mut set = |key: &str, value: Value| alike.insert(key.to_owned(), value);
    if dice.one_in(3) {
        set("pause", Value::from(dice.pick(&["10ms", "100ms"])));
    }
    if dice.one_in(12) {
        set("receives", Value::from(100));
    }
    match dice.between(0, 5) {
        0 => {
            let none = table! { "answer": "none", "percent": 2, "tries": dice.pick(&[1, 20]) };
            set("answers", Value::from(vec![none]));
            set("handling", Value::from(dice.pick(&SEEN_LATER)));
        }
        1 => {
            let later = table! {
                "answer": "changeInvisibleDuration",
                "invisibleDuration": dice.pick(&["10s", "12s"]),
                "percent": 3,
                "tries": 2,
            };
            set("answers", Value::from(vec![later]));
            set("handling", Value::from(dice.pick(&SEEN_LATER)));
        }
        2 => {
            let slow = table! { "median": "5ms", "p99": "2s" };
            set("handling", Value::from(table! { "lognormal": slow }));
            if dice.one_in(2) {
                set("renews", Value::from("1s"));
            }
        }
        _ => (),
    }
    (1..=dice.between(1, 2))
        .map(|member| {
            let name = format!("simple{member}");
            plan.simple.push(name.clone());
            client(&name, "Simples", alike.clone(), dice)
        })
        .collect()
}

/// A consumer of a group.
fn client(name: &str, group: &str, alike: Table, dice: &mut Dice) -> Table {
    let starts = format!("-{}s", dice.between(1, 4));
    let mut client = table! { "name": name, "group": group, "starts": starts };
    client.extend(alike);
    client
}

/// A group in order whose queues are at work much of the time when they change hands.
pub(super) fn in_order(plan: &mut Plan, dice: &mut Dice) -> Vec<Table> {
    if !dice.one_in(6) {
        return Vec::new();
    }
    let (topic, queues) = dice.pick(&plan.topics);
    let most = (queues * plan.masters.len() as u64 * 20).min(120);
    let alike = table! {
        "role": "push",
        "orderly": true,
        "consumeFromWhere": "CONSUME_FROM_FIRST_OFFSET",
        "handling": table! { "uniform": vec!["5ms".to_owned(), format!("{most}ms")] },
        "subscribe": vec![table! { "topic": topic }],
    };
    let mut tables = Vec::new();
    for member in 1..=3 {
        let name = format!("ordered{member}");
        let mut client = client(&name, "Ordered", alike.clone(), dice);
        if member > 1 {
            client.insert("starts".to_owned(), Value::from(dice.secs(20, plan.sends_end - 20)));
        }
        plan.repliers.push(name);
        tables.push(client);
    }
    tables
}

/// A program that waits for replies, and those who send them.
pub(super) fn requests(plan: &mut Plan, dice: &mut Dice) -> Vec<Table> {
    if !dice.one_in(6) {
        return Vec::new();
    }
    let (topic, _) = dice.pick(&plan.topics);
    let mut asker = senders::client("asker", plan, dice);
    let mut message =
        table! { "topic": topic.clone(), "size": "128B", "request": dice.pick(&["1s", "4s"]) };
    if dice.one_in(3) {
        message.insert("send".to_owned(), Value::from("async"));
    }
    let pause = table! { "exponential": dice.pick(&["500ms", "2s"]) };
    let workload = table! {
        "message": vec![message],
        "senders": dice.pick(&[1, 3]),
        "pause": pause,
    };
    asker.insert("workload".to_owned(), Value::from(workload));
    plan.asking.push("asker".to_owned());
    let mut tables = vec![asker];
    let mut alike = table! {
        "role": "push",
        "consumeFromWhere": "CONSUME_FROM_FIRST_OFFSET",
        "maxReconsumeTimes": 1,
        "replies": true,
        "handling": dice.pick(&["1ms", "500ms"]),
        "subscribe": vec![table! { "topic": topic }],
    };
    let members = dice.between(1, 2);
    match dice.between(0, 3) {
        0 => drop(alike.insert("orderly".to_owned(), Value::from(true))),
        1 => drop(alike.insert("clientRebalance".to_owned(), Value::from(false))),
        _ => (),
    }
    for member in 1..=members {
        let name = format!("replier{member}");
        plan.repliers.push(name.clone());
        tables.push(client(&name, "Repliers", alike.clone(), dice));
    }
    tables
}

/// A program whose threads' sends are gathered.
pub(super) fn gatherer(plan: &mut Plan, dice: &mut Dice) -> Vec<Table> {
    if !dice.one_in(6) {
        return Vec::new();
    }
    let messages = dice.between(300, 900);
    let mut client = senders::client("gatherer", plan, dice);
    let mut workload = senders::workload(plan, messages, dice);
    if dice.one_in(2) {
        // Many threads that send to one topic at about the same time.
        let (topic, _) = dice.pick(&plan.topics);
        let message = table! { "topic": topic, "size": dice.pick(&["64B", "2KiB"]) };
        let senders = dice.between(4, 12);
        let millis = (plan.sends_end - 20) * 1000 * senders / messages;
        workload = table! {
            "message": vec![message],
            "senders": i64::try_from(senders).expect("few"),
            "pause": format!("{millis}ms"),
        };
    }
    client.insert("workload".to_owned(), Value::from(workload));
    client.insert("autoBatch".to_owned(), Value::from(true));
    let mut set = |key: &str, value: Value| client.insert(key.to_owned(), value);
    if dice.one_in(2) {
        set("batchMaxDelayMs", Value::from(dice.pick(&["2ms", "500ms"])));
    }
    if dice.one_in(2) {
        set("batchMaxBytes", Value::from(dice.pick(&[500, 4_000])));
    }
    if dice.one_in(3) {
        set("totalBatchMaxBytes", Value::from(dice.pick(&[1_000, 8_000])));
    }
    plan.asking.push("gatherer".to_owned());
    vec![client]
}

/// A group of one that stands still for longer than a queue may be idle (`pullMaxIdleTime`), and
/// when; what it does first when it goes on is to rebalance.
pub(super) fn sleeper(plan: &Plan, dice: &mut Dice) -> (Vec<Table>, Vec<Table>) {
    if !dice.one_in(8) {
        return (Vec::new(), Vec::new());
    }
    let (topic, _) = dice.pick(&plan.topics);
    let alike = table! {
        "role": "push",
        "consumeFromWhere": "CONSUME_FROM_FIRST_OFFSET",
        "handling": "1ms",
        "maxReconsumeTimes": 1,
        "pullTimeDelayMillsWhenException": "5s",
        "subscribe": vec![table! { "topic": topic }],
    };
    let at = dice.between(plan.faults_from, plan.heals - SLEEP - 5);
    let sleeps = table! {
        "at": format!("{at}s"), "pause": "sleeper", "lasts": format!("{SLEEP}s"),
    };
    (vec![client("sleeper", "Sleepers", alike, dice)], vec![sleeps])
}

/// Some listeners do something besides, each time or once for each key.
pub(super) fn effects(readers: &mut [Table], dice: &mut Dice) {
    let which = dice.pick(&["each", "checked"]);
    let group = readers[0].get("group").cloned();
    let push = |it: &&mut Table| it.get("role").and_then(Value::as_str) == Some("push");
    if dice.one_in(6) {
        for client in readers.iter_mut().filter(push).filter(|it| it.get("group") == group.as_ref())
        {
            client.insert("side_effect".to_owned(), Value::from(which));
        }
    }
}
