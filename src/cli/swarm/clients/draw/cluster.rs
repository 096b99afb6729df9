//! Topics, network, name servers and brokers.

use toml::{Table, Value};

use super::Plan;
use crate::cli::swarm::clients::dice::Dice;
use crate::cli::swarm::clients::doc::table;

/// How brokers belong together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Masters, each for itself.
    Alone,
    /// Masters with slaves.
    Copied,
    /// Brokers that a controller elects from.
    Controlled,
    /// Slaves that act as masters.
    Acting,
}

pub(super) fn draw(doc: &mut Table, plan: &mut Plan, dice: &mut Dice) {
    use Shape::{Acting, Alone, Controlled, Copied};
    let shape =
        dice.pick(&[Alone, Alone, Alone, Alone, Copied, Copied, Copied, Controlled, Acting]);
    plan.controlled = shape == Controlled;
    plan.pops = shape != Controlled && dice.one_in(4);
    doc.insert("network".to_owned(), Value::from(network(dice)));
    doc.insert("namesrv".to_owned(), Value::from(namesrvs(shape, plan, dice)));
    doc.insert("broker".to_owned(), Value::from(brokers(shape, plan, dice)));
    doc.insert("topic".to_owned(), Value::from(topics(plan, dice)));
}

fn network(dice: &mut Dice) -> Table {
    let latency = match dice.between(0, 3) {
        0 => Value::from("100us"),
        1 => Value::from(table! { "uniform": vec!["100us", "2ms"] }),
        2 => Value::from(table! { "lognormal": table! { "median": "500us", "p99": "8ms" } }),
        _ => Value::from(table! { "exponential": "1ms" }),
    };
    let mut network = table! { "latency": latency };
    if dice.one_in(4) {
        network.insert("loss_per_million".to_owned(), Value::from(dice.pick(&[100_i64, 5_000])));
    }
    if dice.one_in(6) {
        network.insert("bandwidth".to_owned(), Value::from("20MB/s"));
    }
    network
}

fn topics(plan: &mut Plan, dice: &mut Dice) -> Vec<Table> {
    let mut tables = Vec::new();
    for name in ["Orders", "Payments", "Alerts"].into_iter().take(dice.pick(&[1, 1, 2, 3])) {
        let queues = dice.pick(&[1_u64, 2, 4, 8]);
        let mut topic = table! { "name": name, "queues": whole(queues) };
        if dice.one_in(8) {
            topic.insert("exists".to_owned(), Value::from(false));
        }
        plan.topics.push((name.to_owned(), queues));
        tables.push(topic);
    }
    if dice.one_in(12) {
        let name = dice.pick(&["No topic!", "SELF_TEST_TOPIC"]);
        tables.push(table! { "name": name, "exists": false });
        plan.refused = Some(name.to_owned());
    }
    tables
}

fn namesrvs(shape: Shape, plan: &mut Plan, dice: &mut Dice) -> Vec<Table> {
    let mut tables = Vec::new();
    let unclean = dice.one_in(2);
    for number in 1..=dice.pick(&[1_u64, 1, 2]) {
        let name = format!("ns-{number}");
        let mut table = table! { "name": name.clone(), "starts": "-10s" };
        if shape == Shape::Controlled && number == 1 {
            table.insert("enableControllerInNamesrv".to_owned(), Value::from(true));
            table.insert("enableElectUncleanMaster".to_owned(), Value::from(unclean));
        }
        if shape == Shape::Acting {
            table.insert("supportActingMaster".to_owned(), Value::from(true));
            table.insert("notifyMinBrokerIdChanged".to_owned(), Value::from(unclean));
        }
        plan.namesrvs.push(name);
        tables.push(table);
    }
    tables
}

fn brokers(shape: Shape, plan: &mut Plan, dice: &mut Dice) -> Vec<Table> {
    let masters = match shape {
        Shape::Alone => dice.pick(&[1, 1, 2, 3]),
        Shape::Copied | Shape::Acting => dice.pick(&[1, 2]),
        Shape::Controlled => 1,
    };
    let mut tables = Vec::new();
    for name in ["broker-a", "broker-b", "broker-c"].into_iter().take(masters) {
        let shared = settings(plan, dice);
        let safety = safety(shape, dice);
        plan.masters.push(name.to_owned());
        let copies = if shape == Shape::Alone { 0 } else { dice.pick(&[1_u64, 1, 2]) };
        for copy in 0..=copies {
            let node = if copy == 0 { name.to_owned() } else { format!("{name}-{}", copy + 1) };
            let starts = format!("{}ms", -9_000 + i64::try_from(copy).expect("few") * 500);
            let mut table = table! { "name": node.clone(), "starts": starts };
            if copy > 0 {
                table.insert("brokerName".to_owned(), Value::from(name));
            }
            if shape != Shape::Controlled && copy > 0 {
                table.insert("brokerRole".to_owned(), Value::from("SLAVE"));
                table.insert("brokerId".to_owned(), Value::from(whole(copy)));
            }
            table.extend(shared.clone());
            table.extend(safety.iter().filter(|(key, _)| fits(key, copy)).map(pair));
            plan.brokers.push(node);
            tables.push(table);
        }
    }
    tables
}

fn pair((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

/// What only a master says.
fn fits(key: &str, copy: u64) -> bool {
    copy == 0 || key != "brokerRole"
}

/// What makes messages safe: for all brokers of a name.
fn safety(shape: Shape, dice: &mut Dice) -> Table {
    let mut table = Table::new();
    let mut set = |key: &str, value: Value| table.insert(key.to_owned(), value);
    if dice.one_in(3) {
        set("flushDiskType", Value::from("SYNC_FLUSH"));
        if dice.one_in(2) {
            set("syncFlushTimeout", Value::from(dice.pick(&["20ms", "1s"])));
        }
    }
    if shape == Shape::Alone {
        return table;
    }
    set("slaveTimeout", Value::from(dice.pick(&["200ms", "1s", "3s"])));
    if dice.one_in(2) {
        set("haTransferBatchSize", Value::from(dice.pick(&[1024_i64, 8192])));
    }
    set("haHousekeepingInterval", Value::from(dice.pick(&["8s", "20s"])));
    match shape {
        Shape::Alone => (),
        Shape::Copied | Shape::Acting => {
            if dice.one_in(2) {
                set("brokerRole", Value::from("SYNC_MASTER"));
                set("inSyncReplicas", Value::from(2));
            }
            if dice.one_in(2) || shape == Shape::Acting {
                set("slaveReadEnable", Value::from(true));
            }
        }
        Shape::Controlled => {
            set("enableControllerMode", Value::from(true));
            set("allAckInSyncStateSet", Value::from(dice.one_in(2)));
            set("minInSyncReplicas", Value::from(dice.pick(&[1, 1, 2])));
            if dice.one_in(2) {
                set("haMaxTimeSlaveNotCatchup", Value::from("5s"));
            }
        }
    }
    if shape == Shape::Acting {
        set("enableSlaveActingMaster", Value::from(true));
        set("enableRemoteEscape", Value::from(dice.one_in(2)));
        set("totalReplicas", Value::from(dice.pick(&[1, 2])));
        set("enableAutoInSyncReplicas", Value::from(dice.one_in(2)));
    }
    table
}

/// Settings of a broker that differ from the usual, each in some of the seeds.
fn settings(plan: &Plan, dice: &mut Dice) -> Table {
    let mut table = Table::new();
    let choices: [(&str, u64, &[&str]); 10] = [
        ("shortPollingTimeMills", 4, &["100ms", "2s"]),
        ("waitTimeMillsInSendQueue", 5, &["5ms", "50ms"]),
        ("waitTimeMillsInPullQueue", 6, &["5ms", "500ms"]),
        ("flushIntervalCommitLog", 4, &["50ms", "5s"]),
        ("flushCommitLogThoroughInterval", 5, &["2s", "30s"]),
        ("flushConsumerOffsetInterval", 4, &["500ms", "20s"]),
        ("channelExpiredTimeout", 5, &["40s", "60s"]),
        ("registerNameServerPeriod", 4, &["10s", "60s"]),
        ("send_time", 4, &["1ms", "20ms"]),
        ("pull_time", 5, &["1ms", "5ms"]),
    ];
    for (key, many, values) in choices {
        if dice.one_in(many) {
            table.insert(key.to_owned(), Value::from(dice.pick(values)));
        }
    }
    let counts: [(&str, u64, &[i64]); 8] = [
        ("sendMessageThreadPoolNums", 3, &[1, 2]),
        ("pullMessageThreadPoolNums", 4, &[1, 2]),
        ("sendThreadPoolQueueCapacity", 5, &[2, 10]),
        ("pullThreadPoolQueueCapacity", 6, &[12, 20]),
        ("maxTransferCountOnMessageInMemory", 4, &[8, 64]),
        ("maxTransferBytesOnMessageInMemory", 5, &[20_000, 100_000]),
        ("mappedFileSizeCommitLog", 3, &[65_536, 262_144]),
        ("defaultTopicQueueNums", 5, &[1, 4]),
    ];
    for (key, many, values) in counts {
        if dice.one_in(many) {
            table.insert(key.to_owned(), Value::from(dice.pick(values)));
        }
    }
    extras(plan, &mut table, dice);
    table
}

fn extras(plan: &Plan, table: &mut Table, dice: &mut Dice) {
    let mut set = |key: &str, value: Value| table.insert(key.to_owned(), value);
    if dice.one_in(4) {
        set("longPollingEnable", Value::from(false));
    }
    if dice.one_in(8) {
        set("autoCreateTopicEnable", Value::from(false));
    }
    if plan.pops {
        set("defaultMessageRequestMode", Value::from("POP"));
    }
    if dice.one_in(6) {
        set("transientStorePoolEnable", Value::from(true));
        set("transientStorePoolSize", Value::from(dice.pick(&[1, 2, 5])));
        set("mappedFileSizeCommitLog", Value::from(65_536));
    }
    if dice.one_in(4) {
        set("memory", Value::from(dice.pick(&["100kB", "500kB"])));
        set("disk", Value::from(table! { "read": "4ms", "flush": "5ms" }));
    }
    if dice.one_in(5) {
        set("disk_size", Value::from(dice.pick(&["2MB", "20MB"])));
        set("mappedFileSizeCommitLog", Value::from(65_536));
    }
    if dice.one_in(6) {
        set("create_topic_time", Value::from("30ms"));
    }
    if dice.one_in(10) {
        set("maxMessageSize", Value::from(4_000));
    }
    if dice.one_in(12) {
        // Wall clocks show 8 o'clock at the beginning.
        set("fileReservedTime", Value::from(0));
        set("deleteWhen", Value::from(8));
        set("mappedFileSizeCommitLog", Value::from(65_536));
        // What is deleted before it is written shifts the queues of RocketMQ itself ("[BUG] logic
        // queue order maybe wrong" of `ConsumeQueue.putMessagePositionInfo`).
        table.remove("transientStorePoolEnable");
        table.remove("transientStorePoolSize");
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).expect("small")
}
