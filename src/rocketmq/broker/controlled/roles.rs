//! How a broker becomes the one that leads, and how it becomes one that follows
//! (`ReplicasManager.changeToMaster` and `changeToSlave`, `AutoSwitchHAService`).
//!
//! One that leads has everything in its queues before it takes the first message. One that follows
//! gets its leader's address from a name server, and cuts what the leader has not
//! (`AutoSwitchHAClient.doTruncate`).

use std::rc::Rc;

use crate::facts::{Fact, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;
use crate::rocketmq::broker::{Broker, BrokerTimer, ReplicationTimer};
use crate::rocketmq::config::BrokerRole;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Epoch, HaFrame, Leadership, Packet, Term};

/// The first look at the set of those in sync (`checkSyncStateSetPeriod` follows).
const FIRST_CHECK: SimSpan = SimSpan::secs(3);

impl Broker {
    pub(super) fn lead(
        &mut self,
        told: &Leadership,
        was_leading: bool,
        why: Why,
        fx: &mut Effects<'_, Mq>,
    ) {
        let goes_on = was_leading && self.config.broker_id == 0 && !self.config.ha.is_slave();
        if !goes_on {
            self.drop_copies(fx);
            self.set_role(BrokerRole::SyncMaster, 0);
            self.flush.pool.begin_at(self.store.log().end());
        }
        let (epoch, bytes) = (told.epoch, self.store.log().end());
        self.under().epochs.begin(epoch, bytes);
        fx.note(Fact::Leads { epoch, bytes, why });
        self.set_came(told, fx);
        if !goes_on {
            self.dispatch_all(fx);
            self.store.renumber();
            self.begin_services(fx);
        }
        self.check_set_after(FIRST_CHECK, fx);
        self.role_registers(fx);
    }

    pub(super) fn follow(
        &mut self,
        leader: NodeId,
        was_following: bool,
        why: Why,
        fx: &mut Effects<'_, Mq>,
    ) {
        let epoch = self.under().epoch;
        fx.note(Fact::Follows { leader, epoch, why });
        if !was_following {
            let id = self.under().own();
            self.end_services();
            // `waitingForAllCommit`: slaves have no pool.
            self.commit_log(fx);
            self.set_role(BrokerRole::Slave, id);
            self.drop_copies(fx);
            self.begin_as_slave(fx);
        }
        self.role_registers(fx);
    }

    /// Role and `brokerId`, as name servers know them.
    fn set_role(&mut self, role: BrokerRole, id: u32) {
        let config = Rc::make_mut(&mut self.config);
        (config.ha.role, config.broker_id) = (role, id);
    }

    /// Name servers are told of the new role at once.
    fn role_registers(&mut self, fx: &mut Effects<'_, Mq>) {
        self.topics.next_version();
        self.register_all(Because::RoleRegisters.plain(), fx);
    }

    /// A look at the set of those in sync is due after a while.
    pub(super) fn check_set_after(&mut self, after: SimSpan, fx: &mut Effects<'_, Mq>) {
        if !std::mem::replace(&mut self.under().check_armed, true) {
            fx.arm(after, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::CheckSet)));
        }
    }

    /// A slave says who it is: it is told which part of the log is of which epoch.
    pub(in crate::rocketmq::broker) fn greeting_came(
        &mut self,
        conn: ConnId,
        id: u32,
        fx: &mut Effects<'_, Mq>,
    ) {
        let leads = self.leads();
        let Some(it) = &mut self.controlled else { return };
        if !leads {
            return fx.close(conn);
        }
        it.greeted.push((conn, id));
        let frame = HaFrame::Epochs { end: self.store.log().end(), epochs: it.epochs.all().into() };
        fx.send(conn, Packet::Ha(frame));
    }

    /// The first words to a leader.
    pub(in crate::rocketmq::broker) fn greet(
        &self,
        conn: ConnId,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let id = self.controlled.as_ref().and_then(|it| it.id);
        id.is_some_and(|id| fx.send(conn, Packet::Ha(HaFrame::Greeting { id })))
    }

    /// The leader told its epochs: what it has not is cut. False where the logs have nothing in
    /// common.
    pub(in crate::rocketmq::broker) fn align(
        &mut self,
        conn: ConnId,
        (end, epochs): (u64, &[Epoch]),
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let before = self.store.log().end();
        let Some(it) = &mut self.controlled else { return false };
        if it.epochs.all().is_empty() {
            return true;
        }
        let Some(point) = it.epochs.common(before, epochs, end) else { return false };
        it.epochs.cut(point);
        if point < before {
            it.confirm = it.confirm.min(point);
            self.store.truncate(point);
            fx.cut(point);
            self.flush.cut(point);
            let (leader, lost, why) =
                (fx.peer(conn), before - point, Because::EpochsDiffer.plain());
            fx.note(Fact::LogCut { leader, bytes: point, lost, why });
        }
        true
    }

    /// What a batch from `place` on says of itself, and its most bytes: it lies in one epoch.
    pub(in crate::rocketmq::broker) fn term_at(&self, place: u64) -> Option<(Term, u64)> {
        let it = self.controlled.as_ref()?;
        let (Epoch { epoch, start }, end) = it.epochs.at(place).unwrap_or((it.epochs.last(), None));
        let confirm = self.confirmed()?;
        Some((Term { epoch, start, confirm }, end.map_or(u64::MAX, |end| end - place)))
    }

    /// A batch said of which epoch it is, and how far its leader is with all.
    pub(in crate::rocketmq::broker) fn term_came(&mut self, term: Term) {
        let end = self.store.log().end();
        if let Some(it) = &mut self.controlled {
            it.epochs.begin(term.epoch, term.start);
            it.confirm = term.confirm.min(end);
        }
    }
}
