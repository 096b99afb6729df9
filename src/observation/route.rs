//! Which fact concerns which fold: one exhaustive list, so that a new fact is looked at.

use crate::facts::{AnswerCode, Fact, SendOutcome, Why};
use crate::kernel::name::Name;

use super::Observations;
use super::asking::{Parting, Wait};
use super::messages::{Stored, flag, mark};
use super::progress::Pull;
use super::seen::Seen;
use super::threads::Work;

impl Observations {
    #[inline]
    #[expect(clippy::too_many_lines, reason = "one list of all facts")]
    pub(super) fn route(&mut self, seen: &Seen<'_>) {
        match *seen.fact {
            Fact::ProcessStarted | Fact::ProcessStopped => self.process(seen),
            Fact::BrokerRegistered { .. } | Fact::BrokerForgotten { .. } => self.registered(seen),
            Fact::RouteAsked { .. } | Fact::RouteAnswered { .. } => self.routes(seen),
            Fact::Sent { .. }
            | Fact::Acknowledged { .. }
            | Fact::Failed { .. }
            | Fact::Dispatched { .. } => self.sending(seen),
            Fact::Called { .. } => self.called(seen),
            Fact::Stored { offset, physical, size, .. } => {
                self.stored(seen, offset, physical, size);
            }
            Fact::RebalanceBegan { .. } => self.markers.begin(seen.node, seen.at, seen.ordinal),
            Fact::Owned { .. } | Fact::Released { .. } => self.owning(seen),
            Fact::OffsetSet { .. } => self.begins_elsewhere(seen),
            Fact::Asked { .. }
            | Fact::AskArrived { .. }
            | Fact::Held { .. }
            | Fact::Woken { .. }
            | Fact::Answered { .. }
            | Fact::Received { .. } => self.asked(seen),
            Fact::Skipped { group, offset, count, .. } => {
                self.skipped(seen, (group, offset, count));
            }
            Fact::Throttled { .. } | Fact::Unthrottled { .. } => self.throttled(seen),
            Fact::Delivered { offset, .. } => self.delivered(seen, offset),
            Fact::FilteredOut { .. } => self.filtered(seen),
            Fact::Consuming { thread, .. } => self.consuming(seen, thread),
            Fact::Consumed { thread, offset, .. } => self.consumed(seen, (thread, offset)),
            Fact::Acted { key, checked, .. } => self.acted(seen, key, checked),
            Fact::NotConsumed { thread, .. } => self.not_consumed(seen, thread),
            Fact::Retried { .. } | Fact::Dead { .. } => self.again_or_dead(seen),
            Fact::Committed { offset, .. } => self.committed(seen, offset),
            Fact::Replicated { bytes } => self.nodes.of_mut(seen.node).log_bytes = bytes,
            Fact::Leads { epoch, .. } => self.led(seen, seen.node, epoch),
            Fact::Follows { leader, epoch, .. } => self.led(seen, leader, epoch),
            Fact::InSync { leader, members, .. } => self.nodes.of_mut(leader).in_sync = members,
            Fact::LogCut { bytes, .. } => self.nodes.of_mut(seen.node).log_bytes = bytes,
            Fact::Flushed { bytes } => self.nodes.of_mut(seen.node).flushed = bytes,
            Fact::Recovered { bytes, .. } => self.recovered(seen, bytes),
            Fact::Deleted { .. }
            | Fact::ReadFromDisk { .. }
            | Fact::WritingForbidden { .. }
            | Fact::WritingAllowed { .. }
            | Fact::ProcessStopping
            | Fact::Connected { .. }
            | Fact::Disconnected { .. }
            | Fact::TopicCreated { .. }
            | Fact::Withheld { .. }
            | Fact::Gathered { .. }
            | Fact::Replied { .. }
            | Fact::Unreplied { .. }
            | Fact::CalledBack { .. }
            | Fact::ReplySent { .. }
            | Fact::Decided { .. }
            | Fact::Unawaited { .. }
            | Fact::BrokerAvoided { .. }
            | Fact::BrokerTrusted { .. }
            | Fact::QueueChosen { .. }
            | Fact::Admitted { .. }
            | Fact::SafetyAwaited { .. }
            | Fact::SafetyEnded { .. }
            | Fact::ReplicaConnected { .. }
            | Fact::ReplicaCaughtUp { .. }
            | Fact::ReplicaLost { .. }
            | Fact::Elected { .. }
            | Fact::StandsIn { .. }
            | Fact::StandsBack { .. }
            | Fact::Escaped { .. }
            | Fact::Leaderless { .. }
            | Fact::ConfigCopied { .. }
            | Fact::Refused { .. }
            | Fact::GiveBackFailed { .. }
            | Fact::Cleaned { .. }
            | Fact::PopExpired { .. }
            | Fact::Locked { .. }
            | Fact::NotLocked { .. }
            | Fact::Unlocked { .. }
            | Fact::ReleaseAwaited { .. }
            | Fact::ResetAwaited { .. }
            | Fact::Polled { .. }
            | Fact::Noted { .. }
            | Fact::SeekFailed { .. }
            | Fact::HandedDirectly { .. }
            | Fact::Postponed { .. }
            | Fact::Due { .. }
            | Fact::Settled { .. }
            | Fact::Resent { .. }
            | Fact::HeartbeatSent { .. }
            | Fact::MembersChanged { .. }
            | Fact::Notified { .. }
            | Fact::RebalanceSkipped { .. }
            | Fact::Rebalanced { .. }
            // Counted before anything is looked up.
            | Fact::CallEnded { .. } => (),
        }
    }

    fn sending(&mut self, seen: &Seen<'_>) {
        if let Fact::Dispatched { offset, .. } = seen.fact {
            // A copy that begins anew points to what its leader showed before.
            let is_known = |queue| *offset < self.progress.stored(queue) && self.follows(seen.node);
            let queue = seen.queue.filter(|_| !self.is_outlived(seen.node));
            if let Some(queue) = queue.filter(|queue| !is_known(*queue)) {
                self.progress.dispatched(queue, *offset, seen.message.unwrap_or(0));
                if !self.early.is_empty() {
                    self.skipped_early(seen, queue, *offset);
                }
            }
            return;
        }
        let Some(number) = seen.message else { return };
        let is_safe = matches!(seen.fact, Fact::Acknowledged { outcome: SendOutcome::Ok, .. })
            && !self.is_elsewhere(number, seen.queue);
        let figures = self.nodes.of_mut(seen.node);
        if matches!(seen.fact, Fact::Sent { .. }) {
            let first = u64::from(self.messages.flag(number, flag::SENT));
            figures.sent += first;
            self.books.all.sent += first;
        } else if matches!(seen.fact, Fact::Acknowledged { .. }) {
            let first = u64::from(self.messages.flag(number, flag::ACKNOWLEDGED));
            if is_safe {
                self.messages.flag(number, flag::SAFE);
            }
            figures.acknowledged += first;
            self.books.all.acknowledged += first;
        } else if matches!(seen.fact, Fact::Failed { .. }) {
            let first = u64::from(self.messages.flag(number, flag::FAILED));
            self.spans.fail(number);
            figures.failed += first;
            self.books.all.failed += first;
        }
    }

    /// What was stored at one broker and then at another one has its first place alone.
    fn is_elsewhere(&self, number: u32, queue: Option<usize>) -> bool {
        let record = self.messages.record(number);
        let broker = |queue: usize| self.places.queues()[queue].queue.broker;
        let is_stored = record.flags & flag::STORED != 0;
        is_stored && queue.is_some_and(|queue| broker(queue) != broker(record.queue as usize))
    }

    fn stored(&mut self, seen: &Seen<'_>, offset: u64, physical: u64, size: u32) {
        // What a broker writes by itself lies in its log, too.
        self.nodes.of_mut(seen.node).log_bytes = physical + u64::from(size);
        let (Some(number), Some(queue)) = (seen.message, seen.queue) else { return };
        if self.messages.extend_log(seen.node, physical, size).is_some() {
            self.books.all.lost += self.messages.cut_log(seen.node, physical, &self.places);
        }
        let topic = self.places.queues()[queue].topic;
        let figures = self.nodes.of_mut(seen.node);
        figures.records += 1;
        figures.newest.push((topic, number));
        // A message that waits lies in a topic that nobody named: it counts once it is in its own.
        if self.places.topics()[topic].planned.is_none() && !self.cast().topics.is_empty() {
            self.messages.flag(number, flag::WAITING);
            return;
        }
        let groups = &self.places.topics()[topic].groups;
        let called = self.spans.called(number).unwrap_or(seen.at);
        let stored = Stored { at: seen.at, called, queue, offset, physical, size };
        if self.messages.store(number, stored, groups.len()) {
            self.spans.stored(number, seen.at);
            self.books.stored(groups);
            self.throughput.stored(seen.at);
            self.depth.stored(seen.at, topic);
            self.sample_oldest(seen.at);
        } else {
            let record = self.messages.record(number);
            let (first, offset) = (record.queue as usize, u64::from(record.offset));
            let done = |group: &usize| self.messages.marks(number, *group) & mark::CONSUMED != 0;
            let done = groups.iter().copied().filter(done).map(|group| (first, group, offset));
            self.twice.stored(number, done);
        }
    }

    /// A log begins anew with less than it had, maybe.
    fn recovered(&mut self, seen: &Seen<'_>, bytes: u64) {
        self.early.clear();
        if !self.cast().has_copies(seen.node) && self.messages.cut_log_end(seen.node, bytes) {
            self.books.all.lost += self.messages.cut_log(seen.node, bytes, &self.places);
        }
    }

    fn owning(&mut self, seen: &Seen<'_>) {
        self.markers.change(seen.node);
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        if matches!(seen.fact, Fact::Owned { .. }) {
            self.ownership.own(queue, group, seen.node);
        } else {
            self.ownership.release(queue, group, seen.node);
        }
        self.progress.share_mut(queue, group).pull = Pull::None;
        self.take_back(queue, group);
    }

    /// The mark of a message that a consumer has from a queue.
    fn out_of(&self, number: u32, queue: Option<usize>) -> u8 {
        let first = self.messages.record(number).queue as usize;
        if queue.is_none_or(|queue| queue == first) { mark::OUT } else { mark::OUT_AGAIN }
    }

    /// What the owner of a queue has of it is thrown away.
    fn begins_elsewhere(&mut self, seen: &Seen<'_>) {
        if let (Some(queue), Some(group)) = (seen.queue, seen.group) {
            self.take_back(queue, group);
        }
    }

    /// What the last owner of a queue had and was not done with waits again for its next owner.
    fn take_back(&mut self, queue: usize, group: usize) {
        let share = self.progress.share(queue, group);
        if share.out == 0 {
            return;
        }
        for offset in share.committed.unwrap_or(0).min(share.handed)..share.handed {
            let number = self.progress.number(queue, offset);
            let Some(number) = number else { continue };
            let out = self.out_of(number, Some(queue));
            if self.messages.marks(number, group) & out != 0 {
                self.messages.mark(number, group, 0, out);
            }
        }
        self.progress.share_mut(queue, group).out = 0;
    }

    fn asked(&mut self, seen: &Seen<'_>) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        let at = seen.at;
        let planned = self.places.topics()[self.places.queues()[queue].topic].planned.is_some();
        let pull = if matches!(seen.fact, Fact::Asked { .. }) {
            Pull::OnItsWay
        } else if matches!(seen.fact, Fact::Received { .. }) {
            Pull::Received
        } else if let Fact::Held { why, .. } = seen.fact {
            let until = at + u64::from(why.value) * 1_000_000;
            self.asking.held(queue, group, until);
            self.part(seen, true, *why);
            Pull::Held { since: at, until }
        } else if let Fact::Answered { count, code, why, .. } = seen.fact {
            if planned {
                self.asking.answered(at, queue, group, *count);
            }
            if *code == AnswerCode::NothingNew {
                self.part(seen, false, *why);
            }
            Pull::Answered
        } else {
            if planned && matches!(seen.fact, Fact::AskArrived { .. }) {
                self.asking.arrived(at, queue, group);
            }
            Pull::BeingRead
        };
        self.progress.share_mut(queue, group).pull = pull;
    }

    fn part(&mut self, seen: &Seen<'_>, held: bool, why: Why) {
        self.asking.part(Parting { at: seen.at, ordinal: seen.ordinal, held, why });
    }

    fn delivered(&mut self, seen: &Seen<'_>, offset: u64) {
        let (Some(number), Some(group)) = (seen.message, seen.group) else { return };
        let old = self.messages.marks(number, group);
        if old & mark::FILTERED != 0 && old & mark::DELIVERED == 0 {
            // Another member, or the same one later, wants what was left out.
            self.want(number, group);
        }
        let out = self.out_of(number, seen.queue);
        let again = old & out != 0;
        let news = self.messages.mark(number, group, mark::DELIVERED | out, 0);
        if let Some(queue) = seen.queue {
            self.progress.handed(queue, group, offset, again);
        }
        if news.first {
            let record = self.messages.record(number);
            let (queue, stored) = (record.queue as usize, record.stored);
            if !self.places.plans(queue, group) {
                self.books.wanted(group);
                self.messages.set_aside(number, group);
            }
            self.books.delivered(group);
            self.wait.record(seen.at, seen.at - stored);
            self.spans.deliver((group, number), seen.at, stored);
            self.asking.delivered(Wait { queue, message: number, stored, delivered: seen.at });
        }
    }

    fn filtered(&mut self, seen: &Seen<'_>) {
        let (Some(number), Some(group)) = (seen.message, seen.group) else { return };
        self.leave_out(seen.at, number, group);
    }

    /// What was left out is expected after all. It stays marked: for the ledger it has ended.
    fn want(&mut self, number: u32, group: usize) {
        let queue = self.messages.record(number).queue as usize;
        self.books.wanted(group);
        let share = self.progress.share_mut(queue, group);
        share.done = share.done.saturating_sub(1);
    }

    pub(super) fn leave_out(&mut self, at: u64, number: u32, group: usize) {
        let old = self.messages.marks(number, group);
        if old & (mark::CONSUMED | mark::DEAD | mark::FILTERED) != 0 {
            return;
        }
        if old & mark::DELIVERED != 0 {
            // Another member had it, and was not done with it: now nobody will be.
            let news = self.messages.mark(number, group, mark::FILTERED, mark::RETRYING);
            if old & mark::RETRYING != 0 {
                self.books.retry(group, false);
            }
            return self.end_for_group(at, number, news.done);
        }
        if !self.places.plans(self.messages.record(number).queue as usize, group) {
            return self.messages.set_aside(number, group);
        }
        let news = self.messages.mark(number, group, mark::FILTERED, 0);
        let queue = self.messages.record(number).queue as usize;
        if news.first {
            self.books.filtered(group);
            self.progress.done(queue, group, false, true);
        }
        if news.done {
            self.depth.done(at, self.places.queues()[queue].topic);
        }
    }

    fn consuming(&mut self, seen: &Seen<'_>, thread: u32) {
        let (Some(message), Some(group)) = (seen.message, seen.group) else { return };
        let topic = seen.queue.map(|queue| self.places.queues()[queue].topic);
        self.threads.begin((seen.node, seen.at), thread, Work { message, topic });
        let record = self.messages.record(message);
        let news = self.messages.mark(message, group, mark::BEGUN, 0);
        if let Some(since) = self.spans.delivered(group, message).filter(|_| news.first) {
            self.threads.waited(seen.node, seen.at - since);
        }
        let (queue, offset) = (record.queue as usize, u64::from(record.offset));
        // Another record of it may come first, or one that its queue does not have.
        let is_here = seen.queue.is_none_or(|seen| seen == queue)
            && self.progress.number(queue, offset) == Some(message);
        if news.first && is_here && self.progress.begin(queue, group, offset) {
            self.books.out_of_order(group);
        }
    }

    fn consumed(&mut self, seen: &Seen<'_>, (thread, offset): (u32, u64)) {
        let (Some(number), Some(group)) = (seen.message, seen.group) else { return };
        self.threads.end((seen.node, seen.at), thread);
        self.nodes.of_mut(seen.node).consumed += 1;
        let old = self.messages.marks(number, group);
        let out = self.out_of(number, seen.queue);
        let news = self.messages.mark(number, group, mark::CONSUMED, out | mark::RETRYING);
        let (out, retrying) = (old & out != 0, old & mark::RETRYING != 0);
        self.books.consumed(seen.at, group, news.first);
        if retrying {
            self.books.retry(group, false);
        }
        if let Some(queue) = seen.queue {
            let first = self.twice.is_first(number, (queue, group, offset), news.first);
            self.progress.done(queue, group, out, first);
        }
        if news.first {
            let record = self.messages.record(number);
            let (queue, offset) = (record.queue as usize, u64::from(record.offset));
            let late = self.progress.end(queue, group, offset);
            self.books.ended(group, number, late);
            self.latency.record(seen.at, seen.at - record.stored);
            self.spans.consume((group, number), seen.at, record.called);
            self.throughput.consumed(seen.at);
        }
        self.end_for_group(seen.at, number, news.done);
        self.depth.consumed(seen.at);
    }

    fn acted(&mut self, seen: &Seen<'_>, key: Option<Name>, checked: bool) {
        let (Some(number), Some(group)) = (seen.message, seen.group) else { return };
        // A message without a business key stands for itself.
        let deed = (group, key, key.map_or(number, |_| 0));
        let first = self.deeds.insert(deed, ()).is_none();
        self.books.acted(group, (first, checked));
    }

    /// The consumer is done with this delivery, though not with the message.
    fn not_consumed(&mut self, seen: &Seen<'_>, thread: u32) {
        self.threads.end((seen.node, seen.at), thread);
        let (Some(number), Some(group)) = (seen.message, seen.group) else { return };
        let out = self.out_of(number, seen.queue);
        if self.messages.marks(number, group) & out == 0 {
            return;
        }
        self.messages.mark(number, group, 0, out);
        if let Some(queue) = seen.queue {
            // A copy made for a try is used up by it: what comes again is another one.
            self.progress.done(queue, group, true, out == mark::OUT_AGAIN);
        }
    }

    fn again_or_dead(&mut self, seen: &Seen<'_>) {
        let (Some(number), Some(group)) = (seen.message, seen.group) else { return };
        let old = self.messages.marks(number, group);
        let (out, retrying) = (old & mark::OUT != 0, old & mark::RETRYING != 0);
        self.threads.end_with((seen.node, seen.at), number);
        let queue = self.messages.record(number).queue as usize;
        if matches!(seen.fact, Fact::Retried { .. }) {
            self.nodes.of_mut(seen.node).retried += 1;
            self.messages.mark(number, group, mark::RETRYING, mark::OUT);
            self.progress.done(queue, group, out && !retrying, !retrying);
            if !retrying {
                self.books.retry(group, true);
            }
            return;
        }
        let news = self.messages.mark(number, group, mark::DEAD, mark::OUT | mark::RETRYING);
        if retrying {
            self.books.retry(group, false);
        }
        if news.first {
            self.books.dead(group);
            self.spans.give_up((group, number));
        }
        self.end_for_group(seen.at, number, news.done);
    }

    /// A group has nothing left to do with a message; `done`: it was the last one.
    fn end_for_group(&mut self, at: u64, number: u32, done: bool) {
        if !done {
            return;
        }
        let record = self.messages.record(number);
        self.depth.done(at, self.places.queues()[record.queue as usize].topic);
        self.sample_oldest(at);
        if record.flags & flag::LOST != 0 {
            self.books.all.lost -= 1;
            self.messages.unflag(number, flag::LOST);
        }
    }

    fn committed(&mut self, seen: &Seen<'_>, offset: u64) {
        if let (Some(queue), Some(group)) = (seen.queue, seen.group) {
            self.progress.share_mut(queue, group).committed = Some(offset);
        }
    }

    fn sample_oldest(&mut self, at: u64) {
        if self.depth.wants_oldest(at) {
            self.depth.sample_oldest(at, &self.messages, &self.progress);
        }
    }
}
