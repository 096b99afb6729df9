//! What kind of node a producer is, for people.

use crate::facts::{NodeProfile, NodeRole, Promises, SendMode};
use crate::kernel::time::SimTime;
use crate::rocketmq::config::ProducerConfig;
use crate::rocketmq::sending::{Outgoing, Pace};
use crate::rocketmq::settings;

/// Role, group, topics in the order of the program, threads and settings.
pub fn profile(config: &ProducerConfig, starts: SimTime) -> NodeProfile {
    let mut topics = Vec::new();
    for topic in config.workload.messages.iter().flat_map(Outgoing::topics) {
        if !topics.contains(topic) {
            topics.push(*topic);
        }
    }
    let senders = match config.workload.pace {
        Pace::Closed { senders, .. } => senders,
        Pace::Open { .. } | Pace::Bursts { .. } | Pace::Curve { .. } | Pace::Replay(_) => 1,
    };
    let millis = |span: crate::kernel::time::SimSpan| span.as_millis().to_string();
    let settings = vec![
        (settings::SEND_MSG_TIMEOUT.name, millis(config.send_timeout)),
        (settings::RETRY_TIMES_WHEN_SEND_FAILED.name, config.retry_times.to_string()),
        (
            settings::CLIENT_DEFAULT_TOPIC_QUEUE_NUMS.name,
            config.default_topic_queue_nums.to_string(),
        ),
        (settings::POLL_NAME_SERVER_INTERVAL.name, millis(config.client.poll_name_server)),
        (settings::HEARTBEAT_BROKER_INTERVAL.name, millis(config.client.heartbeat)),
    ];
    NodeProfile {
        role: NodeRole::Producer,
        group: Some(config.client.group),
        copies: None,
        shares: None,
        starts,
        modes: modes(config),
        topics,
        threads: (senders, 0),
        settings,
        promises: Promises::default(),
    }
}

/// How its messages are sent, in RocketMQ's words.
fn modes(config: &ProducerConfig) -> Vec<&'static str> {
    let mut modes = Vec::new();
    for message in &config.workload.messages {
        let mode = match message.way.as_ref().map_or(SendMode::Sync, |way| way.shown()) {
            SendMode::Sync => "Sync send",
            SendMode::Async => "Async send",
            SendMode::OneWay => "One-way send",
            SendMode::Batch { .. } => "Batch send",
            SendMode::Transaction => "Transactions",
            SendMode::Request => "Requests",
        };
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
    modes
}
