//! Pop, and the question whether there is something (`PopMessageProcessor`,
//! `NotificationProcessor`).

use std::rc::Rc;

use crate::facts::{AnswerCode, Fact, QueueRef};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::rocketmq::broker::Broker;
use crate::rocketmq::broker::call::Call;
use crate::rocketmq::broker::pop::{
    CheckPoint, NotHeld, PopId, REVIVE_QUEUES, place_of, retry_topic_of,
};
use crate::rocketmq::extra_info::ORDERLY_REVIVE_QUEUE;
use crate::rocketmq::message::{Message, Wired};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminReply, PopKind, PopRequest, Popped, PoppedQueue, PulledMessage, Reply, ReplyBody, code,
};
use crate::rocketmq::store::{GetResult, GetStatus};

use super::group_admin::answer;

/// Most messages of one pop.
const MOST: u32 = 32;
/// A request that is so much later than its end is not looked at, ms.
const TOO_LATE_MILLIS: i64 = 500;
/// `popFromRetryProbability`, of a hundred: the retry topic is asked first.
const RETRY_FIRST: u64 = 20;

impl Broker {
    /// Checks as for a pull; what finds nothing may wait.
    pub(in crate::rocketmq::broker) fn process_pop(
        &mut self,
        call: Call,
        pop: &PopRequest,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        if let Some((code, because)) = self.refusal_of_pop(pop, fx.wall()) {
            let (queue, group, why) = (place_of(pop, fx), pop.group, because.plain());
            let refused = AnswerCode::Refused;
            fx.note(Fact::Answered { queue, group, offset: 0, count: 0, code: refused, why });
            return Some(of_pop(pop, code, bare()));
        }
        match pop.kind {
            PopKind::Pops => (),
            PopKind::Peeks => return Some(self.peek(pop, fx)),
            PopKind::Asks => return self.notify(call, pop, fx),
            PopKind::Counts => {
                let count = u32::try_from(self.waiting_as(pop)).expect("few wait");
                return Some(answer(AdminReply::Waiting(count)));
            }
        }
        let popped = self.pop_now(pop, fx);
        let rest = popped.rest;
        if popped.messages.is_empty() {
            let not_held = self.hold_pop(call, pop, fx).err();
            if not_held.is_none() && rest > 0 {
                self.wake_pop((pop.topic, pop.group, pop.queue.max(-1), false), None, fx);
            }
            return not_held.map(|not_held| of_pop(pop, code_of(&not_held), popped));
        }
        if rest > 0 {
            self.wake_pop((pop.topic, pop.group, pop.queue.max(-1), false), None, fx);
        }
        Some(answer(AdminReply::Popped(popped)))
    }

    fn refusal_of_pop(&mut self, pop: &PopRequest, wall: i64) -> Option<(u16, Because)> {
        if wall.saturating_sub(pop.born.saturating_add(pop.poll_millis)) > TOO_LATE_MILLIS
            && pop.kind == PopKind::Pops
        {
            return Some((code::POLLING_TIMEOUT, Because::PopTimeout));
        }
        if pop.most > MOST {
            return Some((code::INVALID_PARAMETER, Because::PopTooMany));
        }
        let Some(topic) = self.topics.get(pop.topic).copied() else {
            return Some((code::TOPIC_NOT_EXIST, Because::TopicNotExist));
        };
        if !topic.is_readable() {
            return Some((code::NO_PERMISSION, Because::NoPermission));
        }
        if pop.queue >= topic.read_queues.cast_signed() {
            return Some((code::INVALID_PARAMETER, Because::QueueNotExist));
        }
        match self.find_group(pop.group) {
            None => Some((code::SUBSCRIPTION_GROUP_NOT_EXIST, Because::GroupNotExist)),
            Some(group) if !group.may_consume => {
                Some((code::NO_PERMISSION, Because::GroupForbidden))
            }
            Some(_) => None,
        }
    }

    /// Takes what is there: from the topic's queues and from the group's retry topic, now and then
    /// from that one first.
    fn pop_now(&mut self, pop: &PopRequest, fx: &mut Effects<'_, Mq>) -> Popped {
        let random = fx.rng().below(100);
        let turn = self.pops.turn;
        let revive = if pop.in_order { ORDERLY_REVIVE_QUEUE as u32 } else { turn % REVIVE_QUEUES };
        self.pops.turn = turn.wrapping_add(u32::from(!pop.in_order));
        let counts = pop.in_order.then(Vec::new);
        let (at, invisible) = (fx.wall(), pop.invisible);
        let mut popped = Popped { at, invisible, revive, counts, ..Popped::default() };
        // What it hands out could not be written down.
        if self.is_fenced() {
            return popped;
        }
        for (topic, queue) in self.places_of(pop, random) {
            self.pop_queue(pop, (topic, queue), &mut popped, fx);
        }
        popped
    }

    /// Queues in the order in which a pop looks at them.
    fn places_of(&self, pop: &PopRequest, random: u64) -> Vec<(Name, u32)> {
        let random = u32::try_from(random).expect("it is below 100");
        let all = |topic: Name| {
            let queues = self.topics.get(topic).map_or(0, |topic| topic.read_queues);
            (0..queues).map(move |at| (topic, (random + at) % queues))
        };
        let own: Vec<_> = match u32::try_from(pop.queue) {
            Ok(queue) => vec![(pop.topic, queue)],
            Err(_) => all(pop.topic).collect(),
        };
        if pop.in_order {
            return own;
        }
        let retry = all(retry_topic_of(pop.group, pop.topic));
        let is_first = u64::from(random) < RETRY_FIRST;
        if is_first { retry.chain(own).collect() } else { own.into_iter().chain(retry).collect() }
    }

    /// Where a group goes on in a queue; without an offset it is given one.
    fn pop_offset(
        &mut self,
        pop: &PopRequest,
        (topic, queue): (Name, u32),
        fx: &mut Effects<'_, Mq>,
    ) -> u64 {
        let place = QueueRef { topic, broker: fx.node(), id: queue };
        if let Some(reset) = self.offsets.take_reset(pop.group, topic, queue) {
            self.pops.orders.clear((topic, pop.group, queue));
            self.commit(pop.group, (place, reset), Because::OffsetReset.plain(), fx);
            return reset;
        }
        if let Some(offset) = self.offsets.get(pop.group, topic, queue) {
            return offset;
        }
        let known = self.store.queue(topic, queue);
        let (min, max) = known.map_or((0, 0), |queue| (queue.min_offset(), queue.max_offset()));
        let is_young = min == 0 && max > 0;
        let (offset, because) = match pop.from_last && topic == pop.topic {
            true if is_young => (0, Because::StartYoungQueue),
            true => (max.saturating_sub(1), Because::StartLast),
            false => (min, Because::StartFirst),
        };
        self.commit(pop.group, (place, offset), because.plain(), fx);
        offset
    }

    fn pop_queue(
        &mut self,
        pop: &PopRequest,
        (from, queue): (Name, u32),
        popped: &mut Popped,
        fx: &mut Effects<'_, Mq>,
    ) {
        let offset = self.pop_offset(pop, (from, queue), fx);
        let id = (from, pop.group, queue);
        let attempt = (pop.attempt, pop.invisible);
        if pop.in_order && self.pops.orders.is_blocked(id, attempt, popped.at) {
            return;
        }
        let taken = u32::try_from(popped.messages.len()).expect("a pop has few messages");
        if taken >= pop.most {
            popped.rest += self.store.max_offset(from, queue).saturating_sub(offset);
            return;
        }
        let place = QueueRef { topic: from, broker: fx.node(), id: queue };
        let mut start = offset;
        let mut result = self.read_for_pop(pop, (from, queue), start, taken);
        if matches!(result.status, GetStatus::OffsetTooSmall | GetStatus::OffsetOverflowBadly) {
            start = result.next;
            self.commit(pop.group, (place, start), Because::OffsetIllegal.plain(), fx);
            result = self.read_for_pop(pop, (from, queue), start, taken);
        }
        popped.rest += result.max.saturating_sub(result.next);
        for (offset, count) in result.skipped.iter().copied() {
            let (group, why) = (pop.group, Because::TagMismatch.plain());
            fx.note(Fact::Skipped { queue: place, group, offset, count, why });
        }
        if result.messages.is_empty() {
            // Only what does not match: the group goes past it.
            if result.status == GetStatus::NoMatchedMessage {
                let why = Because::AnsweredNoMatch.plain();
                self.commit(pop.group, (place, result.next), why, fx);
            }
            return;
        }
        let offsets = self.keep_popped(pop, (place, offset, &result), popped, fx);
        let (is_retry, broker) = (from != pop.topic, self.config.name);
        let handle = format!(
            "{offset} {} {} {} 1 {broker} {queue}",
            popped.at, pop.invisible, popped.revive
        );
        let handed_out = |message: PulledMessage| {
            if !is_retry {
                return message;
            }
            let handle = format!("{handle} {}", message.offset);
            PulledMessage { message: with_handle(&message.message, &handle, pop.topic), ..message }
        };
        popped.messages.extend(result.messages.into_iter().map(handed_out));
        popped.queues.push(PoppedQueue { is_retry, queue, start: offset, offsets });
    }

    fn read_for_pop(
        &self,
        pop: &PopRequest,
        place: (Name, u32),
        offset: u64,
        taken: u32,
    ) -> GetResult {
        self.store.get(place, offset, pop.tags, self.limits_of_answer(pop.most - taken))
    }

    /// Writes down what is handed out: a checkpoint, or the order info of its queue. Gives the
    /// offsets.
    fn keep_popped(
        &mut self,
        pop: &PopRequest,
        (place, start, result): (QueueRef, u64, &GetResult),
        popped: &mut Popped,
        fx: &mut Effects<'_, Mq>,
    ) -> Vec<u64> {
        let offsets: Vec<u64> = result.messages.iter().map(|message| message.offset).collect();
        let (topic, queue) = (place.topic, place.id);
        let count = u32::try_from(offsets.len()).expect("a pop has few messages");
        let invisible = u32::try_from(pop.invisible).unwrap_or(u32::MAX);
        let (group, why) = (pop.group, Because::Popped.with(invisible));
        let (offset, code) = (offsets[0], AnswerCode::Found);
        fx.note(Fact::Answered { queue: place, group, offset, count, code, why });
        let bytes = result.messages.iter().map(|message| u64::from(message.size)).sum();
        self.count_get((topic, group), (count.into(), bytes), fx);
        if let Some(counts) = &mut popped.counts {
            let id = (topic, group, queue);
            counts.extend(self.pop_in_order(id, (pop, popped.at), &offsets, fx));
            let why = Because::Popped.with(invisible);
            self.commit(group, (place, start), why, fx);
            return offsets;
        }
        let (broker, popped_at) = (self.config.name, popped.at);
        let id = PopId { group, topic, queue, start, popped: popped_at, broker };
        let point = CheckPoint::new(id, pop.invisible, offsets);
        self.store_point(&point, popped.revive, fx);
        self.count_checkpoint((pop.topic, group), fx);
        self.commit(group, (place, result.next), why, fx);
        point.offsets
    }

    /// Messages as they lie, which others can pop all the same.
    fn peek(&mut self, pop: &PopRequest, fx: &mut Effects<'_, Mq>) -> Reply {
        let random = fx.rng().below(100);
        let mut popped = bare();
        for (topic, queue) in self.places_of(pop, random) {
            let committed = self.offsets.get(pop.group, topic, queue);
            let offset = committed.unwrap_or_else(|| self.store.min_offset(topic, queue));
            popped.rest += self.store.max_offset(topic, queue).saturating_sub(offset);
            let taken = u32::try_from(popped.messages.len()).expect("a peek has few messages");
            if taken < pop.most {
                let result = self.read_for_pop(pop, (topic, queue), offset, taken);
                let (count, sizes) = (result.messages.len() as u64, result.messages.iter());
                let bytes = sizes.map(|message| u64::from(message.size)).sum();
                if count > 0 {
                    self.count_get((topic, pop.group), (count, bytes), fx);
                }
                popped.messages.extend(result.messages);
            }
        }
        let found = if popped.messages.is_empty() { code::PULL_NOT_FOUND } else { code::SUCCESS };
        of_pop(pop, found, popped)
    }

    /// Whether there is something to pop; waits where there is not.
    fn notify(&mut self, call: Call, pop: &PopRequest, fx: &mut Effects<'_, Mq>) -> Option<Reply> {
        let (random, wall) = (fx.rng().below(100), fx.wall());
        let attempt = (pop.attempt, 0);
        let has_messages = self
            .places_of(&PopRequest { in_order: false, ..*pop }, random)
            .into_iter()
            .any(|(topic, queue)| {
                let id = (pop.topic, pop.group, queue);
                let blocked = pop.in_order && self.pops.orders.is_blocked(id, attempt, wall);
                let offset = self.offsets.get(pop.group, topic, queue).unwrap_or(0);
                !blocked && self.store.max_offset(topic, queue) > offset
            });
        if has_messages {
            return Some(answer(AdminReply::Notified { has_messages, is_full: false }));
        }
        let not_held = self.hold_pop(call, pop, fx).err()?;
        let is_full = matches!(not_held, NotHeld::Full);
        Some(answer(AdminReply::Notified { has_messages, is_full }))
    }
}

/// An answer that says nothing of the queues.
fn bare() -> Popped {
    Popped { is_bare: true, ..Popped::default() }
}

fn code_of(not_held: &NotHeld) -> u16 {
    match not_held {
        NotHeld::Full => code::POLLING_FULL,
        NotHeld::TimedOut => code::POLLING_TIMEOUT,
    }
}

fn of_pop(pop: &PopRequest, code: u16, popped: Popped) -> Reply {
    let reply = match pop.kind {
        PopKind::Pops | PopKind::Peeks => AdminReply::Popped(popped),
        PopKind::Asks => AdminReply::Notified { has_messages: false, is_full: false },
        PopKind::Counts => AdminReply::Waiting(0),
    };
    Reply { code, body: ReplyBody::Admin(Rc::new(reply)) }
}

/// A message of a retry topic is answered under its real topic, with its handle.
fn with_handle(message: &Message, handle: &str, topic: Name) -> Message {
    let Some(wired) = message.wired() else { return message.under(topic) };
    let mut wired = Wired::clone(wired);
    if wired.properties.get("POP_CK").is_none() {
        wired.properties.set("POP_CK", handle);
    }
    message.rewired(wired).under(topic)
}
