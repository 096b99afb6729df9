//! Who has what its leader has (`AutoSwitchHAService`): the set of those in sync grows and shrinks,
//! and says what sends wait for and what consumers may see.
//!
//! A set is the controller's: a leader asks it for another one, and until it answered counts with
//! both.

use crate::facts::Why;
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::order;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::config::BrokerRole;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Leadership, ReplicaRequest, code};

use super::Controlled;

impl Controlled {
    /// The set, and what it is about to be (`getSyncStateSet`).
    fn union(&self) -> Vec<u32> {
        let mut all = self.set.clone();
        all.extend(self.proposed.iter().flatten().filter(|id| !self.set.contains(id)));
        all
    }

    /// `inSyncReplicasNums`.
    fn size(&self) -> usize {
        self.set.len().max(self.proposed.as_ref().map_or(0, Vec::len))
    }
}

impl Broker {
    /// The slave at the other end of a connection.
    pub(in crate::rocketmq::broker) fn id_of_replica(&self, conn: ConnId) -> Option<u32> {
        let greeted = &self.controlled.as_ref()?.greeted;
        greeted.iter().find(|(known, _)| *known == conn).map(|(_, id)| *id)
    }

    /// Consumers see the log up to here (`getConfirmOffset`); `None` without a controller.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq::broker) fn confirmed(&self) -> Option<u64> {
        let it = self.controlled.as_ref()?;
        let all = self.config.ha.replicas.all_ack && it.set.len() > 1;
        Some(if self.leads() && !all { self.store.log().end() } else { it.confirm })
    }

    /// How many brokers must have a message before its send is answered, this one among them.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq::broker) fn copies_wanted(&self) -> u32 {
        let ha = &self.config.ha;
        let all = self.controlled.as_ref().filter(|_| ha.replicas.all_ack);
        match all.filter(|_| ha.role == BrokerRole::SyncMaster) {
            Some(it) => u32::try_from(it.union().len()).expect("brokers of a name are few"),
            None => self.copies_of_living().map_or(ha.copies(), |(wanted, _)| wanted),
        }
    }

    /// True where all of the set have the log up to `end`; else who has it is counted.
    pub(in crate::rocketmq::broker) fn is_copied(&self, end: u64) -> bool {
        let all = self.controlled.as_ref().filter(|_| self.config.ha.replicas.all_ack);
        let Some(it) = all else { return self.copies_of(end) >= self.copies_wanted() };
        let have = self.replicas_with(end);
        it.union().iter().all(|id| Some(*id) == it.id || have.contains(id))
    }

    /// What a send is refused for before it is stored: nobody leads yet, or too few are in sync.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq::broker) fn refusal_of_replicas(&self) -> Option<(u16, Why)> {
        if self.is_fenced() {
            return Some((code::SERVICE_NOT_AVAILABLE, Because::Fenced.plain()));
        }
        if let Some((wanted, live)) = self.copies_of_living() {
            let why = Because::TooFewLive.with(wanted);
            return (wanted > live).then_some((code::SYSTEM_ERROR, why));
        }
        let it = self.controlled.as_ref()?;
        if self.config.ha.role != BrokerRole::SyncMaster {
            return None;
        }
        let (least, in_sync) = (self.config.ha.replicas.least, it.size());
        let is_enough = in_sync >= least as usize;
        let why = Because::TooFewInSync.with(least);
        (!is_enough).then_some((code::SYSTEM_ERROR, why))
    }

    /// A slave said how far it is: it may be in sync from now on (`maybeExpandInSyncStateSet`), and
    /// everybody may be further.
    pub(in crate::rocketmq::broker) fn replica_is_at(
        &mut self,
        id: u32,
        (end, is_caught_up): (u64, bool),
        fx: &mut Effects<'_, Mq>,
    ) {
        let confirmed = self.confirmed().unwrap_or(0);
        let it = self.under();
        if it.set.contains(&id) {
            self.confirm_anew(fx);
        } else if is_caught_up && end >= confirmed && end >= it.epochs.last().start {
            let mut set = it.set.clone();
            set.push(id);
            order::naturally(&mut set);
            self.propose(set, fx);
        }
    }

    /// A slave is gone: it is not in sync any more (`removeConnection`).
    pub(in crate::rocketmq::broker) fn replica_left(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        let set = &self.under().set;
        if set.contains(&id) {
            let left = set.iter().copied().filter(|known| *known != id).collect();
            self.propose(left, fx);
        }
    }

    /// Every `checkSyncStateSetPeriod`: who was behind for too long leaves the set
    /// (`maybeShrinkSyncStateSet`).
    pub(in crate::rocketmq::broker) fn check_set(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.controlled.is_none() {
            return;
        }
        self.under().check_armed = false;
        if !self.leads() || self.stopping {
            return;
        }
        let near = self.replicas_caught_up(fx.now());
        let it = self.under();
        it.proposing = false;
        let stays = |id: &u32| Some(*id) == it.id || near.contains(id);
        let left: Vec<u32> = it.set.iter().copied().filter(stays).collect();
        if left != it.set {
            self.propose(left, fx);
        }
        self.check_set_after(self.config.ha.replicas.check, fx);
    }

    /// Asks the controller for another set, unless that is asked for already.
    fn propose(&mut self, set: Vec<u32>, fx: &mut Effects<'_, Mq>) {
        let (broker, it) = (self.config.name, self.under());
        if it.proposing && it.proposed.as_ref() == Some(&set) {
            return;
        }
        it.proposed = Some(set.clone());
        let (id, epoch, set_epoch) = (it.own(), it.epoch, it.set_epoch);
        let request = ReplicaRequest::AlterSet { broker, id, epoch, set, set_epoch };
        self.under().proposing = self.ask_controller(request, fx);
    }

    /// The controller told which set counts (`changeSyncStateSet`).
    pub(super) fn set_came(&mut self, told: &Leadership, fx: &mut Effects<'_, Mq>) {
        let it = self.under();
        if told.set_epoch <= it.set_epoch || told.master.map(|(id, _)| id) != it.id {
            return;
        }
        (it.set, it.set_epoch, it.proposed) = (told.set.clone(), told.set_epoch, None);
        self.confirm_anew(fx);
        self.settle_waits(fx);
    }

    /// `computeConfirmOffset`: what everybody in sync has. It stays where one of them is not there.
    fn confirm_anew(&mut self, fx: &mut Effects<'_, Mq>) {
        let ends = self.replica_ends();
        let end = self.store.log().end();
        let it = self.under();
        let others = it.union().into_iter().filter(|id| Some(*id) != it.id);
        let of = |id| ends.iter().find(|(known, _)| *known == id).map(|(_, has)| *has);
        let has: Option<Vec<u64>> = others.map(of).collect();
        let Some(has) = has else { return };
        it.confirm = has.into_iter().filter(|has| *has > 0).fold(end, u64::min);
        self.arm_reput(fx);
    }
}
