//! Clients that share the instance of another one (`shares`), as those with one `instanceName` in
//! one process do.

use toml::Spanned;

use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::rocketmq::cluster::MqDisk;
use crate::rocketmq::config::{ClientConfig, Shares};
use crate::rocketmq::settings;

use super::error::Fault;
use super::model::Known;
use super::reader::Table;

/// What belongs to the instance, and so to the client that makes it.
const OF_INSTANCE: [&str; 7] = [
    settings::POLL_NAME_SERVER_INTERVAL.name,
    settings::HEARTBEAT_BROKER_INTERVAL.name,
    settings::PERSIST_CONSUMER_OFFSET_INTERVAL.name,
    settings::MQ_CLIENT_API_TIMEOUT.name,
    "ip",
    "pid",
    "first_opaque",
];

/// A client is given what the instance of another one decides, where it shares that.
pub(super) fn shared(
    t: &mut Table<'_>,
    own: ClientConfig,
    known: &Known,
) -> Result<ClientConfig, Fault> {
    let Some(name) = t.text("shares")? else { return Ok(own) };
    let first = first_of(&name, known)?;
    let with = known.nodes[first.index()].disk.client().expect("it can be shared");
    let mut identity = with.identity;
    // The counter of unique keys is a class's: as if another class loader had made the client.
    identity.loader = identity.loader.wrapping_add(known.next_id().0);
    let shares = Some(Shares { first, name: Name::new(name.get_ref()) });
    let ClientConfig { client_id, poll_name_server, heartbeat, persist_offsets, .. } = *with;
    let (first_opaque, api_timeout) = (with.first_opaque, with.api_timeout);
    Ok(ClientConfig {
        client_id,
        identity,
        first_opaque,
        poll_name_server,
        heartbeat,
        persist_offsets,
        api_timeout,
        shares,
        ..own
    })
}

/// What only the client may say that makes the instance.
pub(super) fn check_keys(t: &Table<'_>) -> Result<(), Fault> {
    let written = OF_INSTANCE.iter().find(|key| t.has(key));
    match written.filter(|_| t.has("shares")) {
        Some(key) => {
            let finding = format!("`{key}` belongs to the instance that this client shares");
            Err(t.fault(&finding, "write it at the client that `shares` names"))
        }
        None => Ok(()),
    }
}

/// No two of an instance may have the same group.
pub(super) fn check(
    t: &Table<'_>,
    shares: bool,
    disk: &MqDisk,
    known: &Known,
) -> Result<(), Fault> {
    let Some(config) = disk.client() else {
        if shares {
            let finding = "a simple consumer shares no instance";
            return Err(t.fault(finding, "leave `shares` out"));
        }
        return Ok(());
    };
    let Some(shares) = config.shares else { return Ok(()) };
    let streams = |disk: &MqDisk| matches!(disk, MqDisk::LitePull(_));
    if streams(disk) != streams(&known.nodes[shares.first.index()].disk) {
        let finding = "a lite pull consumer shares an instance with another kind of client";
        let cure = "leave `shares` out: their client ids differ (`@STREAM`)";
        return Err(t.fault(finding, cure));
    }
    let sends = matches!(disk, MqDisk::Producer(_));
    let of_process = |(index, other): (usize, &MqDisk)| {
        let with = other.client()?;
        let first = with.shares.map_or(index, |shares| shares.first.index());
        (first == shares.first.index())
            .then_some((with.group, matches!(other, MqDisk::Producer(_))))
    };
    let disks = known.nodes.iter().map(|draft| &draft.disk).enumerate();
    let mut others = disks.filter_map(of_process);
    if others.any(|(group, sender)| group == config.group && sender == sends) {
        let finding = format!("the group `{}` has a client in this process already", config.group);
        return Err(t.fault(&finding, "write another `group`, or leave `shares` out"));
    }
    Ok(())
}

/// The client that makes the instance.
fn first_of(name: &Spanned<String>, known: &Known) -> Result<NodeId, Fault> {
    let node = known.node(name)?;
    let config = known.nodes[node.index()].disk.client();
    let Some(config) = config else {
        let finding = format!("`{}` has no instance that a client could share", name.get_ref());
        let cure = "name a producer or a push, pull or lite pull consumer that stands before it";
        return Err(Fault::new(name.span(), finding, cure));
    };
    match config.shares {
        Some(shares) => {
            let finding = format!("`{}` shares an instance itself", name.get_ref());
            Err(Fault::new(name.span(), finding, format!("write `{}`", shares.name)))
        }
        None => Ok(node),
    }
}
