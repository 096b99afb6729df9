//! What a broker says of itself: run-time information, sums of what was stored, producers
//! (`AdminBrokerProcessor`, `BrokerStatsManager`).
//!
//! Left out: times of puts and reads, and disks.

use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::station::StationId;
use crate::kernel::time::SimTime;
use crate::rocketmq::broker::stats::Count;
use crate::rocketmq::broker::{Broker, pools};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{AdminReply, Reply, code};

use super::group_admin::answer;

impl Broker {
    /// Code 1 for a counter that is not kept, or has counted nothing.
    pub(super) fn topic_statistics(&self, name: Name, key: Name, fx: &Effects<'_, Mq>) -> Reply {
        match self.stat_sums(name.as_str(), key.as_str(), fx.now()) {
            Some(sums) => answer(AdminReply::Statistics(sums)),
            None => Reply::code(code::SYSTEM_ERROR),
        }
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
        for (kind, count) in [("Put", Count::BrokerPutUserNums), ("Get", Count::BrokerGetUserNums)]
        {
            say(&format!("msg{kind}TotalTodayNow"), self.total(count).to_string());
            say(&format!("msg{kind}TotalTodayMorning"), "0".to_owned());
            say(&format!("msg{kind}TotalYesterdayMorning"), "0".to_owned());
        }
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
        answer(AdminReply::Info(info, self.flow_rates(fx)))
    }
}

fn waiting_in(station: StationId, fx: &Effects<'_, Mq>) -> String {
    fx.station(station).waiting().len().to_string()
}

fn millis_between(from: SimTime, to: SimTime) -> i64 {
    i64::try_from(to.since(from).as_millis()).expect("runs are shorter than ages")
}
