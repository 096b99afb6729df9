//! Pop, acknowledgement and change of the invisible time (`PopMessageProcessor`,
//! `AckMessageProcessor`, `ChangeInvisibleTimeProcessor`).

use std::rc::Rc;

use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::broker::call::Call;
use crate::rocketmq::broker::pop::{CheckPoint, pop_retry_topic};
use crate::rocketmq::message::{Message, Wired};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{
    AckRequest, AdminReply, PopRequest, Popped, PoppedQueue, PulledMessage, Reply, ReplyBody, code,
};
use crate::rocketmq::store::GetLimits;

use super::group_admin::answer;

/// `NO_MESSAGE` and `POLLING_TIMEOUT`.
const NO_MESSAGE: u16 = 208;
const POLLING_TIMEOUT: u16 = 210;
/// Most messages of one pop.
const MOST: u32 = 32;
/// `reviveQueueNum`.
const REVIVE_QUEUES: u32 = 8;

impl Broker {
    /// Checks as for a pull; what finds nothing may wait.
    pub(super) fn process_pop(
        &mut self,
        call: Call,
        pop: &PopRequest,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        if let Some(refusal) = self.refusal_of_pop(pop) {
            return Some(refusal);
        }
        if let Some(reply) = self.pop_now(pop, fx) {
            return Some(reply);
        }
        let left = u64::try_from(pop.born + pop.poll_millis - fx.wall()).unwrap_or(0);
        if pop.poll_millis <= 0 || left == 0 {
            return Some(self.pop_nothing(pop, fx));
        }
        self.hold_pop(call, pop, fx.now() + SimSpan::millis(left), fx);
        None
    }

    fn refusal_of_pop(&mut self, pop: &PopRequest) -> Option<Reply> {
        if pop.most > MOST {
            return Some(Reply::code(code::INVALID_PARAMETER));
        }
        let Some(topic) = self.topics.get(pop.topic).copied() else {
            return Some(Reply::code(code::TOPIC_NOT_EXIST));
        };
        if !topic.is_readable() {
            return Some(Reply::code(code::NO_PERMISSION));
        }
        if pop.queue >= topic.read_queues.cast_signed() {
            return Some(Reply::code(code::INVALID_PARAMETER));
        }
        match self.find_group(pop.group) {
            None => Some(Reply::code(code::SUBSCRIPTION_GROUP_NOT_EXIST)),
            Some(group) if !group.may_consume => Some(Reply::code(code::NO_PERMISSION)),
            Some(_) => None,
        }
    }

    /// Takes what is there: from the topic's queues, then from the group's retry topic.
    pub(in crate::rocketmq::broker) fn pop_now(
        &mut self,
        pop: &PopRequest,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        let mut popped = self.empty_pop(pop, fx);
        let queues = self.topics.get(pop.topic).map_or(0, |topic| topic.read_queues);
        let first = u32::try_from(fx.rng().below(100)).expect("it is below 100");
        let chosen: Vec<u32> = match u32::try_from(pop.queue) {
            Ok(queue) => vec![queue],
            Err(_) => (0..queues).map(|at| (first + at) % queues).collect(),
        };
        for queue in chosen {
            self.pop_queue(pop, (pop.topic, queue), &mut popped, fx);
        }
        let retry = pop_retry_topic(pop.group, pop.topic);
        if self.topics.get(retry).is_some() {
            self.pop_queue(pop, (retry, 0), &mut popped, fx);
        }
        if popped.messages.is_empty() {
            return None;
        }
        self.pops.turn += 1;
        self.arm_revive(fx);
        Some(answer(AdminReply::Popped(popped)))
    }

    /// The answer of a pop that found nothing.
    pub(in crate::rocketmq::broker) fn pop_nothing(
        &mut self,
        pop: &PopRequest,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        let popped = AdminReply::Popped(self.empty_pop(pop, fx));
        Reply { code: POLLING_TIMEOUT, body: ReplyBody::Admin(Rc::new(popped)) }
    }

    fn empty_pop(&self, pop: &PopRequest, fx: &Effects<'_, Mq>) -> Popped {
        Popped {
            at: fx.wall(),
            invisible: pop.invisible,
            revive: self.pops.turn % REVIVE_QUEUES,
            rest: 0,
            queues: Vec::new(),
            messages: Vec::new(),
        }
    }

    fn pop_queue(
        &mut self,
        pop: &PopRequest,
        (from, queue): (Name, u32),
        popped: &mut Popped,
        fx: &mut Effects<'_, Mq>,
    ) {
        let taken = u32::try_from(popped.messages.len()).expect("pops are small");
        let offset = self.offsets.get(pop.group, from, queue).unwrap_or(0);
        let left = self.store.max_offset(from, queue).saturating_sub(offset);
        if taken >= pop.most {
            popped.rest += left;
            return;
        }
        let limits = GetLimits {
            max_messages: pop.most - taken,
            transfer_count: self.config.max_transfer_count,
            transfer_bytes: self.config.max_transfer_bytes,
        };
        let result = self.store.get((from, queue), offset, pop.tags, limits);
        popped.rest += result.max.saturating_sub(result.next);
        let offsets: Vec<u64> = result.messages.iter().map(|message| message.offset).collect();
        let (group, topic) = (pop.group, pop.topic);
        let (at, invisible, open) = (popped.at, pop.invisible, offsets.clone());
        let point = CheckPoint { group, topic, from, queue, open, popped: at, invisible };
        if result.next > offset {
            self.pass(&point, result.next, fx);
        }
        if offsets.is_empty() {
            return;
        }
        self.pops.points.push(point);
        let is_retry = from != topic;
        let handle = format!("{offset} {at} {invisible} {}", popped.revive);
        let broker = self.config.name;
        let handed_out = |message: PulledMessage| {
            if !is_retry {
                return message;
            }
            let handle = format!("{handle} 1 {broker} {queue} {}", message.offset);
            PulledMessage { message: with_handle(&message.message, &handle, topic), ..message }
        };
        popped.messages.extend(result.messages.into_iter().map(handed_out));
        popped.queues.push(PoppedQueue { is_retry, queue, start: offset, offsets });
    }

    /// Code 208 for an offset that the queue does not have; else done, whatever the handle says.
    pub(super) fn acknowledge(&mut self, ack: &AckRequest) -> Reply {
        if ack.offset >= self.store.max_offset(ack.from(), ack.queue) {
            return Reply::code(NO_MESSAGE);
        }
        self.close_offset(ack);
        Reply::code(code::SUCCESS)
    }

    fn close_offset(&mut self, ack: &AckRequest) {
        let from = ack.from();
        for point in &mut self.pops.points {
            let same = (point.group, point.from, point.queue, point.popped);
            if same == (ack.group, from, ack.queue, ack.popped) {
                point.open.retain(|offset| *offset != ack.offset);
            }
        }
        self.pops.points.retain(|point| !point.open.is_empty());
    }

    /// The message stays invisible for another while, from now on.
    pub(super) fn change_invisible(
        &mut self,
        ack: &AckRequest,
        invisible: i64,
        fx: &mut Effects<'_, Mq>,
    ) -> Reply {
        if ack.offset >= self.store.max_offset(ack.from(), ack.queue) {
            return Reply::code(NO_MESSAGE);
        }
        self.close_offset(ack);
        let (group, topic, from) = (ack.group, ack.topic, ack.from());
        let (open, popped) = (vec![ack.offset], fx.wall());
        let queue = ack.queue;
        self.pops.points.push(CheckPoint { group, topic, from, queue, open, popped, invisible });
        self.arm_revive(fx);
        let revive = self.pops.turn % REVIVE_QUEUES;
        answer(AdminReply::Invisible { at: popped, invisible, revive })
    }
}

/// A message of a retry topic is answered under its real topic, with its handle.
fn with_handle(message: &Message, handle: &str, topic: Name) -> Message {
    let Some(wired) = message.wired() else { return message.under(topic) };
    let mut wired = Wired::clone(wired);
    wired.properties.set("POP_CK", handle);
    message.rewired(wired).under(topic)
}
