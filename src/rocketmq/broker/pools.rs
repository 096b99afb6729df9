//! Thread pools: where requests wait, and how long they are worked on.
//!
//! Follows `BrokerController.registerProcessor`: sends and pulls have pools of their own, everything else
//! shares one here (upstream has one per family; none of them is ever full at these rates).

use crate::facts::{Fact, QueueRef};
use crate::kernel::effects::Effects;
use crate::kernel::network::ConnId;
use crate::kernel::station::{Admission, Station, StationId};
use crate::kernel::time::SimSpan;
use crate::rocketmq::config::BrokerConfig;
use crate::rocketmq::protocol::{Job, Mq};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Heartbeat, Packet, Reply, Request, SendRequest, code};
use crate::rocketmq::topic::retry_topic;

use super::Broker;

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
            Packet::Request { opaque, oneway, request } => {
                let (station, service) = self.place_of(&request, fx);
                let arrived = fx.now();
                let packet = Packet::Request { opaque, oneway, request };
                let job = Job::Request { conn, arrived, packet };
                self.submit(station, job, service, fx);
            }
            Packet::Reply { to, reply, .. } => self.registered(conn, to, &reply, fx),
        }
    }

    /// The pool that takes a request, and how long a thread will need for it.
    fn place_of(&self, request: &Request, fx: &mut Effects<'_, Mq>) -> (StationId, SimSpan) {
        match request {
            Request::SendMessage(send) => {
                let mut service = self.config.send_time.draw(fx.rng());
                if self.topics.get(send.topic).is_none() {
                    service = service + self.config.create_topic_time.draw(fx.rng());
                }
                (SEND, service)
            }
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
        match fx.submit(station, job.clone(), service) {
            Admission::Serving => (),
            Admission::Waiting(_) => self.arm_fast_failure(fx),
            Admission::Full => {
                let capacity = self.config.send_queue_capacity;
                self.refuse_busy(job, Because::SendQueueFull.with(capacity), fx);
            }
        }
    }

    /// Answers `SYSTEM_BUSY` instead of carrying a request out.
    pub(super) fn refuse_busy(&self, job: Job, why: crate::facts::Why, fx: &mut Effects<'_, Mq>) {
        let Job::Request { conn, packet: Packet::Request { opaque, oneway, request }, .. } = job
        else {
            return;
        };
        if let Request::SendMessage(send) = &request {
            let queue = self.queue_of(send, fx);
            let (msg, code) = (send.message.key, code::SYSTEM_BUSY);
            fx.note(Fact::Refused { msg, queue, code, why });
        }
        if !oneway {
            Self::reply(conn, opaque, &request, Reply::code(code::SYSTEM_BUSY), fx);
        }
    }

    /// The queue that a send names; a negative one is shown as 0 until the broker chooses.
    pub(super) fn queue_of(&self, send: &SendRequest, fx: &Effects<'_, Mq>) -> QueueRef {
        let id = u32::try_from(send.queue).unwrap_or(0);
        QueueRef { topic: send.topic, broker: fx.node(), id }
    }

    /// A thread is done: the request is carried out now.
    pub(super) fn served(&mut self, job: Job, waited: SimSpan, fx: &mut Effects<'_, Mq>) {
        match job {
            Job::Request { conn, packet: Packet::Request { opaque, oneway, request }, .. } => {
                let reply = self.process(conn, opaque, &request, waited, fx);
                if let Some(reply) = reply.filter(|_| !oneway) {
                    Self::reply(conn, opaque, &request, reply, fx);
                }
            }
            Job::Recheck { pull } => self.look_again(pull, fx),
            Job::Request { .. } | Job::Listen { .. } => {
                panic!("a broker's threads work on requests and held pulls")
            }
        }
    }
}
