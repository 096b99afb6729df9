//! Attempts of a send: which queue, how long, and the request.
//!
//! Follows the loop of `DefaultMQProducerImpl.sendDefaultImpl`, and `sendKernelImpl`.

use std::rc::Rc;

use crate::facts::{Fact, Why};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Request, SendRequest};
use crate::rocketmq::sending::{Mode, Place};

use super::super::calls::{Call, millis};
use super::super::queue::MessageQueue;
use super::super::{Thread, Waiter};
use super::Producer;
use super::faults::Verdict;
use super::send::{self, Stage};

impl Producer {
    /// The next queue of a thread's rotation.
    pub(super) fn rotate(
        &mut self,
        (topic, thread): (Name, u32),
        avoid: Option<Name>,
        again: bool,
        fx: &mut Effects<'_, Mq>,
    ) -> (MessageQueue, Why) {
        if self.config.rules.send_latency {
            return self.rotate_around((topic, thread), avoid, again, fx);
        }
        self.instance.routes.publish(topic).select(thread, avoid, fx.rng())
    }

    /// The queue of the next attempt, or why there is none.
    fn select(
        &mut self,
        number: u32,
        again: bool,
        fx: &mut Effects<'_, Mq>,
    ) -> Result<(MessageQueue, Why), Why> {
        let sender = &self.senders[&number];
        let (topic, avoid) = (sender.send.message.template.topic, sender.send.last_broker());
        let place = sender.send.way.as_ref().map_or(Place::Rotation, |way| way.place);
        if place == Place::Rotation {
            return Ok(self.rotate((topic, sender.thread), avoid, again, fx));
        }
        let message = sender.send.message.clone();
        self.chosen(place, &message)
    }

    /// Chooses a queue and sends; `why` is what became of the attempt before.
    pub(super) fn attempt(&mut self, number: u32, why: Option<Why>, fx: &mut Effects<'_, Mq>) {
        let topic = self.senders[&number].send.message.template.topic;
        if !self.instance.routes.publish(topic).is_usable() {
            return self.fail(number, Because::NoRouteForSend.plain(), fx);
        }
        let (queue, chosen) = match self.select(number, why.is_some(), fx) {
            Ok(chosen) => chosen,
            Err(why) => return self.fail(number, why, fx),
        };
        if self.senders[&number].send.selecting && self.selected(number, (queue, chosen), fx) {
            return;
        }
        let tries = self.tries(number);
        let (most, lag) =
            (self.config.rules.max_timeout_per_request, self.config.rules.after_failure);
        let lag = why.map_or(SimSpan::ZERO, |_| lag);
        let send = &mut self.senders.get_mut(&number).expect("the sender is at work").send;
        let (attempt, now) = (send.attempts() + 1, fx.now());
        let Some(left) = send::budget(now.since(send.begun), lag, send.timeout) else {
            let why = Because::CallTimeout.with(millis(send.timeout));
            return self.fail(number, why, fx);
        };
        let cap = most.filter(|most| attempt < tries && *most < left);
        (send.budget, send.capped, send.tried) = (cap.unwrap_or(left), cap.is_some(), now);
        send.stage = Stage::Attempt { number: attempt, queue };
        let shown = self.instance.routes.show(queue);
        let send = &self.senders[&number].send;
        for (place, msg) in send.keys().enumerate() {
            if let Some(why) = why {
                fx.note(Fact::Resent { msg, attempt, why });
            }
            let why = send.chosen.as_ref().map_or(chosen, |before| before[place]);
            fx.note(Fact::QueueChosen { msg, queue: shown, why });
        }
        self.post(number, queue, fx);
    }

    /// How often a send is tried at most by its own thread.
    fn tries(&self, number: u32) -> u32 {
        let send = &self.senders[&number].send;
        let may = send.is_free() && send.mode() == Mode::Sync;
        if may { 1 + self.config.retry_times } else { 1 }
    }

    /// Sends the request of an attempt.
    pub(super) fn post(&mut self, number: u32, queue: MessageQueue, fx: &mut Effects<'_, Mq>) {
        let Some(peer) = self.instance.routes.master(queue.broker) else {
            if self.senders[&number].send.is_free() {
                self.judged((queue.broker, fx.now()), Verdict::FINE, fx);
            }
            return self.again(number, Because::BrokerUnknown.plain(), fx);
        };
        let send = &self.senders[&number].send;
        let (mode, timeout) = (send.mode(), send.budget);
        let request = Request::SendMessage(Rc::new(SendRequest {
            group: self.config.client.group,
            topic: queue.topic,
            default_topic: self.default_topic,
            default_queues: self.config.default_topic_queue_nums,
            queue: i32::try_from(queue.id).expect("queue numbers are small"),
            message: send.request_message(),
            max_reconsume: None,
            batch: send.batch.as_ref().map(|batch| batch.to_vec()),
        }));
        match mode {
            Mode::Sync => {
                let waiter = Waiter::Thread(Thread::Sender(number));
                self.instance.calls.call(Call { peer, request, timeout, waiter }, fx);
            }
            Mode::Async => {
                let waiter = Waiter::Callback(number);
                self.instance.calls.call_back(Call { peer, request, timeout, waiter }, fx);
                self.issued(number, queue, fx);
            }
            Mode::OneWay => {
                self.instance.calls.one_way(peer, request, fx);
                self.unawaited(number, queue, fx);
            }
        }
    }

    /// Another attempt, if one is left; at once, without a pause.
    pub(super) fn again(&mut self, number: u32, why: Why, fx: &mut Effects<'_, Mq>) {
        let tries = self.tries(number);
        if self.senders[&number].send.attempts() < tries {
            return self.attempt(number, Some(why), fx);
        }
        if tries == 1 {
            return self.fail(number, why, fx);
        }
        self.fail(number, Because::RetriesExhausted.with(self.config.retry_times), fx);
    }
}
