//! What was popped in order, and whether its queue is blocked (`ConsumerOrderInfoManager`).
//!
//! A queue of a group stays blocked until all that was handed out is acknowledged or visible again.
//! Written to the disk every 10 s. Left out: cleaning what nobody touched for a day.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::life::End;
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::kernel::time::SimSpan;
use crate::rocketmq::broker::{Broker, BrokerTimer};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::remoting::{OrderCount, PopRequest};

use super::span_of;

/// Period of writing to the disk.
const SAVE: SimSpan = SimSpan::secs(10);

/// Topic, group and queue.
pub(in crate::rocketmq::broker) type OrderId = (Name, Name, u32);

/// What was handed out last, by queue.
#[derive(Clone, Debug, Default)]
pub(in crate::rocketmq::broker) struct Orders {
    infos: Vec<OrderInfo>,
    /// As they are on the disk.
    saved: Vec<OrderInfo>,
    armed: bool,
}

#[derive(Clone, Debug)]
struct OrderInfo {
    id: OrderId,
    attempt: Option<Name>,
    /// ms since 1970.
    popped: i64,
    /// ms.
    invisible: i64,
    offsets: Vec<u64>,
    /// Those that were acknowledged.
    acked: Vec<u64>,
    /// Those that are visible again at a time of their own, ms since 1970.
    visible: Vec<(u64, i64)>,
    /// How often they were handed out before.
    counts: Vec<(u64, u32)>,
}

/// What an acknowledgement means for the group's offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rocketmq::broker) enum Next {
    Offset(u64),
    /// It belongs to an earlier pop.
    Ignored,
    Illegal,
}

impl OrderInfo {
    /// When the first of those that nobody acknowledged is visible again; `None` where none is
    /// hidden.
    fn hidden_until(&self, wall: i64) -> Option<i64> {
        let open = self.offsets.iter().filter(|offset| !self.acked.contains(offset));
        let ends = |offset: &u64| {
            let own = self.visible.iter().find(|(of, _)| of == offset);
            own.map_or(self.popped.saturating_add(self.invisible), |(_, at)| *at)
        };
        open.map(ends).find(|at| wall < *at)
    }

    /// The first that nobody acknowledged, or the one after the last.
    fn next(&self) -> u64 {
        let open = self.offsets.iter().find(|offset| !self.acked.contains(offset));
        *open.unwrap_or(&self.offsets.last().map_or(0, |last| last + 1))
    }
}

impl Orders {
    /// What an end of the process leaves.
    pub(in crate::rocketmq::broker) fn left(self, end: End) -> Self {
        let infos = if end == End::Stopped { self.infos } else { self.saved };
        Self { saved: infos.clone(), infos, armed: false }
    }

    fn get(&mut self, id: OrderId) -> Option<&mut OrderInfo> {
        self.infos.iter_mut().find(|info| info.id == id)
    }

    /// True where the queue may not be popped now; the same attempt may pop again.
    pub(in crate::rocketmq::broker) fn is_blocked(
        &mut self,
        id: OrderId,
        (attempt, invisible): (Option<Name>, i64),
        wall: i64,
    ) -> bool {
        let Some(info) = self.get(id) else { return false };
        if info.attempt.is_some() && info.attempt == attempt {
            return false;
        }
        if info.invisible <= 0 {
            info.invisible = invisible;
        }
        info.hidden_until(wall).is_some()
    }

    /// Something was handed out; gives how often before.
    fn update(
        &mut self,
        id: OrderId,
        (pop, popped): (&PopRequest, i64),
        offsets: &[u64],
    ) -> Vec<(u64, u32)> {
        let known = self.infos.iter().position(|info| info.id == id);
        let old = known.map(|at| self.infos.remove(at));
        let counts = match old {
            Some(old) if old.attempt.is_some() && old.attempt == pop.attempt => old.counts,
            Some(old) => {
                let again = offsets.iter().filter(|offset| old.offsets.contains(offset));
                let before = |offset: &u64| old.counts.iter().find(|(of, _)| of == offset);
                again.map(|at| (*at, before(at).map_or(1, |(_, count)| count + 1))).collect()
            }
            None => Vec::new(),
        };
        let (attempt, invisible, offsets) = (pop.attempt, pop.invisible, offsets.to_vec());
        let (acked, visible, counts) = (Vec::new(), Vec::new(), counts);
        let result = counts.clone();
        let info = OrderInfo { id, attempt, popped, invisible, offsets, acked, visible, counts };
        self.infos.push(info);
        result
    }

    /// `commitAndNext`.
    pub(in crate::rocketmq::broker) fn acknowledge(
        &mut self,
        id: OrderId,
        offset: u64,
        popped: i64,
    ) -> Next {
        let Some(info) = self.get(id) else { return Next::Offset(offset + 1) };
        if info.popped != popped {
            return Next::Ignored;
        }
        if !info.offsets.contains(&offset) {
            return Next::Illegal;
        }
        info.acked.push(offset);
        Next::Offset(info.next())
    }

    /// `updateNextVisibleTime`.
    pub(in crate::rocketmq::broker) fn hide(
        &mut self,
        id: OrderId,
        (offset, popped): (u64, i64),
        until: i64,
    ) {
        let Some(info) = self.get(id).filter(|info| info.popped == popped) else { return };
        info.visible.retain(|(of, _)| *of != offset);
        info.visible.push((offset, until));
    }

    /// `clearBlock`.
    pub(in crate::rocketmq::broker) fn clear(&mut self, id: OrderId) {
        self.infos.retain(|info| info.id != id);
    }
}

impl Broker {
    /// Keeps what was handed out in order; gives `orderCountInfo`.
    pub(in crate::rocketmq::broker) fn pop_in_order(
        &mut self,
        id: OrderId,
        pop: (&PopRequest, i64),
        offsets: &[u64],
        fx: &mut Effects<'_, Mq>,
    ) -> Vec<OrderCount> {
        let mut counts = self.pops.orders.update(id, pop, offsets);
        let least = counts.iter().map(|(_, count)| *count).min().unwrap_or(0);
        let least = if counts.len() == offsets.len() { least } else { 0 };
        // As Java's hash map walks through its keys.
        let mut slots = 16;
        while counts.len() * 4 > slots * 3 {
            slots *= 2;
        }
        order::by_key(&mut counts, |(offset, _)| offset % slots as u64);
        let queue = id.2;
        let of_message = counts.iter().map(|(at, count)| (queue, Some(*at), *count));
        let all = of_message.chain([(queue, None, least)]).collect();
        self.order_changed(id, fx);
        all
    }

    /// Saves with the next period, and wakes who waits once the queue is free.
    pub(in crate::rocketmq::broker) fn order_changed(
        &mut self,
        id: OrderId,
        fx: &mut Effects<'_, Mq>,
    ) {
        let wall = fx.wall();
        let until = self.pops.orders.get(id).map(|info| info.hidden_until(wall).unwrap_or(wall));
        if let Some(until) = until {
            let (topic, group, queue) = id;
            let wait = span_of(until.saturating_sub(wall));
            fx.arm(wait, Timer::Broker(BrokerTimer::OrderFree { topic, group, queue }));
        }
        if !self.pops.orders.armed {
            self.pops.orders.armed = true;
            let at = (fx.now() + SimSpan::nanos(1)).next_phase(self.booted + SAVE, SAVE);
            fx.arm_at(at, Timer::Broker(BrokerTimer::SaveOrders));
        }
    }

    /// `consumerOrderInfo.json`.
    pub(in crate::rocketmq::broker) fn save_orders(&mut self) {
        self.pops.orders.armed = false;
        self.pops.orders.saved = self.pops.orders.infos.clone();
    }

    /// The broker starts: queues that are blocked will be free.
    pub(in crate::rocketmq::broker) fn arm_orders(&mut self, fx: &mut Effects<'_, Mq>) {
        let ids: Vec<OrderId> = self.pops.orders.infos.iter().map(|info| info.id).collect();
        ids.into_iter().for_each(|id| self.order_changed(id, fx));
    }

    /// A queue may be free (`notifyLongPollingRequestIfNeed`).
    pub(in crate::rocketmq::broker) fn order_free(
        &mut self,
        (topic, group, queue): OrderId,
        fx: &mut Effects<'_, Mq>,
    ) {
        let offset = self.offsets.get(group, topic, queue).unwrap_or(0);
        if self.store.max_offset(topic, queue) <= offset {
            return;
        }
        if !self.wake_pop((topic, group, -1, false), None, fx) {
            self.wake_pop((topic, group, queue.cast_signed(), false), None, fx);
        }
        for queue in [-1, queue.cast_signed()] {
            self.wake_pop((topic, group, queue, true), None, fx);
        }
    }
}

impl Digestible for Orders {
    fn digest(&self, digest: &mut Digest) {
        for info in &self.infos {
            digest.word(info.popped.cast_unsigned());
            digest.all(info.offsets.iter());
            digest.all(info.acked.iter());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rocketmq::remoting::{PopKind, TagExpression};

    fn pop(attempt: Option<&str>) -> PopRequest {
        PopRequest {
            group: Name::new("G"),
            topic: Name::new("T"),
            queue: 0,
            most: 3,
            invisible: 100,
            poll_millis: 0,
            born: 0,
            tags: TagExpression::ALL,
            from_last: false,
            in_order: true,
            attempt: attempt.map(Name::new),
            kind: PopKind::Pops,
        }
    }

    #[test]
    fn a_queue_is_blocked_until_all_is_acknowledged_or_visible() {
        let id = (Name::new("T"), Name::new("G"), 0);
        let mut orders = Orders::default();
        assert_eq!(orders.update(id, (&pop(Some("a")), 1000), &[4, 5]), []);
        assert!(orders.is_blocked(id, (None, 100), 1050));
        assert!(!orders.is_blocked(id, (Some(Name::new("a")), 100), 1050), "the same attempt");
        assert!(!orders.is_blocked(id, (None, 100), 1100), "visible again");
        assert_eq!(orders.acknowledge(id, 5, 1000), Next::Offset(4));
        assert_eq!(orders.acknowledge(id, 6, 1000), Next::Illegal);
        assert_eq!(orders.acknowledge(id, 4, 999), Next::Ignored);
        assert_eq!(orders.acknowledge(id, 4, 1000), Next::Offset(6));
        assert!(!orders.is_blocked(id, (None, 100), 1050), "all is acknowledged");
    }

    #[test]
    fn what_comes_again_is_counted_but_not_within_an_attempt() {
        let id = (Name::new("T"), Name::new("G"), 0);
        let mut orders = Orders::default();
        orders.update(id, (&pop(None), 1000), &[4, 5]);
        assert_eq!(orders.update(id, (&pop(Some("a")), 1200), &[4, 5, 6]), [(4, 1), (5, 1)]);
        assert_eq!(orders.update(id, (&pop(Some("a")), 1300), &[4]), [(4, 1), (5, 1)]);
        orders.hide(id, (4, 1300), 9000);
        assert!(orders.is_blocked(id, (None, 100), 8999));
    }
}
