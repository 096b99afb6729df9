//! What survives a broker's process, and how one begins from it.

use std::rc::Rc;

use crate::facts::Fact;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::life::End;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::SimTime;
use crate::rocketmq::config::{BrokerConfig, BrokerRole};
use crate::rocketmq::group::{GroupConfig, SYSTEM_GROUPS};
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::store::{MessageStore, PageCache};

use super::Broker;
use super::clean::Cleaning;
use super::client_registry::ClientRegistry;
use super::commit::Pool;
use super::controlled::Controlled;
use super::desk::{Desk, Kept};
use super::flow::Flow;
use super::flush::FlushState;
use super::long_polling::HeldPulls;
use super::offsets::OffsetTable;
use super::pop::{Orders, Pops};
use super::processor::QueueLocks;
use super::registration::NameServers;
use super::replication::Replication;
use super::schedule::Schedule;
use super::standing::Standing;
use super::stats::Stats;
use super::topics::TopicTable;
use super::transactions::Transactions;
use super::wheel::Wheel;

/// A broker's disk: configuration, log, topics and offsets as they were last written.
#[derive(Clone, Debug)]
pub struct BrokerDisk {
    pub(super) config: Rc<BrokerConfig>,
    store: MessageStore,
    page_cache: PageCache,
    topics: TopicTable,
    groups: OrderedMap<Name, GroupConfig>,
    offsets: OffsetTable,
    schedule: Schedule,
    orders: Orders,
    wheel: Wheel,
    cleaning: Cleaning,
    kept: Kept,
    controlled: Option<Box<Controlled>>,
    /// How the last broker on it ended.
    ended: Option<End>,
}

impl BrokerDisk {
    /// Its settings.
    pub fn config(&self) -> &BrokerConfig {
        &self.config
    }

    /// The disk of a broker that never ran.
    pub fn new(config: BrokerConfig) -> Self {
        let topics = TopicTable::new(&config);
        let (store, offsets) = (MessageStore::new(config.rules.store), OffsetTable::default());
        let mut groups = OrderedMap::new();
        for name in SYSTEM_GROUPS.map(Name::new) {
            groups.insert(name, GroupConfig::new(name));
        }
        let page_cache = PageCache::new(config.rules.reading.in_memory());
        let controlled = (!config.ha.replicas.controllers.is_empty()).then(Box::default);
        let config = Rc::new(config);
        let (schedule, orders, wheel, cleaning, kept) = Default::default();
        Self {
            config,
            store,
            page_cache,
            topics,
            groups,
            offsets,
            schedule,
            orders,
            wheel,
            cleaning,
            kept,
            controlled,
            ended: None,
        }
    }
}

impl BrokerDisk {
    /// True where that is the broker's name and id.
    pub(in crate::rocketmq) fn is_called(&self, broker: Name, id: u32) -> bool {
        self.config.name == broker && self.config.broker_id == id
    }

    /// True where a controller says who leads.
    pub(in crate::rocketmq) fn is_controlled(&self) -> bool {
        self.controlled.is_some()
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
        self.controlled.iter().for_each(|it| digest.put(&**it));
    }
}

impl Broker {
    /// A broker with fresh memory on a disk.
    pub fn new(disk: BrokerDisk) -> Self {
        Self {
            name_servers: NameServers::default(),
            booted: SimTime::START,
            locks: QueueLocks::default(),
            replies: Vec::new(),
            desk: Desk::reborn(disk.kept),
            stats: Stats::default(),
            flow: Flow::default(),
            schedule: disk.schedule,
            transactions: Transactions::default(),
            pops: Pops::reborn(disk.orders),
            wheel: disk.wheel,
            flush: FlushState::new(0, Pool::default()),
            cleaning: disk.cleaning,
            replication: Replication::default(),
            controlled: disk.controlled,
            standing: Standing::of(&disk.config.ha.replicas),
            store: disk.store,
            page_cache: disk.page_cache,
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
            ended: disk.ended,
            stopping: false,
        }
    }
}

impl Broker {
    /// States what is left of the log, where a process was here before.
    pub(super) fn state_recovery(&self, fx: &mut Effects<'_, Mq>) {
        let Some(end) = self.ended else { return };
        let because = match end {
            End::Stopped => Because::EndedInOrder,
            End::Crashed => Because::ProcessCrashed,
            End::PowerLost => Because::PowerWasLost,
        };
        fx.note(Fact::Recovered { bytes: self.store.log().end(), end, why: because.plain() });
    }
}

/// A process crash keeps what was written to the page cache, so not what waits in a transient pool;
/// a power loss what was flushed. Topics and groups are written whenever they change. Offsets come
/// back as they were last saved, and so does how far delayed and timed messages are.
pub(super) fn left_of(broker: Broker, end: End) -> BrokerDisk {
    let flushed = broker.flush.flushed();
    let by_crash = broker.left_by_crash();
    let by_crash = if is_planted(Bug::CrashLosesCache) { Some(flushed) } else { by_crash };
    let flushed = if is_planted(Bug::PowerLosesFlushed) { flushed / 2 } else { flushed };
    let mut page_cache = broker.page_cache;
    let store = match end {
        End::Stopped => broker.store.stopped(),
        End::Crashed => broker.store.recovered(by_crash),
        End::PowerLost => {
            let store = broker.store.recovered(Some(flushed));
            page_cache = page_cache.lost(store.recovered_from());
            store
        }
    };
    let mut config = broker.config;
    if broker.controlled.is_some() {
        // What a controller made of it is not in its file.
        Rc::make_mut(&mut config).ha.role = BrokerRole::AsyncMaster;
    }
    BrokerDisk {
        controlled: broker.controlled.map(|it| Box::new(it.left(store.log().end()))),
        schedule: broker.schedule.left(end, &store),
        orders: broker.pops.orders.left(end),
        wheel: broker.wheel.left(end, &store),
        cleaning: broker.cleaning.reborn(),
        kept: broker.desk.kept,
        config,
        store,
        page_cache,
        topics: broker.topics,
        groups: broker.groups,
        offsets: broker.saved_offsets,
        ended: Some(end),
    }
}
