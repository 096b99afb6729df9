//! Offsets: query, commit, ends of a queue (`ConsumerManageProcessor`, `AdminBrokerProcessor`).

use crate::facts::QueueRef;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, ReplyBody, code};

impl Broker {
    /// Without a committed offset a young queue answers 0: its first message is still there and in
    /// memory.
    pub(super) fn query_offset(&self, group: Name, topic: Name, queue: u32) -> Reply {
        let committed = self.offsets.get(group, topic, queue);
        let young = || {
            let queue = self.store.queue(topic, queue)?;
            (queue.min_offset() == 0 && queue.max_offset() > 0).then_some(0)
        };
        match committed.or_else(young) {
            Some(offset) => Reply::success(ReplyBody::Offset(offset)),
            None => Reply::code(code::QUERY_NOT_FOUND),
        }
    }

    /// Refused for a group (26) or a topic (17) that the broker does not know; else taken as it is.
    pub(super) fn update_offset(
        &mut self,
        group: Name,
        (topic, id): (Name, u32),
        offset: u64,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        if !self.groups.contains_key(&group) {
            return Reply::code(code::SUBSCRIPTION_GROUP_NOT_EXIST);
        }
        if self.topics.get(topic).is_none() {
            return Reply::code(code::TOPIC_NOT_EXIST);
        }
        let queue = QueueRef { topic, broker: fx.node(), id };
        self.commit(group, (queue, offset), Because::CommitPeriod.plain(), fx);
        Reply::code(code::SUCCESS)
    }

    pub(super) fn max_offset(&self, topic: Name, queue: u32) -> Reply {
        Reply::success(ReplyBody::Offset(self.store.max_offset(topic, queue)))
    }

    pub(super) fn min_offset(&self, topic: Name, queue: u32) -> Reply {
        let min = self.store.queue(topic, queue).map_or(0, |queue| queue.min_offset());
        Reply::success(ReplyBody::Offset(min))
    }
}
