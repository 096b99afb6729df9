//! Messages by key, by unique key and by their place (`QueryMessageProcessor`, `IndexService`).

use crate::rocketmq::broker::Broker;
use crate::rocketmq::remoting::{AdminReply, MessageQuery, Reply, ReplyBody, code};
use crate::rocketmq::store::{KeyQuery, Record};

use super::group_admin::answer;

/// `defaultQueryMaxNum`: a query by unique key gets so many whatever it asked for.
const UNIQUE_MOST: u32 = 32;
/// `maxMsgsNumBatch`.
const MOST: u32 = 64;

impl Broker {
    /// Code 22 where nothing is found, with no place in the index.
    pub(super) fn query_messages(&self, query: &MessageQuery) -> Reply {
        let most = if query.unique { UNIQUE_MOST } else { query.most.min(MOST) } as usize;
        let asked = KeyQuery {
            topic: query.topic.as_str(),
            key: &query.key,
            most,
            begin: query.begin,
            end: query.end,
        };
        let (found, last) = self.store.query(asked);
        let (millis, physical) = if found.is_empty() { (0, 0) } else { last };
        let messages: Vec<_> = found.into_iter().map(Record::pulled).collect();
        let reply_code = if messages.is_empty() { code::QUERY_NOT_FOUND } else { code::SUCCESS };
        let body = AdminReply::Found { messages, physical, millis };
        Reply { code: reply_code, body: ReplyBody::Admin(std::rc::Rc::new(body)) }
    }

    /// Code 1 where no record begins there.
    pub(super) fn view_message(&self, physical: u64) -> Reply {
        match self.store.log().at(physical) {
            Some(record) => answer(AdminReply::Message(Box::new(record.pulled()))),
            None => Reply::code(code::SYSTEM_ERROR),
        }
    }
}
