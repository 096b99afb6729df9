//! Sends of the producer that every client has inside (`CLIENT_INNER_PRODUCER`).
//!
//! Follows `DefaultMQProducerImpl.sendDefaultImpl` with the defaults: a route, then up to three
//! attempts within three seconds, on another broker where there is one. It sends what a consumer
//! could not give back.

use std::rc::Rc;

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{AdminRequest, Reply, Request, SendRequest, code};
use crate::rocketmq::sending::RETRIED_CODES;
use crate::rocketmq::topic::{CLIENT_INNER_PRODUCER, TBW102};

use super::calls::{Call, CallError};
use super::instance::{Instance, Woken};
use super::routes::RouteAsk;
use super::{Thread, Waiter};

/// `sendMsgTimeout`.
const TIMEOUT: SimSpan = SimSpan::secs(3);
/// The first try and `retryTimesWhenSendFailed`.
const ATTEMPTS: u32 = 3;
/// `defaultTopicQueueNums`.
const DEFAULT_QUEUES: u32 = 4;
/// `SEND_REPLY_MESSAGE_V2`.
const SEND_REPLY: u32 = 325;

/// A send that is under way.
#[derive(Clone, Debug)]
pub(super) struct InnerSend {
    thread: Thread,
    message: Message,
    /// None: a reply to a request, for which there is a request of its own (325).
    max_reconsume: Option<i32>,
    begun: SimTime,
    stage: Stage,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    /// Waits for a route; `default`: for that of TBW102.
    Route { default: bool },
    /// Waits for a broker, at an attempt that is counted from 1.
    Attempt { number: u32, broker: Name },
}

/// Where a send is.
#[derive(Clone, Debug)]
pub(super) enum Sending {
    /// Its thread is to be woken.
    Waits(InnerSend),
    Stored,
    Failed,
}

impl Instance {
    /// Begins to send a message for a thread, which waits.
    pub(super) fn inner_send(
        &mut self,
        thread: Thread,
        message: Message,
        max_reconsume: i32,
        fx: &mut Effects<'_, Mq>,
    ) -> Sending {
        self.inner_begin(thread, message, Some(max_reconsume), fx)
    }

    /// Begins to send a reply for a thread, which waits.
    pub(super) fn inner_reply(
        &mut self,
        thread: Thread,
        message: Message,
        fx: &mut Effects<'_, Mq>,
    ) -> Sending {
        self.inner_begin(thread, message, None, fx)
    }

    fn inner_begin(
        &mut self,
        thread: Thread,
        message: Message,
        max_reconsume: Option<i32>,
        fx: &mut Effects<'_, Mq>,
    ) -> Sending {
        let (begun, stage) = (fx.now(), Stage::Route { default: false });
        let send = InnerSend { thread, message, max_reconsume, begun, stage };
        let topic = send.message.template.topic;
        if self.routes.publish(topic).is_usable() {
            return self.inner_attempt(send, 1, None, fx);
        }
        self.inner_route(send, false, fx)
    }

    /// A send's thread was woken.
    pub(super) fn inner_resumed(
        &mut self,
        send: InnerSend,
        woken: Woken,
        fx: &mut Effects<'_, Mq>,
    ) -> Sending {
        match (send.stage, woken) {
            (Stage::Route { default }, Woken::Route(_)) => {
                if self.routes.publish(send.message.template.topic).is_usable() {
                    self.inner_attempt(send, 1, None, fx)
                } else if default {
                    Sending::Failed
                } else {
                    self.inner_route(send, true, fx)
                }
            }
            (Stage::Attempt { number, broker }, Woken::Reply(result)) => match judge(&result) {
                Some(done) => done,
                None => self.inner_attempt(send, number + 1, Some(broker), fx),
            },
            (Stage::Route { .. }, Woken::Reply(_) | Woken::Heartbeat { .. })
            | (Stage::Attempt { .. }, Woken::Route(_) | Woken::Heartbeat { .. }) => {
                panic!("a send is woken by what it waits for")
            }
        }
    }

    fn inner_route(
        &mut self,
        mut send: InnerSend,
        default: bool,
        fx: &mut Effects<'_, Mq>,
    ) -> Sending {
        send.stage = Stage::Route { default };
        let (thread, topic) = (send.thread, send.message.template.topic);
        let default_queues = default.then_some(DEFAULT_QUEUES);
        let why = Because::RouteForSend.plain();
        self.ask_route(RouteAsk { thread, topic, why, default_queues }, fx);
        Sending::Waits(send)
    }

    fn inner_attempt(
        &mut self,
        mut send: InnerSend,
        number: u32,
        avoid: Option<Name>,
        fx: &mut Effects<'_, Mq>,
    ) -> Sending {
        let spent = fx.now().since(send.begun);
        if number > ATTEMPTS || spent > TIMEOUT {
            return Sending::Failed;
        }
        let topic = send.message.template.topic;
        if !self.routes.publish(topic).is_usable() {
            return Sending::Failed;
        }
        let sender = send.thread.sender();
        let (queue, _) = self.routes.publish(topic).select(sender, avoid, fx.rng());
        let broker = queue.broker;
        let Some(peer) = self.routes.master(broker) else {
            return self.inner_attempt(send, number + 1, Some(broker), fx);
        };
        send.stage = Stage::Attempt { number, broker };
        let request = SendRequest {
            group: Name::new(CLIENT_INNER_PRODUCER),
            topic,
            default_topic: Name::new(TBW102),
            default_queues: DEFAULT_QUEUES,
            queue: queue.id.cast_signed(),
            message: send.message.clone(),
            max_reconsume: send.max_reconsume,
            batch: None,
        };
        let (request, waiter) = (Rc::new(request), Waiter::Thread(send.thread));
        let request = match send.max_reconsume {
            Some(_) => Request::SendMessage(request),
            None => Request::Admin(Rc::new(AdminRequest::SendReply(request, SEND_REPLY))),
        };
        let timeout = TIMEOUT.saturating_sub(spent);
        self.calls.call(Call { peer, request, timeout, waiter }, fx);
        Sending::Waits(send)
    }
}

/// How a send ended, or nothing where another attempt may follow.
fn judge(result: &Result<Reply, CallError>) -> Option<Sending> {
    let Ok(reply) = result else { return None };
    match reply.code {
        code::SUCCESS
        | code::FLUSH_DISK_TIMEOUT
        | code::FLUSH_SLAVE_TIMEOUT
        | code::SLAVE_NOT_AVAILABLE => Some(Sending::Stored),
        code if RETRIED_CODES.contains(&code) => None,
        _ => Some(Sending::Failed),
    }
}

impl Digestible for InnerSend {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.message);
        digest.put(&self.begun);
        digest.word(match self.stage {
            Stage::Route { default } => u64::from(default),
            Stage::Attempt { number, .. } => u64::from(number) << 1,
        });
    }
}
