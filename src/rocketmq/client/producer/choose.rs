//! Queues that the program chooses: one that it names, or one that a selector takes.
//!
//! Follows `SelectMessageQueueByHash`, `SelectMessageQueueByRandom` and
//! `SelectMessageQueueByMachineRoom`, which selects nothing; and what 5.x clients and proxies take
//! for message groups. Selectors see all queues, also those of brokers that just failed. The
//! program's thread asks its selector before the send itself begins
//! (`DefaultMQProducerImpl.invokeMessageQueueSelector`), unless nobody waits for the send.

use std::rc::Rc;

use crate::facts::Why;
use crate::kernel::effects::Effects;
use crate::rocketmq::hashes::{index_by_hash, index_by_sip, jump_hash, sip_hash};
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::sending::{Mode, Place, Way};
use crate::rocketmq::topic::java_hash;

use super::super::calls::millis;
use super::super::queue::MessageQueue;
use super::Producer;

/// True where the program's thread asks a selector of the 4.x client, and then sends to the queue
/// that it took.
pub(super) fn selects(way: &Way) -> bool {
    let selector = matches!(way.place, Place::Hash | Place::Random | Place::MachineRoom);
    let alone = way.transaction.is_none() && way.request.is_none() && way.batch == 0;
    selector && alone && way.mode != Mode::OneWay
}

impl Producer {
    /// The program's thread has its queue: the send to that one begins, with all of its time.
    /// False where this thread goes on with it.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn selected(
        &mut self,
        number: u32,
        (queue, why): (MessageQueue, Why),
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let sender = self.senders.get_mut(&number).expect("the sender is at work");
        let (now, place) = (fx.now(), (sender.round, sender.place));
        if now.since(sender.send.begun) > sender.send.timeout {
            let why = Because::CallTimeout.with(millis(sender.send.timeout));
            self.fail(number, why, fx);
            return true;
        }
        (sender.send.selecting, sender.send.begun) = (false, now);
        let mode = sender.send.mode();
        if mode == Mode::Sync && self.config.rules.gathering.is_none() {
            return false;
        }
        let mut sender = self.senders.remove(&number).expect("the sender is at work");
        let to = Place::Queue { broker: queue.broker, id: queue.id };
        let way = Way { place: to, ..sender.send.way.as_deref().cloned().unwrap_or_default() };
        if self.gather((number, place), (&sender.send.message, Some(&way)), Some(why), fx) {
            return true;
        }
        (sender.send.way, sender.send.chosen) = (Some(Rc::new(way)), Some(Rc::from([why])));
        if mode == Mode::Sync {
            self.senders.insert(number, sender);
            return false;
        }
        if self.hand_over(sender, number, fx) {
            self.returned(number, place, fx);
        }
        true
    }

    /// The queue that the program wants, or why there is none.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn chosen(
        &mut self,
        place: Place,
        message: &Message,
    ) -> Result<(MessageQueue, Why), Why> {
        let topic = message.template.topic;
        let count = self.instance.routes.publish(topic).queues().len();
        let few = u32::try_from(count).expect("fewer queues than u32 can count");
        let (index, why) = match place {
            Place::Queue { broker, id } => {
                let known = self.instance.routes.shown(broker).is_some();
                let queue = MessageQueue { topic, broker, id };
                let unknown = Because::BrokerUnknown.plain();
                return known.then(|| (queue, Because::QueueGiven.with(id))).ok_or(unknown);
            }
            Place::Hash => {
                let hash = hash_of(message);
                (index_by_hash(hash, few), Because::SelectedByHash.with(hash.unsigned_abs()))
            }
            Place::Random => {
                let index = self.extras().selector.index(count);
                let index = u32::try_from(index).expect("it is below the count");
                (index, Because::SelectedAtRandom.with(index))
            }
            Place::Group => {
                let hash = sip_hash(&group_of(message));
                let low = u32::try_from(hash & 0x7FFF_FFFF).expect("31 bits");
                (index_by_sip(hash, few), Because::SelectedByGroup.with(low))
            }
            Place::ProxyGroup => {
                let hash = java_hash(&group_of(message));
                (jump_hash(hash, few), Because::SelectedByProxy.with(hash.unsigned_abs()))
            }
            Place::MachineRoom => return Err(Because::SelectorFailed.plain()),
            Place::Rotation => panic!("a rotation is no choice of the program"),
        };
        Ok((self.instance.routes.publish(topic).queues()[index as usize], why))
    }
}

/// The hash code of the selector's argument: the business key, or the number of the round.
fn hash_of(message: &Message) -> i32 {
    match message.template.keys {
        Some(key) => java_hash(key.as_str()),
        None => message.round.cast_signed(),
    }
}

/// The message group: the business key, or the number of the round.
fn group_of(message: &Message) -> String {
    message.template.keys.map_or_else(|| message.round.to_string(), |key| key.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked example 10.4.
    #[test]
    fn texts_pick_the_queues_of_the_worked_example() {
        let rows = [
            ("", 0, 0),
            ("a", 1, 1),
            ("TagA", 3, 7),
            ("TagB", 0, 0),
            ("TagC", 1, 1),
            ("order", 2, 6),
            ("OrderPaid", 2, 2),
            ("中文", 2, 2),
            ("user-42", 0, 0),
            ("polygenelubricants", 0, 0),
        ];
        for (text, four, eight) in rows {
            let index = |queues| index_by_hash(java_hash(text), queues);
            assert_eq!((index(4), index(8)), (four, eight), "{text}");
        }
    }
}
