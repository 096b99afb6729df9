//! The pull loop of a push consumer: what looks like pushing is a pull that the broker holds.
//!
//! Follows `DefaultMQPushConsumerImpl.pullMessage`, its callback and `PullAPIWrapper`. Leaves out
//! nothing of it but statistics.

use crate::facts::{Fact, Why};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    PullRequest, Pulled, Reply, ReplyBody, Request, Subscription, TagExpression, code, sys_flag,
};

use super::super::Waiter;
use super::super::calls::{Call, CallError, millis};
use super::super::queue::MessageQueue;
use super::super::timer::ClientTimer;
use super::PushConsumer;
use super::threads::Placed;

/// Pause while too much is held (`PULL_TIME_DELAY_MILLS_WHEN_CACHE_FULL`).
pub(super) const THROTTLE: SimSpan = SimSpan::millis(50);
/// Pause while the program wants none (`PULL_TIME_DELAY_MILLS_WHEN_SUSPEND`).
pub(super) const PAUSED: SimSpan = SimSpan::secs(1);
/// Pause after a broker's FLOW_CONTROL (`PULL_TIME_DELAY_MILLS_WHEN_BROKER_FLOW_CONTROL`).
pub(super) const BROKER_FLOW_CONTROL: SimSpan = SimSpan::millis(20);

impl PushConsumer {
    /// Asks for messages of an owned queue, unless too much of it is held.
    pub(super) fn pull(&mut self, id: u32, why: Why, fx: &mut Effects<'_, Mq>) {
        if self.puller.waits() {
            return self.puller.line_up(id, why);
        }
        let Some(holding) = self.owned.get_mut(id) else { return };
        holding.last_pull = fx.now();
        if self.paused {
            return self.pull_later(id, PAUSED, Because::PullPaused, fx);
        }
        if holding.pop.is_some() {
            return self.pop(id, why, fx);
        }
        let in_order = self.config.rules.orderly;
        let full = self.limits.exceeded(&holding.process, self.config.max_span, in_order);
        let (group, queue) = (self.shown, self.instance.routes.show(holding.queue));
        let was_throttled = std::mem::replace(&mut holding.throttled, full.is_some());
        let Some(full) = full else {
            if was_throttled {
                fx.note(Fact::Unthrottled { queue, group });
            }
            return self.ask_in_turn(id, why, fx);
        };
        if !was_throttled {
            fx.note(Fact::Throttled { queue, group, why: full });
        }
        self.pull_later(id, THROTTLE, Because::PullAfterThrottle, fx);
    }

    /// A pull ended.
    pub(super) fn pulled(
        &mut self,
        id: u32,
        result: Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.owned.get(id).is_none() || self.is_leaving() {
            return;
        }
        if self.owned.get(id).is_some_and(|holding| holding.pop.is_some()) {
            return self.popped(id, result, fx);
        }
        match result {
            Ok(Reply { code: code::SUCCESS, body: ReplyBody::Pulled(pulled) }) => {
                self.found(id, &pulled, fx);
            }
            Ok(Reply {
                code: code::PULL_NOT_FOUND | code::PULL_RETRY_IMMEDIATELY,
                body: ReplyBody::Pulled(pulled),
            }) => self.nothing_found(id, &pulled, fx),
            Ok(Reply { code: code::PULL_OFFSET_MOVED, body: ReplyBody::Pulled(pulled) }) => {
                self.offset_illegal(id, &pulled, fx);
            }
            Ok(Reply { code: code::FLOW_CONTROL, .. }) => {
                self.pull_later(id, BROKER_FLOW_CONTROL, Because::PullAfterError, fx);
            }
            Ok(_) | Err(_) => self.pull_after_error(id, fx),
        }
    }

    /// The timer of an owned queue ran out.
    pub(super) fn pull_due(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        if let Some(holding) = self.owned.get(id) {
            self.pull(id, holding.due_why, fx);
        }
    }

    pub(super) fn ask(&mut self, id: u32, why: Why, fx: &mut Effects<'_, Mq>) {
        let holding = self.owned.get(id).expect("the queue is owned");
        if self.subscription(holding.queue).is_none() {
            let after = self.config.client.pull_delay_on_error;
            return self.pull_later(id, after, Because::PullNoSubscription, fx);
        }
        let (queue, offset) = (holding.queue, holding.next_offset);
        let reader = self.instance.routes.pull_from(queue.broker, holding.suggested);
        let Some((peer, is_slave)) = reader else {
            return self.pull_after_error(id, fx);
        };
        let shown = self.instance.routes.show(queue);
        fx.note(Fact::Asked { queue: shown, group: self.group(), offset, why });
        let mut pull = self.request(queue, offset);
        if is_slave {
            // Offsets are for the master.
            pull.sys_flag &= !sys_flag::COMMIT_OFFSET;
        }
        let request = Request::Pull(pull);
        let (timeout, waiter) = (self.config.pull_timeout, Waiter::Pull(id));
        self.instance.calls.call_back(Call { peer, request, timeout, waiter }, fx);
    }

    fn request(&self, queue: MessageQueue, offset: u64) -> PullRequest {
        let subscription = self.subscription(queue).expect("the topic is subscribed");
        let commit_offset = self.offsets.read(queue).unwrap_or(0);
        let commit = if commit_offset > 0 && !self.config.rules.broadcasting {
            sys_flag::COMMIT_OFFSET
        } else {
            0
        };
        PullRequest {
            group: self.config.client.group,
            topic: queue.topic,
            queue: queue.id,
            offset,
            max_messages: self.config.pull_batch_size,
            sys_flag: sys_flag::SUSPEND | commit,
            commit_offset,
            suspend_timeout: millis(self.config.suspend_timeout),
            sub_version: subscription.version,
            tags: subscription.tags,
        }
    }

    pub(super) fn subscription(&self, queue: MessageQueue) -> Option<Subscription> {
        let data = self.instance.consumer.as_ref().expect("the consumer is registered");
        data.subscriptions.iter().find(|sub| sub.topic == queue.topic).copied()
    }

    fn found(&mut self, id: u32, pulled: &Pulled, fx: &mut Effects<'_, Mq>) {
        let first = pulled.messages.first().map_or(pulled.next, |message| message.offset);
        let queue = self.received(id, pulled, first, fx);
        let (shown, group) = (self.instance.routes.show(queue), self.group());
        // What was asked for before the topic was left is taken as it comes.
        let tags = self.subscription(queue).map_or(TagExpression::ALL, |wanted| wanted.tags);
        let holding = self.owned.get_mut(id).expect("the queue is owned");
        let mut placed: Vec<Placed> = Vec::with_capacity(pulled.messages.len());
        for (index, message) in pulled.messages.iter().enumerate() {
            let (msg, offset) = (message.message.key, message.offset);
            if tags.matches(message.message.template.tag) {
                fx.note(Fact::Delivered { msg, queue: shown, group, offset });
                holding.process.put(&pulled.messages, index);
                placed.push((offset, msg));
            } else {
                fx.note(Fact::FilteredOut { msg, queue: shown, group, offset });
            }
        }
        if !self.config.rules.orderly {
            self.submit((id, shown), &placed, fx);
        } else if !placed.is_empty() {
            self.dispatch(id, fx);
        }
        self.pull_again(id, !placed.is_empty(), fx);
    }

    fn nothing_found(&mut self, id: u32, pulled: &Pulled, fx: &mut Effects<'_, Mq>) {
        let queue = self.received(id, pulled, pulled.next, fx);
        if self.owned.get(id).is_some_and(|holding| holding.process.is_empty()) {
            self.offsets.update(queue, pulled.next, true);
        }
        self.pull_again(id, false, fx);
    }

    /// The broker has moved on: gives the queue up with the offset that it names, and takes it
    /// anew.
    fn offset_illegal(&mut self, id: u32, pulled: &Pulled, fx: &mut Effects<'_, Mq>) {
        let queue = self.received(id, pulled, pulled.next, fx);
        self.offsets.update(queue, pulled.next, false);
        self.release(id, Because::OffsetIllegal.plain(), fx);
        self.wake_all(fx);
    }

    fn received(
        &mut self,
        id: u32,
        pulled: &Pulled,
        offset: u64,
        fx: &mut Effects<'_, Mq>,
    ) -> MessageQueue {
        let holding = self.owned.get_mut(id).expect("the queue is owned");
        holding.next_offset = pulled.next;
        holding.suggested = pulled.suggested;
        let count = u32::try_from(pulled.messages.len()).expect("answers are small");
        let (queue, group) = (self.instance.routes.show(holding.queue), self.shown);
        fx.note(Fact::Received { queue, group, offset, count });
        holding.queue
    }

    /// Asks again at once, or after `pullInterval` where there was something to consume.
    pub(super) fn pull_again(&mut self, id: u32, found: bool, fx: &mut Effects<'_, Mq>) {
        if found && self.config.pull_interval > SimSpan::ZERO {
            return self.pull_later(id, self.config.pull_interval, Because::PullInterval, fx);
        }
        self.pull(id, Because::PullAgain.with(millis(self.config.pull_interval)), fx);
    }

    pub(super) fn pull_after_error(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        if is_planted(Bug::PullEndsWithError) {
            return;
        }
        let after = self.config.client.pull_delay_on_error;
        self.pull_later(id, after, Because::PullAfterError, fx);
    }

    pub(super) fn pull_later(
        &mut self,
        id: u32,
        after: SimSpan,
        because: Because,
        fx: &mut Effects<'_, Mq>,
    ) {
        let holding = self.owned.get_mut(id).expect("the queue is owned");
        holding.due_why = because.with(millis(after));
        fx.arm(after, Timer::Client(ClientTimer::PullAgain { queue: id }));
    }
}
