//! The program's thread: it calls for messages, handles them one after the other, and what it got
//! is committed when it calls again.
//!
//! Follows `DefaultLitePullConsumerImpl.poll`, `maybeAutoCommit` and `commitAll`, and the usual
//! loop around them. The position moves when messages are handed out; a commit writes it into the
//! client's memory, from where it is told to brokers with the next persisting.

use std::collections::VecDeque;

use crate::facts::{Fact, QueueRef};
use crate::kernel::agenda::Slot;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::listener::{Answer, decide};
use crate::rocketmq::lite_rules::{SeekTo, Which};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;

use super::super::super::calls::millis;
use super::super::super::instance::Woken;
use super::super::super::timer::{ClientTimer, ProgramTimer};
use super::super::threads::Placed;
use super::LitePullConsumer;
use super::cache::Found;
use super::seek::Seeking;

/// The program.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    doing: Doing,
    /// What it does before its next call.
    errands: VecDeque<Errand>,
    /// It wants messages as soon as it is free.
    wants: bool,
    /// It was told to end.
    pub(super) ends: bool,
    /// Calls so far, and those of them that brought messages.
    calls: u32,
    brought: u32,
    /// `nextAutoCommitDeadline`.
    deadline: SimTime,
}

#[derive(Clone, Debug, Default)]
enum Doing {
    /// Nothing, or it pauses.
    #[default]
    Rests,
    /// Waits in a call for messages.
    Calls { since: SimTime, over: Slot },
    /// Handles messages of a queue, the first of these now.
    Handles { queue: QueueRef, left: VecDeque<(Placed, bool)> },
    /// Wants to go on elsewhere in some queues.
    Seeks(Seeking),
    /// Looks which queues its topics have; these are left.
    Learns(VecDeque<Name>),
}

/// Something that the program does between two calls.
#[derive(Clone, Copy, Debug)]
pub(super) enum Errand {
    Seek(Which, SeekTo),
    Commit,
    /// Looks which queues its topics have.
    Learn,
}

impl LitePullConsumer {
    /// The consumer runs: the program assigns queues, if it does so, and calls.
    pub(super) fn begin(&mut self, fx: &mut Effects<'_, Mq>) {
        self.assign_at_start(fx);
        self.program.wants = self.rules.polls != Some(0);
        self.free_program(fx);
    }

    /// The program has something to do between two calls.
    pub(super) fn errand(&mut self, errand: Errand, fx: &mut Effects<'_, Mq>) {
        self.program.errands.push_back(errand);
        self.free_program(fx);
    }

    /// A pause is over.
    pub(super) fn wants_messages(&mut self, fx: &mut Effects<'_, Mq>) {
        self.program.wants = true;
        self.free_program(fx);
    }

    /// The program goes on with whatever comes next, if it has time.
    pub(super) fn free_program(&mut self, fx: &mut Effects<'_, Mq>) {
        while matches!(self.program.doing, Doing::Rests) && !self.member.is_leaving() {
            if self.program.ends {
                return self.shut_down(fx);
            }
            match self.program.errands.pop_front() {
                Some(Errand::Commit) => self.commit_by_hand(fx),
                Some(Errand::Seek(which, to)) => self.begin_seek(which, to, fx),
                Some(Errand::Learn) => self.learn(fx),
                None if self.program.wants => return self.call(fx),
                None => return,
            }
        }
    }

    /// An answer came that the program waits for.
    pub(super) fn program_resumed(&mut self, woken: &Woken, fx: &mut Effects<'_, Mq>) {
        match std::mem::take(&mut self.program.doing) {
            Doing::Seeks(seeking) => self.seek_told(seeking, woken, fx),
            Doing::Learns(left) => self.learned(left, fx),
            other @ (Doing::Rests | Doing::Calls { .. } | Doing::Handles { .. }) => {
                self.program.doing = other;
            }
        }
        self.free_program(fx);
    }

    pub(super) fn seeks(&mut self, seeking: Seeking) {
        self.program.doing = Doing::Seeks(seeking);
    }

    pub(super) fn learns(&mut self, left: VecDeque<Name>) {
        self.program.doing = Doing::Learns(left);
    }

    /// An answer waits for the program.
    pub(super) fn messages_came(&mut self, fx: &mut Effects<'_, Mq>) {
        if let Doing::Calls { since, over } = self.program.doing
            && let Some(found) = self.cache.next(&self.member.owned)
        {
            fx.cancel(over);
            self.hand_out(&found, fx.now().since(since), fx);
        }
    }

    /// No message came while the program waited.
    pub(super) fn call_over(&mut self, fx: &mut Effects<'_, Mq>) {
        let Doing::Calls { since, .. } = self.program.doing else { return };
        self.state_call(0, fx.now().since(since), fx);
        self.called(false, fx);
    }

    /// The program is done with a message.
    pub(super) fn handled(&mut self, fx: &mut Effects<'_, Mq>) {
        let Doing::Handles { queue, left } = &mut self.program.doing else { return };
        let (queue, group) = (*queue, self.member.shown);
        let ((offset, msg), fails) = left.pop_front().expect("a message is handled");
        if fails {
            let why = Because::ProgramGoesOn.plain();
            fx.note(Fact::NotConsumed { msg, queue, group, thread: 0, why });
            fx.note(Fact::Dead { msg, group, why });
        } else {
            fx.note(Fact::Consumed { msg, queue, group, offset, thread: 0 });
        }
        if left.is_empty() {
            return self.called(true, fx);
        }
        self.handle_next(fx);
    }

    fn call(&mut self, fx: &mut Effects<'_, Mq>) {
        self.program.wants = false;
        self.program.calls += 1;
        if let Some(interval) = self.rules.auto_commit
            && self.program.deadline <= fx.now()
        {
            self.program.deadline = fx.now() + interval;
            self.commit_all((Because::AutoCommit, millis(interval)), false, fx);
        }
        if let Some(found) = self.cache.next(&self.member.owned) {
            return self.hand_out(&found, SimSpan::ZERO, fx);
        }
        let timer = Timer::Client(ClientTimer::Program(ProgramTimer::CallOver));
        let over = fx.arm(self.rules.poll_timeout, timer);
        self.program.doing = Doing::Calls { since: fx.now(), over };
    }

    fn state_call(&self, count: u32, waited: SimSpan, fx: &mut Effects<'_, Mq>) {
        let because = if count > 0 { Because::PollFound } else { Because::PollTimeout };
        let why = because.with(millis(self.rules.poll_timeout));
        fx.note(Fact::Polled { group: self.group(), count, waited, why });
    }

    /// The messages of an answer are the program's: the position is behind them.
    fn hand_out(&mut self, found: &Found, waited: SimSpan, fx: &mut Effects<'_, Mq>) {
        let holding = self.member.owned.get_mut(found.id).expect("the queue is owned");
        let (queue, mut reached) = (holding.queue, None);
        let (rules, mut left) = (&self.member.config.rules.answers, VecDeque::new());
        for place in found.messages.iter() {
            let known = holding.process.message(place.0);
            let rule = known.and_then(|(pulled, times)| decide(rules, pulled, times, fx.rng()));
            left.push_back((*place, rule.is_some_and(|rule| rule.answer == Answer::Throws)));
            reached = holding.process.remove(place.0).or(reached);
        }
        if let Some(state) = self.queues.get_mut(&found.id) {
            state.consumed = reached.or(state.consumed);
        }
        let count = u32::try_from(found.messages.len()).expect("answers are small");
        self.state_call(count, waited, fx);
        let queue = self.shown(queue).expect("a broker that answered is known");
        self.program.doing = Doing::Handles { queue, left };
        self.handle_next(fx);
    }

    fn handle_next(&mut self, fx: &mut Effects<'_, Mq>) {
        let Doing::Handles { queue, left } = &self.program.doing else { return };
        let ((_, msg), _) = *left.front().expect("a message is left");
        fx.note(Fact::Consuming { msg, queue: *queue, group: self.member.shown, thread: 0 });
        let takes = self.member.config.listener.draw(fx.rng());
        fx.arm(takes, Timer::Client(ClientTimer::Program(ProgramTimer::Handled)));
    }

    /// A call is over, and what it brought is handled.
    fn called(&mut self, brought: bool, fx: &mut Effects<'_, Mq>) {
        self.program.doing = Doing::Rests;
        self.program.brought += u32::from(brought);
        let after = self.rules.commits_after;
        if brought && after > 0 && self.program.brought.is_multiple_of(after) {
            self.commit_by_hand(fx);
        }
        if self.rules.polls.is_none_or(|most| self.program.calls < most) {
            let pause = self.rules.pause.draw(fx.rng());
            self.program.wants = pause == SimSpan::ZERO;
            if !self.program.wants {
                fx.arm(pause, Timer::Client(ClientTimer::Program(ProgramTimer::Next)));
            }
        }
        self.free_program(fx);
    }

    fn commit_by_hand(&mut self, fx: &mut Effects<'_, Mq>) {
        self.commit_all((Because::ProgramCommits, 0), self.rules.persists, fx);
    }

    /// Writes all positions into the client's memory; `persists`: and tells them to the brokers.
    fn commit_all(
        &mut self,
        (because, value): (Because, u32),
        persists: bool,
        fx: &mut Effects<'_, Mq>,
    ) {
        let group = self.group();
        let ids: Vec<u32> = self.queues.keys().copied().collect();
        for id in ids {
            let offset = self.queues.get(&id).and_then(|state| state.consumed);
            let queue = self.member.owned.get(id).map(|holding| holding.queue);
            let (Some(offset), Some(queue)) = (offset, queue) else { continue };
            let is_new = self.member.offsets.read(queue) != Some(offset);
            self.member.offsets.update(queue, offset, false);
            if let Some(queue) = self.shown(queue).filter(|_| is_new) {
                fx.note(Fact::Noted { queue, group, offset, why: because.with(value) });
            }
            if persists {
                self.member.persist(queue, fx);
            }
        }
    }
}

impl Digestible for Program {
    fn digest(&self, digest: &mut Digest) {
        match &self.doing {
            Doing::Rests => digest.word(0),
            Doing::Calls { since, .. } => {
                digest.word(1);
                digest.put(since);
            }
            Doing::Handles { left, .. } => digest.word(2 | (left.len() as u64) << 8),
            Doing::Seeks(seeking) => digest.put(seeking),
            Doing::Learns(left) => digest.word(4 | (left.len() as u64) << 8),
        }
        digest.word(self.errands.len() as u64 | u64::from(self.wants) << 32);
        digest.word(u64::from(self.calls) << 32 | u64::from(self.brought));
        digest.put(&self.deadline);
        digest.put(&self.ends);
    }
}
