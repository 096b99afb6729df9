//! Pull tasks: one for each queue, in few threads. A task has its thread while its broker holds the
//! pull, so that more idle queues than threads hold each other up.
//!
//! Follows `DefaultLitePullConsumerImpl.PullTaskImpl` and `AssignedMessageQueue`. Where a pull
//! fails after a seek, the next one starts where the queue was before, as upstream's does.

use std::collections::VecDeque;

use crate::facts::{Fact, Why};
use crate::kernel::agenda::Slot;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::ordered_map::OrderedMap;
use crate::kernel::time::SimSpan;
use crate::rocketmq::lite_rules::Assigned;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    PullRequest, Pulled, Reply, ReplyBody, Request, TagExpression, code, sys_flag,
};

use super::super::super::calls::{Call, CallError, millis};
use super::super::super::instance::Woken;
use super::super::super::queue::MessageQueue;
use super::super::super::rebalance::{Asking, Start};
use super::super::super::routes::RouteAsk;
use super::super::super::timer::ClientTimer;
use super::super::super::{Thread, Waiter};
use super::super::pull_loop::{BROKER_FLOW_CONTROL, PAUSED, THROTTLE};
use super::super::threads::Placed;
use super::LitePullConsumer;
use super::cache::Found;

/// Pause where nobody says where to begin (`PULL_TIME_DELAY_MILLS_ON_EXCEPTION`).
const NO_OFFSET: SimSpan = SimSpan::secs(3);

/// A queue that is assigned (`MessageQueueState`), and its task.
#[derive(Clone, Debug)]
pub(super) struct QueueState {
    pub(super) paused: bool,
    /// Where the next pull begins (`pullOffset`).
    pull_offset: Option<u64>,
    /// Everything before it was handed to the program (`consumeOffset`).
    pub(super) consumed: Option<u64>,
    /// Where the program wants to go on (`seekOffset`).
    pub(super) seek: Option<u64>,
    task: Task,
    /// Why its next pull comes.
    why: Why,
    /// It is known that the queue is owned.
    announced: bool,
}

#[derive(Clone, Copy, Debug)]
enum Task {
    /// It comes later.
    Waits(Slot),
    /// It waits for a thread.
    InLine,
    /// It has a thread, and waits for an answer with this number.
    Runs(u32),
}

/// `scheduledThreadPoolExecutor`: the threads that pull.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    free: u32,
    line: VecDeque<u32>,
    next: u32,
    /// By number of what is asked: the queue, and what for.
    running: OrderedMap<u32, (u32, Asks)>,
}

/// What a task asks.
#[derive(Clone, Copy, Debug)]
enum Asks {
    /// The route of a queue whose broker it does not know, to pull from an offset if it has one.
    Route(Option<u64>),
    /// Where to begin.
    Start(Asking),
    Messages,
}

impl Pool {
    pub(super) fn new(threads: u32) -> Self {
        let (line, running) = Default::default();
        Self { free: threads, line, next: 0, running }
    }

    /// A task takes a thread and asks.
    fn take(&mut self, id: u32, asks: Asks) -> u32 {
        self.free -= 1;
        self.next += 1;
        self.running.insert(self.next, (id, asks));
        self.next
    }

    /// A task has its answer, or does not wait for it any more.
    fn give(&mut self, ticket: u32) -> Option<(u32, Asks)> {
        let done = self.running.remove(&ticket)?;
        self.free += 1;
        Some(done)
    }
}

impl LitePullConsumer {
    /// A task's time has come: it takes a thread, or waits for one.
    pub(super) fn task_due(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        if self.member.owned.get(id).is_some() {
            self.line_up(id, None);
            self.run_line(fx);
        }
    }

    /// A task begins anew, and whatever it was waiting for counts for nothing.
    pub(super) fn restart_task(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        let Some(state) = self.queues.get(&id) else { return };
        match state.task {
            Task::InLine => {}
            Task::Waits(slot) => {
                fx.cancel(slot);
                self.line_up(id, None);
            }
            Task::Runs(ticket) => {
                self.pool.give(ticket);
                self.line_up(id, None);
            }
        }
        self.run_line(fx);
    }

    /// An answer came to a thread that pulls.
    pub(super) fn task_resumed(&mut self, ticket: u32, woken: Woken, fx: &mut Effects<'_, Mq>) {
        // A thread that was interrupted does not wait any more.
        let Some((id, asks)) = self.pool.give(ticket) else { return };
        let is_wanted = self.queues.contains_key(&id) && !self.member.is_leaving();
        if let Some(queue) = self.queue(id).filter(|_| is_wanted) {
            match (asks, woken) {
                (Asks::Route(None), Woken::Route(_)) => {
                    let start = self.member.begin_start(queue);
                    self.take_start(id, (start, false), fx);
                }
                (Asks::Route(Some(offset)), Woken::Route(_)) => {
                    self.pull(id, (offset, false), fx);
                }
                (Asks::Start(asking), Woken::Reply(result)) => {
                    let start = self.member.start_told(asking, &result);
                    self.take_start(id, (start, true), fx);
                }
                (Asks::Messages, Woken::Reply(result)) => self.pulled(id, result, fx),
                _ => panic!("a task is woken by what it waits for"),
            }
        }
        self.run_line(fx);
    }

    fn queue(&self, id: u32) -> Option<MessageQueue> {
        self.member.owned.get(id).map(|holding| holding.queue)
    }

    fn line_up(&mut self, id: u32, why: Option<Why>) {
        let first = Because::PullFirst.with(0);
        let announced = self.rules.assigned == Assigned::ByRebalance;
        let state = self.queues.get_or_insert_with(id, || QueueState {
            paused: false,
            pull_offset: None,
            consumed: None,
            seek: None,
            task: Task::InLine,
            why: first,
            announced,
        });
        state.task = Task::InLine;
        state.why = why.unwrap_or(state.why);
        self.pool.line.push_back(id);
    }

    /// Tasks take the threads that are free.
    fn run_line(&mut self, fx: &mut Effects<'_, Mq>) {
        while self.pool.free > 0 && !self.member.is_leaving() {
            let Some(id) = self.pool.line.pop_front() else { return };
            if self.member.owned.get(id).is_some() && self.queues.contains_key(&id) {
                self.run(id, fx);
            }
        }
    }

    fn run(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        let paused = self.queues.get(&id).is_some_and(|state| state.paused);
        let full = if paused { Some(Because::PullPaused.plain()) } else { self.full(id) };
        let now = fx.now();
        let holding = self.member.owned.get_mut(id).expect("the queue is owned");
        let (queue, was) = (holding.queue, holding.throttled);
        holding.throttled = full.is_some();
        if !paused {
            holding.last_pull = now;
        }
        let (shown, group) = (self.shown(queue), self.group());
        if let Some(why) = full {
            if let Some(queue) = shown.filter(|_| !was) {
                fx.note(Fact::Throttled { queue, group, why });
            }
            let (after, because) = if paused {
                (PAUSED, Because::PullPaused)
            } else {
                (THROTTLE, Because::PullAfterThrottle)
            };
            return self.later(id, after, because, fx);
        }
        if let Some(queue) = shown.filter(|_| was) {
            fx.note(Fact::Unthrottled { queue, group });
        }
        match self.next_offset(id, queue) {
            Some(offset) => self.pull(id, (offset, true), fx),
            None => {
                let start = self.member.begin_start(queue);
                self.take_start(id, (start, true), fx);
            }
        }
    }

    /// Why a queue is not asked for now: of all queues too much waits, or of this one.
    fn full(&self, id: u32) -> Option<Why> {
        let config = &self.member.config;
        let waits = self.cache.len() * u64::from(config.pull_batch_size);
        if waits > u64::from(self.rules.threshold_all) {
            return Some(Because::TooManyForAll.with(self.rules.threshold_all));
        }
        let process = &self.member.owned.get(id)?.process;
        self.member.limits.exceeded(process, config.max_span, false)
    }

    /// Where the next pull begins, as far as the client knows.
    fn next_offset(&mut self, id: u32, queue: MessageQueue) -> Option<u64> {
        let state = self.queues.get_mut(&id)?;
        if let Some(offset) = state.seek.take() {
            state.consumed = Some(offset);
            return Some(offset);
        }
        state.pull_offset.or_else(|| self.member.offsets.read(queue))
    }

    /// What is known of where to begin; `looks`: a route may be asked for.
    fn take_start(&mut self, id: u32, (start, looks): (Start, bool), fx: &mut Effects<'_, Mq>) {
        match start {
            Start::At(offset, why) => {
                self.announce(id, (offset, why), fx);
                self.pull(id, (offset, true), fx);
            }
            Start::Ask(asking) => {
                let ticket = self.pool.take(id, Asks::Start(asking));
                if self.member.ask_about(asking, Thread::Task(ticket), fx) {
                    return self.runs(id, ticket);
                }
                self.pool.give(ticket);
                if looks {
                    return self.ask_route(id, None, fx);
                }
                self.later(id, NO_OFFSET, Because::PullNoOffset, fx);
            }
            Start::Refused | Start::Unknown => {
                self.later(id, NO_OFFSET, Because::PullNoOffset, fx);
            }
        }
    }

    fn runs(&mut self, id: u32, ticket: u32) {
        if let Some(state) = self.queues.get_mut(&id) {
            state.task = Task::Runs(ticket);
        }
    }

    fn ask_route(&mut self, id: u32, offset: Option<u64>, fx: &mut Effects<'_, Mq>) {
        let Some(queue) = self.queue(id) else { return };
        let ticket = self.pool.take(id, Asks::Route(offset));
        self.runs(id, ticket);
        let (thread, topic) = (Thread::Task(ticket), queue.topic);
        let why = Because::RouteForAssign.plain();
        let ask = RouteAsk { thread, topic, why, default_queues: None };
        self.member.instance.ask_route(ask, fx);
    }

    /// A queue that the program assigned is owned once it is known where it begins.
    fn announce(&mut self, id: u32, (offset, why): (u64, Why), fx: &mut Effects<'_, Mq>) {
        let (group, shown) = (self.group(), self.queue(id).and_then(|queue| self.shown(queue)));
        if let (Some(state), Some(queue)) = (self.queues.get_mut(&id), shown)
            && !std::mem::replace(&mut state.announced, true)
        {
            fx.note(Fact::Owned { queue, group, offset, why });
        }
    }

    /// Asks for messages from an offset on, and waits for the answer; `looks`: a route may be asked
    /// for first.
    fn pull(&mut self, id: u32, (offset, looks): (u64, bool), fx: &mut Effects<'_, Mq>) {
        let holding = self.member.owned.get(id).expect("the queue is owned");
        let (queue, suggested) = (holding.queue, holding.suggested);
        let Some((peer, _)) = self.member.instance.routes.pull_from(queue.broker, suggested) else {
            if looks {
                return self.ask_route(id, Some(offset), fx);
            }
            return self.after_error(id, fx);
        };
        let Some((tags, sub_version)) = self.wanted(queue) else { return self.after_error(id, fx) };
        self.announce(id, (offset, Because::ProgramAssigned.plain()), fx);
        let group = self.group();
        let why = self.queues.get(&id).map_or(Because::PullFirst.with(0), |state| state.why);
        if let Some(queue) = self.shown(queue) {
            fx.note(Fact::Asked { queue, group, offset, why });
        }
        let config = &self.member.config;
        let request = Request::Pull(PullRequest {
            group: config.client.group,
            topic: queue.topic,
            queue: queue.id,
            offset,
            max_messages: config.pull_batch_size,
            sys_flag: sys_flag::SUSPEND | sys_flag::SUBSCRIPTION | sys_flag::LITE,
            commit_offset: 0,
            suspend_timeout: millis(config.suspend_timeout),
            sub_version,
            tags,
        });
        let timeout = config.pull_timeout;
        let ticket = self.pool.take(id, Asks::Messages);
        self.runs(id, ticket);
        let waiter = Waiter::Thread(Thread::Task(ticket));
        self.member.instance.calls.call(Call { peer, request, timeout, waiter }, fx);
    }

    /// Which messages of a queue are wanted, and the version that says so; none where its topic is
    /// not subscribed any more.
    fn wanted(&self, queue: MessageQueue) -> Option<(TagExpression, i64)> {
        if self.rules.assigned != Assigned::ByRebalance {
            let mut all = self.rules.expressions.iter();
            let found = all.find(|(topic, _)| *topic == queue.topic);
            return Some((found.map_or(TagExpression::ALL, |(_, tags)| *tags), 0));
        }
        let wanted = self.member.subscription(queue)?;
        Some((wanted.tags, if wanted.tags.is_sql() { wanted.version } else { 0 }))
    }

    fn pulled(&mut self, id: u32, result: Result<Reply, CallError>, fx: &mut Effects<'_, Mq>) {
        match result {
            Ok(Reply {
                code:
                    code::SUCCESS
                    | code::PULL_NOT_FOUND
                    | code::PULL_RETRY_IMMEDIATELY
                    | code::PULL_OFFSET_MOVED,
                body: ReplyBody::Pulled(pulled),
            }) => {
                let found = self.place(id, &pulled, fx);
                let state = self.queues.get_mut(&id).expect("the queue is assigned");
                state.pull_offset = Some(pulled.next);
                self.line_up(id, Some(Because::PullAgain.with(0)));
                if !found.is_empty() {
                    self.cache.put(Found { id, messages: found.into() });
                    self.messages_came(fx);
                }
            }
            Ok(Reply { code: code::FLOW_CONTROL, .. }) => {
                self.later(id, BROKER_FLOW_CONTROL, Because::PullAfterError, fx);
            }
            Ok(_) | Err(_) => self.after_error(id, fx),
        }
    }

    /// Keeps messages that pass the filter.
    fn place(&mut self, id: u32, pulled: &Pulled, fx: &mut Effects<'_, Mq>) -> Vec<Placed> {
        let group = self.group();
        let queue = self.queue(id).expect("the queue is owned");
        let tags = self.wanted(queue).map_or(TagExpression::ALL, |(tags, _)| tags);
        let queue = self.shown(queue).expect("a broker that answers is known");
        let holding = self.member.owned.get_mut(id).expect("the queue is owned");
        holding.next_offset = pulled.next;
        holding.suggested = pulled.suggested;
        let offset = pulled.messages.first().map_or(pulled.next, |message| message.offset);
        let count = u32::try_from(pulled.messages.len()).expect("answers are small");
        fx.note(Fact::Received { queue, group, offset, count });
        let mut placed: Vec<Placed> = Vec::with_capacity(pulled.messages.len());
        for (index, message) in pulled.messages.iter().enumerate() {
            let (msg, offset) = (message.message.key, message.offset);
            if tags.matches(message.message.template.tag) {
                fx.note(Fact::Delivered { msg, queue, group, offset });
                holding.process.put(&pulled.messages, index);
                placed.push((offset, msg));
            } else {
                fx.note(Fact::FilteredOut { msg, queue, group, offset });
            }
        }
        placed
    }

    fn after_error(&mut self, id: u32, fx: &mut Effects<'_, Mq>) {
        let after = self.member.config.client.pull_delay_on_error;
        self.later(id, after, Because::PullAfterError, fx);
    }

    fn later(&mut self, id: u32, after: SimSpan, because: Because, fx: &mut Effects<'_, Mq>) {
        let Some(state) = self.queues.get_mut(&id) else { return };
        state.why = because.with(millis(after));
        let slot = fx.arm(after, Timer::Client(ClientTimer::PullAgain { queue: id }));
        state.task = Task::Waits(slot);
    }
}

impl Digestible for QueueState {
    fn digest(&self, digest: &mut Digest) {
        for offset in [self.pull_offset, self.consumed, self.seek] {
            digest.word(offset.map_or(u64::MAX, |offset| offset));
        }
        digest.word(match self.task {
            Task::Waits(_) => 0,
            Task::InLine => 1,
            Task::Runs(ticket) => 2 | u64::from(ticket) << 8,
        });
        digest.put(&self.paused);
    }
}

impl Digestible for Pool {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.free) << 32 | u64::from(self.next));
        self.line.iter().for_each(|id| digest.put(id));
        for (ticket, (id, asks)) in self.running.iter() {
            digest.word(u64::from(*ticket) << 32 | u64::from(*id));
            digest.word(match asks {
                Asks::Route(offset) => 1 | u64::from(offset.is_some()) << 8,
                Asks::Start(asking) => 2 | asking.word() << 8,
                Asks::Messages => 3,
            });
        }
    }
}
