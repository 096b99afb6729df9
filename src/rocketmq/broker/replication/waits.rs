//! Sends that are stored and not answered yet: they wait for the disk (`GroupCommitService`,
//! `FlushDiskWatcher`) and for slaves (`GroupTransferService`), for both at the same time.
//!
//! Left out: the waits of what a broker stores by itself, and of commits of transactions.

use crate::facts::{Fact, MsgKey, QueueRef, SendOutcome, Why};
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::time::SimTime;
use crate::rocketmq::broker::call::Call;
use crate::rocketmq::broker::{Broker, BrokerTimer, millis};
use crate::rocketmq::message::Message;
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{Reply, code};

use super::ReplicationTimer;

/// `PROPERTY_WAIT_STORE_MSG_OK`.
const WAIT: &str = "WAIT";

/// A send that waits.
#[derive(Clone, Debug)]
pub(super) struct Wait {
    call: Call,
    reply: Reply,
    msg: MsgKey,
    queue: QueueRef,
    since: SimTime,
    /// The log up to here is to be safe.
    end: u64,
    disk: Leg,
    slaves: Leg,
}

/// One of the two things that are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leg {
    Open { until: SimTime },
    Done,
    Late,
}

impl Leg {
    fn of(wanted: bool, until: SimTime) -> Self {
        if wanted { Self::Open { until } } else { Self::Done }
    }

    fn looked_at(self, is_done: bool, now: SimTime) -> Self {
        match self {
            Self::Open { .. } if is_done => Self::Done,
            Self::Open { until } if until <= now => Self::Late,
            Self::Open { .. } | Self::Done | Self::Late => self,
        }
    }

    fn until(self) -> Option<SimTime> {
        if let Self::Open { until } = self { Some(until) } else { None }
    }
}

impl Broker {
    /// The reply to a send that was just stored, of a broker that waits for disk or slaves; `None`
    /// where it has to.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq::broker) fn when_safe(
        &mut self,
        (call, reply): (Call, Reply),
        message: &Message,
        queue: QueueRef,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        if reply.code != code::SUCCESS || !may_wait(message) {
            return Some(reply);
        }
        let ha = &self.config.ha;
        let (mut disk, mut copies) = (ha.sync_flush, self.copies_wanted());
        if is_planted(Bug::AckBeforeReplication) {
            copies = 1;
        }
        if is_planted(Bug::AckBeforeFlush) {
            disk = false;
        }
        if !disk && copies <= 1 {
            return Some(reply);
        }
        let (now, msg, end) = (fx.now(), message.key, self.store.log().end());
        let because = if copies > 1 {
            self.why_replicas((Because::WaitsForReplicas, Because::WaitsForSet), copies)
        } else {
            Because::WaitsForDisk.plain()
        };
        let (disk, slaves) = (
            Leg::of(disk, now + ha.sync_flush_timeout),
            Leg::of(copies > 1, now + ha.slave_timeout),
        );
        fx.note(Fact::SafetyAwaited { msg, queue, why: because });
        let since = now;
        self.replication.waits.push(Wait { call, reply, msg, queue, since, end, disk, slaves });
        self.transfer_now(fx);
        self.settle_waits(fx);
        None
    }

    /// Answers the sends whose wait is over, well or not, and plans the next look.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(in crate::rocketmq::broker) fn settle_waits(&mut self, fx: &mut Effects<'_, Mq>) {
        let (now, flushed) = (fx.now(), self.flush.flushed());
        let mut left = Vec::new();
        for mut wait in std::mem::take(&mut self.replication.waits) {
            let are_enough = self.leads() && self.is_copied(wait.end);
            wait.disk = wait.disk.looked_at(wait.end <= flushed, now);
            wait.slaves = wait.slaves.looked_at(are_enough, now);
            if wait.disk.until().or(wait.slaves.until()).is_some() {
                left.push(wait);
            } else {
                self.end_wait(wait, fx);
            }
        }
        self.replication.waits = left;
        self.plan_wait_over(fx);
    }

    fn end_wait(&mut self, wait: Wait, fx: &mut Effects<'_, Mq>) {
        let (code, outcome, why) = self.outcome_of_wait(&wait);
        let Wait { call, reply, msg, queue, since, .. } = wait;
        let waited = fx.now().since(since);
        fx.note(Fact::SafetyEnded { msg, queue, waited, outcome, why });
        call.answer(Reply { code, ..reply }, fx);
    }

    /// A slave that is too late counts more than a disk that is.
    fn outcome_of_wait(&self, wait: &Wait) -> (u16, SendOutcome, Why) {
        let ha = &self.config.ha;
        if wait.slaves == Leg::Late {
            let why = Because::SlaveTooLate.with(millis(ha.slave_timeout));
            (code::FLUSH_SLAVE_TIMEOUT, SendOutcome::FlushSlaveTimeout, why)
        } else if wait.disk == Leg::Late {
            let why = Because::FlushTooLate.with(millis(ha.sync_flush_timeout));
            (code::FLUSH_DISK_TIMEOUT, SendOutcome::FlushDiskTimeout, why)
        } else if self.copies_wanted() > 1 {
            let because = (Because::SafeInReplicas, Because::SafeInSet);
            (code::SUCCESS, SendOutcome::Ok, self.why_replicas(because, self.copies_wanted()))
        } else {
            (code::SUCCESS, SendOutcome::Ok, Because::SafeOnDisk.plain())
        }
    }

    /// A number that is set, or the size of the set of those in sync.
    fn why_replicas(&self, (number, set): (Because, Because), copies: u32) -> Why {
        let is_set = self.controlled.is_some() && self.config.ha.replicas.all_ack;
        if is_set { set } else { number }.with(copies)
    }

    fn plan_wait_over(&mut self, fx: &mut Effects<'_, Mq>) {
        let waits = self.replication.waits.iter();
        let ends = waits.flat_map(|wait| [wait.disk.until(), wait.slaves.until()]).flatten();
        let Some(at) = ends.min().filter(|_| !self.replication.wait_armed) else { return };
        self.replication.wait_armed = true;
        fx.arm_at(at, Timer::Broker(BrokerTimer::Replication(ReplicationTimer::WaitOver)));
    }
}

/// `isWaitStoreMsgOK`: a message says with `WAIT` whether its send waits.
pub(in crate::rocketmq::broker) fn may_wait(message: &Message) -> bool {
    let says = message.wired().and_then(|wired| wired.properties.get(WAIT));
    says.is_none_or(|says| says.is_empty() || says.eq_ignore_ascii_case("true"))
}

impl Digestible for Wait {
    fn digest(&self, digest: &mut Digest) {
        digest.put(&self.call);
        digest.put(&self.since);
        digest.word(self.end);
        for leg in [self.disk, self.slaves] {
            digest.word(match leg {
                Leg::Open { until } => until.as_nanos() << 2,
                Leg::Done => 1,
                Leg::Late => 2,
            });
        }
    }
}
