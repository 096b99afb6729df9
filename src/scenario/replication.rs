//! What makes messages of a broker safe, as written: role, flush, copies.

use toml::Spanned;

use crate::kernel::name::Name;
use crate::rocketmq::config::{BrokerRole, HaConfig};
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
    Ok((Place { name: broker, id }, HaConfig { role, named_by, ..safety(t)? }))
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
