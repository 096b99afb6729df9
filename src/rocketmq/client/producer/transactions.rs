//! Transactions: what the program's local transaction came to, and answers to brokers that ask.
//!
//! Follows `DefaultMQProducerImpl.sendMessageInTransaction`, `endTransaction` and
//! `checkTransactionState`. The end is told one-way to the master that has the half message, and an
//! answer to the broker that asked; one thread looks after what brokers ask, in order.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::facts::{Fact, MsgKey, SendOutcome, TransactionEnd};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::rng::Rng;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{AdminRequest, EndTransaction, Request, TransactionCheck};
use crate::rocketmq::sending::{Decisions, TransactionRule};

use super::super::timer::{ClientTimer, ProducerTimer};
use super::Producer;
use super::send::{Kept, Stage};

/// Questions that may wait for the one thread (`checkRequestHoldMax`).
const QUESTIONS: usize = 2000;

/// Questions of brokers.
#[derive(Clone, Debug)]
pub(super) struct Checks {
    rng: Rng,
    /// Local transactions and questions so far.
    counts: (usize, usize),
    /// The first one is being looked at.
    waiting: VecDeque<Question>,
}

/// A broker asks what became of a transaction.
#[derive(Clone, Debug)]
struct Question {
    from: NodeId,
    msg: MsgKey,
    topic: Name,
    half: u64,
    physical: u64,
}

impl Checks {
    pub(super) fn new(rng: Rng) -> Self {
        Self { rng, counts: (0, 0), waiting: VecDeque::new() }
    }
}

impl Producer {
    /// The half message is stored: the local transaction runs in the sender's thread, unless the
    /// half is not safe.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn half_stored(
        &mut self,
        number: u32,
        rule: &TransactionRule,
        kept: Kept,
        fx: &mut Effects<'_, Mq>,
    ) {
        let sender = self.senders.get_mut(&number).expect("the sender is at work");
        sender.send.stage = Stage::Local;
        sender.send.kept = Some(kept);
        if kept.outcome != SendOutcome::Ok {
            return self.decided(number, TransactionEnd::RollBack, Because::HalfNotSafe, fx);
        }
        let checks = &mut self.extras().checks;
        checks.counts.0 += 1;
        let (number_of, rng) = (checks.counts.0 - 1, &mut checks.rng);
        let (end, takes) = (rule.local.draw(number_of, rng), rule.local.takes.draw(rng));
        let timer = ProducerTimer::LocalEnded { sender: number, end };
        fx.arm(takes, Timer::Client(ClientTimer::Producer(timer)));
    }

    /// A local transaction is over: the broker is told, and the call returns.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn local_ended(
        &mut self,
        number: u32,
        end: TransactionEnd,
        fx: &mut Effects<'_, Mq>,
    ) {
        if self.senders.contains_key(&number) && !self.instance.is_leaving() {
            self.decided(number, end, Because::LocalTransaction, fx);
        }
    }

    fn decided(
        &mut self,
        number: u32,
        end: TransactionEnd,
        because: Because,
        fx: &mut Effects<'_, Mq>,
    ) {
        let send = &self.senders[&number].send;
        let (msg, kept) = (send.message.key, send.kept.expect("the half is stored"));
        fx.note(Fact::Decided { msg, end, why: because.plain() });
        if let Some(decision) = code_of(end)
            && let Some(peer) = self.instance.routes.master(kept.queue.broker)
        {
            let (half, physical) = (kept.offset, kept.physical);
            self.tell_end(peer, (half, physical), (decision, false), fx);
        }
        self.over(number, fx);
    }

    fn tell_end(
        &mut self,
        peer: NodeId,
        (half, physical): (u64, u64),
        (decision, from_check): (i32, bool),
        fx: &mut Effects<'_, Mq>,
    ) {
        let group = self.config.client.group;
        let end = EndTransaction { group, half, physical, decision, from_check };
        let request = Request::Admin(Rc::new(AdminRequest::EndTransaction(end)));
        self.instance.calls.one_way(peer, request, fx);
    }

    /// A broker asks; what comes while 2000 questions wait is dropped.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn asked_about(
        &mut self,
        from: NodeId,
        check: &TransactionCheck,
        fx: &mut Effects<'_, Mq>,
    ) {
        // A producer without a check listener drops the question.
        let Some(extras) = self.extras.as_mut() else { return };
        let message = &check.message;
        let question = Question {
            from,
            msg: message.message.key,
            topic: message.message.template.topic,
            half: message.offset,
            physical: message.physical,
        };
        let waiting = &mut extras.checks.waiting;
        if waiting.len() < QUESTIONS {
            waiting.push_back(question);
        }
        if waiting.len() == 1 {
            self.look_after(fx);
        }
    }

    /// The thread takes the next question.
    fn look_after(&mut self, fx: &mut Effects<'_, Mq>) {
        while let Some(topic) = self.extras().checks.waiting.front().map(|next| next.topic) {
            let Some(rule) = self.check_rule(topic) else {
                self.extras().checks.waiting.pop_front();
                continue;
            };
            let checks = &mut self.extras().checks;
            checks.counts.1 += 1;
            let (number, rng) = (checks.counts.1 - 1, &mut checks.rng);
            let (end, takes) = (rule.check.draw(number, rng), rule.check.takes.draw(rng));
            let timer = ProducerTimer::Checked { end };
            fx.arm(takes, Timer::Client(ClientTimer::Producer(timer)));
            return;
        }
    }

    /// The check listener has an answer.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn checked(&mut self, end: TransactionEnd, fx: &mut Effects<'_, Mq>) {
        let Some(question) = self.extras().checks.waiting.pop_front() else { return };
        let Question { from, msg, half, physical, .. } = question;
        fx.note(Fact::Decided { msg, end, why: Because::CheckAnswered.plain() });
        if let Some(decision) = code_of(end) {
            self.tell_end(from, (half, physical), (decision, true), fx);
        }
        self.look_after(fx);
    }

    /// What the program knows of transactions with messages of this topic.
    fn check_rule(&self, topic: Name) -> Option<Rc<TransactionRule>> {
        let messages = self.config.workload.messages.iter();
        let rules = messages.filter(|message| message.topics().contains(&topic));
        let mut rules = rules
            .filter_map(|message| message.way.as_ref().and_then(|way| way.transaction.clone()));
        rules.next()
    }
}

impl Decisions {
    /// How the transaction, or the question, with this number ends.
    fn draw(&self, number: usize, rng: &mut Rng) -> TransactionEnd {
        if let Some(end) = self.in_turn.get(number).or(self.in_turn.last()) {
            return *end;
        }
        match self.choice.draw(rng) {
            0 => TransactionEnd::Commit,
            1 => TransactionEnd::RollBack,
            2 => TransactionEnd::Unknown,
            _ => TransactionEnd::Never,
        }
    }
}

/// `commitOrRollback`; `None` where nothing is said.
fn code_of(end: TransactionEnd) -> Option<i32> {
    match end {
        TransactionEnd::Commit => Some(8),
        TransactionEnd::RollBack => Some(12),
        TransactionEnd::Unknown => Some(0),
        TransactionEnd::Never => None,
    }
}

impl Digestible for Checks {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.rng);
        digest.word((self.counts.0 as u64) << 32 | self.counts.1 as u64);
        for question in &self.waiting {
            digest.put(&question.from);
            digest.word(question.half);
        }
    }
}
