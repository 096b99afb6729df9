//! Queues that are popped: the broker hands messages out for a while, and each is acknowledged or
//! kept longer by itself.
//!
//! Follows `DefaultMQPushConsumerImpl.popMessage` and `ConsumeMessagePopConcurrentlyService`: who
//! has a message for longer than its invisible time has lost it, whatever the listener says.
//! Acknowledgements and longer times are asked for once, and nobody waits for the answer.

use std::rc::Rc;

use crate::facts::{Fact, QueueRef, Why};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::config::ConsumeFrom;
use crate::rocketmq::extra_info::RetryKind;
use crate::rocketmq::listener::{Answer, SideEffect, decide};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    self, AckRequest, AdminReply, AdminRequest, PopHandle, PopKind, PopRequest, PulledMessage,
    Reply, ReplyBody, Request, TagExpression, code,
};

use super::super::Waiter;
use super::super::calls::{Call, CallError, millis};
use super::PushConsumer;
use super::pull_loop::{BROKER_FLOW_CONTROL, THROTTLE};
use super::reply::request;
use super::threads::{Acts, Work};

/// So long a broker may hold a pop (`BROKER_SUSPEND_MAX_TIME_MILLIS`), and what the client adds.
const POLL: SimSpan = SimSpan::secs(15);
const TIMEOUT: SimSpan = SimSpan::secs(25);
/// Time-out of acknowledgements.
const ACK_TIMEOUT: SimSpan = SimSpan::secs(3);
/// Seconds that what failed stays invisible, by how often it was tried (`popDelayLevel`).
pub const DELAYS: [u64; 16] =
    [10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200];

/// A message that was popped.
#[derive(Clone, Debug)]
pub(super) struct Popped {
    pub(super) ack: AckRequest,
    /// From here on others get it, ms since 1970.
    pub(super) until: i64,
    pub(super) times: u32,
    born: i64,
}

impl PushConsumer {
    /// Asks for messages of a queue that is popped, unless too many are out.
    pub(super) fn pop(&mut self, id: u32, why: Why, fx: &mut Effects<'_, Mq>) {
        let holding = self.owned.get(id).expect("the queue is owned");
        let (queue, out) = (holding.queue, holding.pop.unwrap_or(0));
        if out > self.config.rules.pop_threshold {
            return self.pull_later(id, THROTTLE, Because::PullAfterThrottle, fx);
        }
        let wanted = self.subscription(queue);
        let peer = self.instance.routes.master(queue.broker);
        let (Some(wanted), Some(peer)) = (wanted, peer) else {
            return self.pull_after_error(id, fx);
        };
        let shown = self.instance.routes.show(queue);
        fx.note(Fact::Asked { queue: shown, group: self.group(), offset: 0, why });
        let pop = PopRequest {
            group: self.config.client.group,
            topic: queue.topic,
            // All queues of a broker are -1 on the wire.
            queue: queue.id.cast_signed(),
            most: self.config.rules.pop_batch,
            invisible: i64::from(millis(self.config.rules.pop_invisible)),
            poll_millis: i64::from(millis(POLL)),
            born: fx.wall(),
            tags: wanted.tags,
            from_last: self.config.consume_from != ConsumeFrom::FirstOffset,
            in_order: false,
            attempt: None,
            kind: PopKind::Pops,
        };
        let (request, waiter) = (Request::Admin(Rc::new(AdminRequest::Pop(pop))), Waiter::Pull(id));
        self.instance.calls.call_back(Call { peer, request, timeout: TIMEOUT, waiter }, fx);
    }

    /// A pop ended.
    pub(super) fn popped(
        &mut self,
        id: u32,
        result: Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        match result {
            Ok(Reply { code: code::SUCCESS, body: ReplyBody::Admin(reply) }) => {
                if let AdminReply::Popped(popped) = &*reply {
                    self.take_popped(id, popped, fx);
                }
            }
            Ok(Reply { code: code::PULL_NOT_FOUND | code::POLLING_TIMEOUT, .. }) => {
                self.pull_again(id, false, fx);
            }
            Ok(Reply { code: code::FLOW_CONTROL, .. }) => {
                self.pull_later(id, BROKER_FLOW_CONTROL, Because::PullAfterError, fx);
            }
            Ok(_) | Err(_) => self.pull_after_error(id, fx),
        }
    }

    /// A listener came back with messages that were popped; or they came too late to be handled.
    pub(super) fn listened_to_popped(
        &mut self,
        thread: u32,
        work: &Work,
        fx: &mut Effects<'_, Mq>,
    ) {
        let pop = work.pop.as_ref().expect("they were popped");
        let ended = work.is_late(fx.wall());
        let good = if work.called { self.state_answer(work, thread, fx) } else { 0 };
        let holding = self.owned.get_mut(work.holding);
        let dropped = holding.is_none();
        if let Some(out) = holding.and_then(|holding| holding.pop.as_mut()) {
            *out -= u32::try_from(pop.len()).expect("batches are small");
        }
        let (queue, group) = (work.queue, self.group());
        for (place, (_, msg)) in work.messages().enumerate() {
            if ended || dropped {
                let why = Because::PopTooLate.with(millis(self.config.rules.pop_invisible));
                fx.note(Fact::PopExpired { msg, queue, group, why });
            } else if place < good {
                self.acknowledge(&pop[place], fx);
            } else {
                self.keep_longer(&pop[place], work.answer, fx);
            }
        }
        self.release_thread(thread, fx);
    }

    fn take_popped(&mut self, id: u32, popped: &remoting::Popped, fx: &mut Effects<'_, Mq>) {
        let holding = self.owned.get(id).expect("the queue is owned");
        let (topic, broker) = (holding.queue.topic, holding.queue.broker);
        let shown = self.instance.routes.show(holding.queue);
        let tags = self.subscription(holding.queue).map_or(TagExpression::ALL, |sub| sub.tags);
        let found = handed_out(popped, (self.config.client.group, topic), (broker, shown));
        let any = self.submit_popped(id, tags, found, fx);
        self.pull_again(id, any, fx);
    }

    /// Gives what passes the filter to the threads, and acknowledges the rest.
    fn submit_popped(
        &mut self,
        id: u32,
        tags: TagExpression,
        found: Vec<(QueueRef, &PulledMessage, Popped)>,
        fx: &mut Effects<'_, Mq>,
    ) -> bool {
        let (group, most) = (self.group(), self.max_reconsume().unsigned_abs());
        let mut any = false;
        for (queue, pulled, popped) in found {
            let (msg, offset) = (pulled.message.key, pulled.offset);
            let is_wanted = tags.matches(pulled.message.template.tag);
            if !is_wanted || popped.times > most {
                fx.note(if is_wanted {
                    Fact::Dead { msg, group, why: Because::TriedTooOften.with(most) }
                } else {
                    Fact::FilteredOut { msg, queue, group, offset }
                });
                self.acknowledge(&popped, fx);
                continue;
            }
            fx.note(Fact::Delivered { msg, queue, group, offset });
            let (service, times) = (self.config.listener.draw(fx.rng()), popped.times);
            let answer = decide(&self.config.rules.answers, pulled, times, fx.rng());
            let acts = (self.config.rules.side_effect != SideEffect::None).then(|| {
                let keys = vec![pulled.message.template.keys];
                Rc::new(Acts { keys, said: answer.and_then(|rule| rule.effect) })
            });
            let answer = answer.map_or(Answer::OK, |rule| rule.answer);
            let asked = self.config.rules.replies.then(|| request(&pulled.message)).flatten();
            let requests = asked.map(|asked| Rc::from([asked]));
            if let Some(out) = self.owned.get_mut(id).and_then(|holding| holding.pop.as_mut()) {
                *out += 1;
            }
            let work = Work::single((id, queue, (offset, msg)), service, answer);
            let work = Work { pop: Some(Rc::from([popped])), acts, requests, ..work };
            self.threads.submit(work, fx);
            any = true;
        }
        any
    }

    fn acknowledge(&mut self, popped: &Popped, fx: &mut Effects<'_, Mq>) {
        self.tell(popped, AdminRequest::Ack(popped.ack.clone()), fx);
    }

    /// One that failed stays invisible for longer; tried too often, until it is old enough to go.
    fn keep_longer(&mut self, popped: &Popped, answer: Answer, fx: &mut Effects<'_, Mq>) {
        let level = if let Answer::Later { level } = answer { level } else { 0 };
        // One below 0 has no step, and nothing is asked for.
        let Ok(level) = usize::try_from(level) else { return };
        let tried = popped.times as usize;
        let level = if popped.times.cast_signed() >= self.max_reconsume() {
            let age = u64::try_from(fx.wall() - popped.born).unwrap_or(0);
            let oldest = DELAYS[DELAYS.len() - 1] * 2 * 1000;
            if age > oldest {
                return self.acknowledge(popped, fx);
            }
            // Younger than the first step, it just comes again: nothing is asked for.
            match DELAYS.iter().rposition(|delay| age >= delay * 1000) {
                Some(reached) => reached + 1,
                None => return,
            }
        } else if level == 0 {
            tried
        } else {
            level
        };
        let seconds = DELAYS[level.min(DELAYS.len() - 1)];
        let invisible = i64::try_from(seconds * 1000).expect("hours fit");
        self.tell(popped, AdminRequest::ChangeInvisible(popped.ack.clone(), invisible), fx);
    }

    /// Tells the broker something that nobody waits for.
    fn tell(&mut self, popped: &Popped, request: AdminRequest, fx: &mut Effects<'_, Mq>) {
        if let Some(peer) = self.instance.routes.master(popped.ack.handle.broker) {
            let (request, waiter) = (Request::Admin(Rc::new(request)), Waiter::Nobody);
            self.instance.calls.call_back(Call { peer, request, timeout: ACK_TIMEOUT, waiter }, fx);
        }
    }
}

/// The messages of an answered pop, each with its place and how it is acknowledged. What comes
/// again comes from a topic of its own (`KeyBuilder.buildPopRetryTopicV1`), where other messages
/// have the same offsets: the broker says of each which one it is (`POP_CK`).
pub(super) fn handed_out(
    popped: &remoting::Popped,
    (group, topic): (Name, Name),
    (broker, shown): (Name, QueueRef),
) -> Vec<(QueueRef, &PulledMessage, Popped)> {
    let mut found = Vec::new();
    // Messages come queue by queue.
    let places = popped.queues.iter().flat_map(|of| of.offsets.iter().map(move |_| of));
    for (of, pulled) in places.zip(&popped.messages) {
        let retry = || Name::new(&RetryKind::V1.topic(topic.as_str(), group.as_str()));
        let lies_in = if of.is_retry { retry() } else { topic };
        let place = QueueRef { topic: lies_in, id: pulled.queue, ..shown };
        let handle = PopHandle {
            start: of.start,
            popped: popped.at,
            invisible: popped.invisible,
            revive: popped.revive,
            broker,
        };
        let offsets = vec![pulled.offset];
        let ack = AckRequest { group, topic: lies_in, queue: pulled.queue, offsets, handle };
        let (times, born) = (pulled.reconsume_times, pulled.message.born);
        let until = popped.at.saturating_add(popped.invisible);
        found.push((place, pulled, Popped { ack, until, times, born }));
    }
    found
}
