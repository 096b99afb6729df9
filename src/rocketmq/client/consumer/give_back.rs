//! Messages that failed go back to their broker, one after the other, while their thread waits.
//!
//! Follows `DefaultMQPushConsumerImpl.sendMessageBack`: `CONSUMER_SEND_MSG_BACK` to the master; if
//! that fails in any way, the inner producer sends a new message to the group's retry topic.

use std::collections::VecDeque;

use crate::facts::{Fact, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::SimSpan;
use crate::rocketmq::listener::{Answer, real_topic};
use crate::rocketmq::message::Message;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{AdminRequest, PulledMessage, Request, code};
use crate::rocketmq::topic::retry_topic;

use super::super::calls::{Call, millis};
use super::super::inner_producer::{InnerSend, Sending};
use super::super::instance::Woken;
use super::super::{Thread, Waiter};
use super::PushConsumer;
use super::threads::{Placed, Work};

/// Time-out of giving one message back.
const TIMEOUT: SimSpan = SimSpan::secs(5);
/// Delay level of a first retry.
const FIRST_LEVEL: u32 = 3;

/// A batch that is being given back.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct GivingBack {
    pub(super) work: Work,
    broker: Name,
    /// Messages that come after the one that is under way.
    left: VecDeque<Failed>,
    now: Option<(Failed, Step)>,
    /// These could not be given back.
    pub(super) kept: Vec<Placed>,
}

/// A message that failed, with how often it was tried before.
#[derive(Clone, Debug)]
struct Failed {
    place: Placed,
    pulled: PulledMessage,
    times: u32,
}

#[derive(Clone, Debug)]
enum Step {
    /// Waits for the broker.
    Asked,
    /// Waits for what the inner producer does.
    Sends(InnerSend),
}

impl PushConsumer {
    /// Gives messages of a batch back.
    pub(super) fn give_back(
        &mut self,
        thread: u32,
        work: Work,
        failed: &[Placed],
        fx: &mut Effects<'_, Mq>,
    ) {
        let holding = self.owned.get(work.holding).expect("the queue is owned");
        let broker = holding.queue.broker;
        let failed = failed.iter().filter_map(|place| {
            // One that was cleaned meanwhile is not given back again.
            let (pulled, times) = holding.process.message(place.0)?;
            Some(Failed { place: *place, pulled: pulled.clone(), times })
        });
        let (left, now, kept) = (failed.collect(), None, Vec::new());
        self.give_next(thread, GivingBack { work, broker, left, now, kept }, fx);
    }

    /// What a thread waited for while it gave messages back came.
    pub(super) fn give_back_resumed(
        &mut self,
        thread: u32,
        woken: Woken,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(mut back) = self.giving.remove(&thread) else { return };
        let (failed, step) = back.now.take().expect("a thread that waits gives a message back");
        match (step, woken) {
            (Step::Asked, Woken::Reply(Ok(reply))) if reply.code == code::SUCCESS => {
                self.give_next(thread, back, fx);
            }
            (Step::Asked, woken) => {
                let code = match woken {
                    Woken::Reply(Ok(reply)) => u32::from(reply.code),
                    Woken::Reply(Err(_)) | Woken::Route(_) | Woken::Heartbeat { .. } => 0,
                };
                self.send_instead(thread, (back, failed), code, fx);
            }
            (Step::Sends(send), woken) => {
                let sending = self.instance.inner_resumed(send, woken, fx);
                self.sent_instead(thread, (back, failed), sending, fx);
            }
        }
    }

    fn give_next(&mut self, thread: u32, mut back: GivingBack, fx: &mut Effects<'_, Mq>) {
        let Some(failed) = back.left.pop_front() else {
            return self.given_back(thread, back, fx);
        };
        let owned = self.owned.get(back.work.holding);
        if owned.is_some_and(|holding| !holding.process.holds(failed.place.0)) {
            return self.give_next(thread, back, fx);
        }
        if back.work.task.is_some() {
            return self.send_new(thread, back, failed, fx);
        }
        let Some(peer) = self.instance.routes.master(back.broker) else {
            return self.send_instead(thread, (back, failed), 0, fx);
        };
        let level = if let Answer::Later { level } = back.work.answer { level } else { 0 };
        let request = AdminRequest::SendBack {
            group: self.group(),
            physical: failed.pulled.physical,
            level,
            max_reconsume: Some(self.max_reconsume()),
        };
        back.now = Some((failed, Step::Asked));
        self.giving.insert(thread, back);
        let request = Request::Admin(request.into());
        let waiter = Waiter::Thread(Thread::Consumer(thread));
        self.instance.calls.call(Call { peer, request, timeout: TIMEOUT, waiter }, fx);
    }

    /// The broker did not take a message back: sends it as a new one.
    fn send_instead(
        &mut self,
        thread: u32,
        (back, failed): (GivingBack, Failed),
        code: u32,
        fx: &mut Effects<'_, Mq>,
    ) {
        let (msg, group) = (failed.place.1, self.group());
        let why: Why = Because::SendBackFailed.with(if code == 0 { millis(TIMEOUT) } else { code });
        fx.note(Fact::GiveBackFailed { msg, group, why });
        self.send_new(thread, back, failed, fx);
    }

    /// Sends a new message to the retry topic in the place of one that failed.
    fn send_new(
        &mut self,
        thread: u32,
        back: GivingBack,
        failed: Failed,
        fx: &mut Effects<'_, Mq>,
    ) {
        let message = self.retry_message(&failed.pulled, failed.times, fx);
        let most = self.max_reconsume();
        let sending = self.instance.inner_send(Thread::Consumer(thread), message, most, fx);
        self.sent_instead(thread, (back, failed), sending, fx);
    }

    fn sent_instead(
        &mut self,
        thread: u32,
        (mut back, failed): (GivingBack, Failed),
        sending: Sending,
        fx: &mut Effects<'_, Mq>,
    ) {
        match sending {
            Sending::Waits(send) => {
                back.now = Some((failed, Step::Sends(send)));
                self.giving.insert(thread, back);
            }
            Sending::Stored => self.give_next(thread, back, fx),
            Sending::Failed => {
                back.kept.push(failed.place);
                self.give_next(thread, back, fx);
            }
        }
    }

    /// The new message that stands for one that failed.
    pub(super) fn retry_message(
        &self,
        pulled: &PulledMessage,
        times: u32,
        fx: &Effects<'_, Mq>,
    ) -> Message {
        let mut wired = pulled.message.to_wired();
        let properties = &mut wired.properties;
        if properties.get("ORIGIN_MESSAGE_ID").is_none_or(str::is_empty) {
            properties.set("ORIGIN_MESSAGE_ID", &pulled.message.unique_key());
        }
        properties.set("RETRY_TOPIC", real_topic(pulled).as_str());
        properties.set("DELAY", &(FIRST_LEVEL + times).to_string());
        wired.reconsume_times = (times + 1).cast_signed();
        let message = pulled.message.rewired(wired).under(retry_topic(self.group()));
        Message { born: fx.wall(), ..message }
    }

    /// How often a message comes again before it is given up (`getMaxReconsumeTimes`).
    pub(super) fn max_reconsume(&self) -> i32 {
        let most = self.config.rules.max_reconsume;
        match most {
            -1 if self.config.rules.orderly => i32::MAX,
            -1 => 16,
            most => most,
        }
    }
}

impl Digestible for GivingBack {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.work.first.0);
        digest.word(self.left.len() as u64 | (self.kept.len() as u64) << 32);
        match &self.now {
            None => digest.word(0),
            Some((_, Step::Asked)) => digest.word(1),
            Some((_, Step::Sends(send))) => digest.put(send),
        }
    }
}
