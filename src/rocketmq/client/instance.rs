//! What every client process has: connections, routes, heartbeats, one thread for all that is
//! periodic.
//!
//! Follows `MQClientInstance`. The periodic tasks share one thread and wait for their replies, so
//! that a silent broker delays what comes after. Several clients of a process may share one
//! instance (`sharing`).

use std::collections::VecDeque;
use std::rc::Rc;

use crate::facts::Fact;
use crate::kernel::actor::{Event, NodeId};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::time::SimSpan;
use crate::rocketmq::config::ClientConfig;
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminRequest, ConsumerData, Packet, Reply, ReplyBody, Request, code,
};
use crate::rocketmq::topic::{CLIENT_INNER_PRODUCER, TBW102};

use super::calls::{Call, CallError, Calls, Notice, millis};
use super::heartbeat::{Greetings, Round};
use super::routes::{RouteAsk, RouteOutcome, Routes};
use super::sharing::Other;
use super::shutdown::Program;
use super::timer::ClientTimer;
use super::{Thread, Waiter};

/// First refresh of the routes after the start.
const FIRST_REFRESH: SimSpan = SimSpan::millis(10);
/// First periodic heartbeat after the start: a second after the timers, which start when the
/// instance has been made and its remoting client has started. Recorded clients send it 6 to 110 ms
/// after their first rebalance, so that the heartbeat which tells of that finds the lock free.
const FIRST_HEARTBEAT: SimSpan = SimSpan::millis(1030);
/// First persisting of offsets after the start.
const FIRST_PERSIST: SimSpan = SimSpan::secs(10);

/// Whose node is not known before it begins.
pub(super) const NOBODY: NodeId = NodeId(u32::MAX);

/// What a thread had waited for.
#[derive(Clone, Debug)]
pub(super) enum Woken {
    /// A reply of its own call.
    Reply(Result<Reply, CallError>),
    /// The end of a question for a route.
    Route(RouteOutcome),
    /// The end of its heartbeats; whether the last one was answered.
    Heartbeat { answered: bool },
}

/// What the process has to do beyond the instance.
#[derive(Clone, Debug)]
pub(super) enum Signal {
    /// A thread goes on.
    Resume(Thread, Woken),
    /// A thread's request left.
    Left(Thread),
    /// A pull ended.
    Pulled(u32, Result<Reply, CallError>),
    /// A question for locks ended.
    LocksTold(u32, Result<Reply, CallError>),
    /// The start is over; whether a heartbeat reached brokers.
    Started { greeted: bool },
    /// It is time to persist offsets.
    PersistOffsets,
    /// A new connection was greeted.
    Greeted,
    /// A broker says that the members of a group changed.
    GroupChanged(Name),
    /// Another client of the process woke the thread that rebalances for all.
    Rebalance,
    /// A broker asks for something that is no instance's business: over which connection, by
    /// which number.
    Asked((ConnId, u32), Rc<AdminRequest>),
    /// All brokers were told that the client ends.
    LeftAll,
}

/// Tasks of the thread for all that is periodic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    RefreshRoutes,
    Heartbeat,
    PersistOffsets,
}

/// How a client behaves towards brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manners {
    Usual,
    /// A lite pull consumer keeps offsets and greets nobody at its start.
    Lite,
    /// A simple consumer is no member of its group: brokers are told nothing of it.
    Silent,
}

/// What that thread waits for.
#[derive(Clone, Debug)]
pub(super) enum Doing {
    Nothing,
    Refreshing(VecDeque<Name>),
    Heartbeating,
}

/// The common part of a client process, and what a client adds to it.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    pub(super) config: ClientConfig,
    /// Producer groups of the heartbeats.
    pub(super) producers: Vec<Name>,
    /// Consumer group of the heartbeats.
    pub(super) consumer: Option<ConsumerData>,
    pub(super) program: Program,
    pub(super) manners: Manners,
    /// The client's node, once it has begun.
    pub(super) me: NodeId,
    /// From here on shared by the clients of a process.
    pub(super) calls: Calls,
    pub(super) routes: Routes,
    pub(super) round: Option<Round>,
    pub(super) greetings: Greetings,
    pub(super) tasks: VecDeque<Task>,
    pub(super) doing: Doing,
    /// For whom, and what.
    pub(super) signals: VecDeque<(NodeId, Signal)>,
    pub(super) timers: Timers,
    pub(super) others: Vec<Other>,
    /// Requests whose reply is waited for, by correlation, and by whom (`RequestFutureHolder`).
    pub(super) askers: Vec<(String, NodeId)>,
}

/// Periodic timers that run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Timers {
    pub(super) run: bool,
    pub(super) greet: bool,
    pub(super) persist: bool,
}

impl Instance {
    /// An instance that was not started; with the group of a producer, or that of a consumer.
    pub(super) fn new(config: &ClientConfig, consumer: Option<ConsumerData>) -> Self {
        let inner = Name::new(CLIENT_INNER_PRODUCER);
        let producers = if consumer.is_some() { vec![inner] } else { vec![config.group, inner] };
        let subscriptions = consumer.iter().flat_map(|data| &data.subscriptions);
        let routes = Routes::new(config.namesrvs.clone(), subscriptions.map(|sub| sub.topic));
        let (greetings, program, tasks, signals) = Default::default();
        let (timers, others, askers) = Default::default();
        let calls = Calls::new(config.first_opaque);
        let (config, round, doing, manners) =
            (config.clone(), None, Doing::Nothing, Manners::Usual);
        Self {
            config,
            producers,
            consumer,
            program,
            manners,
            me: NOBODY,
            calls,
            routes,
            round,
            greetings,
            tasks,
            doing,
            signals,
            timers,
            others,
            askers,
        }
    }

    /// Starts timers and the program's thread.
    pub(super) fn start(&mut self, fx: &mut Effects<'_, Mq>) {
        fx.note(Fact::ProcessStarted);
        self.me = fx.node();
        if !self.timers.run {
            self.calls.start(fx.now());
            self.routes.servers.shuffle(fx.rng());
            fx.arm(FIRST_REFRESH, Timer::Client(ClientTimer::RefreshRoutes));
        }
        if !self.timers.greet && self.manners != Manners::Silent {
            fx.arm(FIRST_HEARTBEAT, Timer::Client(ClientTimer::Heartbeat));
        }
        let keeps =
            self.manners == Manners::Lite || self.consumer.as_ref().is_some_and(|data| data.push);
        if !self.timers.persist && keeps {
            fx.arm(FIRST_PERSIST, Timer::Client(ClientTimer::PersistOffsets));
        }
        let (greet, persist) = (self.manners != Manners::Silent, self.timers.persist || keeps);
        self.timers = Timers { run: true, greet, persist };
        if let Some(stops) = self.config.stops.filter(|stops| *stops >= fx.now()) {
            fx.arm_at(stops, Timer::Client(ClientTimer::Stop));
        }
        self.start_program(fx);
    }

    /// Takes what is the instance's business; gives back what is not.
    pub(super) fn handle(
        &mut self,
        event: Event<Mq>,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Event<Mq>> {
        match event {
            Event::Opened { conn, peer } => self.calls.opened(conn, peer, fx),
            Event::Closed { conn, reason } => self.calls.closed(conn, reason, fx),
            Event::Arrived { conn, packet } => self.arrived((conn, packet), fx),
            Event::Fired(Timer::Client(timer)) => return self.fired(timer, fx),
            other @ (Event::Booted
            | Event::Fired(_)
            | Event::Served { .. }
            | Event::DiskDone { .. }
            | Event::Told(_)) => return Some(other),
        }
        None
    }

    /// What the process has to do next; in the order in which it came up.
    pub(super) fn next_signal(&mut self, fx: &mut Effects<'_, Mq>) -> Option<Signal> {
        loop {
            let next = if self.others.is_empty() {
                self.signals.pop_front().map(|(_, signal)| signal)
            } else {
                self.own_signal(fx)
            };
            if next.is_some() {
                return next;
            }
            let Some(notice) = self.calls.next_notice() else {
                self.wake_others(fx);
                return None;
            };
            self.notice(notice, fx);
        }
    }

    /// Asks for a topic's route on behalf of a thread, after those who asked before.
    pub(super) fn ask_route(&mut self, ask: RouteAsk, fx: &mut Effects<'_, Mq>) {
        self.routes.asks.push_back((self.me, ask));
        if self.routes.asks.len() == 1 {
            self.send_ask(fx);
        }
    }

    /// A thread got what it waited for; whose thread it is.
    pub(super) fn resume(
        &mut self,
        who: NodeId,
        thread: Thread,
        woken: Woken,
        fx: &mut Effects<'_, Mq>,
    ) {
        match thread {
            Thread::Scheduler => self.scheduler_resumed(&woken, fx),
            Thread::Events => {
                if matches!(woken, Woken::Heartbeat { answered: true }) {
                    self.tell_all(&Signal::Greeted);
                }
                self.greeted(fx);
            }
            Thread::Program if who == self.me => self.program_resumed(&woken, fx),
            Thread::Program
            | Thread::Rebalance
            | Thread::Polling
            | Thread::Task(_)
            | Thread::Sender(_)
            | Thread::Consumer(_)
            | Thread::Puller
            | Thread::Detector => self.tell(who, Signal::Resume(thread, woken)),
        }
    }

    fn arrived(&mut self, (conn, packet): (ConnId, Packet), fx: &mut Effects<'_, Mq>) {
        match packet {
            Packet::Reply { opaque, reply, .. } => self.calls.replied(opaque, reply, fx),
            Packet::Request { request: Request::ConsumerIdsChanged { group }, .. } => {
                self.tell(self.me, Signal::GroupChanged(group));
            }
            Packet::Request { opaque, request: Request::Admin(request), .. } => {
                self.tell(self.me, Signal::Asked((conn, opaque), request));
            }
            Packet::Request { .. } | Packet::Ha(_) => {}
        }
    }

    fn fired(&mut self, timer: ClientTimer, fx: &mut Effects<'_, Mq>) -> Option<Event<Mq>> {
        let (task, period) = match timer {
            ClientTimer::RefreshRoutes => (Task::RefreshRoutes, self.config.poll_name_server),
            ClientTimer::Heartbeat => (Task::Heartbeat, self.config.heartbeat),
            ClientTimer::PersistOffsets => (Task::PersistOffsets, self.config.persist_offsets),
            ClientTimer::CallTimeout { opaque } => {
                self.calls.timed_out(opaque, fx);
                return None;
            }
            ClientTimer::ConnectTimeout { conn } => {
                self.calls.connect_timed_out(conn, fx);
                return None;
            }
            ClientTimer::Rebalance
            | ClientTimer::NextRound { .. }
            | ClientTimer::Producer(_)
            | ClientTimer::PullAgain { .. }
            | ClientTimer::PullRound
            | ClientTimer::Listened { .. }
            | ClientTimer::ConsumeLater { .. }
            | ClientTimer::ConsumeQueue { .. }
            | ClientTimer::LockQueues
            | ClientTimer::TryLock { .. }
            | ClientTimer::GiveUpWaiting
            | ClientTimer::WakeLater
            | ClientTimer::CleanExpired
            | ClientTimer::ResetRested
            | ClientTimer::ConsumedDirectly { .. }
            | ClientTimer::Renew { .. }
            | ClientTimer::Program(_)
            | ClientTimer::Stop => return Some(Event::Fired(Timer::Client(timer))),
            // Its signals are handled now.
            ClientTimer::Woken => return None,
        };
        fx.arm(period, Timer::Client(timer));
        self.tasks.push_back(task);
        self.schedule(fx);
        None
    }

    /// The periodic thread takes its next tasks, until one has to wait.
    fn schedule(&mut self, fx: &mut Effects<'_, Mq>) {
        while matches!(self.doing, Doing::Nothing) {
            let Some(task) = self.tasks.pop_front() else { return };
            match task {
                Task::RefreshRoutes => self.refresh_next(self.routes.topics().into(), fx),
                Task::Heartbeat => {
                    self.routes.clean_offline();
                    let why = Because::HeartbeatPeriod.with(millis(self.config.heartbeat));
                    if self.heartbeat(Thread::Scheduler, why, fx) {
                        self.doing = Doing::Heartbeating;
                    }
                }
                Task::PersistOffsets => self.tell_all(&Signal::PersistOffsets),
            }
        }
    }

    fn refresh_next(&mut self, mut topics: VecDeque<Name>, fx: &mut Effects<'_, Mq>) {
        let Some(topic) = topics.pop_front() else {
            self.doing = Doing::Nothing;
            return;
        };
        self.doing = Doing::Refreshing(topics);
        let why = Because::RoutePeriod.with(millis(self.config.poll_name_server));
        let thread = Thread::Scheduler;
        self.ask_route(RouteAsk { thread, topic, why, default_queues: None }, fx);
    }

    fn scheduler_resumed(&mut self, woken: &Woken, fx: &mut Effects<'_, Mq>) {
        let doing = std::mem::replace(&mut self.doing, Doing::Nothing);
        // Without an answer the rest of the topics is not asked about this time.
        let failed = matches!(woken, Woken::Route(RouteOutcome::Failed));
        if let Doing::Refreshing(topics) = doing
            && !failed
        {
            self.refresh_next(topics, fx);
        }
        self.schedule(fx);
    }

    fn notice(&mut self, notice: Notice, fx: &mut Effects<'_, Mq>) {
        match notice {
            Notice::Left(who, Waiter::Thread(thread)) => self.tell(who, Signal::Left(thread)),
            Notice::Left(who, Waiter::Callback(send)) => {
                self.tell(who, Signal::Left(Thread::Sender(send)));
            }
            Notice::Left(
                _,
                Waiter::Route
                | Waiter::Heartbeat
                | Waiter::Pull(_)
                | Waiter::Lock(_)
                | Waiter::Nobody,
            )
            | Notice::Ended(_, Waiter::Nobody, _) => {}
            Notice::Ended(_, Waiter::Route, result) => self.route_answered(result, fx),
            Notice::Ended(_, Waiter::Heartbeat, result) => self.heartbeat_answered(&result, fx),
            Notice::Ended(who, Waiter::Thread(thread), result) => {
                self.resume(who, thread, Woken::Reply(result), fx);
            }
            Notice::Ended(who, Waiter::Callback(send), result) => {
                let woken = Woken::Reply(result);
                self.tell(who, Signal::Resume(Thread::Sender(send), woken));
            }
            Notice::Ended(who, Waiter::Pull(queue), result) => {
                self.tell(who, Signal::Pulled(queue, result));
            }
            Notice::Ended(who, Waiter::Lock(ticket), result) => {
                self.tell(who, Signal::LocksTold(ticket, result));
            }
            Notice::Opened(peer) => self.greet(peer, fx),
        }
    }

    fn send_ask(&mut self, fx: &mut Effects<'_, Mq>) {
        let (_, ask) = *self.routes.asks.front().expect("somebody asks");
        let calls = &self.calls;
        let server = self.routes.servers.choose(|node| calls.lives(node));
        let topic = ask.default_queues.map_or(ask.topic, |_| Name::new(TBW102));
        fx.note(Fact::RouteAsked { topic: ask.topic, server, why: ask.why });
        let (request, timeout) = (Request::GetRoute { topic }, self.config.api_timeout);
        self.calls.call(Call { peer: server, request, timeout, waiter: Waiter::Route }, fx);
    }

    fn route_answered(&mut self, result: Result<Reply, CallError>, fx: &mut Effects<'_, Mq>) {
        let (who, ask) = self.routes.asks.pop_front().expect("an answer has a question");
        let outcome = self.take_route(ask, result, fx);
        if !self.routes.asks.is_empty() {
            self.send_ask(fx);
        }
        self.resume(who, ask.thread, Woken::Route(outcome), fx);
    }

    fn take_route(
        &mut self,
        ask: RouteAsk,
        result: Result<Reply, CallError>,
        fx: &mut Effects<'_, Mq>,
    ) -> RouteOutcome {
        let Ok(reply) = result else { return RouteOutcome::Failed };
        let topic = ask.topic;
        let ReplyBody::Route(route) = reply.body else {
            let why = Because::NoRoute.with(u32::from(reply.code));
            fx.note(Fact::RouteAnswered { topic, queues: 0, why });
            return RouteOutcome::Unknown;
        };
        assert_eq!(reply.code, code::SUCCESS, "a route comes with success");
        self.routes.learn(topic, route, ask.default_queues);
        let queues = self.routes.queues_of(topic);
        let because = match ask.default_queues {
            Some(_) => Because::RouteOfDefaultTopic,
            None => Because::RouteFound,
        };
        fx.note(Fact::RouteAnswered { topic, queues, why: because.with(queues) });
        RouteOutcome::Known
    }
}

impl Digestible for Instance {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.calls);
        digest.put(&self.routes);
        digest.put(&self.round);
        digest.put(&self.greetings);
        digest.put(&self.program);
        self.tasks.iter().for_each(|task| digest.word(*task as u64));
        match &self.doing {
            Doing::Nothing => digest.word(0),
            Doing::Refreshing(topics) => {
                digest.word(1);
                topics.iter().for_each(|topic| digest.put(topic));
            }
            Doing::Heartbeating => digest.word(2),
        }
        let subscriptions = self.consumer.iter().flat_map(|data| &data.subscriptions);
        subscriptions.for_each(|sub| digest.word(sub.version.cast_unsigned()));
    }
}
