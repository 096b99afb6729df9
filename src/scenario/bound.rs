//! What bounds a closed loop: the senders, which wait for answers, the threads that store, or the
//! threads that consume. Operational analysis: no run is shorter than the longest of the three, and
//! a long one without chance in it is hardly longer.

use crate::kernel::time::SimSpan;
use crate::rocketmq::cluster::MqDisk;
use crate::rocketmq::config::{ProducerConfig, PushConsumerConfig, PushRules};
use crate::rocketmq::listener::Rest;
use crate::rocketmq::sending::Pace;

use super::model::Model;

/// What a run of so many messages needs time for. All spans are means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Messages that are sent.
    pub messages: u64,
    /// Threads that send and wait.
    pub senders: u32,
    /// From a send to its answer where nobody else is there: two ways and the work of a thread.
    pub round_trip: SimSpan,
    /// Send threads of all brokers.
    pub threads: u32,
    /// What one of them needs for a message.
    pub work: SimSpan,
    /// Consuming threads of all members.
    pub lanes: u32,
    /// How each of them rests.
    pub rest: Rest,
}

impl Bound {
    /// Of a lane with one producer that sends synchronously in a closed loop, and one group whose
    /// listeners rest and do nothing else; `None` for any other.
    pub(super) fn of(model: &Model) -> Option<Self> {
        let disks = || model.nodes.iter().map(|draft| &draft.disk);
        let mut producers = disks().filter_map(producer);
        let (producer, is_alone) = (producers.next()?, producers.next().is_none());
        let Pace::Closed { senders, pause } = &producer.workload.pace else { return None };
        let readers: Vec<&PushConsumerConfig> = disks().filter_map(push).collect();
        let (first, group) = (readers.first()?, readers.first()?.client.group);
        let alike = |reader: &&PushConsumerConfig| {
            let PushRules { rest, orderly, broadcasting, answers, .. } = &reader.rules;
            let is_plain = !orderly && !broadcasting && answers.is_empty();
            reader.client.group == group && *rest == first.rules.rest && is_plain
        };
        // Whoever sends otherwise does not wait for each answer, or sends more than one at a time.
        let waits = producer.workload.messages.iter().all(|message| message.way.is_none());
        let brokers = || disks().filter_map(MqDisk::as_master);
        let a_round = producer.workload.messages.len() as u64;
        let messages = u64::from(producer.workload.rounds?) * a_round;
        let work = brokers().next()?.send_time.mean();
        let way = model.network.latency.mean();
        let is_simple = is_alone && waits && readers.iter().all(alike) && messages > 0;
        is_simple.then_some(Self {
            messages,
            senders: *senders,
            round_trip: way * 2 + work + pause.mean() / a_round,
            threads: brokers().map(|broker| broker.send_threads).sum(),
            work,
            lanes: readers.iter().map(|reader| reader.threads).sum(),
            rest: first.rules.rest?,
        })
    }

    /// ns that the senders need, if nothing else takes time.
    pub fn sending(&self) -> u64 {
        share(self.messages, self.round_trip, self.senders)
    }

    /// ns that the brokers' threads need.
    pub fn storing(&self) -> u64 {
        share(self.messages, self.work, self.threads)
    }

    /// ns that the consuming threads need.
    pub fn consuming(&self) -> u64 {
        share(self.messages / u64::from(self.rest.every), self.rest.wait, self.lanes)
    }

    /// ns that the run needs: the longest of the three.
    pub fn expected(&self) -> u64 {
        self.sending().max(self.storing()).max(self.consuming())
    }
}

/// So many times so long, by so many at once.
fn share(times: u64, each: SimSpan, by: u32) -> u64 {
    let whole = u128::from(times) * u128::from(each.as_nanos()) / u128::from(by.max(1));
    u64::try_from(whole).unwrap_or(u64::MAX)
}

fn producer(disk: &MqDisk) -> Option<&ProducerConfig> {
    if let MqDisk::Producer(config) = disk { Some(config) } else { None }
}

fn push(disk: &MqDisk) -> Option<&PushConsumerConfig> {
    if let MqDisk::PushConsumer(config) = disk { Some(config) } else { None }
}
