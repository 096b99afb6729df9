//! What a broker says of itself: run-time information, sums of what was stored, producers
//! (`AdminBrokerProcessor`, `BrokerStatsManager`).
//!
//! Sums are worked out from the log, at the times at which upstream samples its counters. Left out:
//! counters of what was handed out, times of puts and reads, and disks.

use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::station::StationId;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::broker::{Broker, pools};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{AdminReply, Reply, StatSums, code};

use super::group_admin::answer;

/// Periods of the samples, and how many are kept: of a minute, an hour and a day.
const SAMPLES: [(SimSpan, u64); 3] =
    [(SimSpan::secs(10), 7), (SimSpan::secs(600), 7), (SimSpan::secs(3600), 25)];

impl Broker {
    /// Code 1 for a counter that is not kept, or has counted nothing.
    pub(super) fn topic_statistics(&self, name: Name, key: Name, fx: &Effects<'_, Mq>) -> Reply {
        let by_size = match name.as_str() {
            "TOPIC_PUT_NUMS" => false,
            "TOPIC_PUT_SIZE" => true,
            _ => return Reply::code(code::SYSTEM_ERROR),
        };
        let queues = self.topics.get(key).map_or(0, |topic| topic.write_queues.max(1));
        let boot = fx.wall() - millis_between(self.booted, fx.now());
        let first = (0..queues).filter_map(|queue| {
            let since = self.store.offset_at((key, queue), boot, false);
            self.store.store_time(key, queue, since)
        });
        let Some(first) = first.min() else { return Reply::code(code::SYSTEM_ERROR) };
        let mut sums: StatSums = [(0, 0, 0); 3];
        for (sum, (period, kept)) in sums.iter_mut().zip(SAMPLES) {
            let period = i64::try_from(period.as_millis()).expect("periods are short");
            let sample = |millis: i64| boot + (millis - boot).div_euclid(period) * period;
            let last = sample(fx.wall());
            let oldest = last - period * (kept.cast_signed() - 1);
            let begin = oldest.max(sample(first + period - 1));
            if begin < last {
                let (mut count, mut total) = (0, 0);
                for queue in 0..queues {
                    let at = |millis| self.store.offset_at((key, queue), millis + 1, false);
                    let (from, to) = (at(begin), at(last));
                    count += to - from;
                    total +=
                        if by_size { self.bytes_in((key, queue), from, to) } else { to - from };
                }
                *sum = (total, count, (last - begin).unsigned_abs());
            }
        }
        answer(AdminReply::Statistics(sums))
    }

    fn bytes_in(&self, (topic, queue): (Name, u32), from: u64, to: u64) -> u64 {
        let records = (from..to).filter_map(|at| self.store.unit(topic, queue, at));
        records.map(|unit| u64::from(unit.size)).sum()
    }

    /// `getAllProducerInfo`.
    pub(super) fn all_producers(&self, fx: &Effects<'_, Mq>) -> Reply {
        answer(AdminReply::AllProducers(self.clients.all_producers(fx)))
    }

    /// `prepareRuntimeInfo`, as far as the engine has it.
    pub(super) fn runtime_info(&self, fx: &Effects<'_, Mq>) -> Reply {
        let runs = millis_between(self.booted, fx.now());
        let (log, wall) = (self.store.log(), fx.wall());
        let behind = self
            .store
            .last_dispatched()
            .map_or(0, |last| log.end().saturating_sub(last.physical + u64::from(last.size)));
        let seconds = runs / 1000;
        let runtime = format!(
            "[ {} days, {} hours, {} minutes, {} seconds ]",
            seconds / 86_400,
            seconds / 3600 % 24,
            seconds / 60 % 60,
            seconds % 60
        );
        let first = log.record(0).map_or(-1, |record| record.store_time);
        let mut info: Vec<(String, String)> = Vec::new();
        let mut say = |name: &str, value: String| info.push((name.to_owned(), value));
        say("bootTimestamp", (wall - runs).to_string());
        say("runtime", runtime);
        say("putMessageTimesTotal", log.records().to_string());
        say("putMessageSizeTotal", log.end().to_string());
        say("commitLogMinOffset", "0".to_owned());
        say("commitLogMaxOffset", log.end().to_string());
        say("dispatchBehindBytes", behind.to_string());
        say("earliestMessageTimeStamp", first.to_string());
        say("remainHowManyDataToFlush", format!("{} B", log.end() - self.flush.flushed()));
        say("brokerActive", "true".to_owned());
        say("brokerVersionDesc", "V5_3_3".to_owned());
        say("brokerVersion", "479".to_owned());
        say("startAcceptSendRequestTimeStamp", "0".to_owned());
        let (waiting, behind) = (self.wheel.waiting(), self.wheel_is_behind());
        say("timerCongestNum", waiting.to_string());
        say("timerOffsetBehind", behind.to_string());
        say("timerReadBehind", "0".to_owned());
        for (pool, station, capacity) in [
            ("send", pools::SEND, self.config.send_queue_capacity),
            ("pull", pools::PULL, self.config.pull_queue_capacity),
        ] {
            say(&format!("{pool}ThreadPoolQueueSize"), waiting_in(station, fx));
            say(&format!("{pool}ThreadPoolQueueCapacity"), capacity.to_string());
        }
        for (level, offset) in (1..).zip(self.delay_progress()) {
            say(&format!("scheduleMessageOffset_{level}"), format!("{},{}", offset.0, offset.1));
        }
        answer(AdminReply::Info(info))
    }
}

fn waiting_in(station: StationId, fx: &Effects<'_, Mq>) -> String {
    fx.station(station).waiting().len().to_string()
}

fn millis_between(from: SimTime, to: SimTime) -> i64 {
    i64::try_from(to.since(from).as_millis()).expect("runs are shorter than ages")
}
