//! An orderly listener: one thread at most works on a queue, and only while its lock is good.
//!
//! Follows `ConsumeMessageOrderlyService`. A queue's task has its thread until nothing is left,
//! the queue is suspended, its lock is gone, or it had the thread for a minute. Leaves out
//! statistics and hooks.

use crate::facts::Fact;
use crate::kernel::effects::Effects;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::listener::Answer;
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;

use super::super::calls::millis;
use super::super::timer::ClientTimer;
use super::PushConsumer;
use super::give_back::GivingBack;
use super::threads::{Placed, Work};

/// A queue's task gives its thread back after so long (`MAX_TIME_CONSUME_CONTINUOUSLY`).
const MOST_AT_ONCE: SimSpan = SimSpan::secs(60);
/// Shortest and longest suspension, whatever is asked for.
const SUSPENSION: (u32, u32) = (10, 30_000);
/// A task that found no lock asks for it after so long: at its beginning, and later on.
const LOCK_AT_FIRST: SimSpan = SimSpan::millis(100);
const LOCK_LATER: SimSpan = SimSpan::millis(10);

impl PushConsumer {
    /// Messages of a queue came: it gets a task where it has none (`dispatchToConsume`).
    pub(super) fn dispatch(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        let Some(holding) = self.owned.get_mut(id) else { return };
        if !std::mem::replace(&mut holding.order.busy, true) || is_planted(Bug::TwoThreads) {
            self.submit_queue(id, fx);
        }
    }

    /// Gives a queue's task to the threads.
    pub(super) fn submit_queue(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        if let Some(thread) = self.threads.claim(id) {
            self.begin_queue(thread, id, fx);
        }
    }

    /// A queue's task got a thread. Where a listener still has messages of the same queue from
    /// before, the thread waits for it.
    pub(super) fn begin_queue(&mut self, thread: u32, id: u32, fx: &mut Effects<'_, Mq>) {
        let Some(holding) = self.owned.get(id) else { return self.release_thread(thread, fx) };
        let works = self.threads.works_on(self.instance.routes.show(holding.queue));
        if works && !is_planted(Bug::TwoThreads) {
            return self.blocked.push((thread, id));
        }
        if self.wants_lock(id, LOCK_AT_FIRST, fx) {
            return self.end_queue(thread, fx);
        }
        self.go_on(thread, id, fx.now(), fx);
    }

    /// The listener of a queue's task came back.
    pub(super) fn listened_in_order(&mut self, thread: u32, work: Work, fx: &mut Effects<'_, Mq>) {
        self.state_answer(&work, thread, fx);
        let id = work.holding;
        if self.owned.get(id).is_none() {
            self.end_queue(thread, fx);
        } else {
            self.take_answer(thread, work, fx);
        }
        self.listener_ended(id, fx);
    }

    /// The messages that were tried too often are sent, or not: those are tried again.
    pub(super) fn given_back_in_order(
        &mut self,
        thread: u32,
        back: GivingBack,
        fx: &mut Effects<'_, Mq>,
    ) {
        let GivingBack { work, kept, .. } = back;
        let again = self.to_try_again(&work, &kept);
        self.settle_in_order(thread, &work, &again, fx);
    }

    fn take_answer(&mut self, thread: u32, work: Work, fx: &mut Effects<'_, Mq>) {
        let (commits_itself, begun) = (!self.config.rules.auto_commit, begun(&work));
        match work.answer {
            Answer::Success { .. } if commits_itself => {}
            Answer::Rollback if commits_itself => {
                return self.suspend(thread, &work, -1, fx);
            }
            Answer::Success { .. } | Answer::Commit | Answer::Rollback => {
                self.commit(work.holding);
            }
            Answer::Suspend { .. } | Answer::Later { .. } | Answer::Throws | Answer::Null => {
                let spent = self.spent(&work);
                if spent.is_empty() {
                    let all: Vec<Placed> = work.messages().collect();
                    return self.settle_in_order(thread, &work, &all, fx);
                }
                return self.give_back(thread, work, &spent, fx);
            }
            Answer::Stuck => panic!("a listener that is stuck never comes back"),
        }
        self.go_on(thread, work.holding, begun, fx);
    }

    /// Messages of a batch that were tried too often (`checkReconsumeTimes`).
    fn spent(&self, work: &Work) -> Vec<Placed> {
        let Some(holding) = self.owned.get(work.holding) else { return Vec::new() };
        let most = self.max_reconsume();
        let times = |place: &Placed| holding.process.message(place.0).map(|(_, times)| times);
        let spent = |place: &Placed| times(place).is_some_and(|times| times.cast_signed() >= most);
        work.messages().filter(spent).collect()
    }

    /// Messages of a batch that have tries left, or that could not be sent away.
    fn to_try_again(&self, work: &Work, kept: &[Placed]) -> Vec<Placed> {
        let spent = self.spent(work);
        work.messages().filter(|place| !spent.contains(place) || kept.contains(place)).collect()
    }

    /// A batch that failed: done with where nothing of it is to be tried again, else all of it
    /// comes again after a while.
    fn settle_in_order(
        &mut self,
        thread: u32,
        work: &Work,
        again: &[Placed],
        fx: &mut Effects<'_, Mq>,
    ) {
        if again.is_empty() {
            if self.config.rules.auto_commit {
                self.commit(work.holding);
            }
            return self.go_on(thread, work.holding, begun(work), fx);
        }
        if let Some(holding) = self.owned.get_mut(work.holding) {
            again.iter().for_each(|place| holding.process.tried_again(place.0));
        }
        let millis = if let Answer::Suspend { millis } = work.answer { millis } else { -1 };
        self.suspend(thread, work, millis, fx);
    }

    /// Puts the batch back, or everything that is not committed, and lets the queue rest.
    fn suspend(&mut self, thread: u32, work: &Work, millis: i32, fx: &mut Effects<'_, Mq>) {
        let wait = suspension(millis, self.config.rules.suspend_queue);
        let group = self.group();
        if let Some(holding) = self.owned.get_mut(work.holding) {
            let all = work.answer == Answer::Rollback;
            let kept = holding.order.taken - work.messages().count();
            holding.order.taken = if all { 0 } else { kept };
            for (offset, msg) in work.messages() {
                let attempt = holding.process.message(offset).map_or(0, |(_, times)| times);
                let why = Because::QueueSuspended.with(wait);
                fx.note(Fact::Retried { msg, group, attempt, why });
            }
            self.consume_queue_later(work.holding, SimSpan::millis(wait.into()), fx);
        }
        self.end_queue(thread, fx);
    }

    /// What the listener has is done, and committed.
    fn commit(&mut self, id: u32) {
        let Some(holding) = self.owned.get_mut(id) else { return };
        let taken = std::mem::take(&mut holding.order.taken);
        if let Some(offset) = holding.process.remove_first(taken) {
            self.offsets.update(holding.queue, offset, false);
        }
    }

    /// The next batch of a queue's task, or its end.
    fn go_on(&mut self, thread: u32, id: u32, begun: SimTime, fx: &mut Effects<'_, Mq>) {
        if self.owned.get(id).is_none() || self.wants_lock(id, LOCK_LATER, fx) {
            return self.end_queue(thread, fx);
        }
        if fx.now().since(begun) > MOST_AT_ONCE {
            self.consume_queue_later(id, SimSpan::millis(SUSPENSION.0.into()), fx);
            return self.end_queue(thread, fx);
        }
        let most = self.config.rules.batch_max as usize;
        let holding = self.owned.get_mut(id).expect("the queue is owned");
        let mut messages = holding.process.part(holding.order.taken, most);
        if is_planted(Bug::NewestFirst) {
            messages.reverse();
        }
        holding.order.taken += messages.len();
        holding.order.busy = !messages.is_empty();
        if messages.is_empty() {
            return self.end_queue(thread, fx);
        }
        let queue = self.instance.routes.show(holding.queue);
        let work = self.batch(id, queue, &messages, fx);
        self.threads.begin(thread, Work { task: Some(begun), ..work }, fx);
    }

    /// Whether a queue's task has to wait for the lock, which is then asked for.
    fn wants_lock(&mut self, id: u32, after: SimSpan, fx: &mut Effects<'_, Mq>) -> bool {
        let Some(why) = self.lock_missing(id, fx.now()) else { return false };
        let holding = self.owned.get(id).expect("the queue is owned");
        let (queue, group) = (self.instance.routes.show(holding.queue), self.group());
        fx.note(Fact::NotLocked { queue, group, why });
        fx.arm(after, Timer::Client(ClientTimer::TryLock { queue: id }));
        true
    }

    /// A queue's task ends; a thread that waited for the queue goes on, and this one is free.
    fn end_queue(&mut self, thread: u32, fx: &mut Effects<'_, Mq>) {
        if let Some((waiting, id)) = self.blocked.pop() {
            self.begin_queue(waiting, id, fx);
        }
        self.release_thread(thread, fx);
    }

    /// A queue gets a new task after a while (`submitConsumeRequestLater`).
    pub(super) fn consume_queue_later(&self, id: u32, after: SimSpan, fx: &mut Effects<'_, Mq>) {
        fx.arm(after, Timer::Client(ClientTimer::ConsumeQueue { queue: id }));
    }
}

/// Since when a queue's task has its thread.
fn begun(work: &Work) -> SimTime {
    work.task.expect("a queue's task has a beginning")
}

/// ms that a queue rests: as the listener says, -1: as set; not too short, not too long.
pub fn suspension(millis: i32, set: SimSpan) -> u32 {
    let wanted = u32::try_from(millis).unwrap_or_else(|_| self::millis(set));
    wanted.clamp(SUSPENSION.0, SUSPENSION.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suspensions_are_cut_as_in_the_worked_example() {
        let used = [-1, 0, 5, 500, 60_000].map(|millis| suspension(millis, SimSpan::secs(1)));
        assert_eq!(used, [1000, 10, 10, 500, 30_000]);
    }
}
