//! Messages that a listener has had for too long are given back, though the listener goes on.
//!
//! Follows `ConsumeMessageConcurrentlyService.cleanExpireMsg` and `ProcessQueue.cleanExpiredMsg`: a
//! look every `consumeTimeout`, at the first messages of each queue only, sixteen at most.

use std::collections::VecDeque;

use crate::facts::Fact;
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::listener::Answer;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;

use super::super::calls::millis;
use super::super::timer::ClientTimer;
use super::PushConsumer;
use super::give_back::GivingBack;
use super::threads::Work;

/// Messages of one queue in one look.
const MOST: u32 = 16;
/// Delay level of what is given back: 10 s.
const LEVEL: i32 = 3;
/// The cleaning thread among those that give messages back.
pub(super) const CLEANER: u32 = u32::MAX;

/// A look that is under way.
#[derive(Clone, Debug)]
pub(in crate::rocketmq::client) struct Cleaning {
    left: VecDeque<u32>,
    /// Messages of the first queue that were looked at.
    tried: u32,
}

impl PushConsumer {
    /// The consumer starts.
    pub(super) fn start_cleaning(&self, fx: &mut Effects<'_, Mq>) {
        if !self.config.rules.orderly && !self.config.rules.lite {
            fx.arm(self.config.rules.consume_timeout, Timer::Client(ClientTimer::CleanExpired));
        }
    }

    /// It is time for a look; one that still waits for a broker goes on alone.
    pub(super) fn clean_expired(&mut self, fx: &mut Effects<'_, Mq>) {
        self.start_cleaning(fx);
        if self.cleaning.is_none() && !self.is_leaving() {
            let left = self.owned.all().map(|(id, _)| id).collect();
            self.clean_next(Cleaning { left, tried: 0 }, fx);
        }
    }

    /// A message was given back, or not.
    pub(super) fn cleaned(&mut self, back: &GivingBack, fx: &mut Effects<'_, Mq>) {
        let Some(mut cleaning) = self.cleaning.take() else { return };
        let (id, offset) = (back.work.holding, back.work.first.0);
        if back.kept.is_empty()
            && let Some(holding) = self.owned.get_mut(id)
            && holding.process.first() == Some(offset)
        {
            holding.process.remove(offset);
        }
        cleaning.tried += 1;
        self.clean_next(cleaning, fx);
    }

    fn clean_next(&mut self, mut cleaning: Cleaning, fx: &mut Effects<'_, Mq>) {
        while let Some(id) = cleaning.left.front().copied() {
            if cleaning.tried < MOST
                && let Some(work) = self.expired(id, fx)
            {
                let failed = [work.first];
                self.cleaning = Some(cleaning);
                return self.give_back(CLEANER, work, &failed, fx);
            }
            cleaning.left.pop_front();
            cleaning.tried = 0;
        }
    }

    /// The first message of a queue, where its listener began too long ago.
    fn expired(&self, id: u32, fx: &mut Effects<'_, Mq>) -> Option<Work> {
        let holding = self.owned.get(id)?;
        let offset = holding.process.first()?;
        let (pulled, _) = holding.process.message(offset)?;
        let first @ (_, msg) = (offset, pulled.message.key);
        let limit = self.config.rules.consume_timeout;
        if fx.now().since(self.threads.since(id, offset)?) <= limit {
            return None;
        }
        let (queue, group) = (self.instance.routes.show(holding.queue), self.group());
        fx.note(Fact::Cleaned {
            msg,
            queue,
            group,
            why: Because::ConsumedTooLong.with(millis(limit)),
        });
        let answer = Answer::Later { level: LEVEL };
        let work = Work::single((id, queue, first), SimSpan::ZERO, answer);
        Some(Work { called: true, ..work })
    }
}
