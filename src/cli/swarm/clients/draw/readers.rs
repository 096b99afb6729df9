//! Groups of consumers: all members of a group are alike, but for when they come.

use toml::{Table, Value};

use super::Plan;
use crate::cli::swarm::clients::dice::Dice;
use crate::cli::swarm::clients::doc::table;

/// How a group consumes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Concurrent,
    Orderly,
    Broadcast,
    /// Brokers say who gets which queue, pulled or popped.
    Assigned,
    /// A program that pulls at an interval.
    Plain,
}

pub(super) fn draw(plan: &mut Plan, dice: &mut Dice) -> Vec<Table> {
    let mut tables = Vec::new();
    for number in 1..=dice.between(1, 3) {
        let group = format!("Readers{number}");
        let kind = kind(plan, dice);
        let alike = if kind == Kind::Plain { plain(plan, dice) } else { push(kind, plan, dice) };
        let members = if kind == Kind::Plain { 1 } else { dice.between(1, 3) };
        for member in 1..=members {
            let name = format!("c{number}{member}");
            let starts = match dice.between(0, 4) {
                0 if member > 1 => dice.secs(5, plan.sends_end),
                _ => format!("-{}s", dice.between(1, 4)),
            };
            let mut client = table! {
                "name": name.clone(),
                "group": group.clone(),
                "starts": starts,
            };
            client.extend(alike.clone());
            if kind == Kind::Plain {
                plan.plain.push(name.clone());
            }
            plan.consumers.push((name, group.clone()));
            tables.push(client);
        }
    }
    tables
}

fn kind(plan: &Plan, dice: &mut Dice) -> Kind {
    use Kind::{Assigned, Broadcast, Concurrent, Orderly, Plain};
    if plan.pops && dice.one_in(2) {
        return Assigned;
    }
    dice.pick(&[
        Concurrent, Concurrent, Concurrent, Concurrent, Orderly, Orderly, Orderly, Broadcast,
        Assigned, Plain,
    ])
}

/// What all consumers may have.
fn common(dice: &mut Dice) -> Table {
    let from = ["CONSUME_FROM_LAST_OFFSET", "CONSUME_FROM_FIRST_OFFSET"];
    // Now and then somebody takes very long.
    let seldom = table! { "median": "4ms", "p99": "500ms" };
    let handling = match dice.between(0, 4) {
        0 => Value::from("0s"),
        1 => Value::from(table! { "uniform": vec!["1ms", "30ms"] }),
        2 => Value::from(table! { "exponential": "5ms" }),
        3 => Value::from(table! { "lognormal": seldom }),
        _ => Value::from("2ms"),
    };
    let mut table = table! { "consumeFromWhere": dice.pick(&from), "handling": handling };
    let mut set = |key: &str, value: Value| table.insert(key.to_owned(), value);
    if dice.one_in(15) {
        set("consumeFromWhere", Value::from("CONSUME_FROM_TIMESTAMP"));
    }
    if dice.one_in(3) {
        set("pullBatchSize", Value::from(dice.pick(&[1, 4, 100])));
    }
    if dice.one_in(4) {
        set("persistConsumerOffsetInterval", Value::from(dice.pick(&["1s", "20s"])));
    }
    if dice.one_in(4) {
        set("rocketmq.client.rebalance.waitInterval", Value::from("5s"));
    }
    if dice.one_in(5) {
        set("heartbeatBrokerInterval", Value::from(dice.pick(&["5s", "50s"])));
    }
    if dice.one_in(5) {
        set("pollNameServerInterval", Value::from(dice.pick(&["3s", "60s"])));
    }
    if dice.one_in(6) {
        set("mqClientApiTimeout", Value::from(dice.pick(&["500ms", "10s"])));
    }
    table
}

fn plain(plan: &Plan, dice: &mut Dice) -> Table {
    let (topic, _) = dice.pick(&plan.topics);
    let mut table = table! {
        "role": "pull",
        "topic": topic,
        "interval": dice.pick(&["200ms", "1s"]),
    };
    table.extend(common(dice));
    table.insert("consumeFromWhere".to_owned(), Value::from("CONSUME_FROM_FIRST_OFFSET"));
    // Whoever gets few at a time does not keep up.
    table.insert("pullBatchSize".to_owned(), Value::from(64));
    table
}

fn push(kind: Kind, plan: &Plan, dice: &mut Dice) -> Table {
    let mut table = table! {
        "role": "push",
        "subscribe": subscriptions(plan, dice),
        "maxReconsumeTimes": dice.pick(&[0, 1, 2, 3]),
        "consumeTimeout": dice.pick(&["30s", "60s"]),
    };
    table.extend(common(dice));
    limits(&mut table, dice);
    let mut set = |key: &str, value: Value| table.insert(key.to_owned(), value);
    let strategies = ["AVG", "AVG", "AVG_BY_CIRCLE", "CONSISTENT_HASH"];
    match kind {
        Kind::Concurrent | Kind::Plain => {
            // Nobody here has a room: nobody gets anything.
            let strategy =
                if dice.one_in(40) { "MACHINE_ROOM_NEARBY-AVG" } else { dice.pick(&strategies) };
            set("allocateMessageQueueStrategy", Value::from(strategy));
            let answers = answers(dice);
            // Threads that never come back are to leave some.
            if answers.iter().any(|it| it["answer"].as_str() == Some("stuck")) {
                set("consumeThreadMin", Value::from(100));
            }
            set("answers", Value::from(answers));
            if dice.one_in(3) {
                set("consumeMessageBatchMaxSize", Value::from(dice.pick(&[4, 16])));
            }
        }
        Kind::Orderly => {
            set("orderly", Value::from(true));
            set("answers", Value::from(answers_in_order(dice)));
            if dice.one_in(2) {
                set("maxReconsumeTimes", Value::from(-1));
            }
            if dice.one_in(5) {
                set("autoCommit", Value::from(false));
                let rolls = table! { "answer": "ROLLBACK", "percent": 1, "tries": 1 };
                set("answers", Value::from(vec![rolls, table! { "answer": "COMMIT" }]));
            }
            if dice.one_in(2) {
                set("suspendCurrentQueueTimeMillis", Value::from(dice.pick(&["50ms", "3s"])));
            }
            if dice.one_in(3) {
                set("consumeMessageBatchMaxSize", Value::from(4));
            }
        }
        Kind::Broadcast => {
            set("messageModel", Value::from("BROADCASTING"));
            if dice.one_in(3) {
                set("answers", Value::from(answers(dice)));
            }
        }
        Kind::Assigned => {
            set("clientRebalance", Value::from(false));
            // What fails in the millisecond of its pop shares its checkpoint's name with the new
            // one, and is lost with its acknowledgement, as upstream.
            let seldom = table! { "median": "8ms", "p99": "4s" };
            set(
                "handling",
                match dice.between(0, 3) {
                    0 => Value::from(table! { "lognormal": seldom }),
                    _ => Value::from(table! { "uniform": vec!["2ms", "20ms"] }),
                },
            );
            set("popInvisibleTime", Value::from(dice.pick(&["5s", "20s"])));
            let answers = answers(dice);
            if answers.iter().any(|it| it["answer"].as_str() == Some("stuck")) {
                set("consumeThreadMin", Value::from(100));
            }
            set("answers", Value::from(answers));
            if dice.one_in(2) {
                set("popThresholdForQueue", Value::from(dice.pick(&[2, 20])));
            }
        }
    }
    table
}

fn subscriptions(plan: &Plan, dice: &mut Dice) -> Vec<Table> {
    let wanted = if dice.one_in(2) { plan.topics.len() } else { 1 };
    let first = dice.between(0, plan.topics.len() as u64 - 1);
    let topics = plan.topics.iter().cycle().skip(usize::try_from(first).expect("few"));
    let subscription = |(topic, _): &(String, u64)| {
        let mut table = table! { "topic": topic.clone() };
        if dice.one_in(4) {
            let tags = dice.pick(&["TagA", "TagA || TagB", "TagB || TagC"]);
            table.insert("tags".to_owned(), Value::from(tags));
        } else if dice.one_in(40) {
            // No broker allows it.
            table.insert("sql".to_owned(), Value::from("a > 5"));
        }
        table
    };
    topics.take(wanted).map(subscription).collect()
}

fn limits(table: &mut Table, dice: &mut Dice) {
    let mut set = |key: &str, value: Value| table.insert(key.to_owned(), value);
    if dice.one_in(3) {
        set("consumeThreadMin", Value::from(dice.pick(&[1, 4])));
    }
    if dice.one_in(5) {
        set("pullThresholdForQueue", Value::from(dice.pick(&[4, 64])));
    }
    if dice.one_in(6) {
        set("pullThresholdSizeForQueue", Value::from(1));
    }
    if dice.one_in(6) {
        set("consumeConcurrentlyMaxSpan", Value::from(dice.pick(&[8, 100])));
    }
    if dice.one_in(8) {
        set("pullThresholdForTopic", Value::from(20));
    }
    if dice.one_in(6) {
        set("pullInterval", Value::from(dice.pick(&["5ms", "20ms"])));
    }
    if dice.one_in(5) {
        set("suspendTimeoutMillis", Value::from(dice.pick(&["1s", "5s"])));
    }
}

/// What listeners answer besides success.
fn answers(dice: &mut Dice) -> Vec<Table> {
    let mut answers = Vec::new();
    for _ in 0..dice.pick(&[0, 0, 1, 1, 2]) {
        let answer = match dice.between(0, 6) {
            0 => table! { "answer": "exception", "percent": 2 },
            1 => table! { "answer": "null", "percent": 1 },
            2 => table! {
                "answer": "RECONSUME_LATER",
                "percent": 3,
                "delayLevelWhenNextConsume": dice.pick(&[-1, 1, 3, 5]),
            },
            3 => table! { "answer": "CONSUME_SUCCESS", "percent": 5, "ackIndex": 1 },
            4 => table! { "answer": "stuck", "rounds": vec![25], "tries": 1 },
            _ => table! { "answer": "RECONSUME_LATER", "percent": 3, "tries": dice.pick(&[1, 2]) },
        };
        answers.push(answer);
    }
    answers
}

fn answers_in_order(dice: &mut Dice) -> Vec<Table> {
    let mut answers = Vec::new();
    for _ in 0..dice.pick(&[0, 1, 2]) {
        let answer = dice.pick(&["SUSPEND_CURRENT_QUEUE_A_MOMENT", "exception", "null"]);
        answers.push(table! { "answer": answer, "percent": 1, "tries": dice.pick(&[1, 3]) });
    }
    answers
}
