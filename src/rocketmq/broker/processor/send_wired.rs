//! Sends that came as bytes: their properties may make them dead letters, half messages, delayed or
//! timed ones. What the engine's own clients send has none of these properties.

use std::rc::Rc;

use crate::facts::Fact;
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::broker::wheel::{When, when};
use crate::rocketmq::broker::{Broker, millis};
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, ReplyBody, SendRequest};

impl Broker {
    /// The answer says what takes a timed message back.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn store_wired(
        &mut self,
        send: &SendRequest,
        id: u32,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let message = self.complete(&send.message);
        let unique = Rc::from(message.unique_key());
        let (message, id_of_copy) = self.retry_or_dead_letter(send, message, id, fx);
        let half = self.half(&message, id_of_copy);
        let recall = if half.is_none() { self.recall_handle(&message, fx.wall()) } else { None };
        let put = match half {
            Some(half) => {
                let (msg, topic) = (half.key, message.template.topic);
                let queue = self.queue_ref(topic, id_of_copy, fx);
                let timeout = millis(self.config.rules.transaction_timeout);
                let why = Because::TransactionOpen.with(timeout);
                fx.note(Fact::Postponed { msg, queue, wait: SimSpan::ZERO, why });
                self.append(&half, 0, fx)
            }
            None => self.deposit(&message, id_of_copy, fx),
        };
        let (offset, places) = (put.offset, vec![(put.physical, unique)]);
        let recall = recall.map(Box::new);
        Reply::success(ReplyBody::SentWired { queue: id, offset, places, recall })
    }

    /// Its own time is too far away, or none.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn is_untimely(&self, message: &Message, wall: i64) -> bool {
        matches!(when(message, wall), When::Illegal)
    }
}
