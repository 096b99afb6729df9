//! Which family serves what administrators ask for (`AdminBrokerProcessor` and its neighbours).

use crate::kernel::effects::Effects;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{AdminReply, AdminRequest, Reply, code};

use super::group_admin::answer;
use super::send_back::Back;

impl Broker {
    /// Routes; requests of name servers are not known here.
    #[expect(clippy::too_many_lines, reason = "a line for each request")]
    pub(super) fn administer(&mut self, request: &AdminRequest, fx: &mut Effects<'_, Mq>) -> Reply {
        if let Some(refusal) = self.refusal_of_write(request) {
            return refusal;
        }
        match request {
            AdminRequest::SetTopic(topic) => self.set_topic(*topic, fx),
            AdminRequest::DeleteTopic { topic, code: 215 } => self.delete_topic(*topic, fx),
            AdminRequest::TopicStats { topic } => self.topic_stats(*topic, fx),
            AdminRequest::ConsumeStats { group, topics, named } => {
                self.consume_stats(*group, (topics, *named), fx)
            }
            AdminRequest::SearchOffset { topic, queue, millis, upper } => {
                self.search_offset((*topic, *queue), *millis, *upper)
            }
            AdminRequest::EarliestTime { topic, queue } => self.earliest_time(*topic, *queue),
            AdminRequest::CheckSubscription(subscription) => self.check_subscription(*subscription),
            AdminRequest::SetGroup(group) => self.set_group(*group),
            AdminRequest::ForSlave { code } => answer(self.tables_for_slave(*code)),
            AdminRequest::AllGroups => self.all_groups(),
            AdminRequest::DeleteGroup { group, with_offsets } => {
                self.delete_group(*group, *with_offsets)
            }
            AdminRequest::ConsumerConnections { group } => self.consumer_connections(*group, fx),
            AdminRequest::ProducerConnections { group } => self.producer_connections(*group, fx),
            AdminRequest::LockQueues { group, client, queues } => {
                self.lock_queues(*group, *client, queues, fx)
            }
            AdminRequest::UnlockQueues { group, client, queues } => {
                self.unlock_queues(*group, *client, queues)
            }
            AdminRequest::QueryMessages(query) => self.query_messages(query),
            AdminRequest::ViewMessage { physical } => self.view_message(*physical),
            AdminRequest::ResetOffsets(reset) => self.reset(reset, fx),
            AdminRequest::GroupsOfTopic { topic } => self.groups_of_topic(*topic),
            AdminRequest::TopicsOfGroup { group } => self.topics_of_group(*group, fx),
            AdminRequest::SendBack { group, physical, level, max_reconsume } => {
                let (group, physical, level) = (*group, *physical, *level);
                let back = Back { group, physical, level, max_reconsume: *max_reconsume };
                self.send_back(back, fx)
            }
            AdminRequest::EndTransaction(end) => self.end_transaction(*end, fx),
            AdminRequest::QueueEntries { group, topic, queue, first, count } => {
                self.queue_entries(*group, (*topic, *queue), (*first, *count))
            }
            AdminRequest::Ack(ack) => self.acknowledge(ack, fx),
            AdminRequest::BatchAck(acks) => self.acknowledge_all(acks, fx),
            AdminRequest::ChangeInvisible(ack, invisible) => {
                self.change_invisible(ack, *invisible, fx)
            }
            AdminRequest::Recall(recall) => self.recall(recall, fx),
            AdminRequest::ResumeCheck { physical } => self.resume_check(*physical, fx),
            AdminRequest::AllProducers => self.all_producers(fx),
            AdminRequest::RuntimeInfo => self.runtime_info(fx),
            AdminRequest::TopicStatistics { name, key } => self.topic_statistics(*name, *key, fx),
            AdminRequest::ColdData => answer(AdminReply::ColdData(self.desk.cold_limits.clone())),
            AdminRequest::Pop(_)
            | AdminRequest::Rare(_)
            | AdminRequest::Replica(_)
            | AdminRequest::SendReply(..)
            | AdminRequest::PushReply(_)
            | AdminRequest::CheckTransaction(_)
            | AdminRequest::DeleteTopic { .. }
            | AdminRequest::ClusterInfo
            | AdminRequest::AllTopics
            | AdminRequest::TopicsOfCluster { .. }
            | AdminRequest::PutConfig { .. }
            | AdminRequest::GetConfig { .. }
            | AdminRequest::DeleteConfig { .. }
            | AdminRequest::ConfigsOf { .. }
            | AdminRequest::WipeWrite { .. }
            | AdminRequest::AddWrite { .. } => Reply::code(code::REQUEST_CODE_NOT_SUPPORTED),
        }
    }

    /// A slave writes nothing of its own.
    fn refusal_of_write(&self, request: &AdminRequest) -> Option<Reply> {
        if !self.config.ha.is_slave() {
            return None;
        }
        let is_gone = matches!(request, AdminRequest::EndTransaction(_) | AdminRequest::Recall(_));
        let resets = matches!(request, AdminRequest::ResetOffsets(_));
        let is_wrong = resets && self.config.rules.server_side_reset
            || matches!(request, AdminRequest::ResumeCheck { .. })
            || matches!(request, AdminRequest::SendBack { .. });
        let code = if is_gone { code::SLAVE_NOT_AVAILABLE } else { code::SYSTEM_ERROR };
        (is_gone || is_wrong).then(|| Reply::code(code))
    }
}
