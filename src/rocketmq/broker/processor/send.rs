//! Sends (`SendMessageProcessor`, `AbstractSendMessageProcessor.msgCheck`).
//!
//! A topic that has to be made takes its time (files, a registration with every name server); sends
//! that come meanwhile wait for it. Left out: batches, replies, delay and timer messages,
//! transactions, retry and dead-letter topics.

use std::rc::Rc;

use crate::facts::{Fact, QueueRef, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::broker::call::Call;
use crate::rocketmq::broker::{Broker, BrokerTimer};
use crate::rocketmq::message::property_bytes;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, ReplyBody, SendRequest, code};
use crate::rocketmq::topic::TopicConfig;

/// Topics that nobody may send to (`TopicValidator.NOT_ALLOWED_SEND_TOPIC_SET`).
const FORBIDDEN: [&str; 6] = [
    "SCHEDULE_TOPIC_XXXX",
    "RMQ_SYS_TRANS_HALF_TOPIC",
    "RMQ_SYS_TRANS_OP_HALF_TOPIC",
    "TRANS_CHECK_MAX_TIME_TOPIC",
    "SELF_TEST_TOPIC",
    "OFFSET_MOVED_EVENT",
];
/// Longest topic name in characters; retry and dead-letter topics may have 255.
const TOPIC_CHARS: usize = 127;
const LONG_TOPIC_CHARS: usize = 255;
/// Most bytes of all properties: a signed number of 16 bits counts them.
const PROPERTY_BYTES: u32 = 32_767;
/// A queue that the broker chooses is a number below this, modulo the queues that can be written.
const RANDOM_QUEUES: u64 = 99_999_999;

/// A topic that is being made, and the sends that wait for it, in order.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::broker) struct Making {
    topic: TopicConfig,
    because: Because,
    sends: Vec<(Call, Rc<SendRequest>)>,
}

/// Code and reason of a refusal.
type Refusal = (u16, Why);

impl Broker {
    /// No reply yet where the topic has to be made first.
    pub(super) fn process_send(
        &mut self,
        call: Call,
        send: &Rc<SendRequest>,
        waited: SimSpan,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        if waited > SimSpan::ZERO {
            let why = Because::ThreadsBusy.with(self.config.send_threads);
            fx.note(Fact::Admitted { msg: send.message.key, waited, why });
        }
        if let Some(refusal) = refusal_of_topic(send.topic) {
            return Some(self.refuse_send(send, refusal, fx));
        }
        match self.topics.get(send.topic).copied() {
            Some(topic) => Some(self.check_and_store(send, &topic, fx)),
            None => self.make_topic(call, send, fx),
        }
    }

    /// The topic is there: the sends that waited go on.
    pub(in crate::rocketmq::broker) fn topic_made(&mut self, name: Name, fx: &mut Effects<'_, Mq>) {
        let at = self.making.iter().position(|making| making.topic.name == name);
        let making = self.making.remove(at.expect("a topic is made once"));
        self.create_topic(making.topic, making.because, fx);
        for (call, send) in making.sends {
            let reply = self.check_and_store(&send, &making.topic, fx);
            call.answer(reply, fx);
        }
    }

    fn make_topic(
        &mut self,
        call: Call,
        send: &Rc<SendRequest>,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        let name = send.topic;
        if let Some(making) = self.making.iter_mut().find(|making| making.topic.name == name) {
            making.sends.push((call, Rc::clone(send)));
            return None;
        }
        let Some((topic, because)) = self.topic_to_make(send) else {
            let auto_create = u32::from(self.config.auto_create_topic);
            let why = Because::TopicNotExist.with(auto_create);
            return Some(self.refuse_send(send, (code::TOPIC_NOT_EXIST, why), fx));
        };
        let sends = vec![(call, Rc::clone(send))];
        self.making.push(Making { topic, because, sends });
        let time = self.config.create_topic_time.draw(fx.rng());
        fx.arm(time, Timer::Broker(BrokerTimer::TopicMade { topic: name }));
        None
    }

    fn check_and_store(
        &mut self,
        send: &SendRequest,
        topic: &TopicConfig,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        match self.refusal_of_record(send, topic) {
            Some(refusal) => self.refuse_send(send, refusal, fx),
            None => self.store_message(send, topic, fx),
        }
    }

    fn refuse_send(
        &self,
        send: &SendRequest,
        (code, why): Refusal,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let (msg, queue) = (send.message.key, self.queue_of(send, fx));
        fx.note(Fact::Refused { msg, queue, code, why });
        Reply::code(code)
    }

    /// What is checked once the topic is known: the queue, then the sizes.
    fn refusal_of_record(&self, send: &SendRequest, topic: &TopicConfig) -> Option<Refusal> {
        let queues = topic.write_queues.max(topic.read_queues);
        let limit = self.config.max_message_size;
        let properties = send.message.client_property_bytes() + self.added_bytes();
        if i64::from(send.queue) >= i64::from(queues) {
            Some((code::INVALID_PARAMETER, Because::QueueNotExist.with(queues)))
        } else if send.message.body_bytes() > limit {
            Some((code::MESSAGE_ILLEGAL, Because::MessageTooLarge.with(limit)))
        } else if properties > PROPERTY_BYTES {
            Some((code::MESSAGE_ILLEGAL, Because::PropertiesTooLarge.with(PROPERTY_BYTES)))
        } else {
            None
        }
    }

    fn store_message(
        &mut self,
        send: &SendRequest,
        topic: &TopicConfig,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let id = u32::try_from(send.queue).unwrap_or_else(|_| {
            let drawn = fx.rng().below(RANDOM_QUEUES);
            u32::try_from(drawn).expect("it was drawn below") % topic.write_queues
        });
        let (msg, wall) = (send.message.key, fx.wall());
        let put = self.store.put(send.message.clone(), id, self.added_bytes(), wall);
        fx.write(put.grown);
        let queue = QueueRef { topic: send.topic, broker: fx.node(), id };
        let (offset, physical, size) = (put.offset, put.physical, put.size);
        fx.note(Fact::Stored { msg, queue, offset, physical, size });
        self.arm_reput(fx);
        self.arm_flush(fx);
        Reply::success(ReplyBody::Sent { queue: id, offset, physical })
    }

    /// Bytes of the properties that a broker adds: `CLUSTER`, `MSG_REGION`, `TRACE_ON`.
    fn added_bytes(&self) -> u32 {
        let cluster = u32::try_from(self.config.cluster.as_str().len()).expect("names are short");
        property_bytes("CLUSTER", cluster)
            + property_bytes("MSG_REGION", "DefaultRegion".len().try_into().expect("13 bytes"))
            + property_bytes("TRACE_ON", "true".len().try_into().expect("4 bytes"))
    }

    /// `ReputMessageService` sleeps 1 ms between looks: its next phase, when there is work.
    pub(in crate::rocketmq::broker) fn arm_reput(&mut self, fx: &mut Effects<'_, Mq>) {
        if self.reput_armed || !self.store.is_behind() {
            return;
        }
        self.reput_armed = true;
        let next = fx.now() + SimSpan::nanos(1);
        let at = next.next_phase(self.booted, SimSpan::millis(1));
        fx.arm_at(at, Timer::Broker(BrokerTimer::Reput));
    }

    /// Dispatches all that is new and wakes who waits for it.
    pub(in crate::rocketmq::broker) fn reput(&mut self, fx: &mut Effects<'_, Mq>) {
        self.reput_armed = false;
        while let Some(record) = self.store.dispatch() {
            let topic = record.message.template.topic;
            let queue = QueueRef { topic, broker: fx.node(), id: record.queue };
            let (msg, offset) = (record.message.key, record.offset);
            fx.note(Fact::Dispatched { msg, queue, offset });
            self.wake_for(queue, offset, record.message.template.tag, fx);
        }
    }
}

/// What is checked of a topic's name alone.
fn refusal_of_topic(topic: Name) -> Option<Refusal> {
    if !is_legal(topic) {
        return Some((code::INVALID_PARAMETER, Because::TopicNameIllegal.plain()));
    }
    let is_forbidden = FORBIDDEN.contains(&topic.as_str());
    is_forbidden.then(|| (code::NO_PERMISSION, Because::TopicForbidden.plain()))
}

impl Digestible for Making {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.topic);
        for (call, send) in &self.sends {
            digest.put(call);
            digest.put(&send.message);
        }
    }
}

/// `TopicValidator.validateTopic`.
fn is_legal(topic: Name) -> bool {
    let text = topic.as_str();
    let long = text.starts_with("%RETRY%") || text.starts_with("%DLQ%");
    let limit = if long { LONG_TOPIC_CHARS } else { TOPIC_CHARS };
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '%' | '|' | '_' | '-');
    !text.is_empty() && text.len() <= limit && text.chars().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_topics_are_checked_as_in_rocketmq() {
        assert!(is_legal(Name::new("%RETRY%Group_1|a-b")));
        assert!(is_legal(Name::new(&format!("%RETRY%{}", "g".repeat(200)))));
        for illegal in ["", "a b", "主题", &"t".repeat(128)] {
            assert!(!is_legal(Name::new(illegal)), "{illegal}");
        }
    }
}
