//! What makes messages of a broker safe, as written: role, flush, copies.

use toml::Spanned;

use crate::kernel::name::Name;
use crate::rocketmq::config::{BrokerRole, HaConfig, ReplicaRules};
use crate::rocketmq::controller::ControllerDisk;
use crate::rocketmq::settings;

use super::error::{Fault, listed};
use super::model::Known;
use super::reader::{Table, wrong};

/// A broker's place among those that share its name.
pub(super) struct Place {
    /// `brokerName`: what routes and queues call it.
    pub(super) name: Name,
    /// `brokerId`: 0 for a master.
    pub(super) id: u32,
}

const ROLES: [(&str, BrokerRole); 3] = [
    ("ASYNC_MASTER", BrokerRole::AsyncMaster),
    ("SYNC_MASTER", BrokerRole::SyncMaster),
    ("SLAVE", BrokerRole::Slave),
];

/// Reads them; `name` is the node's.
pub(super) fn place(
    t: &mut Table<'_>,
    name: Name,
    known: &Known,
) -> Result<(Place, HaConfig), Fault> {
    let shared = t.text("brokerName")?;
    if t.switch(&settings::ENABLE_CONTROLLER_MODE)? {
        return controlled(t, shared.map_or(name, |shared| Name::new(shared.get_ref())), known);
    }
    let role = role(t)?;
    let id = t.count("brokerId")?;
    let is_slave = role == BrokerRole::Slave;
    let broker = shared.as_ref().map_or(name, |shared| Name::new(shared.get_ref()));
    if let Some(wrong) = id.as_ref().filter(|id| (*id.get_ref() == 0) == is_slave) {
        let cure = if is_slave { "write `1` or more" } else { "leave it out, or write `0`" };
        return Err(Fault::new(wrong.span(), "`brokerId` does not fit `brokerRole`", cure));
    }
    let id = id.map_or(u32::from(is_slave), Spanned::into_inner);
    let master = known.master_of(broker);
    check_mode(t, (broker, false), known)?;
    if !is_slave && let (Some(_), Some(shared)) = (master, &shared) {
        let finding = format!("there are two masters with the name `{broker}`");
        return Err(Fault::new(shared.span(), finding, "write `brokerRole = \"SLAVE\"`"));
    }
    if is_slave && master.is_none() {
        let finding = format!("the slave `{name}` stands before its master, or has none");
        let cure = "write its master's name as `brokerName`, and the slave behind it";
        return Err(t.fault(finding, cure));
    }
    if is_slave && known.has_broker(broker, id) {
        let finding = format!("there are two brokers `{broker}` with the id {id}");
        return Err(t.fault(finding, "give each slave a `brokerId` of its own"));
    }
    let named_by = master.filter(|_| is_slave);
    let replicas = acting(t)?;
    Ok((Place { name: broker, id }, HaConfig { role, named_by, replicas, ..safety(t)? }))
}

/// A broker whose place a controller says; its queues are named by the first of its name.
fn controlled(t: &mut Table<'_>, broker: Name, known: &Known) -> Result<(Place, HaConfig), Fault> {
    if known.controllers.is_empty() {
        let cure = "write `enableControllerInNamesrv = true` in the `[[namesrv]]`";
        return Err(t.fault("there is no controller", cure));
    }
    for key in ["brokerRole", "brokerId"] {
        if let Some(value) = t.take(key) {
            let finding = format!("the controller says the `{key}` of `{broker}`");
            return Err(Fault::new(value.span(), finding, "leave it out"));
        }
    }
    check_mode(t, (broker, true), known)?;
    let named_by = known.master_of(broker);
    let mut usual = safety(t)?;
    usual.replicas = ReplicaRules { controllers: known.controllers.clone(), ..rules(t)? };
    let id = (0..).find(|id| !known.has_broker(broker, *id)).expect("brokers are few");
    Ok((Place { name: broker, id }, HaConfig { named_by, ..usual }))
}

/// All brokers of a name are under the controller, or none is.
fn check_mode(t: &Table<'_>, (broker, mode): (Name, bool), known: &Known) -> Result<(), Fault> {
    let first = known.master_of(broker).map(|node| &known.nodes[node.index()]);
    if first.is_none_or(|first| first.disk.is_controlled() == mode) {
        return Ok(());
    }
    let finding = format!("only some brokers `{broker}` are under a controller");
    Err(t.fault(finding, "write `enableControllerMode` in all of them, or in none"))
}

/// Whether a slave acts as master.
fn acting(t: &mut Table<'_>) -> Result<ReplicaRules, Fault> {
    Ok(ReplicaRules {
        acting: t.switch(&settings::ENABLE_SLAVE_ACTING_MASTER)?,
        escape: t.switch(&settings::ENABLE_REMOTE_ESCAPE)?,
        auto: t.switch(&settings::ENABLE_AUTO_IN_SYNC_REPLICAS)?,
        total: t.setting_count(&settings::TOTAL_REPLICAS)?,
        not_active: t.millis(&settings::BROKER_NOT_ACTIVE_TIMEOUT_MILLIS)?,
        least: t.setting_count(&settings::MIN_IN_SYNC_REPLICAS)?,
        ..ReplicaRules::default()
    })
}

fn rules(t: &mut Table<'_>) -> Result<ReplicaRules, Fault> {
    Ok(ReplicaRules {
        priority: t.setting_count(&settings::BROKER_ELECTION_PRIORITY)?,
        silence: t.millis(&settings::CONTROLLER_HEART_BEAT_TIMEOUT_MILLS)?,
        look: t.millis(&settings::SYNC_BROKER_METADATA_PERIOD)?,
        check: t.millis(&settings::CHECK_SYNC_STATE_SET_PERIOD)?,
        most_behind: t.millis(&settings::HA_MAX_TIME_SLAVE_NOT_CATCHUP)?,
        all_ack: t.switch(&settings::ALL_ACK_IN_SYNC_STATE_SET)?,
        least: t.setting_count(&settings::MIN_IN_SYNC_REPLICAS)?,
        ..ReplicaRules::default()
    })
}

/// The controller in a name server's process, where there is one.
pub(super) fn controller(
    t: &mut Table<'_>,
    known: &Known,
) -> Result<Option<Box<ControllerDisk>>, Fault> {
    let controls = t.switch(&settings::ENABLE_CONTROLLER_IN_NAMESRV)?;
    let unclean = t.switch(&settings::ENABLE_ELECT_UNCLEAN_MASTER)?;
    if controls && !known.controllers.is_empty() {
        let cure = "leave `enableControllerInNamesrv` to one name server";
        return Err(t.fault("there are two controllers", cure));
    }
    Ok(controls.then(|| Box::new(ControllerDisk { unclean, ..ControllerDisk::default() })))
}

fn role(t: &mut Table<'_>) -> Result<BrokerRole, Fault> {
    let Some(value) = t.take("brokerRole") else { return Ok(BrokerRole::AsyncMaster) };
    let written = value.get_ref().as_str();
    let found = ROLES.iter().find(|(name, _)| Some(*name) == written).map(|(_, role)| *role);
    found.ok_or_else(|| wrong("brokerRole", &value, &listed(ROLES.map(|(name, _)| name))))
}

fn safety(t: &mut Table<'_>) -> Result<HaConfig, Fault> {
    let usual = HaConfig::default();
    Ok(HaConfig {
        sync_flush: sync_flush(t)?,
        sync_flush_timeout: t.millis(&settings::SYNC_FLUSH_TIMEOUT)?,
        slave_timeout: t.millis(&settings::SLAVE_TIMEOUT)?,
        in_sync_replicas: t.setting_count(&settings::IN_SYNC_REPLICAS)?,
        transfer_batch: t.setting_count(&settings::HA_TRANSFER_BATCH_SIZE)?,
        heartbeat: t.millis(&settings::HA_SEND_HEARTBEAT_INTERVAL)?,
        housekeeping: t.millis(&settings::HA_HOUSEKEEPING_INTERVAL)?,
        slave_read: t.switch(&settings::SLAVE_READ_ENABLE)?,
        ..usual
    })
}

fn sync_flush(t: &mut Table<'_>) -> Result<bool, Fault> {
    let Some(value) = t.take("flushDiskType") else { return Ok(false) };
    match value.get_ref().as_str() {
        Some("ASYNC_FLUSH") => Ok(false),
        Some("SYNC_FLUSH") => Ok(true),
        _ => Err(wrong("flushDiskType", &value, "`\"ASYNC_FLUSH\"` or `\"SYNC_FLUSH\"`")),
    }
}
