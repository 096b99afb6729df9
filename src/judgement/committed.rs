//! At least once: a group's offset passes only what the group is done with, and goes back only
//! where its queue changes hands or its log was cut.

use crate::facts::{AnswerCode, Fact};
use crate::kernel::actor::NodeId;
use crate::observation::Observations;
use crate::observation::messages::mark;
use crate::observation::pages::Pages;
use crate::observation::progress::Pull;
use crate::observation::seen::Seen;

use super::Verdict;
use super::violation::{Rule, Violation};

/// After a change of hands both owners' offsets come for so long, ns: two rounds of
/// `persistConsumerOffsetInterval` and a slow link.
const HAND_OVER: u64 = 15_000_000_000;

/// What was sent over a connection that is closed comes so late at most, ns: the longest cut of a
/// link, and its packets that are lost again and again.
const LATE: u64 = 120_000_000_000;

/// Of a request whose commit is done.
const NEVER: u64 = u64::MAX;

/// What was committed, by queue and group.
#[derive(Clone, Debug)]
pub(super) struct Commits {
    groups: usize,
    shares: Pages<Share>,
    /// Brokers whose copies have something else behind so many bytes of the log: offsets there mean
    /// either.
    diverged: Vec<(NodeId, u64)>,
    /// Who deleted so many bytes from the front of its log.
    deleted: Vec<(NodeId, u64)>,
    /// Share and offset of what one member had, and what a broker left out for another one.
    skipped: Vec<(usize, u64)>,
    /// Requests for messages that wait for a thread or for the disk: a commit that comes alone
    /// overtakes the one that each brings along.
    asks: Vec<Ask>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ask {
    share: usize,
    broker: NodeId,
    offset: u64,
    /// ns.
    at: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Share {
    /// Everything before it was looked at.
    verified: u64,
    /// The last offset that was committed.
    last: u64,
    /// It may go back until then.
    may_fall_until: u64,
    /// How often its program went on elsewhere, or its broker began with the offsets that it had
    /// saved or copied: so often it may go back, whenever that is told.
    may_fall: u32,
    /// When that was, ns.
    last_at: u64,
    /// Who took it: each broker of a name has offsets of its own, and clients that know no master
    /// ask and tell a copy.
    last_by: Option<NodeId>,
    /// Who owns the queue, and who else: members that ask different brokers may share it twice.
    owners: [Option<NodeId>; 2],
}

impl Share {
    fn forget(&mut self, node: NodeId) {
        let [first, second] = self.owners.map(|owner| owner.filter(|it| *it != node));
        self.owners = if first.is_none() { [second, None] } else { [first, second] };
    }
}

impl Commits {
    /// Nothing was committed yet, for so many groups.
    pub(super) fn new(groups: usize) -> Self {
        let (shares, diverged, deleted) = (Pages::default(), Vec::new(), Vec::new());
        Self { groups, shares, diverged, deleted, skipped: Vec::new(), asks: Vec::new() }
    }

    /// A group begins with a queue here, maybe.
    #[inline]
    pub(super) fn begins(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        if let (Some(offset), Some(queue), Some(group)) =
            (beginning(seen, so_far), seen.queue, seen.group)
        {
            let share = self.shares.entry(queue * self.groups + group);
            share.verified = share.verified.max(offset);
        }
    }

    /// A consumer begins with a queue.
    pub(super) fn owned(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        self.changed_hands(seen);
        self.begins(seen, so_far);
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        let share = self.shares.entry(queue * self.groups + group);
        if share.owners[0].is_none_or(|owner| owner == seen.node) {
            share.owners[0] = Some(seen.node);
        } else {
            share.owners[1] = Some(seen.node);
        }
    }

    /// A consumer gives a queue up.
    pub(super) fn released(&mut self, seen: &Seen<'_>) {
        self.changed_hands(seen);
        if let (Some(queue), Some(group)) = (seen.queue, seen.group) {
            self.shares.entry(queue * self.groups + group).forget(seen.node);
        }
    }

    /// A broker has a request for messages. That of a dead member is not answered, and commits what
    /// it brought along all the same.
    #[inline]
    pub(super) fn ask_arrived(&mut self, seen: &Seen<'_>, offset: u64) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        let (share, broker) = (queue * self.groups + group, seen.node);
        self.asks.retain(|ask| seen.at <= ask.at.saturating_add(LATE));
        self.asks.push(Ask { share, broker, offset, at: seen.at });
    }

    /// A held one is answered next; what it brought along was committed when it was held.
    #[inline]
    pub(super) fn ask_woken(&mut self, seen: &Seen<'_>, offset: u64, so_far: &Observations) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        if gives(seen, so_far, "peer_gone") {
            return;
        }
        let (share, broker) = (queue * self.groups + group, seen.node);
        self.asks.push(Ask { share, broker, offset, at: NEVER });
    }

    /// It is answered, or held: what it brought along is committed. An answer may be of another
    /// offset than the one that was asked for. Of two of one offset (the first one's asker gave
    /// up) nobody knows which it is: the first is taken to wait still.
    #[inline]
    pub(super) fn ask_taken(&mut self, seen: &Seen<'_>, offset: u64) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        let (share, broker) = (queue * self.groups + group, seen.node);
        let is_alike = |ask: &Ask| (ask.share, ask.broker) == (share, broker);
        let is_it = |ask: &Ask| is_alike(ask) && ask.offset == offset;
        let at = self.asks.iter().rposition(is_it);
        if let Some(at) = at.or_else(|| self.asks.iter().rposition(is_alike)) {
            self.asks.remove(at);
        }
    }

    /// A process began: whatever it owned is nobody's.
    pub(super) fn gone(&mut self, node: NodeId) {
        self.asks.retain(|ask| ask.broker != node);
        for index in 0..self.shares.len() {
            if self.shares.get(index).owners.contains(&Some(node)) {
                self.shares.entry(index).forget(node);
            }
        }
    }

    /// A queue has another owner, or none.
    pub(super) fn changed_hands(&mut self, seen: &Seen<'_>) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        let share = self.shares.entry(queue * self.groups + group);
        share.may_fall_until = share.may_fall_until.max(seen.at + HAND_OVER);
    }

    /// A client and a broker have no connection any more: what was sent over it may come later
    /// than what is sent over the next one.
    pub(super) fn disconnected(&mut self, seen: &Seen<'_>, peer: NodeId, so_far: &Observations) {
        let cast = so_far.cast();
        let ends = [(seen.node, peer), (peer, seen.node)];
        let client = ends.into_iter().find(|(_, client)| cast.is_client(*client));
        let Some((broker, client)) = client else { return };
        for group in cast.groups_of(client) {
            for (index, place) in so_far.places.queues().iter().enumerate() {
                if place.queue.broker == cast.home(broker) {
                    let share = self.shares.entry(index * self.groups + group);
                    share.may_fall_until = share.may_fall_until.max(seen.at + LATE);
                }
            }
        }
    }

    /// A consumer goes on elsewhere in a queue, because somebody says so.
    pub(super) fn set(&mut self, seen: &Seen<'_>, offset: u64) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        let share = self.shares.entry(queue * self.groups + group);
        share.verified = share.verified.max(offset);
        share.may_fall += 1;
    }

    /// A broker sent a group elsewhere in its queue. What one handed out that leads no more stood
    /// where its queue has something else: the group passes over that.
    pub(super) fn answered(
        &mut self,
        seen: &Seen<'_>,
        (offset, count, code): (u64, u32, AnswerCode),
        so_far: &Observations,
    ) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        if code == AnswerCode::Found && so_far.is_outlived(seen.node) {
            let share = self.shares.entry(queue * self.groups + group);
            share.verified = share.verified.max(offset + u64::from(count));
        }
        if code == AnswerCode::OffsetMoved {
            self.changed_hands(seen);
            let share = self.shares.entry(queue * self.groups + group);
            share.verified = share.verified.max(offset);
        }
    }

    /// Files at the front of a log are gone.
    #[inline(never)] // Can wait (`xtask/src/split`).
    pub(super) fn deleted(&mut self, seen: &Seen<'_>, bytes: u64) {
        self.deleted.retain(|(node, _)| *node != seen.node);
        self.deleted.push((seen.node, bytes));
    }

    /// A broker left messages out for who reads now. What another member had before, and was not
    /// done with when it lost the queue or wanted something else, is passed all the same.
    #[inline]
    pub(super) fn skipped(
        &mut self,
        seen: &Seen<'_>,
        (offset, count): (u64, u32),
        so_far: &Observations,
    ) {
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return };
        let index = queue * self.groups + group;
        for offset in offset..offset + u64::from(count) {
            let number = so_far.progress.number(queue, offset);
            let was_had = |number| so_far.messages.marks(number, group) & mark::DELIVERED != 0;
            if number.is_some_and(was_had) && !self.skipped.contains(&(index, offset)) {
                self.skipped.push((index, offset));
            }
        }
    }

    /// A consumer has a message: what was left out for another one counts no more.
    #[inline]
    pub(super) fn delivered(&mut self, seen: &Seen<'_>, offset: u64) {
        if let (false, Some(queue), Some(group)) = (self.skipped.is_empty(), seen.queue, seen.group)
        {
            let place = (queue * self.groups + group, offset);
            self.skipped.retain(|skipped| *skipped != place);
        }
    }

    /// A log may be shorter than it was: positions may be given again. What came to stand where a
    /// group was before is passed over by it.
    pub(super) fn recovered(&mut self, seen: &Seen<'_>, so_far: &Observations) {
        if let Fact::Recovered { bytes, .. } = *seen.fact
            && has_less_than_its_copies(seen.node, bytes, so_far)
        {
            self.diverged.push((seen.node, bytes));
        }
        for (index, place) in so_far.places.queues().iter().enumerate() {
            if place.queue.broker != so_far.cast().home(seen.node) {
                continue;
            }
            for group in 0..self.groups {
                let share = self.shares.entry(index * self.groups + group);
                share.may_fall_until = share.may_fall_until.max(seen.at + HAND_OVER);
                share.may_fall = share.may_fall.max(1);
                share.verified = share.verified.max(so_far.progress.share(index, group).handed);
            }
        }
    }

    /// A broker took an offset.
    #[inline]
    pub(super) fn committed(
        &mut self,
        seen: &Seen<'_>,
        offset: u64,
        so_far: &Observations,
    ) -> Verdict {
        self.begins(seen, so_far);
        let (Some(queue), Some(group)) = (seen.queue, seen.group) else { return Ok(()) };
        if so_far.is_outlived(seen.node) {
            return Ok(());
        }
        let index = queue * self.groups + group;
        let share = self.shares.entry(index);
        let last = std::mem::replace(&mut share.last, offset);
        let last_at = std::mem::replace(&mut share.last_at, seen.at);
        let last_by = share.last_by.replace(seen.node);
        let is_lone = share.owners[1].is_none() && last_by.is_none_or(|it| it == seen.node);
        // Also for a member that is gone meanwhile.
        let waited = |ask: &Ask| {
            let is_alike = (ask.share, ask.broker) == (index, seen.node);
            is_alike && (seen.at.saturating_sub(LATE)..=last_at).contains(&ask.at)
        };
        let falls = offset < last
            && share.may_fall_until < seen.at
            && is_lone
            && !(gives(seen, so_far, "commit_with_pull") && self.asks.iter().any(waited));
        if falls && share.may_fall == 0 {
            return Err(Violation::of(Rule::OffsetWentBack, seen, (last, offset)));
        }
        share.may_fall -= u32::from(falls);
        let until = offset.min(so_far.progress.stored(queue));
        let from = share.verified;
        share.verified = from.max(until);
        let broker = so_far.places.queues()[queue].queue.broker;
        if so_far.progress.is_shifted(queue) {
            return Ok(());
        }
        let same = self.same_until(broker);
        for passed in from..until {
            let Some(number) = so_far.progress.number(queue, passed) else { continue };
            let ends = mark::CONSUMED | mark::FILTERED | mark::DEAD | mark::RETRYING;
            if so_far.messages.marks(number, group) & ends == 0
                && !is_handed_out(seen, so_far)
                && !self.skipped.contains(&(index, passed))
                && !self.is_gone((number, queue, passed), seen, so_far)
                && is_before(same, (number, queue, passed), so_far)
            {
                let seen = Seen { message: Some(number), ..*seen };
                return Err(Violation::of(Rule::CommittedUndone, &seen, (passed, offset)));
            }
        }
        if !self.skipped.is_empty() {
            self.skipped.retain(|(at, skipped)| *at != index || *skipped >= until);
        }
        Ok(())
    }

    /// So many bytes of a broker's log are the same in all of its copies.
    pub(super) fn same_until(&self, broker: NodeId) -> Option<u64> {
        let of_it = self.diverged.iter().filter(|(of, _)| *of == broker);
        of_it.map(|(_, bytes)| *bytes).min()
    }

    /// A pop found that its group's offset lies before the first message of its queue, and the
    /// broker committed the first one's instead (`PopMessageProcessor.popMsgFromQueue` at
    /// `OFFSET_TOO_SMALL`): what it passes so is deleted. Of a message that was stored twice only
    /// the first place is known.
    #[inline(never)] // Can wait (`xtask/src/split`).
    fn is_gone(
        &self,
        (number, queue, offset): (u32, usize, u64),
        seen: &Seen<'_>,
        so_far: &Observations,
    ) -> bool {
        let mut deleted = self.deleted.iter().filter(|(node, _)| *node == seen.node);
        let Some((_, bytes)) = deleted.next().filter(|_| gives(seen, so_far, "offset_illegal"))
        else {
            return false;
        };
        let record = so_far.messages.record(number);
        let is_here = record.queue as usize == queue && u64::from(record.offset) == offset;
        !is_here || record.physical + u64::from(record.size) <= *bytes
    }
}

/// Where a group begins in a queue that it never committed an offset of: a fact that says so.
///
/// A consumer begins with what it is told when it gets the queue, and a listener in order asks once
/// more before its first pull (`DefaultMQPushConsumerImpl.pullMessage`, "the first time to pull
/// message, so fix offset from broker"), as a lite pull consumer does (`nextPullOffset`): at the
/// end again, which may be further then. For a pop the broker itself chooses
/// (`PopMessageProcessor.getInitOffset`).
pub fn beginning(seen: &Seen<'_>, so_far: &Observations) -> Option<u64> {
    let share = so_far.progress.share(seen.queue?, seen.group?);
    if share.committed.is_some() {
        return None;
    }
    if let Fact::Owned { offset, .. } = *seen.fact {
        Some(offset)
    } else if let Fact::Asked { offset, .. } = *seen.fact {
        Some(offset).filter(|_| share.pull == Pull::None)
    } else if let Fact::Committed { offset, .. } = *seen.fact {
        let starts = ["start_first", "start_last", "start_young_queue"];
        Some(offset).filter(|_| starts.iter().any(|key| gives(seen, so_far, key)))
    } else {
        None
    }
}

/// A master begins with less than a copy of its log has.
pub fn has_less_than_its_copies(node: NodeId, bytes: u64, so_far: &Observations) -> bool {
    let cast = so_far.cast();
    let nodes = (0..).map(NodeId).take(cast.nodes.len());
    let mut copies = nodes.filter(|copy| *copy != node && cast.home(*copy) == node);
    copies.any(|copy| so_far.nodes.of(copy).is_some_and(|figures| figures.log_bytes > bytes))
}

/// A message lies where all copies have the same.
fn is_before(
    same: Option<u64>,
    (number, queue, offset): (u32, usize, u64),
    so_far: &Observations,
) -> bool {
    let Some(bytes) = same else { return true };
    let record = so_far.messages.record(number);
    let is_here = record.queue as usize == queue && u64::from(record.offset) == offset;
    is_here && record.physical + u64::from(record.size) <= bytes
}

/// What a pop hands out is passed at once: invisible for a time, not done with.
fn is_handed_out(seen: &Seen<'_>, so_far: &Observations) -> bool {
    gives(seen, so_far, "popped")
}

/// A broker has a member of a group less than before.
pub(super) fn loses_member(seen: &Seen<'_>, so_far: &Observations) -> bool {
    let lost = ["member_left", "member_closed", "member_expired"];
    lost.iter().any(|key| gives(seen, so_far, key))
}

/// A fact gives this reason.
pub fn gives(seen: &Seen<'_>, so_far: &Observations, key: &str) -> bool {
    let reasons = so_far.cast().vocabulary.reasons;
    let reason = seen.why.and_then(|why| reasons.get(usize::from(why.reason.0)));
    reason.is_some_and(|reason| reason.key == key)
}
