//! Messages with properties of their own: the program's, a sharding key, a delay, a transaction.
//!
//! Follows `Message`, `MessageAccessor` and `MessageClientIDSetter`. Such a message is made as the
//! bytes of its parts, since brokers look at its properties; they stand in the order in which Java
//! walks over a message's table.

use std::rc::Rc;

use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::message::{Body, Message, Template};
use crate::rocketmq::properties::Properties;
use crate::rocketmq::sending::{Delay, Way};
use crate::rocketmq::topic::java_hash;

use super::super::java_order::sort_by_hash;

/// `MessageSysFlag.TRANSACTION_PREPARED_TYPE`.
const PREPARED: i32 = 4;

/// The message as bytes, where its way wants properties that others do not have; made at `now`, by
/// a producer of `group`.
#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn special(message: Message, way: &Way, group: Name, now: SimTime) -> Message {
    if !way.is_special() {
        return message;
    }
    let more = own(&message, way, group, now);
    wired(&message, more, if way.transaction.is_some() { PREPARED } else { 0 })
}

/// A message as bytes, with these properties beside the usual ones.
pub(super) fn wired(message: &Message, more: Vec<(String, String)>, sys_flag: i32) -> Message {
    let mut wired = message.to_wired();
    more.iter().for_each(|(name, value)| wired.properties.set(name, value));
    let mut all: Vec<(&str, &str)> = wired.properties.iter().collect();
    sort_by_hash(&mut all, |(name, _)| java_hash(name));
    let mut properties = Properties::default();
    all.iter().for_each(|(name, value)| properties.set(name, value));
    (wired.properties, wired.sys_flag) = (properties, sys_flag);
    let body = Body::Wired(Rc::new(wired));
    let template = Rc::new(Template { body, ..Template::clone(&message.template) });
    Message { template, ..message.clone() }
}

/// What its way adds.
fn own(message: &Message, way: &Way, group: Name, now: SimTime) -> Vec<(String, String)> {
    let mut more = way.properties.clone();
    let mut set = |name: &str, value: String| more.push((name.to_owned(), value));
    if let Some(key) = message.template.keys.filter(|_| way.sharding) {
        set("__SHARDINGKEY", key.to_string());
    }
    match way.delay {
        // A transaction takes no delay level.
        Some(Delay::Level(level)) if way.transaction.is_none() => set("DELAY", level.to_string()),
        Some(Delay::Level(_)) | None => {}
        Some(Delay::Seconds(span)) => set("TIMER_DELAY_SEC", (span.as_millis() / 1000).to_string()),
        Some(Delay::Millis(span)) => set("TIMER_DELAY_MS", span.as_millis().to_string()),
        Some(Delay::Deliver(at)) => {
            let at = millis_from(message.born, now, at);
            set("TIMER_DELIVER_MS", at.to_string());
        }
    }
    if way.transaction.is_some() {
        set("TRAN_MSG", "true".to_owned());
        set("PGROUP", group.to_string());
    }
    more
}

/// What the clock that shows `wall` now shows at another time, ms since 1970.
fn millis_from(wall: i64, now: SimTime, at: SimTime) -> i64 {
    let millis = |span: SimSpan| i64::try_from(span.as_millis()).expect("scenarios are short");
    if now < at { wall + millis(at.since(now)) } else { wall - millis(now.since(at)) }
}

#[cfg(test)]
mod tests {
    use crate::facts::MsgKey;
    use crate::rocketmq::message::ProcessIdentity;
    use crate::rocketmq::sending::{Decisions, TransactionRule};

    use super::*;

    fn message(way: &Way) -> Message {
        let template = Template {
            topic: Name::new("TxT"),
            tag: Some(Name::new("T")),
            keys: None,
            body: Body::Text("tx{i}".to_owned()),
        };
        let maker = ProcessIdentity { ip: [10, 0, 0, 1], pid: 1, loader: 2 };
        let (key, template) = (MsgKey::default(), Rc::new(template));
        let plain = Message { key, template, round: 7, born: 5000, maker };
        special(plain, way, Name::new("TPG"), SimTime::START + SimSpan::secs(3))
    }

    fn names(message: &Message) -> Vec<&str> {
        let wired = message.wired().expect("it came as bytes");
        wired.properties.iter().map(|(name, _)| name).collect()
    }

    /// The order of the recording of a transactional producer.
    #[test]
    fn a_half_message_has_the_recorded_properties_in_their_order() {
        let transaction = Some(Rc::new(TransactionRule {
            local: Decisions::always_commit(),
            check: Decisions::always_commit(),
        }));
        let half = message(&Way { transaction, delay: Some(Delay::Level(3)), ..Way::default() });
        assert_eq!(names(&half), ["TRAN_MSG", "UNIQ_KEY", "WAIT", "PGROUP", "TAGS"]);
        assert_eq!(half.wired().unwrap().sys_flag, PREPARED);
        assert_eq!(half.body_text(), "tx7");
    }

    #[test]
    fn a_time_of_delivery_is_one_of_the_clients_clock() {
        let at = SimTime::START + SimSpan::secs(10);
        let timed = message(&Way { delay: Some(Delay::Deliver(at)), ..Way::default() });
        let wired = timed.wired().expect("it came as bytes");
        assert_eq!(wired.properties.get("TIMER_DELIVER_MS"), Some("12000"));
    }

    #[test]
    fn what_has_no_property_of_its_own_stays_as_it_is() {
        assert!(message(&Way::default()).wired().is_none());
    }
}
