//! Handing out again what nobody acknowledged (`PopReviveService`): one loop for each queue of the
//! revive topic.
//!
//! A loop waits `reviveInterval`, then reads its queue every 100 ms until it has seen a checkpoint
//! that is over for more than 2 s, or nothing new for 4.1 s. Loops that saw nothing rest for one,
//! two, then three intervals more; these are not events here: where a loop stands is worked out
//! when a record comes. Left out: checkpoints that are written again because a message could not
//! be stored (it always can), and what slaves do.

use crate::facts::{Fact, QueueRef};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::broker::{Broker, BrokerTimer};
use crate::rocketmq::extra_info::RetryKind;
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::topic::TopicConfig;

use super::checkpoint::{ACK, BATCH_ACK, CK, CheckPoint, DELIVER, PopId};
use super::{REVIVE_QUEUES, retry_topic_of, span_of};

/// Group whose offsets say how far the revive queues are done (`PopAckConstants.REVIVE_GROUP`).
const REVIVE_GROUP: &str = "CID_RMQ_SYS_REVIVE_GROUP";
/// `PROPERTY_FIRST_POP_TIME`.
const FIRST_POP: &str = "1ST_POP_TIME";
/// `reviveInterval`.
const INTERVAL: SimSpan = SimSpan::secs(1);
/// Between two reads of a queue in which nothing new was.
const PAUSE: SimSpan = SimSpan::millis(100);
/// So many reads with nothing new end a scan, each followed by a pause.
const READS: u64 = 41;
/// `reviveScanTime`: a scan that finds more and more ends so long after its begin.
const LONGEST: SimSpan = SimSpan::secs(10);
/// `reviveMaxSlow`.
const SLOWEST: u64 = 3;
/// The newest deliver time that was seen is taken for now where it is so much older, ms.
const SILENCE_MILLIS: i64 = 3000;
/// So much later than its end a checkpoint is looked at, ms.
const GRACE_MILLIS: i64 = 2000;

/// The loop of one revive queue.
#[derive(Clone, Debug)]
pub(super) struct Reviver {
    /// When its present round began to wait.
    begins: SimTime,
    /// Intervals that it rests after a round without checkpoints.
    slow: u64,
    scan: Option<Scan>,
    armed: Option<SimTime>,
}

/// What a round has seen so far.
#[derive(Clone, Debug)]
struct Scan {
    began: SimTime,
    /// The last read that found something.
    found: SimTime,
    next: u64,
    /// The newest deliver time, or now; 0 before the first.
    end: i64,
    /// When the first checkpoint ends; 0 before it.
    first: i64,
    points: Vec<CheckPoint>,
}

impl Reviver {
    pub(super) fn new(booted: SimTime) -> Self {
        Self { begins: booted, slow: 1, scan: None, armed: None }
    }

    /// The next read from `from` on.
    fn next_read(&mut self, from: SimTime) -> SimTime {
        if let Some(scan) = &self.scan {
            return from.next_phase(scan.found, PAUSE);
        }
        let rounds = |slow: u64| INTERVAL + PAUSE * READS + INTERVAL * slow;
        loop {
            let first = self.begins + INTERVAL;
            if from <= first + PAUSE * (READS - 1) {
                return if from <= first { first } else { from.next_phase(first, PAUSE) };
            }
            self.begins += rounds(self.slow);
            if self.slow == SLOWEST && self.begins < from {
                let passed = from.since(self.begins).as_nanos() / rounds(SLOWEST).as_nanos();
                self.begins += rounds(SLOWEST) * passed;
            }
            self.slow = (self.slow + 1).min(SLOWEST);
        }
    }

    /// The round is over; a round without checkpoints is followed by a rest.
    fn rest(&mut self, now: SimTime, was_empty: bool) {
        self.begins = now;
        if was_empty {
            self.begins = now + INTERVAL * self.slow;
            self.slow = (self.slow + 1).min(SLOWEST);
        } else {
            self.slow = 1;
        }
    }
}

impl Digestible for Reviver {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.begins);
        digest.word(self.slow);
        digest.put(&self.armed);
        if let Some(scan) = &self.scan {
            digest.word(scan.next);
            digest.word(scan.end.cast_unsigned());
        }
    }
}

impl Scan {
    fn new(now: SimTime, next: u64) -> Self {
        Self { began: now, found: now, next, end: 0, first: 0, points: Vec::new() }
    }

    fn take_point(&mut self, point: CheckPoint) {
        if self.first == 0 {
            self.first = point.ends();
        }
        self.points.retain(|known| known.id != point.id);
        self.points.push(point);
    }

    /// False where the checkpoint was not seen: the acknowledgement counts for nothing.
    fn take_ack(&mut self, (id, offsets): (PopId, Vec<u64>)) -> bool {
        let Some(point) = self.points.iter_mut().find(|point| point.id == id) else { return false };
        point.acked.extend(offsets);
        true
    }

    fn is_over(&self, now: SimTime) -> bool {
        self.end.saturating_sub(self.first) > GRACE_MILLIS || now >= self.found + PAUSE * READS
    }
}

impl Broker {
    /// Topic of checkpoints and acknowledgements (`buildClusterReviveTopic`).
    pub(in crate::rocketmq::broker) fn revive_topic(&self) -> Name {
        Name::new(&format!("rmq_sys_REVIVE_LOG_{}", self.config.cluster))
    }

    /// The broker starts: its loops begin.
    pub(in crate::rocketmq::broker) fn begin_revival(&mut self, fx: &mut Effects<'_, Mq>) {
        self.pops.revivers = (0..REVIVE_QUEUES).map(|_| Reviver::new(fx.now())).collect();
        for queue in 0..REVIVE_QUEUES {
            if self.store.max_offset(self.revive_topic(), queue) > self.revived(queue) {
                self.arm_reviver(queue, fx);
            }
        }
    }

    /// A record came into a revive queue, or some are left there.
    pub(in crate::rocketmq::broker) fn arm_reviver(
        &mut self,
        queue: u32,
        fx: &mut Effects<'_, Mq>,
    ) {
        let Some(reviver) = self.pops.revivers.get_mut(queue as usize) else { return };
        let at = reviver.next_read(fx.now() + SimSpan::nanos(1));
        self.set_reviver(queue, at, fx);
    }

    fn set_reviver(&mut self, queue: u32, at: SimTime, fx: &mut Effects<'_, Mq>) {
        let reviver = &mut self.pops.revivers[queue as usize];
        if reviver.armed.is_none_or(|armed| at < armed) {
            reviver.armed = Some(at);
            fx.arm_at(at, Timer::Broker(BrokerTimer::Revive { queue }));
        }
    }

    /// The first record of a revive queue that is not done.
    fn revived(&self, queue: u32) -> u64 {
        let done = self.offsets.get(Name::new(REVIVE_GROUP), self.revive_topic(), queue);
        done.map_or(0, |done| done + 1)
    }

    fn set_revived(&mut self, queue: u32, last: u64, because: Because, fx: &mut Effects<'_, Mq>) {
        let at = QueueRef { topic: self.revive_topic(), broker: fx.node(), id: queue };
        self.commit(Name::new(REVIVE_GROUP), (at, last), because.plain(), fx);
    }

    /// One read of a revive queue, and what follows from it.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq::broker) fn revive(&mut self, queue: u32, fx: &mut Effects<'_, Mq>) {
        let now = fx.now();
        let next = self.revived(queue);
        let reviver = &mut self.pops.revivers[queue as usize];
        // A process that stood still is late, and reads all the same.
        if reviver.armed.is_none_or(|at| now < at) {
            return;
        }
        reviver.armed = None;
        let mut scan = reviver.scan.take().unwrap_or_else(|| Scan::new(now, next));
        let first = self.store.min_offset(self.revive_topic(), queue);
        if next < first {
            self.set_revived(queue, first - 1, Because::OffsetIllegal, fx);
        }
        // A round that began before the first record finds nothing (`getReviveMessage`).
        let is_too_long = scan.next >= first && self.read_revive_queue(queue, &mut scan, now);
        let wall = fx.wall();
        let is_silent = scan.end != 0 && wall.saturating_sub(scan.end) > SILENCE_MILLIS;
        if is_silent && !self.wheel.is_behind(wall) {
            scan.end = wall;
        }
        if is_too_long || scan.is_over(now) {
            return self.end_scan(queue, &scan, fx);
        }
        let silent = scan.end.saturating_add(SILENCE_MILLIS + 1).saturating_sub(wall);
        let mut at = scan.found + PAUSE * READS;
        if scan.end != 0 {
            let look = (now + span_of(silent)).max(now + SimSpan::nanos(1));
            at = at.min(look.next_phase(scan.found, PAUSE));
        }
        self.pops.revivers[queue as usize].scan = Some(scan);
        self.set_reviver(queue, at, fx);
    }

    /// True where the scan found something later than it may last; that is left for the next one.
    fn read_revive_queue(&self, queue: u32, scan: &mut Scan, now: SimTime) -> bool {
        let topic = self.revive_topic();
        if scan.next < self.store.max_offset(topic, queue) {
            scan.found = now;
            if now.since(scan.began) > LONGEST {
                return true;
            }
        }
        while let Some(record) = self.store.record_in(topic, queue, scan.next) {
            scan.next += 1;
            let message = &record.message;
            let counts = match message.template.tag.map_or("", Name::as_str) {
                CK => CheckPoint::read(message, scan.next - 1).map(|point| scan.take_point(point)),
                ACK | BATCH_ACK => PopId::read_ack(message)
                    .filter(|ack| scan.take_ack((ack.0, ack.1.clone())))
                    .map(drop),
                _ => None,
            };
            let deliver = message.wired().and_then(|wired| wired.properties.get(DELIVER));
            let deliver = deliver.and_then(|millis| millis.parse().ok());
            if let (Some(()), Some(deliver)) = (counts, deliver) {
                scan.end = scan.end.max(deliver);
            }
        }
        false
    }

    /// Hands out again what is over and was not acknowledged (`mergeAndRevive`).
    fn end_scan(&mut self, queue: u32, scan: &Scan, fx: &mut Effects<'_, Mq>) {
        let is_over = |point: &&CheckPoint| scan.end.saturating_sub(point.ends()) > GRACE_MILLIS;
        let over = scan.points.iter().take_while(is_over);
        let done = over.map(|point| self.hand_out_again(point, fx)).count();
        if let Some(last) = done.checked_sub(1) {
            self.set_revived(queue, scan.points[last].place, Because::Revived, fx);
        }
        self.pops.revivers[queue as usize].rest(fx.now(), scan.points.is_empty());
        if done < scan.points.len() || scan.next < self.store.max_offset(self.revive_topic(), queue)
        {
            self.arm_reviver(queue, fx);
        }
    }

    /// Nothing where topic or group are gone.
    fn hand_out_again(&mut self, point: &CheckPoint, fx: &mut Effects<'_, Mq>) {
        let PopId { group, topic, .. } = point.id;
        let normal = normal_topic(topic, group);
        let is_gone = self.topics.get(normal).is_none() || self.find_group(group).is_none();
        if is_gone || is_planted(Bug::ReviveForgotten) {
            return;
        }
        for offset in point.offsets.iter().filter(|offset| !point.acked.contains(offset)) {
            self.try_again(&point.id, *offset, normal, fx);
        }
    }

    fn try_again(&mut self, id: &PopId, offset: u64, normal: Name, fx: &mut Effects<'_, Mq>) {
        let record = self.store.record_in(id.topic, id.queue, offset);
        let Some(message) = record.map(|record| record.message.clone()) else { return };
        let message = self.as_bytes(&message);
        let mut wired = message.to_wired();
        if wired.reconsume_times == 0 || wired.properties.get(FIRST_POP).is_none() {
            wired.properties.set(FIRST_POP, &id.popped.to_string());
        }
        wired.reconsume_times += 1;
        let retry = if id.topic == normal { retry_topic_of(id.group, normal) } else { id.topic };
        if self.topics.get(retry).is_none() {
            self.create_topic(TopicConfig::new(retry, 1), Because::RetryTopicCreated, fx);
            let queue = QueueRef { topic: retry, broker: fx.node(), id: 0 };
            self.commit(id.group, (queue, 0), Because::StartFirst.plain(), fx);
        }
        let attempt = wired.reconsume_times.unsigned_abs();
        let (msg, group, why) = (message.key, id.group, Because::Revived.plain());
        fx.note(Fact::Retried { msg, group, attempt, why });
        self.append(&message.rewired(wired).under(retry), 0, fx);
    }
}

/// The topic that a group's retry topic stands for (`KeyBuilder.parseNormalTopic`).
fn normal_topic(topic: Name, group: Name) -> Name {
    let kind = RetryKind::of_topic(topic.as_str());
    let prefix = kind.topic("", group.as_str());
    topic.as_str().strip_prefix(&prefix).map_or(topic, Name::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SimTime {
        SimTime::START + SimSpan::millis(millis)
    }

    #[test]
    fn a_loop_that_sees_nothing_rests_longer_and_longer() {
        let mut reviver = Reviver::new(SimTime::START);
        assert_eq!(reviver.next_read(at(1)), at(1000));
        assert_eq!(reviver.next_read(at(1001)), at(1100));
        assert_eq!(reviver.next_read(at(5000)), at(5000));
        // 1000 + 4100 + 1000: the second round begins to read a second later.
        assert_eq!(reviver.next_read(at(5001)), at(7100));
        assert_eq!(reviver.next_read(at(11_101)), at(14_200));
        assert_eq!(reviver.next_read(at(18_201)), at(22_300));
        let mut other = reviver.clone();
        let far = 22_300 + 8100 * 100_000;
        assert_eq!(other.next_read(at(far - 1)), at(far));
    }
}
