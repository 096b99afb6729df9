//! Messages that a consumer gives back (36), and messages that go to retry and dead-letter topics.
//!
//! Follows `AbstractSendMessageProcessor.consumerSendMsgBack` and
//! `SendMessageProcessor.handleRetryAndDLQ`. Left out: several retry queues.

use std::rc::Rc;

use crate::facts::{Fact, Why};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::broker::schedule::DELAY;
use crate::rocketmq::broker::stats::Count;
use crate::rocketmq::broker::{Broker, millis};
use crate::rocketmq::message::{Message, Wired};
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, SendRequest, code};
use crate::rocketmq::topic::{TopicConfig, retry_topic};
use crate::rocketmq::topic_names::SCHEDULE;

/// The level of a first retry: 10 s.
const FIRST_LEVEL: i32 = 3;
const RETRY_TOPIC: &str = "RETRY_TOPIC";
const ORIGIN_ID: &str = "ORIGIN_MESSAGE_ID";

/// What a consumer says of a message that it gives back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Back {
    pub(super) group: Name,
    pub(super) physical: u64,
    pub(super) level: i32,
    pub(super) max_reconsume: Option<i32>,
}

impl Broker {
    /// The copy goes to the group's retry topic after its delay, or to the dead letters at once.
    pub(super) fn send_back(&mut self, back: Back, fx: &mut Effects<'_, Mq>) -> Reply {
        let Some(group) = self.find_group(back.group) else {
            return Reply::code(code::SUBSCRIPTION_GROUP_NOT_EXIST);
        };
        if group.retry_queues <= 0 {
            return Reply::code(code::SUCCESS);
        }
        self.ensure_retry_topic(back.group, fx);
        let retry = retry_topic(back.group);
        if self.topics.get(retry).is_none_or(|topic| !topic.is_writeable()) {
            return Reply::code(code::NO_PERMISSION);
        }
        let message = self.store.log().at(back.physical).map(|record| record.message);
        let Some(message) = message else { return Reply::code(code::SYSTEM_ERROR) };
        let message = self.as_bytes(&message);
        let wired = &message.to_wired();
        let most = back.max_reconsume.unwrap_or(group.retry_most);
        let is_dead = wired.reconsume_times >= most || back.level < 0;
        let target = if is_dead { self.ensure_dead_letters(back.group, fx) } else { retry };
        if self.is_fenced() {
            return Reply::code(code::SYSTEM_ERROR);
        }
        let copy = self.copy_of(&message, wired, back, is_dead);
        let (msg, group) = (message.key, back.group);
        if is_dead && is_planted(Bug::DeadLetterDropped) {
            return Reply::code(code::SUCCESS);
        }
        if is_dead {
            let why = Because::TriedTooOften.with(u32::try_from(most).unwrap_or(0));
            fx.note(Fact::Dead { msg, group, why });
        } else {
            let attempt = copy.reconsume_times.unsigned_abs();
            let why = Because::SentBack.with(self.delay_of(&copy));
            fx.note(Fact::Retried { msg, group, attempt, why });
        }
        if !is_dead && is_planted(Bug::SendBackForgotten) {
            return Reply::code(code::SUCCESS);
        }
        let origin = copy.properties.get(RETRY_TOPIC).map_or(target, Name::new);
        let put = self.deposit_uncounted(&message.rewired(copy).under(target), 0, fx);
        self.count_back((origin, group), (!is_dead).then_some(put.size), fx);
        Reply::code(code::SUCCESS)
    }

    /// What waits for its retry is counted under the topic of delayed messages, but not for the
    /// broker, as upstream.
    fn count_back(&mut self, pair: (Name, Name), delayed: Option<u32>, fx: &mut Effects<'_, Mq>) {
        if let Some(size) = delayed {
            self.count_topic_put(Name::new(SCHEDULE), (1, u64::from(size)), fx);
        }
        self.count_of_group(pair, (Count::SendBackNums, None), 1, fx);
    }

    /// Batches cannot go to retry topics, and nothing can to that of a group that is not known.
    pub(super) fn refusal_of_retry(&mut self, send: &SendRequest) -> Option<(u16, Why)> {
        let group = send.topic.as_str().strip_prefix("%RETRY%")?;
        if send.messages_of_batch().is_some() {
            return Some((code::MESSAGE_ILLEGAL, Because::TopicForbidden.plain()));
        }
        let is_known = self.find_group(Name::new(group)).is_some();
        let why = Because::GroupNotExist.plain();
        (!is_known).then_some((code::SUBSCRIPTION_GROUP_NOT_EXIST, why))
    }

    fn copy_of(&self, message: &Message, wired: &Wired, back: Back, is_dead: bool) -> Wired {
        let mut copy = Wired::clone(wired);
        let properties = &mut copy.properties;
        if properties.get(RETRY_TOPIC).is_none() {
            properties.set(RETRY_TOPIC, message.template.topic.as_str());
        }
        if properties.get(ORIGIN_ID).is_none_or(str::is_empty) {
            properties.set(ORIGIN_ID, &self.message_id(back.physical));
        }
        properties.set("WAIT", "false");
        let level = match back.level {
            _ if is_dead => 0,
            0 => FIRST_LEVEL + wired.reconsume_times,
            level => level,
        };
        properties.set(DELAY, &level.to_string());
        copy.reconsume_times += 1;
        copy
    }

    /// ms that its delay level stands for.
    fn delay_of(&self, copy: &Wired) -> u32 {
        let level = copy.properties.get(DELAY).and_then(|level| level.parse::<usize>().ok());
        let levels = &self.config.rules.delay_levels;
        let level = level.unwrap_or(1).clamp(1, levels.len());
        millis(levels[level - 1])
    }

    /// Id of the record at a place (`createMessageId`).
    fn message_id(&self, physical: u64) -> String {
        let ([a, b, c, d], port) = self.config.rules.host;
        format!("{a:02X}{b:02X}{c:02X}{d:02X}{port:08X}{physical:016X}")
    }

    fn ensure_dead_letters(&mut self, group: Name, fx: &mut Effects<'_, Mq>) -> Name {
        let name = Name::new(&format!("%DLQ%{group}"));
        if self.topics.get(name).is_none() {
            self.create_topic(TopicConfig::new(name, 1), Because::RetryTopicCreated, fx);
        }
        name
    }

    /// A send to a retry topic that was tried too often goes to the dead letters instead; so does
    /// every one of a group that holds a queue, because that consumes in order.
    pub(super) fn retry_or_dead_letter(
        &mut self,
        send: &SendRequest,
        message: Message,
        queue: u32,
        fx: &mut Effects<'_, Mq>,
    ) -> (Message, u32) {
        let Some(group) = send.topic.as_str().strip_prefix("%RETRY%") else {
            return (message, queue);
        };
        let name = Name::new(group);
        let most = self.find_group(name).map_or(i32::MAX, |group| group.retry_most);
        let most = send.max_reconsume.unwrap_or(most);
        let in_order = self.locks.has_live(name, fx.now());
        let is_dead = |wired: &Rc<Wired>| in_order || wired.reconsume_times > most;
        let Some(wired) = message.wired() else { return (message, queue) };
        if !is_dead(wired) {
            let (msg, attempt) = (message.key, wired.reconsume_times.unsigned_abs());
            let why = Because::SentBack.with(self.delay_of(wired));
            fx.note(Fact::Retried { msg, group: name, attempt, why });
            return (message, queue);
        }
        let tried = Because::TriedTooOften.with(u32::try_from(most).unwrap_or(0));
        let why = if in_order { Because::HoldsQueues.plain() } else { tried };
        fx.note(Fact::Dead { msg: message.key, group: name, why });
        let mut wired = Wired::clone(wired);
        wired.properties.set(DELAY, "0");
        let target = self.ensure_dead_letters(name, fx);
        (message.rewired(wired).under(target), 0)
    }
}
