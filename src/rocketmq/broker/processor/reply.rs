//! Replies: a message that answers another one is pushed to who waits for it
//! (`ReplyMessageProcessor`).
//!
//! The sender is answered once the receiver has answered, then the reply is stored.

use std::rc::Rc;

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::broker::call::Call;
use crate::rocketmq::broker::{Broker, BrokerTimer};
use crate::rocketmq::message::Wired;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminRequest, Packet, PushReply, Reply, ReplyBody, Request, SendRequest, code,
};

use super::send::refusal_of_topic;

/// `PROPERTY_MESSAGE_REPLY_TO_CLIENT`.
const TO: &str = "REPLY_TO_CLIENT";
/// How long a client may take to answer (`Broker2Client.callClient`).
const PATIENCE: SimSpan = SimSpan::secs(10);

/// A reply that its receiver has not taken yet.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::broker) struct PendingReply {
    conn: ConnId,
    opaque: u32,
    until: SimTime,
    call: Call,
    send: Rc<SendRequest>,
    queue: u32,
}

impl Broker {
    pub(super) fn send_reply(
        &mut self,
        call: Call,
        send: &Rc<SendRequest>,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        if let Some(refusal) = refusal_of_topic(send.topic) {
            return Some(self.refuse_send(send, refusal, fx));
        }
        let Some(topic) = self.topics.get(send.topic).copied() else {
            let why = Because::TopicNotExist.plain();
            return Some(self.refuse_send(send, (code::TOPIC_NOT_EXIST, why), fx));
        };
        let queues = topic.write_queues.max(topic.read_queues);
        if i64::from(send.queue) >= i64::from(queues) || topic.write_queues == 0 {
            let why = Because::QueueNotExist.with(queues);
            return Some(self.refuse_send(send, (code::INVALID_PARAMETER, why), fx));
        }
        let queue = self.chosen_queue(send, &topic, fx);
        let properties = send.message.wired().map(|wired| &wired.properties);
        let to = properties.and_then(|properties| properties.get(TO)).map(Name::new);
        let conn = to.and_then(|to| self.clients.producer_called(to, fx));
        let Some(conn) = conn else { return Some(self.store_reply(send, queue, false, fx)) };
        let opaque = self.clients.take_opaque();
        let push = PushReply { send: Rc::clone(send), from: fx.peer(call.conn), at: fx.wall() };
        let request = Request::Admin(Rc::new(AdminRequest::PushReply(push)));
        fx.send(conn, Packet::Request { opaque, oneway: false, request });
        let (send, until) = (Rc::clone(send), fx.now() + PATIENCE);
        self.replies.push(PendingReply { conn, opaque, until, call, send, queue });
        fx.arm_at(until, Timer::Broker(BrokerTimer::ReplyTimeout));
        None
    }

    /// A client answered something that the broker had asked.
    pub(in crate::rocketmq::broker) fn client_answered(
        &mut self,
        conn: ConnId,
        (opaque, reply): (u32, &Reply),
        fx: &mut Effects<'_, Mq>,
    ) {
        let is_it = |pending: &PendingReply| pending.conn == conn && pending.opaque == opaque;
        self.end_replies(is_it, reply.code == code::SUCCESS, fx);
    }

    /// Receivers that are gone or silent for too long took nothing.
    pub(in crate::rocketmq::broker) fn give_up_replies(&mut self, fx: &mut Effects<'_, Mq>) {
        let now = fx.now();
        let open: Vec<ConnId> = self.replies.iter().map(|pending| pending.conn).collect();
        let gone: Vec<ConnId> = open.into_iter().filter(|conn| !fx.is_open(*conn)).collect();
        let is_over = |pending: &PendingReply| pending.until <= now || gone.contains(&pending.conn);
        self.end_replies(is_over, false, fx);
    }

    fn end_replies(
        &mut self,
        ends: impl Fn(&PendingReply) -> bool,
        is_taken: bool,
        fx: &mut Effects<'_, Mq>,
    ) {
        while let Some(at) = self.replies.iter().position(&ends) {
            let pending = self.replies.remove(at);
            let reply = self.store_reply(&pending.send, pending.queue, is_taken, fx);
            pending.call.answer(reply, fx);
        }
    }

    /// `storeReplyMessageEnable`: it is stored, whether or not somebody took it.
    fn store_reply(
        &mut self,
        send: &SendRequest,
        queue: u32,
        is_taken: bool,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let code = if is_taken { code::SUCCESS } else { code::SYSTEM_ERROR };
        if self.config.ha.is_slave() || self.is_fenced() {
            return Reply { code, body: ReplyBody::SendRefused };
        }
        let message = match send.message.wired() {
            Some(wired) => send.message.rewired(Wired { sys_flag: 0, ..Wired::clone(wired) }),
            None => send.message.clone(),
        };
        let put = self.deposit(&message, queue, fx);
        let (offset, physical) = (put.offset, put.physical);
        Reply { code, body: ReplyBody::Sent { queue, offset, physical } }
    }
}

impl Digestible for PendingReply {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.call);
        digest.put(&self.conn);
        digest.word(u64::from(self.opaque));
    }
}
