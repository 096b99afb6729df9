//! Entries of a consume queue as they are (`AdminBrokerProcessor.queryConsumeQueue`).

use crate::kernel::name::Name;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::remoting::{AdminReply, QueueEntries, Reply, Subscription, code};

use super::group_admin::answer;

impl Broker {
    /// So many entries from a position on, with what a group last wanted of the topic; nothing
    /// where no entry has that position.
    pub(super) fn queue_entries(
        &self,
        group: Option<Name>,
        (topic, queue): (Name, u32),
        (first, count): (u64, u32),
    ) -> Reply {
        let Some(entries) = self.store.queue(topic, queue) else {
            return Reply::code(code::SYSTEM_ERROR);
        };
        let (min, max) = (entries.min_offset(), entries.max_offset());
        if !(min..max).contains(&first) {
            return Reply::code(code::SUCCESS);
        }
        let wanted = (first..max).take(count as usize);
        let units = wanted.filter_map(|at| self.store.unit(topic, queue, at)).collect();
        let subscription = group.and_then(|group| self.clients.last_subscription(group, topic));
        let entries = QueueEntries { group, topic, subscription, units, min, max };
        answer(AdminReply::QueueEntries(entries))
    }

    /// A pull brought its subscription along: it is remembered with the broker's time
    /// (`compensateSubscribeData`).
    pub(super) fn remember_subscription(&mut self, group: Name, subscription: Subscription) {
        self.clients.remember(group, subscription);
    }
}
