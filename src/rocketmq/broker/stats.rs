//! Counters of what is stored and handed out, as administrators see them.
//!
//! Follows `BrokerStatsManager` and `StatsItem`: each counter is sampled every 10 s, 10 min and
//! hour from the broker's start on, and the difference of the last and the first kept sample is
//! told. Samples are made up when somebody counts or looks. Left out: times (`*_LATENCY`), single
//! queues, what the broker reads for itself, and the forgetting of counters that rest.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::StatSums;
use crate::rocketmq::topic_names::is_system_topic;

use super::Broker;
use super::flow::Passing;

/// Periods of the samples, and how many are kept: of a minute, an hour and a day.
const SAMPLES: [(SimSpan, usize); 3] =
    [(SimSpan::secs(10), 7), (SimSpan::secs(600), 7), (SimSpan::secs(3600), 25)];

/// What is counted, under RocketMQ's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    TopicPutNums,
    TopicPutSize,
    GroupGetNums,
    GroupGetSize,
    SendBackNums,
    GroupAckNums,
    GroupCkNums,
    BrokerPutNums,
    BrokerGetNums,
    BrokerPutUserNums,
    BrokerGetUserNums,
    BrokerAckNums,
    BrokerCkNums,
}

const NAMES: [(&str, Count); 13] = [
    ("TOPIC_PUT_NUMS", Count::TopicPutNums),
    ("TOPIC_PUT_SIZE", Count::TopicPutSize),
    ("GROUP_GET_NUMS", Count::GroupGetNums),
    ("GROUP_GET_SIZE", Count::GroupGetSize),
    ("SNDBCK_PUT_NUMS", Count::SendBackNums),
    ("GROUP_ACK_NUMS", Count::GroupAckNums),
    ("GROUP_CK_NUMS", Count::GroupCkNums),
    ("BROKER_PUT_NUMS", Count::BrokerPutNums),
    ("BROKER_GET_NUMS", Count::BrokerGetNums),
    ("BROKER_PUT_NUMS_WITHOUT_SYSTEM_TOPIC", Count::BrokerPutUserNums),
    ("BROKER_GET_NUMS_WITHOUT_SYSTEM_TOPIC", Count::BrokerGetUserNums),
    ("BROKER_ACK_NUMS", Count::BrokerAckNums),
    ("BROKER_CK_NUMS", Count::BrokerCkNums),
];

/// All counters of a process; they begin with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Stats {
    /// What is stored now is counted by who stores it, or by nobody.
    pub(super) quiet: bool,
    lines: Vec<Line>,
}

/// Counters of a topic, of a topic and a group, or (under the cluster's name) of the broker.
#[derive(Clone, Debug)]
struct Line {
    topic: Name,
    group: Option<Name>,
    is_system: bool,
    counters: Vec<(Count, Counter)>,
    /// Where the group's last pull of each queue ended (`pullOffsetTable`).
    pulled: Vec<u64>,
}

/// One counter and its samples.
#[derive(Clone, Debug)]
struct Counter {
    sum: u64,
    times: u64,
    /// The next samples to be made.
    next: [SimTime; 3],
    samples: [Vec<Sample>; 3],
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: SimTime,
    sum: u64,
    times: u64,
}

impl Counter {
    fn new(now: SimTime, boot: SimTime) -> Self {
        let next = SAMPLES.map(|(period, _)| (now + SimSpan::nanos(1)).next_phase(boot, period));
        Self { sum: 0, times: 0, next, samples: Default::default() }
    }

    /// Makes the samples up to now, of what was counted until now.
    fn catch_up(&mut self, now: SimTime) {
        if now < self.next[0] {
            return;
        }
        for (at, (period, kept)) in SAMPLES.into_iter().enumerate() {
            let (next, samples) = (&mut self.next[at], &mut self.samples[at]);
            while *next <= now {
                if samples.is_empty() {
                    // Nothing was there one period before.
                    let before =
                        SimTime::from_nanos(next.as_nanos().saturating_sub(period.as_nanos()));
                    samples.push(Sample { at: before, sum: 0, times: 0 });
                }
                samples.push(Sample { at: *next, sum: self.sum, times: self.times });
                if samples.len() > kept {
                    samples.remove(0);
                }
                *next += period;
            }
        }
    }

    /// What the kept samples say at this time.
    fn sums(&self, now: SimTime) -> StatSums {
        let mut seen = self.clone();
        seen.catch_up(now);
        seen.samples.map(|samples| match (samples.first(), samples.last()) {
            (Some(first), Some(last)) => {
                let millis = last.at.since(first.at).as_millis();
                (last.sum - first.sum, last.times - first.times, millis)
            }
            (None, _) | (_, None) => (0, 0, 0),
        })
    }
}

impl Line {
    fn counter(&self, count: Count) -> Option<&Counter> {
        self.counters.iter().find(|(known, _)| *known == count).map(|(_, counter)| counter)
    }

    fn add(&mut self, count: Count, (sum, times): (u64, u64), (now, boot): (SimTime, SimTime)) {
        let at = self.counters.iter().position(|(known, _)| *known == count);
        let at = at.unwrap_or_else(|| {
            self.counters.push((count, Counter::new(now, boot)));
            self.counters.len() - 1
        });
        let counter = &mut self.counters[at].1;
        counter.catch_up(now);
        counter.sum += sum;
        counter.times += times;
    }

    /// The key that administrators use.
    fn is_called(&self, key: &str) -> bool {
        match self.group {
            None => self.topic.as_str() == key,
            Some(group) => key
                .strip_prefix(self.topic.as_str())
                .and_then(|rest| rest.strip_prefix('@'))
                .is_some_and(|rest| rest == group.as_str()),
        }
    }
}

impl Stats {
    fn line(&mut self, topic: Name, group: Option<Name>) -> &mut Line {
        let at = self.lines.iter().position(|line| line.topic == topic && line.group == group);
        let at = at.unwrap_or_else(|| {
            let is_system = is_system_topic(topic.as_str());
            let (counters, pulled) = Default::default();
            self.lines.push(Line { topic, group, is_system, counters, pulled });
            self.lines.len() - 1
        });
        &mut self.lines[at]
    }

    fn known(&self, topic: Name, group: Option<Name>) -> Option<&Line> {
        self.lines.iter().find(|line| line.topic == topic && line.group == group)
    }
}

impl Digestible for Stats {
    fn digest(&self, digest: &mut Digest) {
        for line in &self.lines {
            line.counters.iter().for_each(|(_, counter)| digest.word(counter.sum));
            line.pulled.iter().for_each(|offset| digest.word(*offset));
        }
    }
}

impl Broker {
    /// So many messages of so many bytes came into a topic, at once.
    pub(super) fn count_put(&mut self, topic: Name, sizes: (u64, u64), fx: &Effects<'_, Mq>) {
        let (time, count) = ((fx.now(), self.booted), sizes.0);
        let is_system = self.count_topic_put(topic, sizes, fx);
        let broker = self.stats.line(self.config.cluster, None);
        broker.add(Count::BrokerPutNums, (count, 0), time);
        if !is_system {
            broker.add(Count::BrokerPutUserNums, (count, 0), time);
        }
    }

    /// The same for the topic alone; true for one of the system's.
    pub(super) fn count_topic_put(
        &mut self,
        topic: Name,
        (count, bytes): (u64, u64),
        fx: &Effects<'_, Mq>,
    ) -> bool {
        let time = (fx.now(), self.booted);
        let line = self.stats.line(topic, None);
        line.add(Count::TopicPutNums, (count, 1), time);
        line.add(Count::TopicPutSize, (bytes, 1), time);
        line.is_system
    }

    /// So many messages of so many bytes were handed out to a group.
    pub(super) fn count_get(
        &mut self,
        (topic, group): (Name, Name),
        (count, bytes): (u64, u64),
        fx: &Effects<'_, Mq>,
    ) {
        self.count_passing(Passing::Found, 1, fx);
        let messages = u32::try_from(count).expect("an answer is small");
        self.count_passing(Passing::HandedOut, messages, fx);
        let time = (fx.now(), self.booted);
        let line = self.stats.line(topic, Some(group));
        line.add(Count::GroupGetNums, (count, 1), time);
        line.add(Count::GroupGetSize, (bytes, 1), time);
        let is_system = line.is_system;
        let broker = self.stats.line(self.config.cluster, None);
        broker.add(Count::BrokerGetNums, (count, 0), time);
        if !is_system {
            broker.add(Count::BrokerGetUserNums, (count, 0), time);
        }
    }

    /// Something else of a group, and of the broker as well where that is counted.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn count_of_group(
        &mut self,
        (topic, group): (Name, Name),
        (count, of_broker): (Count, Option<Count>),
        much: u64,
        fx: &Effects<'_, Mq>,
    ) {
        let time = (fx.now(), self.booted);
        self.stats.line(topic, Some(group)).add(count, (much, 1), time);
        if let Some(count) = of_broker {
            self.stats.line(self.config.cluster, None).add(count, (much, 0), time);
        }
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn count_acks(&mut self, pair: (Name, Name), acks: u64, fx: &Effects<'_, Mq>) {
        let counts = (Count::GroupAckNums, Some(Count::BrokerAckNums));
        self.count_of_group(pair, counts, acks, fx);
    }

    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn count_checkpoint(&mut self, pair: (Name, Name), fx: &Effects<'_, Mq>) {
        let counts = (Count::GroupCkNums, Some(Count::BrokerCkNums));
        self.count_of_group(pair, counts, 1, fx);
    }

    /// A pull of a group ended here.
    pub(super) fn note_pulled(&mut self, (topic, group): (Name, Name), queue: u32, next: u64) {
        let pulled = &mut self.stats.line(topic, Some(group)).pulled;
        if pulled.len() <= queue as usize {
            pulled.resize(queue as usize + 1, 0);
        }
        pulled[queue as usize] = next;
    }

    /// Where the group's last pull ended; 0 without one.
    pub(super) fn pulled_to(&self, (topic, group): (Name, Name), queue: u32) -> u64 {
        let line = self.stats.known(topic, Some(group));
        line.and_then(|line| line.pulled.get(queue as usize)).copied().unwrap_or(0)
    }

    /// What a counter says; `None` for one that is not kept, or has counted nothing.
    pub(super) fn stat_sums(&self, name: &str, key: &str, now: SimTime) -> Option<StatSums> {
        let (_, count) = NAMES.into_iter().find(|(known, _)| *known == name)?;
        let lines = self.stats.lines.iter().filter(|line| line.is_called(key));
        let counter = lines.filter_map(|line| line.counter(count)).next()?;
        Some(counter.sums(now))
    }

    /// What the last minute's samples say of a topic, or of what a group got of it: a sum, and the
    /// ms that it took.
    pub(super) fn rate(&self, topic: Name, group: Option<Name>, now: SimTime) -> (u64, u64) {
        let count = group.map_or(Count::TopicPutNums, |_| Count::GroupGetNums);
        let counter = self.stats.known(topic, group).and_then(|line| line.counter(count));
        let [(sum, _, millis), ..] = counter.map_or([(0, 0, 0); 3], |counter| counter.sums(now));
        (sum, millis)
    }

    /// All that the broker counted since its start.
    pub(super) fn total(&self, count: Count) -> u64 {
        let line = self.stats.known(self.config.cluster, None);
        line.and_then(|line| line.counter(count)).map_or(0, |counter| counter.sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_made_from_the_start_on_and_a_minute_keeps_seven() {
        let boot = SimTime::from_nanos(5_000_000_000);
        let at = |secs: u64| boot + SimSpan::secs(secs);
        let mut counter = Counter::new(at(3), boot);
        counter.sum = 4;
        assert_eq!(counter.sums(at(9))[0], (0, 0, 0), "no sample yet");
        assert_eq!(counter.sums(at(10))[0], (4, 0, 10_000), "nothing was there 10 s before");
        counter.catch_up(at(12));
        counter.sum = 10;
        assert_eq!(counter.sums(at(19))[0], (4, 0, 10_000));
        assert_eq!(counter.sums(at(20))[0], (10, 0, 20_000));
        // Seven samples: the synthetic one is dropped with the eighth.
        assert_eq!(counter.sums(at(60))[0], (10, 0, 60_000));
        assert_eq!(counter.sums(at(70))[0], (6, 0, 60_000));
        assert_eq!(counter.sums(at(599))[1], (0, 0, 0));
        assert_eq!(counter.sums(at(600))[1], (10, 0, 600_000));
    }
}
