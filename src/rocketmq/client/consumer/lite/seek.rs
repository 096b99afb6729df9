//! What a program does with its queues: it goes on elsewhere, or wants nothing of them for a while.
//!
//! Follows `DefaultLitePullConsumerImpl.seek`, `seekToBegin`, `seekToEnd`, `searchOffset`, `pause`
//! and `resume`. What the client has of a queue is thrown away, and its task is interrupted.

use std::collections::VecDeque;

use crate::facts::Fact;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimSpan;
use crate::rocketmq::lite_rules::{SeekTo, Which};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{AdminRequest, Reply, ReplyBody, Request, code};

use super::super::super::calls::Call;
use super::super::super::instance::Woken;
use super::super::super::queue::MessageQueue;
use super::super::super::{Thread, Waiter};
use super::super::ProcessQueue;
use super::LitePullConsumer;

/// Time-out of the questions for offsets.
const TIMEOUT: SimSpan = SimSpan::secs(6);

/// A seek that is under way.
#[derive(Clone, Debug)]
pub(super) struct Seeking {
    to: SeekTo,
    queue: MessageQueue,
    stage: Stage,
    /// Queues that come after this one.
    left: VecDeque<MessageQueue>,
}

/// What the broker is asked.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// Where the program wants to go.
    Aim,
    /// Where the queue begins, for a seek to an offset.
    Begin(u64),
    /// Where it ends; it begins there.
    End(u64, u64),
}

impl LitePullConsumer {
    /// Pulls queues no more, or again; those that the consumer does not have stay as they are.
    pub(super) fn pause(&mut self, which: Option<Which>, paused: bool) {
        let owned = &self.member.owned;
        self.queues.retain(|id, state| {
            let queue = owned.get(*id).map(|holding| holding.queue);
            if queue.is_some_and(|queue| which.is_none_or(|which| which.names(queue))) {
                state.paused = paused;
            }
            true
        });
    }

    /// The program seeks in some queues, one after the other.
    pub(super) fn begin_seek(&mut self, which: Which, to: SeekTo, fx: &mut Effects<'_, Mq>) {
        let ids = self.queues.keys().filter_map(|id| self.member.owned.get(*id));
        let queues = ids.map(|holding| holding.queue).filter(|queue| which.names(*queue));
        let mut left: VecDeque<MessageQueue> = queues.collect();
        match left.pop_front() {
            Some(queue) => self.seek_in(Seeking { to, queue, stage: Stage::Aim, left }, fx),
            None => {
                if let Some((broker, id)) = which.queue {
                    let queue = MessageQueue { topic: which.topic, broker, id };
                    let offset = if let SeekTo::Offset(offset) = to { offset } else { 0 };
                    self.seek_failed(queue, offset, Because::SeekNotAssigned, fx);
                }
            }
        }
    }

    /// An answer for a seek came.
    pub(super) fn seek_told(
        &mut self,
        mut seeking: Seeking,
        woken: &Woken,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Woken::Reply(Ok(Reply { code: code::SUCCESS, body: ReplyBody::Offset(offset) })) =
            woken
        else {
            self.seek_failed(seeking.queue, 0, Because::SeekNoAnswer, fx);
            return self.seek_next(seeking, fx);
        };
        match seeking.stage {
            Stage::Aim => {
                seeking.stage = Stage::Begin(*offset);
                self.ask_for_seek(seeking, fx);
            }
            Stage::Begin(to) => {
                seeking.stage = Stage::End(to, *offset);
                self.ask_for_seek(seeking, fx);
            }
            Stage::End(to, begin) => {
                if (begin..=*offset).contains(&to) {
                    self.go_on_at(seeking.queue, to, fx);
                } else {
                    self.seek_failed(seeking.queue, to, Because::SeekOutside, fx);
                }
                self.seek_next(seeking, fx);
            }
        }
    }

    fn seek_next(&mut self, mut seeking: Seeking, fx: &mut Effects<'_, Mq>) {
        if let Some(queue) = seeking.left.pop_front() {
            seeking.queue = queue;
            self.seek_in(seeking, fx);
        }
    }

    fn seek_in(&mut self, mut seeking: Seeking, fx: &mut Effects<'_, Mq>) {
        seeking.stage = match seeking.to {
            SeekTo::Offset(offset) => Stage::Begin(offset),
            SeekTo::Begin | SeekTo::End | SeekTo::Time(_) => Stage::Aim,
        };
        self.ask_for_seek(seeking, fx);
    }

    /// Asks the queue's master what the stage needs.
    fn ask_for_seek(&mut self, seeking: Seeking, fx: &mut Effects<'_, Mq>) {
        let MessageQueue { topic, broker, id: queue } = seeking.queue;
        let begin = Request::MinOffset { topic, queue };
        let end = Request::MaxOffset { topic, queue };
        let request = match (seeking.stage, seeking.to) {
            (Stage::Begin(_), _) | (Stage::Aim, SeekTo::Begin | SeekTo::Offset(_)) => begin,
            (Stage::End(..), _) | (Stage::Aim, SeekTo::End) => end,
            (Stage::Aim, SeekTo::Time(millis)) => {
                let search = AdminRequest::SearchOffset { topic, queue, millis, upper: false };
                Request::Admin(search.into())
            }
        };
        let Some(peer) = self.member.instance.routes.master(broker) else {
            self.seek_failed(seeking.queue, 0, Because::SeekNoAnswer, fx);
            return self.seek_next(seeking, fx);
        };
        self.seeks(seeking);
        let waiter = Waiter::Thread(Thread::Polling);
        self.member.instance.calls.call(Call { peer, request, timeout: TIMEOUT, waiter }, fx);
    }

    fn go_on_at(&mut self, queue: MessageQueue, offset: u64, fx: &mut Effects<'_, Mq>) {
        let found = self.member.owned.all().find(|(_, holding)| holding.queue == queue);
        let id = found.map(|(id, _)| id).filter(|id| self.queues.contains_key(id));
        let Some(id) = id else {
            return self.seek_failed(queue, offset, Because::SeekNotAssigned, fx);
        };
        if let Some(holding) = self.member.owned.get_mut(id) {
            holding.process = ProcessQueue::default();
        }
        self.cache.clear(id);
        if let Some(state) = self.queues.get_mut(&id) {
            state.seek = Some(offset);
        }
        let (group, why) = (self.group(), Because::ProgramSeeks.plain());
        if let Some(queue) = self.shown(queue) {
            fx.note(Fact::OffsetSet { queue, group, offset, why });
        }
        self.restart_task(id, fx);
    }

    fn seek_failed(
        &mut self,
        queue: MessageQueue,
        offset: u64,
        because: Because,
        fx: &mut Effects<'_, Mq>,
    ) {
        let group = self.group();
        if let Some(queue) = self.shown(queue) {
            fx.note(Fact::SeekFailed { queue, group, offset, why: because.plain() });
        }
    }
}

impl Digestible for Seeking {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.queue);
        digest.word(3 | (self.left.len() as u64) << 8);
        digest.word(match self.stage {
            Stage::Aim => 0,
            Stage::Begin(to) => to << 2 | 1,
            Stage::End(to, _) => to << 2 | 2,
        });
    }
}
