//! Producers as written.

use toml::Spanned;

use crate::kernel::name::Name;
use crate::kernel::spread::Spread;
use crate::rocketmq::cluster::MqDisk;
use crate::rocketmq::config::ProducerConfig;
use crate::rocketmq::sending::{Gathering, Mode, Outgoing, Pace, ProducerRules, Workload};
use crate::rocketmq::settings;

use super::clients::base;
use super::error::Fault;
use super::model::Known;
use super::reader::{Table, whole, wrong};
use super::workload::workload;

/// A producer, and how many messages it will send where that is a fixed number.
pub(super) fn producer(
    t: &mut Table<'_>,
    name: Name,
    known: &Known,
) -> Result<(MqDisk, Option<u64>), Fault> {
    let client = base(t, name, known)?;
    let value = t.take("workload").ok_or_else(|| t.missing("workload"))?;
    let (workload, planned) = workload(Table::new("a workload", value)?, known)?;
    let config = ProducerConfig {
        client,
        send_timeout: t.millis(&settings::SEND_MSG_TIMEOUT)?,
        retry_times: t.setting_count(&settings::RETRY_TIMES_WHEN_SEND_FAILED)?,
        default_topic_queue_nums: t.setting_count(&settings::CLIENT_DEFAULT_TOPIC_QUEUE_NUMS)?,
        rules: rules(t)?,
        workload,
        stops_when_done: t.flag("stops_when_done", false)?,
    };
    if config.rules.backpressure.is_none() && never_waits(&config.workload) {
        let finding = "a sender that waits for no answer and has no pause would never stop";
        return Err(t.fault(finding, "add `pause`, `rounds` or `rate`"));
    }
    Ok((MqDisk::Producer(Box::new(config)), planned))
}

/// A closed loop that takes no time and has no end.
fn never_waits(workload: &Workload) -> bool {
    let waits = |message: &Outgoing| message.way.as_ref().is_none_or(|way| way.mode == Mode::Sync);
    workload.rounds.is_none()
        && matches!(&workload.pace, Pace::Closed { pause, .. } if *pause == Spread::ZERO)
        && !workload.messages.iter().any(waits)
}

fn rules(t: &mut Table<'_>) -> Result<ProducerRules, Fault> {
    let mut rules = ProducerRules {
        retry_times_async: t.setting_count(&settings::RETRY_TIMES_WHEN_SEND_ASYNC_FAILED)?,
        retry_another_broker: t.switch(&settings::RETRY_ANOTHER_BROKER_WHEN_NOT_STORE_OK)?,
        max_message_size: t.setting_count(&settings::PRODUCER_MAX_MESSAGE_SIZE)?,
        send_latency: t.switch(&settings::SEND_LATENCY_ENABLE)?,
        detector: t.switch(&settings::START_DETECTOR_ENABLE)?,
        detect: (t.millis(&settings::DETECT_TIMEOUT)?, t.millis(&settings::DETECT_INTERVAL)?),
        ..ProducerRules::default()
    };
    if t.has(settings::SEND_MSG_MAX_TIMEOUT_PER_REQUEST.name) {
        let most = t.millis(&settings::SEND_MSG_MAX_TIMEOUT_PER_REQUEST)?;
        rules.max_timeout_per_request = Some(most);
    } else {
        drop(t.take(settings::SEND_MSG_MAX_TIMEOUT_PER_REQUEST.name));
    }
    let gathering = Gathering {
        delay: t.millis(&settings::BATCH_MAX_DELAY_MS)?,
        bytes: t.setting_count(&settings::BATCH_MAX_BYTES)?,
        total: t.setting_count(&settings::TOTAL_BATCH_MAX_BYTES)?,
    };
    rules.gathering = t.switch(&settings::AUTO_BATCH)?.then_some(gathering);
    let sends = t.setting_count(&settings::BACK_PRESSURE_FOR_ASYNC_SEND_NUM)?;
    let bytes = t.setting_count(&settings::BACK_PRESSURE_FOR_ASYNC_SEND_SIZE)?;
    let limited = t.switch(&settings::ENABLE_BACKPRESSURE_FOR_ASYNC_MODE)?;
    rules.backpressure = limited.then_some((sends, bytes));
    if let Some(lag) = t.span_of("after_failure")? {
        rules.after_failure = lag;
    }
    match t.count("async_sender_threads")?.map(Spanned::into_inner) {
        None => {}
        Some(0) => return Err(t.fault("`async_sender_threads` is 0", "write at least `1`")),
        Some(threads) => rules.async_threads = threads,
    }
    if t.has("retryResponseCodes") {
        let code = |value| {
            let code = whole(Spanned::get_ref(&value)).and_then(|code| u16::try_from(code).ok());
            code.ok_or_else(|| wrong("retryResponseCodes", &value, "a code, as `2`"))
        };
        let codes = t.list("retryResponseCodes")?.into_iter().map(code);
        rules.retried_codes = codes.collect::<Result<Vec<_>, _>>()?.into();
    } else {
        drop(t.take("retryResponseCodes"));
    }
    Ok(rules)
}
