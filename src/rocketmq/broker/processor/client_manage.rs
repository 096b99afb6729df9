//! Lists of group members (`ConsumerManageProcessor.getConsumerListByGroup`).

use crate::kernel::name::Name;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::remoting::{Reply, ReplyBody, code};

impl Broker {
    /// Client ids in the order of their coming; code 1 where the group has nobody.
    pub(super) fn consumer_list(&self, group: Name) -> Reply {
        match self.clients.members(group) {
            Some(members) => Reply::success(ReplyBody::Consumers(members.into())),
            None => Reply::code(code::SYSTEM_ERROR),
        }
    }
}
