//! Topics by hand: make, change, delete, look at (`AdminBrokerProcessor`).

use std::rc::Rc;

use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{AdminReply, QueueEnds, Reply, ReplyBody, code};
use crate::rocketmq::topic::TopicConfig;
use crate::rocketmq::topic_names::{is_system_topic, validate_topic};

impl Broker {
    /// Refused (29) for names that are illegal or the system's.
    pub(super) fn set_topic(&mut self, topic: TopicConfig, fx: &mut Effects<'_, Mq>) -> Reply {
        if self.is_not_for_administrators(topic.name) {
            return Reply::code(code::INVALID_PARAMETER);
        }
        if self.topics.get(topic.name).is_none() {
            self.create_topic(topic, Because::TopicGiven, fx);
        } else if self.topics.change(topic) {
            self.register_topic(topic, fx);
        }
        Reply::code(code::SUCCESS)
    }

    /// Its queues and offsets go too; name servers keep it until they are told otherwise.
    pub(super) fn delete_topic(&mut self, topic: Name, fx: &mut Effects<'_, Mq>) -> Reply {
        if self.is_not_for_administrators(topic) {
            return Reply::code(code::INVALID_PARAMETER);
        }
        // What was stored is dispatched first: no record may come into a queue that is gone.
        self.dispatch_all(fx);
        self.topics.remove(topic);
        self.store.delete_topic(topic);
        self.offsets.drop_where(|_, of| of == topic);
        Reply::code(code::SUCCESS)
    }

    pub(super) fn is_not_for_administrators(&self, topic: Name) -> bool {
        let text = topic.as_str();
        let own = [self.config.cluster, self.config.name].contains(&topic);
        validate_topic(text).is_err() || is_system_topic(text) || own
    }

    /// Ends of all queues that can be read or written.
    pub(super) fn topic_stats(&self, topic: Name, fx: &Effects<'_, Mq>) -> Reply {
        let Some(config) = self.topics.get(topic) else {
            return Reply::code(code::TOPIC_NOT_EXIST);
        };
        let queues = config.write_queues.max(config.read_queues);
        let ends = |id| {
            let max = self.store.max_offset(topic, id);
            let last = max.checked_sub(1).and_then(|last| self.store.store_time(topic, id, last));
            let queue = (topic, self.config.name, id);
            QueueEnds { queue, min: self.store.min_offset(topic, id), max, last: last.unwrap_or(0) }
        };
        let stats = AdminReply::TopicStats(
            (0..queues).map(ends).collect(),
            self.rate(topic, None, fx.now()),
        );
        Reply::success(ReplyBody::Admin(Rc::new(stats)))
    }
}
