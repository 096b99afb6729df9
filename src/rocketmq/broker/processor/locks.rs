//! Queue locks of orderly consumers (`RebalanceLockManager`).

use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::broker::Broker;
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{AdminReply, QueueName, Reply, code};

use super::group_admin::answer;

/// `rocketmq.broker.rebalance.lockMaxLiveTime`: a lock that was not renewed for longer is free.
const LIVES: SimSpan = SimSpan::secs(60);

/// Who holds which queue for its group.
#[derive(Clone, Debug, Default)]
pub(in crate::rocketmq::broker) struct QueueLocks(Vec<QueueLock>);

#[derive(Clone, Debug)]
struct QueueLock {
    group: Name,
    queue: QueueName,
    client: Name,
    since: SimTime,
}

impl Broker {
    /// Gives the queues that the client holds now.
    pub(super) fn lock_queues(
        &mut self,
        group: Name,
        client: Name,
        queues: &[QueueName],
        fx: &Effects<'_, Mq>,
    ) -> Reply {
        let now = fx.now();
        let wanted = queues.iter().copied();
        let held = wanted.filter(|queue| self.locks.take(group, client, *queue, now));
        answer(AdminReply::Locked(held.collect()))
    }

    /// Only the holder's own locks are given back.
    pub(super) fn unlock_queues(
        &mut self,
        group: Name,
        client: Name,
        queues: &[QueueName],
    ) -> Reply {
        let gone = |lock: &QueueLock| {
            lock.group == group && lock.client == client && queues.contains(&lock.queue)
        };
        self.locks.0.retain(|lock| !gone(lock));
        Reply::code(code::SUCCESS)
    }
}

impl QueueLocks {
    /// True where the client holds the queue now: it did, nobody did, or the lock ran out.
    fn take(&mut self, group: Name, client: Name, queue: QueueName, now: SimTime) -> bool {
        let same = |lock: &&mut QueueLock| lock.group == group && lock.queue == queue;
        let Some(lock) = self.0.iter_mut().find(same) else {
            self.0.push(QueueLock { group, queue, client, since: now });
            return true;
        };
        let is_kept = lock.since + LIVES >= now && !is_planted(Bug::LockForgotten);
        if lock.client != client && is_kept {
            return false;
        }
        (lock.client, lock.since) = (client, now);
        true
    }

    /// True where anybody holds a queue of the group (`isLockAllExpired`).
    pub(super) fn has_live(&self, group: Name, now: SimTime) -> bool {
        self.0.iter().any(|lock| lock.group == group && lock.since + LIVES >= now)
    }

    /// For the digest of the broker's state: how many there are.
    pub(in crate::rocketmq::broker) fn len(&self) -> usize {
        self.0.len()
    }
}
