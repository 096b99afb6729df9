//! What administrators ask a name server for (`DefaultRequestProcessor`).

use std::rc::Rc;

use crate::kernel::name::Name;
use crate::kernel::order;
use crate::rocketmq::remoting::{AdminReply, AdminRequest, RareRequest, Reply, ReplyBody, code};
use crate::rocketmq::topic::perm;

use super::NameServer;

/// Key-value configuration (`KVConfigManager`); in memory here, a file upstream.
#[derive(Clone, Debug, Default)]
pub(super) struct Configs(Vec<(Name, Name, Name)>);

impl Configs {
    fn get(&self, namespace: Name, key: Name) -> Option<Name> {
        let found = self.0.iter().find(|(of, known, _)| (*of, *known) == (namespace, key));
        found.map(|(_, _, value)| *value)
    }

    fn remove(&mut self, namespace: Name, key: Name) {
        self.0.retain(|(of, known, _)| (*of, *known) != (namespace, key));
    }

    fn table(&self, namespace: Name) -> Vec<(Name, Name)> {
        let entries = self.0.iter().filter(|(of, ..)| *of == namespace);
        entries.map(|(_, key, value)| (*key, *value)).collect()
    }

    /// All of it, for the digest.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().flat_map(|(namespace, key, value)| [namespace, key, value])
    }
}

impl NameServer {
    /// Routes; requests of brokers are not known here.
    #[expect(clippy::too_many_lines, reason = "a line for each request")]
    pub(super) fn administer(&mut self, request: &AdminRequest) -> Reply {
        match request {
            AdminRequest::ClusterInfo => answer(AdminReply::Cluster(self.tables.places())),
            AdminRequest::AllTopics => self.topics(None),
            AdminRequest::TopicsOfCluster { cluster } => self.topics(Some(*cluster)),
            AdminRequest::DeleteTopic { topic, code: 216 } => {
                self.tables.forget_topic(*topic);
                Reply::code(code::SUCCESS)
            }
            AdminRequest::PutConfig { namespace, key, value } => {
                self.configs.remove(*namespace, *key);
                self.configs.0.push((*namespace, *key, *value));
                Reply::code(code::SUCCESS)
            }
            AdminRequest::GetConfig { namespace, key } => {
                match self.configs.get(*namespace, *key) {
                    Some(value) => answer(AdminReply::Value(value)),
                    None => Reply::code(code::QUERY_NOT_FOUND),
                }
            }
            AdminRequest::DeleteConfig { namespace, key } => {
                self.configs.remove(*namespace, *key);
                Reply::code(code::SUCCESS)
            }
            AdminRequest::ConfigsOf { namespace } => self.configs_of(*namespace),
            AdminRequest::WipeWrite { broker } => {
                let topics = self.tables.set_perm(*broker, |perm| perm & !perm::WRITE);
                answer(AdminReply::Wiped(topics))
            }
            AdminRequest::AddWrite { broker } => {
                let topics = self.tables.set_perm(*broker, |_| perm::READ | perm::WRITE);
                answer(AdminReply::Added(topics))
            }
            AdminRequest::Rare(rare) => self.administer_rarely(rare),
            AdminRequest::DeleteTopic { .. }
            | AdminRequest::Replica(_)
            | AdminRequest::SetTopic(_)
            | AdminRequest::TopicStats { .. }
            | AdminRequest::ConsumeStats { .. }
            | AdminRequest::SearchOffset { .. }
            | AdminRequest::EarliestTime { .. }
            | AdminRequest::CheckSubscription(_)
            | AdminRequest::SetGroup(_)
            | AdminRequest::ForSlave { .. }
            | AdminRequest::AllGroups
            | AdminRequest::DeleteGroup { .. }
            | AdminRequest::ConsumerConnections { .. }
            | AdminRequest::ProducerConnections { .. }
            | AdminRequest::LockQueues { .. }
            | AdminRequest::UnlockQueues { .. }
            | AdminRequest::QueryMessages(_)
            | AdminRequest::ViewMessage { .. }
            | AdminRequest::ResetOffsets(_)
            | AdminRequest::BatchAck(_)
            | AdminRequest::Recall(_)
            | AdminRequest::SendReply(..)
            | AdminRequest::PushReply(_)
            | AdminRequest::ResumeCheck { .. }
            | AdminRequest::AllProducers
            | AdminRequest::RuntimeInfo
            | AdminRequest::TopicStatistics { .. }
            | AdminRequest::ColdData
            | AdminRequest::GroupsOfTopic { .. }
            | AdminRequest::TopicsOfGroup { .. }
            | AdminRequest::EndTransaction(_)
            | AdminRequest::QueueEntries { .. }
            | AdminRequest::Pop(_)
            | AdminRequest::Ack(_)
            | AdminRequest::ChangeInvisible(..)
            | AdminRequest::CheckTransaction(_)
            | AdminRequest::SendBack { .. } => Reply::code(code::REQUEST_CODE_NOT_SUPPORTED),
        }
    }

    fn topics(&self, cluster: Option<Name>) -> Reply {
        let mut topics = self.tables.topics(cluster);
        order::naturally(&mut topics);
        topics.dedup();
        answer(AdminReply::Topics(topics))
    }

    fn administer_rarely(&mut self, request: &RareRequest) -> Reply {
        if let RareRequest::RegisterTopic { topic, queues } = request {
            self.tables.register_topic(*topic, queues);
            return Reply::code(code::SUCCESS);
        }
        if let RareRequest::UnitTopics { .. } = request {
            return answer(AdminReply::Topics(Vec::new()));
        }
        if *request != RareRequest::NamesOfSystem {
            return Reply::code(code::REQUEST_CODE_NOT_SUPPORTED);
        }
        let places = self.tables.places();
        let mut names: Vec<Name> =
            places.iter().flat_map(|(cluster, name, _)| [*cluster, *name]).collect();
        order::naturally(&mut names);
        names.dedup();
        let first = places.iter().find_map(|(_, _, addresses)| addresses.first());
        answer(match first {
            Some((_, node)) => AdminReply::TopicsOfGroup(names, *node),
            None => AdminReply::Topics(names),
        })
    }

    fn configs_of(&self, namespace: Name) -> Reply {
        let table = self.configs.table(namespace);
        if table.is_empty() {
            return Reply::code(code::QUERY_NOT_FOUND);
        }
        answer(AdminReply::Table(table))
    }
}

fn answer(reply: AdminReply) -> Reply {
    Reply::success(ReplyBody::Admin(Rc::new(reply)))
}
