//! Takes down the journey of one message from the facts.

use std::rc::Rc;

use crate::facts::{Fact, MsgKey, QueueRef, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::observation::cast::Cast;
use crate::observation::places::is_member;
use crate::observation::seen::{Seen, parts};

use super::{Journey, Step, StepKind};

/// What may turn out to have led to the next step.
#[derive(Clone, Debug, Default)]
struct Pending {
    route: Option<Step>,
    /// The route came: it stands.
    routed: bool,
    rebalance: Option<Step>,
    throttle: Option<Why>,
    /// Why the queue is not locked.
    unlocked: Option<Why>,
    unthrottled: Option<Step>,
    asked: Option<Step>,
    woken: Option<Step>,
    read: Option<Step>,
    answered: Option<Step>,
    skipped: Option<Step>,
}

/// Takes down one message's journey.
#[derive(Clone, Debug)]
pub struct Recorder {
    number: u32,
    cast: Rc<Cast>,
    key: Option<MsgKey>,
    group: Option<Name>,
    journey: Journey,
    topic: Option<Name>,
    /// The queue that consumers will find it in.
    queue: Option<(QueueRef, u64)>,
    /// The broker that the message is being sent to.
    chosen: Option<NodeId>,
    created: bool,
    sending: bool,
    /// It waits before its queue gets it: where it lies meanwhile is of no interest.
    waits: bool,
    /// A listener of the group ended well with it.
    consumed: bool,
    /// Queues of the topic that a consumer took within its last rebalance.
    owned: Option<(NodeId, Vec<u32>)>,
    fresh_owner: bool,
    pending: Pending,
}

impl Recorder {
    /// A recorder for the message with a number that nobody called for yet, and the first group
    /// that wants its topic.
    pub fn new(number: u32, cast: Rc<Cast>) -> Self {
        Self {
            number,
            cast,
            key: None,
            group: None,
            journey: Journey::default(),
            topic: None,
            queue: None,
            chosen: None,
            created: false,
            sending: false,
            waits: false,
            consumed: false,
            owned: None,
            fresh_owner: false,
            pending: Pending::default(),
        }
    }

    /// The message, once it was called for.
    pub fn key(&self) -> Option<MsgKey> {
        self.key
    }

    /// Its topic, once it was called for.
    pub fn topic(&self) -> Option<Name> {
        self.topic
    }

    /// The journey so far.
    pub fn journey(&self) -> &Journey {
        &self.journey
    }

    /// One fact.
    pub fn see(&mut self, seen: &Seen<'_>) {
        if self.journey.complete {
            return;
        }
        if seen.message == Some(self.number) {
            if !self.consumed {
                self.message(seen);
            } else if self.sending {
                self.answered_late(seen);
            }
        } else if self.sending {
            self.while_sending(seen);
        }
        if self.consumed {
            self.after(seen);
        } else if self.topic.is_some() {
            self.around(seen);
        }
    }

    /// A fact about the message itself.
    fn message(&mut self, seen: &Seen<'_>) {
        let about = parts(seen.fact);
        if let Fact::Called { msg, topic, .. } = *seen.fact {
            self.key = Some(msg);
            self.group = self.cast.group_of(topic);
            self.journey.called = Some(seen.at);
            self.journey.called_ordinal = seen.ordinal;
            self.topic = Some(topic);
            self.sending = true;
        } else if let Some(kind) = self.sent(seen.fact) {
            self.push(seen, kind, about.why);
        } else if about.group.is_some_and(|group| self.follows(group)) {
            if matches!(seen.fact, Fact::Delivered { .. } | Fact::FilteredOut { .. }) {
                self.flush_request();
            }
            self.consumed |= matches!(seen.fact, Fact::Consumed { .. });
            if let Some(kind) = consumer_step(seen.fact) {
                self.push(seen, kind, about.why);
            }
        }
        self.notice_end(seen.fact);
    }

    /// The answer to a send may come when its message is consumed already: what waits for slaves or
    /// for the disk can be read meanwhile.
    fn answered_late(&mut self, seen: &Seen<'_>) {
        if matches!(seen.fact, Fact::SafetyEnded { .. } | Fact::Acknowledged { .. })
            && let Some(kind) = self.sent(seen.fact)
        {
            self.push(seen, kind, parts(seen.fact).why);
        }
    }

    /// A step of the producer or the broker.
    fn sent(&mut self, fact: &Fact) -> Option<StepKind> {
        let kind = if let Fact::QueueChosen { queue, .. } = *fact {
            self.chosen = Some(queue.broker);
            StepKind::QueueChosen { queue }
        } else if let Fact::Admitted { waited, .. } = *fact {
            StepKind::Admitted { waited: waited.as_nanos() }
        } else if let Fact::Refused { code, .. } = *fact {
            StepKind::Refused { code }
        } else if let Fact::Resent { attempt, .. } = *fact {
            StepKind::Resent { attempt }
        } else if let Fact::Postponed { queue, wait, .. } = *fact {
            self.waits = true;
            StepKind::Postponed { queue, wait: wait.as_nanos() }
        } else if let Fact::Due { queue, .. } = *fact {
            self.waits = false;
            StepKind::Due { queue }
        } else if self.waits && matches!(fact, Fact::Stored { .. } | Fact::Dispatched { .. }) {
            return None;
        } else if matches!(fact, Fact::Stored { .. }) {
            StepKind::Stored { created: self.created, again: self.queue.is_some() }
        } else if let Fact::SafetyEnded { waited, .. } = *fact {
            StepKind::Safe { waited: waited.as_nanos() }
        } else if let Fact::Dispatched { queue, offset, .. } = *fact {
            self.queue = Some((queue, offset));
            let Pending { throttle, unlocked, .. } = self.pending;
            self.pending = Pending { throttle, unlocked, ..Pending::default() };
            StepKind::Dispatched { queue, offset }
        } else if let Fact::Acknowledged { outcome, .. } = *fact {
            self.sending = false;
            StepKind::Acknowledged { outcome }
        } else if matches!(fact, Fact::Unawaited { .. }) {
            self.sending = false;
            StepKind::Unawaited
        } else if let Fact::Decided { end, .. } = *fact {
            StepKind::Decided { end }
        } else if matches!(fact, Fact::Failed { .. }) {
            StepKind::Failed
        } else {
            return None;
        };
        Some(kind)
    }

    /// Whether anything can follow. Where no group wants the topic, nothing follows the
    /// acknowledgement.
    fn notice_end(&mut self, fact: &Fact) {
        let own = parts(fact).group.is_none_or(|group| self.follows(group));
        let over =
            matches!(fact, Fact::Failed { .. } | Fact::FilteredOut { .. } | Fact::Dead { .. });
        let unwanted = self.group.is_none() && self.queue.is_some() && !self.sending;
        self.journey.complete |= own && over || unwanted;
    }

    /// What the producer does while it sends the message.
    fn while_sending(&mut self, seen: &Seen<'_>) {
        if let Fact::TopicCreated { topic, .. } = seen.fact {
            self.created |= Some(*topic) == self.topic;
        }
        if !self.is_producer(seen.node) {
            return;
        }
        if let Fact::RouteAnswered { topic, queues, why } = *seen.fact {
            if self.chosen.is_none() {
                self.push(seen, StepKind::Route { topic, queues }, Some(why));
            }
        } else if let Fact::Connected { peer } = *seen.fact
            && self.chosen.is_none_or(|broker| broker == peer)
        {
            self.push(seen, StepKind::Connected { peer }, None);
        }
    }

    /// What consumers and the broker do about the message's topic and queue.
    fn around(&mut self, seen: &Seen<'_>) {
        self.routes(seen);
        if let Fact::RebalanceBegan { group, why } = *seen.fact {
            self.owned = self.owned.take().filter(|(node, _)| *node != seen.node);
            if self.follows(group) && self.queue.is_some() {
                let step = step(seen, StepKind::Rebalance { group }, Some(why));
                self.pending.rebalance = Some(step);
            }
            return;
        }
        let Some((mine, offset)) = self.queue else { return };
        let parts = parts(seen.fact);
        let (Some(queue), Some(group)) = (parts.queue, parts.group) else { return };
        if !self.follows(group) || queue.topic != mine.topic {
            return;
        }
        if let Fact::Owned { offset, .. } = *seen.fact {
            self.owns(seen, queue, mine, offset);
        } else if queue == mine {
            self.requests(seen, mine, offset);
        }
    }

    fn routes(&mut self, seen: &Seen<'_>) {
        if self.is_producer(seen.node) || self.queue.is_none() || self.pending.routed {
            return;
        }
        if let Fact::RouteAsked { topic, why, .. } = *seen.fact {
            if Some(topic) == self.topic {
                let step = step(seen, StepKind::ConsumerRoute { topic }, Some(why));
                self.pending.route = Some(step);
            }
        } else if let Fact::RouteAnswered { topic, queues, .. } = *seen.fact {
            let asked = self.pending.route.as_ref().is_some_and(|step| step.node == seen.node);
            self.pending.routed |= asked && Some(topic) == self.topic && queues > 0;
        }
    }

    fn owns(&mut self, seen: &Seen<'_>, queue: QueueRef, mine: QueueRef, offset: u64) {
        match self.owned.as_mut().filter(|(node, _)| *node == seen.node) {
            Some((_, ids)) => ids.push(queue.id),
            None => self.owned = Some((seen.node, vec![queue.id])),
        }
        let ids = self.owned.as_ref().map_or_else(Vec::new, |(_, ids)| ids.clone());
        if queue == mine {
            self.flush_rebalance(seen.node);
            let why = parts(seen.fact).why;
            self.push(seen, StepKind::Owned { ids, offset }, why);
            self.fresh_owner = true;
        } else if let Some(last) = self.journey.steps.last_mut()
            && last.node == seen.node
            && let StepKind::Owned { ids: known, .. } = &mut last.kind
        {
            *known = ids;
        }
    }

    /// A request for the message's queue, and its answer.
    fn requests(&mut self, seen: &Seen<'_>, queue: QueueRef, offset: u64) {
        let why = parts(seen.fact).why;
        if matches!(seen.fact, Fact::Asked { .. }) {
            let first = std::mem::take(&mut self.fresh_owner);
            self.pending.asked = Some(step(seen, StepKind::Asked { queue, first }, why));
            let pending = &mut self.pending;
            (pending.woken, pending.read, pending.answered) = (None, None, None);
        } else if matches!(seen.fact, Fact::Woken { .. }) {
            self.pending.woken = Some(step(seen, StepKind::Woken, why));
        } else if let Fact::ReadFromDisk { took, .. } = *seen.fact {
            let took = took.as_nanos();
            let begun = step(seen, StepKind::ReadFromDisk { took }, why);
            self.pending.read = Some(Step { at: seen.at + took, ..begun });
        } else if let Fact::Answered { count, .. } = *seen.fact {
            if count > 0 {
                self.pending.answered = Some(step(seen, StepKind::Answered { count }, why));
            }
        } else if let Fact::Skipped { offset: from, .. } = *seen.fact {
            if from <= offset {
                self.pending.skipped = Some(step(seen, StepKind::Skipped, why));
            }
        } else if let Fact::AskArrived { offset: next, .. } = *seen.fact {
            self.passed_over(next > offset);
        } else if matches!(seen.fact, Fact::NotLocked { .. }) {
            self.pending.unlocked = why;
        } else if matches!(seen.fact, Fact::Locked { .. }) {
            if let Some(why) = self.pending.unlocked.take() {
                self.push(seen, StepKind::Locked { queue }, Some(why));
            }
        } else if matches!(seen.fact, Fact::Throttled { .. }) {
            self.pending.throttle = why;
        } else if matches!(seen.fact, Fact::Unthrottled { .. }) {
            let throttle = self.pending.throttle.take();
            self.pending.unthrottled = Some(step(seen, StepKind::Unthrottled, throttle));
        } else if matches!(seen.fact, Fact::Released { .. }) {
            self.push(seen, StepKind::Released, why);
            self.owned = None;
        }
    }

    /// Behind the listener's end only the commit is left.
    fn after(&mut self, seen: &Seen<'_>) {
        let (Some((mine, offset)), about) = (self.queue, parts(seen.fact)) else { return };
        let own = about.queue == Some(mine) && about.group.is_some_and(|g| self.follows(g));
        if let Fact::Committed { offset: reached, .. } = *seen.fact
            && own
            && reached > offset
        {
            self.push(seen, StepKind::Committed { offset: reached }, about.why);
            self.journey.complete = true;
        }
    }

    /// The next request shows whether the broker passed over the message.
    fn passed_over(&mut self, behind: bool) {
        let delivered = self.journey.steps.iter().any(|step| step.kind == StepKind::Delivered);
        let skipped = self.pending.skipped.take().filter(|_| behind && !delivered);
        if let Some(skipped) = skipped {
            self.journey.steps.push(skipped);
            self.journey.complete = true;
        }
    }

    fn flush_rebalance(&mut self, node: NodeId) {
        let route = self.pending.route.take().filter(|step| step.node == node);
        let rebalance = self.pending.rebalance.take().filter(|step| step.node == node);
        let steps = [route, rebalance].into_iter().flatten();
        self.journey.steps.extend(steps);
        order::by_key(&mut self.journey.steps, |step| step.ordinal);
    }

    fn flush_request(&mut self) {
        let pending = &mut self.pending;
        let steps = [
            pending.unthrottled.take(),
            pending.asked.take(),
            pending.woken.take(),
            pending.read.take(),
            pending.answered.take(),
        ];
        self.journey.steps.extend(steps.into_iter().flatten());
        // Beside the main path something may have happened since.
        order::by_key(&mut self.journey.steps, |step| step.ordinal);
    }

    fn is_producer(&self, node: NodeId) -> bool {
        self.key.is_some_and(|key| key.producer == node)
    }

    fn follows(&self, group: Name) -> bool {
        self.group.is_some_and(|own| own == group || is_member(own, group))
    }

    fn push(&mut self, seen: &Seen<'_>, kind: StepKind, why: Option<Why>) {
        self.journey.steps.push(step(seen, kind, why));
    }
}

fn step(seen: &Seen<'_>, kind: StepKind, why: Option<Why>) -> Step {
    Step { at: seen.at, ordinal: seen.ordinal, node: seen.node, kind, why }
}

/// A step of a consumer with the message.
fn consumer_step(fact: &Fact) -> Option<StepKind> {
    if matches!(fact, Fact::Delivered { .. }) {
        Some(StepKind::Delivered)
    } else if matches!(fact, Fact::FilteredOut { .. }) {
        Some(StepKind::FilteredOut)
    } else if let Fact::Consuming { thread, .. } = *fact {
        Some(StepKind::Consuming { thread })
    } else if matches!(fact, Fact::Consumed { .. }) {
        Some(StepKind::Consumed)
    } else if matches!(fact, Fact::NotConsumed { .. }) {
        Some(StepKind::NotConsumed)
    } else if matches!(fact, Fact::PopExpired { .. }) {
        Some(StepKind::PopExpired)
    } else if matches!(fact, Fact::Cleaned { .. }) {
        Some(StepKind::Cleaned)
    } else if matches!(fact, Fact::GiveBackFailed { .. }) {
        Some(StepKind::GiveBackFailed)
    } else if let Fact::Retried { attempt, .. } = *fact {
        Some(StepKind::Retried { attempt })
    } else if matches!(fact, Fact::Dead { .. }) {
        Some(StepKind::Dead)
    } else {
        None
    }
}
