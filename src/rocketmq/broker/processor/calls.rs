//! What a broker asks of consumers because an administrator wants to know (`Broker2Client`,
//! `AdminBrokerProcessor.callConsumer`).
//!
//! Every client here is written in Java and is of version 479: none is too old to be asked.

use std::rc::Rc;

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::broker::call::Call;
use crate::rocketmq::broker::{Broker, BrokerTimer};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::remoting::{
    AdminReply, AdminRequest, ClientReset, ConsumerCall, Packet, QueueName, RareReply, RareRequest,
    Reply, ReplyBody, Request, ResetOffsets, code,
};

use super::group_admin::answer;

/// How long a consumer may take to answer (`callClient`), and how long for its status (221).
const PATIENCE: SimSpan = SimSpan::secs(10);
const STATUS_PATIENCE: SimSpan = SimSpan::secs(5);

/// A question that a consumer has not answered.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::broker) struct PendingCall {
    call: Call,
    conn: ConnId,
    opaque: u32,
    until: SimTime,
    /// 223 asks one member after the other.
    round: Option<Round>,
}

/// Members that were asked, are asked, and will be asked how far they are.
#[derive(Clone, Debug)]
struct Round {
    group: Name,
    topic: Name,
    client: Name,
    left: Vec<(Name, ConnId)>,
    found: Vec<(Name, Vec<(QueueName, u64)>)>,
}

impl Broker {
    /// 307, 309: handed on to the consumer, whose answer is the answer. Code 1 where it is not
    /// there, or its message.
    pub(super) fn call_consumer(
        &mut self,
        call: Call,
        asked: &ConsumerCall,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        let mut handed_on = asked.clone();
        if asked.code == 309 {
            let record = asked.physical.and_then(|physical| self.store.log().at(physical));
            let Some(record) = record else { return Some(Reply::code(code::SYSTEM_ERROR)) };
            handed_on.message = Some(Box::new(record.pulled()));
            self.add_fields(&mut handed_on);
        }
        let members = self.clients.channels(asked.group);
        let member = members.into_iter().find(|(client, _)| *client == asked.client);
        let Some((_, conn)) = member else { return Some(Reply::code(code::SYSTEM_ERROR)) };
        let request = RareRequest::Call(handed_on);
        self.ask_client((call, conn), request, (PATIENCE, None), fx);
        None
    }

    /// What a broker adds: its name, and flags of topic and group, which are never set here.
    fn add_fields(&mut self, call: &mut ConsumerCall) {
        let mut set = |field: &str, value: Name| {
            let field = Name::new(field);
            call.ext.retain(|(known, _)| *known != field);
            call.ext.push((field, value));
        };
        set("brokerName", self.config.name);
        let topic = call.topic.filter(|topic| self.topics.get(*topic).is_some());
        if topic.is_some() {
            set("topicSysFlag", Name::new("0"));
        }
        if !call.group.as_str().is_empty() && self.find_group(call.group).is_some() {
            set("groupSysFlag", Name::new("0"));
        }
    }

    /// 223: all members, or the one that is named.
    pub(super) fn status_of(
        &mut self,
        call: Call,
        (group, topic): (Name, Name),
        client: Option<Name>,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        let members = self.clients.channels(group);
        if members.is_empty() {
            return Some(Reply::code(code::SYSTEM_ERROR));
        }
        let wanted = members.into_iter().filter(|(id, _)| client.is_none_or(|it| it == *id));
        let most = if client.is_some() { 1 } else { usize::MAX };
        let left = wanted.take(most).collect();
        let round = Round { group, topic, client: group, left, found: Vec::new() };
        self.ask_next(call, round, fx)
    }

    fn ask_next(
        &mut self,
        call: Call,
        mut round: Round,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        if round.left.is_empty() {
            return Some(answer(AdminReply::Rare(RareReply::StatusOf(round.found))));
        }
        let (client, conn) = round.left.remove(0);
        round.client = client;
        let request = RareRequest::Status { group: round.group, topic: round.topic };
        self.ask_client((call, conn), request, (STATUS_PATIENCE, Some(round)), fx);
        None
    }

    fn ask_client(
        &mut self,
        (call, conn): (Call, ConnId),
        request: RareRequest,
        (patience, round): (SimSpan, Option<Round>),
        fx: &mut Effects<'_, Mq>,
    ) {
        let (opaque, until) = (self.clients.take_opaque(), fx.now() + patience);
        let request = Request::Admin(Rc::new(AdminRequest::Rare(request)));
        fx.send(conn, Packet::Request { opaque, oneway: false, request });
        self.desk.calls.push(PendingCall { call, conn, opaque, until, round });
        fx.arm_at(until, Timer::Broker(BrokerTimer::ReplyTimeout));
    }

    /// A consumer answered.
    pub(in crate::rocketmq::broker) fn consumer_answered(
        &mut self,
        conn: ConnId,
        (opaque, reply): (u32, &Reply),
        fx: &mut Effects<'_, Mq>,
    ) {
        let is_it = |pending: &PendingCall| pending.conn == conn && pending.opaque == opaque;
        if let Some(at) = self.desk.calls.iter().position(is_it) {
            let pending = self.desk.calls.remove(at);
            self.end_call(pending, Some(reply), fx);
        }
    }

    /// Consumers that were silent for too long; code 207 where only one was asked.
    pub(in crate::rocketmq::broker) fn give_up_calls(&mut self, fx: &mut Effects<'_, Mq>) {
        let now = fx.now();
        while let Some(at) = self.desk.calls.iter().position(|pending| pending.until <= now) {
            let pending = self.desk.calls.remove(at);
            self.end_call(pending, None, fx);
        }
    }

    fn end_call(&mut self, pending: PendingCall, reply: Option<&Reply>, fx: &mut Effects<'_, Mq>) {
        let call = pending.call;
        let done = match pending.round {
            None => {
                Some(reply.map_or_else(|| Reply::code(code::CONSUME_MSG_TIMEOUT), Reply::clone))
            }
            Some(mut round) => {
                if let Some(queues) = reply.and_then(status_in) {
                    round.found.push((round.client, queues));
                }
                self.ask_next(call, round, fx)
            }
        };
        if let Some(reply) = done {
            call.answer(reply, fx);
        }
    }

    /// 222 without `useServerSideResetOffset`: every member is told (220) where to go on. Code 206
    /// where nobody is there, 1 where the group has no offset in a queue.
    pub(super) fn reset_on_clients(
        &mut self,
        reset: &ResetOffsets,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let ResetOffsets { group, topic, millis, force, for_c, .. } = *reset;
        let Some(config) = self.topics.get(topic).copied() else {
            return Reply::code(code::TOPIC_NOT_EXIST);
        };
        let mut offsets = Vec::new();
        for id in 0..config.write_queues {
            let Some(consumed) = self.offsets.get(group, topic, id) else {
                return Reply::code(code::SYSTEM_ERROR);
            };
            let then = match millis {
                -1 => self.store.max_offset(topic, id),
                _ => self.store.offset_at((topic, id), millis, false),
            };
            let to = if force { then } else { then.min(consumed) };
            offsets.push(((topic, self.config.name, id), to));
        }
        let members = self.clients.channels(group);
        if members.is_empty() {
            return Reply::code(code::CONSUMER_NOT_ONLINE);
        }
        let told = ClientReset { group, topic, millis, offsets: offsets.clone(), for_c };
        let request = Rc::new(AdminRequest::Rare(RareRequest::ResetClient(told)));
        for (_, conn) in members {
            let (opaque, request) = (self.clients.take_opaque(), Request::Admin(request.clone()));
            fx.send(conn, Packet::Request { opaque, oneway: true, request });
        }
        answer(AdminReply::Reset(offsets))
    }
}

/// How far a consumer says that it is.
fn status_in(reply: &Reply) -> Option<Vec<(QueueName, u64)>> {
    let ReplyBody::Admin(body) = &reply.body else { return None };
    if let AdminReply::Rare(RareReply::Status(queues)) = &**body {
        Some(queues.clone())
    } else {
        None
    }
}

impl Digestible for PendingCall {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.call);
        digest.put(&self.conn);
        digest.word(u64::from(self.opaque));
        digest.word(self.round.as_ref().map_or(0, |round| 1 + round.left.len() as u64));
    }
}
