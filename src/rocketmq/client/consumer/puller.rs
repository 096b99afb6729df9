//! The thread that pulls: it asks for one queue after the other, and a question that it has to wait
//! for holds all others up.
//!
//! Follows `PullMessageService` and what `DefaultMQPushConsumerImpl.pullMessage` adds for queues in
//! order: no pull without a lock, and a look at the start once the first lock is in hand.

use std::collections::VecDeque;

use crate::facts::{Fact, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::Reply;

use super::super::Thread;
use super::super::calls::{CallError, millis};
use super::super::rebalance::{Asking, Start};
use super::PushConsumer;

/// The thread that pulls.
#[derive(Clone, Debug, Default)]
pub(in crate::rocketmq::client) struct Puller {
    /// The queue whose start is asked about, and why it is pulled.
    asking: Option<(u32, Why, Asking)>,
    line: VecDeque<(u32, Why)>,
}

impl Puller {
    pub(super) fn waits(&self) -> bool {
        self.asking.is_some()
    }

    /// A queue is to be pulled when the thread has time.
    pub(super) fn line_up(&mut self, id: u32, why: Why) {
        self.line.push_back((id, why));
    }
}

impl PushConsumer {
    /// Asks for messages; of a queue in order only with its lock, and the first time only when its
    /// start was looked up again.
    pub(super) fn ask_in_turn(&mut self, id: u32, why: Why, fx: &mut Effects<'_, Mq>) {
        if !self.locks_queues() {
            return self.ask(id, why, fx);
        }
        let holding = self.owned.get_mut(id).expect("the queue is owned");
        let (queue, order) = (holding.queue, &mut holding.order);
        if !order.locked {
            let (queue, group) = (self.instance.routes.show(queue), self.shown);
            let delay = self.config.client.pull_delay_on_error;
            fx.note(Fact::NotLocked { queue, group, why: Because::LockLost.with(millis(delay)) });
            return self.pull_later(id, delay, Because::PullNotLocked, fx);
        }
        if order.placed {
            return self.ask(id, why, fx);
        }
        let start = self.begin_start(queue);
        self.placed((id, why), start, fx);
    }

    /// An answer about a start came to the thread that pulls.
    pub(super) fn puller_resumed(
        &mut self,
        result: &Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) {
        let (id, why, asking) = self.puller.asking.take().expect("an answer has a question");
        let start = self.start_told(asking, result);
        self.placed((id, why), start, fx);
        while let Some((id, why)) = self.puller.line.pop_front() {
            self.pull(id, why, fx);
            if self.puller.waits() {
                return;
            }
        }
    }

    fn placed(&mut self, (id, why): (u32, Why), start: Start, fx: &mut Effects<'_, Mq>) {
        if self.owned.get(id).is_none() {
            return;
        }
        match start {
            Start::At(offset, _) => {
                let holding = self.owned.get_mut(id).expect("the queue is owned");
                holding.order.placed = true;
                holding.next_offset = offset;
                self.ask(id, why, fx);
            }
            Start::Ask(asking) if self.ask_about(asking, Thread::Puller, fx) => {
                self.puller.asking = Some((id, why, asking));
            }
            Start::Ask(_) | Start::Refused | Start::Unknown => self.pull_after_error(id, fx),
        }
    }
}

impl Digestible for Puller {
    fn digest(&self, digest: &mut Digest) {
        digest.word(self.asking.map_or(0, |(id, _, asking)| asking.word() << 32 | u64::from(id)));
        self.line.iter().for_each(|(id, _)| digest.put(id));
    }
}
