//! Replies: a listener that answers requests sends a message back, and only then returns.
//!
//! Follows `MessageUtil.createReplyMessage` and the usual listener that sends what it makes. Here
//! the client's inner producer sends it, in the listener's thread. Leaves out listeners of queues
//! in order and of what is popped.

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
use super::threads::Work;

/// A batch whose requests are being answered, with what is left of them.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Replying {
    work: Work,
    left: Vec<(MsgKey, Message)>,
    now: InnerSend,
}

impl PushConsumer {
    /// Answers the requests of a batch; gives the batch back where there are none.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn reply(
        &mut self,
        thread: u32,
        work: Work,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Work> {
        let mut left: Vec<(MsgKey, Message)> = Vec::new();
        let holding = self.owned.get(work.holding);
        for (offset, msg) in work.messages() {
            let found = holding.and_then(|holding| holding.process.message(offset));
            let properties = found.and_then(|(pulled, _)| pulled.message.wired());
            let Some(asked) = properties.map(|wired| wired.properties.clone()) else { continue };
            if asked.get("REPLY_TO_CLIENT").is_some() {
                let seq = self.next_reply;
                self.next_reply += 1;
                left.extend(self.answer(&asked, seq, fx).map(|message| (msg, message)));
            }
        }
        left.reverse();
        self.reply_next(thread, work, left, fx)
    }

    /// A thread that sends a reply is woken.
    #[inline(never)] // Can wait.
    pub(super) fn reply_resumed(&mut self, thread: u32, woken: Woken, fx: &mut Effects<'_, Mq>) {
        let Some(Replying { work, left, now }) = self.replying.remove(&thread) else { return };
        let done = match self.instance.inner_resumed(now, woken, fx) {
            Sending::Waits(now) => {
                self.replying.insert(thread, Replying { work, left, now });
                return;
            }
            Sending::Stored | Sending::Failed => self.reply_next(thread, work, left, fx),
        };
        if let Some(work) = done {
            self.done_with(thread, work, fx);
        }
    }

    fn reply_next(
        &mut self,
        thread: u32,
        work: Work,
        mut left: Vec<(MsgKey, Message)>,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Work> {
        while let Some((msg, message)) = left.pop() {
            let (group, why) = (self.group(), Because::ListenerReplies.plain());
            fx.note(Fact::ReplySent { msg, group, why });
            let sending = self.instance.inner_reply(Thread::Consumer(thread), message, fx);
            if let Sending::Waits(now) = sending {
                self.replying.insert(thread, Replying { work, left, now });
                return None;
            }
        }
        Some(work)
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
