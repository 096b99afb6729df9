//! Offsets: query, commit, ends of a queue (`ConsumerManageProcessor`, `AdminBrokerProcessor`).

use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{AdminReply, Reply, ReplyBody, ResetOffsets, code};

use super::group_admin::answer;

/// Offsets of queues beyond this number are not kept: no topic has so many.
const MOST_QUEUE: u32 = 65_535;

impl Broker {
    /// Without a committed offset a young queue answers 0: its first message is still there and in
    /// memory.
    pub(super) fn query_offset(
        &self,
        group: Name,
        (topic, queue): (Name, u32),
        or_zero: bool,
    ) -> Reply {
        let committed = self.offsets.get(group, topic, queue);
        let young = || {
            let queue = self.store.queue(topic, queue)?;
            (or_zero && queue.min_offset() == 0 && queue.max_offset() > 0).then_some(0)
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
        offset: i64,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        if !self.groups.contains_key(&group) {
            return Reply::code(code::SUBSCRIPTION_GROUP_NOT_EXIST);
        }
        if self.topics.get(topic).is_none() {
            return Reply::code(code::TOPIC_NOT_EXIST);
        }
        let queue = self.queue_ref(topic, id, fx);
        // A negative offset is kept by RocketMQ too, and counts as none wherever it is read.
        if id > MOST_QUEUE || self.offsets.has_reset(group, topic, id) {
            return Reply::code(code::SUCCESS);
        }
        let Ok(offset) = u64::try_from(offset) else {
            self.offsets.forget(group, topic, id);
            return Reply::code(code::SUCCESS);
        };
        self.commit(group, (queue, offset), Because::CommitPeriod.plain(), fx);
        Reply::code(code::SUCCESS)
    }

    pub(super) fn max_offset(&self, topic: Name, queue: u32) -> Reply {
        Reply::success(ReplyBody::Offset(self.store.max_offset(topic, queue)))
    }

    pub(super) fn min_offset(&self, topic: Name, queue: u32) -> Reply {
        let min = self.store.min_offset(topic, queue);
        Reply::success(ReplyBody::Offset(min))
    }
}

/// Offsets by time.
impl Broker {
    /// `upper`: the last message up to then, else the first one from then on.
    pub(super) fn search_offset(
        &self,
        (topic, queue): (Name, u32),
        millis: i64,
        upper: bool,
    ) -> Reply {
        Reply::success(ReplyBody::Offset(self.store.offset_at((topic, queue), millis, upper)))
    }

    /// -1 for a queue without messages.
    pub(super) fn earliest_time(&self, topic: Name, queue: u32) -> Reply {
        let first = self.store.min_offset(topic, queue);
        let time = self.store.store_time(topic, queue, first).unwrap_or(-1);
        answer(AdminReply::Time(time))
    }

    /// 222, as `useServerSideResetOffset` has it.
    pub(super) fn reset(&mut self, reset: &ResetOffsets, fx: &mut Effects<'_, Mq>) -> Reply {
        if self.config.rules.server_side_reset {
            self.reset_offsets(reset, fx)
        } else {
            self.reset_on_clients(reset, fx)
        }
    }

    /// One queue or all of them, to an offset or to the one at a time
    /// (`useServerSideResetOffset`): the group takes it over with its next request for messages.
    fn reset_offsets(&mut self, reset: &ResetOffsets, fx: &mut Effects<'_, Mq>) -> Reply {
        let ResetOffsets { group, topic, queue, offset, millis, .. } = *reset;
        let Some(config) = self.topics.get(topic).copied() else {
            return Reply::code(code::TOPIC_NOT_EXIST);
        };
        if !self.groups.contains_key(&group) {
            return Reply::code(code::SUBSCRIPTION_GROUP_NOT_EXIST);
        }
        let queues = match u32::try_from(queue) {
            Ok(queue) => queue..queue.saturating_add(1).min(MOST_QUEUE),
            Err(_) => 0..config.read_queues,
        };
        let mut done = Vec::new();
        for id in queues {
            let max = self.store.max_offset(topic, id);
            let min = self.store.queue(topic, id).map_or(0, |queue| queue.min_offset());
            let to = match u64::try_from(offset.unwrap_or(-1)) {
                Ok(offset) if queue >= 0 && !(min..=max + 1).contains(&offset) => {
                    return Reply::code(code::SYSTEM_ERROR);
                }
                Ok(offset) if queue >= 0 => offset,
                Ok(_) | Err(_) if millis < 0 => max,
                Ok(_) | Err(_) => self.store.offset_at((topic, id), millis, false),
            };
            let place = self.queue_ref(topic, id, fx);
            self.offsets.put_reset(group, (topic, id), to);
            self.commit(group, (place, to), Because::OffsetReset.plain(), fx);
            done.push(((topic, self.config.name, id), to));
        }
        if done.is_empty() {
            return Reply::code(code::SYSTEM_ERROR);
        }
        answer(AdminReply::Reset(done))
    }
}
