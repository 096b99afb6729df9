//! A slave that acts as master (`enableSlaveActingMaster`): brokers of a name know each other by
//! their name server, and the one with the smallest id does what needs a master.
//!
//! Follows `BrokerController` (`sendHeartbeat`, `syncBrokerMemberGroup`, `updateMinBroker`) and
//! `BrokerPreOnlineService`. It takes no sends; readers read from it, commit offsets, lock queues.
//! Left out: `compatibleWithOldNameSrv` (322 and a topic for 904 and 901, to the same effect).
//! Timed messages, transactions and pops wait for the master.

mod escape;
mod online;

use crate::facts::{Fact, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;
use crate::rocketmq::config::ReplicaRules;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminReply, AdminRequest, Beat, ReplicaReply, ReplicaRequest, Reply, ReplyBody, Request,
};

use super::{Broker, BrokerTimer, ReplicationTimer, millis};
use escape::Escape;
use online::Online;

/// `brokerHeartbeatInterval` and `syncBrokerMemberGroupPeriod`.
const PERIOD: SimSpan = SimSpan::secs(1);

/// What a broker knows of the others of its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// `minBrokerIdInGroup`, and who has it; 0 until it is told otherwise.
    smallest: u32,
    holder: Option<NodeId>,
    /// Brokers of its name that live, itself among them.
    alive: u32,
    online: Online,
    escape: Escape,
}

impl Standing {
    /// `None` where no slave acts as master.
    #[inline(always)] // What asks cannot wait (`xtask/src/split`).
    pub(super) fn of(rules: &ReplicaRules) -> Option<Box<Self>> {
        let online = if rules.total > 1 { Online::Asking } else { Online::Done };
        rules.acting.then(|| Box::new(Self { online, ..Self::default() }))
    }

    /// The smallest id is a slave's.
    #[inline(always)] // As above.
    pub(super) fn has_no_master(&self) -> bool {
        self.smallest != 0
    }
}

impl Broker {
    /// It does what needs a master, as there is none.
    #[inline(always)] // As above.
    pub(super) fn stands_in(&self) -> bool {
        let id = self.config.broker_id;
        self.standing.as_ref().is_some_and(|it| id != 0 && it.smallest == id)
    }

    /// Not yet there for others (`isIsolated`).
    #[inline(always)] // As above.
    pub(super) fn is_isolated(&self) -> bool {
        self.standing.as_ref().is_some_and(|it| it.online.is_pending())
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn begin_standing(&mut self, fx: &mut Effects<'_, Mq>) {
        let timer = Timer::Broker(BrokerTimer::Replication(ReplicationTimer::Members));
        fx.arm(PERIOD, timer);
    }

    /// Every second: tells name servers that it lives (904), and asks one who else does (901).
    pub(super) fn look_at_members(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.stopping {
            return;
        }
        let (broker, id) = (self.config.name, self.config.broker_id);
        let silence = millis(self.config.ha.replicas.not_active);
        let beat = Beat { broker, id, epoch: 0, end: 0, silence, priority: 0 };
        let beat = AdminRequest::Replica(ReplicaRequest::Beat(beat));
        let channels = self.open_channels(fx);
        for conn in channels.iter().filter(|_| !self.is_isolated()).copied().collect::<Vec<_>>() {
            self.tell(conn, Request::Admin(beat.clone().into()), fx);
        }
        if let Some(conn) = channels.first() {
            let request = AdminRequest::Replica(ReplicaRequest::Members { broker });
            self.ask(*conn, Request::Admin(request.into()), fx);
        }
        self.begin_standing(fx);
    }

    /// A name server answered; false where that is about something else.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn members_came(
        &mut self,
        (opaque, reply): (u32, &Reply),
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        if self.escape_route_answered((opaque, reply), fx) {
            return true;
        }
        let ReplyBody::Admin(reply) = &reply.body else { return false };
        let AdminReply::Replica(ReplicaReply::Members(members)) = &**reply else { return false };
        let own = self.config.broker_id;
        let others = members.iter().filter(|(id, _)| *id != own).count();
        let alive = 1 + u32::try_from(others).expect("brokers of a name are few");
        self.standing_mut().alive = alive;
        if self.is_isolated() {
            self.come_online(members, fx);
        } else if let Some((id, node)) = members.first() {
            self.smallest_is((*id, *node), None, Because::MembersAsked.plain(), fx);
        }
        true
    }

    fn standing_mut(&mut self) -> &mut Standing {
        self.standing.as_mut().expect("slaves may act as masters")
    }

    /// Who has the smallest id, where that is news to a slave (`onMinBrokerChange`).
    pub(super) fn smallest_is(
        &mut self,
        (id, node): (u32, NodeId),
        gone: Option<NodeId>,
        why: Why,
        fx: &mut Effects<'_, Mq>,
    ) {
        if !self.config.ha.is_slave() || self.is_isolated() {
            return;
        }
        let stood_in = self.stands_in();
        let Some(it) = &mut self.standing else { return };
        if id == it.smallest {
            it.holder = Some(node);
            return;
        }
        let before = std::mem::replace(&mut it.smallest, id);
        let holder = it.holder.replace(node);
        let gone = gone.or(holder.filter(|_| id > before));
        it.escape = Escape::default();
        self.state_standing(stood_in, why, fx);
        if gone.is_some() && gone == self.replication_master() {
            self.master_gone(fx);
        }
        if id == 0 {
            self.master_back(node, fx);
        }
    }

    fn state_standing(&mut self, stood_in: bool, why: Why, fx: &mut Effects<'_, Mq>) {
        if self.stands_in() && !stood_in {
            fx.note(Fact::StandsIn { why });
            self.arm_schedule(fx);
        } else if stood_in && !self.stands_in() {
            fx.note(Fact::StandsBack { why });
            self.end_services();
        }
    }

    /// What brokers of a name ask each other, and name servers tell them (905, 906).
    pub(super) fn standing_asked(
        &mut self,
        conn: ConnId,
        request: &ReplicaRequest,
        fx: &mut Effects<'_, Mq>,
    ) {
        match request {
            ReplicaRequest::SmallestId { id, node, gone } => {
                self.smallest_is((*id, *node), *gone, Because::MembersTold.plain(), fx);
            }
            ReplicaRequest::MasterIsBack => self.master_back(fx.peer(conn), fx),
            ReplicaRequest::Beat(_)
            | ReplicaRequest::Members { .. }
            | ReplicaRequest::AlterSet { .. }
            | ReplicaRequest::Elect { .. }
            | ReplicaRequest::Register { .. }
            | ReplicaRequest::Leadership { .. }
            | ReplicaRequest::Decides
            | ReplicaRequest::RoleChanged(_)
            | ReplicaRequest::NextId { .. }
            | ReplicaRequest::TakeId { .. } => (),
        }
    }

    /// `enableAutoInSyncReplicas`: so many copies are wanted, of the brokers that live.
    pub(super) fn copies_of_living(&self) -> Option<(u32, u32)> {
        let (it, ha) = (self.standing.as_ref()?, &self.config.ha);
        let live = it.alive.max(1).min(1 + self.replica_count());
        let wanted = ha.copies();
        let wanted =
            if ha.replicas.auto { wanted.min(live).max(ha.replicas.least) } else { wanted };
        Some((wanted, live))
    }
}

impl Digestible for Standing {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.smallest) << 32 | u64::from(self.alive));
        digest.put(&self.holder);
        digest.put(&self.escape);
        digest.put(&self.online);
    }
}
