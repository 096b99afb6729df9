//! What a slave copies besides the log (`SlaveSynchronize`): topics, committed offsets, how far the
//! delay levels are, groups, how groups get messages.
//!
//! It looks every 3 s, first after 10 s, and copies when the last time was more than 60 s ago: 61 s
//! after its start and every 63 s. Left out: what brokers know of timers.

use crate::facts::Fact;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;
use crate::rocketmq::broker::{Broker, BrokerTimer};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminReply, AdminRequest, RareReply, RareRequest, Reply, ReplyBody, Request,
};

use super::ReplicationTimer;

const FIRST: SimSpan = SimSpan::secs(61);
const AGAIN: SimSpan = SimSpan::secs(63);
/// Under a controller: the first look, every 3 s, at which the last time was more than 10 s ago.
const CONTROLLED: SimSpan = SimSpan::secs(12);

/// What is asked for, in order: each question waits for the answer to the one before.
const QUESTIONS: [u32; 5] = [21, 43, 45, 201, 402];

/// Where a slave is with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Copying {
    conn: Option<ConnId>,
    /// The question that is not answered.
    asked: Option<usize>,
    armed: bool,
}

impl Broker {
    pub(super) fn copy_later(&mut self, fx: &mut Effects<'_, Mq>) {
        if std::mem::replace(&mut self.replication.copying.armed, true) {
            return;
        }
        let first = if self.controlled.is_some() { CONTROLLED } else { FIRST };
        fx.arm(first, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::Copy)));
    }

    pub(super) fn copy_config(&mut self, fx: &mut Effects<'_, Mq>) {
        self.replication.copying.armed = self.config.ha.is_slave();
        if !self.replication.copying.armed {
            return;
        }
        let again = if self.controlled.is_some() { CONTROLLED } else { AGAIN };
        fx.arm(again, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::Copy)));
        if self.replication.copying.conn.is_some_and(|conn| fx.is_open(conn)) {
            self.ask_master(0, fx);
        } else if let Some(master) = self.replication.source.master {
            let conn = Some(fx.open(master));
            self.replication.copying = Copying { conn, asked: None, armed: true };
        }
    }

    pub(super) fn copy_opened(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        if self.replication.copying.conn == Some(conn) {
            self.ask_master(0, fx);
        }
    }

    pub(super) fn drop_copying(&mut self, fx: &mut Effects<'_, Mq>) {
        if let Some(conn) = self.replication.copying.conn {
            self.copy_closed(conn);
            fx.close(conn);
        }
    }

    pub(super) fn copy_closed(&mut self, conn: ConnId) {
        if self.replication.copying.conn == Some(conn) {
            let armed = self.replication.copying.armed;
            self.replication.copying = Copying { armed, ..Copying::default() };
        }
    }

    /// The master answered.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq::broker) fn config_came(
        &mut self,
        conn: ConnId,
        reply: &Reply,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Copying { conn: Some(known), asked: Some(asked), .. } = self.replication.copying else {
            return;
        };
        if known != conn {
            return;
        }
        if let ReplyBody::Admin(reply) = &reply.body {
            self.take_over(reply);
        }
        if asked + 1 < QUESTIONS.len() {
            return self.ask_master(asked + 1, fx);
        }
        self.replication.copying.asked = None;
        let (from, why) = (fx.peer(conn), Because::SlaveCopies.plain());
        fx.note(Fact::ConfigCopied { from, why });
    }

    fn ask_master(&mut self, question: usize, fx: &mut Effects<'_, Mq>) {
        let conn = self.replication.copying.conn.expect("the connection is open");
        self.replication.copying.asked = Some(question);
        let request = match QUESTIONS[question] {
            201 => AdminRequest::AllGroups,
            402 => AdminRequest::Rare(RareRequest::Modes),
            code => AdminRequest::ForSlave { code },
        };
        self.ask(conn, Request::Admin(request.into()), fx);
    }

    pub(in crate::rocketmq::broker) fn take_over(&mut self, reply: &AdminReply) {
        if let AdminReply::TopicTable { topics, .. } = reply {
            self.topics.replace(topics);
        } else if let AdminReply::Offsets(entries) = reply {
            self.offsets.put_all(entries);
            self.save_offsets();
        } else if let AdminReply::Delays(levels) = reply {
            self.schedule.take_over(levels);
        } else if let AdminReply::Rare(RareReply::Modes(modes)) = reply {
            self.desk.kept.modes = modes.clone();
        } else if let AdminReply::Groups(groups, forbidden) = reply {
            self.desk.kept.forbidden = forbidden.clone();
            self.groups = groups.iter().map(|group| (group.name, *group)).collect();
        }
    }

    /// What a slave gets (21, 43, 45).
    pub(in crate::rocketmq::broker) fn tables_for_slave(&self, code: u32) -> AdminReply {
        match code {
            21 => AdminReply::TopicTable {
                topics: self.topics.all().to_vec(),
                version: self.topics.version(),
            },
            43 => AdminReply::Offsets(self.offsets.all()),
            _ => AdminReply::Delays(self.schedule.levels()),
        }
    }
}

impl Digestible for Copying {
    fn digest(&self, digest: &mut Digest) {
        if let Some(conn) = &self.conn {
            digest.put(conn);
            digest.word(self.asked.map_or(u64::MAX, |asked| asked as u64));
        }
    }
}
