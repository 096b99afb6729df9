//! Replies: a listener that answers requests sends a message back, and only then returns.
//!
//! Follows `MessageUtil.createReplyMessage` and the usual listener that sends what it makes. Here
//! the client's inner producer sends it, in the listener's thread: a queue in order waits for it,
//! and the invisible time of what was popped runs on.

use std::rc::Rc;

use crate::facts::{Fact, MsgKey};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::message::{Body, Message, Template, Wired};
use crate::rocketmq::properties::{Properties, UNIQ_KEY};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;

use super::super::Thread;
use super::super::inner_producer::{InnerSend, Sending};
use super::super::instance::Woken;
use super::PushConsumer;

/// A listener that sends replies, one after the other.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Replying {
    left: Vec<(MsgKey, Message)>,
    now: InnerSend,
}

/// The message, if its program waits for a reply.
pub(super) fn request(message: &Message) -> Option<Message> {
    let asks = |wired: &Rc<Wired>| wired.properties.get("REPLY_TO_CLIENT").is_some();
    message.wired().is_some_and(asks).then(|| message.clone())
}

impl PushConsumer {
    /// A listener begins to answer the requests of its batch; true where it is through already.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn reply(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) -> bool {
        let work = self.threads.work(thread);
        let requests = work.requests.clone().filter(|_| work.called);
        let mut left: Vec<(MsgKey, Message)> = Vec::new();
        for asked in requests.iter().flat_map(|requests| requests.iter()) {
            let seq = self.next_reply;
            self.next_reply += 1;
            let wired = asked.wired().expect("requests have properties");
            let reply = self.answer(&wired.properties, seq, fx);
            left.extend(reply.map(|message| (asked.key, message)));
        }
        left.reverse();
        self.reply_next(thread, left, fx)
    }

    /// A thread that sends a reply is woken.
    #[inline(never)] // Can wait.
    pub(super) fn reply_resumed(&mut self, thread: u32, woken: Woken, fx: &mut Effects<'_, Mq>) {
        let Some(Replying { left, now }) = self.replying.remove(&thread) else { return };
        match self.instance.inner_resumed(now, woken, fx) {
            Sending::Waits(now) => {
                self.replying.insert(thread, Replying { left, now });
            }
            Sending::Stored | Sending::Failed => {
                if self.reply_next(thread, left, fx) {
                    self.came_back(thread, fx);
                }
            }
        }
    }

    /// Sends what is left; true where nothing is.
    fn reply_next(
        &mut self,
        thread: u32,
        mut left: Vec<(MsgKey, Message)>,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        while let Some((msg, message)) = left.pop() {
            let (group, why) = (self.group(), Because::ListenerReplies.plain());
            fx.note(Fact::ReplySent { msg, group, why });
            let sending = self.instance.inner_reply(Thread::Consumer(thread), message, fx);
            if let Sending::Waits(now) = sending {
                self.replying.insert(thread, Replying { left, now });
                return false;
            }
        }
        true
    }

    /// The reply to a request; none where the request does not say which cluster it came by.
    fn answer(&self, asked: &Properties, seq: u32, fx: &Effects<'_, Mq>) -> Option<Message> {
        let topic = Name::new(&format!("{}_REPLY_TOPIC", asked.get("CLUSTER")?));
        let (maker, born) = (self.config.client.identity, fx.wall());
        let key = MsgKey { producer: fx.node(), seq };
        let body = Body::Text("reply".to_owned());
        let template = Rc::new(Template { topic, tag: None, keys: None, body });
        let plain = Message { key, template, round: 0, born, maker };
        let mut properties = Properties::default();
        properties.set("MSG_TYPE", "reply");
        for name in ["CORRELATION_ID", "REPLY_TO_CLIENT", "TTL"] {
            properties.set(name, asked.get(name).unwrap_or_default());
        }
        properties.set(UNIQ_KEY, &plain.unique_key());
        properties.set("WAIT", "true");
        let body = b"reply".to_vec();
        let (flag, sys_flag, reconsume_times, prepared) = (0, 0, 0, 0);
        Some(plain.rewired(Wired { properties, body, flag, sys_flag, reconsume_times, prepared }))
    }
}
