//! A name server as people see it.

use crate::facts::{Expectation, NodeProfile, NodeRole};
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
        starts,
        modes: Vec::new(),
        topics: Vec::new(),
        threads: (0, 0),
        settings: vec![
            (settings::SCAN_NOT_ACTIVE_BROKER_INTERVAL.name, millis(config.scan_interval)),
            (settings::BROKER_CHANNEL_EXPIRED_TIME.name, millis(config.broker_expiry)),
        ],
    }
}

/// What a timer is for, where that is worth announcing.
pub fn expectation(at: SimTime, node: NodeId, timer: NamesrvTimer) -> Option<Expectation> {
    let setting = Some(&settings::SCAN_NOT_ACTIVE_BROKER_INTERVAL);
    match timer {
        NamesrvTimer::ScanBrokers => {
            Some(Expectation { at, node, key: "scan_brokers", setting, marker: false })
        }
    }
}
