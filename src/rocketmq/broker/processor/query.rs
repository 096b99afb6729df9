//! Messages by key, by unique key and by their place (`QueryMessageProcessor`, `IndexService`).
//!
//! Keys are looked up in the log instead of index files, which would also find keys with the same
//! hash.

use crate::rocketmq::broker::Broker;
use crate::rocketmq::properties::KEYS;
use crate::rocketmq::remoting::{AdminReply, MessageQuery, Reply, ReplyBody, code};
use crate::rocketmq::store::Record;

use super::group_admin::answer;

/// `defaultQueryMaxNum`: a query by unique key gets so many whatever it asked for.
const UNIQUE_MOST: u32 = 32;
/// `maxMsgsNumBatch`.
const MOST: u32 = 64;

impl Broker {
    /// Code 22 where nothing is found, with no place in the index.
    pub(super) fn query_messages(&self, query: &MessageQuery) -> Reply {
        let most = if query.unique { UNIQUE_MOST } else { query.most.min(MOST) } as usize;
        let log = self.store.log();
        let records = (0..log.records()).rev().filter_map(|number| log.record(number));
        let first = log.record(0).map_or(0, |record| record.store_time);
        let wanted = records.filter(|record| is_asked_for(record, query, first));
        // The newest are found first, and answered last.
        let mut found: Vec<_> = wanted.take(most).collect();
        found.reverse();
        let last = self.store.last_dispatched().filter(|_| !found.is_empty());
        let (physical, millis) = last.map_or((0, 0), |last| (last.physical, last.store_time));
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

/// An index knows times in whole seconds since its first record.
fn is_asked_for(record: &Record, query: &MessageQuery, first: i64) -> bool {
    let time = first + (record.store_time - first) / 1000 * 1000;
    let in_time = (query.begin..=query.end).contains(&time);
    in_time && record.message.template.topic == query.topic && has_key(record, query)
}

fn has_key(record: &Record, query: &MessageQuery) -> bool {
    let message = &record.message;
    if query.unique || message.unique_key() == *query.key {
        return message.unique_key() == *query.key;
    }
    let wired = message.wired().and_then(|wired| wired.properties.get(KEYS));
    let keys = wired.or(message.template.keys.map(|keys| keys.as_str())).unwrap_or("");
    keys.split(' ').any(|key| !key.is_empty() && key == &*query.key)
}
