//! Several messages in one request.
//!
//! Follows `MessageBatch` and `DefaultMQProducer.batch`: all have one topic, none is delayed, each
//! has a unique key, and the batch has one of its own, which brokers put behind those of its
//! messages. Batches are not compressed. That own key takes no number of its own here.

use std::rc::Rc;

use crate::kernel::effects::Effects;
use crate::rocketmq::message::{Body, Message, Template, Wired};
use crate::rocketmq::properties::{Properties, UNIQ_KEY};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::sending::Way;
use crate::rocketmq::topic::java_hash;

use super::super::java_order::sort_by_hash;
use super::Producer;
use super::gather::keys_of;
use super::send::Send;

impl Producer {
    /// Makes the other messages of a batch; all go to the topic of the first one.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn fill_batch(
        &mut self,
        send: &mut Send,
        way: &Way,
        place: usize,
        fx: &mut Effects<'_, Mq>,
    ) {
        let (round, mut messages) = (send.message.round, vec![send.message.clone()]);
        for _ in 1..way.batch {
            messages.push(self.make(round, place, fx).0);
        }
        send.batch = Some(messages.into());
    }
}

/// What the messages of a batch have in common.
#[inline(never)] // Can wait (`xtask/src/split`).
pub(super) fn common(first: &Message) -> Message {
    whole(first, &[("WAIT", "true")])
}

/// The same of what the accumulator gathered: also the tag, and all keys, which it collects of
/// synchronous sends only.
#[inline(never)] // Can wait.
pub(super) fn common_of(all: &Rc<[Message]>, has_keys: bool) -> Message {
    let (first, mut keys) = (&all[0], if has_keys { keys_of(all) } else { Vec::new() });
    sort_by_hash(&mut keys, |key| java_hash(key));
    let keys = keys.join(" ");
    let mut more = vec![("KEYS", keys.as_str()), ("WAIT", "true")];
    more.extend(first.template.tag.iter().map(|tag| ("TAGS", tag.as_str())));
    whole(first, &more)
}

fn whole(first: &Message, more: &[(&str, &str)]) -> Message {
    let unique = first.unique_key();
    let mut all = vec![(UNIQ_KEY, unique.as_str())];
    all.extend(more);
    sort_by_hash(&mut all, |(name, _)| java_hash(name));
    let mut properties = Properties::default();
    all.iter().for_each(|(name, value)| properties.set(name, value));
    let (body, flag, sys_flag, reconsume_times, prepared) = (Vec::new(), 0, 0, 0, 0);
    let wired = Wired { properties, body, flag, sys_flag, reconsume_times, prepared };
    let (topic, body) = (first.template.topic, Body::Wired(Rc::new(wired)));
    let template = Rc::new(Template { topic, tag: None, keys: None, body });
    Message { template, ..first.clone() }
}

#[cfg(test)]
mod tests {
    use crate::facts::MsgKey;
    use crate::kernel::name::Name;
    use crate::rocketmq::message::ProcessIdentity;
    use crate::rocketmq::remoting::bytes_in_batch;

    use super::*;

    /// Worked example 10.7, the element of a batch.
    #[test]
    fn a_message_in_a_batch_has_the_bytes_of_the_worked_example() {
        let mut properties = Properties::default();
        properties.set("TAGS", "TagA");
        let (body, flag, sys_flag, reconsume_times, prepared) = (b"hi".to_vec(), 0, 0, 0, 0);
        let wired = Wired { properties, body, flag, sys_flag, reconsume_times, prepared };
        let body = Body::Wired(Rc::new(wired));
        let template = Template { topic: Name::new("T"), tag: None, keys: None, body };
        let maker = ProcessIdentity { ip: [0; 4], pid: 0, loader: 0 };
        let (key, template) = (MsgKey::default(), Rc::new(template));
        assert_eq!(bytes_in_batch(&Message { key, template, round: 0, born: 0, maker }), 34);
    }
}
