//! Groups by hand: make, change, delete, look at (`AdminBrokerProcessor`).

use std::rc::Rc;

use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::broker::filter::sql92::Sql92;
use crate::rocketmq::group::GroupConfig;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{AdminReply, Progress, Reply, ReplyBody, Subscription, code};

impl Broker {
    pub(super) fn set_group(&mut self, group: GroupConfig) -> Reply {
        self.groups.insert(group.name, group);
        Reply::code(code::SUCCESS)
    }

    pub(super) fn all_groups(&self) -> Reply {
        let groups = self.groups.values().copied().collect();
        answer(AdminReply::Groups(groups, self.desk.kept.forbidden.clone()))
    }

    pub(super) fn delete_group(&mut self, group: Name, with_offsets: bool) -> Reply {
        self.groups.remove(&group);
        if with_offsets {
            self.offsets.drop_where(|of, _| of == group);
        }
        Reply::code(code::SUCCESS)
    }

    /// Where a group is in each queue of its topics.
    pub(super) fn consume_stats(
        &self,
        group: Name,
        (topics, named): (&[Name], bool),
        fx: &Effects<'_, Mq>,
    ) -> Reply {
        let own = || self.offsets.topics_of(group);
        let topics = if topics.is_empty() { own() } else { topics.to_vec() };
        let known = topics.into_iter().filter_map(|topic| self.topics.get(topic));
        let known: Vec<_> =
            known.filter(|topic| named || self.counts_for(group, topic.name)).collect();
        let rates = known.iter().map(|topic| self.rate(topic.name, Some(group), fx.now()));
        let (rates, topics) = (rates.collect(), known.iter());
        let queues = topics.flat_map(|config| (0..config.read_queues).map(|id| (config.name, id)));
        let queues = queues.map(|(topic, id)| self.progress(group, topic, id)).collect();
        answer(AdminReply::ConsumeStats(queues, rates))
    }

    pub(super) fn progress(&self, group: Name, topic: Name, id: u32) -> Progress {
        let consumer = self.offsets.get(group, topic, id).unwrap_or(0);
        let last = consumer.checked_sub(1).and_then(|last| self.store.store_time(topic, id, last));
        let broker = self.store.max_offset(topic, id);
        let queue = (topic, self.config.name, id);
        let pulled = consumer.max(self.pulled_to((topic, group), id));
        Progress { queue, broker, consumer, pulled, last: last.unwrap_or(0) }
    }

    /// Who consumes a topic, or has offsets in it.
    pub(super) fn groups_of_topic(&self, topic: Name) -> Reply {
        let mut groups = self.clients.groups_of(topic);
        groups.extend(self.offsets.groups_of(topic));
        order::naturally(&mut groups);
        groups.dedup();
        answer(AdminReply::GroupNames(groups))
    }

    pub(super) fn topics_of_group(&self, group: Name, fx: &Effects<'_, Mq>) -> Reply {
        let mut topics = self.offsets.topics_of(group);
        order::naturally(&mut topics);
        answer(AdminReply::TopicsOfGroup(topics, fx.node()))
    }

    /// Code 206 where nobody is there.
    pub(super) fn consumer_connections(&self, group: Name, fx: &Effects<'_, Mq>) -> Reply {
        match self.clients.connections(group, fx) {
            Some(consumers) => answer(AdminReply::Consumers(consumers)),
            None => Reply::code(code::CONSUMER_NOT_ONLINE),
        }
    }

    /// Code 1 where nobody is there.
    pub(super) fn producer_connections(&self, group: Name, fx: &Effects<'_, Mq>) -> Reply {
        let producers = self.clients.producers(group, fx);
        if producers.is_empty() {
            return Reply::code(code::SYSTEM_ERROR);
        }
        answer(AdminReply::Producers(producers))
    }

    /// A client asks whether the broker understands its expression.
    pub(super) fn check_subscription(&self, subscription: Subscription) -> Reply {
        if !subscription.tags.is_sql() {
            return Reply::code(code::SUCCESS);
        }
        if !self.config.rules.property_filter {
            return Reply::code(code::SYSTEM_ERROR);
        }
        match Sql92::compile(subscription.tags.as_str()) {
            Ok(_) => Reply::code(code::SUCCESS),
            Err(_) => Reply::code(code::SUBSCRIPTION_PARSE_FAILED),
        }
    }
}

/// Success with something for administrators.
pub(super) fn answer(reply: AdminReply) -> Reply {
    Reply::success(ReplyBody::Admin(Rc::new(reply)))
}
