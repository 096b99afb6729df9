//! A broker: only routes; the work is in the modules below, one processor per request family.
//!
//! Follows `BrokerController` and `NettyRemotingAbstract`. A request goes through a thread pool (a
//! station) and is carried out at the end of its service.

mod call;
mod clean;
mod client_registry;
mod cold;
mod commit;
mod controlled;
mod desk;
mod disk;
mod fast_failure;
pub mod filter;
mod flow;
mod flush;
mod long_polling;
mod offsets;
mod own;
mod pools;
mod pop;
mod processor;
mod profile;
mod registration;
mod replication;
mod schedule;
mod standing;
mod stats;
mod topics;
mod transactions;
mod wheel;

pub use disk::BrokerDisk;
pub use profile::{expectation, profile};
pub use replication::ReplicationTimer;

use std::rc::Rc;

use crate::facts::{Content, Fact, QueueRef};
use crate::kernel::actor::Event;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::life::End;
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::station::Station;
use crate::kernel::time::{SimSpan, SimTime};

use super::config::BrokerConfig;
use super::group::GroupConfig;
use super::protocol::{Job, Mq, Order, Timer};
use super::store::{MessageStore, PageCache};
use clean::Cleaning;
use client_registry::ClientRegistry;
use controlled::Controlled;
use desk::Desk;
use flow::Flow;
use flush::FlushState;
use long_polling::HeldPulls;
use offsets::OffsetTable;
use pop::Pops;
use processor::{Making, PendingReply, QueueLocks};
use registration::NameServers;
use replication::Replication;
use schedule::Schedule;
use standing::Standing;
use stats::Stats;
use topics::TopicTable;
use transactions::Transactions;
use wheel::Wheel;

/// Every reason a broker has to wake up by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerTimer {
    /// Tells all name servers that this broker is alive (`registerNameServerPeriod`, 30 s).
    Register,
    /// Dispatches new records to the queues (`ReputMessageService`, 1 ms).
    Reput,
    /// Flushes the log (`flushIntervalCommitLog`, 500 ms).
    Flush,
    /// Writes what waits in buffers to the log (`CommitRealTimeService`, 200 ms).
    Commit,
    /// Looks at held pulls (`PullRequestHoldService`, 5 s).
    SweepHeld,
    /// Looks at held pulls while long polling is off (`shortPollingTimeMills`, 1 s).
    SweepShort,
    /// Refuses requests that waited too long for a thread (`BrokerFastFailure`, 10 ms).
    FastFailure,
    /// Writes the offset table to disk (`flushConsumerOffsetInterval`, 5 s).
    FlushOffsets,
    /// Looks for clients that were silent for too long (`ClientHousekeepingService`, 10 s).
    ScanClients,
    /// Writes which half messages are settled (`TransactionalOpBatchService`, 3 s).
    WriteOps,
    /// Asks about half messages (`transactionCheckInterval`, 30 s).
    CheckTransactions,
    /// Answers pops that waited long enough.
    PopExpiry,
    /// Looks into a revive queue for what nobody acknowledged (`PopReviveService`).
    Revive { queue: u32 },
    /// A queue that is popped in order may be free (`ConsumerOrderInfoLockManager`).
    OrderFree { topic: Name, group: Name, queue: u32 },
    /// Looks for clients that did not take a reply, or did not answer a question (10 s).
    ReplyTimeout,
    /// Writes what was popped in order to disk (10 s).
    SaveOrders,
    /// Delivers messages with a time of their own (`TimerMessageStore`).
    Wheel,
    /// Writes how far the wheel is to disk (`timerFlushIntervalMs`, 1 s).
    FlushWheel,
    /// Writes how far the delay levels are to disk (`flushDelayOffsetInterval`, 10 s).
    SaveDelays,
    /// Delivers delayed messages that are due (`ScheduleMessageService`, 100 ms).
    Schedule,
    /// A topic that a send needs is made.
    TopicMade { topic: Name },
    /// Looks for old files and at the disk (`CleanCommitLogService`, 10 s).
    Clean,
    /// Master and slave.
    Replication(ReplicationTimer),
}

impl BrokerTimer {
    /// Only a master wakes up for it.
    fn is_of_master(self) -> bool {
        matches!(
            self,
            Self::Schedule
                | Self::Wheel
                | Self::CheckTransactions
                | Self::WriteOps
                | Self::Revive { .. }
                | Self::OrderFree { .. }
        )
    }
}

impl Digestible for BrokerTimer {
    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::Register => digest.word(0),
            Self::Reput => digest.word(1),
            Self::Flush => digest.word(2),
            Self::SweepHeld => digest.word(3),
            Self::SweepShort => digest.word(4),
            Self::FastFailure => digest.word(5),
            Self::FlushOffsets => digest.word(6),
            Self::ScanClients => digest.word(7),
            Self::Schedule => digest.word(9),
            Self::Wheel => digest.word(14),
            Self::PopExpiry => digest.word(12),
            Self::Revive { queue } => digest.word(13 | u64::from(*queue) << 8),
            Self::OrderFree { topic, group, queue } => {
                digest.word(15 | u64::from(*queue) << 8);
                digest.put(topic);
                digest.put(group);
            }
            Self::SaveOrders => digest.word(16),
            Self::ReplyTimeout => digest.word(19),
            Self::FlushWheel => digest.word(17),
            Self::SaveDelays => digest.word(18),
            Self::Clean => digest.word(20),
            Self::Commit => digest.word(21),
            Self::WriteOps => digest.word(10),
            Self::CheckTransactions => digest.word(11),
            Self::TopicMade { topic } => {
                digest.word(8);
                digest.put(topic);
            }
            Self::Replication(timer) => {
                digest.word(15);
                digest.put(timer);
            }
        }
    }
}

/// A broker that runs.
#[derive(Clone, Debug)]
pub struct Broker {
    config: Rc<BrokerConfig>,
    booted: SimTime,
    store: MessageStore,
    topics: TopicTable,
    /// Topics that sends wait for.
    making: Vec<Making>,
    /// Subscription groups that exist (`SubscriptionGroupManager`), whether or not somebody is
    /// there.
    groups: OrderedMap<Name, GroupConfig>,
    locks: QueueLocks,
    /// Replies that their receivers have not taken yet.
    replies: Vec<PendingReply>,
    desk: Desk,
    stats: Stats,
    flow: Flow,
    schedule: Schedule,
    transactions: Transactions,
    pops: Pops,
    wheel: Wheel,
    offsets: OffsetTable,
    /// The offsets as they are on the disk.
    saved_offsets: OffsetTable,
    clients: ClientRegistry,
    held: HeldPulls,
    name_servers: NameServers,
    flush: FlushState,
    page_cache: PageCache,
    cleaning: Cleaning,
    replication: Replication,
    /// Where a controller decides who leads.
    controlled: Option<Box<Controlled>>,
    /// Where slaves may act as masters.
    standing: Option<Box<Standing>>,
    reput_armed: bool,
    fast_failure_armed: bool,
    offsets_armed: bool,
    /// How the process before it ended, if there was one.
    ended: Option<End>,
    stopping: bool,
}

impl Broker {
    pub(super) fn stations(&self) -> Vec<Station<Job>> {
        pools::stations(&self.config)
    }

    pub(super) fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match event {
            Event::Booted => self.boot(fx),
            Event::Opened { conn, peer } => self.opened(conn, peer, fx),
            Event::Arrived { conn, packet } => self.arrived(conn, packet, fx),
            Event::Closed { conn, .. } => self.closed(conn, fx),
            Event::Fired(Timer::Broker(timer)) => self.fired(timer, fx),
            Event::Served { job, waited, .. } => self.served(job, waited, fx),
            Event::DiskDone { flushed, .. } => self.flush_done(flushed, fx),
            Event::Told(Order::Shutdown) => self.shut_down(fx),
            Event::Told(Order::FillDisk { percent }) => self.fill_disk(percent, fx),
            Event::Told(_) => (),
            Event::Fired(Timer::Namesrv(_) | Timer::Client(_)) => {
                panic!("a broker arms its own timers only")
            }
        }
    }

    pub(super) fn digest(&self, digest: &mut Digest) {
        digest.put(&self.store);
        digest.put(&self.topics);
        digest.put(&self.offsets);
        digest.put(&self.saved_offsets);
        digest.put(&self.clients);
        digest.put(&self.held);
        digest.put(&self.flush);
        digest.put(&self.page_cache);
        digest.put(&self.cleaning);
        digest.put(&self.replication);
        self.controlled.iter().for_each(|it| digest.put(&**it));
        self.standing.iter().for_each(|it| digest.put(&**it));
        digest.put(&self.schedule);
        digest.put(&self.transactions);
        digest.put(&self.pops);
        digest.put(&self.wheel);
        digest.all(self.making.iter());
        digest.all(self.replies.iter());
        digest.put(&self.desk);
        digest.put(&self.stats);
        digest.put(&self.flow);
        digest.put(&self.name_servers);
        digest.put(&self.booted);
        digest.word(self.groups.len() as u64);
        self.groups.values().for_each(|group| digest.put(group));
        digest.word(self.locks.len() as u64);
        let flags = [self.reput_armed, self.fast_failure_armed, self.offsets_armed, self.stopping];
        digest.all(flags.iter());
    }

    /// It has a slave, or a master, or a controller, or somebody may stand in for it.
    fn is_replicated(&self) -> bool {
        let is_copy = self.config.ha.is_slave() || self.replication.has_replicas();
        is_copy || self.controlled.is_some() || self.standing.is_some()
    }

    /// It is a master, and nobody keeps it from being one.
    fn leads(&self) -> bool {
        !self.config.ha.is_slave() && !self.is_fenced() && !self.is_isolated()
    }

    /// Sends wait for the disk or for slaves.
    fn waits_for_safety(&self) -> bool {
        let ha = &self.config.ha;
        ha.sync_flush || ha.copies() > 1 || self.controlled.is_some()
    }

    /// A queue as facts name it: by the master's node, also at its slaves.
    fn queue_ref(&self, topic: Name, id: u32, fx: &Effects<'_, Mq>) -> QueueRef {
        QueueRef { topic, broker: self.config.ha.named_by.unwrap_or(fx.node()), id }
    }

    /// What the record at `physical` holds.
    pub fn content(&self, physical: u64) -> Option<Content> {
        self.store.content(physical)
    }

    fn boot(&mut self, fx: &mut Effects<'_, Mq>) {
        self.booted = fx.now();
        fx.note(Fact::ProcessStarted);
        // Of a record that was torn nothing is left.
        fx.cut(self.store.log().end());
        self.flush = FlushState::new(fx.disk().flushed(), self.new_pool());
        self.state_recovery(fx);
        self.state_given_topics(fx);
        if self.controlled.is_some() {
            self.reput(fx);
        } else {
            self.dispatch_all(fx);
        }
        self.store.open(fx.wall());
        self.arm_clean(fx);
        self.arm_flush(fx);
        if self.leads() {
            self.begin_services(fx);
        }
        if self.config.ha.is_slave() {
            self.begin_as_slave(fx);
        }
        if self.controlled.is_some() {
            self.begin_under_controller(fx);
        }
        if self.standing.is_some() {
            self.begin_standing(fx);
        }
        self.connect_name_servers(fx);
    }

    /// What only a master does (`changeSpecialServiceStatus`).
    fn begin_services(&mut self, fx: &mut Effects<'_, Mq>) {
        self.arm_schedule(fx);
        self.arm_check(fx);
        self.arm_wheel(fx);
        self.begin_revival(fx);
        self.arm_orders(fx);
    }

    /// It does none of that any more: what is armed passes by ([`Self::fired`]).
    fn end_services(&mut self) {
        self.schedule.rest();
        self.wheel.rest();
        self.transactions = Transactions::default();
        self.pops.rest();
    }

    fn fired(&mut self, timer: BrokerTimer, fx: &mut Effects<'_, Mq>) {
        let delivers = timer == BrokerTimer::Schedule && self.stands_in();
        if timer.is_of_master() && !self.leads() && !delivers {
            return;
        }
        match timer {
            BrokerTimer::Register => self.register_again(fx),
            BrokerTimer::Reput => self.reput(fx),
            BrokerTimer::Flush => self.begin_flush(fx),
            BrokerTimer::Commit => self.look_for_commit(fx),
            BrokerTimer::SweepHeld | BrokerTimer::SweepShort => self.sweep_held(timer, fx),
            BrokerTimer::FastFailure => self.fail_fast(fx),
            BrokerTimer::FlushOffsets => self.save_offsets(),
            BrokerTimer::ScanClients => self.scan_clients(fx),
            BrokerTimer::WriteOps => self.write_ops(fx),
            BrokerTimer::CheckTransactions => self.check_transactions(fx),
            BrokerTimer::PopExpiry => self.expire_pops(fx),
            BrokerTimer::Revive { queue } => self.revive(queue, fx),
            BrokerTimer::OrderFree { topic, group, queue } => {
                self.order_free((topic, group, queue), fx);
            }
            BrokerTimer::SaveOrders => self.save_orders(),
            BrokerTimer::ReplyTimeout => {
                self.give_up_replies(fx);
                self.give_up_calls(fx);
            }
            BrokerTimer::Wheel => self.turn_wheel(fx),
            BrokerTimer::Clean => self.clean(fx),
            BrokerTimer::FlushWheel => self.flush_wheel(),
            BrokerTimer::SaveDelays => self.save_delays(),
            BrokerTimer::Schedule => self.deliver_delayed(fx),
            BrokerTimer::TopicMade { topic } => self.topic_made(topic, fx),
            BrokerTimer::Replication(timer) => self.ha_fired(timer, fx),
        }
    }

    fn closed(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        self.name_server_closed(conn, fx);
        if self.is_replicated() {
            self.ha_closed(conn, fx);
        }
        self.client_closed(conn, fx);
        if !self.replies.is_empty() {
            self.give_up_replies(fx);
        }
    }

    /// Ends in order: name servers are told, held pulls are answered, everything goes to the disk.
    /// The process ends when that is done.
    fn shut_down(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.stopping {
            return;
        }
        self.stopping = true;
        fx.note(Fact::ProcessStopping);
        self.unregister(fx);
        self.answer_all_held(fx);
        self.answer_all_pops(fx);
        self.write_due_ops(fx);
        self.save_offsets();
        self.commit_log(fx);
        self.begin_flush(fx);
    }

    pub(super) fn into_disk(self, end: End) -> BrokerDisk {
        disk::left_of(self, end)
    }
}

/// Whole ms, as reasons carry them.
fn millis(span: SimSpan) -> u32 {
    u32::try_from(span.as_millis()).expect("settings in ms fit in u32")
}
