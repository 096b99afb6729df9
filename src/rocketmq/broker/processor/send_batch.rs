//! Batches (`CommitLog.putMessages`): several messages of one topic and queue, stored together.

use std::rc::Rc;

use crate::kernel::effects::Effects;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::message::{Message, Wired};
use crate::rocketmq::properties::Properties;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{Reply, ReplyBody, SendRequest};

impl Broker {
    /// Each message becomes a record of its own, all in one file; the answer names all places. What
    /// the batch has in common stands behind the properties of each, even where it stood there.
    pub(super) fn store_batch(
        &mut self,
        send: &SendRequest,
        queue: u32,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let mut common = send.message.wired().map(|wired| wired.properties.clone());
        common.iter_mut().for_each(|common| self.add_own(common));
        let common = common.unwrap_or_default();
        let messages = send.messages_of_batch().unwrap_or_default();
        let messages: Vec<_> = messages.iter().map(|it| with_common(it, &common)).collect();
        let mut blank = self.store.make_room(&messages);
        let (mut places, mut first, mut bytes) = (Vec::new(), None, 0);
        self.stats.quiet = true;
        for message in &messages {
            let put = self.append_behind(std::mem::take(&mut blank), message, queue, fx);
            first.get_or_insert(put.offset);
            places.push((put.physical, Rc::from("")));
            bytes += u64::from(put.size);
        }
        self.stats.quiet = false;
        self.count_put(send.topic, (places.len() as u64, bytes), fx);
        let offset = first.unwrap_or(0);
        Reply::success(ReplyBody::SentWired { queue, offset, places, recall: None })
    }
}

fn with_common(message: &Message, common: &Properties) -> Message {
    let Some(wired) = message.wired() else { return message.clone() };
    let mut wired = Wired::clone(wired);
    common.iter().for_each(|(name, value)| wired.properties.push(name, value));
    message.rewired(wired)
}
