//! A broker comes back (`BrokerPreOnlineService`, with `totalReplicas` above 1): before it is there
//! for others, a master takes offsets and positions of delay levels over from the slaves that live,
//! once each copies its log again. A slave only asks who else is there: upstream it waits for its
//! first words with its master.

use crate::facts::Fact;
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminReply, AdminRequest, ReplicaRequest, Reply, ReplyBody, Request,
};

/// What a master asks of a slave that stood in for it.
const QUESTIONS: [u32; 2] = [43, 45];

/// Where a broker's coming back is.
#[derive(Clone, Debug, Default)]
pub(super) enum Online {
    /// It asks who else is there.
    Asking,
    /// A master asks its slaves, one after the other.
    Taking { left: Vec<NodeId>, from: NodeId, conn: ConnId, asked: Option<usize> },
    /// It is there for everybody.
    #[default]
    Done,
}

impl Online {
    #[inline(always)] // What asks cannot wait (`xtask/src/split`).
    pub(super) fn is_pending(&self) -> bool {
        !matches!(self, Self::Done)
    }
}

impl Broker {
    /// It was told who else of its name lives.
    pub(super) fn come_online(&mut self, members: &[(u32, NodeId)], fx: &mut Effects<'_, Mq>) {
        if !matches!(self.standing_mut().online, Online::Asking) {
            return;
        }
        let own = self.config.broker_id;
        let others: Vec<_> = members.iter().filter(|(id, _)| *id != own).copied().collect();
        if own == 0 {
            return self.take_from(others.into_iter().map(|(_, node)| node).rev().collect(), fx);
        }
        let smallest = others.first().map_or((own, fx.node()), |first| *first);
        self.go_online(fx);
        self.smallest_is(smallest, None, Because::MembersAsked.plain(), fx);
    }

    /// The next slave, or everything is taken over.
    fn take_from(&mut self, mut left: Vec<NodeId>, fx: &mut Effects<'_, Mq>) {
        match left.pop() {
            None => self.go_online(fx),
            Some(from) => {
                let conn = fx.open(from);
                self.standing_mut().online = Online::Taking { left, from, conn, asked: None };
            }
        }
    }

    fn go_online(&mut self, fx: &mut Effects<'_, Mq>) {
        self.standing_mut().online = Online::Done;
        if !self.config.ha.is_slave() {
            self.begin_services(fx);
        }
        self.register_all(Because::RegisterAtStart.plain(), fx);
    }

    /// A slave can be asked: it is told that its master is back.
    pub(in crate::rocketmq::broker) fn online_opened(
        &mut self,
        conn: ConnId,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(it) = &self.standing else { return };
        if matches!(&it.online, Online::Taking { conn: known, .. } if *known == conn) {
            let request = AdminRequest::Replica(ReplicaRequest::MasterIsBack);
            self.tell(conn, Request::Admin(request.into()), fx);
        }
    }

    /// A slave copies the log again: now it is asked for what it knows.
    pub(in crate::rocketmq::broker) fn online_copied(
        &mut self,
        replica: NodeId,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(it) = &mut self.standing else { return };
        if let Online::Taking { from, conn, asked: asked @ None, .. } = &mut it.online
            && *from == replica
        {
            *asked = Some(0);
            let conn = *conn;
            self.ask_back(conn, 0, fx);
        }
    }

    fn ask_back(&mut self, conn: ConnId, question: usize, fx: &mut Effects<'_, Mq>) {
        let request = AdminRequest::ForSlave { code: QUESTIONS[question] };
        self.ask(conn, Request::Admin(request.into()), fx);
    }

    /// A slave answered; false where the reply is about something else.
    pub(in crate::rocketmq::broker) fn online_answered(
        &mut self,
        conn: ConnId,
        reply: &Reply,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let Some(it) = &self.standing else { return false };
        let Online::Taking { left, from, conn: known, asked: Some(asked) } = &it.online else {
            return false;
        };
        if *known != conn {
            return false;
        }
        let (left, from, asked) = (left.clone(), *from, *asked);
        if let ReplyBody::Admin(reply) = &reply.body {
            self.take_back(reply);
        }
        if asked + 1 < QUESTIONS.len() {
            let next = Some(asked + 1);
            self.standing_mut().online = Online::Taking { left, from, conn, asked: next };
            self.ask_back(conn, asked + 1, fx);
        } else {
            fx.close(conn);
            let why = Because::MasterTakesBack.plain();
            fx.note(Fact::ConfigCopied { from, why });
            self.take_from(left, fx);
        }
        true
    }

    /// Offsets and positions are the slave's from now on.
    fn take_back(&mut self, reply: &AdminReply) {
        if let AdminReply::Offsets(_) | AdminReply::Delays(_) = reply {
            self.take_over(reply);
        }
    }

    /// The slave is gone: the next one is asked.
    pub(in crate::rocketmq::broker) fn online_closed(
        &mut self,
        conn: ConnId,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(it) = &mut self.standing else { return };
        if let Online::Taking { left, conn: known, .. } = &mut it.online
            && *known == conn
        {
            let left = std::mem::take(left);
            self.take_from(left, fx);
        }
    }
}

impl Digestible for Online {
    fn digest(&self, digest: &mut Digest) {
        match self {
            Self::Asking => digest.word(1),
            Self::Taking { from, conn, asked, .. } => {
                digest.put(from);
                digest.put(conn);
                digest.word(asked.map_or(9, |asked| asked as u64));
            }
            Self::Done => digest.word(0),
        }
    }
}
