//! Rare requests (`AdminBrokerProcessor`).
//!
//! Topics have no order and no attributes here, groups no retry policy: what is set of these is
//! not kept. Left out: configuration while the broker runs (25, 26), timers' metrics (60, 61),
//! static topics (513), RocksDB (354, 355), users and rights (3001 to 3010).

use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::broker::call::Call;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{
    AdminReply, Progress, RareReply, RareRequest, Reply, TimeSpan, code,
};
use crate::rocketmq::topic::TopicConfig;
use crate::rocketmq::topic_names::is_system_topic;

use super::group_admin::answer;

impl Broker {
    /// No reply yet where others have to be asked.
    pub(super) fn process_rare(
        &mut self,
        call: Call,
        request: &RareRequest,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        match request {
            RareRequest::StatusOf { group, topic, client } => {
                self.status_of(call, (*group, *topic), *client, fx)
            }
            RareRequest::Call(asked) => self.call_consumer(call, asked, fx),
            RareRequest::Assignment(query) => self.query_assignment(call, *query, fx),
            RareRequest::SetTopics(topics) => Some(self.set_topics(topics, fx)),
            RareRequest::SetGroups(groups) => {
                groups.iter().for_each(|group| {
                    self.set_group(*group);
                });
                Some(Reply::code(code::SUCCESS))
            }
            RareRequest::Clean { code } => Some(self.clean_by_hand(*code, fx)),
            RareRequest::Corrections { topic, dropped, compared } => {
                Some(self.corrections(*topic, dropped, *compared))
            }
            RareRequest::CloneOffsets { from, to, topic, offline } => {
                Some(self.clone_offsets((*from, *to), *topic, *offline))
            }
            RareRequest::SetColdLimits(limits) => Some(self.set_cold_limits(limits)),
            RareRequest::DropColdLimit(group) => {
                self.desk.cold_limits.retain(|(known, _)| known != group);
                Some(Reply::code(code::SUCCESS))
            }
            RareRequest::SetMode(mode) => Some(self.set_mode(*mode)),
            RareRequest::Noted { answer, .. } => Some(Reply::code(*answer)),
            RareRequest::Topic(topic) => {
                let config = self.topics.get(*topic).copied();
                Some(found(config.map(RareReply::Topic).ok_or(code::TOPIC_NOT_EXIST)))
            }
            RareRequest::Group(group) => {
                let config = self.find_group(*group).map(RareReply::Group);
                Some(found(config.ok_or(code::SUBSCRIPTION_GROUP_NOT_EXIST)))
            }
            RareRequest::Readable { group, topic, readable } => {
                Some(self.set_readable((*group, *topic), *readable))
            }
            RareRequest::SubscriptionOf { group, topic } => {
                let (group, topic) = (*group, *topic);
                let subscription = self.clients.last_subscription(group, topic);
                Some(found(Ok(RareReply::SubscriptionOf { group, topic, subscription })))
            }
            RareRequest::TimeSpans { group, topic } => {
                let spans = self.time_spans(*group, *topic, fx.wall());
                Some(found(spans.map(RareReply::TimeSpans)))
            }
            RareRequest::SystemTopics => Some(answer(AdminReply::Topics(self.system_topics()))),
            RareRequest::AllProgress { ordered } => {
                let groups = self.all_progress(*ordered);
                Some(found(Ok(RareReply::AllProgress { by: fx.node(), groups })))
            }
            RareRequest::Modes => Some(found(Ok(RareReply::Modes(self.desk.kept.modes.clone())))),
            RareRequest::ResetClient(_)
            | RareRequest::Status { .. }
            | RareRequest::RegisterTopic { .. }
            | RareRequest::NamesOfSystem
            | RareRequest::UnitTopics { .. } => Some(Reply::code(code::REQUEST_CODE_NOT_SUPPORTED)),
        }
    }

    /// Nothing is made where one of them is refused, or is there already as it is wanted.
    fn set_topics(&mut self, topics: &[TopicConfig], fx: &mut Effects<'_, Mq>) -> Reply {
        for topic in topics {
            if self.is_not_for_administrators(topic.name) {
                return Reply::code(code::INVALID_PARAMETER);
            }
            if self.topics.get(topic.name) == Some(topic) {
                return Reply::code(code::SUCCESS);
            }
        }
        topics.iter().for_each(|topic| {
            self.set_topic(*topic, fx);
        });
        Reply::code(code::SUCCESS)
    }

    /// To allow one topic again allows all of the group, as upstream.
    fn set_readable(&mut self, pair: (Name, Name), readable: Option<bool>) -> Reply {
        let forbidden = &mut self.desk.kept.forbidden;
        match readable {
            Some(true) => forbidden.retain(|(group, _)| *group != pair.0),
            Some(false) if !forbidden.contains(&pair) => forbidden.push(pair),
            Some(false) | None => {}
        }
        let (readable, (group, topic)) = (!forbidden.contains(&pair), pair);
        found(Ok(RareReply::Readable { group, topic, readable }))
    }

    fn system_topics(&self) -> Vec<Name> {
        let own = [self.config.cluster, self.config.name];
        let all = self.topics.all().iter().map(|topic| topic.name);
        let is_own = |topic: &Name| {
            let text = topic.as_str();
            is_system_topic(text) || own.contains(topic) || text.ends_with("_REPLY_TOPIC")
        };
        let mut topics: Vec<Name> = all.filter(is_own).collect();
        let more =
            ["RMQ_SYS_TRACE_TOPIC", "TRANS_CHECK_MAX_TIME_TOPIC", "CHECKPOINT_TOPIC", "TBW102"];
        topics.extend(more.map(Name::new));
        order::naturally(&mut topics);
        topics.dedup();
        topics
    }

    /// 306 finds nothing to do here: the ends of queues follow the log at once.
    fn clean_by_hand(&mut self, code: u32, fx: &mut Effects<'_, Mq>) -> Reply {
        if code == 316 {
            let topics = &self.topics;
            let is_unknown =
                |topic: Name| topics.get(topic).is_none() && !is_system_topic(topic.as_str());
            for topic in self.store.topics().filter(|topic| is_unknown(*topic)).collect::<Vec<_>>()
            {
                self.store.delete_topic(topic);
            }
        }
        if code == 329 {
            self.clean_now(fx);
        }
        Reply::code(code::SUCCESS)
    }

    /// Code 1 where the compared group has an offset that no group in the table has.
    fn corrections(&mut self, topic: Name, dropped: &[Name], compared: Name) -> Reply {
        self.offsets.drop_where(|group, _| dropped.contains(&group));
        let mut least: Vec<(u32, u64)> = Vec::new();
        let of_topic = self.offsets.all().into_iter().filter(|(_, of, _)| *of == topic);
        let all: Vec<_> = of_topic.collect();
        for (queue, offset) in all.iter().flat_map(|(_, _, queues)| given(queues)) {
            if offset < self.store.min_offset(topic, queue) {
                continue;
            }
            match least.iter_mut().find(|(known, _)| *known == queue) {
                Some((_, known)) => *known = offset.min(*known),
                None => least.push((queue, offset)),
            }
        }
        let compared = all.iter().find(|(group, ..)| *group == compared);
        let mut corrections: Vec<(u32, Option<u64>)> =
            least.iter().map(|(queue, offset)| (*queue, Some(*offset))).collect();
        for (queue, offset) in compared.into_iter().flat_map(|(_, _, queues)| given(queues)) {
            let Some(known) = corrections.iter_mut().find(|(known, _)| *known == queue) else {
                return Reply::code(code::SYSTEM_ERROR);
            };
            known.1 = known.1.filter(|least| *least <= offset);
        }
        answer(AdminReply::Rare(RareReply::Corrections(corrections)))
    }

    /// Upstream copies only where a topic is named, whatever it looks at before.
    fn clone_offsets(
        &mut self,
        (from, to): (Name, Name),
        topic: Option<Name>,
        offline: bool,
    ) -> Reply {
        let known = topic.filter(|topic| self.topics.get(*topic).is_some());
        let wanted = known.filter(|topic| offline || self.counts_for(from, *topic));
        if let Some(topic) = wanted {
            let all = self.offsets.all().into_iter();
            let copies = all.filter(|(group, of, _)| (*group, *of) == (from, topic));
            let copies: Vec<_> = copies.map(|(_, of, queues)| (to, of, queues)).collect();
            self.offsets.put_all(&copies);
        }
        Reply::code(code::SUCCESS)
    }

    fn set_cold_limits(&mut self, limits: &[(Name, i64)]) -> Reply {
        for (group, bytes) in limits {
            self.desk.cold_limits.retain(|(known, _)| known != group);
            self.desk.cold_limits.push((*group, *bytes));
        }
        Reply::code(code::SUCCESS)
    }

    /// Its members want the topic, or say nothing of any.
    pub(super) fn counts_for(&self, group: Name, topic: Name) -> bool {
        self.clients.last_subscription(group, topic).is_some() || !self.clients.subscribes(group)
    }

    fn all_progress(&self, ordered: bool) -> Vec<(Name, Vec<Vec<Progress>>)> {
        let of_group = |group: &Name| {
            let topics = self.offsets.topics_of(*group).into_iter();
            let known = topics.filter_map(|topic| self.topics.get(topic));
            let wanted = known.filter(|topic| !ordered && self.counts_for(*group, topic.name));
            let queues = |topic: &TopicConfig| {
                let ids = 0..topic.write_queues;
                ids.map(|id| Progress { pulled: 0, ..self.progress(*group, topic.name, id) })
                    .collect()
            };
            (*group, wanted.map(queues).collect())
        };
        self.groups.keys().map(of_group).collect()
    }

    /// A queue without an offset of the group counts as one that is late since 1970.
    fn time_spans(&self, group: Name, topic: Name, wall: i64) -> Result<Vec<TimeSpan>, u16> {
        let config = self.topics.get(topic).ok_or(code::TOPIC_NOT_EXIST)?;
        let span = |id: u32| {
            let time = |offset: Option<u64>| {
                offset.and_then(|at| self.store.store_time(topic, id, at)).unwrap_or(-1)
            };
            let (min, max) = (self.store.min_offset(topic, id), self.store.max_offset(topic, id));
            let (first, offset) = (time(Some(min)), self.offsets.get(group, topic, id));
            let consumed = offset.filter(|at| *at > 0);
            TimeSpan {
                queue: (topic, self.config.name, id),
                first,
                last: time(max.checked_sub(1)),
                consumed: consumed.map_or(first, |at| time(Some(at - 1))),
                delay: if offset.is_none_or(|at| at < max) { wall - time(offset) } else { 0 },
            }
        };
        Ok((0..config.write_queues).map(span).collect())
    }
}

/// What was found, or the code of a refusal.
fn found(reply: Result<RareReply, u16>) -> Reply {
    reply.map_or_else(Reply::code, |reply| answer(AdminReply::Rare(reply)))
}

/// Queues with an offset.
fn given(queues: &[Option<u64>]) -> impl Iterator<Item = (u32, u64)> + '_ {
    (0..).zip(queues).filter_map(|(queue, offset)| Some((queue, (*offset)?)))
}
