//! The lite pull consumer: a program that calls for messages, and tasks that pull them meanwhile.
//!
//! Follows `DefaultLitePullConsumerImpl` and `RebalanceLitePullImpl`. Instance, rebalance, starts
//! and offsets are a push consumer's, whose listener is never called. A `subscribe` or `seek` waits
//! for a call of the same program; that it waits for calls of others is left out, as programs here
//! have one thread.

mod assign;
mod cache;
mod program;
mod seek;
mod tasks;

use crate::facts::{Fact, QueueRef};
use crate::kernel::actor::Event;
use crate::kernel::digest::Digest;
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::ordered_map::OrderedMap;
use crate::rocketmq::lite_rules::{LiteOrder, LitePullConfig, LiteRules};
use crate::rocketmq::protocol::{Mq, Order, Timer};

use super::super::Thread;
use super::super::instance::{Instance, Signal};
use super::super::queue::MessageQueue;
use super::super::timer::{ClientTimer, ProgramTimer};
use super::PushConsumer;
use super::asked::asked_of_puller;
use cache::Cache;
use program::{Errand, Program};
use tasks::{Pool, QueueState};

/// A lite pull consumer.
#[derive(Clone, Debug)]
pub struct LitePullConsumer {
    rules: LiteRules,
    /// What it shares with push consumers.
    member: PushConsumer,
    /// Queues that are assigned, by their number among the owned ones.
    queues: OrderedMap<u32, QueueState>,
    pool: Pool,
    cache: Cache,
    program: Program,
}

impl LitePullConsumer {
    /// A process with fresh memory.
    pub fn new(config: LitePullConfig) -> Self {
        let LitePullConfig { base, rules } = config;
        assert!(base.rules.lite, "its rebalance is a lite pull consumer's");
        let (queues, cache, program) = Default::default();
        let pool = Pool::new(rules.pull_threads);
        Self { rules, member: PushConsumer::new(base), queues, pool, cache, program }
    }

    /// What it may share with other clients of its process.
    pub(in crate::rocketmq::client) fn instance(&self) -> &Instance {
        &self.member.instance
    }

    /// The same.
    pub(in crate::rocketmq::client) fn instance_mut(&mut self) -> &mut Instance {
        &mut self.member.instance
    }

    pub(in crate::rocketmq) fn into_config(self) -> LitePullConfig {
        LitePullConfig { base: self.member.into_config(), rules: self.rules }
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq) fn handle(&mut self, event: Event<Mq>, fx: &mut Effects<'_, Mq>) {
        match self.member.instance.handle(event, fx) {
            Some(Event::Booted) => self.start(fx),
            Some(Event::Told(order)) => self.told(order, fx),
            Some(Event::Fired(Timer::Client(timer))) => self.fired(timer, fx),
            Some(_) => panic!("a lite pull consumer expects what it asked for"),
            None => {}
        }
        while let Some(signal) = self.member.instance.next_signal(fx) {
            self.take(signal, fx);
        }
        let owned = &self.member.owned;
        self.queues.retain(|id, _| owned.get(*id).is_some());
    }

    pub(in crate::rocketmq) fn digest(&self, digest: &mut Digest) {
        self.member.digest(digest);
        for (id, queue) in self.queues.iter() {
            digest.put(id);
            digest.put(queue);
        }
        digest.put(&self.pool);
        digest.put(&self.cache);
        digest.put(&self.program);
    }

    fn group(&self) -> Name {
        self.member.group()
    }

    /// A queue in neutral words, once its broker is known.
    fn shown(&self, queue: MessageQueue) -> Option<QueueRef> {
        let broker = self.member.instance.routes.shown(queue.broker)?;
        Some(QueueRef { topic: queue.topic, broker, id: queue.id })
    }

    fn start(&mut self, fx: &mut Effects<'_, Mq>) {
        self.member.start(fx);
        self.start_checks(fx);
    }

    fn told(&mut self, order: Order, fx: &mut Effects<'_, Mq>) {
        match order {
            Order::Shutdown => self.stop(fx),
            Order::Suspend => self.pause(None, true),
            Order::Resume => self.pause(None, false),
            Order::Subscribe { topic, tags } => {
                self.member.subscribe(topic, tags, fx);
                self.learn_route(topic, fx);
            }
            Order::Unsubscribe { topic } => {
                self.member.unsubscribe(topic);
                let owned = &self.member.owned;
                let stays = |id: &u32| owned.get(*id).is_none_or(|it| it.queue.topic != topic);
                self.queues.retain(|id, _| stays(id));
            }
            Order::Lite(LiteOrder::Pause(which)) => self.pause(which, true),
            Order::Lite(LiteOrder::Resume(which)) => self.pause(which, false),
            Order::Lite(LiteOrder::Seek(which, to)) => self.errand(Errand::Seek(which, to), fx),
            Order::Lite(LiteOrder::Commit) => self.errand(Errand::Commit, fx),
            Order::FillDisk { .. } => panic!("a consumer has no disk to fill"),
        }
    }

    fn fired(&mut self, timer: ClientTimer, fx: &mut Effects<'_, Mq>) {
        if let ClientTimer::PullAgain { queue } = timer {
            self.task_due(queue, fx);
        } else if let ClientTimer::Program(timer) = timer {
            match timer {
                ProgramTimer::Next => self.wants_messages(fx),
                ProgramTimer::CallOver => self.call_over(fx),
                ProgramTimer::Handled => self.handled(fx),
                ProgramTimer::CheckTopics => self.check_due(fx),
            }
        } else if timer == ClientTimer::Stop {
            self.stop(fx);
        } else {
            self.member.fired(timer, fx);
        }
    }

    fn take(&mut self, signal: Signal, fx: &mut Effects<'_, Mq>) {
        match signal {
            Signal::Started { .. } => self.begin(fx),
            Signal::Resume(Thread::Task(ticket), woken) => self.task_resumed(ticket, woken, fx),
            Signal::Resume(Thread::Polling, woken) => self.program_resumed(&woken, fx),
            Signal::Asked(to, asked) => {
                let member = &self.member;
                asked_of_puller((&member.instance, &member.offsets), to, &asked, fx);
            }
            other @ (Signal::Resume(..)
            | Signal::Left(_)
            | Signal::Pulled(..)
            | Signal::LocksTold(..)
            | Signal::PersistOffsets
            | Signal::Greeted
            | Signal::GroupChanged(_)
            | Signal::Rebalance
            | Signal::LeftAll) => self.member.take(other, fx),
        }
    }

    /// The program is told to end: it does so when its call is over and its messages are handled.
    fn stop(&mut self, fx: &mut Effects<'_, Mq>) {
        if !std::mem::replace(&mut self.program.ends, true) {
            fx.note(Fact::ProcessStopping);
            self.free_program(fx);
        }
    }

    /// What was committed is told to brokers, what was not is not (`shutdown`).
    fn shut_down(&mut self, fx: &mut Effects<'_, Mq>) {
        if !std::mem::replace(&mut self.member.stopping, true) {
            self.member.leave(fx);
        }
    }
}
