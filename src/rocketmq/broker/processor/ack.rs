//! Acknowledgement and change of the invisible time (`AckMessageProcessor`,
//! `ChangeInvisibleTimeProcessor`).

use std::rc::Rc;

use crate::facts::{Fact, QueueRef};
use crate::kernel::effects::Effects;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::broker::pop::{CheckPoint, Next, PopId, REVIVE_QUEUES, span_of};
use crate::rocketmq::broker::wheel::{When, when};
use crate::rocketmq::extra_info::ORDERLY_REVIVE_QUEUE;
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{AckRequest, AdminReply, Reply, ReplyBody, code};

impl Broker {
    /// Code 208 for an offset that the queue does not have; else done, whatever the handle says.
    pub(super) fn acknowledge(&mut self, ack: &AckRequest, fx: &mut Effects<'_, Mq>) -> Reply {
        let max = self.store.max_offset(ack.topic, ack.queue);
        if let Some(code) = self.refusal_of_ack(ack, max + 1) {
            return Reply::code(code);
        }
        let is_legal = self.take_ack(ack, false, fx);
        Reply::code(if is_legal { code::SUCCESS } else { code::MESSAGE_ILLEGAL })
    }

    /// Code 208 for an empty batch; offsets that a queue does not have are passed over.
    pub(super) fn acknowledge_all(
        &mut self,
        acks: &[AckRequest],
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let mut reply = if acks.is_empty() { code::NO_MESSAGE } else { code::SUCCESS };
        for ack in acks {
            let max = self.store.max_offset(ack.topic, ack.queue);
            let min = self.store.queue(ack.topic, ack.queue).map_or(0, |queue| queue.min_offset());
            let known = ack.offsets.iter().copied().filter(|at| (min..=max).contains(at));
            let offsets: Vec<u64> = known.collect();
            if !offsets.is_empty()
                && !self.take_ack(&AckRequest { offsets, ..ack.clone() }, true, fx)
            {
                reply = code::MESSAGE_ILLEGAL;
            }
        }
        Reply::code(reply)
    }

    /// Topic, queue, then the offset, which must lie before `end`.
    fn refusal_of_ack(&self, ack: &AckRequest, end: u64) -> Option<u16> {
        let Some(topic) = self.topics.get(ack.topic) else { return Some(code::TOPIC_NOT_EXIST) };
        if ack.queue >= topic.read_queues {
            return Some(code::MESSAGE_ILLEGAL);
        }
        let min = self.store.queue(ack.topic, ack.queue).map_or(0, |queue| queue.min_offset());
        (!(min..end).contains(&ack.offsets[0])).then_some(code::NO_MESSAGE)
    }

    /// False where a message was not popped in order as its handle says.
    fn take_ack(&mut self, ack: &AckRequest, is_batch: bool, fx: &mut Effects<'_, Mq>) -> bool {
        let handle = ack.handle;
        self.count_acks((ack.topic, ack.group), ack.offsets.len() as u64, fx);
        for offset in &ack.offsets {
            self.state_acknowledged(ack, *offset, fx);
        }
        if handle.revive == ORDERLY_REVIVE_QUEUE as u32 {
            let mut is_legal = true;
            for offset in &ack.offsets {
                is_legal &= self.acknowledge_in_order(ack, *offset, fx);
            }
            return is_legal;
        }
        self.store_ack(ack, is_batch, fx);
        true
    }

    fn store_ack(&mut self, ack: &AckRequest, is_batch: bool, fx: &mut Effects<'_, Mq>) {
        let handle = ack.handle;
        let ends = handle.popped.saturating_add(handle.invisible);
        let record =
            pop_of(ack).ack(&ack.offsets, is_batch, (self.revive_topic(), ends, fx.wall()));
        self.store_record(&record, handle.revive, fx);
    }

    fn state_acknowledged(&self, ack: &AckRequest, offset: u64, fx: &mut Effects<'_, Mq>) {
        if let Some(record) = self.store.record_in(ack.topic, ack.queue, offset) {
            let (msg, group, why) = (record.message.key, ack.group, Because::PopAcknowledged);
            fx.note(Fact::Settled { msg, group, why: why.plain() });
        }
    }

    fn acknowledge_in_order(
        &mut self,
        ack: &AckRequest,
        offset: u64,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let (group, topic, queue) = (ack.group, ack.topic, ack.queue);
        if self.offsets.get(group, topic, queue).is_some_and(|committed| offset < committed) {
            return true;
        }
        let id = (topic, group, queue);
        match self.pops.orders.acknowledge(id, offset, ack.handle.popped) {
            Next::Illegal => false,
            Next::Ignored => true,
            Next::Offset(next) => {
                let place = QueueRef { topic, broker: fx.node(), id: queue };
                if !self.offsets.has_reset(group, topic, queue) {
                    self.commit(group, (place, next), Because::PopAcknowledged.plain(), fx);
                }
                self.order_changed(id, fx);
                let attempt = (None, ack.handle.invisible);
                if !self.pops.orders.is_blocked(id, attempt, fx.wall()) {
                    self.wake_pop((topic, group, queue.cast_signed(), false), None, fx);
                }
                true
            }
        }
    }

    /// The message stays invisible for another while, from now on.
    pub(super) fn change_invisible(
        &mut self,
        ack: &AckRequest,
        invisible: i64,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let max = self.store.max_offset(ack.topic, ack.queue);
        if let Some(code) = self.refusal_of_ack(ack, max) {
            return hidden(code, 0, 0, 0);
        }
        let (wall, handle) = (fx.wall(), ack.handle);
        if handle.revive == ORDERLY_REVIVE_QUEUE as u32 {
            return self.change_in_order(ack, invisible, fx);
        }
        let start = ack.offsets[0];
        let id = PopId { start, popped: wall, ..pop_of(ack) };
        let point = CheckPoint::new(id, invisible, vec![start]);
        if !self.store_point(&point, handle.revive, fx) {
            return hidden(code::SYSTEM_ERROR, 0, 0, 0);
        }
        self.count_checkpoint((ack.topic, ack.group), fx);
        self.count_acks((ack.topic, ack.group), 1, fx);
        self.store_ack(ack, false, fx);
        if let Some(record) = self.store.record_in(ack.topic, ack.queue, start) {
            let (msg, wait) = (record.message.key, span_of(invisible));
            let why = u32::try_from(invisible).unwrap_or(u32::MAX);
            let (queue, why) =
                (self.queue_ref(ack.topic, ack.queue, fx), Because::InvisibleChanged.with(why));
            fx.note(Fact::Postponed { msg, queue, wait, why });
        }
        hidden(code::SUCCESS, wall, invisible, handle.revive)
    }

    fn change_in_order(
        &mut self,
        ack: &AckRequest,
        invisible: i64,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let (id, offset) = ((ack.topic, ack.group, ack.queue), ack.offsets[0]);
        let committed = self.offsets.get(ack.group, ack.topic, ack.queue);
        if committed.is_some_and(|committed| offset < committed) {
            return hidden(code::SUCCESS, 0, 0, 0);
        }
        let (until, popped) = (fx.wall().saturating_add(invisible), ack.handle.popped);
        self.pops.orders.hide(id, (offset, popped), until);
        self.order_changed(id, fx);
        hidden(code::SUCCESS, popped, until.saturating_sub(popped), ack.handle.revive)
    }

    /// Stores a checkpoint; false where its end is too far away for the timer.
    pub(super) fn store_point(
        &mut self,
        point: &CheckPoint,
        revive: u32,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let record = point.message(self.revive_topic(), fx.wall());
        self.store_record(&record, revive, fx)
    }

    fn store_record(&mut self, record: &Message, revive: u32, fx: &mut Effects<'_, Mq>) -> bool {
        if self.config.ha.is_slave() || self.is_fenced() || revive >= REVIVE_QUEUES {
            return false;
        }
        if matches!(when(record, fx.wall()), When::Illegal) {
            return false;
        }
        self.deposit_uncounted(record, revive, fx);
        true
    }
}

fn pop_of(ack: &AckRequest) -> PopId {
    let AckRequest { group, topic, queue, handle, .. } = ack;
    let (group, topic, queue) = (*group, *topic, *queue);
    PopId { group, topic, queue, start: handle.start, popped: handle.popped, broker: handle.broker }
}

/// `ChangeInvisibleTimeResponseHeader`.
fn hidden(code: u16, at: i64, invisible: i64, revive: u32) -> Reply {
    let body = AdminReply::Invisible { at, invisible, revive };
    Reply { code, body: ReplyBody::Admin(Rc::new(body)) }
}
