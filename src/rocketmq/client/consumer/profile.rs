//! What kind of nodes consumers are, for people.

use crate::facts::{NodeProfile, NodeRole, Promises};
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::config::{ClientConfig, ConsumeFrom, PullConsumerConfig, PushConsumerConfig};
use crate::rocketmq::lite_rules::{Assigned, LitePullConfig};
use crate::rocketmq::settings;
use crate::rocketmq::simple_rules::SimpleConfig;

type Settings = Vec<(&'static str, String)>;

/// Role, group, topics in the order of the program, threads and settings of a push consumer.
pub fn push_profile(config: &PushConsumerConfig, starts: SimTime) -> NodeProfile {
    let mut settings = of_client(&config.client);
    settings.extend([
        ("consumeFromWhere", from_where(config.consume_from).to_owned()),
        (settings::CONSUME_THREAD_MIN.name, config.threads.to_string()),
        (settings::CONSUME_THREAD_MAX.name, config.rules.threads_max.to_string()),
        (settings::CONSUME_MESSAGE_BATCH_MAX_SIZE.name, config.rules.batch_max.to_string()),
        (settings::MAX_RECONSUME_TIMES.name, config.rules.max_reconsume.to_string()),
        (settings::PULL_BATCH_SIZE.name, config.pull_batch_size.to_string()),
        (settings::PULL_INTERVAL.name, millis(config.pull_interval)),
        (settings::CONSUME_TIMEOUT.name, millis(config.rules.consume_timeout)),
        (settings::PULL_THRESHOLD_SIZE_FOR_QUEUE.name, config.rules.threshold_size.to_string()),
        (settings::PULL_THRESHOLD_FOR_QUEUE.name, config.pull_threshold.to_string()),
        (settings::CONSUME_CONCURRENTLY_MAX_SPAN.name, config.max_span.to_string()),
        (settings::SUSPEND_TIMEOUT_MILLIS.name, millis(config.suspend_timeout)),
        (settings::REBALANCE_WAIT_INTERVAL.name, millis(config.client.rebalance_wait)),
        (settings::REBALANCE_MIN_INTERVAL.name, millis(config.client.rebalance_min)),
        (settings::PERSIST_CONSUMER_OFFSET_INTERVAL.name, millis(config.client.persist_offsets)),
    ]);
    NodeProfile {
        role: NodeRole::PushConsumer,
        group: Some(shown_group(config)),
        copies: None,
        shares: None,
        starts,
        modes: modes(config),
        topics: topics(config),
        threads: (config.threads, 0),
        settings,
        promises: Promises {
            in_order: config.rules.orderly,
            commits_when_done: !config.rules.broadcasting,
            ..Promises::default()
        },
    }
}

/// What it subscribes, at its start and later.
fn topics(config: &PushConsumerConfig) -> Vec<Name> {
    let first = config.subscriptions.iter().map(|(topic, _)| *topic);
    first.chain(config.rules.later.iter().copied()).collect()
}

/// Role, group, topic and settings of a plain pull consumer.
#[inline(never)] // Can wait (`xtask/src/split`).
pub fn pull_profile(config: &PullConsumerConfig, starts: SimTime) -> NodeProfile {
    let mut settings = of_client(&config.client);
    settings.extend([
        ("consumeFromWhere", from_where(config.consume_from).to_owned()),
        (settings::PULL_BATCH_SIZE.name, config.pull_batch_size.to_string()),
    ]);
    NodeProfile {
        role: NodeRole::PullConsumer,
        group: Some(config.client.group),
        copies: None,
        shares: None,
        starts,
        modes: vec!["Pull"],
        topics: vec![config.topic],
        threads: (1, 0),
        settings,
        promises: Promises::default(),
    }
}

/// Role, group, topics and settings of a lite pull consumer.
#[inline(never)] // Can wait (`xtask/src/split`).
pub fn lite_pull_profile(config: &LitePullConfig, starts: SimTime) -> NodeProfile {
    let (base, rules) = (&config.base, &config.rules);
    let mut settings = of_client(&base.client);
    let auto_commit = rules.auto_commit.map_or_else(|| "false".to_owned(), millis);
    settings.extend([
        ("consumeFromWhere", from_where(base.consume_from).to_owned()),
        (settings::LITE_PULL_BATCH_SIZE.name, base.pull_batch_size.to_string()),
        (settings::PULL_THREAD_NUMS.name, rules.pull_threads.to_string()),
        (settings::PULL_THRESHOLD_FOR_ALL.name, rules.threshold_all.to_string()),
        (settings::PULL_THRESHOLD_FOR_QUEUE.name, base.pull_threshold.to_string()),
        (settings::PULL_THRESHOLD_SIZE_FOR_QUEUE.name, base.rules.threshold_size.to_string()),
        (settings::CONSUME_MAX_SPAN.name, base.max_span.to_string()),
        (settings::POLL_TIMEOUT_MILLIS.name, millis(rules.poll_timeout)),
        (settings::AUTO_COMMIT_INTERVAL_MILLIS.name, auto_commit),
        (settings::BROKER_SUSPEND_MAX_TIME_MILLIS.name, millis(base.suspend_timeout)),
        (settings::REBALANCE_WAIT_INTERVAL.name, millis(base.client.rebalance_wait)),
        (settings::PERSIST_CONSUMER_OFFSET_INTERVAL.name, millis(base.client.persist_offsets)),
    ]);
    let topics = match &rules.assigned {
        Assigned::ByRebalance => topics(base),
        Assigned::Topics(topics) => topics.clone(),
        Assigned::Queues(queues) => {
            let mut topics: Vec<Name> = queues.iter().map(|queue| queue.topic).collect();
            topics.dedup();
            topics
        }
    };
    NodeProfile {
        role: NodeRole::LitePullConsumer,
        group: Some(shown_group(base)),
        copies: None,
        shares: None,
        starts,
        modes: vec!["Lite pull"],
        topics,
        threads: (1, 0),
        settings,
        promises: Promises { commits_when_done: !base.rules.broadcasting, ..Promises::default() },
    }
}

/// Role, group, topics and settings of a simple consumer.
#[inline(never)] // Can wait (`xtask/src/split`).
pub fn simple_profile(config: &SimpleConfig, starts: SimTime) -> NodeProfile {
    let rules = &config.rules;
    let settings = vec![
        (settings::POLL_NAME_SERVER_INTERVAL.name, millis(config.client.poll_name_server)),
        (settings::MAX_MESSAGE_NUM.name, rules.most.to_string()),
        (settings::INVISIBLE_DURATION.name, millis(rules.invisible)),
        (settings::AWAIT_DURATION.name, millis(rules.held())),
    ];
    NodeProfile {
        role: NodeRole::SimpleConsumer,
        group: Some(config.client.group),
        copies: None,
        shares: None,
        starts,
        modes: vec!["Simple"],
        topics: config.subscriptions.iter().map(|(topic, _)| *topic).collect(),
        threads: (rules.receivers, 0),
        settings,
        promises: Promises { commits_when_done: true, ..Promises::default() },
    }
}

/// The group as facts and pages call it: each member of a broadcast stands for itself.
pub(super) fn shown_group(config: &PushConsumerConfig) -> Name {
    let ClientConfig { group, client_id, .. } = &config.client;
    match client_id.as_str().split_once('@') {
        Some((_, instance)) if config.rules.broadcasting => {
            Name::new(&format!("{group}@{instance}"))
        }
        Some(_) | None => *group,
    }
}

fn modes(config: &PushConsumerConfig) -> Vec<&'static str> {
    let broadcasting = config.rules.broadcasting.then_some("BROADCASTING");
    let orderly = config.rules.orderly.then_some("Orderly");
    ["Push"].into_iter().chain(orderly).chain(broadcasting).collect()
}

fn of_client(config: &ClientConfig) -> Settings {
    vec![
        (settings::POLL_NAME_SERVER_INTERVAL.name, millis(config.poll_name_server)),
        (settings::HEARTBEAT_BROKER_INTERVAL.name, millis(config.heartbeat)),
    ]
}

pub(super) fn from_where(from: ConsumeFrom) -> &'static str {
    match from {
        ConsumeFrom::LastOffset => "CONSUME_FROM_LAST_OFFSET",
        ConsumeFrom::Timestamp => "CONSUME_FROM_TIMESTAMP",
        ConsumeFrom::FirstOffset => "CONSUME_FROM_FIRST_OFFSET",
    }
}

fn millis(span: SimSpan) -> String {
    span.as_millis().to_string()
}
