//! A name server as people see it.

use crate::facts::{Expectation, NodeProfile, NodeRole, Promises};
use crate::kernel::actor::NodeId;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::config::NamesrvConfig;
use crate::rocketmq::settings;

use super::NamesrvTimer;

/// What kind of node this is, for people.
pub fn profile(config: &NamesrvConfig, starts: SimTime) -> NodeProfile {
    let millis = |span: SimSpan| span.as_millis().to_string();
    NodeProfile {
        role: NodeRole::NameServer,
        group: None,
        copies: None,
        shares: None,
        starts,
        modes: config.controller.iter().map(|_| "CONTROLLER").collect(),
        topics: Vec::new(),
        threads: (0, 0),
        settings: [
            (settings::SCAN_NOT_ACTIVE_BROKER_INTERVAL.name, millis(config.scan_interval)),
            (settings::BROKER_CHANNEL_EXPIRED_TIME.name, millis(config.broker_expiry)),
        ]
        .into_iter()
        .chain(config.controller.iter().map(|controller| {
            (settings::ENABLE_ELECT_UNCLEAN_MASTER.name, controller.unclean.to_string())
        }))
        .collect(),
        promises: Promises::default(),
    }
}

/// What a timer is for, where that is worth announcing.
pub fn expectation(at: SimTime, node: NodeId, timer: NamesrvTimer) -> Option<Expectation> {
    let setting = Some(&settings::SCAN_NOT_ACTIVE_BROKER_INTERVAL);
    let key = match timer {
        NamesrvTimer::ScanBrokers => "scan_brokers",
        NamesrvTimer::ScanReplicas => "scan_replicas",
    };
    Some(Expectation { at, node, key, setting, marker: false })
}
