//! Messages with a time of their own are taken back (`RecallMessageProcessor`).

use std::rc::Rc;

use crate::kernel::effects::Effects;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::broker::own::own_message;
use crate::rocketmq::broker::wheel::{DELETES, MOST_MILLIS, When, second, when};
use crate::rocketmq::message::Message;
use crate::rocketmq::properties::UNIQ_KEY;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{AdminReply, Recall, RecallHandle, Reply, ReplyBody, code};

impl Broker {
    /// Code 16 unless `recallMessageEnable`; 604 for a handle that is not of this topic and broker,
    /// or whose time is over or too far away. Whether there is such a message nobody looks.
    pub(super) fn recall(&mut self, recall: &Recall, fx: &mut Effects<'_, Mq>) -> Reply {
        if !self.config.rules.recall {
            return recalled(code::NO_PERMISSION, None);
        }
        if self.topics.get(recall.topic).is_none() {
            return recalled(code::TOPIC_NOT_EXIST, None);
        }
        let of_here = |handle: &&RecallHandle| {
            let left = handle.millis.saturating_sub(fx.wall());
            handle.topic == recall.topic
                && handle.broker == self.config.name
                && left > 0
                && left < MOST_MILLIS
        };
        let Some(handle) = recall.handle.as_ref().filter(of_here) else {
            return recalled(code::ILLEGAL_OPERATION, None);
        };
        if self.is_fenced() {
            return recalled(code::SERVICE_NOT_AVAILABLE, None);
        }
        let (topic, key, wall) = (handle.topic, &*handle.key, fx.wall());
        let properties = [
            (DELETES, &*format!("{topic}+{key}")),
            (UNIQ_KEY, key),
            ("TIMER_DELIVER_MS", &handle.millis.to_string()),
            ("BORN_TIMESTAMP", &wall.to_string()),
            ("TRACE_CONTEXT", ""),
            ("PGROUP", recall.group.as_str()),
        ];
        let record = own_message(topic, "_RECALL_TAG_", &properties, "0".to_owned(), wall);
        self.deposit(&record, 0, fx);
        recalled(code::SUCCESS, Some(Rc::clone(&handle.key)))
    }
}

impl Broker {
    /// What the answer to the send of a timed message holds (`attachRecallHandle`): its time is the
    /// millisecond behind its second.
    pub(super) fn recall_handle(&self, message: &Message, wall: i64) -> Option<RecallHandle> {
        let topic = message.template.topic;
        let When::At(at) = when(message, wall) else { return None };
        let (broker, millis) = (self.config.name, second(at - 1) + 1);
        let key = Rc::from(message.unique_key());
        let handle = RecallHandle { topic, broker, millis, key };
        (!topic.as_str().starts_with("%RETRY%")).then_some(handle)
    }
}

fn recalled(code: u16, key: Option<Rc<str>>) -> Reply {
    Reply { code, body: ReplyBody::Admin(Rc::new(AdminReply::Recalled(key))) }
}
