//! What survives a broker's process, and how one begins from it.

use std::rc::Rc;

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::life::End;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::SimTime;
use crate::rocketmq::config::BrokerConfig;
use crate::rocketmq::group::{GroupConfig, SYSTEM_GROUPS};
use crate::rocketmq::store::MessageStore;

use super::Broker;
use super::client_registry::ClientRegistry;
use super::flush::FlushState;
use super::long_polling::HeldPulls;
use super::offsets::OffsetTable;
use super::pop::Pops;
use super::processor::QueueLocks;
use super::registration::NameServers;
use super::schedule::Schedule;
use super::topics::TopicTable;
use super::transactions::Transactions;
use super::wheel::Wheel;

/// A broker's disk: configuration, log, topics and offsets as they were last written.
#[derive(Clone, Debug)]
pub struct BrokerDisk {
    pub(super) config: Rc<BrokerConfig>,
    store: MessageStore,
    topics: TopicTable,
    groups: OrderedMap<Name, GroupConfig>,
    offsets: OffsetTable,
    schedule: Schedule,
    transactions: Transactions,
    pops: Pops,
    wheel: Wheel,
    /// No broker ever ran on it.
    fresh: bool,
}

impl BrokerDisk {
    /// The disk of a broker that never ran.
    pub fn new(config: BrokerConfig) -> Self {
        let topics = TopicTable::new(&config);
        let (store, offsets) = (MessageStore::default(), OffsetTable::default());
        let mut groups = OrderedMap::new();
        for name in SYSTEM_GROUPS.map(Name::new) {
            groups.insert(name, GroupConfig::new(name));
        }
        let config = Rc::new(config);
        let (schedule, transactions) = (Schedule::default(), Transactions::default());
        let (pops, wheel) = (Pops::default(), Wheel::default());
        Self {
            config,
            store,
            topics,
            groups,
            offsets,
            schedule,
            transactions,
            pops,
            wheel,
            fresh: true,
        }
    }
}

impl Digestible for BrokerDisk {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.config.name);
        digest.put(&self.store);
        digest.put(&self.topics);
        digest.word(self.groups.len() as u64);
        self.groups.values().for_each(|group| digest.put(group));
        digest.put(&self.offsets);
    }
}

impl Broker {
    /// A broker with fresh memory on a disk.
    pub fn new(disk: BrokerDisk) -> Self {
        Self {
            name_servers: NameServers::default(),
            booted: SimTime::START,
            locks: QueueLocks::default(),
            schedule: disk.schedule.disarmed(),
            transactions: disk.transactions.reborn(),
            pops: disk.pops.reborn(),
            wheel: disk.wheel.disarmed(),
            flush: FlushState::new(0),
            store: disk.store,
            topics: disk.topics,
            making: Vec::new(),
            groups: disk.groups,
            saved_offsets: disk.offsets.clone(),
            offsets: disk.offsets,
            clients: ClientRegistry::default(),
            held: HeldPulls::default(),
            config: disk.config,
            reput_armed: false,
            fast_failure_armed: false,
            offsets_armed: false,
            fresh: disk.fresh,
            stopping: false,
        }
    }
}

/// A process crash keeps what was written to the page cache; a power loss what was flushed. Topics
/// and groups are written whenever they change. Offsets come back as they were last saved.
pub(super) fn left_of(broker: Broker, end: End) -> BrokerDisk {
    let store = match end {
        End::Stopped => broker.store,
        End::Crashed => broker.store.recovered(None),
        End::PowerLost => broker.store.recovered(Some(broker.flush.flushed())),
    };
    BrokerDisk {
        config: broker.config,
        store,
        topics: broker.topics,
        groups: broker.groups,
        offsets: broker.saved_offsets,
        schedule: broker.schedule,
        transactions: broker.transactions,
        pops: broker.pops,
        wheel: broker.wheel,
        fresh: false,
    }
}
