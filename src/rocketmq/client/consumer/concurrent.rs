//! A concurrent listener: batches for the threads, and what becomes of its answers.
//!
//! Follows `ConsumeMessageConcurrentlyService`: the smallest offset that is not done is committed,
//! messages that failed are given back one after the other by the thread that had them, and those
//! that could not be given back are tried again here. Leaves out statistics and hooks.

use std::rc::Rc;

use crate::facts::{Fact, QueueRef, Why};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::listener::{Answer, SideEffect, decide};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;

use super::super::calls::millis;
use super::super::timer::ClientTimer;
use super::PushConsumer;
use super::clean::CLEANER;
use super::give_back::GivingBack;
use super::reply::request;
use super::threads::{Acts, Placed, Work};

/// What could not be given back is tried again after so long (`submitConsumeRequestLater`).
const TRY_AGAIN: SimSpan = SimSpan::secs(5);

/// Messages of an owned queue that wait to be tried again here.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Kept {
    holding: u32,
    queue: QueueRef,
    messages: Vec<Placed>,
}

impl PushConsumer {
    /// Cuts the messages of one answer into batches and gives them to the threads.
    pub(super) fn submit(
        &mut self,
        (holding, queue): (u32, QueueRef),
        messages: &[Placed],
        fx: &mut Effects<'_, Mq>,
    ) {
        for batch in messages.chunks(self.config.rules.batch_max as usize) {
            let work = self.batch(holding, queue, batch, fx);
            self.threads.submit(work, fx);
        }
    }

    /// The listener of a thread came back.
    pub(super) fn listened(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        if self.is_leaving() {
            return;
        }
        self.threads.leave_processor(fx);
        let has_requests =
            self.config.rules.replies && self.threads.work(thread).requests.is_some();
        if !has_requests || self.reply(thread, fx) {
            self.came_back(thread, fx);
        }
    }

    /// The listener returned, and sent what it had to send before.
    pub(super) fn came_back(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        let work = self.threads.came_back(thread);
        if work.task.is_some() {
            self.listened_in_order(thread, work, fx);
        } else if work.pop.is_some() {
            self.listened_to_popped(thread, &work, fx);
        } else {
            self.done_with(thread, work, fx);
        }
    }

    fn done_with(&mut self, thread: u32, work: Work, fx: &mut Effects<'_, Mq>) {
        let good = self.state_answer(&work, thread, fx);
        let failed = good < work.messages().count() && self.owned.get(work.holding).is_some();
        if failed && self.config.rules.broadcasting {
            let (group, why) = (self.group(), Because::BroadcastDrops.plain());
            let dropped = work.messages().skip(good);
            dropped.for_each(|(_, msg)| fx.note(Fact::Dead { msg, group, why }));
        } else if failed {
            let failed: Vec<Placed> = work.messages().skip(good).collect();
            return self.give_back(thread, work, &failed, fx);
        }
        self.settle(&work, &[]);
        self.release_thread(thread, fx);
    }

    /// A batch is settled but for what is kept; its thread is free.
    pub(super) fn given_back(&mut self, thread: u32, back: GivingBack, fx: &mut Effects<'_, Mq>) {
        if thread == CLEANER {
            return self.cleaned(&back, fx);
        }
        if back.work.task.is_some() {
            return self.given_back_in_order(thread, back, fx);
        }
        let GivingBack { work, kept, .. } = back;
        self.settle(&work, &kept);
        if !kept.is_empty() {
            self.keep(&work, kept, fx);
        }
        self.release_thread(thread, fx);
    }

    /// A thread has nothing left to do; what waits for one gets it.
    pub(super) fn release_thread(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        if let Some(holding) = self.threads.free(thread, &self.owned, fx) {
            self.begin_queue(thread, holding, fx);
        }
    }

    /// It is time to try again what could not be given back.
    pub(super) fn try_kept(&mut self, ticket: u32, fx: &mut Effects<'_, Mq>) {
        let Some(Kept { holding, queue, messages }) = self.kept.remove(&ticket) else { return };
        if self.owned.get(holding).is_some() {
            self.submit((holding, queue), &messages, fx);
        }
    }

    /// States the answer; gives how many messages at the front of the batch are done with it.
    pub(super) fn state_answer(&self, work: &Work, thread: u32, fx: &mut Effects<'_, Mq>) -> usize {
        let (queue, group, all) = (work.queue, self.group(), work.messages().count());
        let (good, why) = match work.answer {
            Answer::Success { ack_index } => {
                (ack_index.saturating_add(1) as usize, Because::ListenerAckIndex.with(ack_index))
            }
            Answer::Later { level } => {
                (0, Because::ListenerLater.with(u32::try_from(level).unwrap_or(0)))
            }
            Answer::Throws => (0, Because::ListenerThrew.plain()),
            Answer::Null => (0, Because::ListenerNull.plain()),
            Answer::Commit => (all, Because::ListenerAckIndex.plain()),
            Answer::Suspend { .. } => (0, Because::ListenerSuspends.plain()),
            Answer::Rollback => (0, Because::ListenerRollsBack.plain()),
            Answer::Stuck => panic!("a listener that is stuck never comes back"),
        };
        for (place, (offset, msg)) in work.messages().enumerate() {
            fx.note(if place < good {
                Fact::Consumed { msg, queue, group, offset, thread }
            } else {
                Fact::NotConsumed { msg, queue, group, thread, why }
            });
        }
        self.state_effects(work, good, fx);
        good.min(all)
    }

    /// States the side effects of a listener that came back.
    fn state_effects(&self, work: &Work, good: usize, fx: &mut Effects<'_, Mq>) {
        let Some(acts) = &work.acts else { return };
        let checked = self.config.rules.side_effect == SideEffect::Checked;
        for (place, (_, msg)) in work.messages().enumerate() {
            if acts.said.unwrap_or(place < good) {
                fx.note(Fact::Acted { msg, group: self.group(), key: acts.keys[place], checked });
            }
        }
    }

    /// What is done goes, and with it the offset; unless the queue was given up meanwhile: then the
    /// result counts for nothing.
    fn settle(&mut self, work: &Work, kept: &[Placed]) {
        let Some(holding) = self.owned.get_mut(work.holding) else { return };
        let mut reached = None;
        for message in work.messages().filter(|message| !kept.contains(message)) {
            reached = holding.process.remove(message.0).or(reached);
        }
        if let Some(offset) = reached {
            self.offsets.update(holding.queue, offset, true);
        }
    }

    fn keep(&mut self, work: &Work, messages: Vec<Placed>, fx: &mut Effects<'_, Mq>) {
        let Some(holding) = self.owned.get_mut(work.holding) else { return };
        let group = self.shown;
        for (offset, msg) in &messages {
            holding.process.tried_again(*offset);
            let attempt = holding.process.message(*offset).map_or(1, |(_, times)| times);
            let why: Why = Because::KeptLocally.with(millis(TRY_AGAIN));
            fx.note(Fact::Retried { msg: *msg, group, attempt, why });
        }
        let ticket = self.ticket();
        let (holding, queue) = (work.holding, work.queue);
        self.kept.insert(ticket, Kept { holding, queue, messages });
        fx.arm(TRY_AGAIN, Timer::Client(ClientTimer::ConsumeLater { ticket }));
    }

    /// A batch with the time that the listener takes for it and what it will answer.
    pub(super) fn batch(
        &mut self,
        holding: u32,
        queue: QueueRef,
        messages: &[Placed],
        fx: &mut Effects<'_, Mq>,
    ) -> Work {
        let mut service = SimSpan::ZERO;
        let (mut answer, mut keys) = (None, Vec::new());
        let (rules, acts) = (&self.config.rules.answers, self.config.rules.side_effect);
        let (replies, mut requests) = (self.config.rules.replies, Vec::new());
        for (offset, _) in messages {
            service = service + self.config.listener.draw(fx.rng());
            if rules.is_empty() && acts == SideEffect::None && !replies {
                continue;
            }
            let process = &self.owned.get(holding).expect("the queue is owned").process;
            let found = process.message(*offset);
            keys.push(found.and_then(|(pulled, _)| pulled.message.template.keys));
            if answer.is_none() {
                answer = found.and_then(|(pulled, tried)| decide(rules, pulled, tried, fx.rng()));
            }
            if replies {
                requests.extend(found.and_then(|(pulled, _)| request(&pulled.message)));
            }
        }
        let said = answer.and_then(|rule| rule.effect);
        let acts = (acts != SideEffect::None).then(|| Rc::new(Acts { keys, said }));
        let (first, rest) = messages.split_first().expect("a batch has a message");
        let more = (!rest.is_empty()).then(|| rest.into());
        let answer = answer.map_or(Answer::OK, |rule| rule.answer);
        let work = Work::single((holding, queue, *first), service, answer);
        let requests = (!requests.is_empty()).then(|| requests.into());
        Work { more, acts, requests, ..work }
    }
}
