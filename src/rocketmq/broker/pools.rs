//! Thread pools: where requests wait, and how long they are worked on.
//!
//! Follows `BrokerController.registerProcessor`: sends and pulls have pools of their own,
//! everything else shares one here (upstream has one per family; none of them is ever full at these
//! rates).

use crate::facts::{Fact, MsgKey, QueueRef, Why};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::station::{Admission, Station, StationId};
use crate::kernel::time::SimSpan;
use crate::rocketmq::config::BrokerConfig;
use crate::rocketmq::protocol::{Job, Mq};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    AdminRequest, Heartbeat, Packet, Reply, Request, SendRequest, code,
};
use crate::rocketmq::topic::retry_topic;

use super::Broker;
use super::call::Call;

/// `sendMessageExecutor`.
pub(super) const SEND: StationId = StationId(0);
/// `pullMessageExecutor`.
pub(super) const PULL: StationId = StationId(1);
/// All other executors.
pub(super) const OTHERS: StationId = StationId(2);

/// Threads and room of the shared pool.
const OTHER_THREADS: u32 = 32;
const OTHER_CAPACITY: u32 = 1_000_000;

pub(super) fn stations(config: &BrokerConfig) -> Vec<Station<Job>> {
    vec![
        Station::new(config.send_threads, config.send_queue_capacity),
        Station::new(config.pull_threads, config.pull_queue_capacity),
        Station::new(OTHER_THREADS, OTHER_CAPACITY),
    ]
}

impl Broker {
    pub(super) fn arrived(&mut self, conn: ConnId, packet: Packet, fx: &mut Effects<'_, Mq>) {
        match packet {
            Packet::Request { .. } if self.stopping => (),
            Packet::Request { opaque, oneway, request } => {
                let refusal = self.refusal_at_once(&request);
                let (station, service) = match refusal {
                    Some(_) => (OTHERS, SimSpan::ZERO),
                    None => self.place_of(&request, fx),
                };
                let arrived = fx.now();
                let packet = Packet::Request { opaque, oneway, request };
                let job = Job::Request { conn, arrived, packet };
                match refusal {
                    Some(why) => self.refuse_busy(job, why, fx),
                    None => self.submit(station, job, service, fx),
                }
            }
            Packet::Reply { opaque, reply, .. } => {
                self.replied(conn, (opaque, &reply), fx);
                if !self.replies.is_empty() {
                    self.client_answered(conn, (opaque, &reply), fx);
                }
                if !self.desk.calls.is_empty() {
                    self.consumer_answered(conn, (opaque, &reply), fx);
                }
            }
            Packet::Ha(frame) => self.ha_frame(conn, frame, fx),
        }
    }

    /// What is refused before a thread looks at it (`rejectRequest`).
    fn refusal_at_once(&self, request: &Request) -> Option<Why> {
        let is_slave = self.config.ha.is_slave() && !self.is_fenced();
        if !is_slave && !self.has_pool() {
            return None;
        }
        let is_send = if let Request::Admin(asked) = request {
            matches!(**asked, AdminRequest::SendBack { .. })
        } else {
            matches!(request, Request::SendMessage(_))
        };
        let is_read = matches!(request, Request::Pull(_)) && !self.config.ha.slave_read;
        match (is_send, is_slave) {
            // Where slaves act as masters a send is refused by the store, not before it.
            (true, true) if self.standing.is_some() => None,
            (true, true) => Some(Because::SlaveTakesNoSends.plain()),
            (true, false) => self.lacks_buffers(),
            (false, _) => (is_slave && is_read).then(|| Because::SlaveNotRead.with(0)),
        }
    }

    /// The pool that takes a request, and how long a thread will need for it.
    fn place_of(&self, request: &Request, fx: &mut Effects<'_, Mq>) -> (StationId, SimSpan) {
        match request {
            Request::SendMessage(_) => (SEND, self.config.send_time.draw(fx.rng())),
            Request::Pull(pull) => {
                self.state_arrival(pull, fx);
                (PULL, self.config.pull_time.draw(fx.rng()))
            }
            Request::Heartbeat(heartbeat) => {
                let mut service = self.config.admin_time.draw(fx.rng());
                if self.lacks_retry_topic(heartbeat) {
                    service = service + self.config.create_topic_time.draw(fx.rng());
                }
                (OTHERS, service)
            }
            Request::RegisterBroker(_)
            | Request::UnregisterBroker { .. }
            | Request::GetRoute { .. }
            | Request::QueryOffset { .. }
            | Request::UpdateOffset { .. }
            | Request::MaxOffset { .. }
            | Request::MinOffset { .. }
            | Request::UnregisterClient { .. }
            | Request::ConsumerList { .. }
            | Request::ConsumerIdsChanged { .. }
            | Request::Admin(_)
            | Request::Unknown { .. } => (OTHERS, self.config.admin_time.draw(fx.rng())),
        }
    }

    /// A group's first heartbeat creates its retry topic, which takes as long as for any topic.
    fn lacks_retry_topic(&self, heartbeat: &Heartbeat) -> bool {
        let mut groups = heartbeat.consumers.iter().map(|data| data.group);
        groups.any(|group| self.topics.get(retry_topic(group)).is_none())
    }

    pub(super) fn submit(
        &mut self,
        station: StationId,
        job: Job,
        service: SimSpan,
        fx: &mut Effects<'_, Mq>,
    ) {
        if let Some(why) = self.why_full(station, fx) {
            return self.refuse_busy(job, why, fx);
        }
        let sent = message_of(&job);
        match fx.submit(station, job, service) {
            Admission::Serving => self.state_free_thread(sent, fx),
            Admission::Waiting(_) => self.arm_fast_failure(fx),
            Admission::Full => panic!("room was looked for before"),
        }
    }

    /// `Some` where all threads work and nobody more may wait.
    fn why_full(&self, id: StationId, fx: &Effects<'_, Mq>) -> Option<Why> {
        let (because, capacity) = match id {
            SEND => (Because::SendQueueFull, self.config.send_queue_capacity),
            PULL => (Because::PullQueueFull, self.config.pull_queue_capacity),
            StationId(_) => return None,
        };
        let station = fx.station(id);
        let is_full =
            station.busy() == station.servers() && capacity as usize <= station.waiting().len();
        is_full.then(|| because.with(capacity))
    }

    /// A send that finds a thread free is admitted now; one that waits is when its thread is done
    /// with it.
    fn state_free_thread(&self, sent: Option<MsgKey>, fx: &mut Effects<'_, Mq>) {
        if let Some(msg) = sent {
            let why = Because::ThreadFree.with(self.config.send_threads);
            fx.note(Fact::Admitted { msg, waited: SimSpan::ZERO, why });
        }
    }

    /// Answers `SYSTEM_BUSY` instead of carrying a request out.
    pub(super) fn refuse_busy(&mut self, job: Job, why: Why, fx: &mut Effects<'_, Mq>) {
        match job {
            Job::Request { conn, packet: Packet::Request { opaque, oneway, request }, .. } => {
                if let Request::SendMessage(send) = &request {
                    let queue = self.queue_of(send, fx);
                    let (msg, code) = (send.message.key, code::SYSTEM_BUSY);
                    fx.note(Fact::Refused { msg, queue, code, why });
                } else if let Request::Pull(pull) = &request {
                    self.state_refusal(pull, why, fx);
                }
                let call = Call { conn, opaque, code: request.code(), oneway };
                call.answer(Reply::code(code::SYSTEM_BUSY), fx);
            }
            Job::Recheck { pull } => self.refuse_woken(pull, why, fx),
            Job::Request { packet: Packet::Reply { .. } | Packet::Ha(_), .. } => {
                panic!("a broker's threads work on requests and held pulls")
            }
        }
    }

    /// The queue that a send names; a negative one is shown as 0 until the broker chooses.
    pub(super) fn queue_of(&self, send: &SendRequest, fx: &Effects<'_, Mq>) -> QueueRef {
        let id = u32::try_from(send.queue).unwrap_or(0);
        self.queue_ref(send.topic, id, fx)
    }

    /// A thread is done: the request is carried out now.
    pub(super) fn served(&mut self, job: Job, waited: SimSpan, fx: &mut Effects<'_, Mq>) {
        match job {
            Job::Request { conn, packet: Packet::Request { opaque, oneway, request }, .. } => {
                let call = Call { conn, opaque, code: request.code(), oneway };
                if let Some(reply) = self.process(call, &request, waited, fx) {
                    call.answer(reply, fx);
                }
            }
            Job::Recheck { pull } => self.look_again(pull, fx),
            Job::Request { .. } => {
                panic!("a broker's threads work on requests and held pulls")
            }
        }
    }
}

/// The message that a request wants to be stored.
fn message_of(job: &Job) -> Option<MsgKey> {
    let Job::Request { packet: Packet::Request { request, .. }, .. } = job else { return None };
    if let Request::SendMessage(send) = request { Some(send.message.key) } else { None }
}
